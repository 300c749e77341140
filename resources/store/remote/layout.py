"""Which files of a film are kept in the store, and who is right when two hosts changed the same one.

Paths are relative to the film's folder. They also come from the store, that is, from outside: what is not in this
layout is never read or written.
"""

from __future__ import annotations

import re
from enum import Enum

from resources.store.artifacts import SIDECAR
from schemas.refs import SHOT_STAGES

_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}"
_SHOT = rf"shots/[0-9]{{2}}/(?:{'|'.join(SHOT_STAGES)})"
_OBJECT = re.compile(rf"(?P<folder>(?P<stage>{_SHOT}|(?:plan|cut|report)/objects)/[0-9a-f]{{24}})/(?P<file>{_NAME})")
_POINTER = re.compile(
    rf"{_SHOT}\.json|(?:plan|cut|report)/current\.json|format\.json|control\.json"
    r"|plan/(?:settings|request)\.json"
)
_MAP = re.compile(r"plan/(?:takes|slots)\.json")
_COUNTS = "spending.json"
_OWN = "plan/movie_plan.json"
_SEGMENT = re.compile(r"timeline/(?P<writer>[0-9a-f]{16})-[0-9]{9}-[0-9]{9}-[0-9]{9}\.json")
_FIRST = re.compile(rf"(?:decisions|review|quarantine|plan/media)(?:/{_NAME}){{1,4}}")
FOLDERS = ("plan", "shots", "cut", "report", "decisions", "review", "quarantine", "timeline")
"""Top folders that have anything of the layout in them; the rest lies beside them."""
LOOSE = ("format.json", "control.json", "spending.json")
ASIDE = "plan/movie_plan.yours.json"
"""A person's plan that lost against another host's; never in the store."""


class Kind(Enum):
    """What a file is to two hosts."""

    MEDIA = "media"
    """A file of an artifact: fetched when it is first used, let go of when room is short. The first one stands."""
    FIRST = "first"
    """A record that is written once (sidecar, decision, answer, the user's own media): the first one stands."""
    POINTER = "pointer"
    """What is current: the last one stands."""
    MAP = "map"
    """A record by shot: entries of different shots are joined."""
    COUNTS = "counts"
    """Numbers that grow: what both added is added."""
    OWN = "own"
    """The plan, which a person edits: nobody's is overwritten without a word."""


def kind_of(path: str) -> Kind | None:
    """What ``path`` is to two hosts; None: it is not kept in the store."""
    match = _OBJECT.fullmatch(path)
    if match:
        return Kind.FIRST if match["file"] == SIDECAR else Kind.MEDIA
    if _POINTER.fullmatch(path):
        return Kind.POINTER
    if _MAP.fullmatch(path):
        return Kind.MAP
    if path in (_OWN, _COUNTS):
        return Kind.OWN if path == _OWN else Kind.COUNTS
    return Kind.FIRST if _FIRST.fullmatch(path) or _SEGMENT.fullmatch(path) else None


def object_of(path: str) -> str | None:
    """The folder of the artifact that ``path`` belongs to."""
    match = _OBJECT.fullmatch(path)
    return match["folder"] if match else None


def segment_of(path: str) -> str | None:
    """Who wrote the segment of a timeline that ``path`` is; None for any other file."""
    match = _SEGMENT.fullmatch(path)
    return match["writer"] if match else None


def pointer_of(folder: str) -> str:
    """The file that says which artifact of the same stage and slot is current."""
    stage = folder.rpartition("/")[0]
    return f"{stage}.json" if stage.startswith("shots/") else f"{stage.removesuffix('/objects')}/current.json"
