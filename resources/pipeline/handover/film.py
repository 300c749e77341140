"""A finished film as an :class:`Edit`: its cut sheet, where every file of it is, and what was found wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.errors import Missing, RenderFault
from resources.media.assemble import CLIP
from resources.media.handover.edit import Clip, Edit, Mark, Sound, Span, one_line, spans
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import read_sheet
from resources.pipeline.stages.sound import read_stem
from schemas.cut import CutSheet, Piece
from schemas.report import Finding, QAReport
from schemas.time import FrameRate

COLOURS = {"error": "RED", "warn": "YELLOW", "info": "BLUE"}
CHAPTER = "GREEN"


@dataclass(frozen=True)
class Medium:
    """One file of the film: where it is, and what a package calls it (relative, ASCII, safe anywhere)."""

    path: Path
    name: str


@dataclass(frozen=True)
class FinishedFilm:
    """A film that is whole: nothing of it is missing or out of date."""

    production: Production
    sheet: CutSheet
    cut: Path
    """Folder of the final cut."""
    report: Path
    """Folder of its report."""
    found: QAReport

    @property
    def media(self) -> list[Medium]:
        """The clip of every piece, in the order of the film."""
        home = self.production.home.root
        return [
            Medium(home / piece.folder / CLIP, f"media/{number:02d}-{'card-' if piece.card else ''}{piece.name}.mp4")
            for number, piece in enumerate(self.sheet.pieces)
        ]

    @property
    def stems(self) -> list[Medium]:
        """The stems that hold any sound."""
        home = self.production.home.root
        return [Medium(home / stem.file, f"stems/{stem.name}.wav") for stem in self.sheet.stems]


def finished(production: Production) -> FinishedFilm:
    """The film as it is current, its cards and stems made again where a later cut had forgotten them.

    Raises :class:`Missing` when the film, or a part of it, has to be made first.
    """
    movie = production.film.movie
    hint = f"`sparkle make --movie {movie}` makes it"
    script = production.script
    stale = [shot.id for shot in script.plan.shots if production.state(script.slot(shot)).stale]
    if stale:
        raise Missing(f"film {movie!r} is not finished: {len(stale)} of its shots, first {stale[0]}", hint=hint)
    if production.film_state():
        raise Missing(f"film {movie!r} has changed since it was cut", hint=hint)
    cut, report = (production.store.path(production.ref(stage)) for stage in ("final_cut", "qa_report"))
    film = FinishedFilm(production, read_sheet(cut), cut, report, production.qa())
    samples = production.script.plan.rate.samples(film.sheet.frames)
    if not (
        all(medium.path.exists() for medium in film.media)
        and all(read_stem(stem.path, samples) is not None for stem in film.stems)
    ):
        pieces = production.restore_cut()
        if pieces != film.sheet.pieces:
            raise RenderFault("the cut cannot be laid out again as it was", where=movie, hint=hint)
    return film


def film_edit(
    production: Production, sheet: CutSheet, found: QAReport | None, media: list[str], stems: list[str]
) -> Edit:
    """The edit of a film; ``media`` and ``stems`` are addresses of the pieces' clips and of the stems."""
    plan = production.script.plan
    rate = FrameRate.parse(sheet.fps)
    findings = found.findings if found is not None else []
    clips = []
    for piece, span, url in zip(sheet.pieces, spans(sheet.pieces), media, strict=True):
        own = [
            _mark(finding, piece.frames, rate) for finding in findings if not piece.card and finding.shot == piece.name
        ]
        clips.append(_clip(production, piece, span, url, own))
    sounds = [
        Sound(stem.name, url, rate.samples(sheet.frames), stem.name == "dialogue")
        for stem, url in zip(sheet.stems, stems, strict=True)
    ]
    shots = sheet.shots
    film_wide = [_mark(finding, sheet.frames, rate) for finding in findings if finding.shot not in shots]
    chapters = [Mark(clip.start, clip.length, clip.name, CHAPTER, {"chapter": clip.name}) for clip in clips]
    width, height = plan.frame_size
    return Edit(
        movie=production.film.movie,
        title=one_line(plan.title) or production.film.movie,
        rate=rate,
        width=width,
        height=height,
        clips=clips,
        sounds=sounds,
        marks=[*chapters, *film_wide],
        data={
            "movie": production.film.movie,
            "language": plan.language,
            "frames": sheet.frames,
            "verdict": found.verdict if found is not None else None,
        },
    )


def _clip(production: Production, piece: Piece, span: Span, url: str, marks: list[Mark]) -> Clip:
    data: dict[str, Any]
    if piece.card:
        reel, data = piece.name.upper(), {"card": piece.name}
    else:
        script = production.script
        shot = next(shot for shot in script.plan.shots if shot.id == piece.name)
        slot = script.slot(shot)
        ref, takes = production.ref("lipsynced_clips", slot), script.takes.get(piece.name)
        reel = f"S{slot}"
        data = {
            "shot": piece.name,
            "slot": slot,
            "prompt": shot.prompt,
            "action": shot.action,
            "size": str(shot.size),
            "camera": str(shot.camera),
            "dialogue": [f"{line.character_id}: {line.text}" for line in shot.dialogue],
            "seed": script.seed(shot),
            "take": takes.current if takes else 1,
            "fingerprint": ref.fingerprint,
            "sha256": ref.sha256,
        }
    return Clip(
        name=piece.name,
        reel=reel,
        url=url,
        frames=piece.frames,
        source=span.source,
        start=span.start,
        length=span.length,
        kind=piece.transition,
        before=span.before,
        after=span.after,
        marks=marks,
        data=data,
    )


def _mark(finding: Finding, frames: int, rate: FrameRate) -> Mark:
    """A finding where it is, or at the beginning when it is about the whole."""
    frame = finding.frame
    if frame is None:
        frame = int(finding.second * rate.value) if finding.second is not None else 0
    name = one_line(f"{finding.reason}: {finding.message}" if finding.message else finding.reason)
    data = finding.model_dump(mode="json", exclude_none=True)
    return Mark(min(max(0, frame), frames - 1), 1, name, COLOURS[finding.severity], data)
