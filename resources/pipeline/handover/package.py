"""A finished film as one folder that a person can hand to an editor: media, stems, timelines, subtitles, report."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from resources.errors import InputError
from resources.media.stems import read_flac, write_wav24
from resources.pipeline.handover.export import Exported, losses, timeline_text
from resources.pipeline.handover.film import FinishedFilm, Medium, film_edit
from resources.pipeline.handover.readme import readme_text
from resources.pipeline.stages.cut import FILM
from resources.store.atomic import disk_errors, sync_file, sync_folder
from resources.store.fingerprint import hash_file
from resources.store.folders import folder_beside, need_space, put_folder

RECORD = "export.json"
SUBTITLES = ("final_cut.srt", "final_cut.vtt")
LOOKED_AT = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What file managers leave in a folder that somebody looked at."""
SPARE = 8 << 20
"""Bytes kept free beside what is written: file systems need some themselves."""


def export_package(film: FinishedFilm, target: Path) -> Exported:
    """Write the folder ``target``, all of it or nothing.

    An earlier package of the same film is replaced, unless somebody has put files of their own into it. Raises
    :class:`InputError` for anything else that has the name, :class:`DiskFull` before the first byte when it can be
    known.
    """
    movie = film.production.film.movie
    target = Path(os.path.abspath(target))
    _check_free(target, movie)
    with folder_beside(target) as folder:
        _check_space(film, target.parent)
        with disk_errors(folder):
            _fill(film, folder)
        put_folder(folder, target)
    files = {**read_record(target)["files"], RECORD: None}
    size = sum((target / name).stat().st_size for name in files)
    return Exported(target, sorted(files), size, [*losses("edl"), *losses("fcpxml")])


def read_record(folder: Path) -> dict[str, Any]:
    """What a package says of itself: movie, title, rate, frames, and the SHA-256 of every file by name."""
    value = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    if not isinstance(value, dict) or not isinstance(value.get("files"), dict):
        raise ValueError(f"{RECORD} is not a package's record")
    return value


def _fill(film: FinishedFilm, folder: Path) -> None:
    for medium in [*film.media, *_beside(film)]:
        (folder / medium.name).parent.mkdir(exist_ok=True)
        shutil.copyfile(medium.path, folder / medium.name)
    for stem in film.stems:
        (folder / stem.name).parent.mkdir(exist_ok=True)
        write_wav24(read_flac(stem.path), folder / stem.name)
    production = film.production
    names = ([medium.name for medium in film.media], [stem.name for stem in film.stems])
    edit = film_edit(production, film.sheet, film.found, *names)
    for form in ("otio", "edl", "fcpxml"):
        (folder / f"timeline.{form}").write_text(timeline_text(edit, form), encoding="utf-8")
    plan = production.script.plan
    (folder / "plan.json").write_text(plan.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / "README.txt").write_text(readme_text(edit), encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    record = {
        "movie": edit.movie,
        "title": edit.title,
        "fps": film.sheet.fps,
        "frames": film.sheet.frames,
        "files": {path.relative_to(folder).as_posix(): hash_file(path) for path in files},
    }
    (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for path in folder.rglob("*"):
        (sync_folder if path.is_dir() else sync_file)(path)


def _beside(film: FinishedFilm) -> list[Medium]:
    """Files that are copied as they are: the film with its subtitles, and the report that plays it."""
    report = film.production.ref("qa_report")
    return [
        *(Medium(film.cut / name, f"cut/{name}") for name in (FILM, *SUBTITLES)),
        *(Medium(film.report / file.name, f"report/{file.name}") for file in report.files),
    ]


def _check_space(film: FinishedFilm, where: Path) -> None:
    copied = sum(medium.path.stat().st_size for medium in [*film.media, *_beside(film)])
    sound = len(film.stems) * film.production.script.plan.rate.samples(film.sheet.frames) * 6
    need_space(where, copied + sound + SPARE, "the package")


def _check_free(target: Path, movie: str) -> None:
    """Nothing there, or an earlier package of this film and not a file more."""
    if not os.path.lexists(target):
        return
    try:
        record = read_record(target) if target.is_dir() and not target.is_symlink() else {}
    except (OSError, ValueError):
        record = {}
    if record.get("movie") != movie:
        raise InputError(
            "is there already, and is not an earlier package of this film",
            where=str(target),
            hint="choose another folder with --out, or remove it",
        )
    known = {*record["files"], RECORD}
    own = sorted(
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if not path.is_dir() and path.name not in LOOKED_AT and path.relative_to(target).as_posix() not in known
    )
    if own:
        raise InputError(
            f"holds {len(own)} files that are not ours ({own[0]})",
            where=str(target),
            hint="move them out, or choose another folder with --out",
        )
