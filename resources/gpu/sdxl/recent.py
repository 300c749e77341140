"""Pictures that were made lately, by perceptual hash: the same picture again is known, whatever its file says.

pHash (Zauner 2010, ``imagehash.phash``): 64 bits that change little when a picture is scaled or compressed. Within 6
bits two pictures are the same to an eye; pictures of other scenes differ in about 32.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from PIL import Image

from resources.errors import ConfigInvalid, Missing, PassingFault

if TYPE_CHECKING:
    from resources.gpu.sdxl.options import Dedupe

T = TypeVar("T")
URL = "SPARKLE_REDIS_URL"
"""Where Redis is: it may hold a password, so it stands in no file."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that is there, and where."""

    uri: str
    phash: int


class Recent(Protocol):
    """A window of recent pictures."""

    def nearest(self, phash: int) -> tuple[Seen, int] | None:
        """The picture whose hash differs in the fewest bits, the latest of several, and that number of bits."""
        ...

    def add(self, seen: Seen) -> None:
        """Remember a picture; the one that was not needed for the longest is forgotten where there are too many."""
        ...


def perceptual_hash(picture: Image.Image) -> int:
    """64 bits of a picture."""
    import imagehash

    return int(str(imagehash.phash(picture)), 16)


def nearest_of(seen: Iterable[Seen], phash: int) -> tuple[Seen, int] | None:
    """The first of the nearest of ``seen``, and the bits in which it differs."""
    known = list(seen)
    if not known:
        return None
    words = np.array([one.phash for one in known], np.uint64)
    bits = np.bitwise_count(words ^ np.uint64(phash))
    at = int(bits.argmin())
    return known[at], int(bits[at])


class RecentPictures:
    """The window of one process: the least recently used goes first."""

    def __init__(self, window: int = 512) -> None:
        self.window = window
        self._seen: OrderedDict[str, Seen] = OrderedDict()  # the latest last
        self._guard = threading.Lock()

    def nearest(self, phash: int) -> tuple[Seen, int] | None:
        """The nearest picture, which counts as used by that."""
        with self._guard:
            found = nearest_of(reversed(self._seen.values()), phash)
            if found is not None:
                self._seen.move_to_end(found[0].uri)
            return found

    def add(self, seen: Seen) -> None:
        """Remember a picture as the latest."""
        with self._guard:
            self._seen[seen.uri] = seen
            self._seen.move_to_end(seen.uri)
            while len(self._seen) > self.window:
                self._seen.popitem(last=False)


class SharedRecent:
    """The window of several hosts, in a list of Redis. Two that add at the same moment both stay in it."""

    def __init__(self, client: Any, window: int = 512, name: str = "sparkle:recent-pictures") -> None:
        self.window = window
        self._client = client
        self._name = name

    def nearest(self, phash: int) -> tuple[Seen, int] | None:
        """The nearest picture of the window. Raises :class:`PassingFault` when Redis does not answer."""
        told = self._asked(lambda: self._client.lrange(self._name, 0, self.window - 1))
        return nearest_of((Seen(**json.loads(one)) for one in told), phash)

    def add(self, seen: Seen) -> None:
        """Remember a picture as the latest. Raises :class:`PassingFault` when Redis does not answer."""
        told = json.dumps({"uri": seen.uri, "phash": seen.phash})

        def push() -> None:
            with self._client.pipeline(transaction=True) as turn:
                turn.lrem(self._name, 0, told)
                turn.lpush(self._name, told)
                turn.ltrim(self._name, 0, self.window - 1)
                turn.execute()

        self._asked(push)

    @staticmethod
    def _asked(work: Callable[[], T]) -> T:
        from redis.exceptions import RedisError

        try:
            return work()
        except RedisError as error:
            raise PassingFault(f"Redis does not answer: {type(error).__name__}", where=URL) from None


def recent_of(dedupe: Dedupe) -> Recent:
    """The window that the options name. Raises :class:`ConfigInvalid`, :class:`Missing`."""
    if dedupe.store == "process":
        return RecentPictures(dedupe.window)
    address = os.environ.get(URL, "")
    if not address:
        raise ConfigInvalid(f"`dedupe.store: redis` needs {URL}", where="options.image")
    try:
        import redis
    except ImportError:
        raise Missing("the shared window of pictures needs the package redis", hint="pip install redis") from None
    return SharedRecent(redis.Redis.from_url(address, socket_timeout=5), dedupe.window)
