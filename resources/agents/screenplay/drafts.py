"""A shot before it has an id and an order."""

from __future__ import annotations

from dataclasses import dataclass, field

from resources.agents.screenplay.headings import Setting
from resources.store.space import AROUND_S, PAUSE_S, SPOKEN_CHARACTERS_A_SECOND
from schemas.plan import Dialogue
from schemas.vocabulary import CameraMove, Effect, Emotion, ShotSize, TransitionKind


@dataclass
class Draft:
    """What a shot shows and says. ``seen`` are character ids."""

    scene: int
    heading: str
    setting: Setting
    kind: str
    size: ShotSize
    camera: CameraMove = CameraMove.STATIC
    action: str = ""
    seen: list[str] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    lines: list[Dialogue] = field(default_factory=list)
    emotion: Emotion = Emotion.NEUTRAL
    least: float = 2.5
    """The shortest it may be, in seconds."""
    transition: TransitionKind = TransitionKind.CUT
    effects: list[Effect] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """About how long it will be."""
        spoken = sum(len(line.text) / SPOKEN_CHARACTERS_A_SECOND + PAUSE_S for line in self.lines)
        return max(self.least, spoken + AROUND_S if self.lines else 0.0)

    @property
    def cast(self) -> set[str]:
        """Everybody it needs."""
        return {*self.seen, *(line.character_id for line in self.lines)}
