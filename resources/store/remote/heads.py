"""Versions of a film in the store: ``heads/0000000042.json`` lists every file by its hash; the contents lie under
``blobs/<sha256>``.

A head is created under the next number and never changed, so committing needs no more of a store than that it refuses
to create what exists. Two hosts that commit at once: one is refused, reads what the other committed, and brings both
together (:mod:`.merge`). A head is one object, so everything it says becomes true at once: an artifact with its
sidecar, and that it is current. What no head names is seen by nobody.
"""

from __future__ import annotations

import logging
from typing import Literal

from pydantic import Field, ValidationError

from resources.errors import StoreFault
from resources.store.remote.bucket import Bucket, Stored
from resources.store.remote.layout import kind_of
from schemas.plan import Strict
from schemas.refs import Sha256

KEPT = 16
"""Heads that are kept, the newest among them: to look back, and for readers who were on their way to an older one."""
GRACE_S = 86_400.0
"""A blob that no head names is another host's work under way until it is this old."""

logger = logging.getLogger("sparkle.storage")


class Kept(Strict):
    """One file as a head names it."""

    sha256: Sha256
    bytes: int = Field(ge=0)


Files = dict[str, Kept]
"""By path, relative to the film's folder."""


class Head(Strict):
    """One version of a film."""

    schema_version: Literal[1] = 1
    number: int = Field(ge=0)
    by: str = Field(max_length=200)
    """Host and process that committed it, and a word of its own: no two heads are equal."""
    at: str
    files: Files


NOTHING = Head(number=0, by="", at="", files={})
"""What a film is before anything of it was committed."""


class Heads:
    """The versions of one film."""

    def __init__(self, bucket: Bucket, movie: str) -> None:
        self.bucket = bucket
        self.prefix = f"movies/{movie}"

    def blob(self, sha256: str) -> str:
        """The key of a content."""
        return f"{self.prefix}/blobs/{sha256}"

    def latest(self, known: Head = NOTHING) -> tuple[Head, int]:
        """The newest head, and the number that the next one has to take. ``known`` is not read again.

        Listings are as fresh as objects on S3, GCS and Azure. A head that does not hold (a shared folder whose disk was
        full) is passed over.
        """
        for _ in range(8):
            listed = self._listed()
            if not listed:
                return NOTHING, 1
            after = listed[-1] + 1
            for number in reversed(listed):
                if number == known.number:
                    return known, after
                data = self.bucket.get(self._key(number))
                if data is None:
                    break  # let go of since it was listed: look again
                try:
                    head = Head.model_validate_json(data)
                except ValidationError:
                    logger.warning("%s/%s cannot be read and is passed over", self.bucket.url, self._key(number))
                    continue
                for path in head.files:
                    if kind_of(path) is None:
                        raise StoreFault(f"names {path[:120]!r}, which is no file of a film", where=self._key(number))
                return head, after
            else:
                raise StoreFault("no version of the film can be read", where=f"{self.bucket.url}/{self.prefix}/heads")
        raise StoreFault("versions come faster than they can be read", where=f"{self.bucket.url}/{self.prefix}/heads")

    def commit(self, head: Head) -> bool:
        """Make ``head`` the newest version; False when another host took its number."""
        return self.bucket.create(self._key(head.number), head.model_dump_json().encode())

    def let_go(self) -> None:
        """Remove all but the newest heads."""
        self.bucket.delete(self._key(number) for number in self._listed()[:-KEPT])

    def sweep(self, now: float) -> int:
        """Remove contents that no kept head names and that are older than :data:`GRACE_S`; bytes that became free."""
        named: set[str] = set()
        for number in self._listed():
            data = self.bucket.get(self._key(number))
            if data is not None:
                named |= {file.sha256 for file in Head.model_validate_json(data).files.values()}
        old: list[Stored] = [
            one
            for one in self.bucket.objects(f"{self.prefix}/blobs")
            if one.key.rpartition("/")[2] not in named and one.modified is not None and now - one.modified > GRACE_S
        ]
        self.bucket.delete(one.key for one in old)
        return sum(one.bytes for one in old)

    def forget(self) -> None:
        """Remove the film. The newest head goes last of the heads: until then the film is whole, after it nowhere."""
        self.bucket.delete(self._key(number) for number in self._listed())
        self.bucket.delete(one.key for one in self.bucket.objects(f"{self.prefix}/blobs"))

    def _key(self, number: int) -> str:
        return f"{self.prefix}/heads/{number:010d}.json"

    def _listed(self) -> list[int]:
        names = [
            one.key.rpartition("/")[2].removesuffix(".json") for one in self.bucket.objects(f"{self.prefix}/heads")
        ]
        return sorted(int(name) for name in names if name.isdigit())
