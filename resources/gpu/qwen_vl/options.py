"""What a profile may tell the judge."""

from __future__ import annotations

from pydantic import Field

from schemas.plan import Strict


class QwenOptions(Strict):
    """``options: {judge: ...}`` of a profile whose judge is ``qwen2-vl``."""

    model: str = "qwen2-vl-2b"
    """Entry of ``configs/models.yaml``: Qwen2-VL, or a successor that transformers loads for images and text."""
    frames: int = Field(4, ge=1, le=32)
    """Most frames of a shot that are looked at, spread over it."""
    most_tokens: int = Field(768, ge=384, le=4096)
    """Most tokens of an answer; it is brought to an end within them."""
