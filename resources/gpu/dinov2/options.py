"""What a profile may tell the image encoder."""

from __future__ import annotations

from pydantic import Field

from schemas.plan import Strict


class DinoOptions(Strict):
    """``options: {likeness: ...}`` of a profile whose likeness model is ``dinov2``."""

    model: str = "dinov2-small"
    """Entry of ``configs/models.yaml``: DINOv2, or another image encoder that ``AutoModel`` loads and that pools."""
    batch: int = Field(8, ge=1, le=64)
    """Pictures that are looked at together."""
