"""Finding and reading files under ``configs/``, in a checkout and in an installed wheel alike.

``SPARKLE_CONFIGS`` names a folder of one's own: a file in it (``profiles/mine.yaml``, ``qa_policy.yaml``) is read in
place of the shipped one of that name, and beside the others.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from resources.errors import ConfigInvalid

Model = TypeVar("Model", bound=BaseModel)

_HERE = Path(__file__).resolve().parent
_PLACES = (_HERE.parent / "configs", _HERE / "_configs")
OWN = "SPARKLE_CONFIGS"


def config_path(name: str) -> Path:
    """Path of ``configs/<name>``, one's own first. Raises :class:`ConfigInvalid` when it is not there."""
    for place in _places():
        if (place / name).exists():
            return place / name
    raise ConfigInvalid("is missing from the installation", where=f"configs/{name}", hint="install the package again")


def config_names(folder: str) -> list[str]:
    """Names of the YAML files in ``configs/<folder>``, shipped and one's own, without their ending; sorted."""
    return sorted({path.stem for place in _places() for path in (place / folder).glob("*.yaml")})


def _places() -> tuple[Path, ...]:
    own = os.environ.get(OWN)
    if not own:
        return _PLACES
    place = Path(own).expanduser().absolute()
    if not place.is_dir():
        raise ConfigInvalid("is not a folder", where=f"{OWN}={own[:200]}", hint="name a folder, or unset it")
    return (place, *_PLACES)


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
