"""Asking the model: greedy, and held to the schema token by token."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from resources.errors import RenderFault
from resources.gpu.constrain import Constraint
from resources.gpu.qwen_vl.loading import Loaded
from schemas.judgement import Judgement


def judge_once(loaded: Loaded, inputs: dict[str, Any], most: int, where: str) -> Judgement:
    """What the model says of one question, in at most ``most`` tokens. Raises :class:`RenderFault`."""
    import torch
    import transformers

    asked = int(inputs["input_ids"].shape[1])
    constraint = Constraint(loaded.guide, Judgement.model_json_schema())
    most = min(most, loaded.context - asked)
    if most <= constraint.reserve:
        raise RenderFault(
            f"a question of {asked:,} tokens leaves {max(most, 0):,} of {loaded.context:,} for the answer, "
            f"which needs {constraint.reserve:,}",
            where=where,
            hint="let it look at fewer frames: options.judge.frames of the profile",
        )
    model, ends = loaded.model, loaded.tokenizer.eos_token_id
    held = _Held(constraint, asked, most, int(ends))
    settings: Any = transformers.GenerationConfig  # typed in part
    greedy = settings(
        do_sample=False, num_beams=1, repetition_penalty=1.0, max_new_tokens=most, eos_token_id=ends, pad_token_id=ends
    )
    with torch.inference_mode():
        written = model.generate(
            **{name: _moved(tensor, model) for name, tensor in inputs.items()},
            generation_config=greedy,
            logits_processor=transformers.LogitsProcessorList([held]),
        )
    tokens = [token for token in written[0, asked:].tolist() if token != ends]
    return judgement_of(loaded.guide.decode_bytes(tokens).decode("utf-8", "replace"), where)


def judgement_of(text: str, where: str) -> Judgement:
    """What a judge wrote, as a judgement. Raises :class:`RenderFault`."""
    try:
        return Judgement.model_validate_json(text)
    except ValidationError:
        raise RenderFault(f"the judge answered {text[:80]!r}", where=where) from None


def _moved(tensor: Any, model: Any) -> Any:
    """On the model's device; pictures in its precision too."""
    return tensor.to(model.device, model.dtype if tensor.is_floating_point() else None)


class _Held:
    """Lets only those tokens follow that the grammar allows (a logits processor of transformers)."""

    def __init__(self, constraint: Constraint, asked: int, most: int, ends: int) -> None:
        self._constraint = constraint
        self._taken = asked
        self._last = asked + most
        self._ends = ends

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """``scores`` (1, vocabulary) with all others at minus infinity."""
        import torch

        fresh = input_ids[0, self._taken :].tolist()
        self._constraint.take(fresh)
        self._taken += len(fresh)
        vocabulary = scores.shape[-1]
        if self._constraint.ended:
            allowed = torch.zeros(vocabulary, dtype=torch.bool)
            allowed[self._ends] = True
        else:
            closing = self._last - self._taken <= self._constraint.reserve
            allowed = torch.from_numpy(self._constraint.allowed(vocabulary, closing))
        return scores.masked_fill(~allowed.to(scores.device), -torch.inf)
