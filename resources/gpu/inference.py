"""``run_with_ladder``: the work is done at the best rung that fits, or there is one clear error."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from resources.errors import PassingFault, StoreFault
from resources.gpu.context import Lease, model_context
from resources.gpu.errors import ModelOOMError, without_history
from resources.gpu.ladder import LADDER, Permissions, Rung, StepTaken, descend, hint_for, next_step
from resources.gpu.plan import LoadPlan
from resources.gpu.pool import ModelPool
from resources.gpu.spec import ModelSpec, Need
from resources.gpu.spread import weighed
from resources.store.steps import current_step
from resources.store.timeline import write_memory_event

T = TypeVar("T")
RETRIES = 2
"""Of a fault that may pass, before it is told (C3)."""


@dataclass(frozen=True)
class Won(Generic[T]):
    """An attempt that came to something."""

    value: T


def run_with_ladder(
    pool: ModelPool,
    spec: ModelSpec,
    plan: LoadPlan,
    infer: Callable[[Lease, LoadPlan], T],
    rungs: Sequence[Rung] = LADDER,
    *,
    permissions: Permissions | None = None,
    need: Need | None = None,
    film: Path | None = None,
    retries: int = RETRIES,
    pause_s: float = 1.0,
) -> tuple[T, list[StepTaken]]:
    """``infer(lease, plan)`` with the largest plan that fits, beginning with ``plan``, and the steps that were taken.

    ``infer`` must be free to run again from its beginning with a smaller plan, and must not keep anything of the model.
    ``need`` lends its times; its plan is not used. A fault that may pass is tried again ``retries`` times, after
    ``pause_s`` doubling. Raises :class:`ModelOOMError` with the steps taken when no rung is left.
    """
    allowed = permissions or Permissions()
    steps: list[StepTaken] = []
    passing = 0
    while True:
        outcome = _attempt(pool, spec, replace(need or Need(plan), plan=plan), infer, film)
        if isinstance(outcome, Won):
            return outcome.value, steps
        if isinstance(outcome, PassingFault):
            if passing >= retries:
                raise outcome
            time.sleep(pause_s * 2**passing)
            passing += 1
            continue
        sight = _sight(pool, spec, plan)
        walk: dict[str, Any] = {**sight, "permissions": allowed, "rungs": rungs}
        path, fits = descend(plan, **walk, because=outcome.message)
        if fits and not path:  # it was predicted to fit, and did not
            step = next_step(plan, **walk, because=outcome.message)
            path = [] if step is None else [step]
        if not path or not fits:
            raise _at_the_end(
                outcome, steps + [taken for _, taken in path], hint_for(path[-1][0] if path else plan, **walk)
            )
        plan = path[-1][0]
        for _, taken in path:
            steps.append(taken)
            _tell(film, spec.key, taken)


def _attempt(
    pool: ModelPool, spec: ModelSpec, need: Need, infer: Callable[[Lease, LoadPlan], T], film: Path | None
) -> Won[T] | ModelOOMError | PassingFault:
    """One try. An error comes back as a value without its history: here its frames end, and what they named is free."""
    try:
        with model_context(pool, spec, need=need, film=film) as lease:
            return Won(infer(lease, need.plan))
    except (ModelOOMError, PassingFault) as error:
        if isinstance(error, ModelOOMError) and error.model_key != spec.key:
            raise  # of another model, used within: its own ladder has ended
        without_history(error)
        return error


def _sight(pool: ModelPool, spec: ModelSpec, plan: LoadPlan) -> dict[str, Any]:
    """What the ladder must know: predictions beside the other models, and the room on every device.

    Predictions are the formulas' own, without what was measured: two plans are compared, and only one was ever run.
    """

    devices = pool.room()

    def predict(one: LoadPlan) -> int:
        need = weighed(spec.pieces(), one, spec.estimate(one), devices)
        return need + (0 if one.alone else pool.others(spec, one))

    return {"predict": predict, "devices": devices, "host": lambda one: spec.estimate(one).host}


def _at_the_end(last: ModelOOMError, steps: list[StepTaken], hint: str) -> ModelOOMError:
    names = tuple(step.rung for step in steps)
    tried = f", after {', '.join(names)}" if names else ""
    return ModelOOMError(
        f"{last.message}{tried}",
        stage=last.stage,
        model_key=last.model_key,
        device_map=last.device_map,
        suggested_shrink_hint=hint,
        memory_snapshots=last.memory_snapshots,
        plan=last.plan,
        steps=names,
    )


def _tell(film: Path | None, key: str, taken: StepTaken) -> None:
    """Each step goes to the timeline; one that cannot be written must not end the work it is about."""
    step = current_step()
    with suppress(StoreFault):
        if step is not None:
            step.tell("memory_step", model=key, **taken.told())
        elif film is not None:
            write_memory_event(film, "memory_step", model=key, **taken.told())
