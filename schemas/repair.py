"""What a stage of a shot does differently when it is made again."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.plan import Strict
from schemas.refs import Stage

RepairAction = Literal[
    "new_seed",
    "more_steps",
    "tighter_prompt",
    "lower_guidance",
    "fewer_frames",
    "another_voice",
    "split_lines",
    "another_detector",
    "longer_shot",
]
"""What may be changed before a stage is made again: a decision, but for ``longer_shot``, which changes the plan."""


class Repair(Strict):
    """One thing to change before a stage of a shot is made again."""

    stage: Stage
    action: RepairAction
    round: int = Field(1, ge=1, le=99)
    """The how-manieth repair of this stage it is: from the second on there is another seed as well."""
