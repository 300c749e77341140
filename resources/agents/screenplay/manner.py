"""How a line is meant and spoken, from its parenthetical and its capitals."""

from __future__ import annotations

from resources.agents.screenplay.wordlists import table
from schemas.vocabulary import Delivery, Emotion


def delivery_of(direction: str) -> Delivery | None:
    """How a direction wants a line spoken, or None."""
    found = table("manner", "delivery").find(direction)
    return Delivery(found[0].value) if found else None


def emotion_of(direction: str) -> Emotion | None:
    """What a direction says of the feeling, or None."""
    found = table("manner", "emotion").find(direction)
    return Emotion(found[0].value) if found else None


def acted(description: str) -> Emotion | None:
    """What a description says that people feel, by what they do."""
    found = table("manner", "acted").find(description)
    return Emotion(found[0].value) if found else None


def shouted(text: str) -> bool:
    """Whether a line is written in capitals."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 3 and all(char == char.upper() != char.lower() for char in letters)


def emphatic(text: str) -> bool:
    """Whether a line has a word in capitals, or ends in an exclamation mark."""
    strong = [word for word in text.split() if len(word.strip(".,!?\"'")) > 3 and shouted(word)]
    return bool(strong) or text.rstrip("\"'”’)").endswith("!")
