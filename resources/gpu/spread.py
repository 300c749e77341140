"""Over several cards: which part of a model is on which, and what each of them has to hold.

diffusers' ``balanced`` places whole parts: the largest goes to the first card, the next to the second, and so on, then
back again (``_assign_components_to_devices``). transformers' spreads one model's layers evenly. So a part that no card
holds is not helped by a second card, and what fits is told card by card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resources.errors import InputError
from resources.gpu.estimate import Bytes, Part, weight_bytes
from resources.gpu.plan import LoadPlan


@dataclass(frozen=True, slots=True)
class Share:
    """What one card holds of a model, in bytes."""

    weights: int
    working: int
    """For a request. Whichever part is at work needs it, so every card that has one keeps as much."""

    @property
    def total(self) -> int:
        """At the peak."""
        return self.weights + self.working


def cards_of(plan: LoadPlan, names: Iterable[str]) -> tuple[str, ...]:
    """The devices that a plan works on, in the order in which they are filled: those with more to give first.

    ``names``: all there are. Raises :class:`InputError` where a device map finds no card.
    """
    if not plan.device_map:
        return (plan.device,)
    limits = {name: most for name, most in plan.max_memory if name != "cpu"}
    found = list(limits) or [name for name in names if name != "cpu"]
    if not found:
        raise InputError("a device map needs GPUs, and this machine has none", where=plan.model_key)
    return tuple(sorted(found, key=lambda name: (-limits.get(name, 0), _number(name))))


def shares(parts: Sequence[Part], plan: LoadPlan, told: Bytes, cards: Sequence[str]) -> dict[str, Share]:
    """What each of ``cards`` (of :func:`cards_of`) holds; one that gets no part is not among them.

    ``told`` is what the plan takes in all. A model of one part, or of none that is known, is spread evenly.
    """
    if len(cards) == 1:
        return {cards[0]: Share(told.weights, told.working)}
    if len(parts) < 2:
        return {name: Share(-(-told.weights // len(cards)), told.working) for name in cards}
    wide = replace(plan, quantisation="none")  # parts are put in order before their bits are counted
    turn = [*cards, *reversed(cards)]
    held: dict[str, int] = {}
    for number, part in enumerate(sorted(parts, key=lambda one: weight_bytes(one, wide), reverse=True)):
        name = turn[number % len(turn)]
        held[name] = held.get(name, 0) + weight_bytes(part, plan)
    return {name: Share(weights, told.working) for name, weights in held.items()}


def weighed(parts: Sequence[Part], plan: LoadPlan, told: Bytes, devices: Mapping[str, int]) -> int:
    """Bytes of a plan as the ladder holds them against the room on the plan's device.

    Over several cards it is the one with the least to spare that decides: what is missing there is missing here.
    """
    if not plan.device_map:
        return told.total
    limits = dict(plan.max_memory)
    each = shares(parts, plan, told, cards_of(plan, devices))
    missing = max(one.total - min(devices.get(name, 0), limits.get(name, 1 << 62)) for name, one in each.items())
    return devices.get(plan.device, 0) + missing


def _number(name: str) -> int:
    number = name.partition(":")[2]
    return int(number) if number.isdigit() else 0
