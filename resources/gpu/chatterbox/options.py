"""What a profile may say to the voice engine ``chatterbox``: the block ``options.voice``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from resources.config import first_fault
from resources.errors import ConfigInvalid
from schemas.plan import Id, Strict


class ChatterboxOptions(Strict):
    """Everything has a default; the failover list is empty unless somebody writes one."""

    clips: str | None = Field(None, max_length=500)
    """Folder of reference clips with their consent notes (:mod:`resources.voices.consent`)."""
    failover: list[Id] = Field(default_factory=list, max_length=8)
    """Providers of ``configs/tts_providers.yaml`` that are asked, in this order, when Chatterbox cannot speak."""
    tier: Id | None = None
    """Puts Chatterbox and the list in order by that tier's weights; None: Chatterbox first, the list as it stands."""
    tries: int = Field(3, ge=1, le=8)
    """Seeds that are tried for one part before it is parted further."""
    temperature: float = Field(0.8, ge=0.05, le=2.0)
    exaggeration: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    """Added to what the emotion of a line asks for."""
    cfg_weight: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    """Added as well: less slows a hurried voice down."""

    @property
    def clips_folder(self) -> Path | None:
        """:attr:`clips` as a path."""
        return Path(self.clips).expanduser().absolute() if self.clips else None


def read_options(options: Mapping[str, Any]) -> ChatterboxOptions:
    """Raises :class:`ConfigInvalid` that names the field."""
    try:
        return ChatterboxOptions.model_validate(dict(options))
    except ValidationError as error:
        raise ConfigInvalid(first_fault(error), where="options.voice") from None
