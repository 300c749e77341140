"""Asking an HTTP service for JSON: bounded, retried, with errors that say what to do and hold no secret.

Tried again, up to :data:`TRIES` times in all: no connection, a broken connection, 408, 429, 500, 502, 503 and 504. The
service's own ``Retry-After`` (seconds or a date) is obeyed up to :data:`MOST_DELAY_S`; otherwise the delay doubles from
:data:`FIRST_DELAY_S`, with up to half of it added at random so that many films do not come back together.

Redirects are not followed (a key would travel with them). Proxies of the environment serve for other machines only.
Answers are read uncompressed and up to :data:`MOST_BYTES`.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx

from resources.agents.errors import (
    CredentialsRefused,
    EndpointUnreachable,
    ModelBusy,
    ModelFault,
    ModelTimeout,
    ModelUnknown,
)
from resources.agents.models.spec import is_loopback
from resources.errors import SparkleError
from resources.secrets import CUT

TRIES = 4
FIRST_DELAY_S = 0.5
MOST_DELAY_S = 60.0
CONNECT_S = 10.0
MOST_BYTES = 8 * 1024 * 1024
MOST_TOLD = 240
"""Characters of a service's own error message that are told."""
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may pass: asked again."""


@dataclass(eq=False)
class Refusal(Exception):
    """A 4xx answer, for a caller that can ask in another way."""

    status: int
    message: str
    parameter: str = ""
    """The parameter that the service did not take, when it says."""
    code: str = ""

    def as_error(self, where: str, key_variable: str | None) -> SparkleError:
        """The error that a person sees."""
        said = f": {self.message}" if self.message else ""
        if self.status in (401, 403):
            if key_variable is None:
                return CredentialsRefused(f"the service wants a key ({self.status}){said}", where=where)
            hint = f"check {key_variable}"
            return CredentialsRefused(f"the key was refused ({self.status}){said}", where=where, hint=hint)
        if self.status == 404:
            return ModelUnknown(
                f"the service does not know this model or path (404){said}", where=where, hint="check the model_spec"
            )
        if 300 <= self.status < 400:
            return ModelFault(
                f"the service redirects elsewhere ({self.status}), which is not followed",
                where=where,
                hint="name its real address in the model_spec",
            )
        return ModelFault(f"the service refused the request ({self.status}){said}", where=where)


@dataclass(frozen=True)
class Service:
    """An HTTP service: its base URL, and the key that it gets."""

    base_url: str
    key: str | None = None
    key_variable: str | None = None

    def __repr__(self) -> str:
        return f"Service({self.base_url!r})"

    async def get(self, path: str, *, timeout_s: float) -> dict[str, Any]:
        """``GET`` once. Raises the errors of :mod:`resources.agents.errors`."""
        async with self._client(timeout_s) as client:
            try:
                return await self._send(client, "GET", path, None)
            except Refusal as refusal:
                raise refusal.as_error(self.base_url, self.key_variable) from None
            except httpx.HTTPError as error:
                self._told(error)
            except _Passing as passing:
                raise ModelBusy(passing.told, where=self.base_url) from None

    async def post(self, path: str, body: Mapping[str, Any], *, timeout_s: float) -> dict[str, Any]:
        """``POST`` with retries. Raises :class:`Refusal` for a 4xx that no retry mends."""
        async with self._client(timeout_s) as client:
            for attempt in range(1, TRIES + 1):
                wait: float | None = None
                try:
                    return await self._send(client, "POST", path, body)
                except httpx.TransportError as error:
                    if attempt == TRIES or isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
                        self._told(error)
                except _Passing as passing:
                    if attempt == TRIES:
                        raise ModelBusy(
                            f"{passing.told}, {TRIES} times", where=self.base_url, hint="try again later"
                        ) from None
                    wait = passing.wait
                await asyncio.sleep(delay(attempt) if wait is None else wait)
        raise AssertionError("the last attempt returns or raises")

    def _client(self, timeout_s: float) -> httpx.AsyncClient:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "sparkle-motion"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            follow_redirects=False,
            trust_env=not is_loopback(self.base_url),
        )

    async def _send(
        self, client: httpx.AsyncClient, method: str, path: str, body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        async with client.stream(method, self.base_url + path, json=body) as response:
            data = await self._read(response)
        if self.key:  # whatever is kept of an answer, a service that repeats the key must not put it there
            data = data.replace(self.key.encode(), CUT.encode())
        if response.status_code in PASSING:
            self._quota(response.status_code, data)
            raise _Passing(f"the service is busy or down ({response.status_code})", retry_after(response.headers))
        if response.status_code != 200:
            raise self._refusal(response.status_code, data)
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ModelFault(
                "the service did not answer with a JSON object",
                where=self.base_url,
                hint="is this the address of an OpenAI-compatible service?",
            )
        return value

    async def _read(self, response: httpx.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ModelFault("the service sent a compressed answer, which was not asked for", where=self.base_url)
        data = bytearray()
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > MOST_BYTES:
                raise ModelFault(f"the answer is larger than {MOST_BYTES // 1024**2} MB", where=self.base_url)
        return bytes(data)

    def _refusal(self, status: int, data: bytes) -> Refusal:
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            told = None
        error = told.get("error", told) if isinstance(told, dict) else None
        if isinstance(error, dict):
            message = error.get("message") or error.get("detail") or ""
            return Refusal(
                status, self._safe(str(message)), str(error.get("param") or ""), str(error.get("code") or "")
            )
        return Refusal(status, self._safe(error if isinstance(error, str) else ""))

    def _quota(self, status: int, data: bytes) -> None:
        """A 429 that waiting does not mend."""
        refusal = self._refusal(status, data)
        if refusal.code == "insufficient_quota":
            raise ModelFault(f"the account has no quota left: {refusal.message}", where=self.base_url)

    def _safe(self, text: str) -> str:
        """A service's words in one short line, without our key."""
        if self.key:
            text = text.replace(self.key, CUT)
        return " ".join(text.split())[:MOST_TOLD]

    def _told(self, error: httpx.HTTPError) -> NoReturn:
        said = self._safe(str(error)) or type(error).__name__
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol | httpx.ProxyError):
            raise EndpointUnreachable(
                f"nobody answers ({said})", where=self.base_url, hint="is the server running, and is the address right?"
            ) from None
        if isinstance(error, httpx.TimeoutException):
            raise ModelTimeout(f"no answer in time ({type(error).__name__})", where=self.base_url) from None
        raise ModelBusy(f"the connection broke ({said})", where=self.base_url) from None


class _Passing(Exception):
    """A status that may pass, and how long the service asks to wait."""

    def __init__(self, told: str, wait: float | None) -> None:
        super().__init__(told)
        self.told = told
        self.wait = wait


def delay(attempt: int) -> float:
    """Seconds before the attempt after ``attempt`` (1 is the first)."""
    return min(FIRST_DELAY_S * 2.0 ** (attempt - 1), MOST_DELAY_S) * (1 + random.random() / 2)


def retry_after(headers: httpx.Headers) -> float | None:
    """``Retry-After`` in seconds, at most :data:`MOST_DELAY_S`; None when there is none that can be read."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError):  # no date, or one outside of all calendars
            return None
    return min(max(seconds, 0.0), MOST_DELAY_S) if seconds == seconds else None
