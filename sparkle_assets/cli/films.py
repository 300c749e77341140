"""Commands that look at films, and the one that removes them."""

from __future__ import annotations

import shutil
import webbrowser
from pathlib import Path

import click

from resources.errors import Missing, one_line
from resources.store.film import FilmFolder, Home
from schemas.refs import Stage
from sparkle_assets.cli.common import answer, home_option, json_option, open_home


@click.command("list")
@home_option
@json_option
def list_films(home: Path, as_json: bool) -> None:
    """List all films."""
    from resources.errors import SparkleError
    from resources.pipeline.stages.plan import read_plan

    store = open_home(home)
    films, lines = [], []
    for movie in store.films():
        film = store.film(movie)
        try:
            title, shots = (plan := read_plan(film.plan_path)).title, len(plan.shots)
        except SparkleError:
            title, shots = "(its plan does not hold; `sparkle plan validate` says why)", 0
        films.append({"movie": movie, "title": title, "shots": shots, "finished": _final(film).exists()})
        how = "film" if films[-1]["finished"] else "plan"
        lines.append(f"{movie:<46} {how:<5} {shots:>3} shots  {one_line(title)}")
    answer({"films": films}, "\n".join(lines) or f"no films in {store.root} yet", as_json=as_json)


@click.command("open")
@click.argument("movie")
@home_option
@json_option
def open_film(movie: str, home: Path, as_json: bool) -> None:
    """Open the film, and say where it is."""
    path = _shown(open_home(home), movie, "final_cut", "final_cut.mp4")
    if not path.exists():
        raise Missing(f"film {movie!r} is not finished", hint=f"sparkle make --movie {movie}")
    if not as_json:
        webbrowser.open(path.as_uri())
    answer({"movie": movie, "final_cut": str(path)}, str(path), as_json=as_json)


@click.command()
@click.argument("movie")
@home_option
@json_option
def status(movie: str, home: Path, as_json: bool) -> None:
    """Say how far a film is, shot by shot."""
    from resources.pipeline.control import read_control
    from resources.pipeline.engines import engines_of
    from resources.pipeline.production import Production

    store = open_home(home)
    store.existing(movie)
    production = Production(store, movie, lambda profile: engines_of(profile, store.cache))
    shots = []
    for shot in production.script.plan.shots:
        state = production.state(production.script.slot(shot))
        takes = production.script.takes.get(state.shot)
        shots.append(
            {
                "shot": state.shot,
                "slot": state.slot,
                "stale": state.stale,
                "take": takes.current if takes else 1,
                "takes": len(takes.takes) if takes else 1,
                "pinned": bool(takes and takes.pinned),
            }
        )
    ready = all(not shot["stale"] for shot in shots)
    film = production.film_state() if ready else ["final_cut", "qa_report"]
    lines = [f"{one_line(production.script.plan.title)} · {movie}"]
    for entry in shots:
        todo = ", ".join(map(str, entry["stale"])) if isinstance(entry["stale"], list) else ""
        take = f", take {entry['take']} of {entry['takes']}" if entry["takes"] != 1 else ""
        pin = ", pinned" if entry["pinned"] else ""
        lines.append(f"  {entry['slot']} {entry['shot']}: {'to do: ' + todo if todo else 'done'}{take}{pin}")
    lines.append(f"  film: {'to do: ' + ', '.join(film) if film else 'done'}")
    paused = read_control(production.film).wish == "pause"
    waiting = [question.shot or "film" for question in production.reviews.open()]
    lines += [f"  paused: `sparkle resume {movie}` lets it go on"] if paused else []
    lines += [f"  waits for a person: {', '.join(waiting)} (sparkle review {movie})"] if waiting else []
    value = {"movie": movie, "shots": shots, "film": film, "paused": paused, "waiting": waiting}
    answer(value, "\n".join(lines), as_json=as_json)


@click.command()
@click.argument("movie")
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
@json_option
def delete(movie: str, yes: bool, home: Path, as_json: bool) -> None:
    """Remove a film and everything that was made for it."""
    from resources.store.atomic import TEMPORARY, disk_errors
    from resources.store.locks import film_lock

    store = open_home(home)
    # one that another host deleted from the object store is removed here like any other
    film = store.film(movie) if store.film(movie).plan_path.exists() else store.existing(movie)
    if not yes and not as_json:
        click.confirm(f"Remove {film.path} with everything in it?", abort=True)
    with film_lock(film.path):
        if (store.root / "adk" / "artifacts").is_dir():
            from resources.agents.records.service import AdkArtifacts

            AdkArtifacts(store.root).forget(movie)
        mirror = store.mirror(movie)
        if mirror is not None:
            mirror.heads.forget()
        # renamed first: a film is there whole, or not at all
        doomed = film.path.parent / f"{TEMPORARY}deleted-{movie}"
        with disk_errors(film.path):
            shutil.rmtree(doomed, ignore_errors=True)
            film.path.rename(doomed)
            shutil.rmtree(doomed)
    answer({"movie": movie, "deleted": True}, f"{movie} is removed", as_json=as_json)


@click.command()
@click.argument("movie")
@home_option
@json_option
def qa(movie: str, home: Path, as_json: bool) -> None:
    """Show what was measured on a film."""
    from resources.pipeline.stages.report import REPORT, read_report

    path = _shown(open_home(home), movie, "qa_report", REPORT)
    if not path.exists():
        raise Missing(f"film {movie!r} has no report yet", hint=f"sparkle make --movie {movie}")
    found = read_report(path.parent)
    lines = [f"{movie}: {found.verdict}, {len(found.findings)} findings, {len(found.checks)} checks"]
    lines += [f"  {f.severity}: {f.reason} in {f.shot or 'film'}: {f.message}" for f in found.findings]
    lines += [f"  {m.check}: {m.value:g} {m.unit}" for m in found.measures if m.shot is None]
    answer(found.model_dump(mode="json"), "\n".join(lines), as_json=as_json)


@click.command()
@click.argument("movie")
@home_option
@json_option
def report(movie: str, home: Path, as_json: bool) -> None:
    """Open the report page of a film, and say where it is."""
    path = _shown(open_home(home), movie, "qa_report", "index.html")
    if not path.exists():
        raise Missing(f"film {movie!r} has no report yet", hint=f"sparkle make --movie {movie}")
    if not as_json:
        webbrowser.open(path.as_uri())
    answer({"movie": movie, "report": str(path)}, str(path), as_json=as_json)


def _shown(store: Home, movie: str, stage: Stage, name: str) -> Path:
    """A file under its friendly name, given to it now when another host made it."""
    from resources.store.artifacts import Artifacts
    from resources.store.shown import give_names

    film = store.existing(movie)
    give_names(Artifacts(film, store.root), stage)
    return film.path / {"final_cut": "cut", "qa_report": "report"}[stage] / name


def _final(film: FilmFolder) -> Path:
    return film.path / "cut" / "final_cut.mp4"
