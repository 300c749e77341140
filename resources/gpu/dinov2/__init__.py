"""An image encoder that tells whether two pictures show the same: DINOv2 and its successors."""

from resources.gpu.dinov2.engine import DinoLikeness

__all__ = ["DinoLikeness"]
