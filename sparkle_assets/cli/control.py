"""`sparkle pause`, `resume` and `stop`: what a person wishes of a film that is being made, from any terminal."""

from __future__ import annotations

from pathlib import Path

import click

from sparkle_assets.cli.common import answer, home_option, json_option, open_home


@click.command("pause")
@click.argument("movie")
@home_option
@json_option
def pause_film(movie: str, home: Path, as_json: bool) -> None:
    """Hold MOVIE at its next step; nothing new begins until `sparkle resume`."""
    from resources.pipeline.control import pause
    from resources.store.locks import holder

    film = open_home(home).known(movie)
    pause(film)
    process = holder(film.path)
    how = f"process {process} holds at its next step" if process else "nothing works on it"
    answer({"movie": movie, "paused": True, "process": process}, f"{movie} is paused: {how}", as_json=as_json)


@click.command("resume")
@click.argument("movie")
@home_option
@json_option
@click.pass_context
def resume_film(context: click.Context, movie: str, home: Path, as_json: bool) -> int:
    """Let MOVIE go on; when no process works on it any more, go on making it here."""
    from resources.pipeline.control import resume
    from resources.store.locks import holder
    from sparkle_assets.cli.make import make

    film = open_home(home).known(movie)
    resume(film)
    process = holder(film.path)
    if process is None:
        return int(context.invoke(make, movie=movie, home=home, as_json=as_json) or 0)
    text = f"{movie} goes on in process {process}"
    answer({"movie": movie, "paused": False, "process": process}, text, as_json=as_json)
    return 0


@click.command("stop")
@click.argument("movie")
@home_option
@json_option
def stop_film(movie: str, home: Path, as_json: bool) -> None:
    """End the process that makes MOVIE at its next step; everything made is kept.

    On a cluster its runs are taken back: those that wait never begin, those being made are interrupted at once.
    """
    from resources.pipeline.control import stop
    from resources.profile import load_profile

    store = open_home(home)
    film = store.known(movie)
    if load_profile(film.settings().profile).farm is not None:
        from sparkle_assets.cluster.remote import cancel_film

        count = cancel_film(store, movie)
        text = f"{count} runs of {movie} are taken back" if count else f"the cluster has nothing to do for {movie}"
        answer({"movie": movie, "process": None, "runs": count}, text, as_json=as_json)
        return
    process = stop(film)
    text = f"process {process} ends at its next step" if process else f"no process works on {movie}"
    answer({"movie": movie, "process": process}, text, as_json=as_json)
