"""Contents of a film on their way to the store and from it, each held to its hash at both ends."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from resources.errors import StoreFault
from resources.store.atomic import TEMPORARY, crash_point, disk_errors, sync_file
from resources.store.fingerprint import hash_file
from resources.store.remote.heads import Files, Head, Heads, Kept
from resources.store.remote.layout import Kind, kind_of
from resources.store.remote.scan import here

HANDS = 8
"""Contents that go up or down at once."""


class Contents:
    """What the files of one film hold, by hash."""

    def __init__(self, film: Path, heads: Heads) -> None:
        self.film = film
        self.heads = heads

    def receive(self, files: Files) -> Files:
        """Bring files here, pointers after what they point to. Returns those that are damaged in the store or gone."""
        lost: Files = {}

        def bring(path: str) -> None:
            if not self._received(path, files[path]):
                lost[path] = files[path]

        others = [path for path in files if kind_of(path) is not Kind.POINTER]
        _in_hands(bring, others)
        _in_hands(bring, sorted(files.keys() - others))
        return lost

    def send(self, files: Files, known: Files) -> None:
        """Bring contents to the store that ``known``, the newest head, does not name.

        What is there already is written again: it may be the leftover of a killed host that is about to be swept.
        """
        there = {kept.sha256 for kept in known.values()}
        new = {kept.sha256: path for path, kept in files.items() if kept.sha256 not in there}
        _in_hands(lambda sha256: self._sent(new[sha256], sha256), new)

    def send_again(self, path: str, kept: Kept) -> bool:
        """Bring one content to the store from its file here; False when that is not whole either."""
        target = self.film / path
        if not here(target, kept) or hash_file(target) != kept.sha256:
            return False
        self._sent(path, kept.sha256)
        return True

    def record(self, kept: Kept | None) -> dict[str, Any]:
        """A record as the store has it; an empty one for None."""
        if kept is None:
            return {}
        data = self.heads.bucket.get(self.heads.blob(kept.sha256))
        if data is None or kept_of(data) != kept:
            raise self.fault({"a record": kept})
        found = json.loads(data)
        return found if isinstance(found, dict) else {}

    def damaged(self, head: Head) -> Iterator[tuple[str, Kept]]:
        """Every content that ``head`` names and that is not in the store as it was, with one file of it.

        Everything is read.
        """
        contents = {kept.sha256: (path, kept) for path, kept in sorted(head.files.items(), reverse=True)}
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=self.film) as folder:
            for path, kept in sorted(contents.values(), key=lambda one: one[0]):
                copy = Path(folder) / "content"
                found = self.heads.bucket.download(self.heads.blob(kept.sha256), copy)
                if not found or hash_file(copy) != kept.sha256:
                    yield path, kept

    def fault(self, lost: Files, *, hint: str = "`sparkle doctor --verify --repair` mends what can be") -> StoreFault:
        """The error that tells of damaged contents."""
        names = sorted(lost)
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        where = f"{self.heads.bucket.url}/{self.heads.blob(lost[names[0]].sha256)}"
        return StoreFault(f"{names[0]}{more} is damaged in the object store", where=where, hint=hint)

    def _received(self, path: str, kept: Kept) -> bool:
        target = self.film / path
        temporary = target.parent / f"{TEMPORARY}{os.getpid()}-{target.name}"
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                for _ in range(2):  # a byte that turned on the way is right the second time
                    if not self.heads.bucket.download(self.heads.blob(kept.sha256), temporary):
                        return False
                    if temporary.stat().st_size == kept.bytes and hash_file(temporary) == kept.sha256:
                        sync_file(temporary)
                        crash_point("storage.received")
                        temporary.replace(target)
                        return True
            finally:
                temporary.unlink(missing_ok=True)
        return False

    def _sent(self, path: str, sha256: str) -> None:
        with disk_errors(self.film / path):
            same = hash_file(self.film / path) == sha256
        if not same:
            hint = "try again, or look with `sparkle doctor --verify`"
            raise StoreFault(f"{path} changed while it was sent, or is damaged", where=str(self.film), hint=hint)
        self.heads.bucket.upload(self.film / path, self.heads.blob(sha256))
        crash_point("storage.sent")


def kept_of(data: bytes) -> Kept:
    """How a head names ``data``."""
    return Kept(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))


def _in_hands(work: Callable[[str], None], names: Iterable[str]) -> None:
    """Do ``work`` for all ``names``, several at once. The first error is raised when all that began is done."""
    with ThreadPoolExecutor(HANDS, thread_name_prefix="storage") as pool:
        for done in [pool.submit(work, name) for name in names]:
            done.result()
