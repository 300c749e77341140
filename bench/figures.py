"""The figures that the simulation reckons with: what was measured here, what others published, what follows from both.

Every number says where it is from. ``python -m bench.simulate measure HOME MOVIE`` prints the measured ones anew.
"""

from __future__ import annotations

from dataclasses import dataclass

# -- a film ----------------------------------------------------------------------------------------------------------
SHOTS = 12
SHOT_S = 5.0
FPS = 24
"""A minute of film, as the storyteller writes them."""

# -- motion (Wan 2.1, 14 billion weights, 832 x 480, 40 steps) -------------------------------------------------------
WAN_OPERATIONS = 1.0e17
"""A chunk of 65 frames (docs/GPU.md, from the architecture)."""
WAN_CHUNK_FRAMES, WAN_OVERLAP, WAN_FPS = 65, 4, 16
WAN_SHARE = 0.6
"""Of the speed that matrices reach alone. With it an A100 takes 11.6 minutes a chunk. Held against a published run:
2,735.7 s for 81 frames of 14 billion weights in 720p on an A100 (github.com/Wan-Video/Wan2.2 issue 284, 2025-11-21). In
480p that is some 800 s; ours, for 81 frames, is 870 s."""


@dataclass(frozen=True)
class Card:
    """A card: what matrices of 16 bits reach on it, and what an hour costs on demand."""

    name: str
    tflops: float
    """Measured, not the data sheet's (github.com/neuralinternet/SN27-opencompute, config.yaml; read 2026-11-26)."""
    usd_hour: float
    """deploybase.ai/articles/runpod-gpu-pricing, 2026-03-10; spot is 40 % less and may end at any time."""
    memory_gb: int


CARDS = {
    card.name: card
    for card in (
        Card("RTX 4090", 157, 0.60, 24),
        Card("L4", 51, 0.78, 24),
        Card("L40S", 171, 1.40, 48),
        Card("A100 SXM", 238.8, 2.45, 80),
        Card("H100 SXM", 570, 4.76, 80),
    )
}
SDXL_OPERATIONS = 4.0e14
"""A still of 1024 x 1024: 30 steps, guidance doubles them, 6e12 operations each, and the decoder (computed)."""
CHATTERBOX_RTF = 0.7
"""Seconds a second of speech, assumed the same on every card: it is bound by Python (reddit.com/r/LocalLLaMA 1lfnn7b,
2025-06-19, reports 2 to 4 times more with compilation, which we do not use)."""
SMALL_S = 4.0
"""A shot's mouths and its judging: Wav2Lip on faces of 96 pixels, Qwen2-VL on four frames (computed, docs/GPU.md)."""
LOAD_S = {"wan": 46.0, "small": 20.0}
"""Weights from a local disk of 1 GB/s: 45.9 GB of Wan with its encoders; SDXL, Chatterbox, Wav2Lip and Qwen2-VL."""

# -- cores -----------------------------------------------------------------------------------------------------------
ENCODE_S_A_FRAME = 0.040
"""CPU seconds: 720p, x264 medium, with lossless handles and measuring; veryfast alone takes 0.013, measured
(docs/BENCHMARKS.md)."""
CUT_S_A_SHOT = 0.48
"""CPU seconds: 5.7 for twelve shots, measured (docs/BENCHMARKS.md)."""
CORE_USD_HOUR = 0.04
"""A vCPU with 4 GB, on demand."""
EMBEDDED_S_A_SECOND = 2.43
"""CPU seconds a second of film, everything drawn: 28.7 s on two cores for 23.6 s (docs/BENCHMARKS.md)."""

# -- disk, network, requests -----------------------------------------------------------------------------------------
FRAME_BYTES = 80_000
LOSSLESS_FRAME_BYTES = 1_300_000
"""As resources/store/space.py reckons."""
FILM_BYTES = 60_000_000
"""The cut, its report and stems, of a minute."""
STORE_USD_GB_MONTH = 0.023
PUT_USD, GET_USD = 0.005 / 1000, 0.0004 / 1000
"""S3 Standard, us-east-1: deepeshsoni.com/archives/256 and cloudkaramchari.com (read 2026-11-26); a listing costs
what a PUT does."""
CONTENTS_AN_ARTIFACT, COMMITS_AN_ARTIFACT, LISTINGS_AN_ARTIFACT, GETS_AN_ARTIFACT = 6.2, 1.0, 1.6, 4.0
"""Requests to the store, counted on a film of two shots, 11 artifacts (docs/STORAGE.md)."""
S3_WRITES_S, S3_READS_S = 3500, 5500
"""Requests a second and prefix before S3 says 503 (docs.aws.amazon.com, Athena's guide on throttling)."""

# -- Dagster ---------------------------------------------------------------------------------------------------------
ROWS_A_FILM, ROWS_A_SHOT = 150, 185
"""Event log, runs, tags and checks; counted on a film of two shots: 354 events in 6 runs, 76 checks, 92 others."""
ROW_BYTES = 1_950
"""The mean of those events."""
RUNS_A_FILM = 2
"""Beside one for each shot, as a cluster has them."""
SLOTS = 60
PARTITION_CEILING = 100_000
"""Partitions an asset, as Dagster's manual recommends (github.com/dagster-io/dagster/discussions/18788)."""
SENSOR_S_A_FILM = 0.02
"""A sensor's look at a film: its files, its state, and a listing where it lies in a store."""
SENSOR_TIMEOUT_S = 60.0
"""Dagster ends a tick after so long."""


def shot_seconds(card: Card) -> dict[str, float]:
    """Seconds of a shot on ``card``, by stage."""
    frames = SHOT_S * WAN_FPS
    chunks = max(1.0, (frames - WAN_OVERLAP) / (WAN_CHUNK_FRAMES - WAN_OVERLAP))
    speed = card.tflops * 1e12 * WAN_SHARE
    return {
        "shot_images": SDXL_OPERATIONS / speed + 1.0,
        "voice_tracks": CHATTERBOX_RTF * SHOT_S,
        "video_chunks": chunks * WAN_OPERATIONS / speed,
        "lipsynced_clips": SMALL_S,
    }
