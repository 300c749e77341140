"""Reading an idea: from text to :class:`Idea`, with word lists and a little grammar."""

from __future__ import annotations

import re

from resources.agents.storyteller import clean, english
from resources.agents.storyteller.clauses import aims, clauses_of, deadline_of, shortened
from resources.agents.storyteller.idea import Idea
from resources.agents.storyteller.things import things_of
from resources.agents.storyteller.who import cast_of
from resources.lexicon import mood_of, time_of, weather_of
from resources.lexicon.scene import places_in

_TOPIC = re.compile(
    r"\b(?:argu|quarrel|fight|disagree|debat|bicker|squabbl)\w* (?:about|over) ([^,.;!?]{3,120})", re.IGNORECASE
)

_AWAITED = re.compile(
    r"\b(?:wait|hop|wish|long|pray|beg|yearn|search|look|dream)(?:s|es|ed|ing|e|ped|ping)? (?:for|of) "
    r"((?:(?:the|a|an|some|more|first|real) )*[a-z]+)",
    re.IGNORECASE,
)
_LONGEST_TOPIC = 44


def read(text: str) -> Idea:
    """Understand a cleaned premise."""
    parts = english.tokens(text)
    lows = [part.lower().replace("’", "'") for part in parts]
    cast = cast_of(parts, lows)
    clauses = clauses_of(parts, lows, cast)
    goal, fear = aims(clauses)
    spoken_for = {at for who in cast for at in range(who.first, who.last)}
    awaited = _AWAITED.search(text)
    coming = weather_of(awaited.group(1)) if awaited else None
    # what is waited for is not there yet
    present = text.replace(awaited.group(), " ") if awaited and coming else text
    places = [(place, match.phrase, going) for place, match, going in places_in(text)]
    bases = {english.verb_base(low) or english.singular(low) for low in lows}
    return Idea(
        text=text,
        sentences=clean.sentences(text),
        cast=cast,
        clauses=clauses,
        goal=shortened(goal, 56),
        deed=next((clause.text for clause in clauses if clause.who == 0), ""),
        fear=fear,
        obstacle=next((clause.text for clause in clauses if clause.conj in ("but", "yet", "although", "though")), ""),
        deadline=deadline_of(lows, parts),
        things=things_of(parts, lows, spoken_for),
        places=places,
        time=time_of(text),
        weather=weather_of(present),
        awaited=coming,
        mood=mood_of(text),
        keywords=frozenset(bases | set(lows)),
        topic=shortened(topic.group(1).strip(), _LONGEST_TOPIC) if (topic := _TOPIC.search(text)) else "",
    )
