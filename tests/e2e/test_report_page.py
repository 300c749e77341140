"""The report page in a browser, opened from a disk: it leads to the exact frame, asks nobody for anything, prints."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from resources.pipeline.page import report_page
from tests.harness.report_view import FRAMES, example_film, example_view, frame_shown

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with its film and its data beside it."""
    folder = tmp_path_factory.mktemp("report page")
    example_film(folder / "film.mp4")
    (folder / "report.json").write_text("{}", encoding="utf-8")
    (folder / "index.html").write_text(report_page(example_view()), encoding="utf-8")
    return folder / "index.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; its sandbox refuses to run as root."""
    with sync_playwright() as playwright:
        sandbox = [] if os.getuid() else ["--no-sandbox"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The page, open and with its film ready; at the end nothing has been asked for or complained about."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    opened.locator("#player").evaluate(when("player.readyState >= 2", "loadeddata"))
    yield opened
    context.close()
    assert said == []
    beside = {report.as_uri(), (report.parent / "film.mp4").as_uri()}
    assert {url for url in asked if not url.startswith("data:")} <= beside


def when(condition: str, event: str) -> str:
    """A promise of ``condition``, asked again at every ``event`` of the player (polling would need the page's eval)."""
    return f"""player => new Promise(done => {{
      const look = () => {{ if ({condition}) {{ player.removeEventListener("{event}", look); done() }} }};
      player.addEventListener("{event}", look);
      look();
    }})"""


def settled(page: Page) -> int:
    """The frame that the player really shows, read from its pixels; the page's own counter says the same."""
    player = page.locator("#player")
    player.evaluate(when("!player.seeking", "seeked"))
    told = int(page.locator("#frame").inner_text())
    until = monotonic() + 30
    while frame_shown(player.screenshot()) != told:  # a decoded frame reaches the screen a little later
        assert monotonic() < until, f"the page says frame {told}, the player shows another one"
        page.wait_for_timeout(40)
    return told


def test_a_finding_leads_to_its_frame(page: Page) -> None:
    for number, frame in ((4, 103), (2, 24), (3, 60), (5, 120)):
        page.locator(f"#finding-{number} a[data-frame]").click()
        assert settled(page) == frame
        seconds = page.locator("#player").evaluate("player => player.currentTime")
        assert frame / 24 < seconds < (frame + 1) / 24
        assert page.locator("[aria-current]").get_attribute("id") == f"finding-{number}"


def test_markers_on_the_timeline_and_pictures_lead_to_theirs(page: Page) -> None:
    page.locator(".strip a[href='#finding-3']").click()
    assert settled(page) == 60
    page.locator(".panel .pic").nth(3).click()
    assert settled(page) == 72
    assert page.locator(".panel.now h3").inner_text() == "4 s040-shot"


def test_keys_walk_by_frames_and_by_findings(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert settled(page) == 2
    page.keyboard.press("ArrowLeft")
    assert settled(page) == 1
    for frame in (24, 60, 103, 120):
        page.keyboard.press("n")
        assert settled(page) == frame
    page.keyboard.press("p")
    assert settled(page) == 103
    page.locator("#player").focus()
    for _ in range(FRAMES):
        page.keyboard.press("ArrowRight")
    assert settled(page) == FRAMES - 1
    page.locator("#keys").uncheck()
    page.keyboard.press("p")
    assert settled(page) == FRAMES - 1


def test_a_click_into_a_curve_seeks_and_the_cursor_follows(page: Page) -> None:
    plot = page.locator("#plot-motion svg[data-seek]")
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] * 0.75, "y": 20})
    assert settled(page) == FRAMES * 3 // 4
    cursors = page.locator(".cursor").evaluate_all("lines => lines.map(line => line.getAttribute('x1'))")
    assert len(cursors) == 5
    assert {round(float(x.rstrip("%")) * FRAMES / 100 - 0.5) for x in cursors} == {108}


def test_the_cursor_follows_the_film_as_it_plays(page: Page) -> None:
    page.locator("body").press("Space")
    page.locator("#player").evaluate(when("player.currentTime > 0.2", "timeupdate"))
    page.locator("body").press("Space")
    assert settled(page) > 3


def test_subtitles_are_in_the_page(page: Page) -> None:
    track = page.locator("track")
    track.evaluate(when("player.readyState >= 2", "load"))
    assert track.evaluate("track => track.track.cues[0].text") == "You are staring."


def test_a_slider_uncovers_the_take_before(page: Page) -> None:
    slider = page.locator("#retake-s030-shot input")
    after = page.locator("#retake-s030-shot .after > img")
    clip = "image => getComputedStyle(image).clipPath"
    slider.fill("0")
    covered = after.evaluate(clip)
    slider.fill("100")
    assert after.evaluate(clip) != covered
    slider.focus()
    page.keyboard.press("ArrowLeft")  # moves the slider, not the film
    assert slider.input_value() == "99"
    assert page.locator("#frame").inner_text() == "0"


def test_links_lead_somewhere(page: Page, report: Path) -> None:
    addresses = page.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for address in set(addresses):
        if address.startswith("#"):
            assert page.locator(address).count() == 1
        else:
            assert (report.parent / address).is_file()


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_nothing_sticks_out(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.locator("main *:not(svg *)").evaluate_all(
        "(all, width) => all.filter(one => one.getBoundingClientRect().right > width + 1).map(one => one.outerHTML)",
        width,
    )
    assert wide == []
    assert page.locator("img:not([alt])").count() == 0


def test_text_is_readable_in_both_lights(page: Page) -> None:
    """WCAG AA: 4.5 to 1 for ink, dim text and every severity on paper and sheet."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for ground in ("--paper", "--sheet", "--well"):
            for ink in ("--ink", "--dim", "--good", "--bad", "--warn", "--info", "--accent"):
                assert page.evaluate(CONTRAST, [ink, ground]) >= 4.5, f"{ink} on {ground} in {scheme}"


CONTRAST = """([ink, ground]) => {
  const light = (name) => {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const linear = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


def test_it_prints_whole(page: Page) -> None:
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") >= 3
    page.emulate_media(media="print")
    assert page.locator("#player").is_hidden()
    assert page.locator(".poster").is_visible()
    assert page.locator("#plot-loudness svg[data-seek]").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_without_its_film_the_page_still_shows_where(browser: Browser, report: Path, tmp_path: Path) -> None:
    alone = tmp_path / "index.html"
    alone.write_text(report.read_text(encoding="utf-8"), encoding="utf-8")
    page = browser.new_page()
    page.goto(alone.as_uri())
    page.locator(".missing").wait_for(state="visible")
    page.locator("#finding-4 a[data-frame]").click()
    assert page.locator("#frame").inner_text() == "103"
    page.close()
