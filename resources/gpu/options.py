"""What a profile tells an engine (``options:``), held to the engine's own schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from resources.config import first_fault
from resources.errors import ConfigInvalid

Options = TypeVar("Options", bound=BaseModel)


def read_options(role: str, told: Mapping[str, Any], kind: type[Options]) -> Options:
    """The options of the engine that serves ``role``. Raises :class:`ConfigInvalid` naming the field."""
    try:
        return kind.model_validate(dict(told))
    except ValidationError as error:
        raise ConfigInvalid(first_fault(error), where=f"options.{role} of the profile") from None
