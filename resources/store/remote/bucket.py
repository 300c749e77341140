"""An object store through fsspec: what this project asks of one, tried again while it does not answer.

Asked are four things that S3, GCS, Azure and a shared folder all have: an object appears whole or not at all; what was
written is there for the next reader; one that exists can be refused (``create``: If-None-Match, O_EXCL); names can be
listed. No rename, no append, no lock.
"""

from __future__ import annotations

import errno
import logging
import os
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from resources.errors import ConfigInvalid, Missing, StoreFault
from resources.store.atomic import TEMPORARY
from resources.store.remote.clients import (
    client_errors,
    credential_errors,
    file_system,
    may_pass,
    modified_at,
    protocols,
    said,
)

T = TypeVar("T")
PATIENCE_S = 90.0
"""How long a store may not answer before it is told as an error."""
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 8.0
"""Pauses between tries: doubled from the first to the longest, with up to half of it added at random."""
PART_BYTES = 16 * 1024 * 1024
"""Files of more than twice this go up in parts of this size; S3 takes 10,000 parts, so at most 156 GiB."""
logger = logging.getLogger("sparkle.storage")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing tells it."""

    key: str
    bytes: int
    modified: float | None
    """Seconds since 1970; None where the store does not tell."""


class Bucket:
    """One prefix of an object store. Keys are relative to it; every method raises :class:`StoreFault` in one line."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S) -> None:
        self.url = url.rstrip("/")
        self._patience_s = patience_s
        self._process = -1
        self._lock = threading.Lock()
        self._opened: tuple[Any, str] | None = None

    def get(self, key: str) -> bytes | None:
        """The whole of a small object, or None when there is none."""
        try:
            data: bytes = self._tried(key, lambda fs, path: fs.cat_file(path), looking=True)
        except FileNotFoundError:
            return None
        return data

    def put(self, key: str, data: bytes) -> None:
        """Write a small object, whatever was there."""
        self._tried(key, lambda fs, path: fs.pipe_file(path, data))

    def create(self, key: str, data: bytes) -> bool:
        """Write a small object unless it exists; whether this call wrote it.

        When the answer to the first try was lost, a second one finds the object that the first wrote: equal bytes are
        taken for one's own, so ``data`` must be nobody else's.
        """
        try:
            self._tried(key, lambda fs, path: self._create(fs, path, data))
        except FileExistsError:
            return self.get(key) == data
        return True

    def upload(self, source: Path, key: str) -> None:
        """Write the file ``source``, in parts when it is large, whatever was there."""
        self._tried(key, lambda fs, path: self._upload(fs, source, path))

    def download(self, key: str, target: Path) -> bool:
        """Write an object to the file ``target``; False when there is none."""
        try:
            self._tried(key, lambda fs, path: fs.get_file(path, str(target)), looking=True)
        except FileNotFoundError:
            return False
        return True

    def objects(self, prefix: str) -> list[Stored]:
        """The objects directly under ``prefix``, by key; empty when there is none."""
        return [one for one, kind in self._ls(prefix) if kind == "file"]

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly under ``prefix``."""
        return [one.key.rpartition("/")[2] for one, kind in self._ls(prefix) if kind == "directory"]

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects, one after the other in the given order; one that is not there is no error."""
        for key in keys:
            try:
                self._tried(key, lambda fs, path: fs.rm_file(path), looking=True)
            except FileNotFoundError:
                continue

    def check(self) -> None:
        """Write, refuse to overwrite, read and remove an object. Raises :class:`ConfigInvalid` and the rest."""
        key, data = f"probe/{uuid.uuid4().hex}", b"sparkle"
        self.create(key, data)
        try:
            if self.create(key, data + b" again"):
                raise ConfigInvalid(
                    "this store overwrites what it was asked not to (If-None-Match), so two hosts could lose work",
                    where=self.url,
                    hint="use S3, GCS, Azure or a shared folder",
                )
            if self.get(key) != data:
                raise StoreFault("does not give back what was written", where=self.url)
        finally:
            self.delete([key])

    # -- below -------------------------------------------------------------------------------------------------

    def _ls(self, prefix: str) -> list[tuple[Stored, str]]:
        try:
            found = self._tried(prefix, lambda fs, path: fs.ls(path, detail=True, refresh=True), looking=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        base = prefix.rstrip("/")
        told = []
        for one in found:
            name = str(one["name"]).rstrip("/").rpartition("/")[2]
            if name and name != base.rpartition("/")[2] and not name.startswith(TEMPORARY):
                stored = Stored(f"{base}/{name}", int(one.get("size") or 0), modified_at(one))
                told.append((stored, str(one["type"])))
        return sorted(told, key=lambda pair: pair[0].key)

    def _create(self, fs: Any, path: str, data: bytes) -> None:
        try:
            fs.pipe_file(path, data, mode="create")
        except OSError as error:
            # 412 without its condition, and S3's 409 to two who write at once, come as codes of no meaning
            if error.errno in (errno.EINVAL, errno.EIO) and fs.exists(path):
                raise FileExistsError(path) from None
            raise

    def _upload(self, fs: Any, source: Path, path: str) -> None:
        parts = {"chunksize": PART_BYTES} if "s3" in protocols(fs) else {}
        fs.put_file(str(source), path, **parts)

    def _open(self) -> tuple[Any, str]:
        """The file system of this process: connections do not survive a fork."""
        with self._lock:
            if self._opened is None or self._process != os.getpid():
                self._opened = file_system(self.url)
                self._process = os.getpid()
            return self._opened

    def _tried(self, key: str, call: Callable[[Any, str], T], *, looking: bool = False) -> T:
        """``call`` until it is answered. ``looking``: that nothing is there is an answer."""
        fs, root = self._open()
        troubles: tuple[type[Exception], ...] = (OSError, *client_errors(self.url))
        deadline, delay = time.monotonic() + self._patience_s, FIRST_DELAY_S
        while True:
            try:
                return call(fs, f"{root}/{key}")
            except FileExistsError:
                raise
            except (FileNotFoundError, NotADirectoryError) as error:
                if looking:
                    raise
                hint = "make the bucket, or the folder, first"
                raise StoreFault(f"there is no such place: {said(error)}", where=self.url, hint=hint) from None
            except PermissionError as error:
                hint = "check the keys and the bucket's policy"
                where = self._where(key)
                raise StoreFault(f"the object store refuses: {said(error)}", where=where, hint=hint) from None
            except troubles as error:
                if isinstance(error, credential_errors(self.url)):
                    hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile or role"
                    raise Missing(f"no key for the object store: {said(error)}", where=self.url, hint=hint) from None
                if not may_pass(self.url, error):
                    raise StoreFault(said(error), where=self._where(key)) from None
                if time.monotonic() + delay > deadline:
                    raise StoreFault(
                        f"the object store does not answer since {self._patience_s:.0f} s: {said(error)}",
                        where=self._where(key),
                        hint="what was made is kept here; run the same command when it answers again",
                    ) from None
                logger.warning("%s: %s; trying again in %.1f s", self._where(key), said(error), delay)
                time.sleep(delay * (1 + random.random() / 2))
                delay = min(2 * delay, LONGEST_DELAY_S)

    def _where(self, key: str) -> str:
        return f"{self.url}/{key}"


class Folder(Bucket):
    """A folder that hosts share (NFS, SMB): an object is written beside its name and linked to it."""

    def put(self, key: str, data: bytes) -> None:
        """See :meth:`Bucket.put`."""
        self._tried(key, lambda _, path: self._placed(Path(path), data, os.replace))

    def upload(self, source: Path, key: str) -> None:
        """See :meth:`Bucket.upload`."""
        self._tried(key, lambda _, path: self._placed(Path(path), source, os.replace))

    def _create(self, fs: Any, path: str, data: bytes) -> None:
        self._placed(Path(path), data, os.link)

    @staticmethod
    def _placed(target: Path, data: bytes | Path, name: Callable[[Path, Path], None]) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.parent / f"{TEMPORARY}{uuid.uuid4().hex}"
        try:
            with temporary.open("wb") as file:
                if isinstance(data, bytes):
                    file.write(data)
                else:
                    with data.open("rb") as source:
                        while block := source.read(1 << 20):
                            file.write(block)
                file.flush()
                os.fsync(file.fileno())
            name(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


@cache
def open_bucket(url: str) -> Bucket:
    """The store at ``url``; one a process."""
    return Folder(url) if url.startswith("file://") else Bucket(url)
