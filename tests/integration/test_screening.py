"""The screening room: what it shows of a film, and what it never hands out."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.store.film import Home, Settings
from sparkle_assets.screening.app import screening_room
from tests.conftest import write_plan

URL = "http://127.0.0.1:3000"


def visit(home: Home, host: str = "127.0.0.1") -> TestClient:
    return TestClient(screening_room(home, URL), base_url=f"http://{host}")


def planned(home: Home, plan: dict[str, Any]) -> None:
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, plan)
    film.write_settings(Settings())


def test_an_empty_room_says_how_to_begin(home: Home) -> None:
    assert "sparkle make" in visit(home).get("/").text


def test_a_film_is_shown_with_its_lines_and_its_player(home: Home, plan: dict[str, Any], tiny: Engines) -> None:
    plan["title"] = "<script>alert(1)</script>"
    plan["shots"] = plan["shots"][:1]
    planned(home, plan)
    film = Production(home, "hello", lambda profile: tiny)
    film.plan()
    for stage in (film.image, film.voice, film.video, film.clip):
        stage("01")
    film.cut()
    film.report()
    room = visit(home)
    page = room.get("/films/hello").text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert 'src="/films/hello/final_cut.mp4"' in page and 'src="/films/hello/final_cut.vtt"' in page
    assert "Hello!" in page and 'data-start="' in page and f"{URL}/assets/final_cut" in page
    assert "7 things made for the first time" in page and "final frames made in" in page
    assert "✓" in page and "frame count" in page
    part = room.get("/films/hello/final_cut.mp4", headers={"Range": "bytes=0-99"})
    assert part.status_code == 206 and len(part.content) == 100
    assert room.get("/films/hello/thumbs/01.jpg").headers["content-type"] == "image/jpeg"
    assert room.get("/films/hello/report").status_code == 200
    assert room.get("/films/hello/cut/final_cut.mp4").status_code == 200  # where the report's player looks
    for name, kind in (("keyframe.png", "image/png"), ("dialogue.wav", "audio/wav"), ("clip.mp4", "video/mp4")):
        assert room.get(f"/films/hello/shots/01/{name}").headers["content-type"] == kind
        assert room.get(f"/films/hello/shots/02/{name}").status_code == 404
    policy = room.get("/films/hello").headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy


def test_a_film_that_is_only_planned_is_shown_and_left_alone(home: Home, plan: dict[str, Any]) -> None:
    planned(home, plan)
    before = sorted(path.name for path in home.film("hello").path.rglob("*"))
    page = visit(home).get("/films/hello").text
    assert "not cut yet" in page and "<video" not in page
    assert sorted(path.name for path in home.film("hello").path.rglob("*")) == before


@pytest.mark.parametrize(
    "path",
    [
        "/films/none",
        "/films/hello/movie_plan.json",
        "/films/hello/final_cut.mp4",
        "/films/hello/..%2fplan%2fmovie_plan.json",
        "/films/..%2f..%2fetc/report",
        "/films/hello/thumbs/99.jpg",
        "/films/hello/shots/01/sidecar.json",
        "/films/hello/shots/..%2f..%2fplan/clip.mp4",
    ],
)
def test_nothing_else_is_handed_out(home: Home, plan: dict[str, Any], path: str) -> None:
    planned(home, plan)
    assert visit(home).get(path).status_code == 404


def test_links_are_not_followed(home: Home, plan: dict[str, Any]) -> None:
    planned(home, plan)
    cut = home.film("hello").path / "cut"
    cut.mkdir()
    (cut / "final_cut.mp4").symlink_to("/etc/hostname")
    assert visit(home).get("/films/hello/final_cut.mp4").status_code == 404


def test_other_names_for_this_machine_are_refused(home: Home) -> None:
    assert visit(home, "evil.example").get("/").status_code == 400
    assert visit(home).get("/", headers={"origin": "http://evil.example"}).status_code == 403


def test_a_change_is_told_with_its_reason(home: Home, plan: dict[str, Any], tiny: Engines) -> None:
    plan["shots"] = plan["shots"][:1]
    planned(home, plan)
    Production(home, "hello", lambda profile: tiny).image("01")
    plan["shots"][0]["prompt"] = "Ada in a forest"
    write_plan(home.film("hello").plan_path, plan)
    Production(home, "hello", lambda profile: tiny).image("01")
    page = visit(home).get("/films/hello").text
    assert "because of its prompt" in page, page[page.index("How it was made") :]


def test_it_only_reads(home: Home) -> None:
    assert visit(home).post("/").status_code == 405
