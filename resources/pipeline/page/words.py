"""How the page says things: numbers, times, sizes and codes, in the fewest signs that still tell the truth."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite, isnan

from schemas.report import Severity
from schemas.time import FrameRate

VERDICTS = {"approve": "Approved", "retake": "To be made again", "escalate": "A person must look"}
SEVERITIES: dict[Severity, str] = {"error": "Error", "warn": "Warning", "info": "Note"}
STAGES = {
    "shot_images": "Keyframe",
    "voice_tracks": "Voice",
    "video_chunks": "Motion",
    "lipsynced_clips": "Final frames",
}
STATES = {"kept": "Kept", "best": "Best of what failed", "quarantined": "Quarantined"}


def number(value: float) -> str:
    """Four significant digits, a real minus sign, no exponent for anything a film may hold."""
    if isnan(value):
        return "not a number"
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    if value and not 1e-6 <= abs(value) < 1e15:
        return f"{value:.3e}".replace("-", "−")
    text = f"{value:.0f}" if abs(value) >= 1000 else f"{Decimal(f'{value:.4g}'):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def quantity(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{number(value)} {unit}".rstrip()


def plain(code: str) -> str:
    """A code (``black_picture``) as words (``black picture``)."""
    return code.replace("_", " ")


def clock(frame: int, rate: FrameRate) -> str:
    """Where a frame begins: minutes, seconds and hundredths."""
    hundredths = int(frame * 100 / rate.value)
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def span(seconds: float) -> str:
    """A length of time: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``1 h 05 min``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def memory(megabytes: float) -> str:
    """Memory in MB or GB (of 1000 MB)."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def money(amount: float, currency: str) -> str:
    """An amount with its currency; fractions of a cent are told when there is nothing above them."""
    return f"{amount:.2f} {currency}" if amount >= 0.01 or not amount else f"{amount:.4f} {currency}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 finding``, ``3 findings``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
