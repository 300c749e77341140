"""Who is in an idea: creatures and professions by word lists, names by their capitals, things with a soul."""

from __future__ import annotations

from dataclasses import replace

from resources.agents.storyteller import english
from resources.agents.storyteller.english import closed, spread, starts_noun, token_spans, word_class
from resources.agents.storyteller.idea import Who
from resources.lexicon import gender_of
from resources.lexicon.scene import place_words, prop_words, species_words
from resources.lexicon.words import words_of
from schemas.vocabulary import Species

_BECOMING = frozenset({"as", "become", "becomes", "became", "becoming"})


def cast_of(parts: list[str], lows: list[str]) -> list[Who]:
    """Everybody the idea names, in order; a name and its apposition are one."""
    joined = spread(parts)
    spans = token_spans(parts, joined)
    found: list[Who] = []
    owners: list[Who] = []
    for match in species_words().find(joined):
        if match.first < 0:
            continue
        words = words_of(joined)
        first = spans[words[match.first].start]
        last = spans[words[match.last - 1].start] + 1
        if _is_verb_here(lows, first, found):
            continue
        possessive = parts[last - 1].lower().replace("’", "'").endswith("'s")
        start = starts_noun(lows, first)
        if found and lows[start - 1] in _BECOMING:
            continue  # "works as a lifeguard", "becomes a detective": nobody new
        if found and found[-1].last == first and not found[-1].owner:
            # a robot dog is a dog of metal, a robot gardener a robot with a trade
            before = found[-1]
            body = before.species if match.value == Species.PERSON else Species(match.value)
            noun, phrase = f"{before.noun} {match.phrase}", f"{before.phrase} {match.phrase}"
            found[-1] = replace(before, noun=noun, phrase=phrase, last=last, species=body)
            continue
        who = replace(_who(parts, lows, start, first, last, match.phrase, Species(match.value)), owner=possessive)
        if possessive and (found or last < len(lows)) and start > 0:
            gone = bool({"late", "dead"} & set(lows[start:first]))
            if gone or any(who.noun == other.noun for other in found) or not _owns_somebody(lows, start):
                owners += [] if gone else [who]
                continue
        found.append(who)
    found = _with_befriended(parts, lows, _with_living_thing(parts, lows, found))
    found = _with_villagers(parts, lows, _with_teller(lows, _with_names(parts, lows, found)))[:6]
    return found or owners[:1]  # "it is a penguin's first day"


def _owns_somebody(lows: list[str], start: int) -> bool:
    """Whether the owner is somebody of the story's own: her grandmother's suitcase, the king's crown."""
    return start >= 0 and lows[start] in ("his", "her", "their", "my", "the", "its")


def _with_befriended(parts: list[str], lows: list[str], cast: list[Who]) -> list[Who]:
    """Add the force of nature or the thing with which somebody deals as with somebody: befriends a storm."""
    out = list(cast)
    dealing = word_class("dealing")
    for at in range(1, len(lows)):
        base = english.verb_base(lows[at]) or english.to_base(lows[at])
        if base not in dealing:
            continue
        first = at + 1
        while first < len(lows) and lows[first] in ("with", "to", "about", "in", "love"):
            first += 1
        if first >= len(lows) or lows[first] not in word_class("determiners"):
            continue
        head = first + 1
        while head < len(lows) and lows[head] in word_class("adjectives"):
            head += 1
        if head >= len(lows) or any(who.first <= head < who.last for who in out):
            continue
        if _spirit(lows[head]) or (base in ("befriend", "marry") and lows[head].isalpha()):
            species = _body(lows[head])
            out.append(_who(parts, lows, first, head, head + 1, english.singular(lows[head]), species))
    return sorted(out, key=lambda who: who.first)


def _spirit(low: str) -> bool:
    """Whether the word is a force of nature that can be given a face."""
    return english.singular(low) in english.data("stage")["spirits"]


def _body(low: str) -> Species:
    """The body that a thing or a force of nature is given: its own where one is drawn, a cloud's, a spirit's."""
    one = english.singular(low)
    bodies: dict[str, list[str]] = english.data("stage")["bodies"]
    own = next((Species(body) for body, words in bodies.items() if one in words), None)
    return own or (Species.GHOST if _spirit(low) else Species.ALIEN)


def _with_villagers(parts: list[str], lows: list[str], cast: list[Who]) -> list[Who]:
    """Add those who live there when a place acts as its people do: a village waits, the whole town forgets."""
    folk: dict[str, str] = english.data("stage")["folk"]
    if cast:
        return cast
    for at in range(len(lows) - 1):
        acts = english.is_finite(lows[at + 1], True) or lows[at + 1] in ("who", "that")
        if lows[at] in folk and acts and (at == 0 or lows[at - 1] not in word_class("prepositions")):
            one = folk[lows[at]]
            start = starts_noun(lows, at)
            return [Who(one, english.article(one), Species.PERSON, count=2, first=start, last=at + 1)]
    return cast


def _with_teller(lows: list[str], cast: list[Who]) -> list[Who]:
    """Add whoever says "I" or "me" in an idea about one person or none."""
    said = {low for low in lows if low in ("i", "me")}
    if not said or len(cast) > 1:
        return cast
    teller = Who("child" if cast else "traveller", "a child" if cast else "a traveller", Species.PERSON)
    if lows[0] == "i":
        return [replace(teller, noun="traveller", phrase="a traveller", last=1), *cast]
    # nobody in the text stands for them, so their place is behind its end
    return [*cast, replace(teller, first=len(lows), last=len(lows))]


def _with_living_thing(parts: list[str], lows: list[str], cast: list[Who]) -> list[Who]:
    """Add the thing that opens the idea and behaves like somebody: a potato falls in love, a teapot who sings."""
    if not lows or lows[0] not in word_class("determiners") or (cast and cast[0].first == 0):
        return cast
    at = 1
    while at < min(len(lows), 5) and lows[at] not in closed() and not english.is_finite(lows[at], True):
        at += 1
    if at < 2 or at >= len(lows) or not lows[at - 1][0].isalpha():
        return cast
    spirit = _spirit(lows[at - 1])
    if lows[at - 1] in word_class("not_things") and not spirit:
        return cast
    base = english.to_base(lows[at]) if english.is_finite(lows[at], True) else ""
    soul = {"afraid", "scared", "jealous", "lonely", "shy", "in", "tired", "homesick", "sad", "happy"}
    feels = base in word_class("living") or lows[at] == "who" or (base == "be" and set(lows[at + 1 : at + 3]) & soul)
    if not feels or (place_words().get(lows[at - 1]) and not spirit):
        return cast
    one = _who(parts, lows, 0, at - 1, at, lows[at - 1], _body(lows[at - 1]))
    return [one, *cast]


def _is_verb_here(lows: list[str], at: int, found: list[Who]) -> bool:
    """Whether a creature's word is a verb in its place: "to fish", "the man cooks", "must bear"."""
    if at == 0:
        return False
    before = lows[at - 1]
    base = english.verb_base(lows[at])
    if before in ("to", "cannot") or before in word_class("modals"):
        return base is not None or lows[at] in ("bear", "duck", "bat", "seal", "swallow")
    ends_noun = any(who.last == at for who in found) or before in ("who", "that", "he", "she", "it", "they")
    return ends_noun and base is not None and lows[at] != base


def _who(parts: list[str], lows: list[str], start: int, first: int, last: int, phrase: str, species: Species) -> Who:
    noun_words = [low for low in lows[first:last]]
    head = english.singular(noun_words[-1].removesuffix("'s"))
    plural = head != noun_words[-1].removesuffix("'s") and phrase.split()[-1] == head
    inner = [low for low in lows[start:first] if low not in word_class("determiners")]
    compound: list[str] = []
    for low in reversed(inner):
        if low in word_class("adjectives") or low.endswith(("ed", "ing", "ful", "less", "ous")):
            break
        compound.insert(0, low)
    noun = " ".join([*compound, *noun_words[:-1], head if plural else noun_words[-1].removesuffix("'s")])
    determiner = lows[start] if lows[start] in word_class("determiners") else ""
    numbers: dict[str, int] = english.data("grammar")["numbers"]
    count = numbers.get(determiner, 2 if plural else 1)
    body = [*parts[start + bool(determiner) : first], *noun_words[:-1], noun.split()[-1]]
    body = [word if word[:1].isupper() and at else word.lower() for at, word in enumerate(body)]
    words = " ".join(body)
    keeps = determiner in ("the", "his", "her", "their", "its", "my") and count == 1
    phrase = f"{determiner} {words}" if keeps else english.article(words)
    gender = gender_of(noun)
    return Who(noun, phrase, species, "", count, gender, start, last)


def _is_name(parts: list[str], lows: list[str], at: int) -> bool:
    """Whether a capitalised word can only be a name."""
    word, low = parts[at], lows[at]
    if not (word[:1].isupper() and word[1:].islower() and word.isalpha() and len(word) > 1):
        return False
    known = species_words().get(low) or place_words().get(low) or prop_words().get(low)
    common = low in closed() or low in word_class("determiners") or low in word_class("adjectives")
    vague = low in word_class("not_things") or low in english.data("stage")["concepts"]
    if known or common or vague or low in word_class("no_names"):
        return False
    starts = at == 0 or parts[at - 1] in '.!?"“'
    if not starts:
        return True
    following = lows[at + 1] if at + 1 < len(lows) else ""
    verb = english.verb_base(low) is not None
    acts = following in ("and", ",", "who", "the", "is") or (bool(following) and english.is_finite(following, True))
    return acts and not verb


def _with_names(parts: list[str], lows: list[str], cast: list[Who]) -> list[Who]:
    """Give the cast the names that stand with them; a name that stands alone is a person of its own."""
    out = list(cast)
    for at in range(len(parts)):
        if not _is_name(parts, lows, at) or any(who.first <= at < who.last for who in out):
            continue
        name = parts[at]
        if any(name == who.name for who in out):
            continue
        owner = _owner(parts, lows, at, out)
        if owner is not None:
            who = out[owner]
            out[owner] = replace(who, name=name, first=min(who.first, at), last=max(who.last, at + 1))
        elif lows[at - 1] in ("in", "at", "to", "from", "of", "near", "on") and at > 0:
            continue
        elif not parts[at].endswith(("'s", "’s")):
            out.append(Who("", "", Species.PERSON, name, 1, "", at, at + 1))
    return sorted(out, key=lambda who: who.first)


def _owner(parts: list[str], lows: list[str], at: int, cast: list[Who]) -> int | None:
    for index, who in enumerate(cast):
        if who.name or who.count > 1:
            continue
        between = lows[who.last : at]
        if at >= who.last and (between in ([], [","], ["named"], ["called"], [",", "named"], [",", "called"])):
            return index
        after = lows[at + 1 : who.first]
        if who.first > at and (after in ([","], []) and lows[who.first] in ("a", "an", "the", "his", "her")):
            return index
    return None
