"""What one request of each model takes beside its weights: formulas, and where each comes from.

None of them was measured here: there was no GPU. ``python bench/gpu.py calibrate PROFILE`` on a machine with one
prints predicted beside measured, and what was measured corrects the next prediction by itself (``estimate.Measured``).
"""

from __future__ import annotations

from resources.gpu.estimate import Work
from resources.gpu.plan import BYTES_OF, LoadPlan

# -- decoders ----------------------------------------------------------------------------------------------------

SDXL_DECODE = 2200
"""Bytes for each output pixel and byte of precision: InvokeAI's ``vae_working_memory.py``, found by experiment for SD
1.5 and SDXL, allocated and reserved memory together (its issue 8414)."""
WAN_DECODE = 6500
"""The same for a Wan 2.1 decode of more than one frame (InvokeAI, measured peaks with head room): the causal
convolutions keep state between frames. 2900, its figure for one frame, is too low for a clip."""
WAN_DECODE_ONE = 2900
SDXL_TILE = 512
"""Pixels: ``AutoencoderKL.tile_sample_min_size`` of SDXL is 1024 at its sample size; engines set this smaller one."""
WAN_TILE = 256
"""Pixels: ``AutoencoderKLWan.tile_sample_min_height`` and ``_width``, diffusers' default."""
OVERLAP = 1.25
"""Tiles overlap: a quarter on top (InvokeAI)."""
FLOAT = 4

# -- transformers and U-Nets ---------------------------------------------------------------------------------------

SDXL_UNET = 250
"""Bytes for each output pixel, byte of precision and picture, classifier-free guidance running both at once: the skip
connections and the widest attention of the U-Net at 1024 x 1024, counted from its shapes, rounded up by a half."""
WAN_SIZES = {"wan2.1-t2v-1.3b": (1536, 8960)}
WAN_14B = (5120, 13824)
"""(hidden size, feed-forward size) of the transformer, from its published ``config.json``."""
QWEN_SIZES = {"qwen2-vl-2b": (1536, 8960, 28, 2), "qwen2-vl-7b": (3584, 18944, 28, 4)}
"""(hidden, feed-forward, layers, key-value heads of 128), from the published ``config.json``."""
QWEN_TEXT = 1024
"""Tokens of question and answer beside the picture's."""


def sdxl(plan: LoadPlan) -> tuple[int, int]:
    """Text to image, or image to image: the larger of denoising and decoding. (activations, output) in bytes."""
    wide = BYTES_OF[plan.dtype]
    pixels = plan.width * plan.height
    denoise = SDXL_UNET * pixels * wide * plan.batch * 2
    decoded = 1 if plan.vae_slicing else plan.batch
    area = min(pixels, SDXL_TILE**2) * OVERLAP if plan.vae_tiling else pixels
    decode = round(SDXL_DECODE * min(area, pixels) * FLOAT * decoded)  # SDXL's VAE overflows in 16 bits: it runs in 32
    return max(denoise, decode), pixels * 3 * FLOAT * plan.batch


def wan(plan: LoadPlan) -> tuple[int, int]:
    """Image to video or text to video, one chunk: the larger of denoising and decoding, and its frames.

    Denoising: under ``no_grad`` one block is alive at a time; its residual stream, attention and modulation are about 8
    hidden vectors a token, its feed-forward layer 2 wide ones; guidance runs as two passes. A token is 4 frames of 16 x
    16 pixels, after the VAE (4, 8, 8) and the patches (1, 2, 2).
    """
    hidden, forward = WAN_SIZES.get(plan.model_key, WAN_14B)
    tokens = ((plan.frames - 1) // 4 + 1) * -(-plan.height // 16) * -(-plan.width // 16) * plan.batch
    denoise = tokens * (8 * hidden + 2 * forward) * BYTES_OF[plan.dtype]
    pixels = plan.width * plan.height
    area = min(pixels, WAN_TILE**2 * OVERLAP) if plan.vae_tiling else pixels
    scale = WAN_DECODE if plan.frames > 1 else WAN_DECODE_ONE
    decode = round(scale * area * FLOAT)  # diffusers' documentation runs Wan's VAE in float32
    clip = 3 * plan.frames * pixels * FLOAT * plan.batch
    return max(denoise, decode + clip), clip


def qwen_vl(plan: LoadPlan) -> tuple[int, int]:
    """``batch`` pictures of ``width`` x ``height`` and a question. A merged token is 28 x 28 pixels (its processor)."""
    hidden, forward, layers, heads = QWEN_SIZES.get(plan.model_key, QWEN_SIZES["qwen2-vl-7b"])
    wide = BYTES_OF[plan.dtype]
    patches = -(-plan.width // 28) * -(-plan.height // 28) * plan.batch * max(1, plan.frames)
    tokens = patches + QWEN_TEXT
    cache = 2 * layers * heads * 128 * tokens * wide
    forward_pass = tokens * (10 * hidden + 3 * forward) * wide
    vision = 4 * patches * (8 * 1280 + 2 * 5120) * wide  # 4 patches of 14 x 14 before merging
    return cache + max(forward_pass, vision), 0


def chatterbox(plan: LoadPlan) -> tuple[int, int]:
    """One line of at most 300 characters: the cache of 1,000 speech tokens, and a mel decoder over 40 s of them.

    30 layers x 2 x 1024 x 1,500 positions x 4 bytes, twice for guidance, is 0.74 GB; the rest is S3Gen's decoder. On a
    CPU the whole process, weights and libraries too, peaks at 2.2 GB with one layer of thirty (measured).
    """
    return 1_200_000_000 * plan.batch, 0


def wav2lip(plan: LoadPlan) -> tuple[int, int]:
    """``batch`` faces of 96 x 96: 36 feature maps a face, the widest 96 x 96 x 80, are 18 MB in float32."""
    return 18_000_000 * plan.batch, plan.batch * 96 * 96 * 3 * FLOAT


def small(plan: LoadPlan) -> tuple[int, int]:
    """A small model that runs on the CPU (ONNX voices, judges): as a whole process measures it, 150 MB a request."""
    return 150_000_000 * plan.batch, 0


WORK: dict[str, Work] = {
    "sdxl": sdxl,
    "wan": wan,
    "qwen-vl": qwen_vl,
    "chatterbox": chatterbox,
    "wav2lip": wav2lip,
    "small": small,
}
"""By the ``work`` of a model in ``configs/models.yaml``."""
