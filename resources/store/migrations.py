"""Records of earlier versions, brought up to this one while they are read.

A film keeps its files as they were written; whoever reads one gets it in the present form. Each step is a pure function
from one version's data to the next one's, and they are applied in order. So a step that was released never changes
again, and a record of any age takes the same way as the records of its time took.

A film also says in ``format.json`` which format its newest records have. One of a later version of Sparkle is refused
as a whole: guessing at half of it could lose what the other half says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, ValidationError

from resources.errors import StoreFault
from resources.store.atomic import write_json
from resources.store.records import json_of
from schemas.plan import Short, Strict

Record = dict[str, Any]
Step = Callable[[Record], Record]
FILM_FORMAT = 2
"""Of a film's folder. 1: sidecars without typefaces, and no ``format.json``."""
FORMAT_FILE = "format.json"
UPGRADE = "pip install --upgrade sparkle-motion"


class LaterVersion(StoreFault):
    """It was written by a later version of Sparkle."""


class FilmFormat(Strict):
    """``movies/<id>/format.json``."""

    format: int = Field(ge=1)
    written_by: Short = ""
    """The version of Sparkle that raised it."""


def _fonts(sidecar: Record) -> Record:
    """Sidecar 1 to 2: which typefaces set its letters was not recorded."""
    return {**sidecar, "schema_version": 2, "fonts": {}}


SIDECAR: tuple[Step, ...] = (_fonts,)
"""Step *n* (from 0) brings version *n* + 1 to *n* + 2."""
STEPS: Mapping[str, tuple[Step, ...]] = MappingProxyType({"Sidecar": SIDECAR})


def upgraded(kind: str, record: Record, steps: Mapping[str, tuple[Step, ...]] = STEPS) -> Record:
    """A copy of ``record`` in the present form. Raises :class:`LaterVersion`, :class:`ValueError`."""
    ways = steps[kind]
    version = record.get("schema_version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"{version!r} is not a version")
    if version > len(ways) + 1:
        raise LaterVersion(
            f"a {kind.lower()} was written by a later version of Sparkle "
            f"(version {version}, this one knows {len(ways) + 1})",
            hint=UPGRADE,
        )
    for step in ways[version - 1 :]:
        record = step(record)
    return record


def film_format(folder: Path) -> int:
    """The format of the film in ``folder``. Raises :class:`StoreFault` for a record that is damaged."""
    path = folder / FORMAT_FILE
    try:
        return FilmFormat.model_validate_json(path.read_bytes()).format
    except (FileNotFoundError, NotADirectoryError):
        return 1
    except ValidationError:
        return _salvaged(path)


def _salvaged(path: Path) -> int:
    """The number in a record that has more in it than this version knows."""
    try:
        found = json_of(path.read_bytes())["format"]
    except (ValueError, KeyError, TypeError):
        found = None
    if not isinstance(found, int):
        raise StoreFault(
            "does not say which format the film has", where=str(path), hint="`sparkle doctor --repair` writes it again"
        )
    return found


def check_format(folder: Path) -> None:
    """Raises :class:`LaterVersion` for a film that a later version of Sparkle made."""
    found = film_format(folder)
    if found > FILM_FORMAT:
        raise LaterVersion(
            f"film {folder.name!r} was made by a later version of Sparkle (format {found}, this one knows "
            f"{FILM_FORMAT})",
            hint=UPGRADE,
        )


def mark_format(folder: Path) -> None:
    """Say that the film in ``folder`` has records of this version now. Written once."""
    if film_format(folder) < FILM_FORMAT or not (folder / FORMAT_FILE).exists():
        try:
            own = metadata.version("sparkle-motion")
        except metadata.PackageNotFoundError:  # a checkout that was never installed
            own = ""
        write_json(folder / FORMAT_FILE, FilmFormat(format=FILM_FORMAT, written_by=own).model_dump(mode="json"))
