"""`sparkle export`: a finished film for an editor's program."""

from __future__ import annotations

from pathlib import Path

import click

from resources.store.locks import film_lock
from sparkle_assets.cli.common import answer, home_option, json_option, open_home

FORMATS = ("otio", "edl", "fcpxml", "package")


@click.command()
@click.argument("movie")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="package",
    show_default=True,
    help="A timeline alone, or a folder with everything.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where to.  [default: movies/MOVIE/export/ in the home]")
@home_option
@json_option
def export(movie: str, form: str, out: Path | None, home: Path, as_json: bool) -> None:
    """Hand a finished film to an editor.

    A timeline (otio, edl, fcpxml) refers to the film's own media where they are now. A package is a folder with clips,
    stems, timelines, subtitles and report that can be copied anywhere.
    """
    from resources.pipeline.engines import close_engines, engines_of
    from resources.pipeline.handover.export import export_file, file_format
    from resources.pipeline.handover.film import finished
    from resources.pipeline.handover.package import export_package
    from resources.pipeline.production import Production

    store = open_home(home)
    film = store.existing(movie)
    try:
        with film_lock(film.path):
            whole = finished(Production(store, movie, lambda profile: engines_of(profile, store.cache)))
            folder = film.path / "export"
            if form == "package":
                made = export_package(whole, out or folder / movie)
            else:
                made = export_file(whole, file_format(form), out or folder / f"{movie}.{form}")
    finally:
        close_engines()
    lines = [f"{made.path}  ({made.bytes / 1e6:.1f} MB)" if form == "package" else str(made.path)]
    lines += [f"cannot hold: {line}" for line in made.loses]
    value = {
        "movie": movie,
        "format": form,
        "path": str(made.path.absolute()),
        "files": made.files,
        "bytes": made.bytes,
        "loses": made.loses,
    }
    answer(value, "\n".join(lines), as_json=as_json)
