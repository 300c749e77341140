"""What a delivery copy says of itself: who made which part of it, whose material and whose voice is in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.plan import Id, Strict
from schemas.refs import Sha256, Stage

Told = Annotated[str, Field(max_length=2000)]
"""A sentence or a name, as it was recorded."""
Source = Literal[
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic"
]
"""Terms of IPTC's list of digital source types (https://cv.iptc.org/newscodes/digitalsourcetype/).

In its order: made by a model that learned from samples; such media put together with other media; made by an algorithm
that learned from no sample; put together from several elements of which at least one is synthetic.
"""
Oversight = Literal["prompt_guided", "human_validated"]
"""Of C2PA's ``c2pa.ai-disclosure``: a person asked for it; a person looked at the whole and said yes."""
Training = Literal["allowed", "notAllowed"]


class StageMaker(Strict):
    """Who made one stage of some shots."""

    stage: Stage
    engine: Told
    revision: Told
    models: list[Told] = Field(default_factory=list, max_length=64)
    """Models that were used, each with its revision where one is known."""
    shots: int = Field(ge=1)
    source: Source


class OwnMaterial(Strict):
    """A file of the user's own that the film shows or plays."""

    shot: Id
    kind: Literal["image", "clip", "voice"]
    sha256: Sha256


class Consent(Strict):
    """A recording of a person that a voice of the film follows, and what that person agreed to."""

    voice: Told
    clip: Told
    """The start of the recording's hash."""
    said: Told


class Facts(Strict):
    """Everything about how a film was made that its delivery copy tells."""

    schema_version: Literal[1] = 1
    movie: Id
    title: Told
    made_by_machine: Literal[True] = True
    source: Source
    oversight: Oversight
    writer: Told
    deciders: list[Told] = Field(default_factory=list, max_length=64)
    """Models of the agents that decided how engines were asked."""
    made: list[StageMaker] = Field(max_length=400)
    own: list[OwnMaterial] = Field(default_factory=list, max_length=200)
    consents: list[Consent] = Field(default_factory=list, max_length=200)
    label: bool = False
    """Whether a line in the picture says that it was made by machine."""
    training: Training | None = None
    """What the user says of training models on it; None: they said nothing."""
    final_cut: Sha256
    """Hash of the film it is a copy of."""


class Signed(Strict):
    """The assertion of ours in a C2PA manifest: the facts, and with what the whole file was sealed."""

    facts: Facts
    signed: Told
    """UTC, ISO 8601, by the clock of the machine that signed."""
    certificate: str = Field(max_length=20_000)
    """PEM of the certificate whose key signed manifest and seal."""


class MarkContent(Strict):
    """What a mark file vouches for."""

    schema_version: Literal[1] = 1
    file: str = Field(max_length=255)
    """Name of the delivery copy when it was made."""
    bytes: int = Field(ge=0)
    sha256: Sha256
    essence: Sha256
    """Hash over the packets of picture and sound alone: it holds when a platform rewrites the container."""
    says: Literal["Made by machine"] = "Made by machine"
    facts: Facts
    signed: Told
    certificates: list[Annotated[str, Field(max_length=20_000)]] = Field(min_length=1, max_length=8)
    """PEM, the signer's own first."""


class Mark(Strict):
    """``<name>.sparkle-mark.json``: a signature beside a film, for places that take the C2PA manifest out."""

    content: MarkContent
    signature: str = Field(pattern=r"^([0-9a-f]{2}){1,1024}$")
    """Over the canonical JSON of ``content``."""
