"""A shot in one sentence, for whoever draws it: framing, who, where, when."""

from __future__ import annotations

from collections.abc import Mapping

from resources.agents.screenplay.drafts import Draft
from schemas.vocabulary import Emotion, ShotSize, TimeOfDay, Weather

_FRAMING = {
    ShotSize.WIDE: "Wide shot",
    ShotSize.MEDIUM: "Medium shot",
    ShotSize.CLOSE: "Close-up",
    ShotSize.INSERT: "Insert",
    ShotSize.REACTION: "Reaction shot",
}
_HOURS = {TimeOfDay.DAWN: "at dawn", TimeOfDay.DAY: "by day", TimeOfDay.DUSK: "at dusk", TimeOfDay.NIGHT: "at night"}
_SKIES = {
    Weather.CLEAR: "",
    Weather.RAIN: ", in the rain",
    Weather.SNOW: ", in the snow",
    Weather.FOG: ", in fog",
    Weather.STORM: ", in a storm",
    Weather.WIND: ", in the wind",
}


def prompt_of(draft: Draft, names: Mapping[str, str]) -> str:
    """The description itself is the shot's ``action``; it is not said twice."""
    people = [names[who] for who in draft.seen]
    who = people[0] if len(people) == 1 else ", ".join(people[:-1]) + " and " + people[-1] if people else ""
    things = ", ".join(draft.props) if not who else ""
    subject = f" of {who or things}" if who or things else ""
    feeling = "" if draft.emotion is Emotion.NEUTRAL or not who else f", {draft.emotion.value}"
    setting = draft.setting
    return (
        f"{_FRAMING[draft.size]}{subject}{feeling}, {setting.name}, {_HOURS[setting.hour]}{_SKIES[setting.weather]}."
    )[:2000]
