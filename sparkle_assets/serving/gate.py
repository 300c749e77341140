"""The gate before everything that answers on loopback: only this machine's own pages may ask.

There is no login, so a page from elsewhere, open in the same browser, is the one attacker that reaches loopback. It
can give its own name this address and read what comes back (DNS rebinding): the Host header then says that name. Or it
can send without reading, and Dagster takes a mutation from a plain link, `GET /graphql?query=mutation ...`: the browser
then says where it comes from, in Origin or in Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/). Programs without
a browser send neither and are let in, for whoever runs programs here needs no page.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
"""What a Host header may say, whole: taken apart as an address, ``evil\\@127.0.0.1`` has a name of ours in it."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
GRAPHQL = "/graphql"


class Gate:
    """ASGI middleware. ``read_only`` also refuses whatever is not a reading request or GraphQL, which checks itself.

    Below ``shown`` there are pictures that other ports of this machine may show: read by nobody, only seen.
    """

    def __init__(self, app: ASGIApp, *, read_only: bool = False, shown: str | None = None) -> None:
        self.app = app
        self.read_only = read_only
        self.shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 400 (wrong name), 403 (another page) or 405 (only reading is allowed)."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status, why = self._refusal(scope)
        if not status:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008, reason=why)(scope, receive, send)
        else:
            await PlainTextResponse(why, status)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str]:
        headers = Headers(scope=scope)
        names, origins = headers.getlist("host"), headers.getlist("origin")
        if len(names) != 1 or len(origins) > 1 or not _HOST.fullmatch(names[0]):  # who says two, is heard by whom?
            return 400, "this server has no such name"
        host, origin = names[0], origins[0] if origins else None
        if origin is not None and _place(origin) != host:
            return 403, "pages from elsewhere may not ask here"
        site = headers.get("sec-fetch-site")
        seen = self.shown is not None and scope["path"].startswith(self.shown) and site == "same-site"
        if origin is None and site in ("cross-site", "same-site") and not seen and not _visit(scope, headers):
            return 403, "pages from elsewhere may not ask here"
        method = scope.get("method", "GET")
        if self.read_only and method not in READING and scope["path"] != GRAPHQL:
            return 405, "this server only shows"
        return 0, ""


def _visit(scope: Scope, headers: Headers) -> bool:
    """A person follows a link to a page: harmless for every page, and GraphQL is none."""
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return followed and scope.get("method") == "GET" and not scope["path"].startswith(GRAPHQL)


def _place(origin: str) -> str | None:
    """Where a page is from, None for an address that is none: whoever asks may send anything."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
