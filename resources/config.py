"""Finding and reading files under ``configs/``, in a checkout and in an installed wheel alike.

``SPARKLE_CONFIGS`` names a folder of one's own: a file in it (``profiles/mine.yaml``, ``qa_policy.yaml``) is read in
place of the shipped one of that name, and beside the others.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from resources.errors import ConfigInvalid

Model = TypeVar("Model", bound=BaseModel)

_HERE = Path(__file__).resolve().parent
_PLACES = (_HERE.parent / "configs", _HERE / "_configs")
OWN = "SPARKLE_CONFIGS"
SHIPPED_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, eight times as fast, for files of our own alone: its C recursion is no match for a stranger's."""
MAX_YAML_BYTES = 256 * 1024
MAX_YAML_NODES = 100_000
"""The largest table has 900 (``models.yaml``, 15 kB)."""


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
    """Read a YAML file under ``configs/`` and hold it to its model; the first fault is told in one line."""
    return held_to(model, config_path(name))


def held_to(model: type[Model], path: Path) -> Model:
    """A YAML file as its model. Raises :class:`ConfigInvalid` naming the first fault."""
    value = read_yaml(path)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigInvalid(first_fault(error), where=str(path)) from None


def read_yaml(path: Path, loader: type[yaml.SafeLoader] | None = None) -> object:
    """What a YAML file says, as plain data: a regular file, not too large, UTF-8, no more nodes than a table has.

    An alias costs a few bytes and may stand for all that came before it, so nodes are counted with aliases written out.
    Raises :class:`ConfigInvalid` in one line.
    """
    where = str(path)
    try:
        if not path.is_file():
            raise ConfigInvalid("is not a file", where=where)
        with path.open("rb") as file:
            data = file.read(MAX_YAML_BYTES + 1)
    except OSError as error:
        raise ConfigInvalid(f"cannot be read ({error.strerror})", where=where) from None
    if len(data) > MAX_YAML_BYTES:
        raise ConfigInvalid(f"is larger than {MAX_YAML_BYTES // 1024:,} kB", where=where)
    try:
        value = yaml.load(data.decode("utf-8-sig"), Loader=loader or _loader(path))
    except UnicodeDecodeError as error:
        raise ConfigInvalid(f"is not UTF-8 text (byte {error.start})", where=where) from None
    except RecursionError:
        raise ConfigInvalid("is nested too deeply", where=where) from None
    except yaml.YAMLError as error:
        raise ConfigInvalid(f"is not YAML: {error}", where=where) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # PyYAML lets through what its makers of numbers, dates and booleans stumble over
        raise ConfigInvalid(f"holds a value that is none of its kind ({error})", where=where) from None
    if _too_many(value):
        raise ConfigInvalid(f"says more than {MAX_YAML_NODES:,} things", where=where, hint="write its aliases out")
    return value


def _loader(path: Path) -> type[Any]:
    """The fast loader for what is shipped, the safe one for what anybody may have written."""
    shipped = any(path.is_relative_to(place) for place in _PLACES)
    return SHIPPED_LOADER if shipped else yaml.SafeLoader


def _too_many(value: object) -> bool:
    """Whether plain data has more nodes than :data:`MAX_YAML_NODES`; what leads back into itself has."""
    waiting, count = [value], 0
    while waiting and count <= MAX_YAML_NODES:
        count += 1
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple, set)):
            waiting += one
    return count > MAX_YAML_NODES


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
