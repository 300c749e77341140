"""The screening room's pages and files. Read only, loopback only, every file named by the store and by nobody else."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from stat import S_ISREG

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from resources.errors import SparkleError
from resources.store.film import FilmFolder, Home
from sparkle_assets.screening.film import FilmView, film_view, poster_view, thumb_path

FILES = {
    "final_cut.mp4": ("cut", "video/mp4"),
    "final_cut.vtt": ("cut", "text/vtt"),
    "final_cut.srt": ("cut", "text/plain"),
    "poster.jpg": ("cut", "image/jpeg"),
}
"""What the room hands out, by name: the folder of the film it lies in, and its type."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; "
    "script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
SLOT = re.compile(r"[0-9]{2}")
HOSTS = ["127.0.0.1", "localhost", "[::1]"]
"""A page elsewhere must not read the room through a name of its own (DNS rebinding)."""

_TEMPLATES = Environment(
    loader=PackageLoader("sparkle_assets.screening"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def screening_room(home: Home, dagster_url: str) -> Starlette:
    """The site over all films of ``home``; ``dagster_url`` is where its lineage links lead."""
    routes = [
        Route("/", partial(_foyer, home)),
        Route("/room.js", _script),
        Route("/films/{movie}", partial(_film, home, dagster_url)),
        Route("/films/{movie}/report", partial(_report, home)),
        Route("/films/{movie}/thumbs/{slot}.jpg", partial(_thumb, home)),
        Route("/films/{movie}/{name}", partial(_file, home)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)])


def _foyer(home: Home, request: Request) -> Response:
    posters = [poster_view(home.film(movie)) for movie in home.films()]
    return _page("foyer.html", posters=posters)


def _film(home: Home, dagster_url: str, request: Request) -> Response:
    film = _known(home, request)
    if film is None:
        return _gone("there is no such film")
    try:
        view: FilmView = film_view(home, film)
    except SparkleError as error:
        return PlainTextResponse(str(error), 500, HEADERS)
    return _page("film.html", film=view, dagster=dagster_url)


def _report(home: Home, request: Request) -> Response:
    film = _known(home, request)
    if film is None:
        return _gone("there is no such film")
    return _send(film.path / "report" / "index.html", "text/html")


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


def _script(request: Request) -> Response:
    return _send(Path(__file__).parent / "templates" / "room.js", "text/javascript")


def _known(home: Home, request: Request) -> FilmFolder | None:
    movie = request.path_params["movie"]
    return home.film(movie) if movie in home.films() else None


def _send(path: Path, kind: str) -> Response:
    """A regular file (a link is not followed), by ranges where the player asks for them."""
    try:
        regular = S_ISREG(os.lstat(path).st_mode)
    except OSError:
        regular = False
    if not regular:
        return _gone("not made yet")
    headers = (
        HEADERS if kind != "text/html" else {key: HEADERS[key] for key in HEADERS if not key.startswith("Content-S")}
    )
    return FileResponse(path, media_type=kind, headers=headers)


def _page(name: str, **values: object) -> Response:
    return HTMLResponse(_TEMPLATES.get_template(name).render(**values), headers=HEADERS)


def _gone(text: str) -> Response:
    return PlainTextResponse(text, 404, HEADERS)
