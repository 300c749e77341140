"""The page itself: templates, one style sheet and one script, all of them packaged, and a policy that names both.

Text of a film reaches the page through jinja2's autoescape alone, never the style sheet and never the script: what the
script needs stands in data attributes, as numbers.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from resources.pipeline.page import words
from resources.pipeline.page.pictures import POSTER_BYTES, Album, data_uri, shrunk
from resources.pipeline.page.places import own_starts, placed
from resources.pipeline.page.plots import HIGH, PER_CENT, plots
from resources.pipeline.page.view import ReportView

TEMPLATES = "templates"


def report_page(view: ReportView) -> str:
    """The report on one film as a single HTML document."""
    folder = files(__package__) / TEMPLATES
    style = (folder / "style.css").read_text(encoding="utf-8")
    script = (folder / "script.js").read_text(encoding="utf-8")
    album = Album(sum(1 + len(shot.takes) for shot in view.shots))
    poster = None if view.poster is None else shrunk(view.poster, POSTER_BYTES)
    text = (
        _environment()
        .get_template("report.html")
        .render(
            view=view,
            findings=placed(view),
            own=own_starts(view),
            plots=plots(view),
            high=HIGH,
            per_cent=PER_CENT,
            picture=album.uri,
            poster=None if poster is None else data_uri(poster),
            track=None if view.vtt is None else text_uri(view.vtt),
            policy=policy(style, script),
            # ours, not the film's: the only text that is not escaped
            style=Markup(style),
            script=Markup(script),
        )
    )
    return text + "\n"


def policy(style: str, script: str) -> str:
    """What the page may load: its own style and script by their hashes, pictures in it, the film beside it."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "media-src 'self' file: data:; base-uri 'none'; form-action 'none'"
    )


def text_uri(vtt: str) -> str:
    """Subtitles as a URI."""
    return f"data:text/vtt;charset=utf-8;base64,{b64encode(vtt.encode()).decode('ascii')}"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = words
    return environment
