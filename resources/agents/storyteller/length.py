"""How long a film is: how many shots, how many seconds, and what goes or comes so that it fits."""

from __future__ import annotations

from dataclasses import dataclass

from resources.agents.storyteller.people import NARRATOR
from resources.agents.storyteller.shots import Draft
from resources.errors import InputError
from schemas.vocabulary import CameraMove, Emotion, ShotSize

LEAST_SHOTS, MOST_SHOTS = 5, 10
"""When nothing is wished."""
LONGEST_S = 49.0
"""Seconds of shots at most, by estimate; title and end card come on top, and a voice may be slow."""
SHORTEST_S = 21.0
"""Seconds of shots at least; a film of few words takes more time to look."""
FEWEST, MOST = 3, 14
"""Shots that can be wished for: a beginning, a middle and an end; above, nothing happens any more."""
MIN_SECONDS, MAX_SECONDS = 12.0, 90.0
"""Lengths that can be wished for; what a film of this storyteller says fills no more."""
CARDS_S = (2.5, 3.5)
SHORT_CARDS_S = (1.5, 2.0)
"""Title and end card of a film below :data:`SHORT_FILM_S`."""
SHORT_FILM_S = 25.0
MOST_EXTRA_S = 5.0
"""Seconds that a shot may last longer than what is said and seen in it."""

_LOOSE = frozenset({"answer", "low-reply", "question-reply", "memory", "first"})
"""Beats a film that is too long does without."""
_QUIET = ("arrive-reply", "arrive", "sorry-reply", "dash", "sulk", "safe-reply", "low")
"""Beats that also work without a word, in the order in which they fall silent."""
_ORDER = (
    "answer", "thing", "second", "low-reply", "first", "sulk", "arrive", "low", "prologue", "memory", "question",
)  # fmt: skip
"""What goes first when there are too many shots."""


@dataclass(frozen=True)
class Length:
    """The length that is wished for."""

    count: int | None = None
    """Shots, exactly."""
    most: int = MOST_SHOTS
    seconds: float | None = None
    """Of the whole film."""

    @classmethod
    def of(cls, count: int | None, most: int | None, seconds: float | None) -> Length:
        """Raises :class:`InputError` for a length that the storyteller has no story for."""
        if count is not None and not FEWEST <= count <= MOST:
            raise InputError(f"the storyteller tells in {FEWEST} to {MOST} shots, {count} were asked for", hint=_ELSE)
        if seconds is not None and not MIN_SECONDS <= seconds <= MAX_SECONDS:
            raise InputError(
                f"the storyteller's films last {MIN_SECONDS:g} to {MAX_SECONDS:g} s, {seconds:g} s were asked for",
                hint=_ELSE,
            )
        return cls(count, max(min(most or MOST_SHOTS, MOST_SHOTS), 1), seconds)

    @property
    def title_card_s(self) -> float:
        """Seconds of the title card."""
        return self._cards[0]

    @property
    def end_card_s(self) -> float:
        """Seconds of the end card."""
        return self._cards[1]

    @property
    def _cards(self) -> tuple[float, float]:
        return SHORT_CARDS_S if self.seconds is not None and self.seconds < SHORT_FILM_S else CARDS_S

    def fitted(self, drafts: list[Draft]) -> list[Draft]:
        """The drafts in this length. Raises :class:`InputError` when they cannot be brought to it."""
        longest, shortest = LONGEST_S, SHORTEST_S
        if self.seconds is not None:
            longest = shortest = self.seconds - sum(self._cards)
        fitted = _fewer(list(drafts), self.count or self.most)
        _grow(fitted, self.count or 0)
        fewest = self.count or (FEWEST if self.seconds is not None else LEAST_SHOTS)
        _shorten(fitted, longest, fewest, wished=self.seconds is not None)
        total = sum(draft.seconds for draft in fitted)
        if self.seconds is not None and total > longest * 1.15:
            raise InputError(
                f"this story takes at least {total + sum(self._cards):.0f} s to tell"
                + (f" in {self.count} shots" if self.count else ""),
                where="seconds",
                hint="ask for a longer film, fewer shots or a shorter idea",
            )
        if self.seconds is not None and self.count is None:
            while len(fitted) < MOST and shortest - sum(one.seconds for one in fitted) > MOST_EXTRA_S * len(fitted):
                _grow(fitted, len(fitted) + 1)
        _stretch(fitted, shortest, self.seconds is not None)
        return fitted


_ELSE = "ask for less, name a language model (--writer MODEL), or write a plan or a screenplay"


def _weight(draft: Draft) -> int:
    return _ORDER.index(draft.beat) if draft.beat in _ORDER else len(_ORDER)


def _fewer(drafts: list[Draft], most: int) -> list[Draft]:
    while len(drafts) > most:
        inner = drafts[1:-1] or drafts
        drafts.remove(min(inner, key=_weight))
    return drafts


def _grow(drafts: list[Draft], count: int) -> None:
    """As many shots as were asked for: an exchange becomes shot and reverse shot, else the place gets a look."""
    while len(drafts) < count:
        at = max(range(len(drafts)), key=lambda at: (len(drafts[at].lines), -at))
        draft = drafts[at]
        if len(draft.lines) > 1:
            half = (len(draft.lines) + 1) // 2
            later = draft.lines[half:]
            faces = [player for player in draft.seen if player.character.id in {line.character_id for line in later}]
            size = ShotSize.CLOSE if draft.size is not ShotSize.CLOSE else ShotSize.MEDIUM
            beat = draft.beat if draft.beat.endswith("-reply") else f"{draft.beat}-reply"
            tail = Draft(
                beat, draft.act, size, CameraMove.STATIC, faces or draft.seen, later[0].emotion, draft.scene, later
            )
            draft.lines = draft.lines[:half]
            drafts.insert(at + 1, tail)
        else:
            # behind the longest stretch without a look at the place
            wide = [k for k, one in enumerate(drafts) if not one.seen] or [0]
            at = max(range(1, len(drafts)), key=lambda k: (min(abs(k - other) for other in wide), -k))
            scene, act = drafts[at].scene, drafts[at].act
            look = Draft("look", act, ShotSize.WIDE, CameraMove.PAN_RIGHT, [], Emotion.NEUTRAL, scene)
            drafts.insert(at, look)


_WHOLE = 6
"""Shots that a story keeps before its exchanges are cut in half."""


def _shorten(fitted: list[Draft], longest: float, fewest: int, *, wished: bool) -> None:
    """What matters least goes first: loose beats, then words that a picture can do without.

    ``wished`` says that somebody asked for this length: then the last words may be cut as well.
    """
    while sum(draft.seconds for draft in fitted) > longest:
        spoken = [draft for draft in fitted[1:-1] if draft.lines and draft.beat != "prologue"]
        loose = [draft for draft in spoken if draft.beat in _LOOSE]
        inserts = [draft for draft in spoken if draft.beat in ("thing", "second")]
        if len(fitted) > fewest and loose:
            fitted.remove(min(loose, key=_weight))
        elif inserts:
            inserts[0].lines = []
        elif quiet := next((draft for beat in _QUIET for draft in spoken if draft.beat == beat), None):
            quiet.lines = []
        elif len(fitted) > max(fewest, _WHOLE) and (silent := _silent(fitted)):
            fitted.remove(silent[0])
        elif any(len(draft.lines) > 1 for draft in spoken):
            longest_one = max(spoken, key=lambda draft: len(draft.lines) * 200 + draft.seconds)
            if longest_one.act == 1 and len(longest_one.lines) > 2 and longest_one.lines[0].character_id == NARRATOR.id:
                # who comes in is seen to come in
                longest_one.lines = longest_one.lines[1:]
                continue
            # of a question and its answer the answer can stand alone
            asked = longest_one.lines[-2].text.endswith("?")
            longest_one.lines = [*longest_one.lines[:-2], longest_one.lines[-1 if asked else -2]]
        elif wished and len(fitted[-1].lines) > 1:  # from here on only when a short film was asked for
            fitted[-1].lines = fitted[-1].lines[-1:]
        elif wished and len(fitted) > fewest:
            fitted.remove(min(fitted[1:-1], key=lambda draft: (bool(draft.lines), _weight(draft))))
        else:
            break


def _silent(fitted: list[Draft]) -> list[Draft]:
    """Shots between the first and the last in which nothing is said, the least needed first.

    One insert stays, and one face.
    """
    inserts = [draft for draft in fitted if draft.size is ShotSize.INSERT]
    faces = [draft for draft in fitted if draft.size in (ShotSize.CLOSE, ShotSize.REACTION)]
    kept = [one[0] for one in (inserts, faces) if len(one) == 1]
    spare = [one for one in fitted[1:-1] if not one.lines and one not in kept]
    return sorted(spare, key=lambda draft: (draft.size is not ShotSize.REACTION, draft.act != 3, _weight(draft)))


def _stretch(fitted: list[Draft], shortest: float, wished: bool) -> None:
    short = shortest - sum(draft.seconds for draft in fitted)
    if short <= 0:
        return
    extra = short / len(fitted) + (0.0 if wished else 0.1)
    if wished and extra > MOST_EXTRA_S:
        most = sum(draft.seconds for draft in fitted) + MOST_EXTRA_S * len(fitted) + sum(CARDS_S)
        raise InputError(
            f"this story fills at most {most:.0f} s in {len(fitted)} shots",
            where="seconds",
            hint="ask for a shorter film or more shots, or say more in the idea",
        )
    for draft in fitted:
        draft.extra = extra
