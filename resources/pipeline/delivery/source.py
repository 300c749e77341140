"""Which of IPTC's digital source types a film is, from what its parts are.

IPTC tells a model that learned from samples (``trainedAlgorithmicMedia``) from an algorithm that did not
(``algorithmicMedia``). Where nobody says that an engine is of the second kind, the first is claimed: a film is rather
called AI-made once too often.
"""

from __future__ import annotations

from collections.abc import Set

from schemas.delivery import Source

NEWSCODES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
BY_RULE = frozenset({"cutout", "embedded-voices"})
"""Engines that learned nothing: they draw by rules, or speak with models that are named with each line."""
SPOKEN_BY_RULE = frozenset({"espeak"})
"""Voices made of formants, not of recordings."""


def stage_source(engine: str, *, learned: bool) -> Source:
    """What an engine makes; ``learned``: it is known that a trained model took part."""
    return "algorithmicMedia" if engine in BY_RULE and not learned else "trainedAlgorithmicMedia"


def film_source(parts: Set[Source], *, own: bool) -> Source:
    """What a film of such parts is; ``own``: material of the user's own is in it."""
    trained = "trainedAlgorithmicMedia" in parts
    if trained:
        alone = parts == {"trainedAlgorithmicMedia"} and not own
        return "trainedAlgorithmicMedia" if alone else "compositeWithTrainedAlgorithmicMedia"
    return "compositeSynthetic" if own else "algorithmicMedia"


def term(source: Source) -> str:
    """The address of the term."""
    return NEWSCODES + source
