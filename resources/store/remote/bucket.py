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
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from resources.errors import ConfigInvalid, Missing, StoreFault
from resources.store.atomic import TEMPORARY

T = TypeVar("T")
PATIENCE_S = 90.0
"""How long a store may not answer before it is told as an error."""
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 8.0
"""Pauses between tries: doubled from the first to the longest, with up to half of it added at random."""
PART_BYTES = 16 * 1024 * 1024
"""Files of more than twice this go up in parts of this size; S3 takes 10,000 parts, so at most 156 GiB."""
_PASSING = frozenset(
    {
        errno.EBUSY,
        errno.EAGAIN,
        errno.ETIMEDOUT,
        getattr(errno, "EREMOTEIO", errno.EIO),
        errno.ESTALE,
        errno.EPIPE,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
    }
)
"""What fsspec's file systems make of 500, 503, SlowDown, time-outs and a network that is gone."""
_OPTIONS: dict[str, dict[str, Any]] = {
    # one try each: the waiting is done here, where it can be told
    "s3": {"config_kwargs": {"retries": {"total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 60}},
}
_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}

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
            data: bytes = self._tried(key, lambda fs, path: fs.cat_file(path))
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
            self._tried(key, lambda fs, path: fs.get_file(path, str(target)))
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
                self._tried(key, lambda fs, path: fs.rm_file(path))
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
            found = self._tried(prefix, lambda fs, path: fs.ls(path, detail=True, refresh=True))
        except (FileNotFoundError, NotADirectoryError):
            return []
        base = prefix.rstrip("/")
        told = []
        for one in found:
            name = str(one["name"]).rstrip("/").rpartition("/")[2]
            if name and name != base.rpartition("/")[2] and not name.startswith(TEMPORARY):
                stored = Stored(f"{base}/{name}", int(one.get("size") or 0), _modified(one))
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
        parts = {"chunksize": PART_BYTES} if "s3" in _protocols(fs) else {}
        fs.put_file(str(source), path, **parts)

    def _open(self) -> tuple[Any, str]:
        """The file system of this process: connections do not survive a fork."""
        with self._lock:
            if self._opened is None or self._process != os.getpid():
                self._opened = _file_system(self.url)
                self._process = os.getpid()
            return self._opened

    def _tried(self, key: str, call: Callable[[Any, str], T]) -> T:
        fs, root = self._open()
        troubles: tuple[type[Exception], ...] = (OSError, *_network_errors(self.url))
        deadline, delay = time.monotonic() + self._patience_s, FIRST_DELAY_S
        while True:
            try:
                return call(fs, f"{root}/{key}")
            except (FileNotFoundError, FileExistsError, NotADirectoryError):
                raise
            except PermissionError as error:
                hint = "check the keys and the bucket's policy"
                where = self._where(key)
                raise StoreFault(f"the object store refuses: {_said(error)}", where=where, hint=hint) from None
            except troubles as error:
                if isinstance(error, _credential_errors(self.url)):
                    hint = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile or role"
                    raise Missing(f"no key for the object store: {_said(error)}", where=self.url, hint=hint) from None
                if not _may_pass(error):
                    raise StoreFault(_said(error), where=self._where(key)) from None
                if time.monotonic() + delay > deadline:
                    raise StoreFault(
                        f"the object store does not answer since {self._patience_s:.0f} s: {_said(error)}",
                        where=self._where(key),
                        hint="what was made is kept here; run the same command when it answers again",
                    ) from None
                logger.warning("%s: %s; trying again in %.1f s", self._where(key), _said(error), delay)
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


def _file_system(url: str) -> tuple[Any, str]:
    """The file system and the prefix in it. Raises :class:`Missing` for a package that is not installed."""
    scheme = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs

        fs, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True, **_OPTIONS.get(scheme, {}))
    except ImportError as error:
        package = _PACKAGES.get(scheme, f"fsspec's package for {scheme}")
        hint = "pip install 'sparkle-motion[scale]'"
        raise Missing(f"{url} needs {package} ({error.name or error})", hint=hint) from None
    except ValueError as error:
        raise ConfigInvalid(str(error), where=url) from None
    return fs, str(root).rstrip("/")


def _protocols(fs: Any) -> tuple[str, ...]:
    told = fs.protocol
    return (told,) if isinstance(told, str) else tuple(told)


def _modified(entry: dict[str, Any]) -> float | None:
    for name in ("LastModified", "mtime", "updated", "last_modified", "created"):
        at = entry.get(name)
        if isinstance(at, datetime):
            return at.timestamp()
        if isinstance(at, int | float):
            return float(at)
    return None


@cache
def _network_errors(url: str) -> tuple[type[Exception], ...]:
    """What a store's client raises, beside :class:`OSError`, when nobody answers."""
    if not url.startswith("s3://"):
        return ()
    from aiohttp import ClientError as NobodyThere
    from botocore.exceptions import BotoCoreError

    return (BotoCoreError, NobodyThere)


@cache
def _credential_errors(url: str) -> tuple[type[Exception], ...]:
    if not url.startswith("s3://"):
        return ()
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError

    return (NoCredentialsError, PartialCredentialsError)


def _may_pass(error: Exception) -> bool:
    """Whether it may work when tried again: the store is busy or out of reach, not unwilling."""
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError) and error.errno is not None:
        return error.errno in _PASSING
    return True


def _said(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:300] or type(error).__name__
