"""What is decided before the first line is written: shape, mood, cast, places, things."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from resources.agents.storyteller import english, people, setting
from resources.agents.storyteller.aims import sought
from resources.agents.storyteller.idea import Idea, Who
from resources.agents.storyteller.people import Player, Roles
from resources.agents.storyteller.setting import Scene
from resources.lexicon import species_of
from schemas.vocabulary import Mood, Species


@dataclass(frozen=True)
class Film:
    """Everything that is decided before the first line is written."""

    idea: Idea
    shape: str
    mood: Mood
    roles: Roles
    acts: list[Scene]
    props: list[str]
    words: list[str]
    """Things as they are spoken of, in the order of ``props``."""
    witness: Player | None
    telling: int = 0
    """Which of the ways there are to tell this idea."""

    @property
    def players(self) -> list[Player]:
        """Everybody who has a part, the hero first."""
        return self.roles.players

    @property
    def sought(self) -> str:
        """The prop that the hero is after and does not have before the story has turned; "" when there is none."""
        return "" if self.roles.hero is None else sought(self.idea)


def decide(story: Idea, rng: random.Random, seed: int, telling: int = 0) -> Film:
    """Shape, mood, cast, places and things for an idea; every choice that is left open comes from ``rng``."""
    people_named = bool(story.cast)
    mood = story.mood or _concept_mood(story) or rng.choice([Mood.WARM, Mood.PLAYFUL, Mood.ADVENTUROUS])
    shape = _shape(story, rng) if people_named else "portrait"
    acts = setting.scenes(story, shape, mood, rng)
    roles = people.cast(story, acts[0].place, rng, seed)
    things = [(thing.prop, thing.word) for thing in story.things if len(thing.word) <= 24]
    stock = [
        *setting.concept_props(story),
        *_kit(roles.hero),
        *english.data("stage")["places"][acts[0].place.value]["props"],
    ]
    spare = [prop for prop in stock if prop not in {prop for prop, _ in things}]
    if len(things) < 2:
        keep = 0 if setting.concept_props(story) or _kit(roles.hero) else rng.randrange(max(len(spare) - 2, 1))
        if not people_named and not setting.concept_props(story):
            # nobody's things: any two that lie about there, so that no two films of one place show the same
            spare = rng.sample(spare, len(spare))
        things += [(prop, prop) for prop in spare[keep : keep + 2]]
    if all(fixed(prop) for prop, _ in things):  # something must be there that a hand can hold
        things += [(prop, prop) for prop in spare if not fixed(prop)][:1]
    witness = None if people_named else _witness(acts[0], rng, seed, story)
    return Film(story, shape, mood, roles, acts, [p for p, _ in things], [w for _, w in things], witness, telling)


def fixed(prop: str) -> bool:
    """Whether nobody can carry a thing: a boat, the sun, a marathon."""
    words = english.word_set("staging", "not_held") | english.word_set("staging", "occasions")
    return not words.isdisjoint(prop.split())


def fixed_in_the_sky(prop: str) -> bool:
    """Whether it hangs in the sky."""
    return prop in english.word_set("staging", "in_the_sky")


def _kit(hero: Player | None) -> list[str]:
    """What somebody like the hero has about them, in no order of weight but the list's."""
    if hero is None:
        return []
    kits: dict[str, list[str]] = english.data("stage")["kits"]
    kin: dict[str, str] = english.data("stage")["kin"]
    nouns = [hero.noun, *hero.noun.split()[::-1]]
    species = hero.character.look.species
    keys = [*nouns, *(kin.get(noun, "") for noun in nouns), str(species) if species is not Species.PERSON else ""]
    return next((list(kits[key]) for key in keys if key in kits), [])


def _concept_mood(story: Idea) -> Mood | None:
    concepts: dict[str, dict[str, Any]] = english.data("stage")["concepts"]
    return next((Mood(concepts[word]["mood"]) for word in concepts if word in story.keywords), None)


def _shape(story: Idea, rng: random.Random) -> str:
    """The shape whose words the idea uses most; between near equals the seed decides."""
    table: dict[str, list[str]] = english.data("grammar")["shapes"]
    lowered = f" {story.text.lower()} "
    scores: dict[str, float] = {}
    for shape, words in table.items():
        hits = sum(1.0 for word in words if (word in lowered if " " in word else word in story.keywords))
        # a word of farewell or of haste weighs more than one of wanting, which nearly every story has
        weight = {"farewell": 1.9, "race": 1.5, "rescue": 1.4, "misunderstanding": 1.4, "discovery": 1.1}.get(
            shape, 1.0
        )
        scores[shape] = hits * weight + rng.random() * 0.5
    if any(people.is_away(story, who) for who in story.cast):
        # they have parted long ago: what is told is not the parting
        scores["farewell"] *= 0.3
        scores["quest"] += 1.0
    if story.goal.startswith("find ") and any(clause.verb in ("lose", "miss", "search") for clause in story.clauses):
        scores["quest"] += 2.0
    if story.goal.startswith("remember "):
        scores["quest"] += 1.5
    saves = any(clause.who == 0 and clause.verb in english.word_class("rescuing") for clause in story.clauses)
    others_hurt = any(clause.who == 0 and clause.verb in ("find", "meet", "discover") for clause in story.clauses)
    # somebody in need makes a rescue only when the hero comes to help; the hero's own need is a quest
    company = len(story.cast) > 1 or any(who.count > 1 for who in story.cast)
    scores["farewell"] *= 1.0 if company else 0.6
    # a thing is not rescued but cared for, which is a quest
    scores["quest"] += 0.0 if company else scores["rescue"] + 1.8 * saves
    saves = saves and company
    scores["rescue"] = scores["rescue"] + 2.2 if saves else scores["rescue"] * (1.0 if others_hurt else 0.4)
    if max(scores.values()) < 1.0:
        return rng.choice(["quest", "quest", "discovery"] if story.goal else ["discovery", "misunderstanding"])
    return max(scores, key=lambda shape: scores[shape])


def _witness(scene: Scene, rng: random.Random, seed: int, story: Idea) -> Player | None:
    """Who sees what nobody is in: somebody must be there to do something about it."""
    name: str = english.data("stage")["witnesses"][scene.place.value]
    lonely = setting.concept_witness(story)
    if lonely:
        noun = lonely.split(" ", 1)[1].removesuffix(" alone")
        person = Who(noun, english.article(noun), Species.PERSON, gender="he" if noun.endswith(" man") else "she")
        return people.cast(Idea(story.text, story.sentences, cast=[person]), scene.place, rng, seed).hero
    noun = name.split(" ", 1)[1]
    who = Who(noun, name, species_of(noun) or Species.BIRD)
    return people.cast(Idea(story.text, story.sentences, cast=[who]), scene.place, rng, seed).hero
