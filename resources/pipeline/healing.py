"""The loop: measure a shot, mend it for the reason found, make it again, keep the best take, else ask a person.

:func:`mend` takes one step of it and makes nothing itself: it writes down which take the shot is to have next. Whoever
makes films (``sparkle make``, the director, Dagster's retake sensor) makes that, each in its own way, and comes back,
until there is nothing more to mend. Budget and repairs are the policy's, the decision is qa_agent's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from resources.errors import NeedsReview, SparkleError
from resources.pipeline.examine import ask_about_shot, errors, held_by
from resources.pipeline.resolve import PLANNED
from resources.pipeline.stages.plan import save_plan
from resources.pipeline.stages.voices import read_track
from resources.pipeline.takes import best, current_take, judged, repaired, so_far, takes_of
from resources.store.timeline import write_memory_event
from schemas.refs import SHOT_STAGES, Stage
from schemas.repair import Repair
from schemas.report import Finding

if TYPE_CHECKING:
    from resources.pipeline.production import Production
    from resources.store.film import ShotTakes

LONGER_S = 1.0
"""How much longer a shot becomes whose words came too fast."""


@dataclass(frozen=True)
class Mending:
    """A shot that has to be made again: as another take, or as an earlier one that was better."""

    slot: str
    shot: str
    take: int
    reasons: tuple[str, ...]
    repair: Repair | None
    """None: an earlier take is taken back."""

    @property
    def told(self) -> str:
        """For the person who watches."""
        why = ", ".join(reason.replace("_", " ") for reason in self.reasons)
        if self.repair is None:
            return f"take {self.take} was the best"
        return f"take {self.take}: {self.repair.action.replace('_', ' ')} for {self.repair.stage} ({why})"


Remake: TypeAlias = Callable[[Mending], object]
"""Makes what a mending asks for."""


def mend(film: Production, slot: str, beside: Sequence[Finding] = ()) -> Mending | None:
    """Judge what is made of a shot; the take it is to have next, or None when nothing more is to be made.

    ``beside`` is what was found of it beside the other shots. What can be mended no more is asked about.
    """
    shot = film.script.shot(slot)
    name = shot.id or ""
    findings = [*film.measured_so_far(slot).findings, *beside]
    known = takes_of(film.film, film.script.plan, name)
    if not errors(findings) and name not in film.film.takes():
        return None  # a first take with nothing wrong leaves no record
    known = judged(known, findings, _made(film, slot))
    film.film.write_takes({**film.film.takes(), name: known})
    if not errors(findings):
        return None
    answer = film.decisions.verdict(slot, findings, so_far(known, own=shot.media is not None), film.policy)
    write_memory_event(
        film.film.path, "policy_decision", stage="qa_report", slot=slot, shot=name, take=known.current,
        verdict=answer.verdict, reason=", ".join(answer.reasons),
    )  # fmt: skip
    reasons = tuple(answer.reasons)
    if answer.verdict == "retake" and answer.repair is not None:
        return _again(film, slot, known, answer.repair, reasons)
    winner = best(known)
    if winner != known.current:
        return _back(film, slot, known, winner, reasons)
    ask_about_shot(film, slot, findings)
    return None


def mend_all(film: Production, remake: Remake, watch: Callable[[Mending], None] = lambda mending: None) -> None:
    """Mend the shots that are made until none of them can be mended further; beside each other, too.

    ``remake`` makes what a mending asks for. What it raises for a shot that is held ends nothing: the shot is judged
    again. Raises whatever else it raises.
    """
    slots = [film.script.slot(shot) for shot in film.script.plan.shots]
    for slot in slots:
        mend_shot(film, slot, remake, watch)
    settled: set[tuple[str, int]] = set()
    while True:
        beside = film.relations()
        for slot in slots:
            name = film.script.shot(slot).id or ""
            mine = [one for one in beside if one.shot == name]
            if not errors(mine) or (name, takes_of(film.film, film.script.plan, name).current) in settled:
                continue
            settled.add((name, takes_of(film.film, film.script.plan, name).current))
            mending = mend(film, slot, mine)
            if mending is not None:
                watch(mending)
                _remade(film, mending, remake)
                mend_shot(film, slot, remake, watch)
                break  # what is beside it has changed
        else:
            return


def mend_shot(
    film: Production,
    slot: str,
    remake: Remake,
    watch: Callable[[Mending], None] = lambda mending: None,
) -> None:
    """Mend one shot by itself, until nothing more can be made of it."""
    while (mending := mend(film, slot)) is not None:
        watch(mending)
        _remade(film, mending, remake)


def still_held(film: Production, slot: str) -> SparkleError | None:
    """Why a shot holds the film, when mending has ended."""
    held = errors(film.measured_so_far(slot).findings)
    return held_by(film, held) if held else None


def _remade(film: Production, mending: Mending, remake: Remake) -> None:
    try:
        remake(mending)
    except NeedsReview:
        return  # a check holds it again: that is what the next look at it is for


def _again(film: Production, slot: str, known: ShotTakes, repair: Repair, reasons: tuple[str, ...]) -> Mending:
    shot = film.script.shot(slot)
    name = shot.id or ""
    after = repaired(known, repair, reasons, name)
    if repair.action == PLANNED:
        _lengthen(film, slot)
    film.film.write_takes({**film.film.takes(), name: after})
    _tell(film, slot, "retake", take=after.current, reasons=list(reasons), repair=repair.model_dump(mode="json"))
    film.refresh()
    return Mending(slot, name, after.current, reasons, repair)


def _back(film: Production, slot: str, known: ShotTakes, winner: int, reasons: tuple[str, ...]) -> Mending:
    name = film.script.shot(slot).id or ""
    chosen = known.model_copy(update={"current": winner})
    film.film.write_takes({**film.film.takes(), name: chosen})
    _tell(film, slot, "take_chosen", take=winner, note="the best of them", badness=current_take(chosen).badness)
    film.refresh()
    return Mending(slot, name, winner, reasons, None)


def _lengthen(film: Production, slot: str) -> None:
    """Give a shot more time in the plan, which is the film's truth."""
    track = read_track(film.store.path(film.ref("voice_tracks", slot)))
    name, plan = film.script.shot(slot).id, film.script.plan
    seconds = round(plan.rate.seconds(track.frames) + LONGER_S, 3)
    shots = [one.model_copy(update={"duration_s": seconds}) if one.id == name else one for one in plan.shots]
    save_plan(film.film, plan.model_copy(update={"shots": shots}))


def _made(film: Production, slot: str) -> dict[Stage, str]:
    stale = film.state(slot).stale
    refs = {stage: film.store.current(stage, slot) for stage in SHOT_STAGES if stage not in stale}
    return {stage: ref.fingerprint for stage, ref in refs.items() if ref is not None}


def _tell(film: Production, slot: str, event: str, **data: Any) -> None:
    write_memory_event(film.film.path, event, slot=slot, shot=film.script.shot(slot).id, **data)
