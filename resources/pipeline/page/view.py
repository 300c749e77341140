"""What the report page shows of a film, as data: no path is followed, nothing is measured, nothing is looked up.

Frames count from 0 in the film; seconds are film time unless a field says otherwise. Pictures are JPEG bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.plan import Id, Strict
from schemas.report import Finding, Verdict
from schemas.time import FrameRate

Beside = Annotated[str, Field(pattern=r"^(\.\./)*[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$")]
"""A file beside the page, as a relative URL: it cannot name a scheme, a host or a query."""


class Reading(Strict):
    """One measured number beside its limit; ``ok`` is None where no limit is set."""

    check: str
    shot: Id | None = None
    value: float
    unit: str = ""
    limit: float | None = None
    ok: bool | None = None


class Spend(Strict):
    """What something cost. ``amount`` is money, in ``currency``."""

    currency: str = "USD"
    amount: float = Field(0.0, ge=0)
    tokens: int = Field(0, ge=0)
    gpu_s: float = Field(0.0, ge=0)

    @property
    def nothing(self) -> bool:
        """No money, no tokens, no second of a GPU."""
        return not (self.amount or self.tokens or self.gpu_s)


class SpokenLine(Strict):
    """A line of dialogue, from ``start`` to ``stop`` in seconds of the film."""

    who: str
    text: str
    start: float
    stop: float


class TakeView(Strict):
    """One take of a shot: why it was made, what became of it, and the number that speaks most against it."""

    number: int = Field(ge=1)
    seed: int | None = None
    reasons: list[str] = Field(default_factory=list)
    """Reason codes of the take before, for which this one was made; none for the first."""
    action: str = ""
    """The repair that made it, for example ``new_seed``."""
    note: str = ""
    thumbnail: bytes | None = None
    score: float | None = None
    """0 to 1, higher is better."""
    worst: Reading | None = None
    chosen: bool = False
    state: Literal["kept", "best", "quarantined"] = "kept"
    """``best``: the best of takes that all failed. ``quarantined``: put aside, never in a film."""


class Provenance(Strict):
    """Where one artifact of a shot comes from."""

    engine: str
    revision: str = ""
    models: list[str] = Field(default_factory=list)
    """Keys of the models, with their revisions."""
    seed: int | None = None
    seconds: float | None = Field(None, ge=0)
    peak_mb: float | None = Field(None, ge=0)
    """Most memory of the process tree or the GPU while it was made (MB)."""
    fingerprint: str = ""
    """As short as it is to be shown."""
    origin: Literal["rendered", "reused"] = "rendered"
    attempt: int = Field(1, ge=1)
    ladder: list[str] = Field(default_factory=list)
    """Steps of the memory ladder that were taken, in their order."""


class ShotView(Strict):
    """One shot of the storyboard, from frame ``start`` up to and without ``stop``."""

    id: Id
    start: int = Field(ge=0)
    stop: int = Field(ge=0)
    size: str = ""
    camera: str = ""
    prompt: str = ""
    thumbnail: bytes | None = None
    lines: list[SpokenLine] = Field(default_factory=list)
    takes: list[TakeView] = Field(default_factory=list)
    provenance: dict[str, Provenance] = Field(default_factory=dict)
    """By stage, in the order of making."""
    cost: Spend = Spend()

    @property
    def chosen(self) -> TakeView | None:
        """The take that is in the film."""
        return next((take for take in self.takes if take.chosen), None)


class Limit(Strict):
    """A line across a curve. The fault lies ``above`` it, ``below`` it, or nowhere (a ``target``)."""

    value: float
    label: str
    side: Literal["above", "below", "target"] = "above"


class Curve(Strict):
    """A number along the film. A value that is None or not finite is a gap."""

    id: Id
    title: str
    unit: str = ""
    note: str = ""
    seconds: list[float]
    values: list[float | None]
    limits: list[Limit] = Field(default_factory=list)
    range: tuple[float, float] | None = None
    """Lowest and highest value that is drawn; None: what the values and limits need."""
    marks: bool = False
    """Single values (one at each cut, say) instead of a line through all of them."""

    @model_validator(mode="after")
    def _even(self) -> Self:
        if len(self.seconds) != len(self.values):
            raise ValueError(f"{self.id}: {len(self.seconds)} seconds for {len(self.values)} values")
        return self


class ReportView(Strict):
    """Everything on the page."""

    title: str
    logline: str = ""
    language: str = "en"
    verdict: Verdict
    why: str
    """One sentence."""
    film: Beside = "../cut/final_cut.mp4"
    data: Beside = "report.json"
    """The same report for programs."""
    vtt: str | None = None
    """Subtitles, as WebVTT."""
    fps: str
    """An exact fraction, see :class:`schemas.time.FrameRate`."""
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frames: int = Field(ge=0)
    poster: bytes | None = None
    shots: list[ShotView]
    findings: list[Finding]
    curves: list[Curve] = Field(default_factory=list)
    measures: list[Reading] = Field(default_factory=list)
    checks: list[str] = Field(default_factory=list)
    """Every check that ran."""
    cost: Spend = Spend()
    wall_s: float | None = Field(None, ge=0)
    peak_mb: float | None = Field(None, ge=0)
    made_by: str = "Pictures, voices and music of this film were made by machine."

    @property
    def rate(self) -> FrameRate:
        """The frame rate."""
        return FrameRate.parse(self.fps)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.rate.seconds(self.frames)

    @property
    def silent_checks(self) -> list[str]:
        """Checks that ran and found nothing."""
        spoke = {finding.check for finding in self.findings}
        return [check for check in self.checks if check not in spoke]

    @property
    def retaken(self) -> Sequence[ShotView]:
        """Shots that were made more than once."""
        return [shot for shot in self.shots if len(shot.takes) > 1]
