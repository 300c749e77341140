"""The screening room and its gate: any request is answered, and with the store's named media or nothing.

Requests are put to the room as a server would (ASGI), and some over a real connection.
"""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st

from sparkle_assets.screening.app import screening_room
from sparkle_assets.serving.gate import NAMES, Gate
from tests.harness.fuzzing import door, fenced
from tests.harness.mutations import bytes_changed, texts
from tests.harness.small_store import MOVIE, small_home

SECRET = b"nobody may see this"
HOST = "127.0.0.1:3001"
SEGMENTS = (
    "", ".", "..", "films", MOVIE, "report", "cut", "thumbs", "shots", "glimpses", "01", "99", "١٢", "01.jpg",
    "clip.mp4", "final_cut.mp4", "final_cut.vtt", "poster.jpg", "keyframe.png", "dialogue.wav", "room.js", "room.css",
    "sidecar.json", "plan", "movie_plan.json", "secret.txt", "a" * 32 + ".jpg", "a" * 300, "etc", "passwd", "%00",
    "%2e%2e", "%2f", "..%2f", "%252e%252e", "%c0%ae%c0%ae", "..;", "\\..\\", "%5c", "%0d%0aX: y", "{{7*7}}", "%ff",
    "~", "*", "?", "#", "//evil.example",
)  # fmt: skip
ROUTES = (
    "/", "/room.js", "/room.css", f"/films/{MOVIE}", f"/films/{MOVIE}/report", f"/films/{MOVIE}/report/",
    f"/films/{MOVIE}/final_cut.mp4", f"/films/{MOVIE}/cut/final_cut.mp4", f"/films/{MOVIE}/poster.jpg",
    f"/films/{MOVIE}/thumbs/01.jpg", f"/films/{MOVIE}/shots/01/clip.mp4", f"/films/{MOVIE}/shots/01/keyframe.png",
    f"/glimpses/{'a' * 32}.jpg", f"/films/{MOVIE}/shots/01/../../plan/movie_plan.json",
)  # fmt: skip
METHODS = (
    "GET",
    "GET",
    "GET",
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "BREW",
    "",
)
RANGES = (
    "bytes=0-99", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=5-", "bytes=-", "bytes=9-1",
    "bytes=0-99999999999999999999", "bytes=99999999999999999999-", "bytes=" + "9" * 5000 + "-",
    "bytes=-" + "9" * 5000, "bytes=0-1,4-5,2-3", "bytes=" + ",".join(["0-"] * 99),
    "bytes=" + ",".join(["0-1"] * 2000), "bytes=٠-٩", "bytes=1_0-2_0", "items=0-5", "bytes", "bytes==1", "bytes=a-b",
    "bytes= 0 - 5 ", "BYTES=0-1", "bytes=--1", "bytes=+1-+5", "bytes=0-1-2",
)  # fmt: skip
HOSTS = (
    HOST, HOST, HOST, HOST, HOST, HOST, "localhost", "[::1]:3001", "LOCALHOST", "127.0.0.1.evil.example",
    "evil.example", "user@127.0.0.1", "127.0.0.1@evil.example", "[::1", "[x]", "127.0.0.1:99999", "127.0.0.1:x", "",
    " ", "127.0.0.1#evil", "127.0.0.1/evil", "2130706433", "0x7f.1", "127.1", "0.0.0.0", "localhost.", "１２７.0.0.1",
    "[::ffff:127.0.0.1]", "a" * 3000,
)  # fmt: skip
ORIGINS = (
    f"http://{HOST}", "http://evil.example", "null", "", "http://[", "http://[::1", "//", "http://127.0.0.1:3000",
    "file://", f"http://x@{HOST}", f"http://{HOST}.evil.example", "http://[x]:1", f"http://{HOST}/path",
    "javascript:alert(1)",
)  # fmt: skip
HEADERS = ("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "if-range", "accept", "cookie", "x-forwarded-host")
VALUES = (
    "cross-site",
    "same-site",
    "same-origin",
    "none",
    "navigate",
    "document",
    "image",
    "no-cors",
    '"x"',
    'W/"x"',
    "",
)


@dataclass
class Asked:
    """A request as a server hands it on."""

    path: str = "/"
    """As it was sent, percent encodings and all; ASCII."""
    method: str = "GET"
    host: str | None = HOST
    headers: list[tuple[str, str]] = field(default_factory=list)
    query: bytes = b""
    kind: str = "http"

    def scope(self) -> dict[str, Any]:
        given = [*([] if self.host is None else [("host", self.host)]), *self.headers]
        return {
            "type": self.kind,
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in given],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 3001),
        }


@dataclass
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def paths() -> st.SearchStrategy[str]:
    """A path of the room's own, or one made of pieces that no room should know."""
    free = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12)
    made = st.lists(st.sampled_from(SEGMENTS) | free, max_size=7).map(lambda parts: "/" + "/".join(parts))
    grown = st.tuples(st.sampled_from(ROUTES), st.sampled_from(SEGMENTS)).map("".join)
    return st.one_of(st.sampled_from(ROUTES), made, grown).map(lambda path: path.encode("ascii", "replace").decode())


def requests() -> st.SearchStrategy[Asked]:
    pairs = st.tuples(st.sampled_from(HEADERS), st.sampled_from(VALUES) | texts())
    ranges = st.tuples(st.just("range"), st.sampled_from(RANGES) | texts().map("bytes={}".format))
    origins = st.tuples(st.just("origin"), st.sampled_from(ORIGINS) | texts().map("http://{}".format))
    hosts = st.sampled_from(HOSTS) | texts() | st.none()
    headers = st.lists(st.one_of(ranges, ranges, pairs, origins), max_size=3)
    kinds = st.sampled_from(("http",) * 9 + ("websocket",))
    return st.builds(Asked, paths(), st.sampled_from(METHODS), hosts, headers, st.binary(max_size=20), kinds)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small film, secrets in and around it, and links that lead to them."""
    root = tmp_path_factory.mktemp("room") / "home"
    home = small_home(root)
    film = home.film(MOVIE).path
    for secret in (root.parent / "secret.txt", root / "secret.txt", film / "secret.txt", film / "cut" / "secret.txt"):
        secret.write_bytes(SECRET)
    (film / "cut" / "final_cut.srt").symlink_to(root.parent / "secret.txt")
    (home.cache / "glimpses").mkdir(parents=True)
    (home.cache / "glimpses" / f"{'a' * 32}.jpg").symlink_to(root / "secret.txt")
    return root


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def answered(runner: asyncio.Runner, app: Any, asked: Asked) -> Got:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    runner.run(app(asked.scope(), receive, send))
    if asked.kind == "websocket":
        assert {message["type"] for message in sent} <= {"websocket.close"}, sent
        return Got(403, {}, b"")
    assert sent and sent[0]["type"] == "http.response.start"
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Got(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@door(60)
@given(requests())
@example(Asked(headers=[("origin", "http://[::1")]))
@example(Asked(path=f"/films/{MOVIE}/final_cut.mp4", headers=[("range", "bytes=" + "9" * 5000 + "-")]))
@example(Asked(path=f"/films/{MOVIE}/final_cut.srt"))
@example(Asked(path=f"/glimpses/{'a' * 32}.jpg"))
@example(Asked(path=f"/films/{MOVIE}", kind="websocket"))
@example(Asked(path=f"/films/{MOVIE}/", query=b"\xff"))
def test_any_request_is_answered_with_media_or_nothing(place: Path, runner: asyncio.Runner, asked: Asked) -> None:
    home_app = screening_room(small_home_at(place), "http://127.0.0.1:3000")
    with fenced(place):
        got = answered(runner, home_app, asked)
    assert got.status < 500
    assert SECRET not in got.body
    if asked.kind == "http":
        if asked.host is None or not local(asked.host):
            assert got.status == 400
        if asked.method not in ("GET", "HEAD", "OPTIONS"):
            assert got.status in (400, 403, 405)
        if int(got.headers.get("content-length", len(got.body))) != len(got.body):
            assert asked.method == "HEAD"
    if got.status == 206 and asked.method == "GET" and "multipart" not in got.headers["content-type"]:
        start, end, size = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", got.headers["content-range"]).groups())  # type: ignore[union-attr]
        whole = answered(runner, home_app, Asked(path=asked.path)).body
        assert len(whole) == size
        assert got.body == whole[start : end + 1]


def local(host: str) -> bool:
    """Whether a browser that sends this Host asked for this machine under its own name."""
    name = host.lower().rpartition("@")[2]
    return any(
        name.strip("[]") == one or name.startswith((f"{one}:", f"[{one}]", f"{one}/", f"{one}?", f"{one}#"))
        for one in NAMES
    )


def small_home_at(place: Path) -> Any:
    from resources.store.film import Home

    return Home(place)


@door(60)
@given(requests(), st.booleans())
@example(Asked(headers=[("origin", "http://[")]), False)
def test_the_gate_lets_nobody_from_elsewhere_in(runner: asyncio.Runner, asked: Asked, read_only: bool) -> None:
    """In front of Dagster, which answers whatever comes through."""
    through: list[str] = []

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        through.append(scope["path"])
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    got = answered(runner, Gate(answer, read_only=read_only), asked)
    assert got.status in (200, 400, 403, 405)
    if through:
        assert asked.host is not None and local(asked.host)
        origins = [value for name, value in asked.headers if name == "origin"]
        assert not origins or asked.host in origins[0]


@pytest.fixture(scope="module")
def port(place: Path) -> Iterator[int]:
    """The room behind the server that `sparkle ui` runs."""
    room = screening_room(small_home_at(place), "http://127.0.0.1:3000")
    config = uvicorn.Config(room, "127.0.0.1", 0, log_level="critical", access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(30)


PLAIN = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
LINES = st.builds(
    lambda asked: (
        f"{asked.method or 'GET'} {asked.path} HTTP/1.1\r\n".encode()
        + b"".join(name + b": " + value.replace(b"\n", b"") + b"\r\n" for name, value in asked.scope()["headers"])
        + b"connection: close\r\n\r\n"
    ),
    requests(),
)


@door(12, most=2000)
@given(st.one_of(LINES, bytes_changed(LINES)))
@example(b"GET /films/../../secret.txt HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
@example(b"GET //evil.example/%2e%2e/secret.txt HTTP/1.0\r\n\r\n")
def test_a_server_answers_whatever_is_sent(port: int, data: bytes) -> None:
    got = exchanged(port, data)
    assert SECRET not in got
    assert got == b"" or re.match(rb"HTTP/1\.1 [1234]\d\d ", got), got[:200]
    assert exchanged(port, PLAIN, patience_s=20).startswith(b"HTTP/1.1 200")


def exchanged(port: int, data: bytes, *, patience_s: float = 0.3) -> bytes:
    """What a server sends back until it closes, or says no more because it waits for the rest."""
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection, suppress(OSError):
        connection.sendall(data)
        connection.settimeout(patience_s)
        while piece := connection.recv(1 << 16):
            got += piece
    return bytes(got)
