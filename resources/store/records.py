"""Reading records of our own that somebody, or a disk, may have changed: as their model, or one line that says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from resources.config import first_fault
from resources.errors import StoreFault

Model = TypeVar("Model", bound=BaseModel)
MEND = "`sparkle doctor --verify --repair`, then make the film again"
"""How a damaged artifact is mended: it is taken out of the film, and made again."""


def json_of(data: bytes | str) -> Any:
    """JSON as plain data. Raises :class:`ValueError`, also for what is nested deeper than any record."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_record(path: Path, model: type[Model], *, hint: str = "") -> Model:
    """The record in ``path``. Raises :class:`StoreFault` when it is not there, or is not what was written."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreFault(f"cannot be read ({error.strerror})", where=str(path), hint=hint) from None
    return record_of(data, model, path, hint=hint)


def held_row(given: dict[str, Any], model: type[Model], path: Path, *, hint: str = "") -> Model:
    """The record that a row of a film's database, in ``path``, is. Raises :class:`StoreFault`."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise StoreFault(f"is damaged: {first_fault(error)}", where=str(path), hint=hint) from None


def record_of(data: bytes | str, model: type[Model], path: Path, *, hint: str = "") -> Model:
    """The record that ``data``, from ``path``, is. Raises :class:`StoreFault`."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise StoreFault(f"is damaged: {first_fault(error)}", where=str(path), hint=hint) from None
