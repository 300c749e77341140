"""Films in a language other than English, or from an idea in one: the idea's own words, told and asked about."""

from __future__ import annotations

import random
import re

from resources.agents.storyteller import clean, english, opening, shots
from resources.agents.storyteller.beats import draft_of, opening_shots
from resources.agents.storyteller.film import Film
from resources.agents.storyteller.idea import Idea, Thing, Who
from resources.agents.storyteller.shots import Draft
from resources.lexicon import gender_of, mood_of, props_in, time_of, weather_of
from resources.lexicon.scene import place_words, places_in, prop_words, species_words
from schemas.plan import Dialogue
from schemas.vocabulary import Emotion, Species

SPOKEN = ("es", "fr", "de")
"""Languages, apart from English, in which the storyteller has lines of its own."""


def lines(
    language: str,
    cast: bool,
    beat: str,
    names: tuple[str, str, str, str],
    keys: list[str],
    rng: random.Random,
    said: set[str],
) -> list[Dialogue]:
    """The dialogue of a beat in ``language``; ``names`` are hero's and partner's name and id."""
    if language not in SPOKEN or not keys:
        return []
    pool = english.data(f"lines_{language}")["cast" if cast else "alone"].get(beat, [])
    order = list(range(len(pool)))
    rng.shuffle(order)
    hero, hero_id, partner, partner_id = names
    values = {"hero": hero, "partner": partner, "key": keys[0], "key2": keys[-1]}
    for at in order:
        entry = pool[at] if isinstance(pool[at], list) else [pool[at]]
        out = []
        for raw in entry:
            head, _, text = raw.partition(": ")
            role, _, feeling = head.partition(" ")
            ident = {"H": hero_id, "P": partner_id}.get(role, "narrator")
            text = text.format_map(values)
            emotion = Emotion(feeling) if feeling else Emotion.NEUTRAL
            out.append(Dialogue(character_id=ident, text=text[:1].upper() + text[1:], emotion=emotion))
        if not said & {line.text for line in out}:
            said |= {line.text for line in out}
            return out
    return []


def read(text: str) -> Idea:
    """An idea in another language, as far as its words are in the lexicon; nouns come out in English."""
    nouns: dict[str, str] = english.data("languages")["nouns"]
    cast: list[Who] = []
    for match in species_words().find(text):
        species = Species(match.value)
        noun = nouns.get(match.phrase, "" if species is Species.PERSON else species.value)
        known = noun or (match.phrase if match.phrase.isascii() and species is not Species.PERSON else "stranger")
        if all(known != who.noun for who in cast):
            cast.append(Who(known, english.article(known), species, gender=gender_of(known)))
    props = [prop for prop in props_in(text) if all(prop != who.noun for who in cast)]
    places = [(place, "", going) for place, _, going in places_in(text)]
    return Idea(
        text=text,
        sentences=clean.sentences(text),
        cast=cast[:4],
        things=[Thing(prop, prop) for prop in props[:4]],
        places=places[:1],
        time=time_of(text),
        weather=weather_of(text),
        mood=mood_of(text),
    )


def keys(text: str, language: str, written_in: str) -> list[str]:
    """The words of an idea that mean something, quoted as ``language`` quotes, the longest first; at most three."""
    stops = clean.stop_words(language) | clean.stop_words(written_in)
    if written_in == "en":
        stops |= english.closed() | english.word_class("adjectives")
    words = [one for one in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text) if one.lower() not in stops and len(one) > 3]
    # what the cast thinks of is a thing or a place; of themselves only when there is nothing else
    others = [one for one in words if species_words().get(one) is None] or words
    nouns = [one for one in others if prop_words().get(one) or place_words().get(one)]
    longest = sorted(others, key=lambda one: (not one[0].isupper() or written_in != "de", -len(one)))
    chosen = list(dict.fromkeys([*nouns, *longest]))[:3] or [text[:24].strip()]
    marks = {"fr": ("« ", " »"), "de": ("„", "“"), "es": ("«", "»")}.get(language, ("“", "”"))
    return [f"{marks[0]}{one[:30]}{marks[1]}" for one in chosen if one]


def foreign_drafts(film: Film, language: str, written_in: str, rng: random.Random) -> list[Draft]:
    """A film in another language: the narrator tells the idea, and the cast speaks where there are lines for it."""
    story = film.idea
    told = clean.chunks(english.capital(opening.ended(story.text)))
    thoughts = keys(story.text, language, written_in)
    players = film.players
    speaks = len(players) > 1
    names = ("", "", "", "")
    if speaks:
        hero, partner = players[0], players[1]
        names = (hero.name, hero.character.id, partner.name, partner.character.id)
    said: set[str] = set()
    drafts: list[Draft] = []
    for beat in english.data("shapes")["quest" if speaks else "portrait"]:
        draft = draft_of(film, beat)
        name = str(beat["beat"])
        if name == "establish":
            drafts += opening_shots(film, draft, told)
            intro = lines(language, speaks, name, names, thoughts, rng, said)
            drafts[-1].lines = [*drafts[-1].lines, *intro]
            continue
        draft.lines = lines(language, speaks, name, names, thoughts, rng, said)
        if not draft.lines and name in ("answer", "obstacle", "arrive"):
            continue
        drafts += shots.split_faces(draft, players)
    return drafts
