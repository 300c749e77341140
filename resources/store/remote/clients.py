"""The clients behind fsspec: opened, and what they say when something is wrong, told apart."""

from __future__ import annotations

import errno
from datetime import datetime
from functools import cache
from typing import Any

from resources.errors import ConfigInvalid, Missing

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


def file_system(url: str) -> tuple[Any, str]:
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


def protocols(fs: Any) -> tuple[str, ...]:
    """The schemes that a file system answers to."""
    told = fs.protocol
    return (told,) if isinstance(told, str) else tuple(told)


def modified_at(entry: dict[str, Any]) -> float | None:
    """When an object of a listing was written, seconds since 1970; each file system has its own name for it."""
    for name in ("LastModified", "mtime", "updated", "last_modified", "created"):
        at = entry.get(name)
        if isinstance(at, datetime):
            return at.timestamp()
        if isinstance(at, int | float):
            return float(at)
    return None


@cache
def client_errors(url: str) -> tuple[type[Exception], ...]:
    """What a store's client raises beside :class:`OSError`."""
    if not url.startswith("s3://"):
        return ()
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError

    return (BotoCoreError, ClientError)


@cache
def credential_errors(url: str) -> tuple[type[Exception], ...]:
    """What a store's client raises when it has no key."""
    if not url.startswith("s3://"):
        return ()
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError, ProfileNotFound

    return (NoCredentialsError, PartialCredentialsError, ProfileNotFound)


@cache
def _nobody_there(url: str) -> tuple[type[Exception], ...]:
    if not url.startswith("s3://"):
        return ()
    from aiohttp import ClientError
    from botocore.exceptions import ConnectionError as NoConnection
    from botocore.exceptions import HTTPClientError

    return (ClientError, NoConnection, HTTPClientError)


def may_pass(url: str, error: Exception) -> bool:
    """Whether it may work when tried again: the store is busy or out of reach, not unwilling."""
    if isinstance(error, (ConnectionError, TimeoutError, *_nobody_there(url))):
        return True
    return isinstance(error, OSError) and error.errno in _PASSING


def said(error: Exception) -> str:
    """What an error says, in one line."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:300] or type(error).__name__
