"""Takes of a shot: a new one asked for, an old one chosen, whoever asks: a person, or quality.

The take that leaves the film keeps the names of what was made for it, so that going back to it costs nothing but the
cut, and so that nothing of it is ever collected (:mod:`resources.store.collect`).
"""

from __future__ import annotations

from resources.errors import InputError
from resources.store.artifacts import Artifacts
from resources.store.film import ShotTakes, Take
from resources.store.fingerprint import derive_seed
from resources.store.timeline import now
from schemas.decisions import Repair
from schemas.refs import SHOT_STAGES, Sha256, Stage

MAX_TAKES = 99


def with_take(
    store: Artifacts,
    shot: str,
    first_seed: int,
    *,
    seed: int | None = None,
    note: str = "",
    use_take: int | None = None,
    pin: bool = False,
) -> ShotTakes:
    """The takes of a shot with one more, or another one chosen. Nothing is written.

    ``first_seed`` is that of the take every shot begins with. Raises :class:`InputError`.
    """
    known = known_takes(store, shot, first_seed)
    pinned = known.pinned or pin
    if use_take is not None:
        if seed is not None:
            raise InputError("--seed makes a new take, --use-take goes back to an old one: give one of them")
        if use_take > len(known.takes):
            raise InputError(f"shot {shot!r} has {len(known.takes)} takes, there is no take {use_take}")
        return _left(store, shot, known).model_copy(update={"current": use_take, "pinned": pinned})
    if pin and seed is None and not note:
        return known.model_copy(update={"pinned": True})
    fresh = seed if seed is not None else derive_seed(first_seed, "take", len(known.takes) + 1)
    return _one_more(store, shot, known, fresh, note, []).model_copy(update={"pinned": pinned})


def with_repair(store: Artifacts, shot: str, first_seed: int, repair: Repair, note: str) -> ShotTakes:
    """The takes of a shot with one more that differs from the current one by ``repair``.

    Only the stage that is repaired, and what is made from it, differs: the seed stays. A repair that this take has had
    already would make the same again, so then the whole shot gets another seed. Nothing is written.
    """
    known = known_takes(store, shot, first_seed)
    current = next(take for take in known.takes if take.number == known.current)
    if repair in current.repairs:
        fresh = derive_seed(first_seed, "take", len(known.takes) + 1)
        return _one_more(store, shot, known, fresh, note, [repair])
    kept = [one for one in current.repairs if one.stage != repair.stage]
    return _one_more(store, shot, known, current.seed, note, [*kept, repair])


def known_takes(store: Artifacts, shot: str, first_seed: int) -> ShotTakes:
    """The takes of a shot; of one that was never retaken, its first."""
    known = store.film.takes().get(shot)
    return known or ShotTakes(takes=[Take(number=1, seed=first_seed, at=now())], current=1)


def _one_more(store: Artifacts, shot: str, known: ShotTakes, seed: int, note: str, repairs: list[Repair]) -> ShotTakes:
    number = len(known.takes) + 1
    if number > MAX_TAKES:
        raise InputError(f"shot {shot!r} has {MAX_TAKES} takes already", hint="choose one with --use-take")
    take = Take.model_validate({"number": number, "seed": seed, "note": note[:120], "repairs": repairs, "at": now()})
    left = _left(store, shot, known)
    return left.model_copy(update={"takes": [*left.takes, take], "current": number})


def _left(store: Artifacts, shot: str, known: ShotTakes) -> ShotTakes:
    """``known`` with the names of what was made for the current take, which is about to leave the film."""
    slot = store.film.peek_slots([shot])[shot]
    takes = []
    for take in known.takes:
        if take.number == known.current:
            made: dict[Stage, Sha256] = dict(take.made)
            for stage in SHOT_STAGES:
                ref = store.current(stage, slot)
                sidecar = None if ref is None else store.sidecar(ref)
                # what is current may be of an earlier take, when this one was asked for and never made
                if ref is not None and sidecar is not None and sidecar.request.get("seed") == take.seed:
                    made[stage] = ref.fingerprint
            take = take.model_copy(update={"made": made})
        takes.append(take)
    return known.model_copy(update={"takes": takes})
