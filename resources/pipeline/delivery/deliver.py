"""The marked copy of a finished film, written beside its place and put there when it verifies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from resources.errors import InputError, Missing, NeedsReview, RenderFault
from resources.media.label import labelled
from resources.media.process import ProcessFailed, ProgramMissing
from resources.pipeline.delivery.certificate import Signer, home_signer, remember
from resources.pipeline.delivery.facts import gather, own_files
from resources.pipeline.delivery.sign import mark_path, mark_text, signed_copy
from resources.pipeline.delivery.verdict import Verdict
from resources.pipeline.delivery.verify import read_mark, verify
from resources.pipeline.handover.film import FinishedFilm
from resources.pipeline.handover.package import SPARE
from resources.pipeline.stages.cut import FILM, cut_picture
from resources.store.atomic import crash_point, disk_errors, sync_folder, write_bytes
from resources.store.folders import folder_beside, need_space
from schemas.delivery import Facts, Training


@dataclass(frozen=True)
class Delivered:
    """What was written."""

    path: Path
    mark: Path
    verdict: Verdict
    """What :func:`verify` says of it."""


def deliver(
    film: FinishedFilm,
    target: Path | None = None,
    *,
    signer: Signer | None = None,
    label: bool = False,
    training: Training | None = None,
) -> Delivered:
    """Write the marked copy of ``film`` and its mark file; the final cut is read and never touched.

    ``target`` is an .mp4, else ``delivery/<movie>.mp4`` in the film's folder; ``signer`` is the user's own, else the
    home's. An earlier copy of the same film is replaced. Raises :class:`NeedsReview` for a film that is held,
    :class:`InputError` for another file of that name.
    """
    production = film.production
    _check_let_go(film)
    target = _free_place(film, target)
    if signer is None:
        signer = home_signer(production.home)
    else:
        remember(production.home, signer.chain)
    facts = gather(film, label=label, training=training)
    with folder_beside(target) as folder, disk_errors(target):
        # the library tells a full disk as a failed signature: so it is looked at before
        need_space(target.parent, 3 * (film.cut / FILM).stat().st_size + SPARE, "a copy")
        source = _labelled(film, folder) if label else film.cut / FILM
        made = folder / target.name
        mark = signed_copy(source, made, target.name, facts, signer, own_files(film, facts))
        write_bytes(mark_path(made), mark_text(mark).encode())
        verdict = verify(made, production.home)
        if verdict.state != "intact" or not verdict.known:
            raise RenderFault(f"the copy does not verify: {'; '.join(verdict.why)}", where=target.name)
        _put(made, target)
    return Delivered(target, mark_path(target), verdict)


def _labelled(film: FinishedFilm, folder: Path) -> Path:
    """The film with its visible label, in ``folder``."""
    made = folder / "labelled.mp4"
    try:
        labelled(film.cut / FILM, cut_picture(film.production.script), made)
    except ProgramMissing as error:
        hint = "`sparkle doctor` says how to get it"
        raise Missing(f"{Path(error.program).name} is not installed", hint=hint) from None
    except ProcessFailed as error:
        raise RenderFault(f"the label could not be drawn: {error}", where=film.production.film.movie) from None
    return made


def _put(made: Path, target: Path) -> None:
    """Give both files their names. Between the steps there is a film without a mark file, and such a film holds."""
    mark_path(target).unlink(missing_ok=True)
    made.replace(target)
    crash_point("delivery.film")
    mark_path(made).replace(mark_path(target))
    sync_folder(target.parent)


def _check_let_go(film: FinishedFilm) -> None:
    """Nothing that a person has still to look at, or said no to, leaves the house."""
    movie = film.production.film.movie
    held = [one for one in film.production.reviews.current() if one.decision != "approve"]
    hint = f"`sparkle review {movie}` shows what, and takes a person's answer"
    if held:
        what = ", ".join(dict.fromkeys(one.shot or "the film" for one in held))
        raise NeedsReview(f"film {movie!r} is held for review ({what}) and is not delivered", hint=hint)
    if film.found.verdict != "approve":
        raise NeedsReview(f"film {movie!r} is not approved ({film.found.verdict}) and is not delivered", hint=hint)


def _free_place(film: FinishedFilm, target: Path | None) -> Path:
    """Where the copy goes. Raises :class:`InputError` when something is there that is no earlier copy of the film."""
    movie = film.production.film.movie
    if target is None:
        target = film.production.film.path / "delivery" / f"{movie}.mp4"
    target = Path(os.path.abspath(target))
    if target.is_dir() and not target.is_symlink():
        target = target / f"{movie}.mp4"
    if target.suffix.lower() != ".mp4":
        raise InputError("a delivery copy is an .mp4", where=str(target), hint="end the name in .mp4")
    for path in (target, mark_path(target)):
        if path.is_symlink() or (os.path.lexists(path) and not path.is_file()):
            raise InputError("is there already, and is no file", where=str(path), hint="choose another name with --out")
    facts = _facts_there(target, film)
    if facts is not None and facts.movie == movie:
        return target
    for path in (target, mark_path(target)):
        if path.exists():
            raise InputError(
                "is there already, and is not an earlier copy of this film",
                where=str(path),
                hint="choose another name with --out, or remove it",
            )
    return target


def _facts_there(target: Path, film: FinishedFilm) -> Facts | None:
    """What a copy that is there tells, or a mark file that lost its film."""
    if target.exists():
        return verify(target, film.production.home).facts
    try:
        return read_mark(mark_path(target))[0].content.facts
    except InputError:
        return None
