"""The gate before what answers on loopback, and the note that says where it does."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from resources.errors import Busy, InputError
from resources.store.film import Home
from sparkle_assets.cli.ui import _check_free
from sparkle_assets.processes import alive, older_than, process_tag
from sparkle_assets.serving.address import announce, running, screening_url, withdraw
from sparkle_assets.serving.gate import Gate
from tests.conftest import Sparkle

HERE = "127.0.0.1:3000"
FOLLOWED = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def visit(*, read_only: bool = False) -> TestClient:
    def answer(request: Request) -> Response:
        return PlainTextResponse("yes")

    routes = [Route(path, answer, methods=["GET", "POST"]) for path in ("/", "/graphql", "/report_asset_check")]
    app = Starlette(routes=routes)
    app.add_middleware(Gate, read_only=read_only)
    return TestClient(app, base_url=f"http://{HERE}")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:3000", "[::1]:3000"])
def test_this_machines_names_are_let_in(host: str) -> None:
    assert visit().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "192.168.0.2"])
def test_a_name_that_somebody_gave_this_address_is_refused(host: str) -> None:
    assert visit().get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:3001", "http://localhost:3000"])
def test_a_page_from_elsewhere_may_not_ask(origin: str) -> None:
    assert visit().post("/graphql", headers={"origin": origin}).status_code == 403


def test_the_own_page_and_a_program_may() -> None:
    assert visit().post("/graphql", headers={"origin": f"http://{HERE}"}).status_code == 200
    assert visit().post("/graphql").status_code == 200


def test_a_mutation_behind_a_link_or_a_picture_is_refused() -> None:
    picture = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert visit().get("/graphql?query=mutation", headers=picture).status_code == 403
    assert visit().get("/graphql?query=mutation", headers=FOLLOWED).status_code == 403
    assert visit().get("/", headers=FOLLOWED).status_code == 200


@pytest.mark.parametrize(
    "spelled",
    ["/graphql/", "//graphql", "/./graphql", "/x/../graphql", "/%67raphql", "/GraphQL", "/graphql;x", "/graphql%3f"],
)
def test_no_other_spelling_reaches_it_behind_a_link(spelled: str) -> None:
    reached: list[str] = []

    def mutate(request: Request) -> PlainTextResponse:
        reached.append(request.url.path)
        return PlainTextResponse("done")

    app = Starlette(routes=[Route("/graphql", mutate)])
    app.add_middleware(Gate)
    TestClient(app, base_url=f"http://{HERE}").get(f"{spelled}?query=mutation", headers=FOLLOWED)
    assert reached == []


def test_small_pictures_are_seen_by_the_other_port_alone() -> None:
    app = Starlette(routes=[Route("/glimpses/a.jpg", lambda request: PlainTextResponse("yes"))])
    app.add_middleware(Gate, read_only=True, shown="/glimpses/")
    room = TestClient(app, base_url=f"http://{HERE}")
    image = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert room.get("/glimpses/a.jpg", headers={**image, "sec-fetch-site": "same-site"}).status_code == 200
    assert room.get("/glimpses/a.jpg", headers={**image, "sec-fetch-site": "cross-site"}).status_code == 403


def test_a_web_socket_of_another_page_is_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def never(*_: Any) -> None:
        raise AssertionError("the gate let it through")

    headers = [(b"host", HERE.encode()), (b"origin", b"http://evil.example")]
    asyncio.run(Gate(never)({"type": "websocket", "path": "/graphql", "headers": headers}, never, send))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "pages from elsewhere may not ask here"}]


def test_where_only_reading_is_allowed() -> None:
    assert visit(read_only=True).post("/report_asset_check").status_code == 405
    assert visit(read_only=True).post("/graphql").status_code == 200  # refuses mutations itself
    assert visit(read_only=True).get("/").status_code == 200


def test_links_lead_where_the_room_answers(home: Home) -> None:
    assert running(home) is None
    assert screening_url(home, "films", "a b") == "http://127.0.0.1:3001/films/a%20b"
    announce(home, 4000, 4001)
    assert screening_url(home) == "http://127.0.0.1:4001"
    withdraw(home)
    assert running(home) is None


def test_a_second_ui_and_a_taken_port_are_told_in_one_line(home: Home, sparkle: Sparkle) -> None:
    import socket

    announce(home, 4000, 4001)
    answer = sparkle("ui", "--home", str(home.root))
    assert (answer.code, answer.out) == (Busy.exit_code, "")
    assert "runs for this home already: http://127.0.0.1:4000" in answer.err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="--screening-port"):
            _check_free(taken.getsockname()[1], "--screening-port")


def test_processes_are_told_apart_by_their_start() -> None:
    own, number = process_tag(), int(process_tag().partition("@")[0])
    assert alive(own) and not alive(f"{number}@1.00") and not alive("no process")
    assert older_than(number, 4e9) and not older_than(number, 1.0) and not older_than(2**30, 4e9)
