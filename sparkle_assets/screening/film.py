"""What the screening room shows of a film, read from its folder: never computed, never locked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from resources.errors import SparkleError
from resources.pipeline.page import VERDICTS
from resources.pipeline.quarantine import hidden
from resources.pipeline.review import Reviews
from resources.pipeline.stages.cut import read_sheet
from resources.pipeline.stages.plan import read_plan
from resources.pipeline.stages.report import REPORT, read_report
from resources.pipeline.stages.voices import read_track
from resources.quality.names import CheckName
from resources.quality.policy import load_policy
from resources.store.artifacts import Artifacts
from resources.store.film import FilmFolder, Home
from resources.store.timeline import read_timeline
from schemas.cut import CutSheet
from schemas.plan import MoviePlan
from schemas.report import QAReport
from schemas.time import SAMPLE_RATE, FrameRate
from sparkle_assets.screening.making import Happening, happenings

MAX_SHOWN_S = 100 * 3600
"""A longer film is none of ours: its record is damaged."""
COLOURS = 6
"""Of speakers; more share them."""


@dataclass(frozen=True)
class Panel:
    """One shot of the storyboard. ``start`` is its second in the film, None when it is in no cut yet."""

    shot: str
    slot: str
    prompt: str
    size: str
    start: float | None
    takes: int
    pictured: bool


@dataclass(frozen=True)
class Part:
    """Somebody of the cast, in which voice, and the number of their colour."""

    who: str
    voice: str
    colour: int


@dataclass(frozen=True)
class Said:
    """A spoken line: when in the film (None before there is a cut), by whom, in which shot."""

    start: float | None
    who: str
    colour: int
    text: str
    shot: str


@dataclass(frozen=True)
class Checked:
    """One rule that the film was held to; ``told`` says what was found, or how it was measured."""

    name: str
    passed: bool
    told: str


@dataclass(frozen=True)
class Poster:
    """A film in the foyer."""

    movie: str
    title: str
    finished: bool
    shots: int
    still: str
    """Slot of a keyframe to show while there is no poster; empty when there is none."""


@dataclass(frozen=True)
class FilmView:
    """A film in the screening room."""

    movie: str
    title: str
    logline: str
    language: str
    facts: list[str]
    finished: bool
    verdict: str
    verdict_text: str
    panels: list[Panel]
    cast: list[Part]
    words: list[Said]
    checks: list[Checked]
    happenings: list[Happening]


def poster_view(home: Home, film: FilmFolder) -> Poster:
    """A film's title, and whether there is something to see."""
    finished = (film.path / "cut" / "final_cut.mp4").exists()
    try:
        plan = read_plan(film.plan_path)
    except SparkleError:
        return Poster(film.movie, film.movie, finished, 0, "")
    slots = film.peek_slots([shot.id for shot in plan.shots if shot.id])
    still = next((slot for slot in slots.values() if thumb_path(home, film, slot) is not None), "")
    return Poster(film.movie, plan.title or film.movie, finished, len(plan.shots), still)


def thumb_path(home: Home, film: FilmFolder, slot: str) -> Path | None:
    """The small keyframe of a slot, or None."""
    store = Artifacts(film, home.root)
    image = store.current("shot_images", slot)
    if image is None or hidden(Reviews(store), image):
        return None
    return store.path(image) / "thumb.jpg"


def film_view(home: Home, film: FilmFolder) -> FilmView:
    """Everything a page shows of a film. Raises :class:`SparkleError` when its plan does not hold."""
    plan = read_plan(film.plan_path)
    store = Artifacts(film, home.root)
    slots = film.peek_slots([shot.id for shot in plan.shots if shot.id])
    sheet, report = _sheet(store), _report(film)
    colours = {character.id: number % COLOURS for number, character in enumerate(plan.characters)}
    return FilmView(
        movie=film.movie,
        title=plan.title or film.movie,
        logline=plan.logline,
        language=plan.language,
        facts=_facts(plan, store),
        finished=(film.path / "cut" / "final_cut.mp4").exists(),
        verdict=report.verdict if report else "",
        verdict_text=VERDICTS[report.verdict] if report else "Not measured yet",
        panels=_panels(plan, film, store, slots, sheet),
        cast=_cast(plan, store, slots, colours),
        words=_words(plan, sheet, colours),
        checks=_checks(report) if report else [],
        happenings=happenings(store, read_timeline(film.path)),
    )


def _facts(plan: MoviePlan, store: Artifacts) -> list[str]:
    """Length, size, shots: what stands under a title."""
    shots = f"{len(plan.shots)} shot{'s' if len(plan.shots) != 1 else ''}"
    cut = store.current("final_cut")
    if cut is None:
        return [shots]
    seconds, width, height = (cut.facts.get(name) for name in ("seconds", "width", "height"))
    length = [f"{round(seconds) // 60}:{round(seconds) % 60:02d}"] if _is_length(seconds) else []
    return [*length, f"{width} x {height}", shots, plan.language]


def _is_length(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and 0 <= value < MAX_SHOWN_S


def _panels(
    plan: MoviePlan, film: FilmFolder, store: Artifacts, slots: dict[str, str], sheet: CutSheet | None
) -> list[Panel]:
    takes, starts = film.takes(), _starts(sheet)
    panels = []
    for shot in plan.shots:
        name = shot.id or ""
        slot = slots.get(name, "")
        panels.append(
            Panel(
                shot=name,
                slot=slot,
                prompt=shot.prompt,
                size=str(shot.size).replace("_", " "),
                start=starts.get(name),
                takes=len(takes[name].takes) if name in takes else 1,
                pictured=bool(slot) and store.current("shot_images", slot) is not None,
            )
        )
    return panels


def _cast(plan: MoviePlan, store: Artifacts, slots: dict[str, str], colours: dict[str, int]) -> list[Part]:
    """Everybody of the plan, with the voice that was heard last; empty while nobody has spoken."""
    voices: dict[str, str] = {}
    for slot in slots.values():
        ref = store.current("voice_tracks", slot)
        if ref is not None:
            voices |= {line.character_id: line.voice_id for line in read_track(store.path(ref)).lines}
    return [Part(one.name, voices.get(one.id, ""), colours[one.id]) for one in plan.characters]


def _words(plan: MoviePlan, sheet: CutSheet | None, colours: dict[str, int]) -> list[Said]:
    """What is said, as it lies in the film; as it stands in the plan while the cut is not of this plan."""
    names = {character.id: character.name for character in plan.characters}
    planned = [
        Said(None, names[line.character_id], colours[line.character_id], line.text, shot.id or "")
        for shot in plan.shots
        for line in shot.dialogue
    ]
    if sheet is None or [line.text for line in sheet.lines] != [line.text for line in planned]:
        return planned
    return [
        Said(heard.start / SAMPLE_RATE, line.who, line.colour, line.text, line.shot)
        for heard, line in zip(sheet.lines, planned, strict=True)
    ]


def _checks(report: QAReport) -> list[Checked]:
    """Every rule that was held against the film, broken ones first."""
    rules = load_policy().checks
    found = []
    for name in report.checks:
        broken = [f for f in report.findings if f.check == name and f.severity != "info"]
        rule = rules.get(_name(name))
        if broken:
            first = broken[0]
            more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
            told = f"{first.message or first.reason.replace('_', ' ')} in {first.shot or 'the film'}{more}"
        else:
            told = f"limit {rule.limit:g} {rule.unit}".strip() if rule is not None else ""
        found.append(Checked(name.replace("_", " "), not broken, told))
    return sorted(found, key=lambda check: check.passed)


def _name(name: str) -> CheckName:
    return name  # type: ignore[return-value]  # a report of another version may hold names that this policy lacks


def _starts(sheet: CutSheet | None) -> dict[str, float]:
    if sheet is None:
        return {}
    rate = FrameRate.parse(sheet.fps)
    return {piece.name: rate.seconds(piece.start + piece.overlap) for piece in sheet.pieces}


def _sheet(store: Artifacts) -> CutSheet | None:
    cut = store.current("final_cut")
    return None if cut is None else read_sheet(store.path(cut))


def _report(film: FilmFolder) -> QAReport | None:
    folder = film.path / "report"
    return read_report(folder) if (folder / REPORT).exists() else None
