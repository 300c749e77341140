"""Two hosts' changes to one film brought together, file by file: a three-way merge against what both began from.

What only one of them changed is as that one has it. What both changed is decided by what it is (:class:`.layout.Kind`).
An artifact that both made is one host's as a whole: never a sidecar of one beside media of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from resources.store.artifacts import SIDECAR
from resources.store.remote.heads import Files, Kept
from resources.store.remote.layout import Kind, kind_of, object_of, pointer_of


@dataclass
class Merged:
    """What the film is with both hosts' changes."""

    files: Files = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    """Plans that were changed on both sides: the other host's is taken."""


def merge(base: Files, ours: Files, theirs: Files) -> Merged:
    """``ours`` and ``theirs`` began as ``base``."""
    merged, adopted = Merged(), set[str]()
    for path in sorted(base.keys() | ours.keys() | theirs.keys()):
        was, own, other = base.get(path), ours.get(path), theirs.get(path)
        chosen = _chosen(path, was, own, other)
        if own not in (None, was, other) and chosen != own and kind_of(path) is Kind.OWN:
            merged.lost.append(path)
        folder = object_of(path)
        if folder is not None and path.endswith(f"/{SIDECAR}") and own is not None and chosen not in (None, own):
            adopted.add(folder)
        if chosen is not None:
            merged.files[path] = chosen
    _as_a_whole(merged.files, adopted, theirs)
    return merged


def _chosen(path: str, was: Kept | None, own: Kept | None, other: Kept | None) -> Kept | None:
    if own in (was, other):
        return other
    if other == was:
        return own
    if kind_of(path) is Kind.POINTER:
        return own or other
    return other or own


def _as_a_whole(files: Files, adopted: set[str], theirs: Files) -> None:
    """Artifacts of which ``theirs`` stands are theirs in every file, and current where they say so."""
    for path in list(files):
        folder = object_of(path)
        if folder is None:
            continue
        if (folder in adopted and path not in theirs) or f"{folder}/{SIDECAR}" not in files:
            del files[path]
        elif folder in adopted:
            files[path] = theirs[path]
    for pointer in {pointer_of(folder) for folder in adopted}:
        if pointer in theirs:
            files[pointer] = theirs[pointer]


def joined(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """A record by key (takes, slots) that both changed: each key as for files, the other host's where both did."""
    result = {}
    for key in [*theirs, *(key for key in ours if key not in theirs)]:
        was, own, other = base.get(key), ours.get(key), theirs.get(key)
        chosen = other if own in (was, other) else own if other == was else other if other is not None else own
        if chosen is not None:
            result[key] = chosen
    return result


def added(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Numbers that both let grow, with the growth of both."""
    return {key: theirs.get(key, 0) + ours.get(key, 0) - base.get(key, 0) for key in {**theirs, **ours}}
