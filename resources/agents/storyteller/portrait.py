"""A film about nobody: a place, a thing or a thought, looked at closely until it looks back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from resources.agents.storyteller import english
from resources.agents.storyteller.clean import LINE_CHARS
from resources.agents.storyteller.film import Film
from resources.agents.storyteller.script import Script
from resources.agents.storyteller.setting import Scene
from schemas.plan import Dialogue
from schemas.vocabulary import Species

_WHOLE = "{Idea}. "


@dataclass
class Portrait:
    """What the narrator says in each beat, all of it about this hour, this air, this place and these things."""

    film: Film
    book: Script
    thread: dict[str, str] = field(default_factory=dict)
    """A beginning and the end that answers it."""

    def opening(self, told: list[str]) -> list[str]:
        """The first lines: the idea, whole when it is short enough, and what the thread says to it."""
        data: dict[str, Any] = english.data("portrait_en")
        about_thing = bool(self.film.idea.things) and self.film.idea.things[0].word in self.book.words.subject
        pool = [*data["thing_threads"], *data["threads"]] if about_thing else list(data["threads"])
        short = bool(self.book.words.idea) and len(told) == 1
        fitting = [one for one in pool if short or one["establish"].startswith(_WHOLE)]
        if about_thing and len(fitting) > len(data["thing_threads"]):
            fitting = fitting[: len(data["thing_threads"]) + 2]
        self.thread = self.book.rng.choice(fitting)
        if short and (said := self._say([self.thread["establish"]], self.film.acts[0])):
            return [line.text for line in said]
        if not self.thread["establish"].startswith(_WHOLE):
            self.thread = next(one for one in fitting if one["establish"].startswith(_WHOLE))
        return [*told[:5], self.thread["establish"].removeprefix(_WHOLE)]

    def lines(self, beat: str, scene: Scene) -> list[Dialogue]:
        """The narrator's line of a beat; none where there is nothing of this film's own to say."""
        data: dict[str, Any] = english.data("portrait_en")
        place, air, hour = scene.place.value, scene.location.weather.value, scene.location.time_of_day.value
        if beat == "end":
            return self._say([self.thread["end"]], self.film.acts[2])
        if beat in ("first", "second"):
            return self._thing(0 if beat == "first" or len(self.film.props) < 2 else 1, scene)
        if beat == "witness":
            if self.film.witness and self.film.witness.character.look.species is Species.PERSON:
                return self._say(data["witness_person"], scene)
            return self._say(data["witness"][place], scene)
        thought: list[str] = next(
            (data["thoughts"][word] for word in data["thoughts"] if word in self.film.idea.keywords), []
        )
        if beat == "grow":
            told = thought or (data["skies"][air] if air != "clear" else data["places"][place])
        else:
            told = thought or data["hours"][hour]  # the place has had its say, or the sky
        return self._say(told, scene) or self._say(data["places"][place], scene)

    def _thing(self, at: int, scene: Scene) -> list[Dialogue]:
        world: dict[str, Any] = english.data("world_en")
        own: list[str] = world["things"].get(self.film.props[at], [])
        if own:
            return self._say([line.removeprefix("N: ") for line in own if "{hero}" not in line.lower()], scene)
        return self._say([line.removeprefix("N: ") for (line,) in world["strange"]], scene) if at == 0 else []

    def _say(self, lines: list[str], scene: Scene) -> list[Dialogue]:
        return self.book.choose([[f"N: {line}"] for line in lines], scene, LINE_CHARS + 40, 99)
