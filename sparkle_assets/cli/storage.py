"""`sparkle storage`: the object store of a home."""

from __future__ import annotations

from pathlib import Path

import click

from resources.errors import ConfigInvalid
from sparkle_assets.cli.common import answer, home_option, json_option, open_home


@click.command()
@click.argument("url", required=False)
@click.option("--cache-gb", type=click.FloatRange(0, 1_000_000), help="Most that fetched and sent media take here.")
@home_option
@json_option
def storage(url: str | None, cache_gb: float | None, home: Path, as_json: bool) -> None:
    """Keep films in an object store as well: s3://bucket/prefix, gs://bucket/prefix, file:///mnt/films.

    Without URL: which one it is, and what is kept here of it. Before anything is settled the store is asked to hold to
    what this rests on. Films that are here go there when something is next done with them.
    """
    from pydantic import ValidationError

    from resources.store.remote.bucket import open_bucket
    from resources.store.remote.cache import cached_bytes
    from resources.store.remote.settings import Storage, storage_of, use_storage

    store = open_home(home)
    known = storage_of(store.root)
    if url is not None:
        try:
            chosen = Storage(url=url, cache_gb=cache_gb)
        except ValidationError as error:
            hint = "for example s3://bucket/films"
            raise ConfigInvalid(error.errors()[0]["msg"], where=url[:200], hint=hint) from None
        open_bucket(chosen.url.rstrip("/")).check()
        store.prepare()
        use_storage(store.root, chosen)
        known = chosen
    elif cache_gb is not None and known is not None:
        known = known.model_copy(update={"cache_gb": cache_gb})
        use_storage(store.root, known)
    if known is None:
        answer({"storage": None}, "films are kept in this home alone", as_json=as_json)
        return
    here = cached_bytes(store.root / "movies", known.url)
    most = "no limit" if known.cache_gb is None else f"at most {known.cache_gb:g} GB"
    answer(
        {"storage": known.url, "cache_gb": known.cache_gb, "cached_bytes": here},
        f"{known.url}: media of {here / 1e6:.1f} MB are here as well ({most})",
        as_json=as_json,
    )
