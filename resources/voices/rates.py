"""Caps on the use of a provider: a bucket that fills evenly, for requests and for characters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from resources.voices.errors import RateCapped


class RateCap:
    """At most ``requests`` and ``characters`` a minute, in this process; None is no cap.

    A full bucket holds a minute's worth. Threads may share one: places are given out in the order they are asked for,
    and nobody sleeps while holding the lock.
    """

    def __init__(
        self,
        requests: float | None,
        characters: float | None,
        *,
        most_wait_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rates = (requests, characters)
        self._most_wait_s = most_wait_s
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._left = [requests or 0.0, characters or 0.0]
        self._at = clock()

    def take(self, characters: int, *, where: str = "") -> float:
        """Wait until one request of ``characters`` may go out; the seconds that were waited.

        Raises :class:`RateCapped` at once, and takes nothing, where the wait would be longer than ``most_wait_s``.
        """
        with self._lock:
            now = self._clock()
            for k, rate in enumerate(self._rates):
                if rate is not None:
                    self._left[k] = min(rate, self._left[k] + rate * (now - self._at) / 60)
            self._at = now
            costs = (1.0, float(characters))
            held = zip(costs, self._left, self._rates, strict=True)
            wait = max([0.0, *(60 * (cost - left) / rate for cost, left, rate in held if rate)])
            if wait > self._most_wait_s:
                raise RateCapped(
                    f"its turn under our cap comes in {wait:.0f} s, and a line waits at most {self._most_wait_s:.0f} s",
                    where=where,
                )
            # what is taken ahead of time makes the bucket negative: the next one waits behind this one
            self._left = [left - cost for left, cost in zip(self._left, costs, strict=True)]
        if wait:
            self._sleep(wait)
        return wait
