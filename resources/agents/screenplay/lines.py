"""A speech as lines that fit a breath and a subtitle, each with how it is spoken. No word is lost."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from resources.agents.screenplay.elements import Speech
from resources.agents.screenplay.manner import delivery_of, emotion_of, shouted
from resources.agents.screenplay.sentences import pieces, weight
from schemas.vocabulary import Delivery, Emotion

MAX_LINE = 180
"""Letters of a line, by :func:`weight`: about 13 s; the schema would take 500."""
MAX_SHOT = 230
"""Letters spoken in one shot: about 17 s."""
MOST_LINES = 6
"""Lines of one speech in one shot; the schema would take 12."""
_ROOM = 480
"""Characters a line may have with the marks beside it; more of them than that are left out."""
_SILENT = re.compile(r"[\[{<][^\]}>]*[\]}>]|\b(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One line to be spoken."""

    text: str
    emotion: Emotion = Emotion.NEUTRAL
    delivery: Delivery = Delivery.NORMAL


def lines_of(speech: Speech) -> list[Said]:
    """The lines of a speech, in order. Marks without a sound ("...", "[static]") go with the words beside them.

    Empty when nothing of it can be spoken: that is a silence.
    """
    found: list[Said] = []
    emotion, delivery, held = Emotion.NEUTRAL, Delivery.NORMAL, ""
    for part in speech.parts:
        feeling, manner = emotion_of(part.direction), delivery_of(part.direction)
        if feeling is not None or manner is not None:
            emotion, delivery = feeling or Emotion.NEUTRAL, manner or Delivery.NORMAL
        for piece in pieces(part.text, MAX_LINE):
            text = f"{held} {piece}".strip()
            held = ""
            loud = Delivery.LOUD if delivery is Delivery.NORMAL and shouted(piece) else delivery
            if not audible(piece):
                if found and len(found[-1].text) + len(text) < _ROOM:
                    found[-1] = Said(f"{found[-1].text} {text}", found[-1].emotion, found[-1].delivery)
                elif not found and len(text) < _ROOM - MAX_LINE:
                    held = text
                continue
            found.append(Said(text, emotion, loud))
    return found


def audible(text: str) -> bool:
    """Whether a voice could say any of it: a letter or a digit, and not only a direction or an address."""
    return any(unicodedata.category(char)[0] in "LN" for char in _SILENT.sub(" ", text))


def shots_of(lines: list[Said]) -> list[list[Said]]:
    """Lines parted into shots."""
    found: list[list[Said]] = []
    for line in lines:
        if (
            found
            and len(found[-1]) < MOST_LINES
            and sum(weight(one.text) for one in found[-1]) + weight(line.text) <= MAX_SHOT
        ):
            found[-1].append(line)
        else:
            found.append([line])
    return found
