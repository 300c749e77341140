"""A hosted voice: OpenAI's ``/audio/speech``, or any service that speaks its language.

One request a line, tried :data:`TRIES` times in all where it may pass (no connection, a broken one, 408, 429, 500, 502,
503, 504; ``Retry-After`` is obeyed up to :data:`MOST_DELAY_S`). Redirects are not followed (the key would travel with
them), proxies of the environment serve for other machines only, and an answer is read up to :data:`MOST_BYTES`. The key
is read from the environment for each request and stands in no record, no error and no ``repr``.

The service gets the words of the line, a voice and a direction; nothing of the film. It knows no seed: the same line
asked again sounds a little different, so an engine keeps what was paid for (``TakeFolder``).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from resources.casting import VoiceBook
from resources.cutout.voices import shape
from resources.cutout.voices.text import MAX_HEARD, speakable
from resources.engines import Sound
from resources.errors import InputError
from resources.media.probe import read_sound
from resources.voices.errors import VoiceBusy, VoiceKeyMissing, VoiceKeyRefused, VoiceRefused, VoiceTimeout
from resources.voices.providers import HostedService, hosted_voice
from resources.voices.rates import RateCap
from schemas.media import SpokenLine
from schemas.vocabulary import Delivery, Emotion

TRIES = 3
FIRST_DELAY_S = 0.5
MOST_DELAY_S = 20.0
CONNECT_S = 10.0
MOST_BYTES = 32 * 1024 * 1024
"""Three minutes of stereo WAV at 48 kHz; a line of 4,096 characters is spoken in five minutes of mono at 24 kHz."""
MOST_SPOKEN_S = 600.0
MOST_TOLD = 240
PASSING = frozenset({408, 429, 500, 502, 503, 504})
LEAST_RATE, MOST_RATE = 0.25, 4.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class HostedVoice:
    """Speaks lines through one service."""

    def __init__(
        self,
        name: str,
        service: HostedService,
        book: VoiceBook,
        *,
        sleep: Callable[[float], None] = time.sleep,
        cap: RateCap | None = None,
    ) -> None:
        """Free: nothing is opened. ``cap`` is made of the service's own figures unless it is given."""
        self.name = name
        self.service = service
        self._book = book
        self._sleep = sleep
        self._cap = cap or RateCap(
            service.requests_per_minute, service.characters_per_minute, most_wait_s=service.most_wait_s
        )

    def __repr__(self) -> str:
        return f"HostedVoice({self.name!r})"

    def check_key(self) -> None:
        """Raise :class:`VoiceKeyMissing` where the service wants a key and none is set. Nothing is opened."""
        self._key()

    def speak(self, line: SpokenLine) -> tuple[Sound, dict[str, Any]]:
        """The sound of ``line`` (48 kHz mono, trimmed, at the house's level), and what is recorded of it.

        Raises the errors of :mod:`resources.voices.errors`.
        """
        text = speakable(line.text, MAX_HEARD)
        if not text:
            raise VoiceRefused("there is nothing in it that can be spoken", where=self.name)
        if len(text) > self.service.most_characters:
            raise VoiceRefused(
                f"the line has {len(text)} characters, the service takes {self.service.most_characters}",
                where=self.name,
            )
        voice = hosted_voice(self.service, self._book, line.voice_id)
        body: dict[str, Any] = {
            "model": self.service.model,
            "input": text,
            "voice": voice,
            "response_format": "wav",
            "speed": round(min(MOST_RATE, max(LEAST_RATE, line.rate)), 3),
        }
        if self.service.instructions and (words := direction(line)):
            body["instructions"] = words
        waited = self._cap.take(len(text), where=self.name)
        data, tries = self._post(body)
        sound = self._decode(data)
        facts = {
            "provider_voice_id": voice,
            "model": self.service.model,
            "characters": len(text),
            "tries": tries,
            "waited_s": round(waited, 1),
        }
        return sound, facts

    def _post(self, body: dict[str, Any]) -> tuple[bytes, int]:
        headers = {"Accept": "audio/wav", "Accept-Encoding": "identity", "User-Agent": "sparkle-motion", **self._key()}
        url = httpx.URL(self.service.base_url.rstrip("/") + "/audio/speech")
        deadline = time.monotonic() + self.service.timeout_s
        with httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(self.service.timeout_s, connect=min(CONNECT_S, self.service.timeout_s)),
            follow_redirects=False,
            trust_env=url.host not in _LOOPBACK,
        ) as client:
            for attempt in range(1, TRIES + 1):
                wait: float | None = None
                try:
                    with client.stream("POST", url, json=body) as response:
                        data = self._read(response, deadline)
                        if response.status_code == 200:
                            return data, attempt
                        wait = self._refused(response, data)  # raises what no retry mends
                        told = f"the service is busy or down ({response.status_code})"
                except httpx.TimeoutException as error:
                    raise VoiceTimeout(f"no answer in time ({type(error).__name__})", where=self.name) from None
                except httpx.TransportError as error:
                    told = f"the connection failed ({self._safe(str(error)) or type(error).__name__})"
                pause = FIRST_DELAY_S * 2.0 ** (attempt - 1) if wait is None else wait
                if attempt < TRIES and time.monotonic() + pause < deadline:
                    self._sleep(pause)
                    continue
                raise VoiceBusy(f"{told}, {attempt} times", where=self.name, hint="try again later")
        raise AssertionError("the last attempt returns or raises")

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise VoiceRefused("the service sent a compressed answer, which was not asked for", where=self.name)
        data = bytearray()
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > MOST_BYTES:
                raise VoiceRefused(f"the answer is larger than {MOST_BYTES // 1024**2} MB", where=self.name)
            if time.monotonic() > deadline:  # one that drips would reset every timeout of the connection
                raise VoiceTimeout(f"the answer took longer than {self.service.timeout_s:.0f} s", where=self.name)
        return bytes(data)

    def _refused(self, response: httpx.Response, data: bytes) -> float | None:
        """How long a service that is busy asks to wait, None where it does not say. Raises what no retry mends."""
        status, variable = response.status_code, self.service.key_variable
        said = self._said(data)
        if status in PASSING and '"insufficient_quota"' not in data.decode("utf-8", "replace"):
            try:
                return min(max(float(response.headers.get("Retry-After", "")), 0.0), MOST_DELAY_S)
            except ValueError:
                return None
        if status in (401, 403):
            hint = f"check {variable}" if variable else "name its key's variable in configs/tts_providers.yaml"
            raise VoiceKeyRefused(f"the service does not let us in ({status}){said}", where=self.name, hint=hint)
        if 300 <= status < 400:
            raise VoiceRefused(
                f"the service redirects elsewhere ({status}), which is not followed",
                where=self.name,
                hint="write its real address into configs/tts_providers.yaml",
            )
        raise VoiceRefused(f"the service refused the line ({status}){said}", where=self.name)

    def _decode(self, data: bytes) -> Sound:
        with tempfile.TemporaryDirectory(prefix="sparkle-voice-") as folder:
            path = Path(folder) / "line.wav"
            path.write_bytes(data)
            try:
                sound = read_sound(path, longest_s=MOST_SPOKEN_S)[:, 0]
            except InputError as error:
                raise VoiceRefused(f"the answer is no sound ({error.message})", where=self.name) from None
        trimmed, _ = shape.trim(sound)
        if not len(trimmed) or not float(abs(trimmed).max()) > 1e-3:
            raise VoiceRefused("the service sent silence", where=self.name)
        return shape.normalise(trimmed, 0.0)

    def _key(self) -> dict[str, str]:
        variable = self.service.key_variable
        if variable is None:
            return {}
        key = os.environ.get(variable, "").strip()
        if not key:
            raise VoiceKeyMissing(f"{variable} is not set", where=self.name, hint=f"export {variable}=...")
        return {"Authorization": f"Bearer {key}"}

    def _said(self, data: bytes) -> str:
        told = self._safe(data[:4_000].decode("utf-8", "replace"))
        return f": {told}" if told else ""

    def _safe(self, text: str) -> str:
        """A service's words in one short line, without our key."""
        key = os.environ.get(self.service.key_variable or "", "").strip()
        if key:
            text = text.replace(key, "***")
        return " ".join(text.split())[:MOST_TOLD]


_EMOTIONS = {
    Emotion.HAPPY: "happy, smiling",
    Emotion.SAD: "sad, heavy",
    Emotion.ANGRY: "angry, held back",
    Emotion.AFRAID: "afraid, short of breath",
    Emotion.SURPRISED: "surprised",
    Emotion.TENDER: "tender, warm",
    Emotion.DETERMINED: "determined, firm",
}
_DELIVERIES = {
    Delivery.SOFT: "softly",
    Delivery.WHISPER: "in a whisper",
    Delivery.LOUD: "loudly, projecting",
    Delivery.SLOW: "slowly",
    Delivery.FAST: "quickly",
}


def direction(line: SpokenLine) -> str:
    """How a line is said, in our own words; empty for one that is said plainly."""
    told = [_EMOTIONS.get(line.emotion, ""), _DELIVERIES.get(line.delivery, "")]
    words = "; ".join(one for one in told if one)
    return f"A line of a film. Say it {words}." if words else ""
