"""The four curves of a film, from the numbers that the checks have anyway."""

from __future__ import annotations

from collections.abc import Sequence

from resources.pipeline.page.view import Curve, Limit
from schemas.time import FrameRate


def loudness_curve(levels: Sequence[float], target: float, *, step: float = 1.0) -> Curve:
    """Short-term loudness (3 s windows, EBU R 128) in LUFS, one value every ``step`` seconds; silence may be -inf."""
    return Curve(
        id="loudness",
        title="Loudness",
        unit="LUFS",
        note="Short-term, a window of three seconds. The target holds for the film as a whole.",
        seconds=[round(k * step, 3) for k in range(len(levels))],
        values=[max(level, -60.0) for level in levels],
        limits=[Limit(value=target, label="target", side="target")],
        range=(-50.0, 0.0),
    )


def motion_curve(change: Sequence[float], rate: FrameRate, *, still: float) -> Curve:
    """Mean absolute luma difference of neighbouring frames (levels); under ``still`` a frame repeats the last one."""
    return Curve(
        id="motion",
        title="Motion",
        unit="levels",
        note="How much each frame differs from the one before it. Peaks are cuts.",
        seconds=_frames(len(change), rate),
        values=list(change),
        limits=[Limit(value=still, label="frozen", side="below")],
    )


def light_curve(luma: Sequence[float], rate: FrameRate, *, dark: float | None = None) -> Curve:
    """Mean luma of every frame (0 to 255); flicker shows as a comb, a flash as a needle."""
    return Curve(
        id="light",
        title="Light",
        unit="levels",
        note="Mean brightness. Flicker shows as a comb, a flash as a needle.",
        seconds=_frames(len(luma), rate),
        values=list(luma),
        limits=[] if dark is None else [Limit(value=dark, label="black", side="below")],
    )


def drift_curve(cuts: Sequence[tuple[float, float]], allowed_ms: float) -> Curve:
    """Sound against picture at each cut: (second of the film, milliseconds by which the sound comes late)."""
    return Curve(
        id="drift",
        title="Sound against picture",
        unit="ms",
        note="At every cut; above zero the sound comes late.",
        seconds=[second for second, _ in cuts],
        values=[offset for _, offset in cuts],
        limits=[
            Limit(value=allowed_ms, label="late", side="above"),
            Limit(value=-allowed_ms, label="early", side="below"),
        ],
        marks=True,
    )


def _frames(count: int, rate: FrameRate) -> list[float]:
    return [round(rate.seconds(k), 4) for k in range(count)]
