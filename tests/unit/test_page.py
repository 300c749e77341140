"""The report page, and the instance: nothing of a film becomes markup, nothing phones home, the page stays small."""

from base64 import b64encode
from fractions import Fraction
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from pydantic import ValidationError

from resources.pipeline.page import report_page
from resources.pipeline.page.pictures import shrunk
from resources.pipeline.page.places import film_frame, own_starts, placed
from resources.pipeline.page.plots import COLUMNS, plot
from resources.pipeline.page.view import Curve, Limit, Provenance, Reading, ReportView, Spend, SpokenLine, TakeView
from resources.pipeline.page.words import clock, money, number, span
from schemas.report import Finding
from schemas.time import FrameRate
from sparkle_assets.runner import prepare_instance
from tests.harness.report_view import example_shot, example_view

NASTY = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"


class Markup(HTMLParser):
    """Every element with its attributes, and the text of style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"style": [], "script": [], "title": []}
        self.text = ""
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.inside:
            self.inside[tag].append("")

    def handle_data(self, data: str) -> None:
        if self._open in self.inside:
            self.inside[self._open][-1] += data
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def nasty_view() -> ReportView:
    """Every text that comes from outside, as bad as can be."""
    view = example_view()
    shot = view.shots[2].model_copy(
        update={
            "prompt": NASTY,
            "size": NASTY,
            "camera": NASTY,
            "lines": [SpokenLine(who=NASTY, text=NASTY, start=0, stop=1)],
            "takes": [
                TakeView(
                    number=k, reasons=[NASTY], action=NASTY, note=NASTY, worst=Reading(check=NASTY, value=1, unit=NASTY)
                )
                for k in (1, 2)
            ],
            "provenance": {
                NASTY: Provenance(engine=NASTY, revision=NASTY, models=[NASTY], fingerprint=NASTY, ladder=[NASTY])
            },
            "cost": Spend(currency=NASTY, amount=1),
        }
    )
    finding = Finding(check=NASTY, shot=shot.id, value=1, limit=2, unit=NASTY, reason=NASTY, message=NASTY)
    curve = view.curves[0].model_copy(
        update={"title": NASTY, "unit": NASTY, "note": NASTY, "limits": [Limit(value=-14, label=NASTY, side="target")]}
    )
    return view.model_copy(
        update={
            "title": NASTY,
            "logline": NASTY,
            "language": NASTY,
            "why": NASTY,
            "vtt": NASTY,
            "made_by": NASTY,
            "shots": [*view.shots[:2], shot, *view.shots[3:]],
            "findings": [finding, *view.findings],
            "curves": [curve, *view.curves[1:]],
            "measures": [Reading(check=NASTY, value=nan, unit=NASTY, limit=inf), *view.measures],
            "checks": [NASTY],
            "cost": Spend(currency=NASTY, amount=1),
        }
    )


def test_text_of_a_film_never_becomes_markup() -> None:
    page, plain = Markup(report_page(nasty_view())), Markup(report_page(example_view()))
    assert page.all("script") == [{}]
    assert len(page.all("style")) == 1
    assert page.inside["title"] == [f"{NASTY} · quality report"]
    assert page.inside["script"] == plain.inside["script"]
    assert page.text.count(NASTY) > 20
    assert "49" not in page.inside["title"][0]
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert attributes.get("src") != "x"


def test_every_address_of_the_page_is_inside_or_beside_it() -> None:
    page = Markup(report_page(example_view()))
    names = {attributes["id"] for _, attributes in page.elements if attributes.get("id")}
    for tag, attributes in page.elements:
        for key in ("href", "src", "poster", "action", "srcset"):
            address = attributes.get(key)
            if address is None:
                continue
            if address.startswith("#"):
                assert address[1:] in names, f"{tag} leads to {address}"
            else:
                assert address in ("film.mp4", "report.json") or address.startswith(
                    ("data:image/jpeg", "data:text/vtt")
                )


def test_the_policy_names_the_style_and_the_script_by_their_hashes() -> None:
    page = Markup(report_page(example_view()))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in (policy or "").split("; "))
    for tag in ("style", "script"):
        digest = b64encode(sha256(page.inside[tag][0].encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"


@pytest.mark.parametrize(
    "film",
    ["javascript:alert(1)", "http://host/f.mp4", "//host/f.mp4", "/etc/passwd", "cut/../../x.mp4", "f.mp4?x", ""],
)
def test_the_film_lies_beside_the_page(film: str) -> None:
    with pytest.raises(ValidationError):
        ReportView(
            title="t",
            verdict="approve",
            why="w",
            film=film,
            fps="24",
            width=2,
            height=2,
            frames=0,
            shots=[],
            findings=[],
        )


def test_a_page_without_anything_says_so() -> None:
    view = ReportView(
        title="t",
        verdict="approve",
        why="w",
        fps="24",
        width=2,
        height=2,
        frames=0,
        shots=[],
        findings=[],
        checks=["blur"],
    )
    page = Markup(report_page(view))
    assert "Nothing to complain about" in page.text
    assert "Made again" not in page.text
    assert "1 check looked at the film:" in page.text


def test_findings_stand_on_the_films_own_clock_the_worst_first() -> None:
    found = placed(example_view())
    assert [one.frame for one in found] == [None, 24, 60, 103, 120, 120]
    assert [one.finding.severity for one in found[-2:]] == ["error", "info"]
    assert [one.exact for one in found] == [False, False, True, True, True, False]
    assert found[4].shot is not None and found[4].shot.id == "s060-shot"  # of the film, but it lies in a shot


@pytest.mark.parametrize(
    ("place", "frame"),
    [
        ({"frame": 3}, 51),
        ({"second": 0.1}, 51),
        ({"second": 0.099}, 50),
        ({}, 48),
        ({"frame": 900}, 71),
        ({"frame": -4}, 48),
    ],
)
def test_a_finding_stays_inside_its_shot(place: dict[str, Any], frame: int) -> None:
    finding = Finding(check="flash", shot="s030-shot", value=1, limit=2, reason="flash", **place)
    assert film_frame(finding, example_shot(3), 144, FrameRate(Fraction(30000, 1001))) == frame


def test_a_shot_is_shown_where_it_has_the_picture_to_itself() -> None:
    view = example_view()
    third = view.shots[2].model_copy(update={"stop": 84})  # twelve frames of dissolve into the fourth
    gone = view.shots[4].model_copy(update={"start": 90, "stop": 96})  # all of it under the fourth
    shots = [*view.shots[:2], third, view.shots[3], gone, view.shots[5]]
    finding = Finding(check="blur", shot="s040-shot", value=1, limit=2, reason="blurred_picture")
    dissolved = view.model_copy(update={"shots": shots, "findings": [finding]})
    assert list(own_starts(dissolved).values()) == [0, 24, 48, 84, 95, 120]
    assert [one.frame for one in placed(dissolved)] == [84]


def test_a_finding_of_a_shot_that_was_cut_out_has_no_place() -> None:
    finding = Finding(check="flash", shot="gone", frame=3, value=1, limit=2, reason="flash")
    assert film_frame(finding, None, 144, FrameRate(Fraction(24))) is None


def test_a_second_is_the_frame_that_is_shown_then() -> None:
    rate = FrameRate(Fraction(30000, 1001))
    for frame in (0, 1, 29, 30, 1798, 107892):
        finding = Finding(check="flash", second=round(rate.seconds(frame), 3), value=1, limit=2, reason="flash")
        assert film_frame(finding, None, 200_000, rate) == frame


def noise(size: int, quality: int = 95) -> bytes:
    picture = Image.fromarray(np.random.default_rng(size).integers(0, 255, (size * 9 // 16, size, 3), np.uint8))
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def test_sixty_shots_with_pictures_that_hardly_compress_stay_under_two_megabytes() -> None:
    view = example_view(60)
    picture = noise(320)
    assert len(picture) > 60_000
    takes = [TakeView(number=k, thumbnail=picture, chosen=k == 2) for k in (1, 2)]
    shots = [shot.model_copy(update={"thumbnail": picture, "takes": takes}) for shot in view.shots]
    page = report_page(view.model_copy(update={"shots": shots, "poster": noise(1280, 60)}))
    assert len(page.encode()) < 2_000_000
    assert page.count("data:image/jpeg") == 60 * 3 + 1


def test_a_picture_is_made_smaller_or_left_out() -> None:
    small = shrunk(noise(640), 20_000)
    assert small is not None and len(small) <= 20_000
    assert shrunk(b"jpeg", 10) == b"jpeg"
    assert shrunk(b"no picture at all", 10) is None


def curve(values: list[float | None], **more: Any) -> Curve:
    return Curve(id="c", title="C", seconds=[float(k) for k in range(len(values))], values=values, **more)


def test_a_needle_survives_thinning() -> None:
    values: list[float | None] = [1.0] * 20_000
    values[12_345] = 50.0
    drawn = plot(curve(values, range=(0, 50)), 20_000)
    assert drawn is not None
    points = [tuple(map(float, point.split())) for point in drawn.line[1:].split("L")]
    assert len(points) <= 2 * COLUMNS
    assert [x for x, y in points if y == 0] == [617.2]


def test_a_gap_lifts_the_pen() -> None:
    drawn = plot(curve([1, 2, None, 2, nan, 1], range=(0, 2)), 10)
    assert drawn is not None
    assert drawn.line == "M0.0 50.0L100.0 0.0M300.0 0.0M500.0 50.0"


@pytest.mark.parametrize("values", [[], [None], [inf, nan]])
def test_nothing_to_draw_is_no_plot(values: list[float | None]) -> None:
    assert plot(curve(values), 10) is None
    assert plot(curve([1.0]), 0) is None


def test_limits_shade_the_side_of_the_fault() -> None:
    limits = [Limit(value=75, label="over"), Limit(value=25, label="under", side="below")]
    drawn = plot(curve([50, 80, 10], limits=limits, range=(0, 100), marks=True), 10)
    assert drawn is not None
    assert [(bound.top, bound.height) for bound in drawn.bounds] == [(0, 25), (75, 25)]
    assert [mark.bad for mark in drawn.marks] == [False, True, True]
    assert drawn.summary == "C along the film: from 10 to 80, over 75, under 25"


def test_a_flat_curve_has_a_scale_and_a_far_limit_does_not_squash_it() -> None:
    flat = plot(curve([5.0, 5.0]), 10)
    assert flat is not None and 0 < flat.base <= 100 and flat.ticks
    far = plot(curve([5.0, 6.0], limits=[Limit(value=1000, label="far")]), 10)
    assert far is not None and far.bounds == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-14.16, "−14.16"),
        (1358, "1358"),
        (0.0234, "0.0234"),
        (0.00002, "0.00002"),
        (1e-9, "1.000e−09"),
        (0.1 + 0.2, "0.3"),
        (101.165, "101.2"),
        (-inf, "−∞"),
        (nan, "not a number"),
    ],
)
def test_numbers_are_said_briefly(value: float, said: str) -> None:
    assert number(value) == said


def test_times_and_money_are_said_as_people_say_them() -> None:
    assert clock(1799, FrameRate(Fraction(30000, 1001))) == "1:00.02"
    assert [span(s) for s in (0.44, 12, 59.96, 3905)] == ["0.4 s", "12 s", "1 min 00 s", "1 h 05 min"]
    assert [money(a, "EUR") for a in (0, 0.0031, 2.5)] == ["0.00 EUR", "0.0031 EUR", "2.50 EUR"]


def test_telemetry_is_off_from_the_first_day(tmp_path: Path) -> None:
    prepare_instance(tmp_path / "dagster")
    settings = yaml.safe_load((tmp_path / "dagster" / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
