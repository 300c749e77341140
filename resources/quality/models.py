"""Checks that ask a model or follow motion: slower than the one pass, each with its own budget (bench/quality.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resources.engines import Sound
from resources.quality.checks import at_line
from resources.quality.flow import Motion
from resources.quality.names import CheckName
from resources.quality.policy import Policy
from resources.quality.recognition import can_judge, recognise, word_error_rate, words_of
from resources.quality.safety import Exposure
from resources.quality.speech_quality import SpeechQuality
from schemas.judgement import Judgement
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


def hear(sound: Sound, lines: Sequence[TimedLine], language: str) -> list[list[str] | None]:
    """The words that are heard in each line of ``sound``, a shot's dialogue; None where the recogniser is no judge."""
    return [
        recognise(sound[line.start : line.end]) if can_judge(line.engine, language, line.text) else None
        for line in lines
    ]


def heard_errors(lines: Sequence[TimedLine], heard: Sequence[Sequence[str] | None]) -> dict[int, float]:
    """Word error rate by the number of the line, of those that were heard."""
    pairs = enumerate(zip(lines, heard, strict=False))
    return {n: word_error_rate(words, words_of(line.text)) for n, (line, words) in pairs if words is not None}


def check_heard(
    policy: Policy,
    lines: Sequence[TimedLine],
    heard: Sequence[Sequence[str] | None],
    *,
    rate: FrameRate,
    shot: str,
) -> list[Finding]:
    """The words of the plan are those that were heard (:func:`hear`)."""
    found: list[Finding] = []
    for number, errors in heard_errors(lines, heard).items():
        if errors > policy.checks["words"].limit:
            line, words = lines[number], " ".join(heard[number] or ())
            message = f"{words[:60]!r} is heard instead of {line.text[:60]!r}"
            found.append(at_line(policy, "words", errors, message, line.start, rate, shot))
    return found


def check_safety(policy: Policy, exposure: Exposure, *, shot: str) -> list[Finding]:
    """Nobody is undressed."""
    if exposure.probability <= policy.checks["safety"].limit:
        return []
    return [policy.finding("safety", exposure.probability, f"shows {exposure.what}", shot=shot)]


ASPECTS: Mapping[str, CheckName] = {
    "prompt_match": "prompt_match",
    "hands_and_faces": "anatomy",
    "artefacts": "artefacts",
    "text": "stray_text",
    "safety": "judged_safety",
}
"""The check of each score of a :class:`~schemas.judgement.Judgement`."""


def check_judged(policy: Policy, judged: Judgement, *, shot: str) -> list[Finding]:
    """What a vision model saw in the shot, in the same form as everything that is measured."""
    found: list[Finding] = []
    for name, told in judged.scores():
        check = ASPECTS[name]
        if told.score < policy.checks[check].limit:
            saw = told.reason or f"{check.replace('_', ' ')} is {told.score:.2f}"
            found.append(policy.finding(check, told.score, f"the judge: {saw}", shot=shot))
    return found


def judged_readings(judged: Judgement) -> dict[CheckName, float]:
    """The scores by check."""
    return {ASPECTS[name]: told.score for name, told in judged.scores()}
