"""The beats of a story as shots with their lines, in English."""

from __future__ import annotations

import random
from typing import Any

from resources.agents.storyteller import aims, english, goals, opening, portrait, script, shots, slots, threads
from resources.agents.storyteller import idea as ideas
from resources.agents.storyteller.film import Film, fixed
from resources.agents.storyteller.people import NARRATOR, Player
from resources.agents.storyteller.setting import Scene
from resources.agents.storyteller.shots import Draft
from resources.lexicon.scene import prop_words
from schemas.plan import Dialogue
from schemas.vocabulary import CameraMove, Emotion, ShotSize, Species

_VAGUE = ["this", "all of it", "the whole affair", "the matter", "what came then"]
"""How the narrator calls what the idea is about when that is no noun."""


def english_drafts(film: Film, written_in: str, rng: random.Random) -> list[Draft]:
    """The beats of the shape with what is said in each."""
    story, players = film.idea, film.players
    hero, partner, recipient, foe = film.roles.hero, film.roles.partner, film.roles.recipient, film.roles.foe
    goal = story.goal or (_default_goal(film, hero, rng) if hero else "")
    story_goal = ideas.replace_goal(story, goal)
    words = slots.Words(
        hero=hero,
        partner=partner,
        third=recipient,
        foe=foe if foe is not partner else None,
        topic=story.topic,
        love=bool(story.keywords & {"love", "marry", "kiss"}) and partner is not None and partner.who is not None,
        brother=foe is not None and foe is partner,
        recipient=recipient is not None,
        partner_did=story.done_by(partner.who) if partner and partner.who else "",
        things=tuple(film.words[:2]),
        prop=film.props[0] if film.props else "",
        known=bool(film.props) and prop_words().get(film.props[0]) is not None,
        held=bool(film.props) and not fixed(film.props[0]) and not film.sought,
        object=aims.object_of(story.goal) if hero else "",
        goal=goal if hero else "",
        spoken_goal=goals.goal_between(story_goal, hero, partner) if hero else ("", ""),
        fear=story.fear if len(story.fear) <= 30 else "",
        deadline=story.deadline,
        subject=rng.choice(_VAGUE) if (topic := opening.subject(story)) == "this" else topic,
        idea=opening.in_sentence(story.text.rstrip(".!?… ")) if len(story.text) <= 70 else "",
        witness=film.witness.phrase if film.witness else "",
    )
    book = script.Script(words, rng)
    if hero is not None and partner is not None:
        book.weave(threads.threads_for(film, story.goal), film.acts[0], film.acts[2])
    told, trouble = opening.told(story, players, film.acts[0], rng)
    if written_in != "en":
        told, trouble = opening.quoted(story, rng), []
    look = portrait.Portrait(film, book) if film.shape == "portrait" else None
    if look is not None:
        told = look.opening(told)
    drafts: list[Draft] = []
    met = False
    beats: list[dict[str, Any]] = english.data("shapes")[film.shape]
    for beat in beats:
        if "maybe" in beat and rng.randrange(int(beat["maybe"])) == 0:
            continue
        draft = draft_of(film, beat)
        if beat["beat"] == "establish":
            drafts += opening_shots(film, draft, told)
            continue
        if beat["beat"] == "answer" and drafts[-1].seen == draft.seen:
            continue
        draft.lines = look.lines(beat["beat"], draft.scene) if look else _beat_lines(film, book, beat, draft, trouble)
        if beat["beat"] == "end":
            # whoever has the last word is there to say it
            heard = {line.character_id for line in draft.lines}
            draft.seen += [one for one in players if one.character.id in heard and one not in draft.seen]
        brought = partner is not None and (partner.who is None or partner.who.wished)
        if partner is not None and brought and not met and _needs(partner, draft):
            draft.lines = [*_company(film, hero, partner, draft.scene, rng), *draft.lines]
            met = True
        drafts += shots.split_faces(draft, players)
    return drafts


def _needs(partner: Player, draft: Draft) -> bool:
    """Whether a shot shows, hears or names the partner."""
    words = [partner.name, f"he {partner.noun}", f"hat {partner.noun}"]
    heard = partner.character.id in [line.character_id for line in draft.lines]
    named = heard or any(word in line.text for line in draft.lines for word in words)
    return named or partner in draft.seen


def _company(film: Film, hero: Player | None, partner: Player, scene: Scene, rng: random.Random) -> list[Dialogue]:
    if hero is None:
        return []
    values = {"hero": hero.name, "partner": partner.name, "Partner": partner.name, "Hero": hero.name}
    values |= {"a_partner": partner.phrase, "in_place": scene.inside}
    line = str(rng.choice(english.data("staging")["company"])).format_map(values)
    return [Dialogue(character_id=NARRATOR.id, text=line)]


def _default_goal(film: Film, hero: Player, rng: random.Random) -> str:
    """What such a one might want, when the idea does not say."""
    if film.shape not in ("quest", "race") or film.idea.fear:
        return ""
    wants: dict[str, list[str]] = english.data("stage")["wants"]
    if "missing" in film.idea.keywords or "lost" in film.idea.keywords or "stolen" in film.idea.keywords:
        return f"find the {film.words[0]}"
    look = hero.character.look
    age = str(look.age) if look.age in ("child", "old") else ""
    for key in (*hero.noun.split()[::-1], str(look.species) if look.species is not Species.PERSON else age, "person"):
        if key in wants:
            return rng.choice(wants[key])
    return rng.choice(wants["person"])


def draft_of(film: Film, beat: dict[str, Any]) -> Draft:
    """A beat as a shot without lines: who is seen, where, how framed."""
    act = int(beat["act"])
    roles = film.roles
    # whom it is all for is met only at the end, and who stands in the way only until then
    late = [player for player in (roles.recipient,) if player is not None]
    foes = [player for player in (roles.foe,) if player is not None and player is not roles.partner]
    extras = [player for player in roles.players[2:] if player not in late and player not in foes]
    third = [*(foes if act == 2 else []), *(late if beat["beat"] == "end" else []), *extras]
    by_letter: dict[str, list[Player | None]] = {
        "H": [roles.hero],
        "P": [roles.partner],
        "X": [*third[:2]],
        "W": [film.witness],
    }
    seen = [player for letter in beat["who"] for player in by_letter[letter] if player is not None]
    if beat["beat"] == "establish" and roles.partner is not None and _together(film):
        seen = [*film.players[: max(2, roles.hero.who.count if roles.hero and roles.hero.who else 2)]][:4]
    emotion = Emotion(beat["emotion"])
    if film.witness is not None and film.witness.character.look.species is Species.PERSON:
        # a thought that is somebody's is seen in the room with them, and does not surprise them
        seen = [film.witness] if beat["beat"] == "grow" else seen
        emotion = Emotion.SAD if seen and emotion in (Emotion.SURPRISED, Emotion.AFRAID) else emotion
    scene = film.acts[act - 1]
    if act == 3 and "at" not in beat and scene.place is not film.acts[1].place:
        scene = film.acts[1]
    size, camera = ShotSize(beat["size"]), CameraMove(beat["camera"])
    return Draft(str(beat["beat"]), act, size, camera, seen, emotion, scene)


def _together(film: Film) -> bool:
    """Whether the idea names hero and partner as one subject: two bakers, a knight and a dragon."""
    hero, partner = film.roles.hero, film.roles.partner
    if hero is None or partner is None or hero.who is None or partner.who is None:
        return False
    between = english.tokens(film.idea.text)[hero.who.last : partner.who.first]
    return hero.who is partner.who or between == ["and"]


def _narration(lines: list[str]) -> list[Dialogue]:
    return [Dialogue(character_id=NARRATOR.id, text=line) for line in lines]


def opening_shots(film: Film, draft: Draft, told: list[str]) -> list[Draft]:
    """The establishing shot, and one more, closer, when the idea takes more than two lines to tell."""
    draft.lines = _narration(told[:2])
    if len(told) <= 2:
        return [draft]
    size = ShotSize.MEDIUM if film.players else ShotSize.INSERT
    more = Draft("prologue", 1, size, CameraMove.PAN_RIGHT, film.players[:2], Emotion.NEUTRAL, draft.scene)
    more.lines = _narration(told[2:6])
    return [draft, more]


def _beat_lines(
    film: Film, book: script.Script, beat: dict[str, Any], draft: Draft, trouble: list[str]
) -> list[Dialogue]:
    name = str(beat["beat"])
    if trouble and int(beat["act"]) == 2:
        said = _narration(trouble)
        trouble.clear()
        faced = book.words.foe is not None or book.words.brother
        return [*said, *book.lines("any", "obstacle" if faced else "obstacle_told", draft.scene, 150)]
    return book.lines(film.shape, name, draft.scene)
