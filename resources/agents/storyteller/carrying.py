"""The thing a film is about: who has it in each shot, and what is visibly done with it at the turning point.

One thing is carried. It is in a hand in every shot in which its holder is seen, until the turn: there somebody lights
it, plays it, sets it down, picks it up or gives it away, and from then on it is where that left it. What nobody can
carry keeps the place it was first seen in; sun, moon and stars hang over it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from resources.agents.storyteller import english
from resources.agents.storyteller.film import Film, fixed, fixed_in_the_sky
from resources.agents.storyteller.people import Player, is_away
from resources.agents.storyteller.shots import Draft
from resources.lexicon import props_in
from schemas.vocabulary import Place, ShotSize

ROOMY = (ShotSize.WIDE, ShotSize.MEDIUM)
"""Where hands, and things on the ground, are seen."""
_KEPT = 0.5
"""How often what might be lost and found again is not lost."""
_MOST = 4
"""Things of one shot."""


@dataclass
class Carrying:
    """Where everything is, as the film goes on."""

    film: Film
    rng: random.Random
    home: Place
    holder: Player | None
    carried: str = ""
    """The prop; "" for a film without one."""
    word: str = ""
    """The same as it is spoken of."""
    deed: str = ""
    """What is done with it at the turn, a key of ``deeds``."""
    dark: bool = False
    """It is a light, and nobody has lit it yet."""
    lies: Place | None = None
    """Where it stands when nobody holds it."""
    lost_by: Player | None = None
    """Who lost it, once it is lost."""
    gone: dict[str, Player] = field(default_factory=dict)
    """What somebody took along who has left: prop by owner."""
    awaited: str = ""
    """What hangs in the sky only once it has been waited for."""
    seen: set[str] = field(default_factory=set)
    """Other things that have been seen, and stay."""
    seeker: Player | None = None
    """Who is after the thing, until it is found: before that it is nowhere, and only an insert shows it."""
    giver: Player | None = None
    """Who has it, and hands it over where it was waited for."""
    found_at: dict[str, Place] = field(default_factory=dict)
    """Where what nobody can carry was found, by prop."""

    @classmethod
    def of(cls, film: Film, rng: random.Random) -> Carrying:
        """What the film carries, and who."""
        gone = _taken_along(film)
        pairs = [(prop, word) for prop, word in zip(film.props, film.words, strict=True) if prop not in gone]
        hand = [pair for pair in pairs if not fixed(pair[0])]
        if not film.players:  # a thought is told by whatever somebody can light
            lights = english.data("staging")["deeds"]["light"]["things"]
            hand.sort(key=lambda pair: pair[0] not in lights)
        carried, word = hand[0] if hand else ("", "")
        holder = _holder(film)
        waits = bool(film.idea.keywords & english.word_set("staging", "waiting"))
        awaited = next((prop for prop, _ in pairs if waits and fixed_in_the_sky(prop)), "")
        if film.sought and fixed(film.sought) and not fixed_in_the_sky(film.sought):
            awaited = film.sought
        lies = film.acts[0].place if holder is None or holder is film.witness else None
        made = cls(film, rng, film.acts[0].place, None if lies else holder, carried, word, lies=lies)
        made.gone, made.awaited = gone, awaited
        made.seen |= {thing.prop for thing in film.idea.things if thing.prop not in gone}
        made.deed = made._choose() if carried else ""
        made.dark = made.deed == "light"
        if carried and carried == film.sought and made.holder is not None:
            made._seek(waits)
        return made

    def _seek(self, waits: bool) -> None:
        """Take the thing away until it is found, or brought by the other one where it is waited for."""
        self.seeker, self.holder, self.dark = self.holder, None, False
        other = next(iter(self._others(self.seeker)), None)
        able = other is not None and _has_hands(other) and other is not self.film.roles.recipient
        self.giver = other if waits and able else None
        self.deed = "find" if self.giver is None else "give"

    def found_in(self, drafts: Sequence[Draft], turn: int) -> int:
        """The shot in which what is sought is found: the one whose beat it is, else the one of the turn."""
        return next((at for at, draft in enumerate(drafts) if draft.beat == "find" and self.giver is None), turn)

    def _choose(self) -> str:
        deeds: dict[str, dict[str, list[str]]] = english.data("staging")["deeds"]
        if self.holder is None:
            lit = self.carried in deeds["light"]["things"] and self.film.witness is not None
            return "light" if lit else "find" if self.film.witness is not None else ""
        own = [kind for kind, told in deeds.items() if self.carried in told.get("things", [])]
        if own and not (own[0] == "light" and self.film.idea.keywords & {"burn", "burning", "shine"}):
            return own[0]
        met_later = self.film.roles.recipient is not None
        return "give" if len(self.film.players) > 1 and not met_later else "show"

    def lose(self, drafts: Sequence[Draft], turn: int) -> int:
        """The shot before ``turn`` in which the thing is lost, to be found again at the turn; -1 where it is kept.

        It is lost in a wide shot of the second act, in the place of the turn, by whoever has it.
        """
        wide = [
            at
            for at, draft in enumerate(drafts[: max(0, turn)])
            if draft.act == 2 and draft.size is ShotSize.WIDE and self.holder in draft.seen
            if draft.scene.place is drafts[turn].scene.place
        ]
        if self.deed not in ("give", "show") or not wide or self.rng.random() < _KEPT:
            return -1
        self.deed = "recover"
        return wide[-1]

    def shot(self, draft: Draft, *, turn: bool, last: bool, lost: bool = False, found: bool = False) -> None:
        """Put the things into a shot.

        ``turn`` says that the story turns in it, ``last`` that it ends with it, ``lost`` that the thing is lost in it,
        ``found`` that what was sought is found in it.
        """
        if found and self.awaited and not fixed_in_the_sky(self.awaited):
            self.found_at[self.awaited] = draft.scene.place
            self.awaited = ""
        if found and self.seeker is not None:
            self._find(draft, turn=turn)
            return
        if draft.size is ShotSize.INSERT:
            self.seen |= {prop for prop in draft.props if prop != self.carried}
            draft.props = [self._called(prop) for prop in draft.props]
            return
        if turn:
            self.awaited = ""
        if turn and self.deed:
            self._turn(draft)
        elif last and (heir := self._heir(draft)) is not None:
            draft.deed = self._says("give_to").replace("{heir}", _told(heir))
        elif lost:
            draft.deed = self._says("drop")
        self._place(draft)
        if turn and self.deed:
            self._after(draft)
        if lost:
            self.lost_by, self.holder, self.lies = self.holder, None, draft.scene.place

    def _find(self, draft: Draft, *, turn: bool) -> None:
        """Somebody comes by what was sought; where the story turns later, something else is done with it there."""
        if self.giver is None:
            self.lies = draft.scene.place
        self.holder = self.giver
        self._turn(draft)
        self._place(draft)
        self._after(draft)
        self.seeker = None
        if not turn:
            self.deed = self._choose()

    def _turn(self, draft: Draft) -> None:
        """Whoever does it is there, and near enough and far enough to be seen doing it."""
        doer = self._finder() or self.holder or self.seeker or self.film.witness
        if self.deed == "plant":  # the ground is seen
            draft.size = ShotSize.WIDE
        elif draft.size not in ROOMY:
            draft.size = ShotSize.MEDIUM
        order = [*self.film.players, *([self.film.witness] if self.film.witness else [])]
        needed = [doer, *(self._others(doer)[:1] if self.deed == "give" else [])]
        draft.seen = [one for one in order if one in draft.seen or one in needed]
        draft.deed = self._says(self.deed)
        if self.seeker is not None:
            draft.by = doer
        if self.lost_by is not None and doer is not None:
            draft.by, draft.deed = doer, draft.deed.replace("{finder}", _told(doer))

    def _finder(self) -> Player | None:
        """Who finds what was lost: the other one, unless words cannot tell the two apart."""
        if self.lost_by is None:
            return None
        base = self.lost_by.character.id.split("-")[0]
        others = [one for one in self._others(self.lost_by)[:1] if one.character.id.split("-")[0] != base]
        return next(iter(others), self.lost_by)

    def _others(self, doer: Player | None) -> list[Player]:
        return [one for one in self.film.players if one is not doer]

    def _heir(self, draft: Draft) -> Player | None:
        """Whom the thing was carried to all the way, when both are there and the heir's hands are free."""
        heir = self.film.roles.recipient
        if heir is None or heir not in draft.seen or self.holder not in draft.seen or heir is self.holder:
            return None
        return None if heir in self.gone.values() or draft.size not in ROOMY else heir

    def _says(self, deed: str) -> str:
        told: list[str] = english.data("staging")["deeds"][deed]["says"]
        return self.rng.choice(told).replace("{the_thing}", f"the {self.word}")

    def _after(self, draft: Draft) -> None:
        """Where it is from now on."""
        if self.deed == "give":
            near = [one for one in self._others(self.holder) if one in draft.seen]
            self.holder = near[0] if near else self.holder
        elif self.deed == "plant":
            self.holder, self.lies = None, draft.scene.place
        elif self.lies is not None:
            self.holder, self.lies = self._finder() or self.seeker or self.film.witness, None
        self.dark = False

    def _place(self, draft: Draft) -> None:
        roomy, here = draft.size in ROOMY, draft.scene.place
        held: list[tuple[Player, str]] = []
        props: list[str] = []
        if self.carried and self.holder in draft.seen and self.holder is not None:
            held.append((self.holder, self.word))
            props.append(self._called(self.carried))
        elif self.carried and roomy and self.lies is here:
            props.append(self._called(self.carried))
        for prop, owner in self.gone.items():
            if owner in draft.seen and (roomy or prop in [*self.gone][:1]):
                props.append(prop)
                if owner not in [who for who, _ in held]:
                    held.append((owner, dict(zip(self.film.props, self.film.words, strict=True))[prop]))
        spoken = " ".join(line.text for line in draft.lines).lower()
        self.seen |= {
            prop
            for prop, word in zip(self.film.props, self.film.words, strict=True)
            if prop not in (self.carried, *self.gone) and (word in spoken or prop in props_in(spoken))
        }
        if roomy:
            kept = [prop for prop in self.film.props if prop in self.seen and prop != self.carried]
            props += [prop for prop in kept if self._stands(prop, here)]
        draft.held, draft.props = held, props[:_MOST]

    def _stands(self, prop: str, here: Place) -> bool:
        """Whether what nobody carries is seen at the place ``here``."""
        if prop == self.awaited:
            return False
        return fixed_in_the_sky(prop) or here is self.found_at.get(prop, self.home)

    def _called(self, prop: str) -> str:
        return f"unlit {prop}" if prop == self.carried and self.dark else prop


def _holder(film: Film) -> Player | None:
    """The hero, or who is with them when the hero has no hand to hold anything in; the witness of a film of nobody."""
    able = [one for one in film.players[:2] if _has_hands(one)]
    return next(iter(able or film.players), film.witness)


def _has_hands(player: Player) -> bool:
    return str(player.character.look.species) not in english.word_set("staging", "handless")


def _told(player: Player) -> str:
    """What an action calls somebody by: the name where it is theirs in the idea, else what they are."""
    return player.name if player.named or not player.noun else f"the {player.noun.split()[-1]}"


def _taken_along(film: Film) -> dict[str, Player]:
    """What the idea says that somebody left with: it is theirs, and seen with them."""
    away = film.roles.recipient
    if away is None or away.who is None or not is_away(film.idea, away.who):
        return {}
    lows = [token.lower() for token in english.tokens(film.idea.text)]
    behind = lows[away.who.last :]
    return {thing.prop: away for thing in film.idea.things if thing.word.split()[-1].lower() in behind}
