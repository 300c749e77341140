"""How a line is meant, in Chatterbox's two numbers: ``exaggeration`` and ``cfg_weight``.

Its maker's advice (https://huggingface.co/ResembleAI/chatterbox, "Tips"): 0.5 and 0.5 suit most lines; dramatic speech
wants about 0.7 and 0.3, because exaggeration hurries and a lower weight slows down again; a clip of another language
than the line wants a weight of 0, or its accent is heard. The range that its own demo offers is 0.25-2 and 0.2-1; here
it ends earlier. The table below follows that advice and was not tuned by ear on the published weights.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import Delivery, Emotion

LEAST_EXAGGERATION, MOST_EXAGGERATION = 0.25, 1.2
LEAST_CFG, MOST_CFG = 0.2, 0.8


@dataclass(frozen=True, slots=True)
class Manner:
    """How a line is asked for (``exaggeration``, ``cfg_weight``), and what is done to its sound (tempo, decibels)."""

    exaggeration: float = 0.5
    cfg_weight: float = 0.5
    rate: float = 1.0
    gain_db: float = 0.0


EMOTIONS = {
    Emotion.NEUTRAL: Manner(),
    Emotion.HAPPY: Manner(0.65, 0.45),
    Emotion.SAD: Manner(0.45, 0.35),
    Emotion.ANGRY: Manner(0.8, 0.3),
    Emotion.AFRAID: Manner(0.75, 0.35),
    Emotion.SURPRISED: Manner(0.75, 0.4),
    Emotion.TENDER: Manner(0.4, 0.45),
    Emotion.DETERMINED: Manner(0.6, 0.4),
}
DELIVERIES = {
    Delivery.NORMAL: Manner(0.0, 0.0),
    Delivery.SOFT: Manner(-0.1, 0.0, 0.97, -4.0),
    Delivery.WHISPER: Manner(-0.2, 0.0, 0.94, -7.0),
    Delivery.LOUD: Manner(0.15, -0.05, 1.0, 2.5),
    Delivery.SLOW: Manner(0.0, -0.1, 0.85),
    Delivery.FAST: Manner(0.05, 0.1, 1.15),
}
"""Added to the emotion's two numbers. It cannot whisper: a whisper is quiet, slow and flat."""


def manner_of(
    emotion: Emotion, delivery: Delivery, *, rate: float = 1.0, foreign: bool = False, plus: Manner | None = None
) -> Manner:
    """The manner of a line; ``foreign``: the reference clip is in another language. ``plus`` is the profile's own."""
    felt, said, own = EMOTIONS[emotion], DELIVERIES[delivery], plus or Manner(0.0, 0.0)
    exaggeration = felt.exaggeration + said.exaggeration + own.exaggeration
    weight = felt.cfg_weight + said.cfg_weight + own.cfg_weight
    return Manner(
        round(min(MOST_EXAGGERATION, max(LEAST_EXAGGERATION, exaggeration)), 3),
        0.0 if foreign else round(min(MOST_CFG, max(LEAST_CFG, weight)), 3),
        rate * felt.rate * said.rate,
        felt.gain_db + said.gain_db,
    )
