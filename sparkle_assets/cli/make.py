"""`sparkle make`: make a film, or make again what changed."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resources.errors import DiskFull, InputError, SparkleError
from resources.store.film import ID, FilmFolder, Home, Settings
from resources.store.fingerprint import derive_seed
from resources.store.locks import film_lock
from sparkle_assets.cli.common import home_option, json_option
from sparkle_assets.cli.progress import PeakMemory, Watch

if TYPE_CHECKING:
    from resources.pipeline.production import Production, ShotState
    from schemas.plan import MoviePlan
    from sparkle_assets.runner import Runner

BYTES_A_FRAME = 80_000
"""Disk a 720p frame takes in a shot's artifacts, cache included; measured by bench/film.py, rounded up."""
BYTES_A_FILM = 40_000_000
SECONDS_A_SECOND = 1.2
"""Wall time for a second of film on two cores; measured by bench/film.py."""
ALL_STAGES = 4


@dataclass(frozen=True)
class Wishes:
    """What the flags said; None is nothing."""

    seed: int | None
    aspect: str | None
    resolution: str | None
    language: str | None

    def changes(self) -> dict[str, Any]:
        """Flags as fields of a plan."""
        given = {"seed": self.seed, "aspect": self.aspect, "resolution": self.resolution, "language": self.language}
        return {key: value for key, value in given.items() if value is not None}


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
    film = store.film(movie or _movie_id(idea, plan_file))
    given = {"profile": profile, "loudness": loudness, "burn_subtitles": burn_subtitles}
    flags = {key: value for key, value in given.items() if value is not None}
    settings = Settings.model_validate({**film.settings().model_dump(), **flags})
    _check_profile(settings.profile, writer)
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


def check_request(idea: str | None, plan_file: Path | None, movie: str | None) -> None:
    """Exactly one beginning: an idea, a plan, or a film that is there."""
    from resources.pipeline.stages.plan import check_idea

    if idea is not None and plan_file is not None:
        raise InputError("give an idea or --plan, not both")
    if idea is None and plan_file is None and movie is None:
        raise InputError("what is the film about?", hint='sparkle make "A lighthouse keeper befriends a storm"')
    if idea is not None:
        check_idea(idea)


def prepare_plan(
    film: FilmFolder,
    idea: str | None,
    plan_file: Path | None,
    wishes: Wishes,
    writer: str | None,
    settings: Settings,
) -> None:
    """Leave the film with a plan that says what the command line said."""
    from resources.pipeline.stages.plan import (
        check_idea,
        plan_hash,
        read_plan,
        read_request,
        rehearse,
        save_plan,
        save_request,
        take_in,
        write_plan,
    )
    from resources.profile import load_profile

    if plan_file is not None:
        plan = _with_wishes(read_plan(plan_file), wishes)
        rehearse(plan, settings, plan_file.absolute().parent)
        save_plan(film, take_in(film, plan, plan_file.absolute().parent))
        return
    request = read_request(film)
    if idea is not None:
        wanted = _request(check_idea(idea), wishes, writer or load_profile(settings.profile).writer, request)
        told_before = request.told if request is not None else None
        edited = film.plan_path.exists() and plan_hash(read_plan(film.plan_path)) != told_before
        same = request is not None and wanted.model_copy(update={"told": request.told}) == request
        if not film.plan_path.exists() or (not edited and not same):
            plan = take_in(film, write_plan(wanted), film.plan_path.parent)
            rehearse(plan, settings, film.plan_path.parent)
            save_plan(film, plan)
            save_request(film, wanted.model_copy(update={"told": plan_hash(plan)}))
            return
    if wishes.changes() and film.plan_path.exists():
        plan = _with_wishes(read_plan(film.plan_path), wishes)
        rehearse(plan, settings, film.plan_path.parent)
        save_plan(film, plan)


def _request(idea: str, wishes: Wishes, writer: str, before: Any) -> Any:
    from pydantic import ValidationError

    from resources.config import first_fault
    from resources.pipeline.stages.plan import Request, check_writer

    check_writer(writer)
    kept = before.model_dump() if before is not None and before.idea == idea else {}
    try:
        return Request.model_validate({**kept, "idea": idea, "writer": writer, **wishes.changes(), "told": None})
    except ValidationError as error:
        raise InputError(first_fault(error)) from None


def _with_wishes(plan: MoviePlan, wishes: Wishes) -> MoviePlan:
    from pydantic import ValidationError

    from resources.config import first_fault
    from schemas.plan import MoviePlan

    try:
        return MoviePlan.model_validate({**plan.model_dump(mode="json"), **wishes.changes()})
    except ValidationError as error:
        raise InputError(first_fault(error)) from None


def _movie_id(idea: str | None, plan_file: Path | None) -> str:
    """A slug of the idea, or of the plan's title, with four hex digits of its hash."""
    from resources.pipeline.resolve import slug
    from resources.pipeline.stages.plan import check_idea, read_plan

    text = check_idea(idea) if idea is not None else read_plan(plan_file or Path()).title
    name = slug(text, 40).strip("-") or "film"
    movie = f"{name}-{derive_seed(text) & 0xFFFF:04x}"
    return movie if ID.fullmatch(movie) else f"film-{derive_seed(text) & 0xFFFF:04x}"


def _check_profile(profile: str, writer: str | None) -> None:
    from resources.pipeline.stages.plan import check_writer
    from resources.profile import load_profile

    loaded = load_profile(profile)
    check_writer(writer or loaded.writer)


class Making:
    """One film being made: two passes over the shots, then the cut.

    The first pass makes pictures, voices and motion, and hands each shot's final frames to the worker processes as
    soon as they can begin; the second collects them. Dagster's own work thus runs beside the drawing.
    """

    def __init__(self, home: Home, film: FilmFolder, watch: Watch) -> None:
        from resources.pipeline.engines import engines_of
        from resources.pipeline.production import Production
        from resources.store.timeline import read_timeline

        self.home = home
        self.watch = watch
        self.engines = lambda profile: engines_of(profile, home.cache)
        self.production: Production = Production(home, film.movie, self.engines)
        self.first_event = len(read_timeline(film.path))
        self.failed: dict[str, SparkleError] = {}

    def run(self) -> dict[str, Any]:
        """Make what is not current; the answer of ``--json`` but for time and memory."""
        production = self.production
        plan = production.script.plan
        slots = [production.script.slot(shot) for shot in plan.shots]
        states = {slot: production.state(slot) for slot in slots}
        stale = [slot for slot in slots if states[slot].stale]
        self.watch.say(f"{plan.title} · {production.film.movie}")
        if stale:
            _check_space(self.home, plan, len(stale))
            production.engines.workers.warm()
            production.prefetch_voices(stale)
        from sparkle_assets.runner import Runner

        runner = Runner(self.home, production.script.settings.profile)
        try:
            runner.add_movie(production.film.movie)
            self._record(runner, slots, states)
            self._shots(runner, [slot for slot in slots if states[slot].stale], states)
            self._finish(runner)
        finally:
            runner.close()
        return self._result(slots)

    def _record(self, runner: Runner, slots: list[str], states: dict[str, ShotState]) -> None:
        """Record the plan when it changed, and let Dagster catch up with what a killed process had published."""
        production, movie = self.production, self.production.film.movie
        plan_ref = production.store.current("movie_plan")
        known = runner.recorded("movie_plan", movie)
        if not production.plan_is_current() or plan_ref is None or known != plan_ref.sha256:
            self.watch.step("plan")
            runner.run("plan_film", movie)
        for slot in slots:
            if states[slot].stale:
                continue
            for stage in ("shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"):
                if runner.recorded(stage, movie, slot) != production.ref(stage, slot).sha256:
                    runner.run("render_shot", movie, slot)
                    break

    def _shots(self, runner: Runner, stale: list[str], states: dict[str, ShotState]) -> None:
        movie = self.production.film.movie
        self.watch.total(len(stale) * ALL_STAGES + 3)
        for number, slot in enumerate(stale, 1):
            shot = states[slot].shot
            if states[slot].stale != ["lipsynced_clips"]:
                self.watch.step(f"shot {number}/{len(stale)} {shot}: picture, voice, motion")
                if self._try(slot, runner, "prepare_shot"):
                    self.production.prefetch_clip(slot)
            else:
                self.production.prefetch_clip(slot)
            self.watch.bar.advance(self.watch.task, 1)
        if stale and not self.failed:
            self.production.prefetch_cards()
        for number, slot in enumerate(stale, 1):
            if slot not in self.failed:
                self.watch.step(f"shot {number}/{len(stale)} {states[slot].shot}: final frames")
                self._try(slot, runner, "finish_shot")
            self.watch.bar.advance(self.watch.task, ALL_STAGES - 1)
        if self.failed:
            shots = ", ".join(states[slot].shot for slot in self.failed)
            first = next(iter(self.failed.values()))
            mend = f"{first.hint}; " if first.hint else ""
            first.hint = f"{mend}every other shot is made; run `sparkle make --movie {movie}` to go on"
            if len(self.failed) > 1:
                first.message = f"{first.message} ({len(self.failed)} shots failed: {shots})"
            raise first

    def _try(self, slot: str, runner: Runner, job: str) -> bool:
        """Run a shot's job; a failed shot does not stop the others, a full disk does."""
        try:
            runner.run(job, self.production.film.movie, slot)
        except DiskFull:
            raise
        except SparkleError as error:
            self.failed[slot] = error
            return False
        return True

    def _finish(self, runner: Runner) -> None:
        production, movie = self.production, self.production.film.movie
        stages = production.film_state()
        recorded = all(
            (ref := production.store.current(stage)) is not None and runner.recorded(stage, movie) == ref.sha256
            for stage in ("final_cut", "qa_report")
            if stage not in stages
        )
        if stages or not recorded:
            self.watch.step("cut, music, mix, report")
            runner.run("finish_film", movie)
        self.watch.bar.advance(self.watch.task, 3)

    def _result(self, slots: list[str]) -> dict[str, Any]:
        from resources.store.timeline import read_timeline

        production = self.production
        events = read_timeline(production.film.path)[self.first_event :]
        rendered = {(event.stage, event.slot) for event in events if event.event == "success"}
        script, cut, report = production.script, production.ref("final_cut"), production.qa()
        shots = []
        for slot in slots:
            shot = script.shot(slot)
            stages = ("shot_images", "voice_tracks", "video_chunks", "lipsynced_clips")
            takes = script.takes.get(shot.id or "")
            shots.append(
                {
                    "shot": shot.id,
                    "slot": slot,
                    "rendered": [stage for stage in stages if (stage, slot) in rendered],
                    "reused": [stage for stage in stages if (stage, slot) not in rendered],
                    "takes": len(takes.takes) if takes else 1,
                }
            )
        film_stages = ("movie_plan", "final_cut", "qa_report")
        return {
            "movie": production.film.movie,
            "title": script.plan.title,
            "final_cut": str(production.film.path / "cut" / "final_cut.mp4"),
            "report": str(production.film.path / "report" / "index.html"),
            "duration_s": cut.facts["seconds"],
            "frames": cut.facts["frames"],
            "fps": script.plan.fps,
            "width": cut.facts["width"],
            "height": cut.facts["height"],
            "stages": {stage: "rendered" if (stage, None) in rendered else "reused" for stage in film_stages},
            "shots": shots,
            "qa": {
                "verdict": report.verdict,
                "findings": [
                    finding.model_dump(
                        include={"check", "shot", "frame", "second", "value", "limit", "severity", "reason"}
                    )
                    for finding in report.findings
                ],
            },
        }


def dry(
    home: Home,
    film: FilmFolder,
    idea: str | None,
    plan_file: Path | None,
    wishes: Wishes,
    writer: str | None,
    settings: Settings,
) -> dict[str, Any]:
    """What ``make`` would do. Nothing is written, loaded or opened but the plan."""
    from resources.pipeline.engines import engines_of
    from resources.pipeline.production import Production
    from resources.pipeline.resolve import with_ids
    from resources.pipeline.stages.plan import read_plan, write_plan
    from resources.profile import load_profile

    existing = film.plan_path.exists() and plan_file is None and not wishes.changes()
    would: list[dict[str, Any]]
    if existing:
        production = Production(home, film.movie, lambda profile: engines_of(profile, home.cache))
        plan = production.script.plan
        states = [production.state(production.script.slot(shot)) for shot in plan.shots]
        would = [{"shot": state.shot, "stages": list(state.stale)} for state in states if state.stale]
        same = settings == production.script.settings
        film_stages = production.film_state() if not would and same else ["final_cut", "qa_report"]
        would += [{"shot": None, "stages": list(film_stages)}] if film_stages else []
    else:
        if plan_file is not None:
            plan = _with_wishes(with_ids(read_plan(plan_file)), wishes)
        elif idea is not None:
            name = writer or load_profile(settings.profile).writer
            plan = write_plan(_request(" ".join(idea.split()), wishes, name, None))
        else:
            plan = _with_wishes(read_plan(home.existing(film.movie).plan_path), wishes)
        stages = ["shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"]
        would = [{"shot": shot.id, "stages": stages} for shot in plan.shots]
        would.append({"shot": None, "stages": ["final_cut", "qa_report"]})
    wanted = {entry["shot"] for entry in would}
    seconds = sum(estimated_seconds(plan, shot.id) for shot in plan.shots if shot.id in wanted)
    return {
        "movie": film.movie,
        "would_render": would,
        "estimate": {
            "seconds": round(seconds * SECONDS_A_SECOND + (6 if would else 1), 1),
            "disk_bytes": round(seconds * float(plan.rate.value)) * BYTES_A_FRAME + (BYTES_A_FILM if would else 0),
            "memory_bytes": 1_500_000_000 if would else 300_000_000,
            "tokens": 0,
            "amount": 0.0,
        },
    }


def estimated_seconds(plan: MoviePlan, shot_id: str | None) -> float:
    """Length of a shot before its voices are known: 14 characters a second and the pauses, or its minimum."""
    shot = next(shot for shot in plan.shots if shot.id == shot_id)
    spoken = sum(len(line.text) / 14 + 0.4 for line in shot.dialogue) + (0.8 if shot.dialogue else 0)
    return max(shot.duration_s, spoken)


def _check_space(home: Home, plan: MoviePlan, shots: int) -> None:
    """Raise :class:`DiskFull` before any work when the film cannot fit."""
    pixels = plan.frame_size[0] * plan.frame_size[1] / (1280 * 720)
    seconds = sum(estimated_seconds(plan, shot.id) for shot in plan.shots) * shots / len(plan.shots)
    needed = int(seconds * float(plan.rate.value) * BYTES_A_FRAME * pixels + BYTES_A_FILM * min(1.0, pixels + 0.2))
    free = shutil.disk_usage(home.root).free
    if free < needed:
        raise DiskFull(
            f"the disk is full: {free // 1_000_000} MB are free, the film needs about {needed // 1_000_000} MB",
            where=str(home.root),
            hint="free some space or choose another folder with --home",
        )


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
