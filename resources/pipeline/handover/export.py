"""One film as one file: ``.otio``, ``.edl`` or ``.fcpxml``; and the ``final_cut.otio`` that every cut leaves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

from resources.errors import InputError
from resources.media.handover import edl, fcpxml
from resources.media.handover.edit import MADE_BY, Edit
from resources.media.handover.timeline import cuts, otio_text, read_otio, wanted
from resources.pipeline.handover.film import FinishedFilm, film_edit
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import read_sheet
from resources.store.atomic import write_bytes
from schemas.report import QAReport

FileFormat = Literal["otio", "edl", "fcpxml"]
TIMELINE = "final_cut.otio"
LARGEST = 64 << 20
"""A larger file was not written by us."""


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    files: list[str]
    """Names relative to a package; a single file is its own."""
    bytes: int
    loses: list[str]
    """What the format cannot hold, a line each."""


def timeline_text(edit: Edit, form: FileFormat) -> str:
    """The edit in one of the formats, read back before it is given. Raises :class:`RenderFault`."""
    if form == "edl":
        return edl.edl_text(edit)
    if form == "fcpxml":
        return fcpxml.fcpxml_text(edit)
    text = otio_text(edit)
    if cuts(read_otio(text)) != wanted(edit.clips):
        raise AssertionError("OpenTimelineIO reads back what it wrote")
    return text


def file_format(name: str) -> FileFormat:
    """The format called ``name``. Raises :class:`InputError`."""
    for known in get_args(FileFormat):
        if known == name:
            return known  # type: ignore[no-any-return]
    raise InputError(f"there is no format {name!r}", hint=f"formats: {', '.join(get_args(FileFormat))}")


def losses(form: FileFormat) -> list[str]:
    """What a format cannot hold, in a line."""
    return {"otio": [], "edl": [edl.LOSES], "fcpxml": [fcpxml.LOSES]}[form]


def export_file(film: FinishedFilm, form: FileFormat, target: Path) -> Exported:
    """Write one file that refers to the film's own media by absolute addresses.

    Raises :class:`InputError` when ``target`` is there and is not an earlier export of the same film.
    """
    movie = film.production.film.movie
    if target.is_dir():
        target = target / f"{movie}.{form}"
    _check_free(target, movie)
    media = [medium.path.absolute().as_uri() for medium in film.media]
    stems = [medium.path.absolute().as_uri() for medium in film.stems]
    data = timeline_text(film_edit(film.production, film.sheet, film.found, media, stems), form).encode()
    write_bytes(target, data)
    return Exported(target, [target.name], len(data), losses(form))


def show_timeline(production: Production, found: QAReport | None) -> None:
    """Leave ``cut/final_cut.otio`` beside the film, its media relative to it, unless it is there already."""
    sheet = read_sheet(production.store.path(production.ref("final_cut")))
    folder, home = production.film.path / "cut", production.home.root
    media = [_relative(home / piece.folder / "clip.mp4", folder) for piece in sheet.pieces]
    stems = [_relative(home / stem.file, folder) for stem in sheet.stems]
    data = otio_text(film_edit(production, sheet, found, media, stems)).encode()
    path = folder / TIMELINE
    if not path.exists() or path.read_bytes() != data:
        write_bytes(path, data)


def _relative(path: Path, folder: Path) -> str:
    return quote(Path(os.path.relpath(path, folder)).as_posix())


def _check_free(target: Path, movie: str) -> None:
    if not os.path.lexists(target):
        return
    if target.is_file() and not target.is_symlink() and target.stat().st_size <= LARGEST:
        text = target.read_bytes()
        if f"{MADE_BY} {movie}".encode() in text:
            return
    raise InputError(
        "is there already, and is not an earlier export of this film",
        where=str(target),
        hint="choose another name with --out, or remove it",
    )
