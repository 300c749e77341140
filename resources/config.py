"""Finding and reading files under ``configs/``, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from resources.errors import ConfigInvalid

Model = TypeVar("Model", bound=BaseModel)

_HERE = Path(__file__).resolve().parent
_PLACES = (_HERE.parent / "configs", _HERE / "_configs")


def config_path(name: str) -> Path:
    """Path of ``configs/<name>``. Raises :class:`ConfigInvalid` when it is not there."""
    for place in _PLACES:
        if (place / name).exists():
            return place / name
    raise ConfigInvalid("is missing from the installation", where=f"configs/{name}", hint="install the package again")


def load_config(name: str, model: type[Model]) -> Model:
    """Read a YAML file and hold it to its model; the first fault is told in one line."""
    path = config_path(name)
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigInvalid(f"is not YAML: {error}", where=str(path)) from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigInvalid(first_fault(error), where=str(path)) from None


def first_fault(error: ValidationError) -> str:
    """The first of a model's complaints, in a line a person can act on."""
    faults = error.errors()
    first = faults[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "is not a known field"
    shown = repr(first.get("input"))
    got = (
        f", got {shown}"
        if len(shown) <= 60 and first["type"] not in ("missing", "value_error", "extra_forbidden")
        else ""
    )
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{where + ': ' if where else ''}{message}{got}{more}"
