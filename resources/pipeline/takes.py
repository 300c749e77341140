"""The takes of a shot: what was asked of each, what was found in it, and which one is in the film.

A take differs from the one before it by what a person asked for (another seed), or by one repair of one stage, so that
only that stage and what follows from it is made again. Nothing of an earlier take is lost: going back to it costs
nothing but the cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from resources.config import first_fault
from resources.errors import InputError
from resources.quality.decide import TakesSoFar, badness
from resources.store.artifacts import Artifacts
from resources.store.film import FilmFolder, ShotTakes, Take
from resources.store.fingerprint import derive_seed
from resources.store.timeline import now
from schemas.plan import MoviePlan
from schemas.refs import SHOT_STAGES, Stage
from schemas.repair import Repair
from schemas.report import Finding

MAX_TAKES = 99
"""Of one shot, whoever asked for them."""


def takes_of(film: FilmFolder, plan: MoviePlan, shot: str) -> ShotTakes:
    """All takes of a shot; the first one is that of a shot that was never taken again."""
    known = film.takes().get(shot)
    if known is not None:
        return known
    return ShotTakes(takes=[Take(number=1, seed=derive_seed(plan.seed, "shot", shot), at=now())], current=1)


def current_take(takes: ShotTakes) -> Take:
    """The take that is in the film."""
    return next(take for take in takes.takes if take.number == takes.current)


def asked_again(
    known: ShotTakes,
    shot: str,
    *,
    seed: int | None = None,
    note: str = "",
    use_take: int | None = None,
    pin: bool = False,
) -> ShotTakes:
    """The takes of a shot after a person asked for one more, or chose another. Raises :class:`InputError`."""
    pinned = known.pinned or pin
    if use_take is not None:
        if seed is not None:
            raise InputError("--seed makes a new take, --use-take goes back to an old one: give one of them")
        if use_take > len(known.takes):
            raise InputError(f"shot {shot!r} has {len(known.takes)} takes, there is no take {use_take}")
        return known.model_copy(update={"current": use_take, "pinned": pinned})
    if pin and seed is None and not note:
        return known.model_copy(update={"pinned": True})
    number = _next_number(known, shot)
    fresh = seed if seed is not None else derive_seed(known.takes[0].seed, "take", number)
    try:
        take = Take.model_validate({"number": number, "seed": fresh, "note": note[:120], "at": now()})
    except ValidationError as error:
        raise InputError(first_fault(error)) from None
    return ShotTakes(takes=[*known.takes, take], current=number, pinned=pinned)


def noted(store: Artifacts, known: ShotTakes, shot: str) -> ShotTakes:
    """``known`` with the names of what was made for the current take, which is about to leave the film.

    By them going back to it costs nothing but the cut, and nothing of it is ever collected.
    """
    slot, take = store.film.peek_slots([shot])[shot], current_take(known)
    made: dict[Stage, str] = dict(take.made)
    for stage in SHOT_STAGES:
        ref = store.current(stage, slot)
        sidecar = None if ref is None else store.sidecar(ref)
        # what is current may be of an earlier take, when this one was asked for and never made
        if stage not in made and ref is not None and sidecar is not None and sidecar.request.get("seed") == take.seed:
            made[stage] = ref.fingerprint
    told = take.model_copy(update={"made": made})
    return known.model_copy(update={"takes": [told if one.number == take.number else one for one in known.takes]})


def repaired(known: ShotTakes, repair: Repair, because: Sequence[str], shot: str) -> ShotTakes:
    """The takes with one more: what is in the film now, with ``repair`` on top, made because of these reasons."""
    before, number = current_take(known), _next_number(known, shot)
    take = Take(number=number, seed=before.seed, repairs=[*before.repairs, repair], because=list(because), at=now())
    return ShotTakes(takes=[*known.takes, take], current=number, pinned=known.pinned)


def judged(known: ShotTakes, findings: Iterable[Finding], made: Mapping[Stage, str]) -> ShotTakes:
    """The takes with what was found in the one that is in the film."""
    findings = list(findings)
    errors = list(dict.fromkeys(one.reason for one in findings if one.severity == "error"))[:32]
    broken = [one for one in findings if one.severity == "error"]
    told = current_take(known).model_copy(
        update={
            "found": errors,
            "badness": badness(findings),
            "worst": max(broken, key=lambda one: badness([one]), default=None),
            "made": {**current_take(known).made, **made},
        }
    )
    return known.model_copy(update={"takes": [told if one.number == told.number else one for one in known.takes]})


def best(known: ShotTakes) -> int:
    """Number of the least bad take of this round, of equals the earliest; the current one when none was measured."""
    measured = [take for take in _round(known) if take.badness is not None]
    return min(measured, key=lambda take: (take.badness, take.number)).number if measured else known.current


def so_far(known: ShotTakes, *, own: bool) -> TakesSoFar:
    """What a decision has to know of the takes. ``own``: the shot is made of the user's own material."""
    reasons = [take.found or [] for take in _round(known)]
    return TakesSoFar(reasons, current_take(known).repairs, held=known.pinned or own)


def _round(known: ShotTakes) -> list[Take]:
    """The takes since a person last asked for one: each of those begins a new budget."""
    begun = max((take.number for take in known.takes if not take.because), default=1)
    return [take for take in known.takes if take.number >= begun]


def _next_number(known: ShotTakes, shot: str) -> int:
    number = len(known.takes) + 1
    if number > MAX_TAKES:
        raise InputError(f"shot {shot!r} has {MAX_TAKES} takes already", hint="choose one with --use-take")
    return number
