"""`sparkle deliver`: the marked and signed copy of a finished film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from resources.store.locks import film_lock
from sparkle_assets.cli.common import answer, home_option, json_option, open_home

if TYPE_CHECKING:
    from schemas.delivery import Training

TRAINING: dict[str, Training] = {"allowed": "allowed", "not-allowed": "notAllowed"}


@click.command()
@click.argument("movie")
@click.option("--out", type=click.Path(path_type=Path), help="Where to.  [default: movies/MOVIE/delivery/MOVIE.mp4]")
@click.option("--label", is_flag=True, help="Draw 'Made by machine' into the picture, small; it is encoded again.")
@click.option(
    "--training",
    type=click.Choice(list(TRAINING)),
    help="Say whether models may learn from it.  [default: say nothing]",
)
@click.option("--certificate", type=click.Path(path_type=Path), help="Sign with your own: PEM, then its issuers.")
@click.option("--key", type=click.Path(path_type=Path), help="The private key of --certificate (PEM, mode 0600).")
@home_option
@json_option
def deliver(
    movie: str,
    out: Path | None,
    label: bool,
    training: str | None,
    certificate: Path | None,
    key: Path | None,
    home: Path,
    as_json: bool,
) -> None:
    """Write a copy of a finished film that says it was made by machine, signed (C2PA), and a mark file beside it.

    The film itself stays as it is. Without --certificate a key of this home signs, made on first use.
    """
    from resources.pipeline.delivery.certificate import own_signer
    from resources.pipeline.delivery.deliver import deliver as write_copy
    from resources.pipeline.engines import close_engines, engines_of
    from resources.pipeline.handover.film import finished
    from resources.pipeline.production import Production

    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key belong together")
    store = open_home(home)
    film = store.existing(movie)
    signer = own_signer(certificate, key) if certificate is not None and key is not None else None
    try:
        with film_lock(film.path):
            whole = finished(Production(store, movie, lambda profile: engines_of(profile, store.cache)))
            made = write_copy(
                whole, out, signer=signer, label=label, training=TRAINING[training] if training is not None else None
            )
    finally:
        close_engines()
    value = {"movie": movie, "path": str(made.path), "mark_file": str(made.mark), **made.verdict.told()}
    lines = [f"{made.path}  ({made.path.stat().st_size / 1e6:.1f} MB)", str(made.mark), *made.verdict.lines()]
    answer(value, "\n".join(lines), as_json=as_json)
