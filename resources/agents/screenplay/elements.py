"""What a screenplay is made of, once it is read: scenes of action, speeches, cards and transitions, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.vocabulary import TransitionKind


@dataclass(frozen=True, slots=True)
class Cue:
    """Whose speech follows: the name as written, and its extensions (``V.O.``, ``ON PHONE``) in lower case."""

    name: str
    extensions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Equal for every spelling of one name."""
        return " ".join(self.name.casefold().replace("’", "'").split())


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a speech with the parenthetical that stands before it; ``text`` is never empty."""

    text: str
    direction: str = ""
    sung: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """What one person says without being interrupted. ``dual``: at the same time as the speech before it."""

    cue: Cue
    parts: tuple[Part, ...]
    dual: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A paragraph of description."""

    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """Words that are to be read on the screen."""

    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A transition to whatever comes next. ``intercut``: from now on the film goes to and fro, as on the telephone."""

    kind: TransitionKind
    intercut: bool = False


Item = Speech | Action | Card | Change


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene heading as written (without its number; "" for what stands before the first) and what follows it."""

    heading: str
    items: tuple[Item, ...]
    number: str = ""


@dataclass(frozen=True, slots=True)
class Screenplay:
    """A whole screenplay."""

    title: str
    credits: tuple[str, ...]
    scenes: tuple[Scene, ...]
    lines: int
    """Lines of the file."""
    forced: frozenset[str] = field(default_factory=frozenset)
    """Keys of the cues that were written with ``@``: those are names, whatever they look like."""

    def speeches(self) -> list[Speech]:
        """Every speech, in order."""
        return [item for scene in self.scenes for item in scene.items if isinstance(item, Speech)]
