"""What a profile may tell the lip-sync engine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.plan import Strict

DetectorName = Literal["haar", "nudenet", "box"]
Pad = Annotated[int, Field(ge=0, le=256)]
Edge = Annotated[float, Field(ge=0.0, le=1.0)]


class Wav2LipOptions(Strict):
    """``options: {lipsync: ...}`` of a profile whose lip-sync engine is ``wav2lip``."""

    model: str = "wav2lip"
    """Entry of ``configs/models.yaml``."""
    detector: DetectorName = "haar"
    """``haar``: OpenCV's cascades, front and side; ``nudenet``: YOLOv8n, better at painted and turned faces; ``box``:
    always the same place, for a test or a figure that no detector knows for a face. A decision's own wins."""
    box: tuple[Edge, Edge, Edge, Edge] | None = None
    """Top, bottom, left, right as shares of the frame; the detector ``box`` needs it."""
    pads: tuple[Pad, Pad, Pad, Pad] = (0, 10, 0, 0)
    """Pixels above, below, left and right of a face, so that the chin is inside. A decision's own wins."""
    crop: tuple[Edge, Edge, Edge, Edge] = (0.0, 1.0, 0.0, 1.0)
    """Where faces are looked for: top, bottom, left, right as shares of the frame."""
    resize_factor: int = Field(1, ge=1, le=8)
    """Faces are looked for in a picture that many times smaller: faster, and false little ones are not found."""
    batch: int = Field(64, ge=1, le=512)
    """Faces at a time; the memory ladder halves it."""

    @model_validator(mode="after")
    def _hold(self) -> Wav2LipOptions:
        for name in ("box", "crop"):
            sides = getattr(self, name)
            if sides is not None and not (sides[0] < sides[1] and sides[2] < sides[3]):
                raise ValueError(f"{name} must have top < bottom and left < right")
        if self.detector == "box" and self.box is None:
            raise ValueError("the detector `box` needs `box: [top, bottom, left, right]`")
        return self
