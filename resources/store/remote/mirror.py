"""A film here and in the store: ``pull`` brings what other hosts did, ``push`` commits what was done here, ``fetch``
brings the media of an artifact that is used.

What both sides last agreed on lies in the film's folder (``.storage.json``); from it, what is here and the newest head
follows what each did (:mod:`.merge`). Every step can be cut short: contents go up before the head that names them, and
records are replaced one by one before the agreement is, so the next call finds equal files on both sides and goes on.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from resources.errors import Busy, Missing
from resources.store.artifacts import SIDECAR
from resources.store.atomic import copy_file, crash_point, disk_errors, write_bytes, write_json
from resources.store.locks import short_lock
from resources.store.remote.bucket import open_bucket
from resources.store.remote.cache import Holds, make_room
from resources.store.remote.contents import Contents, kept_of
from resources.store.remote.diary import read_segments, write_segment
from resources.store.remote.heads import NOTHING, Files, Head, Heads, Kept
from resources.store.remote.layout import ASIDE, Kind, kind_of, object_of
from resources.store.remote.merge import added, joined, merge
from resources.store.remote.scan import here, scan
from resources.store.remote.settings import Storage, storage_of
from resources.store.steps import receive_steps
from resources.store.timeline import now
from schemas.plan import Strict
from schemas.refs import SHOT_STAGES, Manifest

AGREED = ".storage.json"
TRIES = 40
"""Times a commit is tried again because another host was first."""
HEADS_LET_GO_EVERY = 8


class Agreed(Strict):
    """What this copy and the store last agreed on."""

    url: str
    head: Head = Field(default=NOTHING)


class Mirror:
    """One film, in its folder ``film`` and in the store."""

    def __init__(self, film: Path, storage: Storage) -> None:
        self.film = film
        self.storage = storage
        self.heads = Heads(open_bucket(storage.url.rstrip("/")), film.name)
        self.contents = Contents(film, self.heads)
        self.holds = Holds(film)
        self._read: tuple[tuple[int, int, int], Agreed] | None = None

    # -- both sides --------------------------------------------------------------------------------------------

    def pull(self, *, max_age_s: float = 0.0) -> None:
        """Bring what other hosts committed; what was changed here stays. Media are left where they are.

        ``max_age_s``: unless that was done so lately. Raises :class:`StoreFault`, :class:`Missing` for a film that
        another host deleted, and :class:`Busy` for a plan that both changed: the other host's is taken, and the one
        from here is put beside it.
        """
        if max_age_s and self._age() < max_age_s:
            return
        with self._alone():
            agreed = self.agreed()
            head, _ = self.heads.latest(agreed.head)
            self._bring(agreed.head, head)

    def push(self) -> None:
        """Commit what was done here, after what other hosts did; nothing is asked of the store when nothing was."""
        with self._alone():
            for _ in range(TRIES):
                agreed = self.agreed().head
                if scan(self.film, agreed.files) == agreed.files:
                    return
                head, number = self.heads.latest(agreed)
                self._bring(agreed, head)
                files = scan(self.film, head.files)
                if files == head.files:
                    return
                self.contents.send(files, head.files)
                crash_point("storage.before_head")
                committed = self._commit(number, files)
                if committed is not None:
                    self._agree(committed)
                    break
                time.sleep(random.uniform(0.02, 0.2))
            else:
                raise Busy(f"film {self.film.name!r}: other hosts committed {TRIES} times while this one tried to")
        make_room(self.film.parent, self.storage)

    def tell(self) -> None:
        """As :meth:`push`, and what happened to the film since it was last told as well: at the end of a run."""
        with self._alone():
            write_segment(self.film)
        self.push()

    def remember(self) -> None:
        """Take what was ever told of the film into its timeline, which was begun anew."""
        read_segments(self.film, [f"timeline/{path.name}" for path in (self.film / "timeline").glob("*.json")])

    def _commit(self, number: int, files: Files) -> Head | None:
        by = f"{socket.gethostname()[:60]} {os.getpid()} {uuid.uuid4().hex}"
        head = Head(number=number, by=by, at=now(), files=files)
        if not self.heads.commit(head):
            return None
        crash_point("storage.after_head")
        if number % HEADS_LET_GO_EVERY == 0:
            self.heads.let_go()
        return head

    def _bring(self, agreed: Head, head: Head) -> None:
        """Make the copy here what both sides did."""
        if head.number < agreed.number:
            raise Missing(
                f"film {self.film.name!r} was deleted from the store by another host",
                hint=f"`sparkle delete {self.film.name}` removes the copy here",
            )
        if head.number == agreed.number:
            self._touch()
            return
        base, ours = self._joined(agreed.files, scan(self.film, agreed.files), head.files)
        merged = merge(base, ours, head.files)
        if merged.lost:
            copy_file(self.film / merged.lost[0], self.film / ASIDE)
        self._drop([path for path in ours if path not in merged.files])
        changed = {path: kept for path, kept in merged.files.items() if ours.get(path) != kept}
        records = {path: kept for path, kept in changed.items() if kind_of(path) is not Kind.MEDIA}
        self._forget_media(object_of(path) for path in records)
        lost = self.contents.receive(records)
        if lost:
            raise self.contents.fault(lost)
        self._agree(head)
        self._tell(records)
        if merged.lost:
            raise Busy(
                f"the plan of {self.film.name!r} was changed by another host as well; theirs is taken",
                where=str(self.film / merged.lost[0]),
                hint=f"yours is {ASIDE}; edit the plan again, or give it with --plan",
            )

    def _joined(self, base: Files, ours: Files, theirs: Files) -> tuple[Files, Files]:
        """``base`` and ``ours``, with records by key that both sides changed brought together here."""
        base = dict(base)
        ways: dict[Kind | None, Callable[..., dict[str, Any]]] = {Kind.MAP: joined, Kind.COUNTS: added}
        for path, own in list(ours.items()):
            way, was, other = ways.get(kind_of(path)), base.get(path), theirs.get(path)
            if way is None or other is None or own == other or was in (own, other):
                continue
            before, after = map(self.contents.record, (was, other))
            write_json(self.film / path, way(before, json.loads((self.film / path).read_bytes()), after))
            data = (self.film / path).read_bytes()
            # what it was joined with is in it now, so it is ours against theirs
            base[path], ours[path] = other, kept_of(data)
        return base, ours

    # -- artifacts ---------------------------------------------------------------------------------------------

    def has(self, folder: str) -> bool:
        """Whether the artifact in ``folder`` (relative to the film) is in the store."""
        return f"{folder}/{SIDECAR}" in self.agreed().head.files

    def fetch(self, folder: str, name: str | None = None) -> None:
        """Bring the media of an artifact here (or one file of it), held to their hashes, and keep them while this
        object lives.

        Raises :class:`StoreFault` for one that is damaged in the store; it is forgotten there, so it is made again.
        """
        if not self.has(folder):
            return
        self.holds.hold(folder)
        wanted = {
            path: kept
            for path, kept in self.agreed().head.files.items()
            if path.startswith(f"{folder}/") and name in (None, path.rpartition("/")[2])
        }
        missing = {path: kept for path, kept in wanted.items() if not here(self.film / path, kept)}
        if not missing:
            return
        make_room(self.film.parent, self.storage, sum(kept.bytes for kept in missing.values()))
        lost = self.contents.receive(missing)
        if lost:
            self.without(lost.values())
            raise self.contents.fault(lost, hint="it is forgotten there; the same command makes it again")

    def without(self, lost: Iterable[Kept]) -> None:
        """Commit the film without the contents ``lost``: artifacts that need one, and records that are one.

        A lost plan stays named: what stands in for it only a person can say.
        """
        gone = {kept.sha256 for kept in lost}
        with self._alone():
            for _ in range(TRIES):
                agreed = self.agreed().head
                head, number = self.heads.latest(agreed)
                broken = {object_of(path) for path, kept in head.files.items() if kept.sha256 in gone} - {None}
                files = {
                    path: kept
                    for path, kept in head.files.items()
                    if object_of(path) not in broken and (kept.sha256 not in gone or kind_of(path) is Kind.OWN)
                }
                committed = head if files == head.files else self._commit(number, files)
                if committed is not None:
                    self._bring(agreed, committed)
                    return

    # -- here --------------------------------------------------------------------------------------------------

    def agreed(self) -> Agreed:
        """What both sides last agreed on; nothing for a film that was never there, or was in another store."""
        path = self.film / AGREED
        try:
            told = path.stat()
        except OSError:
            return Agreed(url=self.storage.url)
        mark = (told.st_ino, told.st_size, told.st_mtime_ns)
        if self._read is None or self._read[0] != mark:
            try:
                self._read = mark, Agreed.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):  # as good as none: what is equal on both sides is found to be so
                return Agreed(url=self.storage.url)
        known = self._read[1]
        return known if known.url == self.storage.url else Agreed(url=self.storage.url)

    def _agree(self, head: Head) -> None:
        write_bytes(self.film / AGREED, Agreed(url=self.storage.url, head=head).model_dump_json().encode())

    def _touch(self) -> None:
        if (self.film / AGREED).exists():
            os.utime(self.film / AGREED)

    def _age(self) -> float:
        try:
            return time.time() - (self.film / AGREED).stat().st_mtime
        except OSError:
            return float("inf")

    def _tell(self, records: Files) -> None:
        """Say in the film's timeline which artifacts other hosts made current, and take in what they tell."""
        names = (*(f"/{stage}.json" for stage in SHOT_STAGES), "/current.json")
        told = []
        for path in records:
            if path.endswith(names):
                with suppress(ValidationError):  # as good as none: what it names is made again
                    told.append(Manifest.model_validate_json((self.film / path).read_bytes()).ref)
        if told:
            receive_steps(self.film, told)
        read_segments(self.film, records)

    def _drop(self, paths: list[str]) -> None:
        """Remove what another host removed; sidecars last, so that no artifact is without one."""
        with disk_errors(self.film):
            for path in sorted(paths, key=lambda one: one.endswith(SIDECAR)):
                (self.film / path).unlink(missing_ok=True)
                if object_of(path) is not None and path.endswith(SIDECAR):
                    shutil.rmtree((self.film / path).parent, ignore_errors=True)

    def _forget_media(self, folders: Iterable[str | None]) -> None:
        """Media beside a sidecar that is about to be replaced are of another making."""
        for folder in {one for one in folders if one is not None}:
            for file in (self.film / folder).glob("*"):
                if file.name != SIDECAR:
                    file.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of this host at a time brings the two sides of a film together."""
        with short_lock(self.film.parent / f".{self.film.name}.storage.lock"):
            yield


def mirror_of(film: Path, home: Path) -> Mirror | None:
    """The film's mirror when the home has a store."""
    storage = storage_of(home)
    return None if storage is None else Mirror(film, storage)
