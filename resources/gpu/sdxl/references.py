"""One face through a film: a portrait of each character, painted once, that leads it in every shot (IP-Adapter).

IP-Adapter (Ye et al. 2023, arXiv:2308.06721) lets the U-Net look at a picture beside the words. The portrait comes from
the film's seed and the character's looks, so it is the same in every shot and on every machine's next run; a retake of
a shot does not touch it. With several figures each portrait leads in its own upright band of the picture, in the order
of the figures, who stand from left to right; without bands all faces would become one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from resources.gpu.sdxl.asking import Ask, Led
from resources.gpu.sdxl.options import References, SdxlOptions
from resources.store.atomic import TEMPORARY, disk_errors
from resources.store.fingerprint import derive_seed, digest, hash_file
from schemas.media import Figure, ImageRequest
from schemas.vocabulary import ShotSize

NEARNESS: Mapping[ShotSize, float] = {
    ShotSize.WIDE: 0.6,
    ShotSize.MEDIUM: 1.0,
    ShotSize.CLOSE: 1.15,
    ShotSize.REACTION: 1.15,
    ShotSize.INSERT: 0.0,
}
"""How much of the scale a shot takes: a small figure needs its surroundings more, and an insert shows nobody."""
AGAINST = "several people, profile, text, frame, border, blurry, cropped head, deformed"

Faces = Mapping[tuple[int, str], tuple[str, Path]]
"""Portraits by (film seed, character): the hash of each, and its file."""


def portrait_ask(figure: Figure, words: str, request: ImageRequest, options: SdxlOptions, led: References) -> Ask:
    """How the portrait of ``figure`` is asked for: by nothing of the shot but the film's style and seed."""
    look = digest([figure.name, words, figure.look.model_dump(mode="json")])
    return Ask(
        prompt=f"portrait of {words}, head and shoulders, facing the viewer, neutral expression, plain grey background",
        prompt_2=request.style,
        negative_prompt=AGAINST,
        steps=led.steps,
        guidance=options.guidance,
        seed=derive_seed("portrait", request.film_seed, figure.character_id, look),
    )


def seen_figures(request: ImageRequest, led: References) -> list[Figure]:
    """Those of a shot whose face is led, from left to right."""
    return list(request.figures[: led.most]) if NEARNESS[request.size] > 0 else []


def leads(request: ImageRequest, faces: Faces, led: References) -> tuple[Led, ...]:
    """Whose portrait leads where in ``request``."""
    figures = seen_figures(request, led)
    scale = round(led.scale * NEARNESS[request.size], 3)
    bands = len(request.figures)  # those without a portrait of their own still stand somewhere
    return tuple(
        Led(
            character_id=figure.character_id,
            portrait=faces[request.film_seed, figure.character_id][0],
            scale=scale,
            band=(index / bands, (index + 1) / bands) if bands > 1 else None,
        )
        for index, figure in enumerate(figures)
    )


class Portraits:
    """Portraits in a folder, each named by what it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, ask: Ask, revision: str) -> bool:
        """Whether the portrait that ``ask`` gives under this revision of the engine is there."""
        return self._path(ask, revision).is_file()

    def keep(self, ask: Ask, revision: str, picture: Image.Image, check: Callable[[Path], None]) -> None:
        """Write a portrait, whole or not at all; ``check`` looks at the file first, and raises if it may not stay."""
        path = self._path(ask, revision)
        temporary = path.parent / f"{TEMPORARY}{path.name}"
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            picture.save(temporary, "PNG")
        check(temporary)
        with disk_errors(path):
            temporary.replace(path)

    def face(self, ask: Ask, revision: str) -> tuple[str, Path]:
        """(hash, file) of a portrait that is there."""
        path = self._path(ask, revision)
        return hash_file(path), path

    def _path(self, ask: Ask, revision: str) -> Path:
        return self.folder / f"{digest([ask.model_dump(mode='json'), revision])[:32]}.png"
