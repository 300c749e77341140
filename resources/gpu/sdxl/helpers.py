"""What the floors above lend the engine, and where a picture goes that may not be shown.

The text policy, the words of a portrait, the vision judge and the safety check live above this floor; the pipeline
hands them in (:class:`Helpers`). An option that needs one which nobody lent is an error, never a check left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from resources.engines import Frame
from resources.errors import ConfigInvalid
from resources.gpu.sdxl.errors import PictureQuarantined
from resources.gpu.sdxl.options import SdxlOptions
from resources.gpu.sdxl.recent import Recent
from resources.store.atomic import copy_file, disk_errors, write_json
from resources.store.fingerprint import hash_file
from schemas.media import Figure, ImageRequest

QUARANTINE = "quarantine"


class Exposed(Protocol):
    """What a safety check found: its class, and how sure it is (0 to 1)."""

    @property
    def what(self) -> str:
        """Its class."""
        ...

    @property
    def probability(self) -> float:
        """How sure the check is."""
        ...


@dataclass(frozen=True)
class Helpers:
    """Functions of the floors above."""

    text: Callable[[ImageRequest], str] | None = None
    """Why the words of a request may not be drawn; empty where they may."""
    inspect: Callable[[Path], Exposed | None] | None = None
    """What in a picture may not be shown; None where it may."""
    portrait: Callable[[Figure], str] | None = None
    """A character in words, the same in every shot."""
    judge: Callable[[Frame, str], float] | None = None
    """How well a frame shows what a text says, from 0 to 1."""
    recent: Recent | None = None
    """The window of recent pictures; None: one of the engine's own, as its options say."""

    def serve(self, options: SdxlOptions) -> None:
        """Raise :class:`ConfigInvalid` for an option whose helper nobody lent."""
        needs = {
            "before": options.before != "none" and self.text is None,
            "before: sample": options.before == "sample" and self.judge is None,
            "after": options.after == "safety" and self.inspect is None,
            "references": options.led_by is not None and self.portrait is None,
        }
        missing = [name for name, lacks in needs.items() if lacks]
        if missing:
            raise ConfigInvalid(
                f"nobody serves `{missing[0]}` here",
                where="options.image",
                hint="the pipeline lends the engine its checks (SdxlImages.helped); or switch the option off",
            )


def quarantine(picture: Path, found: Exposed, scratch: Path, *, seed: int) -> PictureQuarantined:
    """Move ``picture`` out of the folder that is published, with a note beside it; the error that tells of it."""
    name = hash_file(picture)[:32]
    folder = scratch / QUARANTINE
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy_file(picture, folder / f"{name}.png")
    write_json(folder / f"{name}.json", {"what": found.what, "probability": found.probability, "seed": seed})
    with disk_errors(picture):
        picture.unlink()
    return PictureQuarantined(
        f"shows {found.what} (probability {found.probability:.2f}); it was put into quarantine",
        reason=found.what,
        where=str(folder / f"{name}.png"),
        hint="retake the shot: another seed makes another picture",
    )
