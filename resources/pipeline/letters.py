"""Which typeface files an artifact's letters are set in, with their hashes: part of how it was made.

They decide pixels, and come with packages that may be upgraded. They are no part of a fingerprint, because a film is
not made again for a new version of a typeface; but whoever makes an artifact again learns from its sidecar why it looks
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from resources.engines import Letters
from resources.store.fingerprint import hash_file


def lettered(engine: object, texts: Sequence[str]) -> list[Path]:
    """The typeface files that ``engine`` sets ``texts`` in; none for one that sets no text."""
    return engine.typefaces(texts) if isinstance(engine, Letters) else []


def font_hashes(paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file by its name; what is no file (any more) is left out."""
    found = {}
    for path in sorted(set(paths)):
        if path.is_file():
            at = path.stat()
            found[path.name] = _hash(path, at.st_size, at.st_mtime_ns)
    return found


@lru_cache(maxsize=256)
def _hash(path: Path, size: int, changed: int) -> str:
    """The hash of a file as it was at ``changed``: packages do not change within a process, tests do."""
    return hash_file(path)
