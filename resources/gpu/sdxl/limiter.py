"""A token bucket for each user of each host: how many pictures may be asked for, and who must wait how long.

The bucket may go below nothing: what is missing is the queue, and whoever draws a token that is not there yet is told
when it will be. So turns are given in the order of asking, nobody is passed, and there is no thread that hands them
out. Whoever would wait too long, or behind too many, is refused and takes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from resources.gpu.sdxl.errors import RateLimitError

Key = tuple[str, str]
"""(user, host)."""
MANY = 1024
"""Buckets that are kept before full ones are forgotten."""


class TokenBuckets:
    """``per_minute`` tokens a minute for each key, at most ``burst`` of them at rest."""

    def __init__(
        self,
        *,
        per_minute: float = 60.0,
        burst: int = 60,
        backlog: int = 120,
        queue_ttl_s: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate = per_minute / 60
        """Tokens a second."""
        self.burst = burst
        self.backlog = backlog
        self.queue_ttl_s = queue_ttl_s
        self._clock = clock
        self._levels: dict[Key, tuple[float, float]] = {}  # key -> (tokens, at)
        self._guard = threading.Lock()

    def reserve(self, key: Key, count: int = 1) -> float:
        """Draw ``count`` tokens; the seconds until they are there, 0 for at once. Raises :class:`RateLimitError`."""
        with self._guard:
            now = self._clock()
            level = self._level(key, now)
            left = level - count
            missing = max(0.0, -left)
            wait = missing / self.rate
            if missing > self.backlog:
                raise self._refused(key, f"{missing:.0f} pictures would wait, {self.backlog} may", missing)
            if wait > self.queue_ttl_s:
                raise self._refused(key, f"the wait would be {wait:.0f} s, {self.queue_ttl_s:.0f} s may be", missing)
            self._levels[key] = (left, now)
            return wait

    def waiting(self, key: Key) -> float:
        """Tokens that were drawn before they were there."""
        with self._guard:
            return max(0.0, -self._level(key, self._clock()))

    def _level(self, key: Key, now: float) -> float:
        if len(self._levels) > MANY:
            full = [one for one, (level, at) in self._levels.items() if level + (now - at) * self.rate >= self.burst]
            for one in full:
                del self._levels[one]
        level, at = self._levels.get(key, (float(self.burst), now))
        return min(float(self.burst), level + (now - at) * self.rate)

    def _refused(self, key: Key, message: str, missing: float) -> RateLimitError:
        most = min(float(self.backlog), self.queue_ttl_s * self.rate)
        after = max(0.0, (missing - most) / self.rate)
        return RateLimitError(
            message, retry_after_s=after, where=f"{key[0]} on {key[1]}", hint=f"ask again in {after:.0f} s"
        )
