"""Fingerprints: the hash over everything that decides what an artifact is.

Two artifacts with one fingerprint are the same artifact. Whatever may change bytes goes in (inputs' hashes, resolved
request, decision, engine and its revision, the stage's code version); nothing else does, so nothing else makes an
artifact stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from schemas.refs import FileRef


def canonical(value: Any) -> bytes:
    """One spelling for equal data: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(value: Any) -> str:
    """SHA-256 of ``value`` in its canonical spelling."""
    return hashlib.sha256(canonical(value)).hexdigest()


def fingerprint(
    *,
    stage: str,
    code_version: str,
    engine: str,
    engine_revision: str,
    request: Mapping[str, Any],
    decision: Mapping[str, Any],
    inputs: Mapping[str, str],
) -> str:
    """The fingerprint of an artifact that is still to be made."""
    return digest(
        {
            "stage": stage,
            "code": code_version,
            "engine": [engine, engine_revision],
            "request": request,
            "decision": decision,
            "inputs": inputs,
        }
    )


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_hash(files: Iterable[FileRef]) -> str:
    """One hash over the names and hashes of all files of an artifact."""
    return digest(sorted((file.name, file.sha256) for file in files))


def timing_hash(frames: int) -> str:
    """The data version of ``shot_timing``: motion depends on a shot's length, not on its voice."""
    return digest({"frames": frames})


def derive_seed(*parts: object) -> int:
    """A 32-bit seed from ``parts``: equal parts, equal seed, in every process and version of Python."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:4], "big")
