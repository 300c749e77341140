"""``QwenJudge``: the judge of a GPU profile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from resources.engines import Frame
from resources.errors import InputError
from resources.gpu.context import Lease
from resources.gpu.options import read_options
from resources.gpu.plan import LoadPlan
from resources.gpu.qwen_vl.answer import judge_once
from resources.gpu.qwen_vl.loading import Loaded, load_judge
from resources.gpu.qwen_vl.options import QwenOptions
from resources.gpu.qwen_vl.prompt import inputs_of, spread
from resources.gpu.room import GpuRoom
from resources.store.fingerprint import digest
from schemas.judgement import Judgement, worst

CODE = "1"
"""Goes up whenever this package would judge otherwise."""


class QwenJudge:
    """Looks at frames of a shot and says how good they are. Equal frames and prompts get equal answers."""

    name = "qwen2-vl"

    def __init__(self, options: Mapping[str, Any], room: GpuRoom) -> None:
        self.options = read_options("judge", options, QwenOptions)
        self.room = room

    @property
    def revision(self) -> str:
        """Code, weights and options."""
        told = self.options.model_dump(mode="json")
        return f"{CODE}-{digest([self.room.registry.revision(self.options.model), told])[:16]}"

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """The one it asks."""
        return (self.options.model,)

    def judge(self, frames: Sequence[Frame], prompt: str) -> Judgement:
        """What is to be said of ``frames`` (a few are looked at, in one question where memory allows it).

        Raises :class:`InputError` without a frame, and whatever :meth:`GpuRoom.work` raises.
        """
        looked = spread(frames, self.options.frames)
        if not looked:
            raise InputError("a judge needs a frame to look at", where=self.name)

        def infer(lease: Lease, plan: LoadPlan) -> Judgement:
            return lease.using(lambda loaded: self._look(loaded, looked, prompt, plan))

        key = self.options.model
        judged, _ = self.room.work(key, load_judge, self.room.plan(key, batch=len(looked)), infer)
        return judged

    def _look(self, loaded: Loaded, looked: Sequence[Frame], prompt: str, plan: LoadPlan) -> Judgement:
        """One question for each ``plan.batch`` frames; of each thing the worst counts."""
        judged = []
        for first in range(0, len(looked), plan.batch):
            inputs = inputs_of(loaded, looked[first : first + plan.batch], prompt, plan.width * plan.height)
            judged.append(judge_once(loaded, inputs, self.options.most_tokens, self.options.model))
        return worst(judged)
