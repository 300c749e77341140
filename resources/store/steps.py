"""Attempts: what each one at a stage of a shot came to, and what happened meanwhile.

``carry`` makes a :class:`Step` for each attempt. Whatever works below it (a model being loaded, an engine that renders
in chunks) finds it with :func:`current_step` and tells it what happens, without knowing of films or databases::

    step = current_step()
    if step is not None:
        with step.loading("wan-2.1", precision="bf16"):
            ...
        step.checkpoint("begin", chunk=3)
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from resources.errors import SparkleError, StoreFault
from resources.store.checkpoints import MAX_ERROR, set_checkpoint, write_checkpoint
from resources.store.database import ASIDE, FILE, has_table, reading, writing
from resources.store.events import add_event, now
from resources.store.progress import tell_progress
from resources.store.records import held_row
from resources.store.runs import note_run
from resources.store.timeline import write_memory_event
from schemas.records import CallbackEvent, Checkpoint, Status, StepExecutionRecord
from schemas.refs import AssetRef, Stage

_COLUMNS = (
    "run_id",
    "stage",
    "slot",
    "attempt",
    "status",
    "fingerprint",
    "reused",
    "started",
    "seconds",
    "error_kind",
    "error",
)
_current: ContextVar[Step | None] = ContextVar("sparkle_step", default=None)


def current_step() -> Step | None:
    """The attempt under way in this thread; None outside of a film (a test or a bench that calls an engine itself).

    Another thread does not see it: take it before the thread starts, and hand it over.
    """
    return _current.get()


class Step:
    """One attempt at one stage of one shot, told to the film's timeline as it goes."""

    def __init__(
        self,
        folder: Path,
        stage: Stage,
        *,
        slot: str | None = None,
        shot: str | None = None,
        attempt: int = 1,
        fingerprint: str | None = None,
    ) -> None:
        self.folder = folder
        self.stage = stage
        self.slot = slot
        self.shot = shot
        self.attempt = attempt
        self.fingerprint = fingerprint
        self._started = now()
        self._begun = time.monotonic()
        self._row: int | None = None

    # -- how the attempt goes ----------------------------------------------------------------------------------

    def begin(self) -> None:
        """The attempt starts. Checkpoints of chunks of another fingerprint are dropped: they are of something else."""
        with writing(self.folder) as connection:
            self._row = self._insert(connection, "begin")
            connection.execute(
                "DELETE FROM checkpoints WHERE stage = ? AND slot = ? AND chunk >= 0 AND fingerprint IS NOT ?",
                (self.stage, self.slot or "", self.fingerprint),
            )
            self._stand(connection, "begin")
            self._event(connection, "begin", attempt=self.attempt, fingerprint=self.fingerprint)
        self.progress(0, 1)

    def succeed(self) -> None:
        """The artifact is published."""
        seconds = self._seconds()
        with writing(self.folder) as connection:
            self._end(connection, "success", seconds)
            self._event(
                connection, "success", attempt=self.attempt, fingerprint=self.fingerprint, seconds=round(seconds, 3)
            )
        self.progress(1, 1)

    def fail(self, error: SparkleError, *, retry: bool) -> None:
        """The attempt came to nothing; ``retry`` says whether another one follows.

        A timeline that cannot be written is not told here: it would take the place of the error that matters.
        """
        seconds, text = self._seconds(), str(error)[:MAX_ERROR]
        with suppress(StoreFault), writing(self.folder) as connection:
            self._end(connection, "failed", seconds, kind=error.kind, error=text)
            self._event(
                connection,
                "failed",
                attempt=self.attempt,
                error=text,
                kind=error.kind,
                retry=retry,
                seconds=round(seconds, 3),
            )

    def reuse(self) -> None:
        """An artifact that was made before is current again."""
        with writing(self.folder) as connection:
            self._insert(connection, "success", reused=True)
            self._stand(connection, "success")
            self._event(connection, "reused", fingerprint=self.fingerprint)
        self.progress(1, 1)

    # -- what happens meanwhile --------------------------------------------------------------------------------

    def tell(self, event: str, **data: Any) -> None:
        """Add an event of this stage and shot to the timeline."""
        write_memory_event(self.folder, event, stage=self.stage, slot=self.slot, shot=self.shot, **data)

    def checkpoint(self, status: Status, *, chunk: int, error: str | None = None) -> None:
        """Where a chunk stands, counted from 0."""
        write_checkpoint(
            self.folder,
            self.stage,
            status,
            slot=self.slot,
            shot=self.shot,
            chunk=chunk,
            attempt=self.attempt,
            error=error,
            fingerprint=self.fingerprint,
        )

    def progress(self, done: int, total: int, *, eta_s: float | None = None, message: str = "") -> None:
        """Tell whoever watches how far the stage is, in any unit."""
        movie = self.folder.name
        given = {"done": done, "total": total, "eta_s": eta_s, "message": message}
        tell_progress(CallbackEvent.model_validate({"movie": movie, "stage": self.stage, "slot": self.slot, **given}))

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """The attempt is what :func:`current_step` gives meanwhile; ``cleanup`` follows, whatever happened."""
        token = _current.set(self)
        try:
            yield
        except BaseException:
            with suppress(StoreFault):
                self.tell("cleanup", failed=True)
            raise
        else:
            self.tell("cleanup")
        finally:
            _current.reset(token)

    @contextmanager
    def inference(self, engine: str) -> Iterator[None]:
        """``inference_start`` and ``inference_end`` around the work of an engine."""
        self.tell("inference_start", engine=engine)
        with self._timed("inference_end", "inference_end", engine=engine):
            yield

    @contextmanager
    def loading(self, model: str, **data: Any) -> Iterator[None]:
        """``load_start``, then ``load_complete`` or ``load_failed``, around the loading of a model."""
        self.tell("load_start", model=model, **data)
        with self._timed("load_complete", "load_failed", model=model, **data):
            yield

    @contextmanager
    def _timed(self, well: str, badly: str, **data: Any) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        except BaseException as error:
            with suppress(StoreFault):
                self.tell(badly, **data, seconds=round(time.monotonic() - begun, 3), error=type(error).__name__)
            raise
        self.tell(well, **data, seconds=round(time.monotonic() - begun, 3))

    # -- rows --------------------------------------------------------------------------------------------------

    def _seconds(self) -> float:
        return time.monotonic() - self._begun

    def _event(self, connection: Connection, event: str, **data: Any) -> None:
        add_event(connection, event, stage=self.stage, slot=self.slot, shot=self.shot, **data)

    def _insert(self, connection: Connection, status: Status, *, reused: bool = False) -> int | None:
        return connection.execute(
            "INSERT INTO steps (run_id, stage, slot, attempt, status, fingerprint, reused, started, seconds)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                note_run(connection, self.folder),
                self.stage,
                self.slot,
                self.attempt,
                status,
                self.fingerprint,
                reused,
                self._started,
            ),
        ).lastrowid

    def _end(
        self,
        connection: Connection,
        status: Status,
        seconds: float,
        *,
        kind: str | None = None,
        error: str | None = None,
    ) -> None:
        connection.execute(
            "UPDATE steps SET status = ?, seconds = ?, error_kind = ?, error = ? WHERE seq = ?",
            (status, round(seconds, 3), kind, error, self._row),
        )
        self._stand(connection, status, error=error)

    def _stand(self, connection: Connection, status: Status, *, error: str | None = None) -> None:
        at = Checkpoint(
            movie=self.folder.name,
            stage=self.stage,
            slot=self.slot,
            status=status,
            attempt=self.attempt,
            error=error,
            fingerprint=self.fingerprint,
            at=now(),
        )
        set_checkpoint(connection, at)


def recover_step(folder: Path, ref: AssetRef) -> None:
    """Tell of an artifact that was published by a process which was killed before it could."""
    at = Checkpoint(
        movie=folder.name, stage=ref.stage, slot=ref.slot, status="success", fingerprint=ref.fingerprint, at=now()
    )
    with writing(folder) as connection:
        set_checkpoint(connection, at)
        add_event(connection, "recovered", stage=ref.stage, slot=ref.slot, fingerprint=ref.fingerprint)


def receive_steps(folder: Path, refs: Iterable[AssetRef]) -> None:
    """Tell of artifacts that another host made and that became current here."""
    with writing(folder) as connection:
        for ref in refs:
            at = Checkpoint(
                movie=folder.name,
                stage=ref.stage,
                slot=ref.slot,
                status="success",
                fingerprint=ref.fingerprint,
                at=now(),
            )
            set_checkpoint(connection, at)
            add_event(connection, "received", stage=ref.stage, slot=ref.slot, fingerprint=ref.fingerprint)


def steps(folder: Path, *, run_id: str | None = None) -> list[StepExecutionRecord]:
    """Every attempt at every stage of a film, oldest first; of one run when ``run_id`` is given.

    An attempt whose status is still ``begin`` is under way, or its process was killed.
    """
    with reading(folder) as connection:
        if connection is None or not has_table(connection, "steps"):
            return []
        rows = connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM steps WHERE ? IS NULL OR run_id = ? ORDER BY seq", (run_id, run_id)
        ).fetchall()
    return [
        held_row(
            {**dict(zip(_COLUMNS, row, strict=True)), "movie": folder.name},
            StepExecutionRecord,
            folder / FILE,
            hint=ASIDE,
        )
        for row in rows
    ]
