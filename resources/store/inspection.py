"""Whether a home is in order: every trouble there is, each with what mends it.

Looking and mending are one list, so that nothing is found that cannot be mended, and nothing is mended that was not
told. Whatever is whole is never touched; what is damaged is forgotten, and the next `sparkle make` makes it again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from resources.errors import StoreFault
from resources.store.artifacts import SIDECAR, Artifacts
from resources.store.atomic import TEMPORARY, copy_file, disk_errors
from resources.store.film import Home
from resources.store.fingerprint import hash_file
from resources.store.locks import SHARED, holder
from resources.store.migrations import FORMAT_FILE, film_format, mark_format
from resources.store.steps import recover_step
from resources.store.timeline import is_told, mend_timeline, timeline_is_damaged
from schemas.refs import SHOT_STAGES, STAGES, AssetRef, Manifest, Sidecar, Stage

if TYPE_CHECKING:
    from resources.store.remote.heads import Kept

SHOWN: dict[Stage, tuple[str, tuple[str, ...]]] = {
    "final_cut": ("cut", ("final_cut.mp4", "final_cut.srt", "final_cut.vtt", "poster.jpg")),
    "qa_report": ("report", ("report.json", "index.html")),
}
"""Friendly names: copies of files of the current artifact, in the film's folder of that name."""
HASHED = 24
"""Hex digits of its hash in the name of a file of the user's own."""


@dataclass(frozen=True)
class Trouble:
    """Something that is not in order. ``mend`` puts it right and says what it did; None: only a person can."""

    film: str
    """Empty for what belongs to no film."""
    what: str
    mend: Callable[[], str] | None

    @property
    def told(self) -> str:
        """In one line."""
        return f"{self.film}: {self.what}" if self.film else self.what


def troubles_of_home(home: Home) -> Iterator[Trouble]:
    """What killed processes left outside of films."""
    left = [*(home.root / "movies").glob(f"{TEMPORARY}*")]
    left += [path for path in sorted(home.cache.rglob(f"{TEMPORARY}*")) if not _alive(path)]
    for path in left:
        yield Trouble("", f"{path.relative_to(home.root)} is left over", _remover(path, home.root))


def troubles_of_film(store: Artifacts, *, deep: bool = False) -> Iterator[Trouble]:
    """What is not in order in one film that nobody works on; with ``deep`` every byte is read.

    Earlier troubles are to be mended before the later ones are asked for.
    """
    film = store.film
    yield from _timeline(store)
    for path in sorted(film.path.rglob(f"{TEMPORARY}*")):
        yield Trouble(film.movie, f"{path.relative_to(film.path)} is left over", _remover(path, film.path))
    yield from _format(store)
    for stage, slot in places(store):
        yield from _manifest(store, stage, slot, deep)
    for stage, slot in places(store):
        ref = store.current(stage, slot)
        if ref is not None:
            yield from _shown(store, ref)
            yield from _recorded(store, ref)
    yield from _lock(store)
    if deep:
        yield from _own_media(store)
        yield from _in_store(store)


def places(store: Artifacts) -> list[tuple[Stage, str | None]]:
    """Every stage of every slot that has a folder."""
    slots = sorted(path.name for path in (store.film.path / "shots").glob("[0-9][0-9]") if path.is_dir())
    film: list[tuple[Stage, str | None]] = [(stage, None) for stage in STAGES if stage not in SHOT_STAGES]
    return film + [(stage, slot) for slot in slots for stage in SHOT_STAGES]


def _timeline(store: Artifacts) -> Iterator[Trouble]:
    folder = store.film.path
    if not timeline_is_damaged(folder):
        return

    def mend() -> str:
        aside = mend_timeline(folder)
        if store.mirror is not None:
            store.mirror.remember()
        return f"its timeline was damaged and is {aside.name if aside else 'gone'} now; a new one is begun"

    yield Trouble(store.film.movie, "its timeline is damaged", mend)


def _format(store: Artifacts) -> Iterator[Trouble]:
    path = store.film.path / FORMAT_FILE
    try:
        film_format(store.film.path)
    except StoreFault:

        def mend() -> str:
            path.unlink()
            mark_format(store.film.path)
            return f"{FORMAT_FILE} is written again"

        yield Trouble(store.film.movie, f"{FORMAT_FILE} is damaged", mend)


def _manifest(store: Artifacts, stage: Stage, slot: str | None, deep: bool) -> Iterator[Trouble]:
    path = store.manifest_path(stage, slot)
    if not path.exists():
        return
    name = f"{stage} of {f'slot {slot}' if slot else 'the film'}"
    try:
        ref = Manifest.model_validate_json(path.read_bytes()).ref
    except (OSError, ValidationError):
        yield Trouble(
            store.film.movie, f"nobody can read which {name} is current", lambda: _repoint(store, stage, slot, name)
        )
        return
    folder = store.place(ref)
    if not store.whole(ref, deep=deep):
        what = f"the current {name} is damaged: {ref.uri}"
    elif store.sidecar_at(folder) is None:
        what = f"the current {name} has lost its sidecar: {ref.uri}"
    else:
        return

    def mend() -> str:
        with disk_errors(folder):
            if store.kept(ref):
                for file in ref.files:
                    (folder / file.name).unlink(missing_ok=True)
                return f"fetches {name} from the object store again"
            path.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
        return f"forgot a damaged {name}"

    yield Trouble(store.film.movie, what, mend)


def _repoint(store: Artifacts, stage: Stage, slot: str | None, name: str) -> str:
    """Point to the latest artifact that is whole, or to none. A wrong guess costs nothing: fingerprints decide."""
    path = store.manifest_path(stage, slot)
    whole: list[Sidecar] = []
    for found in store.folder(stage, slot).glob(f"[0-9a-f]*/{SIDECAR}"):
        sidecar = store.sidecar_at(found.parent)
        if sidecar is not None and store.whole(sidecar.ref):
            whole.append(sidecar)
    if not whole:
        with disk_errors(path):
            path.unlink()
        return f"forgot an unreadable {name}"
    store.point(max(whole, key=lambda one: one.started).ref)
    return f"points to the latest whole {name} again"


def _shown(store: Artifacts, ref: AssetRef) -> Iterator[Trouble]:
    """Friendly names have to be what is current; one that is not there yet is given by the next make."""
    if ref.stage not in SHOWN:
        return
    folder, names = SHOWN[ref.stage]
    hashes = {file.name: file for file in ref.files}
    for name in names:
        shown, file = store.film.path / folder / name, hashes.get(name)
        if file is None or not shown.exists():
            continue
        if shown.stat().st_size != file.bytes or hash_file(shown) != file.sha256:
            mend = _copier(store.path(ref) / name, shown, f"{folder}/{name} is the current one again")
            yield Trouble(store.film.movie, f"{folder}/{name} is not the current {ref.stage}", mend)


def _copier(source: Path, target: Path, told: str) -> Callable[[], str]:
    def mend() -> str:
        copy_file(source, target)
        return told

    return mend


def _recorded(store: Artifacts, ref: AssetRef) -> Iterator[Trouble]:
    """Killed between manifest and event: the artifact is there, and its timeline does not say so."""
    folder = store.film.path
    if timeline_is_damaged(folder) or is_told(folder, ref):
        return

    def mend() -> str:
        recover_step(folder, ref)
        return f"its timeline tells of {ref.stage} {ref.slot or ''}".rstrip()

    yield Trouble(store.film.movie, f"its timeline does not tell of {ref.stage} {ref.slot or ''}".rstrip(), mend)


def _lock(store: Artifacts) -> Iterator[Trouble]:
    """The kernel frees a lock with its holder; the number in the file is what is left of a killed one."""
    path = store.film.path / ".lock"
    try:
        named = path.read_bytes()[:128].decode("ascii", "replace").strip()
    except OSError:
        return
    number = named.partition(" ")[0]
    if named.endswith(SHARED):
        return  # of those who share it, nobody wipes the name: another may hold it still
    if number and number != str(os.getpid()) and holder(store.film.path) is None:

        def mend() -> str:
            path.write_bytes(b"")
            return f"the lock names process {number} no more"

        yield Trouble(store.film.movie, f"its lock names process {number}, which is gone", mend)


def _in_store(store: Artifacts) -> Iterator[Trouble]:
    """Contents in the object store that are not what they were, or are gone."""
    mirror = store.mirror
    for path, kept in mirror.contents.damaged(mirror.heads.latest()[0]) if mirror is not None else ():

        def mend(path: str = path, kept: Kept = kept) -> str:
            if mirror is not None and not mirror.contents.send_again(path, kept):
                mirror.without([kept])
                return f"forgot {path} in the object store: it is made again"
            return f"sent {path} to the object store again"

        yield Trouble(store.film.movie, f"{path} is damaged in the object store", mend)


def _own_media(store: Artifacts) -> Iterator[Trouble]:
    for path in sorted(store.film.media_folder.glob("*")):
        name = path.name.partition(".")[0]
        if path.is_file() and len(name) == HASHED and not hash_file(path).startswith(name):
            what = f"{path.relative_to(store.film.path)}, a file of your own, is damaged: copy it there again"
            yield Trouble(store.film.movie, what, None)


def _alive(path: Path) -> bool:
    """Whether the process that writes ``path`` (``.tmp-<pid>-name``) is there."""
    number = path.name.removeprefix(TEMPORARY).partition("-")[0]
    return number.isdigit() and Path(f"/proc/{number}").exists()


def _remover(path: Path, base: Path) -> Callable[[], str]:
    def mend() -> str:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        return f"removed {path.relative_to(base)}"

    return mend
