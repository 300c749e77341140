"""Checks that ask a model or follow motion: slower than the one pass, each with its own budget (bench/quality.py)."""

from __future__ import annotations

from collections.abc import Sequence

from resources.engines import Sound
from resources.quality.checks import at_line
from resources.quality.flow import Motion
from resources.quality.policy import Policy
from resources.quality.recognition import can_judge, recognise, word_error_rate, words_of
from resources.quality.safety import Exposure
from resources.quality.speech_quality import SpeechQuality
from schemas.media import TimedLine
from schemas.report import Finding
from schemas.time import FrameRate


def check_motion(policy: Policy, motion: Motion, *, shot: str) -> list[Finding]:
    """Something moves; a film of stills is no film, but a single quiet shot may be meant."""
    if not motion.pairs or motion.speed >= policy.checks["motion"].limit:
        return []
    message = f"hardly anything moves ({motion.moving} of {motion.pairs} moments)"
    return [policy.finding("motion", motion.speed, message, shot=shot)]


def check_speech_quality(policy: Policy, quality: SpeechQuality | None, *, shot: str) -> list[Finding]:
    """A listener would not mind this voice."""
    if quality is None or quality.overall >= policy.checks["speech_quality"].limit:
        return []
    return [policy.finding("speech_quality", quality.overall, f"DNSMOS {quality.overall:.1f} of 5", shot=shot)]


def check_words(
    policy: Policy, sound: Sound, lines: Sequence[TimedLine], language: str, *, rate: FrameRate, shot: str
) -> list[Finding]:
    """The words of the plan are heard, where the recogniser understands the voice; ``sound`` is the shot's dialogue."""
    found: list[Finding] = []
    for line in lines:
        if not can_judge(line.engine, language, line.text):
            continue
        heard = recognise(sound[line.start : line.end])
        errors = word_error_rate(heard, words_of(line.text))
        if errors > policy.checks["words"].limit:
            message = f"{' '.join(heard)[:60]!r} is heard instead of {line.text[:60]!r}"
            found.append(at_line(policy, "words", errors, message, line.start, rate, shot))
    return found


def check_safety(policy: Policy, exposure: Exposure, *, shot: str) -> list[Finding]:
    """Nobody is undressed."""
    if exposure.probability <= policy.checks["safety"].limit:
        return []
    return [policy.finding("safety", exposure.probability, f"shows {exposure.what}", shot=shot)]
