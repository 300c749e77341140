"""Reference clips of people: a recording is used only with a note of its speaker's consent beside it.

A folder holds ``<voice_id>.wav`` (or .flac, .mp3, .ogg, .m4a) and ``<voice_id>.yaml``, a
:class:`~schemas.voices.ConsentNote`. The clip takes the place of the embedded voice of that id, so the casting stays as
it is. Chatterbox hears the first ten seconds (``DEC_COND_LEN`` of its source).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resources.config import held_to
from resources.engines import Sound
from resources.errors import ConfigInvalid, InputError
from resources.store.fingerprint import hash_file
from resources.voices.errors import ConsentMissing
from schemas.voices import ConsentNote

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".m4a")
SHORTEST_S, LONGEST_S = 3.0, 60.0
"""Chatterbox's speaker encoder wants some seconds; its maker advises ten."""
MOST_BYTES = 50_000_000
MOST_NOTE_BYTES = 20_000
_LEAST_LEVEL = 0.01


@dataclass(frozen=True)
class ReferenceClip:
    """A recording that may be spoken with."""

    voice_id: str
    path: Path
    note: ConsentNote

    @property
    def consent(self) -> str:
        """The note in a sentence."""
        more = f" ({self.note.evidence})" if self.note.evidence else ""
        return f"{self.note.speaker} agreed on {self.note.given_on.isoformat()}: {self.note.given_for}{more}"

    def sound(self) -> Sound:
        """The recording, (samples,) at 48 kHz. Raises :class:`InputError` for one that is no use as a reference."""
        import numpy as np

        from resources.media.probe import read_sound

        sound = read_sound(self.path, longest_s=LONGEST_S)[:, 0]
        if len(sound) < SHORTEST_S * 48_000:
            raise InputError(f"is shorter than {SHORTEST_S:.0f} s", where=self.path.name, hint="ten seconds are best")
        if float(np.sqrt(np.mean(np.square(sound)))) < _LEAST_LEVEL:
            raise InputError("is all but silent", where=self.path.name)
        return sound


def find_clip(folder: Path, voice_id: str) -> ReferenceClip | None:
    """The clip of ``voice_id`` in ``folder``; None where there is none.

    Raises :class:`ConsentMissing` for a clip without a note, or whose note is of another recording, and
    :class:`ConfigInvalid` for a note that does not hold to its form.
    """
    found = [path for suffix in SUFFIXES if (path := folder / f"{voice_id}{suffix}").is_file()]
    if not found:
        return None
    if len(found) > 1:
        raise ConfigInvalid(f"there are two clips of {voice_id!r}: {found[0].name}, {found[1].name}", where=str(folder))
    clip = found[0]
    if clip.stat().st_size > MOST_BYTES:
        raise InputError(f"is larger than {MOST_BYTES // 1_000_000} MB", where=str(clip))
    note_path = clip.with_suffix(".yaml")
    sha256 = hash_file(clip)
    hint = f"write who speaks, when and for what they agreed, and `clip_sha256: {sha256}` into {note_path.name}"
    if not note_path.is_file():
        raise ConsentMissing("nobody says that its speaker agreed", where=str(clip), hint=hint)
    note = _read(note_path)
    if note.clip_sha256 != sha256:
        raise ConsentMissing("its consent note is of another recording", where=str(clip), hint=hint)
    return ReferenceClip(voice_id, clip, note)


def clip_hashes(folder: Path | None) -> dict[str, str]:
    """Hash of every clip in ``folder``, by file name: part of what a line sounds like. Empty without a folder."""
    if folder is None or not folder.is_dir():
        return {}
    clips = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    return {path.name: hash_file(path) for path in clips}


def _read(path: Path) -> ConsentNote:
    if path.stat().st_size > MOST_NOTE_BYTES:
        raise ConfigInvalid("is too large for a consent note", where=str(path))
    return held_to(ConsentNote, path)
