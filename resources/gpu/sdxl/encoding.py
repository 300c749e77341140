"""Words of any length for CLIP's text encoders, which read 77 tokens at a time.

A prompt with everybody's portrait in it is longer than that, and diffusers cuts off what is over. Here it is read in
windows of 75 tokens, each between its own start and end, and the windows' states stand one after the other: the
cross-attention takes any number. (AUTOMATIC1111 made the method common; ``compel`` and diffusers' community pipeline
``lpw_stable_diffusion_xl`` do the same.) The pooled state is that of the first window. A text of one window is encoded
exactly as diffusers does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resources.gpu.sdxl.asking import Ask

WINDOWS = 6
"""Most of them: 450 tokens. What is over is cut off, and told."""


@dataclass(frozen=True)
class Encoded:
    """One ask as the U-Net reads it; tensors on the device of the encoders."""

    prompt: Any
    """(1, 77 x windows, channels of both encoders)."""
    negative: Any
    pooled: Any
    """(1, channels of the second encoder)."""
    negative_pooled: Any
    windows: int
    cut: int
    """Tokens of the prompt that no window had room for."""


def encode(pipe: Any, ask: Ask) -> Encoded:
    """``ask`` through the text encoders that ``pipe`` has: both of the base, or the refiner's one."""
    import torch

    pairs = [
        (tokenizer, encoder, second)
        for tokenizer, encoder, second in (
            (pipe.tokenizer, pipe.text_encoder, False),
            (pipe.tokenizer_2, pipe.text_encoder_2, True),
        )
        if encoder is not None
    ]
    said = [_windows(tokenizer, ask.prompt_2 or ask.prompt if second else ask.prompt) for tokenizer, _, second in pairs]
    against = [_windows(tokenizer, ask.negative_prompt) for tokenizer, _, _ in pairs]
    count = min(WINDOWS, max(len(one) for one in (*said, *against)))
    cut = max(sum(len(window) for window in one[count:]) for one in said)
    with torch.no_grad():
        prompt, pooled = _states(pipe, pairs, said, count)
        if not ask.negative_prompt and pipe.config.force_zeros_for_empty_prompt:
            negative, negative_pooled = torch.zeros_like(prompt), torch.zeros_like(pooled)
        else:
            negative, negative_pooled = _states(pipe, pairs, against, count)
    return Encoded(prompt, negative, pooled, negative_pooled, count, cut)


def _windows(tokenizer: Any, text: str) -> list[list[int]]:
    """The tokens of ``text``, 75 to a window; one empty window for no text."""
    ids = tokenizer(text, add_special_tokens=False, truncation=False, verbose=False).input_ids
    room = tokenizer.model_max_length - 2
    return [ids[at : at + room] for at in range(0, len(ids), room)] or [[]]


def _states(pipe: Any, pairs: list[tuple[Any, Any, bool]], texts: list[list[list[int]]], count: int) -> tuple[Any, Any]:
    """(states of all windows, pooled state of the first), of the last but one layer as SDXL was trained on."""
    import torch

    states, pooled = [], None
    for (tokenizer, encoder, _), windows in zip(pairs, texts, strict=True):
        rows = [_framed(tokenizer, window) for window in (windows + [[]] * count)[:count]]
        # offloaded layer by layer, an encoder has no device of its own: its hooks work where the pipeline does
        device = pipe._execution_device if encoder.device.type == "meta" else encoder.device
        out = encoder(torch.tensor(rows, device=device), output_hidden_states=True)
        if out[0].ndim == 2:  # the second encoder projects; the first gives states of every token there
            pooled = out[0][:1]
        states.append(out.hidden_states[-2].reshape(1, -1, out.hidden_states[-2].shape[-1]))
    return torch.cat([one.to(states[0].device) for one in states], dim=-1), pooled


def _framed(tokenizer: Any, ids: list[int]) -> list[int]:
    """A window between its start and its end, filled up as the tokenizer does it."""
    frame = [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]
    return frame + [tokenizer.pad_token_id] * (tokenizer.model_max_length - len(frame))
