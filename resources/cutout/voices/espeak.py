"""espeak-ng through ctypes: phonemes for the neural voices, and a plain voice for a hundred languages.

The library and its data ship in the wheel ``espeakng-loader``. espeak-ng is GPL-3: this module is imported by the
worker process only. It keeps its state in C globals, and even a fresh ``espeak_Initialize`` leaves the phase of its
oscillators behind, so that a line would depend on the lines before it. Hence one :class:`Espeak` a line: leaving it
unloads the library and its globals with it (0.7 ms). Never two at a time.
"""

from __future__ import annotations

import _ctypes
import ctypes
import re
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

_UTF8 = 1
_IPA = 0x02
_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: sound comes through the callback only
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 0x0001, 0x0002, 0x8000
_EVENT_END, _EVENT_PHONEME = 0, 7
_RATE, _PITCH, _RANGE, _WORDGAP = 1, 3, 4, 7
_LANGUAGE_SWITCH = re.compile(r"\([a-z-]+\)")
_TERMINATORS = ".!?,:;"
_SPREAD_TERMINATORS = str.maketrans("。！？、，…—।؟،", ".!?,,.,.?,")


class SpeechFailed(Exception):
    """A line could not be spoken; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phoneme as it sounds: IPA (``""`` for a pause), from ``start`` to ``end`` in seconds."""

    ipa: str
    start: float
    end: float


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """espeak-ng, loaded afresh; use it as a context manager, for one line."""

    def __init__(self) -> None:
        """Load the library and its data. Raises :class:`SpeechFailed` when the package is not whole."""
        import espeakng_loader

        try:
            self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path()
        except (OSError, RuntimeError) as error:
            raise SpeechFailed(f"espeak-ng could not be loaded ({error}); reinstall espeakng-loader") from None
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        self._rate = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), options))
        if self._rate <= 0:
            raise SpeechFailed("espeak-ng could not read its data; reinstall espeakng-loader")
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._lib.espeak_TextToPhonemes.argtypes = (ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int)
        self._lib.espeak_ng_SetRandSeed.argtypes = (ctypes.c_long,)
        self._sound: list[NDArray[np.int16]] = []
        self._events: list[tuple[float, str]] = []
        self._callback = _Callback(self._hear)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def __enter__(self) -> Espeak:
        """The loaded library."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Unload it."""
        self._lib.espeak_Terminate()
        _ctypes.dlclose(self._lib._handle)

    def phonemes(self, text: str, voice: str) -> list[str]:
        """IPA of each clause of ``text``, each ending in its punctuation mark (one of ``.!?,:;``)."""
        self._use(voice)
        data = text.translate(_SPREAD_TERMINATORS).encode() + b"\0"
        buffer = ctypes.create_string_buffer(data)
        base = ctypes.addressof(buffer)
        pointer = ctypes.c_void_p(base)
        clauses: list[str] = []
        latin = re.search(r"[A-Za-z]", text) is not None
        at = 0
        while pointer.value:
            ipa = self._lib.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _IPA) or b""
            stop = (pointer.value or base + len(data)) - base
            read = data[at:stop].decode("utf-8", "ignore").rstrip("\0 \n\t\"')]”’")
            at = stop
            if not latin and not voice.startswith("en") and b"(en)" in ipa:
                # signs it has no reading for are named in English: "Chinese letter" for every kanji
                raise SpeechFailed("it has signs that espeak-ng cannot read in this language; write them as they sound")
            spoken = _LANGUAGE_SWITCH.sub("", ipa.decode("utf-8", "ignore")).replace("\n", " ").strip()
            if spoken:
                # espeak reads a few characters into the next clause before it stops
                marks = [char for char in read[-5:] if char in _TERMINATORS]
                clauses.append(spoken + (marks[-1] if marks else ","))
        if clauses and clauses[-1][-1] in ",:;":
            clauses[-1] = clauses[-1][:-1] + "."
        return clauses

    def speak(
        self, text: str, voice: str, *, rate: float, pitch: int, variation: int, seed: int
    ) -> tuple[NDArray[np.float32], int, list[Phone]]:
        """Sound (samples,) within -1 to 1, its rate in Hz, and its phonemes.

        ``rate`` 1 is 165 words a minute, ``pitch`` and ``variation`` are espeak's 0-100 (50 is the voice's own).
        """
        self._use(voice)
        for parameter, value in (
            (_RATE, round(min(400.0, max(80.0, 165 * rate)))),
            (_PITCH, pitch),
            (_RANGE, variation),
            (_WORDGAP, 0),
        ):
            self._lib.espeak_SetParameter(parameter, value, 0)
        self._lib.espeak_ng_SetRandSeed(seed % 2**31)
        self._sound, self._events = [], []
        data = text.encode() + b"\0"
        failed = self._lib.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
        if failed:
            raise SpeechFailed("espeak-ng did not speak the line")
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
        length = len(sound) / self._rate
        events = [*self._events, (length, "")]
        phones = [
            Phone(ipa.strip("_:ˈˌ ") and ipa, start, max(start, end)) for (start, ipa), (end, _) in pairwise(events)
        ]
        return sound.astype(np.float32) / np.float32(32768), self._rate, phones

    def _hear(self, samples: object, count: int, events: object) -> int:
        if samples and count > 0:
            self._sound.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events and events[index].type != _EVENT_END:  # type: ignore[index]
            event = events[index]  # type: ignore[index]
            if event.type == _EVENT_PHONEME:
                name = bytes(event.id.string).split(b"\0")[0].decode("utf-8", "ignore")
                self._events.append((event.sample / self._rate, name))
            index += 1
        return 0

    def _use(self, voice: str) -> None:
        if voice != self._voice:
            self._voice = ""
            if self._lib.espeak_SetVoiceByName(voice.encode()):
                raise SpeechFailed(f"espeak-ng has no voice {voice!r}")
            self._voice = voice
