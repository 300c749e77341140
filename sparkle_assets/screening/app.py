"""The screening room's pages and files. Read only, loopback only, every file named by the store and by nobody else."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from stat import S_ISREG
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from resources.errors import SparkleError
from resources.pipeline.glimpse import GLIMPSES
from resources.store.artifacts import Artifacts
from resources.store.film import FilmFolder, Home
from schemas.refs import Stage
from sparkle_assets.screening.film import FilmView, film_view, poster_view, thumb_path
from sparkle_assets.serving.gate import Gate

FILES = {
    "final_cut.mp4": ("cut", "video/mp4"),
    "final_cut.vtt": ("cut", "text/vtt"),
    "final_cut.srt": ("cut", "text/plain"),
    "poster.jpg": ("cut", "image/jpeg"),
}
"""What the room hands out, by name: the folder of the film it lies in, and its type."""
SHOT_FILES: dict[str, tuple[Stage, str, str]] = {
    "keyframe.png": ("shot_images", "image.png", "image/png"),
    "dialogue.wav": ("voice_tracks", "dialogue.wav", "audio/wav"),
    "clip.mp4": ("lipsynced_clips", "clip.mp4", "video/mp4"),
}
"""The same for a shot: the stage whose current artifact it is of, its name there, and its type."""
OWN = {"room.js": "text/javascript", "room.css": "text/css"}
SANDBOX = "default-src 'none'; img-src 'self' data:; media-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
HEADERS = {
    "Content-Security-Policy": f"{SANDBOX}style-src 'self'; script-src 'self'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
REPORT_HEADERS = {**HEADERS, "Content-Security-Policy": f"{SANDBOX}style-src 'unsafe-inline'; form-action 'none'"}
"""A report is a single file that can be carried away, its style inside."""
GLIMPSE_HEADERS = {
    **HEADERS,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "max-age=31536000, immutable",
}
"""Small pictures are also shown by the Dagster UI, on another port. This policy knows no site of a bare address, so it
must let everybody in; the gate knows it, and still refuses pages of other sites."""
SLOT = re.compile(r"[0-9]{2}")
GLIMPSE = re.compile(r"[0-9a-f]{32}\.jpg")

_TEMPLATES = Environment(
    loader=PackageLoader("sparkle_assets.screening"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def screening_room(home: Home, dagster_url: str) -> Starlette:
    """The site over all films of ``home``; ``dagster_url`` is where its lineage links lead."""
    routes = [
        Route("/", partial(_foyer, home, dagster_url)),
        *(Route(f"/{name}", partial(_own, name)) for name in OWN),
        Route("/metrics", _metrics(home)),
        Route("/glimpses/{name}", partial(_glimpse, home)),
        Route("/films/{movie}", partial(_film, home, dagster_url)),
        Route("/films/{movie}/report", _to_report),
        Route("/films/{movie}/report/", partial(_report, home)),
        Route("/films/{movie}/cut/{name}", partial(_file, home)),  # where a report, as a file, finds its film
        Route("/films/{movie}/thumbs/{slot}.jpg", partial(_thumb, home)),
        Route("/films/{movie}/shots/{slot}/{name}", partial(_shot_file, home)),
        Route("/films/{movie}/{name}", partial(_file, home)),
    ]
    room = Starlette(routes=routes, middleware=[Middleware(Gate, read_only=True, shown="/glimpses/")])
    room.router.redirect_slashes = False  # it would read a query as text to repeat it, and a query may be any bytes
    return room


def _foyer(home: Home, dagster_url: str, request: Request) -> Response:
    posters = [poster_view(home, home.film(movie)) for movie in home.films()]
    return _page("foyer.html", posters=posters, dagster=dagster_url)


def _film(home: Home, dagster_url: str, request: Request) -> Response:
    film = _known(home, request)
    if film is None:
        return _gone("there is no such film")
    try:
        view: FilmView = film_view(home, film)
    except SparkleError as error:
        return PlainTextResponse(str(error), 500, HEADERS)
    return _page("film.html", film=view, dagster=dagster_url)


def _to_report(request: Request) -> Response:
    return RedirectResponse(f"/films/{quote(request.path_params['movie'], safe='')}/report/", headers=HEADERS)


def _report(home: Home, request: Request) -> Response:
    film = _known(home, request)
    if film is None:
        return _gone("there is no such film")
    return _send(film.path / "report" / "index.html", "text/html", REPORT_HEADERS)


def _thumb(home: Home, request: Request) -> Response:
    film = _known(home, request)
    if film is None:
        return _gone("there is no such film")
    slot = request.path_params["slot"]
    path = thumb_path(home, film, slot) if SLOT.fullmatch(slot) else None
    return _send(path, "image/jpeg") if path is not None else _gone("there is no such picture")


def _file(home: Home, request: Request) -> Response:
    film = _known(home, request)
    name = request.path_params["name"]
    if film is None or name not in FILES:
        return _gone("there is no such file")
    folder, kind = FILES[name]
    return _send(film.path / folder / name, kind)


def _glimpse(home: Home, request: Request) -> Response:
    name = request.path_params["name"]
    if not GLIMPSE.fullmatch(name):
        return _gone("there is no such picture")
    return _send(home.cache / GLIMPSES / name, "image/jpeg", GLIMPSE_HEADERS)


def _shot_file(home: Home, request: Request) -> Response:
    film = _known(home, request)
    slot, name = request.path_params["slot"], request.path_params["name"]
    if film is None or name not in SHOT_FILES or not SLOT.fullmatch(slot):
        return _gone("there is no such file")
    stage, stored, kind = SHOT_FILES[name]
    store = Artifacts(film, home.root)
    ref = store.current(stage, slot)
    return _gone("not made yet") if ref is None else _send(store.path(ref) / stored, kind)


def _metrics(home: Home) -> Callable[[Request], Response]:
    """What Prometheus scrapes; see :mod:`resources.telemetry.prometheus`."""
    try:
        from resources.telemetry.prometheus import CONTENT_TYPE, registry, scrape
    except ImportError:
        return lambda _: _gone("metrics need prometheus-client: pip install 'sparkle-motion[scale]'")
    found = registry(home)
    return lambda _: Response(scrape(found), media_type=CONTENT_TYPE, headers=HEADERS)


def _own(name: str, request: Request) -> Response:
    return _send(Path(__file__).parent / "templates" / name, OWN[name])


def _known(home: Home, request: Request) -> FilmFolder | None:
    movie = request.path_params["movie"]
    return home.film(movie) if movie in home.films() else None


def _send(path: Path, kind: str, headers: Mapping[str, str] = HEADERS) -> Response:
    """A regular file (a link is not followed), by ranges where the player asks for them."""
    try:
        regular = S_ISREG(os.lstat(path).st_mode)
    except OSError:
        regular = False
    if not regular:
        return _gone("not made yet")
    return FileResponse(path, media_type=kind, headers=headers)


def _page(name: str, **values: object) -> Response:
    return HTMLResponse(_TEMPLATES.get_template(name).render(**values), headers=HEADERS)


def _gone(text: str) -> Response:
    return PlainTextResponse(text, 404, HEADERS)
