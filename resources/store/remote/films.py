"""Which films there are in a home's object store."""

from __future__ import annotations

import time
from pathlib import Path

from resources.store.atomic import write_bytes
from resources.store.remote.bucket import open_bucket
from resources.store.remote.settings import storage_of

_LOOKED = ".storage-looked"
"""In the folder of all films: its age is that of the last listing."""


def films_in_store(root: Path, *, max_age_s: float = 0.0) -> list[str]:
    """Ids of the films in the store of the home in ``root``: one listing.

    None where the home has no store, and none when it was asked less than ``max_age_s`` ago: they are here since.
    """
    storage = storage_of(root)
    looked = root / "movies" / _LOOKED
    if storage is None or (looked.exists() and time.time() - looked.stat().st_mtime < max_age_s):
        return []
    found = open_bucket(storage.url.rstrip("/")).folders("movies")
    write_bytes(looked, storage.url.encode())
    return found
