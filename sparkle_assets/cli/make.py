"""`sparkle make`: make a film, or make again what changed."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from resources.errors import InputError, SparkleError, Stopped, one_line
from resources.pipeline.beginning import Wishes, check_profile, check_request, lacking, movie_id, notes_on, prepare_plan
from resources.profile import load_profile
from resources.store.film import FilmFolder
from resources.store.locks import film_lock
from resources.store.remote.settings import adopt_storage
from sparkle_assets.cli.animatic import animate, tell_animatic
from sparkle_assets.cli.common import home_option, json_option, open_home
from sparkle_assets.cli.forecast import dry
from sparkle_assets.cli.making import check_reach, make_film
from sparkle_assets.cli.preview import preview as make_preview
from sparkle_assets.cli.preview import preview_id
from sparkle_assets.cli.progress import PeakMemory, Watch
from sparkle_assets.cli.screenplay import check_screenplay, make_reels
from sparkle_assets.cli.spending import cost, in_words, spent, worked
from sparkle_assets.cli.wishes import say, wish_options
from sparkle_assets.interrupts import INTERRUPTED, arrived, end_at_once


@click.command()
@click.argument("idea", required=False)
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A plan in JSON; replaces the film's plan.")
@click.option("--screenplay", type=click.Path(path_type=Path), help="A screenplay in Fountain.")
@click.option("--reel", metavar="N|all", help="Which reel of a long screenplay.  [default: 1]")
@click.option("--movie", help="Id of the film; without it a short form of the idea.")
@click.option("--profile", help="Which engines serve (configs/profiles).")
@click.option("--writer", help="Who writes the plan.  [default: the profile's]")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Another seed is another telling.")
@click.option("--aspect", type=click.Choice(["16:9", "9:16", "1:1"]))
@click.option("--resolution", type=click.Choice(["144p", "360p", "480p", "720p", "1080p", "2160p"]))
@click.option("--language", help="Language of the dialogue, for example en, es, fr, de.")
@wish_options
@click.option("--loudness", type=click.Choice(["web", "ebu"]), help="-14 LUFS for the web, -23 for broadcast.")
@click.option("--codec", type=click.Choice(["h264", "hevc", "av1"]), help="How the finished film is compressed.")
@click.option("--burn-subtitles/--no-burn-subtitles", default=None, help="Draw the subtitles into the picture.")
@click.option("--animatic", is_flag=True, help="Only the storyboard with voices, as long as the film will be.")
@click.option("--preview", is_flag=True, help="The same film small and in few steps, kept apart as ID-preview.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, how long and how large; make nothing.")
@click.option("--quiet", is_flag=True, help="No progress, only the answer.")
@home_option
@json_option
def make(
    idea: str | None,
    plan_file: Path | None,
    screenplay: Path | None,
    reel: str | None,
    movie: str | None,
    profile: str | None,
    writer: str | None,
    seed: int | None,
    aspect: str | None,
    resolution: str | None,
    language: str | None,
    seconds: float | None,
    shots: int | None,
    style: str | None,
    cast: tuple[str, ...],
    forbid: tuple[str, ...],
    loudness: str | None,
    codec: str | None,
    burn_subtitles: bool | None,
    animatic: bool,
    preview: bool,
    dry_run: bool,
    quiet: bool,
    home: Path,
    as_json: bool,
) -> int:
    """Make a film from IDEA, from a screenplay or a plan, or (with --movie) make again what changed in one.

    A second run with nothing changed makes nothing. Edit movies/ID/plan/movie_plan.json and run
    `sparkle make --movie ID`: only what the edit reaches is made again.
    """
    from resources.pipeline.control import admit, begin
    from resources.pipeline.stages.plan import read_plan

    begun, memory = time.monotonic(), PeakMemory()
    store = open_home(home)
    wishes = Wishes(seed, aspect, resolution, language, style, seconds, shots, cast, forbid)
    if preview and (screenplay is not None or reel is not None):
        hint = "make its animatic first, then: sparkle make --movie ID --preview"
        raise InputError("--preview is of a film that has a plan, not of a screenplay", hint=hint)
    if screenplay is not None or reel is not None:
        check_screenplay(screenplay, reel, idea, plan_file, writer, wishes)
        flags = {"profile": profile, "loudness": loudness, "codec": codec, "burn_subtitles": burn_subtitles}
        how = {"animatic": animatic, "dry_run": dry_run, "quiet": quiet, "as_json": as_json}
        return make_reels(home, screenplay or Path(), movie, reel, wishes, flags, **how)
    check_request(idea, plan_file, movie)
    if animatic and dry_run:
        raise InputError("--dry-run tells what a film costs, not its animatic", hint="leave one of the two out")
    if preview and (animatic or dry_run):
        raise InputError("--preview makes a film of its own", hint="leave --animatic or --dry-run out")
    if plan_file is not None:
        read_plan(plan_file)  # told before anything is written
    film = store.film(movie or movie_id(idea, plan_file))
    if not dry_run:
        if profile is not None:
            check_profile(profile, writer)
            adopt_storage(store.root, load_profile(profile).storage)
        store.pull(film.movie)
    given = {"profile": profile, "loudness": loudness, "codec": codec, "burn_subtitles": burn_subtitles}
    flags = {key: value for key, value in given.items() if value is not None}
    if preview:
        preview_id(film.movie)  # told before anything is written
    settings = film.settings_with(flags)
    check_profile(settings.profile, writer)
    say(notes_on(film, idea, plan_file, wishes, writer, settings))
    if dry_run:
        if (lack := lacking(store, film, plan_file, wishes, settings)) is not None:
            say([f"to make it: {lack}"])
        value = dry(store, film, idea, plan_file, wishes, writer, settings)
        _print_dry(value, as_json=as_json)
        return 0
    if plan_file is None and idea is None:
        store.known(film.movie)
    if (lack := lacking(store, film, plan_file, wishes, settings)) is not None:
        raise lack  # told before anything is written
    if not animatic:
        check_reach(settings.profile)
    store.prepare()
    admit(film)
    resume = (
        f"sparkle make --movie {film.movie}"
        + (" --preview" if preview else "")
        + ("" if str(home) == ".sparkle" else f" --home {home}")
    )
    with ExitStack() as lock:
        lock.enter_context(film_lock(film.path))
        begin(film)
        before, done = spent(film), worked(film)
        try:
            prepare_plan(film, idea, plan_file, wishes, writer, settings)
            film.write_settings(settings)
            store.push(film.movie)  # whoever makes it elsewhere needs it
            with Watch(quiet=quiet) as watch:
                if animatic:
                    result = animate(store, film, watch)
                elif preview:
                    result = make_preview(store, film, settings, watch)
                else:
                    result = make_film(store, film, watch, lock)
        except (KeyboardInterrupt, Exception) as error:
            if isinstance(error, Stopped):
                error.hint = f"resume with: {resume}"
            if not isinstance(error, KeyboardInterrupt) and not arrived():
                raise
            if isinstance(error, SparkleError):
                click.echo(f"sparkle: {one_line(str(error))}", err=True)
            click.echo(f"sparkle: stopped; everything made so far is kept. Resume with: {resume}", err=True)
            end_at_once()
            return INTERRUPTED
        finally:
            _close_engines()
    result |= {
        "wall_s": round(time.monotonic() - begun, 2),
        "peak_rss_mb": memory.stop(),
        "cost": cost(before, spent(film), worked(film).since(done)),
    }
    if animatic:
        _print_animatic(result, as_json=as_json)
        return 0
    _print_result(result, as_json=as_json, film=store.film(result["movie"]))
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
    amount = estimate["amount"]
    money = "no money" if amount == 0 else "a price that is not known" if amount is None else f"{amount:.4f} USD"
    used = f" ({estimate['tokens']:,} tokens)" if estimate["tokens"] else ""
    if estimate.get("basis") == "unknown":
        click.echo("how long the models of this profile take is known once they have made a film here; without them:")
    click.echo(f"about {estimate['seconds']:.0f} s, {estimate['disk_bytes'] / 1e6:.0f} MB of disk, {money}{used}")
    if not value["planned"]:
        click.echo("the plan is not written yet: its shots are known when the writer has been asked")


def _print_animatic(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        tell_animatic(result)


def _print_result(result: dict[str, Any], *, as_json: bool, film: FilmFolder) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    made = sum(1 for shot in result["shots"] if shot["rendered"])
    words = {"approve": "approved", "retake": "wants a retake", "escalate": "a person must look"}
    size = f"{result['width']}x{result['height']}"
    click.echo(
        f"{one_line(result['title'])}: {result['duration_s']:.1f} s, {size}, "
        f"{made} of {len(result['shots'])} shots made, in {result['wall_s']:.1f} s, {in_words(result['cost'])}"
    )
    click.echo(f"verdict: {words[result['qa']['verdict']]}, {len(result['qa']['findings'])} findings")
    for finding in result["qa"]["findings"][:8]:
        number = f"{finding['value']} (limit {finding['limit']})"
        click.echo(f"  {finding['severity']}: {finding['reason']} in {finding['shot'] or 'film'}: {number}")
    if result["qa"]["verdict"] == "escalate":
        click.echo(f"review:  sparkle review {film.movie}")
    click.echo(f"report:  {result['report']}")
    click.echo(f"film:    {result['final_cut']}")
    if "preview_of" in result:
        click.echo(f"a preview; in full: sparkle make --movie {result['preview_of']}")
