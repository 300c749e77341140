"""The process that speaks: ``python -m resources.cutout.voices.worker``.

espeak-ng is GPL-3, so it is loaded here and never in the process that makes the film; a crash or a hang of a model is
contained here too. One JSON object a line comes in; one JSON object a line goes out, followed by as many bytes of
float32 sound as its ``bytes`` says. Requests::

    {"op": "speak", "engine": "piper" | "kokoro" | "espeak", "speaker": ..., "espeak": ..., "language": ...,
     "text": ..., "rate": 1.0, "seed": 0, "pitch": 50, "variation": 50}
    {"op": "align", "text": ..., "espeak": ..., "language": ..., "bytes": n}  followed by n bytes of float32 at 16 kHz

The same request gives the same bytes, whatever was asked before and in whichever worker. It ends with its input, and,
should it hang then, within a second of its parent's death.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, BinaryIO

import numpy as np

from resources.cutout.voices.align import force_align, label_words, spread
from resources.cutout.voices.espeak import Espeak, SpeechFailed
from resources.cutout.voices.neural import KOKORO, MAX_SYMBOLS, PIPER, Spoken
from resources.cutout.voices.text import MAX_HEARD, speakable
from resources.errors import SparkleError
from resources.gpu.packaged import Packaged


@contextmanager
def _lent(model: Packaged) -> Iterator[Any]:
    """The model, loaded in place of the other one if it is not there. Raises :class:`SpeechFailed`."""
    try:
        with model.lent() as lease:
            if not lease.warm:
                _give_back()
            yield lease.model
    except SparkleError as error:
        raise SpeechFailed(error.message) from None


def _give_back() -> None:
    """Return freed memory to the system: glibc would keep the 100-200 MB that loading a model needs for a moment."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def speak(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Answer a ``speak`` request: times in seconds, and float32 sound at ``rate`` Hz."""
    text = speakable(request["text"])
    if not text:
        raise SpeechFailed("there is nothing in it that can be spoken")
    with Espeak() as espeak:
        voice = request["espeak"]
        clauses = espeak.phonemes(text, voice)
        symbols = sum(map(len, clauses))
        if not symbols:
            raise SpeechFailed("it has no sound in this language")
        if symbols > MAX_SYMBOLS:
            raise SpeechFailed(f"it is too long to speak ({symbols} phonemes of at most {MAX_SYMBOLS})")
        sound, rate, phones = _say(request, espeak, text, clauses)
        if not np.abs(sound).max(initial=0.0) > 1e-3:
            raise SpeechFailed("the voice made no sound of it")
        words = label_words(request["text"], partial(_pronounce, espeak, voice), phones)
    answer = {"rate": rate, "words": words, "phones": [(p.ipa, p.start, p.end) for p in phones], "aligned": True}
    return answer, np.ascontiguousarray(sound, "<f4").tobytes()


def align(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Answer an ``align`` request: times in seconds of a sound that was made elsewhere."""
    sound = np.frombuffer(data, "<f4")
    text = speakable(request["text"], MAX_HEARD) or "?"
    found = None
    if request["language"] == "en":
        with Espeak() as espeak:
            found = force_align(sound, text, partial(_pronounce, espeak, request["espeak"]))
    words, phones = found or spread(sound, 16_000, text)
    spoken = [(p.ipa, p.start, p.end) for p in phones]
    return {"rate": 16_000, "words": words, "phones": spoken, "aligned": found is not None}, b""


def _pronounce(espeak: Espeak, voice: str, word: str) -> str:
    """IPA of one word, ``""`` for one that has no sound of its own."""
    try:
        return "".join(espeak.phonemes(speakable(word), voice))
    except SpeechFailed:
        return ""


def _say(request: dict[str, Any], espeak: Espeak, text: str, clauses: list[str]) -> Spoken:
    rate, seed = float(request["rate"]), int(request["seed"])
    match request["engine"]:
        case "piper":
            with _lent(PIPER) as piper:
                spoken: Spoken = piper.speak(clauses, rate=rate, seed=seed)
            return spoken
        case "kokoro":
            with _lent(KOKORO) as kokoro:
                spoken = kokoro.speak(clauses, request["speaker"], request["language"], rate=rate)
            return spoken
        case "espeak":
            return espeak.speak(
                text,
                f"{request['espeak']}{request['speaker']}",
                rate=rate,
                pitch=int(request["pitch"]),
                variation=int(request["variation"]),
                seed=seed,
            )
        case other:
            raise SpeechFailed(f"there is no speech engine {other!r}")


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until the input ends."""
    while line := source.readline():
        request = json.loads(line)
        try:
            data = source.read(int(request.get("bytes", 0)))
            answer, sound = align(request, data) if request["op"] == "align" else speak(request)
            answer["ok"] = True
        except SpeechFailed as error:
            answer, sound = {"ok": False, "error": str(error)}, b""
        answer["bytes"] = len(sound)
        sink.write(json.dumps(answer).encode() + b"\n" + sound)
        sink.flush()


def _watch(parent: int) -> None:
    """End with the parent. (PR_SET_PDEATHSIG would fire when the *thread* that started us ends.)"""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> None:
    """Serve on standard input and output; whatever a library prints goes to standard error."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    try:
        serve(sys.stdin.buffer, sink)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)


if __name__ == "__main__":
    main()
