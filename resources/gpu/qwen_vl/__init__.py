"""A vision model that looks at frames and judges them: Qwen2-VL and its successors."""

from resources.gpu.qwen_vl.engine import QwenJudge

__all__ = ["QwenJudge"]
