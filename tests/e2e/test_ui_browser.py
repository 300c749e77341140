"""`sparkle ui` as a person meets it: Debian's Chromium, real clicks, a real daemon, a film from an idea."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from resources.pipeline.beginning import Wishes, prepare_plan
from resources.store.film import FilmFolder, Home, Settings
from resources.store.timeline import read_timeline
from tests.conftest import ROOT, write_plan

CHROMIUM = "/usr/bin/chromium"
"""Debian's (scripts/system.sh): it plays H.264, which Playwright's own build does not."""
LONG_S = 240.0
"""A film of two shots through the daemon: 30 s on an idle machine."""
MOVIE, IDEA = "hello", "A fox sleeps"
PREFILLED = "idea: A lighthouse keeper befriends a storm"
TYPED = f"idea: {IDEA}\n      movie: {MOVIE}\n      resolution: 144p"


@dataclass(frozen=True)
class Place:
    """A running `sparkle ui`."""

    dagster: str
    screening: str
    home: Home


@pytest.fixture
def place(home: Home) -> Iterator[Place]:
    port, screening_port = free_port(), free_port()
    command = [sys.executable, "-m", "sparkle_assets.cli", "ui", "--home", str(home.root)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--screening-port", str(screening_port)],
        cwd=home.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline(), process.stdout.readline()]
        assert "Screening room" in lines[1], lines
        yield Place(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{screening_port}", home)
    finally:
        below = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert psutil.wait_procs(below, timeout=60)[1] == [], "nothing outlives `sparkle ui`"
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield page
        browser.close()


def test_a_film_from_clicks_a_failed_shot_healed_and_a_screening(place: Place, page: Page, tmp_path: Path) -> None:
    film = place.home.film(MOVIE)
    shorten(film)
    begin_film(page, place)
    until(lambda: made(place)["qa_report", None] == 1)
    plan: dict[str, Any] = json.loads(film.plan_path.read_text(encoding="utf-8"))
    count = len(plan["shots"])
    assert (plan["idea"], plan["resolution"], count) == (IDEA, "144p", 2)
    once = {(stage, slot): 1 for stage in SHOT for slot in ("01", "02")}
    assert made(place) == Counter(once | {(stage, None): 1 for stage in FILM})

    sees_thumbnails(page, place)
    sees_checks_of_each_shot(page, place, count)
    sees_the_film(page, place, count, tmp_path)

    # the second shot gets a picture of the user's own, which turns out to be damaged
    picture = film.media_folder / "shore.png"
    picture.parent.mkdir(exist_ok=True)
    picture.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    plan["shots"][1]["media"] = {"image": f"{film.media_folder.name}/{picture.name}"}
    write_plan(film.plan_path, plan)
    before = made(place)
    materialize(page, place, "movie_plan", MOVIE)
    until(lambda: any(event.event == "failed" and event.slot == "02" for event in read_timeline(film.path)))
    page.goto(f"{place.dagster}/assets/shot_images?view=partitions&partition={MOVIE}%7C02")
    expect(page.get_by_text("Failed (1)")).to_be_visible()

    # mended, and materialized: the film heals, and nothing but this shot and what is below it is made again
    Image.radial_gradient("L").convert("RGB").resize((320, 180)).save(picture)
    materialize(page, place, "shot_images", f"{MOVIE}|02")
    until(lambda: made(place)["qa_report", None] == 2)
    again = {("shot_images", "02"), ("video_chunks", "02"), ("lipsynced_clips", "02")}
    again |= {("movie_plan", None), ("final_cut", None), ("qa_report", None)}
    assert made(place) - before == Counter(dict.fromkeys(again, 1))

    page.goto(f"{place.screening}/films/{MOVIE}")
    expect(page.locator(".story .failed")).to_contain_text("shore.png")
    expect(page.locator(".story .again", has_text="final frames")).to_contain_text("because of a new motion")


SHOT = ("shot_images", "voice_tracks", "video_chunks", "lipsynced_clips")
FILM = ("movie_plan", "final_cut", "qa_report")


def shorten(film: FilmFolder) -> None:
    """The plan of this idea cut to two shots by hand, which the launchpad then finds; whole, it has seven."""
    prepare_plan(film, IDEA, None, Wishes(None, None, None, None), None, Settings())
    plan = json.loads(film.plan_path.read_text(encoding="utf-8"))
    shots = [{**shot, "dialogue": shot["dialogue"][:1]} for shot in plan["shots"][:2]]
    write_plan(film.plan_path, {**plan, "shots": shots, "title_card_s": 0, "end_card_s": 0})


def begin_film(page: Page, place: Place) -> None:
    """What a new user clicks: jobs, new_film, Launchpad; an idea is written over the one that stands there; launch."""
    page.goto(f"{place.dagster}/jobs")
    page.get_by_role("link", name="new_film").first.click()
    page.get_by_role("tab", name="Launchpad").or_(page.get_by_role("link", name="Launchpad")).first.click()
    page.locator(".CodeMirror-line", has_text=PREFILLED).click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    page.keyboard.insert_text(TYPED)
    expect(page.locator(".CodeMirror-line", has_text="resolution: 144p")).to_be_visible()
    expect(page.get_by_text(PREFILLED)).to_have_count(0)
    page.get_by_role("button", name="Launch Run").click()
    page.wait_for_url("**/runs/*")


def materialize(page: Page, place: Place, asset: str, partition: str) -> None:
    """Pick a partition in the asset's page, press Materialize, launch."""
    page.goto(f"{place.dagster}/assets/{asset}?view=partitions&partition={partition.replace('|', '%7C')}")
    expect(page.get_by_text(partition, exact=True).filter(visible=True).first).to_be_visible()
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_role("button", name="Launch 1 run").click()
    expect(page.get_by_text("Launched run")).to_be_visible()


def sees_thumbnails(page: Page, place: Place) -> None:
    """In place, from the screening room; and kept with the event, on a click."""
    for asset in ("shot_images", "lipsynced_clips", "final_cut"):
        page.goto(f"{place.dagster}/assets/{asset}?view=events")
        picture = page.locator(f'img[src^="{place.screening}/glimpses/"]').first
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", True)
        assert int(picture.evaluate("image => image.naturalWidth")) > 100
    page.get_by_text("[Show Markdown]").click()
    kept = page.locator('img[src^="data:image/jpeg"]')
    expect(kept).to_be_visible()
    assert len(kept.get_attribute("src") or "") < 27_000  # 20 KB, in base64


def sees_checks_of_each_shot(page: Page, place: Place, count: int) -> None:
    page.goto(f"{place.dagster}/assets/lipsynced_clips?view=checks")
    page.get_by_text("frame_count").first.click()
    page.get_by_role("tab", name="Partitions").last.click()
    expect(page.get_by_text(f"Passed ({count})")).to_be_visible()


def sees_the_film(page: Page, place: Place, count: int, folder: Path) -> None:
    """The link in Dagster leads there, the film plays to its end, and the page breaks none of its own rules."""
    page.goto(f"{place.dagster}/assets/final_cut?view=events")
    link = page.get_by_role("link", name=f"{place.screening}/films/{MOVIE}", exact=True).first
    assert link.get_attribute("href") == f"{place.screening}/films/{MOVIE}"
    complaints: list[str] = []
    listen = lambda message: complaints.append(message.text) if message.type == "error" else None  # noqa: E731
    page.on("console", listen)
    page.goto(f"{place.screening}/films/{MOVIE}")
    expect(page.locator(".frame img")).to_have_count(count)
    ended = page.locator("#player").evaluate(
        """player => new Promise((done, fail) => {
            player.addEventListener("ended", () => done(player.currentTime));
            player.addEventListener("error", () => fail(player.error.message));
            player.muted = true; player.playbackRate = 8; player.play().catch(fail);
        })"""
    )
    assert ended == pytest.approx(json.loads(report_of(place))["duration_s"], abs=0.1)
    expect(page.locator(".words li.now")).to_have_count(1)
    page.screenshot(path=folder / "screening-room.png", full_page=True)
    assert complaints == []
    page.remove_listener("console", listen)


def report_of(place: Place) -> str:
    return (place.home.film(MOVIE).path / "report" / "report.json").read_text(encoding="utf-8")


def made(place: Place) -> Counter[tuple[str | None, str | None]]:
    """How often each stage of each slot was made, from the film's event log."""
    events = read_timeline(place.home.film(MOVIE).path)
    return Counter((event.stage, event.slot) for event in events if event.event == "success")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
