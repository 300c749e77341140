"""From elements to shots: who is seen, how large, and what the camera does.

Every choice depends on the words of a shot and its nearest neighbours alone, never on its number, so that a scene that
is inserted or taken out leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from resources.agents.screenplay.beats import Beat, beats_of, joined
from resources.agents.screenplay.cast import Cast
from resources.agents.screenplay.cues import off_screen
from resources.agents.screenplay.drafts import Draft
from resources.agents.screenplay.elements import Action, Card, Change, Item, Scene, Screenplay, Speech
from resources.agents.screenplay.framing import framing
from resources.agents.screenplay.headings import Setting, setting_of, take_apart
from resources.agents.screenplay.lines import Said, lines_of, shots_of
from resources.agents.screenplay.manner import acted, emphatic
from resources.agents.screenplay.people import Roster, together_keys
from resources.agents.screenplay.presence import Presence
from resources.agents.screenplay.sentences import weight
from resources.store.fingerprint import derive_seed
from schemas.plan import MAX_LINES_A_SHOT, Dialogue
from schemas.vocabulary import CameraMove, Emotion, ShotSize, TransitionKind

REPLY = 30
"""Letters of an answer that is given in the shot of what it answers."""
REPLY_ROOM = 170
OVER_PICTURE = 16.0
"""Seconds of a voice over a described picture before the picture changes."""


def stage(screenplay: Screenplay, roster: Roster, cast: Cast) -> list[Draft]:
    """All shots of a screenplay, in order."""
    stager = _Stager(roster, cast, screenplay.title)
    for number, scene in enumerate(screenplay.scenes):
        stager.scene(number, scene)
    return stager.drafts


class _Stager:
    """Walks through the scenes; ``drafts`` are the shots so far."""

    def __init__(self, roster: Roster, cast: Cast, title: str) -> None:
        self.roster, self.cast, self.title = roster, cast, title
        self.drafts: list[Draft] = []
        self._settings: list[Setting] = []
        self._presence = Presence(roster)
        self._pending = TransitionKind.CUT
        self._intercut = False
        self._elsewhere: dict[str, Setting] = {}
        """Where those are who are on the other end of the telephone."""
        self._number, self._heading = 0, ""
        self._opened = True
        """Whether the place of this scene was shown."""

    def scene(self, number: int, scene: Scene) -> None:
        """All shots of a scene."""
        setting = setting_of(scene, self._settings)
        slug = take_apart(scene.heading)
        angle = not slug.side and bool(self._settings) and setting == self._settings[-1]
        items = joined(_with_lead(scene.heading, scene.items) if angle else scene.items)
        if not angle:
            same_place = bool(self._settings) and setting == self._settings[-1]
            self._heading, self._opened = scene.heading, same_place and bool(self.drafts)
            self._elsewhere = dict.fromkeys(self._presence.here, self._settings[-1]) if self._intercut else {}
            self._presence.begin(keep=same_place)
        self._intercut = False
        if not slug.side:
            for key in self.roster.present(scene.heading):  # ".SCOTT, IN THE KITCHEN"
                self._elsewhere.pop(key, None)
                self._presence.speaks([key])
        self._number = number
        self._settings.append(setting)
        for at, item in enumerate(items):
            following = items[at + 1] if at + 1 < len(items) else None
            if isinstance(item, Change):
                self._pending, self._intercut = item.kind, item.intercut or self._intercut
            elif isinstance(item, Card):
                self._card(item.text)
            elif isinstance(item, Action):
                self._action(item.text)
            elif not item.dual:
                both = isinstance(following, Speech) and following.dual
                self._open(item)
                if both and isinstance(following, Speech):
                    self._together(item, following)
                else:
                    self._speech(item)

    # -- what is seen -------------------------------------------------------------------------------------------------

    def _action(self, text: str) -> None:
        there: list[str] = []
        for beat in beats_of(text):
            for key in self.roster.present(beat.text):
                self._elsewhere.pop(key, None)  # described here, so here
            there = self._presence.hear(beat.text) or there  # what goes on in a paragraph goes on among the same people
            self._beat(beat, there)
            self._presence.settle(beat.text)

    def _beat(self, beat: Beat, there: list[str]) -> None:
        chance = derive_seed(self._heading, beat.text)
        shown = self._shown(there)
        if beat.silence:
            listeners = self._presence.listeners()
            if listeners:
                self._add("beat", ShotSize.REACTION, beat.text, self._shown(listeners[:1]), least=2.2)
            return
        size, camera = framing(beat, len(shown), opened=self._opened, chance=chance)
        last = self.drafts[-1] if self._opened and self.drafts else None
        if size is ShotSize.WIDE and not shown and last is not None and last.size is ShotSize.WIDE and not last.seen:
            # nobody twice in one place: nearer, and along it
            size, camera = ShotSize.MEDIUM, CameraMove.PAN_LEFT if chance % 2 else CameraMove.PAN_RIGHT
        if not shown and self._opened and size is ShotSize.WIDE:
            shown = self._shown(self._presence.here[:3])
        if size is ShotSize.INSERT:
            shown = []
        elif size in (ShotSize.CLOSE, ShotSize.REACTION):
            shown = shown[:1]
        feeling = acted(beat.text) if len(shown) in (1, 2) else None
        if len(shown) == 2 and feeling not in (Emotion.HAPPY, Emotion.TENDER):
            feeling = None  # who is furious is so alone
        least = max(beat.seconds, 3.2) if size is ShotSize.WIDE else beat.seconds
        draft = self._add("action", size, beat.text, shown, camera=camera, least=least)
        draft.props, draft.effects = list(beat.props), list(beat.effects)
        draft.emotion = feeling or Emotion.NEUTRAL

    def _card(self, text: str) -> None:
        plain = "".join(char for char in text.casefold() if char.isalnum())
        if plain and plain not in ("theend", "end", "fin", "ende") and plain not in _plain(self.title):
            self._add("card", ShotSize.INSERT, text, [], camera=CameraMove.STATIC, least=2.6).props = [text[:60]]

    def _open(self, speech: Speech) -> None:
        """Show a place before anybody speaks in it."""
        if not self._opened:
            keys = together_keys(speech.cue, self.roster.people)
            seen = [] if off_screen(speech.cue) else [key for key in keys if self.cast.characters[key].on_screen]
            here = self._presence.here or seen
            self._add("establishing", ShotSize.WIDE, "", self._shown(here), camera=CameraMove.PUSH_IN, least=2.6)

    # -- what is said -------------------------------------------------------------------------------------------------

    def _speech(self, speech: Speech) -> None:
        keys = together_keys(speech.cue, self.roster.people)
        key = keys[0]
        lines = lines_of(speech)
        off = off_screen(speech.cue) or not self.cast.characters[key].on_screen
        if not off:
            self._presence.speaks(keys)
        if not lines:
            self._quiet(speech, key, off=off)
        elif off:
            self._voice_over(key, lines)
        else:
            self._spoken(keys, lines)

    def _quiet(self, speech: Speech, key: str, *, off: bool) -> None:
        """A speech of marks only ("..."): a face that says nothing."""
        who = self._presence.listeners()[:1] if off else [key]
        text = " ".join(part.text for part in speech.parts)[:200]
        self._add("quiet", ShotSize.CLOSE if who else ShotSize.MEDIUM, text, self._shown(who), least=2.0)

    def _voice_over(self, key: str, lines: list[Said]) -> None:
        """A voice over the picture that was described, or over whoever is there."""
        for said in shots_of(lines):
            spoken = self._dialogue(key, said, off=True)
            last = self.drafts[-1] if self.drafts else None
            if (
                last is not None
                and last.kind in ("action", "establishing")
                and not last.lines
                and last.scene == self._number
            ):
                last.lines = spoken
                if last.seconds <= OVER_PICTURE + 4:
                    continue
                last.lines = []
            here = [one for one in self._presence.here if one != key] or self._presence.here
            size = ShotSize.MEDIUM if here else ShotSize.WIDE
            camera = CameraMove.PUSH_IN if derive_seed(self._heading, said[0].text) % 2 else CameraMove.STATIC
            self._add("voice", size, "", self._shown(here[:3]), camera=camera, lines=spoken)

    def _spoken(self, keys: Sequence[str], lines: list[Said]) -> None:
        """Shot and reverse shot; a short answer stays in the shot of the question."""
        key, parts = keys[0], shots_of(lines)
        if len(parts) == 1 and self._replies(key, parts[0]):
            return
        listeners = [
            one
            for one in self._presence.listeners()
            if one not in keys and self._elsewhere.get(one) == self._elsewhere.get(key)
        ]
        for number, said in enumerate(parts):
            spoken = self._dialogue(key, said, off=False)
            text, feeling = " ".join(one.text for one in said), said[0].emotion
            strong = feeling is not Emotion.NEUTRAL or emphatic(text)
            chance = derive_seed(self._heading, key, text)
            if number and number % 3 == 2 and listeners:
                # a long speech is also the face of whoever hears it
                self._add("speech", ShotSize.REACTION, "", self._shown(listeners[:1]), lines=spoken)
                continue
            two = not number and bool(listeners) and (chance % 4 in (0, 3) or self._first(keys)) and not strong
            seen = [*keys, *listeners[:1]] if two or len(keys) > 1 else list(keys)
            size = ShotSize.CLOSE if len(seen) == 1 and (strong or number or chance % 4 != 2) else ShotSize.MEDIUM
            camera = CameraMove.PUSH_IN if strong and size is ShotSize.CLOSE else CameraMove.STATIC
            draft = self._add("speech", size, "", self._shown(seen), camera=camera, lines=spoken)
            draft.emotion = feeling if len(seen) == 1 else Emotion.NEUTRAL

    def _together(self, left: Speech, right: Speech) -> None:
        """Dual dialogue: both in one picture, one line after the other."""
        pairs: list[tuple[str, Said, bool]] = []
        for speech in (left, right):
            key = together_keys(speech.cue, self.roster.people)[0]
            off = off_screen(speech.cue) or not self.cast.characters[key].on_screen
            pairs += [(key, line, off) for line in lines_of(speech)]
            if not off:
                self._presence.speaks([key])
        seen = self._shown(list(dict.fromkeys(key for key, _, off in pairs if not off)))
        used = 0
        spoken: list[Dialogue] = []
        for key, line, off in pairs:
            cost = weight(line.text)
            if spoken and (used + cost > 2 * REPLY_ROOM or len(spoken) == MAX_LINES_A_SHOT):
                self._add("dual", ShotSize.MEDIUM, "", seen, lines=spoken)
                spoken, used = [], 0
            spoken += self._dialogue(key, [line], off=off)
            used += cost
        if spoken:
            self._add("dual", ShotSize.MEDIUM, "", seen, lines=spoken)

    def _replies(self, key: str, said: list[Said]) -> bool:
        """Put a short answer into the shot before, where both are seen."""
        last = self.drafts[-1] if self.drafts else None
        if last is None or last.kind not in ("speech", "dual") or last.size is not ShotSize.MEDIUM:
            return False
        own = self.cast.characters[key].id
        total = sum(weight(line.text) for line in last.lines)
        cost = sum(weight(one.text) for one in said)
        if (
            last.scene != self._number
            or last.setting != self._elsewhere.get(key, self._settings[-1])
            or self._pending is not TransitionKind.CUT
            or own not in last.seen
            or last.lines[-1].character_id == own
            or len(last.lines) >= 3
            or cost > REPLY
            or total + cost > REPLY_ROOM
        ):
            return False
        last.lines += self._dialogue(key, said, off=False)
        return True

    # -- small things -------------------------------------------------------------------------------------------------

    def _first(self, keys: Sequence[str]) -> bool:
        """Whether nobody has spoken in this scene yet."""
        return not any(draft.scene == self._number and draft.lines for draft in self.drafts[-6:])

    def _dialogue(self, key: str, said: Sequence[Said], *, off: bool) -> list[Dialogue]:
        who = self.cast.speaker(key, off=off).id
        return [Dialogue(character_id=who, text=one.text, emotion=one.emotion, delivery=one.delivery) for one in said]

    def _says(self, key: str, line: Dialogue) -> bool:
        return self.cast.characters[key].id == line.character_id

    def _shown(self, keys: Sequence[str]) -> list[str]:
        """Character ids of whoever can be seen, each on the same side in every shot."""
        ids = [self.cast.characters[key].id for key in keys if self.cast.characters[key].on_screen]
        return sorted(dict.fromkeys(ids[:4]), key=lambda one: derive_seed("side", one))

    def _add(
        self,
        kind: str,
        size: ShotSize,
        action: str,
        seen: list[str],
        *,
        camera: CameraMove = CameraMove.STATIC,
        least: float = 1.6,
        lines: list[Dialogue] | None = None,
    ) -> Draft:
        speaker = next((key for key in self._elsewhere if lines and self._says(key, lines[0])), "")
        setting = self._elsewhere.get(speaker, self._settings[-1])
        draft = Draft(
            self._number, self._heading, setting, kind, size, camera, action[:2000], seen,
            lines=lines or [], least=least, transition=self._pending,
        )  # fmt: skip
        self._pending, self._opened = TransitionKind.CUT, True
        self.drafts.append(draft)
        return draft


def _with_lead(heading: str, items: Sequence[Item]) -> tuple[Item, ...]:
    """An angle's heading ("THE FINGER") begins the sentence below it ("clicks off the speakerphone.")."""
    first = items[0] if items else None
    if isinstance(first, Action) and first.text[:1].islower():
        return (Action(f"{heading.strip(' .,:')} {first.text}"), *items[1:])
    return tuple(items)


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
