"""What is given up when there is no room, in which order: data, and the one function that walks it.

A step is taken only when it lowers what is predicted to be missing. So every step counts, none is repeated, and the
walk ends: at a plan that fits, or with one clear error. Speed is given up before precision and size, and those two,
like the CPU, only where the profile allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from resources.gpu.plan import LoadPlan

Permission = Literal["", "lower_precision", "lower_resolution", "cpu_fallback"]


@dataclass(frozen=True, slots=True)
class Shrink:
    """How a number is made smaller: times ``factor``, then down to ``step * n + plus``, but never below ``least``."""

    factor: float
    least: int
    step: int = 1
    plus: int = 0

    def __call__(self, value: int) -> int:
        """The next smaller value; ``value`` itself when it is the least."""
        lower = int(value * self.factor)
        lower = (lower - self.plus) // self.step * self.step + self.plus
        return min(value, max(self.least, lower))


@dataclass(frozen=True, slots=True)
class Rung:
    """One thing to give up. ``when`` and ``sets`` are fields of the plan; ``shrinks`` makes numbers smaller."""

    name: str
    says: str
    """For a person: what was done."""
    when: Mapping[str, Sequence[Any]]
    sets: Mapping[str, Any]
    shrinks: Mapping[str, Shrink]
    permission: Permission = ""
    elsewhere: bool = False
    """The plan moves to the other device with the most room."""
    seen: bool = False
    """Whether the film shows it: shorter chunks have more seams, fewer bits are another picture."""

    def apply(self, plan: LoadPlan, devices: Mapping[str, int] | None = None) -> LoadPlan | None:
        """The smaller plan, or None where this rung changes nothing. ``devices``: bytes of room by device."""
        if any(getattr(plan, name) not in allowed for name, allowed in self.when.items()):
            return None
        changes: dict[str, Any] = dict(self.sets)
        for name, shrink in self.shrinks.items():
            changes[name] = shrink(getattr(plan, name))
        if self.elsewhere:
            others = {name: room for name, room in (devices or {}).items() if name not in (plan.device, "cpu")}
            if not others or plan.device_map:
                return None
            changes["device"] = max(sorted(others), key=lambda name: others[name])
        smaller = replace(plan, **changes)
        return smaller if smaller != plan else None


def _rung(name: str, says: str, **given: Any) -> Rung:
    return Rung(name, says, **{"when": {}, "sets": {}, "shrinks": {}, **given})


_ONE_CARD: Mapping[str, Any] = {"device_map": "", "max_memory": ()}
"""A model that is offloaded is on one card: diffusers does not do both."""

LADDER: tuple[Rung, ...] = (
    _rung("evict_others", "unloaded the other models", sets={"alone": True}),
    _rung(
        "offload", "kept one part of the model on the card at a time", when={"offload": ["none"]},
        sets={"offload": "model", **_ONE_CARD},
    ),
    _rung("tile_vae", "decoded pictures in tiles", sets={"vae_tiling": True}),
    _rung("slice_vae", "decoded one picture of the batch at a time", sets={"vae_slicing": True}),
    _rung("smaller_batch", "made fewer pictures at a time", shrinks={"batch": Shrink(0.5, least=1)}),
    _rung("fewer_frames", "made shorter chunks", shrinks={"frames": Shrink(0.5, least=9, step=4, plus=1)}, seen=True),
    _rung("other_gpu", "moved to another card", elsewhere=True),
    _rung(
        "offload_layers", "kept one layer of the model on the card at a time",
        when={"offload": ["none", "model"], "quantisation": ["none"]}, sets={"offload": "sequential", **_ONE_CARD},
    ),
    _rung("half_precision", "used 16 bits", when={"dtype": ["float32"]}, sets={"dtype": "bfloat16"},
          permission="lower_precision", seen=True),
    _rung("quantise_8bit", "used 8 bits", when={"quantisation": ["none"], "offload": ["none", "model"]},
          sets={"quantisation": "8bit"}, permission="lower_precision", seen=True),
    _rung("quantise_4bit", "used 4 bits", when={"quantisation": ["none", "8bit"], "offload": ["none", "model"]},
          sets={"quantisation": "4bit"}, permission="lower_precision", seen=True),
    _rung(
        "lower_resolution", "made smaller pictures",
        shrinks={"width": Shrink(0.75, least=256, step=16), "height": Shrink(0.75, least=256, step=16)},
        permission="lower_resolution", seen=True,
    ),
    _rung(
        "cpu", "worked on the CPU",
        sets={"device": "cpu", **_ONE_CARD, "dtype": "float32", "offload": "none", "quantisation": "none"},
        permission="cpu_fallback",
    ),
)  # fmt: skip
"""The order of the requirements (C3). One layer at a time comes after shorter chunks: it costs several times the time
of everything else, and still no quality. bitsandbytes' layers cannot be moved one by one, hence its two conditions."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a profile lets the ladder give up."""

    lower_precision: bool = False
    lower_resolution: bool = False
    cpu_fallback: bool = False

    def allow(self, rung: Rung) -> bool:
        """Whether ``rung`` may be taken."""
        return not rung.permission or bool(getattr(self, rung.permission))


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One rung that was taken, for the sidecar and the person who looks at it."""

    rung: str
    says: str
    changes: Mapping[str, Any]
    before: int
    """Bytes that were predicted before it."""
    after: int
    because: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "rung": self.rung,
            "says": self.says,
            "changes": dict(self.changes),
            "predicted_before": self.before,
            "predicted_after": self.after,
            "because": self.because,
        }


def next_step(
    plan: LoadPlan,
    predict: Callable[[LoadPlan], int],
    *,
    devices: Mapping[str, int],
    permissions: Permissions,
    rungs: Sequence[Rung] = LADDER,
    host: Callable[[LoadPlan], int] = lambda plan: 0,
    because: str = "",
) -> tuple[LoadPlan, StepTaken] | None:
    """The first rung that lowers what is missing, and the plan after it; None at the end of the ladder.

    ``predict``: bytes a plan is predicted to take on its own device, other models kept there included; ``host``: bytes
    beside it in the host's memory (what is offloaded waits there). ``devices``: bytes each device has for them. What is
    missing is the need less the room, on the device or in the host, whichever is worse: so moving to a larger card is a
    step down, offloading into a host that is full is none, and on one device every step lowers the predicted bytes.
    """

    def missing(one: LoadPlan, need: int) -> int:
        on_device, in_host = need - devices[one.device], host(one) - devices.get("cpu", host(one))
        return max(on_device, in_host) if in_host > 0 else on_device

    before = predict(plan)
    least = missing(plan, before)
    for rung in rungs:
        if not permissions.allow(rung):
            continue
        smaller = rung.apply(plan, devices)
        if smaller is None or smaller.device not in devices:
            continue
        after = predict(smaller)
        if (smaller.device != plan.device or after < before) and missing(smaller, after) < least:
            return smaller, StepTaken(rung.name, rung.says, plan.changes_to(smaller), before, after, because)
    return None


def descend(
    plan: LoadPlan,
    predict: Callable[[LoadPlan], int],
    *,
    devices: Mapping[str, int],
    permissions: Permissions,
    rungs: Sequence[Rung] = LADDER,
    host: Callable[[LoadPlan], int] = lambda plan: 0,
    because: str = "",
) -> tuple[list[tuple[LoadPlan, StepTaken]], bool]:
    """The steps from ``plan`` to one that is predicted to fit, and whether there is such a plan.

    A step may shut the way to one below it: what goes layer by layer cannot be quantised, and then a host that is too
    small for whole weights stays so. A walk that ends without room is tried again without one of its steps, the last
    first.

    Where the last step is what made it fit (one layer at a time under a model that is too large by itself), those
    before it may have been for nothing: what is not needed is given back, what the film would show first.
    """
    given: dict[str, Any] = {"devices": devices, "permissions": permissions, "host": host, "because": because}

    def fits(one: LoadPlan) -> bool:
        return predict(one) <= devices.get(one.device, 0) and host(one) <= devices.get("cpu", host(one))

    def retrace(names: Sequence[str]) -> list[tuple[LoadPlan, StepTaken]] | None:
        path, at = [], plan
        for name in names:
            step = next_step(at, predict, rungs=[rung for rung in rungs if rung.name == name], **given)
            if step is None:
                return None
            path.append(step)
            at = step[0]
        return path if fits(at) else None

    def walk(among: Sequence[Rung]) -> tuple[list[tuple[LoadPlan, StepTaken]], bool]:
        path: list[tuple[LoadPlan, StepTaken]] = []
        at = plan
        while not fits(at):
            step = next_step(at, predict, rungs=among, **given)
            if step is None:
                return path, False
            path.append(step)
            at = step[0]
        return path, True

    path, found = walk(rungs)
    for name in reversed(dict.fromkeys(taken.rung for _, taken in path)):
        if found:
            break
        other, found = walk([rung for rung in rungs if rung.name != name])
        path = other if found else path
    if not found:
        return path, False
    order = sorted(rungs, key=lambda rung: rung.seen)[::-1]
    for rung in order:
        while True:
            names = [taken.rung for _, taken in path]
            if rung.name not in names:
                break
            last = len(names) - 1 - names[::-1].index(rung.name)
            shorter = retrace([*names[:last], *names[last + 1 :]])
            if shorter is None:
                break
            path = shorter
    return path, True


def ladder_without(*names: str) -> tuple[Rung, ...]:
    """The ladder without some rungs: no model that writes token by token should fetch all its layers for each."""
    return tuple(rung for rung in LADDER if rung.name not in names)


def hint_for(
    plan: LoadPlan,
    predict: Callable[[LoadPlan], int],
    devices: Mapping[str, int],
    permissions: Permissions,
    rungs: Sequence[Rung] = LADDER,
    host: Callable[[LoadPlan], int] = lambda plan: 0,
) -> str:
    """What would help, in words: the next rung, or the permission that the next one would need."""
    step = next_step(plan, predict, devices=devices, permissions=permissions, rungs=rungs, host=host)
    if step is not None:
        return f"next: {step[1].rung}"
    allowed = Permissions(lower_precision=True, lower_resolution=True, cpu_fallback=True)
    step = next_step(plan, predict, devices=devices, permissions=allowed, rungs=rungs, host=host)
    if step is None:
        return "use a card with more memory"
    permission = next(rung.permission for rung in rungs if rung.name == step[1].rung)
    return f"let the profile go lower with `{permission}: true`"
