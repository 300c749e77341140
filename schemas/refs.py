"""References to artifacts, and the truth that is kept beside each of them (the sidecar)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from schemas.facts import Facts
from schemas.plan import Id, Strict

Stage = Literal[
    "movie_plan",
    "shot_images",
    "voice_tracks",
    "video_chunks",
    "lipsynced_clips",
    "final_cut",
    "qa_report",
]
"""The seven assets, by their Dagster names."""

STAGES: tuple[Stage, ...] = (
    "movie_plan",
    "shot_images",
    "voice_tracks",
    "video_chunks",
    "lipsynced_clips",
    "final_cut",
    "qa_report",
)
SHOT_STAGES: tuple[Stage, ...] = ("shot_images", "voice_tracks", "video_chunks", "lipsynced_clips")
"""The stages that exist once a shot, in the order they are made."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Slot = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
"""The place of a shot in the store and in Dagster's partitions, given at first sight and kept."""


def hold_slot(stage: Stage, slot: str | None) -> None:
    """Raise :class:`ValueError` for a slot without a shot, or none where there is one: it would name no folder."""
    if (slot is None) == (stage in SHOT_STAGES):
        raise ValueError(f"{stage} belongs to {'a shot' if slot is None else 'the whole film'}")


def _stays_inside(uri: str) -> str:
    """Refuse an address that leads out of the home: whoever reads a record opens what it names."""
    if uri.startswith("/") or ".." in uri.split("/") or not uri.isprintable():
        raise ValueError("leads out of the home")
    return uri


Uri = Annotated[str, AfterValidator(_stays_inside)]
"""A file or folder, relative to ``SPARKLE_HOME``."""


class FileRef(Strict):
    """One file of an artifact. ``name`` is relative to the artifact's folder."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    sha256: Sha256
    bytes: int = Field(ge=0)


class MediaReference(Strict):
    """A media file where only data is kept (an ADK artifact): what it is and where, never its bytes."""

    uri: Uri
    """Relative to ``SPARKLE_HOME``; the file is immutable."""
    sha256: Sha256
    bytes: int = Field(ge=0)
    mime_type: str = Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")


class AssetRef(Strict):
    """An artifact: what it is, where it is and what it is made of. Small enough to pass by value."""

    stage: Stage
    movie: Id
    slot: Slot | None = None
    fingerprint: Sha256
    sha256: Sha256
    """Content hash over the names and hashes of all files."""
    uri: Uri
    """Folder of the artifact, relative to ``SPARKLE_HOME``."""
    files: list[FileRef]
    facts: Facts = Field(default_factory=dict)
    """Numbers worth showing: frames, seconds, lines, ..."""

    @model_validator(mode="after")
    def _slot_where_it_belongs(self) -> Self:
        hold_slot(self.stage, self.slot)
        return self


class AssetRefs(Strict):
    """All artifacts of one film, the truth of what is current."""

    schema_version: Literal[1] = 1
    movie: Id
    refs: list[AssetRef]


class Sidecar(Strict):
    """Everything that is needed to make an artifact again, and what making it took.

    Earlier versions are brought up to this one when they are read (:mod:`resources.store.migrations`).
    """

    schema_version: Literal[2] = 2
    ref: AssetRef
    code_version: str
    engine: str
    engine_revision: str
    request: dict[str, Any]
    decision: dict[str, Any]
    """What an agent decided (``value``) and where that came from; empty where there was nothing to decide."""
    inputs: dict[str, Sha256]
    """Content hash of each artifact this one was made from."""
    seed: int
    libraries: dict[str, str]
    fonts: dict[str, Sha256] = Field(default_factory=dict)
    """Hash of each typeface file that its letters are set in, by file name; empty where there are no letters."""
    machine: dict[str, str]
    """System, architecture, Python and processor."""
    started: str
    """UTC, ISO 8601."""
    seconds: float
    peak_rss_mb: float
    attempt: int = 1

    @field_validator("decision")
    @classmethod
    def _value_is_data(cls, decision: dict[str, Any]) -> dict[str, Any]:
        if decision and not isinstance(decision.get("value"), dict):
            raise ValueError("a decision has a value with fields")
        return decision


class Manifest(Strict):
    """What is current for one stage of one shot: replaced atomically, the commit point of every publication."""

    schema_version: Literal[1] = 1
    ref: AssetRef
    published: str
