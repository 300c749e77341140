"""Retakes that nobody has to ask for: a shot that a check holds back is made again, differently, a few times.

What is wrong says what to change (:mod:`resources.agents.qa_agent`): one stage, one repair. A shot has
``qa_agent.MAX_TAKES`` takes to get there, whoever asked for them; after that, or where nothing is known to help, the
question that was asked of a person stays. A pinned shot, and one that a person said no to, is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.agents import qa_agent
from resources.pipeline.examine import errors, examine, examine_voice
from resources.pipeline.production import Production
from resources.pipeline.resolve import shot_id
from resources.pipeline.takes import known_takes, with_repair
from resources.store.fingerprint import derive_seed
from resources.store.timeline import write_memory_event
from schemas.decisions import Repair
from schemas.plan import Shot
from schemas.refs import SHOT_STAGES, Stage
from schemas.report import Finding

MARK = "quality: "
"""How the note of a take begins that no person asked for."""
FROM: Mapping[Stage, tuple[Stage, ...]] = {
    "shot_images": ("shot_images", "video_chunks", "lipsynced_clips"),
    "voice_tracks": ("voice_tracks", "video_chunks", "lipsynced_clips"),
    "video_chunks": ("video_chunks", "lipsynced_clips"),
    "lipsynced_clips": ("lipsynced_clips",),
}
"""What is made again after a repair of a stage, in order; what turns out the same below it is only taken again."""


@dataclass(frozen=True)
class Retake:
    """A take that is asked for and still has to be made."""

    movie: str
    shot: str
    slot: str
    take: int
    stages: tuple[Stage, ...]
    """What has to be made for it."""
    reason: str


def next_retakes(film: Production) -> list[Retake]:
    """The retakes that quality asks for now, each written into the film; needs the film's lock.

    One that was written before and is not made yet is among them: asking twice is asking once.
    """
    rejected = {question.slot for question in film.reviews.current() if question.decision == "reject"}
    found = []
    for shot in film.script.plan.shots:
        slot = film.script.slot(shot)
        takes = known_takes(film.store, shot_id(shot), _first_seed(film, shot))
        if takes.pinned or slot in rejected:
            continue
        stale = film.state(slot).stale
        held = _faults(film, slot, stale)
        note = next(take.note for take in takes.takes if take.number == takes.current)
        if held:
            retake = _another(film, shot, held, len(takes.takes))
        elif stale and note.startswith(MARK):
            retake = _retake(film, shot, takes.current, tuple(stale), note.removeprefix(MARK))
        else:
            retake = None
        found += [] if retake is None else [retake]
    return found


def _faults(film: Production, slot: str, stale: list[Stage]) -> list[Finding]:
    """What holds a shot back: its sound, for which no motion is made, or else the whole of it."""
    if "voice_tracks" in stale:
        return []
    sound = errors(film.voice_findings(slot))
    return sound if sound or stale else errors(film.findings(slot))


def _another(film: Production, shot: Shot, held: list[Finding], takes: int) -> Retake | None:
    """One more take of a shot, written into the film; None when a person has to look instead, and is asked."""
    slot, movie = film.script.slot(shot), film.film.movie
    question = qa_agent.question(held, model="sparkle/local", seed=film.script.seed(shot), shot=shot.id, takes=takes)
    decision = qa_agent.by_rule(question.content, question.seed)
    repair = decision.repair
    if repair is None or not _can(shot, repair):
        examine_voice(film, slot)
        if film.store.current("lipsynced_clips", slot) is not None:
            examine(film, slot)
        return None
    reason = f"{repair.action} of {repair.stage} because of {', '.join(decision.reasons)}"
    before = film.script.seed(shot)
    fresh = with_repair(film.store, shot_id(shot), _first_seed(film, shot), repair, f"{MARK}{reason}")
    film.film.write_takes({**film.film.takes(), shot_id(shot): fresh})
    take = fresh.takes[-1]
    write_memory_event(film.film.path, "take_asked", slot=slot, shot=shot.id, take=take.number, note=take.note)
    stages = FROM[repair.stage] if take.seed == before else SHOT_STAGES
    return Retake(movie, shot_id(shot), slot, take.number, stages, reason)


def _can(shot: Shot, repair: Repair) -> bool:
    """Whether a repair changes anything: nobody decides about the user's own material."""
    own = shot.media
    if repair.stage == "shot_images":
        return own is None or (own.image is None and own.clip is None)
    if repair.stage == "voice_tracks":
        return bool(shot.dialogue) and (own is None or own.voice is None)
    return own is None or own.clip is None


def _retake(film: Production, shot: Shot, take: int, stages: tuple[Stage, ...], reason: str) -> Retake:
    return Retake(film.film.movie, shot_id(shot), film.script.slot(shot), take, stages, reason)


def _first_seed(film: Production, shot: Shot) -> int:
    return derive_seed(film.script.plan.seed, "shot", shot_id(shot))
