"""Slots that the plan does not use.

Every film has the same slots, so "missing or failed only" over a whole film also asks for those its plan never fills.
Such a step answers in words, makes nothing and does not fail: its partition stays missing, neither green nor red.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from resources.pipeline.production import Production


def unused(context: dg.AssetExecutionContext, film: Production, slot: str) -> bool:
    """Whether the plan has no shot in ``slot``; then this is told in the log and as an observation of the partition."""
    used = sorted(film.script.slot(shot) for shot in film.script.plan.shots)
    if slot in used:
        return False
    told = f"slot {slot} is not in the plan of {film.film.movie}: its shots are in {spans(used)}"
    context.log.info(told)
    for key in context.selected_asset_keys:
        context.log_event(
            dg.AssetObservation(key, partition=str(context.partition_key), metadata={"unused_slot": told})
        )
    return True


def spans(slots: Sequence[str]) -> str:
    """Sorted slots with neighbours drawn together: ``01-04, 07``."""
    runs: list[list[str]] = []
    for slot in slots:
        if runs and int(slot) == int(runs[-1][-1]) + 1:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
