"""What the screening room shows of a film, read from its folder: never computed, never locked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resources.errors import SparkleError
from resources.pipeline.page import VERDICTS
from resources.pipeline.stages.plan import read_plan
from resources.pipeline.stages.voices import read_track
from resources.store.artifacts import Artifacts
from resources.store.film import FilmFolder, Home
from resources.store.narrate import narrate
from resources.store.timeline import read_timeline
from schemas.cut import CutSheet
from schemas.plan import MoviePlan, Shot
from schemas.records import StageEvent
from schemas.report import Finding, QAReport
from schemas.time import FrameRate

STAGES = {
    "movie_plan": "plan",
    "shot_images": "picture",
    "voice_tracks": "voice",
    "video_chunks": "motion",
    "lipsynced_clips": "final frames",
    "final_cut": "cut",
    "qa_report": "report",
}
TOLD = frozenset({"success", "failed", "retake", "take_asked", "take_chosen"})
"""Events that the page tells; `sparkle timeline` tells all."""


@dataclass(frozen=True)
class Line:
    """A spoken line: who, what, in which voice."""

    who: str
    text: str
    voice: str


@dataclass(frozen=True)
class Panel:
    """One shot of the storyboard. ``start`` is its second in the film, None when it is in no cut yet."""

    shot: str
    slot: str
    prompt: str
    size: str
    start: float | None
    lines: list[Line]
    takes: int
    pictured: bool


@dataclass(frozen=True)
class Happening:
    """One line of what was made again, and why."""

    at: str
    what: str
    shot: str
    why: str


@dataclass(frozen=True)
class Poster:
    """A film in the foyer."""

    movie: str
    title: str
    finished: bool


@dataclass(frozen=True)
class FilmView:
    """A film in the screening room."""

    movie: str
    title: str
    logline: str
    language: str
    finished: bool
    verdict: str
    verdict_text: str
    findings: list[str]
    panels: list[Panel]
    happenings: list[Happening]


def poster_view(film: FilmFolder) -> Poster:
    """A film's title, and whether there is something to see."""
    try:
        title = read_plan(film.plan_path).title
    except SparkleError:
        title = film.movie
    return Poster(film.movie, title or film.movie, (film.path / "cut" / "final_cut.mp4").exists())


def thumb_path(home: Home, film: FilmFolder, slot: str) -> Path | None:
    """The small keyframe of a slot, or None."""
    store = Artifacts(film, home.root)
    image = store.current("shot_images", slot)
    return store.path(image) / "thumb.jpg" if image is not None else None


def film_view(home: Home, film: FilmFolder) -> FilmView:
    """Everything a page shows of a film. Raises :class:`SparkleError` when its plan does not hold."""
    plan = read_plan(film.plan_path)
    store = Artifacts(film, home.root)
    slots = film.peek_slots([shot.id for shot in plan.shots if shot.id])
    starts = _starts(store)
    report = _report(film)
    takes = film.takes()
    panels = []
    for shot in plan.shots:
        name = shot.id or ""
        slot = slots.get(name, "")
        panels.append(
            Panel(
                shot=name,
                slot=slot,
                prompt=shot.prompt,
                size=str(shot.size),
                start=starts.get(name),
                lines=_lines(plan, shot, store, slot),
                takes=len(takes[name].takes) if name in takes else 1,
                pictured=bool(slot) and store.current("shot_images", slot) is not None,
            )
        )
    return FilmView(
        movie=film.movie,
        title=plan.title,
        logline=plan.logline,
        language=plan.language,
        finished=(film.path / "cut" / "final_cut.mp4").exists(),
        verdict=report.verdict if report else "",
        verdict_text=VERDICTS[report.verdict] if report else "Not measured yet",
        findings=[f"{f.reason.replace('_', ' ')} in {f.shot or 'the film'}: {f.message}" for f in _told(report)],
        panels=panels,
        happenings=_happenings(read_timeline(film.path)),
    )


def _told(report: QAReport | None) -> list[Finding]:
    return [finding for finding in report.findings if finding.severity != "info"] if report else []


def _lines(plan: MoviePlan, shot: Shot, store: Artifacts, slot: str) -> list[Line]:
    ref = store.current("voice_tracks", slot) if slot else None
    spoken = read_track(store.path(ref)).lines if ref else []
    same = [line.text for line in spoken] == [line.text for line in shot.dialogue]  # or the plan has moved on
    return [
        Line(plan.character(line.character_id).name, line.text, str(spoken[number].voice_id) if same else "")
        for number, line in enumerate(shot.dialogue)
    ]


def _starts(store: Artifacts) -> dict[str, float]:
    cut = store.current("final_cut", None)
    if cut is None:
        return {}
    sheet = CutSheet.model_validate_json((store.path(cut) / "cut_sheet.json").read_bytes())
    rate = FrameRate.parse(sheet.fps)
    return {piece.name: rate.seconds(piece.start + piece.overlap) for piece in sheet.pieces}


def _report(film: FilmFolder) -> QAReport | None:
    path = film.path / "report" / "report.json"
    return QAReport.model_validate_json(path.read_bytes()) if path.exists() else None


def _happenings(events: list[StageEvent]) -> list[Happening]:
    """The story of the making, latest first: what was made, made again, asked for, or failed."""
    seen: set[tuple[str | None, str | None]] = set()
    told: list[Happening] = []
    for event in events:
        if event.event not in TOLD:
            continue
        again = event.event == "success" and (event.stage, event.slot) in seen
        if event.event == "success":
            seen.add((event.stage, event.slot))
        what = f"{STAGES.get(event.stage or '', '')} {narrate(event)}".strip()
        told.append(
            Happening(
                event.at, what, event.shot or "", "its request, or what it is made from, changed" if again else ""
            )
        )
    return told[::-1][:200]
