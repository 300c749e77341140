"""Artifacts of one film: immutable folders, each with its sidecar, and one manifest a stage that says which is current.

The order of publication, and why no crash splits it:

1. everything is written into a temporary folder and flushed;
2. the sidecar with all hashes is written there, too;
3. the folder is renamed to its fingerprint: from here the object exists, whole, but nothing points to it;
4. the manifest is replaced atomically: from here it is current.

A crash before 3 leaves a temporary folder (removed at the next publication of that stage), between 3 and 4 an object
that the next run finds by its fingerprint and takes without rendering.

Where the home has an object store (:mod:`resources.store.remote`) what became current is committed there next, and an
artifact that is only there is brought here when its folder is asked for.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from resources.errors import StoreFault
from resources.store.atomic import TEMPORARY, crash_point, disk_errors, sync_file, sync_folder, write_json
from resources.store.film import FilmFolder
from resources.store.fingerprint import hash_file
from resources.store.migrations import LaterVersion, mark_format, upgraded
from resources.store.records import json_of
from resources.store.remote.settings import FILE as STORAGE_FILE
from resources.store.timeline import now
from schemas.refs import SHOT_STAGES, AssetRef, FileRef, Manifest, Sidecar, Slot, Stage

if TYPE_CHECKING:
    from resources.store.remote.mirror import Mirror

SIDECAR = "sidecar.json"
_FILM_FOLDERS: dict[str, str] = {"movie_plan": "plan", "final_cut": "cut", "qa_report": "report"}


def read_sidecar(data: bytes) -> Sidecar:
    """A sidecar of any version so far. Raises :class:`ValueError`, and :class:`LaterVersion` for a later one."""
    found = json_of(data)
    if not isinstance(found, dict):
        raise ValueError("a sidecar is a JSON object")
    return Sidecar.model_validate(upgraded("Sidecar", found))


class Artifacts:
    """All artifacts of one film."""

    def __init__(self, film: FilmFolder, home: Path) -> None:
        self.film = film
        self.home = home
        self.mirror: Mirror | None = film_mirror(film, home)

    def folder(self, stage: Stage, slot: Slot | None) -> Path:
        """Where the objects of a stage live."""
        if stage in SHOT_STAGES:
            if slot is None:
                raise ValueError(f"{stage} belongs to a shot")
            return self.film.path / "shots" / slot / stage
        return self.film.path / _FILM_FOLDERS[stage] / "objects"

    def path(self, ref: AssetRef) -> Path:
        """The folder of an artifact, with all its files in it. Raises :class:`StoreFault` when they cannot be had."""
        if self.mirror is not None:
            self.mirror.fetch(self._in_film(ref))
        return self.place(ref)

    def file(self, ref: AssetRef, name: str) -> Path:
        """One file of an artifact, without the others being brought here. Raises as :meth:`path`."""
        if self.mirror is not None:
            self.mirror.fetch(self._in_film(ref), name)
        return self.place(ref) / name

    def place(self, ref: AssetRef) -> Path:
        """The folder of an artifact, whether or not its files are here."""
        return self.home / ref.uri

    def current(self, stage: Stage, slot: Slot | None = None) -> AssetRef | None:
        """What is current, or None when there is nothing whole."""
        try:
            manifest = Manifest.model_validate_json(self.manifest_path(stage, slot).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None  # a damaged manifest is as good as none: the object is found again by its fingerprint
        return manifest.ref if self._here(manifest.ref, stage, slot) and self.whole(manifest.ref) else None

    def find(self, stage: Stage, slot: Slot | None, fingerprint: str) -> AssetRef | None:
        """An artifact made before with this fingerprint, whole, current or not."""
        sidecar = self.sidecar_at(self.folder(stage, slot) / fingerprint[:24])
        if sidecar is None or sidecar.ref.fingerprint != fingerprint or not self._here(sidecar.ref, stage, slot):
            return None
        return sidecar.ref if self.whole(sidecar.ref) else None

    def sidecar(self, ref: AssetRef) -> Sidecar | None:
        """The sidecar of an artifact."""
        return self.sidecar_at(self.place(ref))

    @staticmethod
    def sidecar_at(folder: Path) -> Sidecar | None:
        """The sidecar in ``folder``, brought up to this version, or None when it is missing, damaged or of a later one.

        A film of a later version is refused when it is opened; this is for those that are only passed by.
        """
        try:
            return read_sidecar((folder / SIDECAR).read_bytes())
        except (FileNotFoundError, NotADirectoryError, ValueError, LaterVersion):
            return None

    def whole(self, ref: AssetRef, *, deep: bool = False) -> bool:
        """Every file is there with its size, or can be fetched; with ``deep``, what is here has its hash too."""
        folder, kept = self.place(ref), self.kept(ref)
        for file in ref.files:
            path = folder / file.name
            try:
                if path.is_symlink() or (path.stat().st_size != file.bytes and not kept):
                    return False
            except OSError:
                if kept:
                    continue
                return False
            if deep and hash_file(path) != file.sha256:
                return False
        return True

    def kept(self, ref: AssetRef) -> bool:
        """Whether the object store has the artifact, so that what is missing here can be fetched."""
        return self.mirror is not None and self.mirror.has(self._in_film(ref))

    @contextmanager
    def staging(self, stage: Stage, slot: Slot | None) -> Iterator[Path]:
        """A temporary folder beside the objects; whatever is still in it at the end is removed."""
        parent = self.folder(stage, slot)
        with disk_errors(parent):
            parent.mkdir(parents=True, exist_ok=True)
            for left in parent.glob(f"{TEMPORARY}*"):
                shutil.rmtree(left, ignore_errors=True)  # the film lock says nobody works here but us
            folder = parent / f"{TEMPORARY}{os.getpid()}"
            folder.mkdir()
        try:
            with disk_errors(folder):
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def files(self, folder: Path) -> list[FileRef]:
        """Name, hash and size of every file in ``folder``, sorted by name."""
        return [
            FileRef(name=path.name, sha256=hash_file(path), bytes=path.stat().st_size)
            for path in sorted(folder.iterdir())
            if path.name != SIDECAR
        ]

    def publish(self, staged: Path, sidecar: Sidecar) -> AssetRef:
        """Make ``staged`` the current artifact of its stage. Returns what is current then: with an object store, where
        another host made the same at the same time and was first, what that one made.
        """
        ref = sidecar.ref
        target = self.place(ref)
        mark_format(self.film.path)
        crash_point("store.before_fsync")
        with disk_errors(staged):
            for file in ref.files:
                sync_file(staged / file.name)
        crash_point("store.after_fsync")
        write_json(staged / SIDECAR, sidecar.model_dump(mode="json"))
        crash_point("store.before_rename")
        with disk_errors(target):
            if target.exists():
                shutil.rmtree(target)  # it was damaged, or `find` would have returned it
            staged.rename(target)
            crash_point("store.after_rename")
            sync_folder(target.parent)
        crash_point("store.before_manifest")
        self.point(ref)
        crash_point("store.after_manifest")
        stands = self.current(ref.stage, ref.slot) if self.mirror is not None else None
        return stands if stands is not None and stands.fingerprint == ref.fingerprint else ref

    def point(self, ref: AssetRef) -> None:
        """Make an artifact that exists the current one, here and in the object store."""
        if not self.whole(ref):
            raise StoreFault("the artifact is damaged", where=ref.uri)
        write_json(self.manifest_path(ref.stage, ref.slot), Manifest(ref=ref, published=now()).model_dump(mode="json"))
        if self.mirror is not None:
            self.mirror.push()

    def push(self) -> None:
        """Commit to the object store, where there is one, what was done to the film here, and that it was done."""
        if self.mirror is not None:
            self.mirror.tell()

    def object_uri(self, stage: Stage, slot: Slot | None, fingerprint: str) -> str:
        """The folder an artifact with this fingerprint will have, relative to the home."""
        return str((self.folder(stage, slot) / fingerprint[:24]).relative_to(self.home))

    def manifest_path(self, stage: Stage, slot: Slot | None) -> Path:
        """The file that says which artifact is current."""
        folder = self.folder(stage, slot)
        return folder.parent / (f"{stage}.json" if stage in SHOT_STAGES else "current.json")

    def _here(self, ref: AssetRef, stage: Stage, slot: Slot | None) -> bool:
        """Whether a record names a folder of its own stage: records may come from an object store."""
        return ref.uri == self.object_uri(stage, slot, ref.fingerprint)

    def _in_film(self, ref: AssetRef) -> str:
        return ref.uri.partition(f"movies/{self.film.movie}/")[2]


def film_mirror(film: FilmFolder, home: Path) -> Mirror | None:
    """The film in the object store of the home; None where it has none. What it takes is only then imported."""
    if not (home / STORAGE_FILE).exists():
        return None
    from resources.store.remote.mirror import mirror_of

    return mirror_of(film.path, home)
