"""From shot to shot: the things of a film in its shots, the deed in the one at which it turns, and fear before it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from resources.agents.storyteller.carrying import ROOMY, Carrying
from resources.agents.storyteller.film import Film
from resources.agents.storyteller.shots import Draft
from schemas.vocabulary import Emotion, ShotSize

_TURNS = ("turn", "reveal")
"""Beats at which a story turns."""


def carry(film: Film, drafts: Sequence[Draft], rng: random.Random) -> None:
    """Put the things of ``film`` into its shots, and the deed into the one at which the story turns."""
    place_inserts(film, drafts)
    state = Carrying.of(film, rng)
    at = _turning_point(drafts)
    lost, found = state.lose(drafts, at), state.found_in(drafts, at)
    for number, draft in enumerate(drafts):
        if film.idea.fear and number < at:
            _frighten(film, draft)
        turn, last = number == at, number == len(drafts) - 1
        state.shot(draft, turn=turn, last=last, lost=number == lost, found=number == found)
    _show_the_rest(film, drafts)


def place_inserts(film: Film, drafts: Sequence[Draft]) -> None:
    """Inserts show the things alone, one after the other; the last is shown again when there are more inserts."""
    inserts = [draft for draft in drafts if draft.size is ShotSize.INSERT]
    for at, draft in enumerate(inserts):
        draft.props = ["clock"] if draft.beat == "clock" else [film.props[min(at, len(film.props) - 1)]]


def _turning_point(drafts: Sequence[Draft]) -> int:
    """The shot in which the story turns; of a story cut short, the last but one in which somebody is seen."""
    turns = [at for at, draft in enumerate(drafts) if draft.beat in _TURNS]
    peopled = [at for at, draft in enumerate(drafts) if draft.seen]
    return turns[-1] if turns else (peopled[-2:] or [-1])[0]


def _frighten(film: Film, draft: Draft) -> None:
    """Until the turn, whoever is afraid is seen before what they are afraid of, and shrinks from it."""
    hero, feared = film.roles.hero, film.players[1:3]
    if draft.size is not ShotSize.INSERT and hero in draft.seen and hero is not None and feared:
        if draft.beat == "establish":
            draft.seen = [hero, *feared]
        if any(one in draft.seen for one in feared):
            draft.scared, draft.emotion = True, Emotion.AFRAID


def _show_the_rest(film: Film, drafts: Sequence[Draft]) -> None:
    """What the idea names is seen at least once, whatever became of the shot it was meant for."""
    shown = {prop.removeprefix("unlit ") for draft in drafts for prop in draft.props}
    roomy = [draft for draft in drafts if draft.size in ROOMY] or list(drafts)
    for at, thing in enumerate(thing for thing in film.idea.things if thing.prop not in shown):
        roomy[at % len(roomy)].props.append(thing.prop)
