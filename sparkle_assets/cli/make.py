"""`sparkle make`: make a film, or make again what changed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from resources.store.film import FilmFolder, Home, Settings
from resources.store.locks import film_lock
from sparkle_assets.cli.beginning import Wishes, check_profile, check_request, movie_id, prepare_plan
from sparkle_assets.cli.common import home_option, json_option
from sparkle_assets.cli.forecast import dry
from sparkle_assets.cli.making import Making
from sparkle_assets.cli.progress import PeakMemory, Watch


@click.command()
@click.argument("idea", required=False)
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A plan in JSON; replaces the film's plan.")
@click.option("--movie", help="Id of the film; without it a short form of the idea.")
@click.option("--profile", help="Which engines serve (configs/profiles).")
@click.option("--writer", help="Who writes the plan.  [default: the profile's]")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Another seed is another telling.")
@click.option("--aspect", type=click.Choice(["16:9", "9:16", "1:1"]))
@click.option("--resolution", type=click.Choice(["144p", "360p", "480p", "720p", "1080p"]))
@click.option("--language", help="Language of the dialogue, for example en, es, fr, de.")
@click.option("--loudness", type=click.Choice(["web", "ebu"]), help="-14 LUFS for the web, -23 for broadcast.")
@click.option("--burn-subtitles/--no-burn-subtitles", default=None, help="Draw the subtitles into the picture.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, how long and how large; make nothing.")
@click.option("--quiet", is_flag=True, help="No progress, only the answer.")
@home_option
@json_option
def make(
    idea: str | None,
    plan_file: Path | None,
    movie: str | None,
    profile: str | None,
    writer: str | None,
    seed: int | None,
    aspect: str | None,
    resolution: str | None,
    language: str | None,
    loudness: str | None,
    burn_subtitles: bool | None,
    dry_run: bool,
    quiet: bool,
    home: Path,
    as_json: bool,
) -> int:
    """Make a film from IDEA, from a plan, or (with --movie) make again what changed in one.

    A second run with nothing changed makes nothing. Edit movies/ID/plan/movie_plan.json and run
    `sparkle make --movie ID`: only what the edit reaches is made again.
    """
    from resources.pipeline.stages.plan import read_plan

    begun, memory = time.monotonic(), PeakMemory()
    store = Home(home)
    wishes = Wishes(seed, aspect, resolution, language)
    check_request(idea, plan_file, movie)
    if plan_file is not None:
        read_plan(plan_file)  # told before anything is written
    film = store.film(movie or movie_id(idea, plan_file))
    given = {"profile": profile, "loudness": loudness, "burn_subtitles": burn_subtitles}
    flags = {key: value for key, value in given.items() if value is not None}
    settings = Settings.model_validate({**film.settings().model_dump(), **flags})
    check_profile(settings.profile, writer)
    if dry_run:
        value = dry(store, film, idea, plan_file, wishes, writer, settings)
        _print_dry(value, as_json=as_json)
        return 0
    if plan_file is None and idea is None:
        store.known(film.movie)
    store.prepare()
    with film_lock(film.path):
        try:
            prepare_plan(film, idea, plan_file, wishes, writer, settings)
            film.write_settings(settings)
            with Watch(quiet=quiet) as watch:
                result = Making(store, film, watch).run()
        except KeyboardInterrupt:
            _close_engines()
            resume = f"sparkle make --movie {film.movie}" + ("" if str(home) == ".sparkle" else f" --home {home}")
            click.echo(f"sparkle: stopped; everything made so far is kept. Resume with: {resume}", err=True)
            return 130
        finally:
            _close_engines()
    result |= {
        "wall_s": round(time.monotonic() - begun, 2),
        "peak_rss_mb": memory.stop(),
        "cost": {"currency": "USD", "amount": 0.0, "tokens": 0, "gpu_s": 0.0},
    }
    _print_result(result, as_json=as_json, film=film)
    return 3 if result["qa"]["verdict"] == "escalate" else 0


def _close_engines() -> None:
    from resources.pipeline.engines import close_engines

    close_engines()


def _print_dry(value: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    if not value["would_render"]:
        click.echo(f"{value['movie']}: nothing to render")
        return
    click.echo(f"{value['movie']} would render:")
    for entry in value["would_render"]:
        click.echo(f"  {entry['shot'] or 'film'}: {', '.join(entry['stages'])}")
    estimate = value["estimate"]
    click.echo(f"about {estimate['seconds']:.0f} s, {estimate['disk_bytes'] / 1e6:.0f} MB of disk, no money")


def _print_result(result: dict[str, Any], *, as_json: bool, film: FilmFolder) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    made = sum(1 for shot in result["shots"] if shot["rendered"])
    words = {"approve": "approved", "retake": "wants a retake", "escalate": "a person must look"}
    size = f"{result['width']}x{result['height']}"
    click.echo(
        f"{result['title']}: {result['duration_s']:.1f} s, {size}, {made} of {len(result['shots'])} shots made, "
        f"in {result['wall_s']:.1f} s, for nothing (no model was paid)"
    )
    click.echo(f"verdict: {words[result['qa']['verdict']]}, {len(result['qa']['findings'])} findings")
    for finding in result["qa"]["findings"][:8]:
        number = f"{finding['value']} (limit {finding['limit']})"
        click.echo(f"  {finding['severity']}: {finding['reason']} in {finding['shot'] or 'film'}: {number}")
    click.echo(f"report:  {result['report']}")
    click.echo(f"film:    {result['final_cut']}")
