"""From beats and lines to shots: framing, who is seen, what they do, and the words for whoever draws."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from resources.agents.storyteller import english
from resources.agents.storyteller.people import Player
from resources.agents.storyteller.setting import Scene
from schemas.plan import Dialogue, Shot, Transition
from schemas.vocabulary import CameraMove, Effect, Emotion, Mood, ShotSize, TransitionKind, Weather

SPEECH_RATE = 15.0
"""Characters a second of spoken text, as the embedded voices speak it."""
PAUSE_S = 0.45
"""Silence between two lines and at the end of a shot, in seconds."""


@dataclass
class Draft:
    """A shot before it is numbered."""

    beat: str
    act: int
    size: ShotSize
    camera: CameraMove
    seen: list[Player]
    emotion: Emotion
    scene: Scene
    lines: list[Dialogue] = field(default_factory=list)
    props: list[str] = field(default_factory=list)
    held: list[tuple[Player, str]] = field(default_factory=list)
    """Who has which of the things in the hand, as they are spoken of."""
    deed: str = ""
    """What is visibly done in this shot, in place of an action that fits the beat."""
    by: Player | None = None
    """Who does the deed, where it is not whoever has the thing."""
    scared: bool = False
    """Whoever is seen first stands before what they are afraid of."""
    extra: float = 0.0
    """Seconds to stay longer than the lines need."""

    @property
    def doer(self) -> Player | None:
        """Who does what is done: whoever has the thing of the deed, else who is seen first."""
        having = self.held[0][0] if self.deed and self.held else None
        return self.by or having or next(iter(self.seen), None)

    @property
    def seconds(self) -> float:
        """How long it will about last."""
        spoken = sum(len(line.text) / SPEECH_RATE + PAUSE_S for line in self.lines) + 0.3
        return max(self.least, spoken) + self.extra

    @property
    def least(self) -> float:
        """The shortest it may be: long enough to be seen."""
        silent = not self.lines
        return {ShotSize.WIDE: 3.6 if silent else 3.2, ShotSize.INSERT: 2.6}.get(self.size, 2.8 if silent else 2.4)


def split_faces(draft: Draft, players: list[Player]) -> list[Draft]:
    """A close shot in which two people speak becomes two, one face each: shot and reaction."""
    visible = {player.character.id: player for player in players}
    speakers = list(dict.fromkeys(line.character_id for line in draft.lines if line.character_id in visible))
    if draft.size not in (ShotSize.CLOSE, ShotSize.REACTION) or not draft.seen:
        return [draft]
    if len(speakers) == 1:
        draft.seen = [visible[speakers[0]]]
    if len(speakers) != 2:
        return [draft]
    first = next(at for at, line in enumerate(draft.lines) if line.character_id == speakers[1])
    later = [line.character_id for line in draft.lines[first:]]
    if speakers[0] in later:
        draft.size, draft.seen = ShotSize.MEDIUM, [visible[one] for one in visible if one in speakers]
        return [draft]
    tail = Draft(
        f"{draft.beat}-reply", draft.act, ShotSize.REACTION, CameraMove.STATIC, [visible[speakers[1]]],
        draft.lines[first].emotion, draft.scene, draft.lines[first:], [],
    )  # fmt: skip
    draft.lines, draft.seen = draft.lines[:first], [visible[speakers[0]]]
    return [draft, tail]


def build(drafts: list[Draft], mood: Mood, rng: random.Random) -> list[Shot]:
    """Numbered shots with prompts, actions and transitions."""
    shots: list[Shot] = []
    act, before = 1, ""
    for number, draft in enumerate(drafts, 1):
        turn_of_act = number > 1 and draft.act != act
        act = draft.act
        dissolve = turn_of_act and (draft.scene.location.id != before or act == 3)
        before = draft.scene.location.id
        action = draft.deed or _action(draft, rng)
        loud = draft.scene.location.weather is Weather.STORM and draft.act == 2
        effects = [Effect.LIGHTNING] if loud and draft.size is ShotSize.WIDE else []
        if draft.beat in ("arrive", "reveal") and draft.act == 3:
            effects = (
                [Effect.SPARKLE] if mood in (Mood.PLAYFUL, Mood.WARM, Mood.HOPEFUL, Mood.ADVENTUROUS) else [Effect.GLOW]
            )
        shots.append(
            Shot(
                id=f"s{number * 10:03d}-{draft.beat}",
                location_id=draft.scene.location.id,
                size=draft.size,
                camera=draft.camera,
                prompt=_prompt(draft, action, rng),
                action=action,
                duration_s=round(draft.seconds if draft.extra else draft.least, 1),
                characters=[player.character.id for player in draft.seen],
                props=[prop[:24] for prop in draft.props[:4]],
                dialogue=draft.lines,
                emotion=draft.emotion,
                transition=Transition(kind=TransitionKind.DISSOLVE, frames=12) if dissolve else Transition(),
                effects=effects,
            )
        )
    return shots


def _action(draft: Draft, rng: random.Random) -> str:
    staging = english.data("staging")
    pools: dict[str, list[str]] = staging["actions"]
    key = draft.beat.removesuffix("-reply")
    if not draft.seen:
        key = "thing" if draft.size is ShotSize.INSERT else "empty"
    elif not draft.seen[0].character.on_screen or (draft.beat in ("turn", "witness") and len(draft.seen) == 1):
        key = "witness"
    options = pools.get("reply" if draft.beat.endswith("-reply") else key, pools["turn"])
    if draft.scared and draft.size in (ShotSize.WIDE, ShotSize.MEDIUM):
        options = pools["scared"]
    # where no hands are seen nothing is said to be in one, and only the first of a shot does what is said
    roomy = draft.size in (ShotSize.WIDE, ShotSize.MEDIUM)
    thing = next((word for who, word in draft.held if roomy and who is draft.seen[0]), "")
    fitting = [one for one in options if thing or "{the_thing}" not in one]
    fitting = [one for one in fitting if "into {the_weather}" not in one or draft.scene.air]
    text = rng.choice(fitting or ["waits"])
    if len(draft.seen) == 1 and draft.beat == "end":
        text = rng.choice(["walks away, and turns round once", "stays a while and listens"])
    values = {"the_thing": f"the {thing}", "the_place": draft.scene.noun, "the_weather": draft.scene.sky}
    return text.format_map(values)


def _prompt(draft: Draft, action: str, rng: random.Random) -> str:
    """One sentence that names framing, who, what, place, hour and weather."""
    staging = english.data("staging")
    location = draft.scene.location
    framing = rng.choice(staging["framing"][draft.size.value])
    hour = english.data("stage")["hours"][location.time_of_day.value]
    sky = english.data("stage")["skies"][location.weather.value]
    holding = {who.name: f", holding the {word}," for who, word in draft.held}
    people = [
        (f"{one.name} the {one.noun}" if one.noun and not one.named else one.name) + holding.get(one.name, "")
        for one in draft.seen
    ]
    who = people[0] if len(people) == 1 else ", ".join(people[:-1]) + " and " + people[-1] if people else ""
    feeling = "" if draft.emotion is Emotion.NEUTRAL or not people else f", {draft.emotion.value}"
    things = [f"the {prop}" for prop in draft.props]
    listed = things[0] if len(things) == 1 else ", ".join(things[:-1]) + " and " + things[-1] if things else ""
    subject = who or listed or location.name.lower() or "the place"
    doing = f", who {action}" if len(people) == 1 else f" who {action}" if people and draft.beat == "end" else ""
    shown = f", with {listed}" if who and listed else ""
    if len(people) > 1 and not doing:
        doer = draft.doer.name if draft.doer else people[0]
        doing = f"; {action}" if action.startswith(doer) else f"; {doer} {action}"
    told = (
        f"{framing} of {subject}{doing}{feeling}{shown}, {draft.scene.inside} {hour}, {sky}: "
        f"{staging['light'][location.time_of_day.value]}, and {staging['air'][location.weather.value]}."
    )
    return re.sub(r",+([,;:])", r"\1", told)[:2000]
