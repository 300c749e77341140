"""Which object store a home uses: ``storage.json`` in the home, written by ``sparkle storage``, a profile or the
environment (``SPARKLE_STORAGE``)."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError

from resources.errors import ConfigInvalid
from resources.store.atomic import write_json
from schemas.plan import Strict

FILE = "storage.json"
"""The home's file that names its object store."""
URL, CACHE_GB = "SPARKLE_STORAGE", "SPARKLE_CACHE_GB"
"""The environment variables that say the same."""


class Storage(Strict):
    """Where films are kept beside this home."""

    url: str = Field(pattern=r"^[a-z][a-z0-9+.-]*://\S+$", max_length=1024)
    """``s3://bucket/prefix``, ``gs://bucket/prefix``, ``file:///mnt/films``: what fsspec opens."""
    cache_gb: float | None = Field(None, ge=0)
    """Most that media which are in the store as well may take here, in 10^9 bytes; None: no limit."""


def storage_of(root: Path) -> Storage | None:
    """The store of the home in ``root``; None keeps films in the home alone. Raises :class:`ConfigInvalid`."""
    path = root / FILE
    try:
        return Storage.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValidationError as error:
        raise ConfigInvalid(
            f"{'.'.join(map(str, error.errors()[0]['loc']))}: {error.errors()[0]['msg']}", where=str(path)
        ) from None


def use_storage(root: Path, storage: Storage) -> None:
    """Let the home in ``root`` use ``storage`` from now on. Films go there when something is next done with them."""
    if storage_of(root) != storage:
        write_json(root / FILE, storage.model_dump(mode="json"))


def adopt_storage(root: Path, profile: Storage | None = None) -> None:
    """Let the home use what the environment says, else what its profile says; neither changes nothing."""
    url = os.environ.get(URL)
    if url:
        try:
            chosen = Storage.model_validate({"url": url, "cache_gb": os.environ.get(CACHE_GB) or None}, strict=False)
        except ValidationError as error:
            raise ConfigInvalid(error.errors()[0]["msg"], where=f"{URL}, {CACHE_GB}") from None
        use_storage(root, chosen)
    elif profile is not None:
        use_storage(root, profile)
