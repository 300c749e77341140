"""Who is led in a batch gets a portrait: the one that is there, or one that is painted now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from resources.gpu.sdxl.errors import PictureBroken
from resources.gpu.sdxl.helpers import Helpers, quarantine
from resources.gpu.sdxl.painting import Painter
from resources.gpu.sdxl.references import Faces, Portraits, portrait_ask, seen_figures
from resources.gpu.sdxl.sizes import trained_size
from resources.gpu.sdxl.watch import BatchClock
from schemas.media import ImageRequest


def cast_faces(
    requests: Sequence[ImageRequest], painter: Painter, helpers: Helpers, clock: BatchClock, tell: Callable[..., None]
) -> tuple[Faces, list[str]]:
    """The portraits of everybody who is led in ``requests``, and the names of the latents that were used up.

    Raises :class:`PictureQuarantined` for a portrait that may not be shown, :class:`PictureBroken` for one that
    overflowed, and what :meth:`Painter.paint` raises.
    """
    options, revision = painter.options, painter.revision
    led, words = options.led_by, helpers.portrait
    if led is None or words is None:
        return {}, []
    store = Portraits(painter.room.scratch / "sdxl" / "portraits")
    asks = {
        (request.film_seed, figure.character_id): portrait_ask(figure, words(figure), request, options, led)
        for request in requests
        for figure in seen_figures(request, led)
    }
    missing = {who: ask for who, ask in asks.items() if not store.has(ask, revision)}
    used: list[str] = []
    if missing:
        made, used = painter.paint(list(missing.values()), trained_size(1, 1, options.area), clock, refined=False)
        for (who, ask), one in zip(missing.items(), made, strict=True):
            if isinstance(one, PictureBroken):
                raise one
            store.keep(ask, revision, one.picture, _check(painter, helpers, ask.seed))
            tell("portrait_painted", character=who[1], seed=ask.seed)
    return {who: store.face(ask, revision) for who, ask in asks.items()}, used


def _check(painter: Painter, helpers: Helpers, seed: int) -> Callable[[Path], None]:
    """A portrait that may not be shown leads nobody."""

    def check(picture: Path) -> None:
        if painter.options.after == "safety" and helpers.inspect is not None:
            found = helpers.inspect(picture)
            if found is not None:
                raise quarantine(picture, found, painter.room.scratch, seed=seed)

    return check
