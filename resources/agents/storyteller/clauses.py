"""An idea cut at its verbs: who does what, what they are after, what they fear, and by when."""

from __future__ import annotations

from resources.agents.storyteller import english
from resources.agents.storyteller.english import closed, starts_noun, word_class
from resources.agents.storyteller.idea import Clause, Who

_STARTERS = frozenset(
    {"but", "until", "before", "because", "while", "when", "after", "although", "though", "so", "yet"}
)
_SPLIT_WORDS = _STARTERS | {"and", "who", "that", "which", "then", "as", "if", "or", "where"}
_SEEK = {"search": "find", "look": "find", "hunt": "find", "seek": "find", "lose": "find", "miss": "find"}
_OWN = frozenset({"his", "her", "its", "their", "my"})
_FEARS = frozenset({"afraid", "scared", "frightened", "terrified"})


def clauses_of(parts: list[str], lows: list[str], cast: list[Who]) -> list[Clause]:
    """The idea cut at its verbs, each with its subject."""
    out: list[Clause] = []
    subject: int | None = None
    mentioned: int | None = None
    conj = ""
    at = 0
    starts = {who.first: index for index, who in enumerate(cast)}
    fresh = True
    noun_before = False
    while at < len(parts):
        low = lows[at]
        if at in starts:
            mentioned = starts[at]
            after = lows[cast[mentioned].last] if cast[mentioned].last < len(lows) else ""
            acts = conj == "and" and bool(out) and english.is_finite(after, cast[mentioned].count == 1)
            if (fresh or acts) and not cast[mentioned].owner:
                subject, fresh = mentioned, False
            at = max(cast[mentioned].last, at + 1)
            noun_before = True
            continue
        if not low[0].isalpha():
            fresh = low in ".;:!?—" or fresh
            conj = "" if low in ".!?" else conj
            at += 1
            continue
        if low in _SPLIT_WORDS:
            if low in ("who", "that", "which") and mentioned is not None:
                subject = mentioned
                fresh = False
            elif low in _STARTERS:
                fresh = True
            conj = low
            at += 1
            continue
        singular_subject = subject is None or cast[subject].count == 1
        previous = lows[at - 1] if at else ""
        blocked = (
            previous in word_class("determiners") - {"that", "which"}
            or previous in ("to", "of")
            or previous in word_class("prepositions")
        )
        can_be = (
            noun_before
            or previous in _SPLIT_WORDS
            or previous in ("he", "she", "it", "they", ",")
            or previous in word_class("adverbs")
        )
        plural_ok = not singular_subject or _joined_subject(lows, cast, subject) or previous == "they"
        if can_be and not blocked and english.is_finite(low, not plural_ok) and subject is not None:
            end = _clause_end(lows, at)
            out.append(_clause(conj, subject, parts, lows, at, end))
            conj, fresh, noun_before = "", False, False
            at += 1
            continue
        if low in ("he", "she", "they") and fresh:
            subject, fresh = (subject if subject is not None else 0 if cast else None), False
        if fresh and _opens_noun(low) and _thing_acts(lows, at):
            # a thing is the subject: what it does is what happens, such as "but the lamp breaks"
            end = _clause_end(lows, at + 1)
            text = english.join(parts[starts_noun(lows, at) : end])
            out.append(Clause(conj, None, english.to_base(lows[at + 1]), "", text))
            conj, fresh, noun_before = "", False, False
            at = end
            continue
        noun_before = low not in closed() or (low in word_class("adverbs") and noun_before)
        at += 1
    return out


def _opens_noun(low: str) -> bool:
    return low not in closed() and low not in word_class("determiners") and low not in word_class("adjectives")


def _thing_acts(lows: list[str], at: int) -> bool:
    """Whether the word is a noun with its verb behind it."""
    following = lows[at + 1] if at + 1 < len(lows) else ""
    return bool(following) and not english.is_finite(lows[at], True) and english.is_finite(following, False)


def _joined_subject(lows: list[str], cast: list[Who], subject: int | None) -> bool:
    """Whether the subject is "X and Y"."""
    if subject is None or subject + 1 >= len(cast):
        return False
    return lows[cast[subject].last : cast[subject + 1].first] == ["and"]


def _clause_end(lows: list[str], at: int) -> int:
    end = at + 1
    while end < len(lows):
        low = lows[end]
        if low in ".;:!?—()" or low in _STARTERS:
            break
        if low in (",", "and", "then") and end + 1 < len(lows):
            following = lows[end + 1]
            if following in _SPLIT_WORDS or english.is_finite(following, True) or following in ("he", "she", "they"):
                break
        end += 1
    while end > at + 1 and lows[end - 1] in (",", "and"):
        end -= 1
    return end


def _clause(conj: str, subject: int, parts: list[str], lows: list[str], at: int, end: int) -> Clause:
    low = lows[at]
    text = english.join(parts[at:end])
    modal = low in word_class("modals")
    if modal and at + 1 < end:
        return Clause(conj, subject, low, english.join(parts[at + 1 : end]), text, True)
    return Clause(conj, subject, english.to_base(low), english.join(parts[at + 1 : end]), text)


def aims(clauses: list[Clause]) -> tuple[str, str]:
    """(goal, fear) of the first of the cast."""
    goal = fear = ""
    for clause in clauses:
        if clause.who != 0:
            continue
        words = english.tokens(clause.rest)
        lows = [word.lower() for word in words]
        if clause.verb == "be":
            if lows and lows[0] in _FEARS and "of" in lows:
                fear = fear or _until_verb(words[lows.index("of") + 1 :])
            continue
        if clause.verb == "fear":
            fear = fear or clause.rest
            continue
        goal = goal or _goal(clause, words, lows).split(",")[0].strip()
    return goal, fear


def _until_verb(words: list[str]) -> str:
    """The words up to the next verb: what is feared, without what the one who fears then does."""
    end = 1
    while end < len(words) and not english.is_finite(words[end].lower(), True):
        end += 1
    return english.join(words[:end])


def _goal(clause: Clause, words: list[str], lows: list[str]) -> str:
    verb = clause.verb
    if clause.modal:
        return clause.rest.removeprefix("not ")
    if not words:
        return "" if verb in ("be", "live") else verb
    if verb == "have" and (done := english.verb_base(lows[0])) in _SEEK and lows[0] != done:
        verb, words, lows = done, words[1:], lows[1:]  # "has lost his hat"
        if not words:
            return ""
    if verb == "have" and lows[0] == "no" and len(lows) > 1:
        return english.join(["find", *words[1:]])
    if verb == "forget" and lows[0] in _OWN and len(lows) > 1:  # "forgot her umbrella"
        return english.join(["find", *words])
    if verb == "forget" and "how" in lows[:1]:
        return "remember " + clause.rest
    if verb in word_class("towards") and "to" in lows[:4]:
        cut = lows.index("to")
        if lows[0] in ("to", "how", "for") or verb == "teach":
            return english.join(words[cut + 1 :]) if verb != "teach" else f"teach {clause.rest}"
    if verb == "dream" and len(words) > 1 and lows[0] in ("of", "about"):
        base = english.verb_base(lows[1])
        if base and lows[1] == english.gerund(base):
            return english.join([base, *words[2:]])
        return english.join(["see", *words[1:]])
    if verb == "wait" or (verb in ("long", "yearn") and lows[0] == "for"):
        waited = words[lows.index("for") + 1 :] if "for" in lows else []
        # "waits for the sun to come back" is told as "see the sun come back"
        return english.join(["see", *(word for word in waited if word.lower() != "to")]) if waited else ""
    if verb in _SEEK:
        rest = words[1:] if lows[0] in ("for", "after") else words
        return english.join([_SEEK[verb], *rest]) if rest else ""
    if verb in word_class("no_aim"):
        return ""
    if verb in ("want", "need", "love", "miss", "like"):
        return english.join(["find" if verb in ("want", "need") else "see", *words])
    return english.join([verb, *words])


def deadline_of(lows: list[str], parts: list[str]) -> str:
    """What must not come first: the words after "before" or "until"."""
    for word in ("before", "until", "till"):
        if word in lows:
            at = lows.index(word) + 1
            end = at
            while end < len(lows) and lows[end] not in ".,;:!?" and lows[end] not in ("but", "and", "because"):
                end += 1
            return shortened(english.join(parts[at:end]), 44)
    return ""


def shortened(phrase: str, limit: int) -> str:
    """A phrase cut before a preposition or conjunction so that it fits ``limit``; "" when it cannot be."""
    if len(phrase) <= limit:
        return phrase
    words = english.tokens(phrase)
    cuts = [at for at, word in enumerate(words) if at > 1 and (word.lower() in closed() or word == ",")]
    fitting = [at for at in cuts if len(english.join(words[:at])) <= limit]
    return english.join(words[: fitting[-1]]) if fitting else ""
