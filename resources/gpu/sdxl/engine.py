"""``SdxlImages``: keyframes, alone as the graph asks for them or in batches.

A batch's way: its turn (token bucket), the text policy, a portrait of whoever has none yet, a quick sample for the
judge where that is wanted, the pictures themselves, the safety check, the asked size, and whether the picture was there
before. Whatever goes wrong with one picture is told in its place; the others of the batch are delivered.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from resources.engines import RENDERING
from resources.errors import SparkleError
from resources.gpu.room import GpuRoom
from resources.gpu.sdxl.asking import Ask, ask_of
from resources.gpu.sdxl.casting import cast_faces
from resources.gpu.sdxl.errors import PictureBroken, PictureRefused, SampleRejected
from resources.gpu.sdxl.helpers import Helpers, quarantine
from resources.gpu.sdxl.limiter import Key, TokenBuckets
from resources.gpu.sdxl.options import read_options
from resources.gpu.sdxl.painting import Painted, Painter
from resources.gpu.sdxl.recent import Recent, Seen, perceptual_hash, recent_of
from resources.gpu.sdxl.references import Faces, leads
from resources.gpu.sdxl.sizes import Fitted, fit, trained_size
from resources.gpu.sdxl.watch import BatchClock
from resources.store.atomic import disk_errors, write_json
from resources.store.fingerprint import digest
from resources.store.steps import current_step
from schemas.media import ImageRequest

CODE_REVISION = "1"
"""Bump whenever the same request would give other bytes."""


@dataclass(frozen=True)
class Wanted:
    """A picture that is asked for: where it is to be written, and where it will be found once it is published."""

    request: ImageRequest
    folder: Path
    uri: str = ""
    """Empty: the folder itself."""

    @property
    def place(self) -> str:
        """Its URI."""
        return self.uri or self.folder.absolute().as_uri()


@dataclass(frozen=True)
class Rendered:
    """What became of it. ``error`` stands in its place when there is no picture."""

    batch: int
    item: int
    """Its place in the batch, from 0."""
    uri: str
    """Where the picture is: its own, or that of the one which was there before."""
    deduped: bool = False
    phash: str = ""
    """64 bits in hexadecimal."""
    error: SparkleError | None = None


class SdxlImages:
    """The image engine on Stable Diffusion XL."""

    name = "sdxl"

    def __init__(
        self,
        options: Mapping[str, Any],
        room: GpuRoom,
        *,
        helpers: Helpers | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Loads nothing. Raises :class:`ConfigInvalid` for options that do not hold."""
        self.options = read_options(options)
        self.room = room
        self.helpers = helpers or Helpers()
        self._sleep = sleep
        self._clock = clock
        rate = self.options.rate
        self._turns = TokenBuckets(
            per_minute=rate.per_minute,
            burst=rate.burst,
            backlog=rate.backlog,
            queue_ttl_s=rate.queue_ttl_s,
            clock=clock,
        )
        self._recent: Recent | None = None
        self._finished: list[str] = []
        """Latents whose pictures were handed over; they go when the next batch begins."""

    def helped(self, helpers: Helpers) -> SdxlImages:
        """The same engine with what the floors above lend it."""
        return SdxlImages(self.options.model_dump(), self.room, helpers=helpers, sleep=self._sleep, clock=self._clock)

    @property
    def models(self) -> tuple[str, ...]:
        """Keys of the models it uses."""
        refiner, led = self.options.refiner, self.options.led_by
        more = ((refiner.model,) if refiner else ()) + ((led.model,) if led else ())
        return (self.options.model, *more)

    def models_for(self, languages: Collection[str]) -> tuple[str, ...]:
        """The same, whatever is spoken."""
        return self.models

    @property
    def revision(self) -> str:
        """The code's, every model's, and that of the options which change a picture."""
        registry = self.room.registry
        told = [[key, registry.revision(key)] for key in self.models]
        return f"{CODE_REVISION}-{digest([told, self.options.changes_pixels()])[:16]}"

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        """Write ``image.png`` (request.width x request.height) and ``rendering.json`` into ``folder``.

        Raises :class:`ModelMissing`, :class:`ModelOOMError`, :class:`PictureRefused`, :class:`PictureQuarantined`,
        :class:`PictureBroken`, :class:`BatchTimeout`, :class:`RateLimitError`.
        """
        [done] = self.render_images([Wanted(request, folder)])
        if done.error is not None:
            raise done.error

    def render_images(
        self, wanted: Sequence[Wanted], *, user: str = "", host: str = "", dedupe: bool = False
    ) -> list[Rendered]:
        """The pictures of ``wanted`` in their order, in batches of at most ``max_images_per_call``.

        ``user`` and ``host``: who asks, for the limit on pictures a minute; empty: this process. With ``dedupe`` a
        picture that was there before is not written: its result has the earlier one's URI and is marked. Raises what
        concerns the whole batch; what concerns one picture is in its result.
        """
        self.helpers.serve(self.options)
        who = (user or os.environ.get("USER") or str(os.getuid()), host or socket.gethostname())
        most = self.options.max_images_per_call
        done: list[Rendered] = []
        for number, at in enumerate(range(0, len(wanted), most)):
            done += self._batch(number, wanted[at : at + most], who, dedupe)
        return done

    # -- one batch -------------------------------------------------------------------------------------------------

    def _batch(self, number: int, wanted: Sequence[Wanted], who: Key, dedupe: bool) -> list[Rendered]:
        wait = self._turns.reserve(who, len(wanted))
        if wait > 0:
            self._tell("images_queued", batch=number, wait_s=round(wait, 2))
            self._sleep(wait)
        self._forget()
        errors: dict[int, SparkleError] = {}
        for index, one in enumerate(wanted):
            why = self._refusal(one.request)
            if why:
                errors[index] = PictureRefused(f"the text policy refuses the prompt: {why}", where="prompt")
        clock = self._batch_clock()
        painted: dict[int, tuple[Ask, Painted]] = {}
        for size, indices in _by_size(wanted, self.options.area, errors):
            faces = self._faces([wanted[index].request for index in indices], clock)
            asks = {index: self._ask(wanted[index].request, faces) for index in indices}
            asks = self._sampled(asks, wanted, size, clock, faces, errors)
            if not asks:
                continue
            made, used = self._painter().paint(list(asks.values()), size, clock, portraits=dict(faces.values()))
            self._finished += used
            for (index, ask), one_made in zip(asks.items(), made, strict=True):
                if isinstance(one_made, PictureBroken):
                    errors[index] = one_made
                else:
                    painted[index] = (ask, one_made)
        self._tell("images_painted", batch=number, items=len(painted), seconds=round(clock.used_s, 2))
        results = []
        for index, one in enumerate(wanted):
            if index in painted:
                results.append(self._finish(number, index, one, *painted[index], dedupe))
            else:
                results.append(Rendered(number, index, one.place, error=errors[index]))
        return results

    def _refusal(self, request: ImageRequest) -> str:
        """Why the words of ``request`` may not be drawn; empty where they may."""
        if self.options.before == "none" or self.helpers.text is None:
            return ""
        return self.helpers.text(request)

    def _sampled(
        self, asks: dict[int, Ask], wanted: Sequence[Wanted], size: tuple[int, int], clock: BatchClock,
        faces: Faces, errors: dict[int, SparkleError],
    ) -> dict[int, Ask]:  # fmt: skip
        """Those of ``asks`` whose quick sample the judge lets pass; the others get their error."""
        judge = self.helpers.judge
        if self.options.before != "sample" or judge is None:
            return asks
        quick = [ask.model_copy(update={"steps": min(ask.steps, self.options.sample_steps)}) for ask in asks.values()]
        made, used = self._painter().paint(quick, size, clock, portraits=dict(faces.values()), refined=False)
        self._finished += used
        passed: dict[int, Ask] = {}
        for (index, ask), one in zip(asks.items(), made, strict=True):
            if isinstance(one, PictureBroken):
                errors[index] = one
                continue
            frame = np.asarray(one.picture.convert("RGBA"))
            score = judge(frame, wanted[index].request.prompt)
            if score < self.options.sample_least:
                errors[index] = SampleRejected(
                    f"a sample of {self.options.sample_steps} steps scores {score:.2f}, "
                    f"{self.options.sample_least:.2f} is the least",
                    hint="retake the shot, or say its prompt in other words",
                )
            else:
                passed[index] = ask
        return passed

    def _finish(self, batch: int, item: int, wanted: Wanted, ask: Ask, painted: Painted, dedupe: bool) -> Rendered:
        request, path = wanted.request, wanted.folder / "image.png"
        picture, fitted = fit(painted.picture, (request.width, request.height))
        with disk_errors(path):
            picture.save(path, "PNG")
        if self.options.after == "safety" and self.helpers.inspect is not None:
            found = self.helpers.inspect(path)
            if found is not None:
                error = quarantine(path, found, self.room.scratch, seed=ask.seed)
                self._tell("image_quarantined", batch=batch, item=item, what=found.what, seed=ask.seed)
                return Rendered(batch, item, wanted.place, error=error)
        phash = perceptual_hash(picture)
        earlier = self._earlier(wanted.place, phash) if dedupe else None
        told = {"batch": batch, "item": item, "phash": f"{phash:016x}", "deduped_to": earlier}
        write_json(wanted.folder / RENDERING, self._facts(ask, painted, fitted) | told)
        if earlier is not None:
            with disk_errors(path):
                path.unlink()
            self._tell("image_deduped", batch=batch, item=item, to=earlier)
        return Rendered(batch, item, earlier or wanted.place, earlier is not None, f"{phash:016x}")

    def _earlier(self, uri: str, phash: int) -> str | None:
        """Where the same picture was before; a new one is remembered."""
        if self._recent is None:
            self._recent = self.helpers.recent or recent_of(self.options.dedupe)
        found = self._recent.nearest(phash)
        if found is not None and found[1] <= self.options.dedupe.bits and found[0].uri != uri:
            return found[0].uri
        self._recent.add(Seen(uri, phash))
        return None

    def _facts(self, ask: Ask, painted: Painted, fitted: Fitted) -> dict[str, Any]:
        refiner = self.options.refiner
        return {
            "engine": self.name,
            "revision": self.revision,
            **ask.model_dump(mode="json"),
            "size": fitted.told(),
            "micro": self.options.micro.model_dump(mode="json"),
            "refiner": refiner.model_dump(mode="json") if refiner else None,
            **painted.facts,
        }

    def _faces(self, requests: Sequence[ImageRequest], clock: BatchClock) -> Faces:
        """The portraits of everybody who is led in ``requests``."""
        if self.options.led_by is None:
            return {}
        faces, used = cast_faces(requests, self._painter(), self.helpers, clock, self._tell)
        self._finished += used
        return faces

    def _ask(self, request: ImageRequest, faces: Faces) -> Ask:
        led = self.options.led_by
        return ask_of(request, self.options, leads(request, faces, led) if led else ())

    # -- house-keeping ---------------------------------------------------------------------------------------------

    def _painter(self) -> Painter:
        return Painter(self.room, self.options, self.revision)

    def _forget(self) -> None:
        """Latents of pictures that were handed over before, and what nobody came back for."""
        latents = self._painter().latents
        while self._finished:
            latents.forget(self._finished.pop())
        latents.sweep()

    @staticmethod
    def _tell(event: str, **data: Any) -> None:
        step = current_step()
        if step is not None:
            step.tell(event, **data)

    def _batch_clock(self) -> BatchClock:
        """The batch's clock, tied to the step under way: its timer's thread would not find that by itself."""
        step = current_step()
        if step is None:
            return BatchClock(self.options.batch_timeout_s, lambda event, **data: None, clock=self._clock)

        def progress(done: int, total: int) -> None:
            step.progress(done, total, message="denoising")

        return BatchClock(self.options.batch_timeout_s, step.tell, progress=progress, clock=self._clock)


def _by_size(
    wanted: Sequence[Wanted], area: int, errors: Mapping[int, SparkleError]
) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """The trained sizes of what is asked for, and who shares each."""
    sizes: dict[tuple[int, int], list[int]] = {}
    for index, one in enumerate(wanted):
        if index not in errors:
            sizes.setdefault(trained_size(one.request.width, one.request.height, area), []).append(index)
    yield from sizes.items()
