"""production_agent: a plan becomes a film.

``dry`` rehearses: everything is validated, every policy is asked, and every call is listed with where its result will
be and what it will cost. No model is loaded, no connection opened, nothing written. ``run`` makes the film.

It drives the pipeline and keeps no state of its own. What is fresh is decided by fingerprints on disk, so a production
that was killed goes on where it stopped when it is asked for again; retries with backoff, records and the timeline are
the pipeline's; pause, stop and a person's word are looked at there. Dagster learns of what was made here at the next
`sparkle make`, which finds nothing to render.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from resources.agents.budget import Budget
from resources.agents.errors import BudgetExceeded
from resources.agents.policy import notes as policy_notes
from resources.director.bench import Bench
from resources.director.estimate import History
from resources.director.progress import Progress
from resources.director.rehearsal import production_graph, rehearsed
from resources.errors import DiskFull, NeedsReview, SparkleError, Stopped, memory_errors
from resources.pipeline.control import admit, begin
from resources.pipeline.examine import hold_early, hold_image, hold_shot
from resources.pipeline.healing import Mending, mend_all, mend_shot, still_held
from resources.pipeline.production import Production
from resources.pipeline.resolve import with_ids
from resources.pipeline.stages.plan import check_own_media, read_plan, rehearse, save_plan, take_in
from resources.profile import load_profile
from resources.store.film import FilmFolder, Home, Settings
from resources.store.progress import Listener, listening
from resources.store.space import free_bytes
from resources.store.timeline import read_timeline
from schemas.plan import MoviePlan
from schemas.production import Estimate, ProductionGraph, ProductionResult
from schemas.refs import Stage


def dry(
    bench: Bench,
    movie: str,
    plan: MoviePlan | None = None,
    *,
    settings: Settings | None = None,
    folder: Path | None = None,
) -> ProductionGraph:
    """Rehearse ``plan``, or the film's own, with its media under ``folder``.

    Raises what is wrong: :class:`InputError` (the plan, its media, the policy), :class:`Missing` (a film, a package, a
    model, a key), :class:`DiskFull` and :class:`BudgetExceeded` (more than there is).
    """
    film, given = bench.home.film(movie), settings
    if plan is None:
        plan, folder = read_plan(bench.home.existing(movie).plan_path), film.plan_path.parent
    settings = given or film.settings()
    where = folder or Path()
    _check(film, plan, settings, where)
    production = rehearsed(bench, movie, plan, settings, where)
    for role in production.engines.profile.roles:
        getattr(production.engines, role)  # raises what is not installed
    production.engines.check(production.script.languages())
    production.decisions.check()
    graph = production_graph(production, History(bench.home))
    check_disk(bench.home, graph.estimate)
    check_budget(Budget(film.path), graph.estimate)
    return graph


def run(
    bench: Bench,
    movie: str,
    plan: MoviePlan | None = None,
    *,
    settings: Settings | None = None,
    folder: Path | None = None,
    on_event: Listener | None = None,
    wait: float = 0.0,
) -> ProductionResult:
    """Make the film of ``plan``, or go on with the film that is there; only what is not fresh is made.

    ``on_event`` hears progress with the time that is left. Waits up to ``wait`` seconds for another process. Raises
    what :func:`dry` raises, :class:`Busy`, :class:`Paused`, :class:`Stopped`, the first fault of a shot when every
    other shot is made, and :class:`NeedsReview` when a person must look first.
    """
    begun = time.monotonic()
    admit(bench.home.film(movie))
    dry(bench, movie, plan, settings=settings, folder=folder)
    with bench.turn(movie, wait=wait):
        film = bench.home.film(movie)
        begin(film)
        first = len(read_timeline(film.path))
        if plan is not None:
            save_plan(film, take_in(film, plan, folder or Path()))
        film.write_settings(settings or film.settings())
        production = bench.peek(movie)
        graph = production_graph(production, History(bench.home))
        watched = listening(Progress(graph, on_event).hear) if on_event is not None else nullcontext()
        with memory_errors(movie), production.run(), watched:
            make_film(production)
        production.save()
        return _result(production, first, time.monotonic() - begun)


def make_film(production: Production) -> None:
    """Every stage that is not fresh: two passes over the shots, so that workers draw while voices are spoken.

    With models on a card, four: every picture, then every voice, motion and clip, so that each model loads once. A shot
    that fails does not keep the others from being made; its error is raised after them.
    """
    script = production.script
    slots = [script.slot(shot) for shot in script.plan.shots]
    states = {slot: production.state(slot) for slot in slots}
    stale = [slot for slot in slots if states[slot].stale]
    failed: dict[str, SparkleError] = {}
    if stale:
        production.engines.check(script.languages())
    production.plan()
    if stale:
        production.engines.workers.warm()
        failed |= production.prefetch_voices(stale)
    by_stage = (_paint, _speak, Production.video, _finish)
    for work in by_stage if production.engines.stage_by_stage else (_prepare, _finish):
        for slot in stale:
            if slot not in failed:
                _try(failed, slot, work, production)
    if not failed:
        mend_all(production, lambda mending: remake(production, mending))
        failed |= {slot: why for slot in slots if (why := still_held(production, slot)) is not None}
    if failed:
        raise _first(production, [states[slot].shot for slot in failed], next(iter(failed.values())))
    production.cut()
    production.report()


def check_disk(home: Home, estimate: Estimate) -> None:
    """Raise :class:`DiskFull` when what will be made cannot fit."""
    free = free_bytes(home.root)
    if free < estimate.disk_bytes:
        raise DiskFull(
            f"the disk is full: {free // 1_000_000} MB are free, the film needs about "
            f"{estimate.disk_bytes // 1_000_000} MB",
            where=str(home.root),
            hint="free some space or choose another folder",
        )


def check_budget(budget: Budget, estimate: Estimate) -> None:
    """Raise :class:`BudgetExceeded` when the agents will need more than the film has left."""
    spent = budget.spent
    for what, used, more, limit in (
        ("tokens", spent.tokens, estimate.tokens, budget.limits.tokens),
        ("USD", spent.usd, estimate.amount, budget.limits.usd),
    ):
        if limit is not None and more and used + more > limit:
            raise BudgetExceeded(
                f"the agents of this film have used {used:,.12g} of {limit:,.12g} {what}, and need about {more:,.12g}",
                where=str(budget.path),
                hint="raise the limit in configs/agents.yaml, or choose sparkle/local, which costs nothing",
            )


def _check(film: FilmFolder, plan: MoviePlan, settings: Settings, folder: Path) -> None:
    """Everything that can be known to be wrong before work begins."""
    load_profile(settings.profile)
    plan = with_ids(plan)
    policy_notes(plan, what="the plan")
    rehearse(plan, settings, folder)
    check_own_media(plan, folder)
    film.peek_slots([shot.id for shot in plan.shots if shot.id])


def _prepare(production: Production, slot: str) -> None:
    """Picture, voice and motion of a shot, mended until they may pass; its final frames begin in the workers."""
    try:
        _begin(production, slot)
    except NeedsReview:
        mend_shot(production, slot, lambda mending: _begin(production, mending.slot))
        hold_early(production, slot)
    production.prefetch_clip(slot)


def _begin(production: Production, slot: str) -> None:
    production.image(slot)
    production.voice(slot)
    hold_early(production, slot)
    production.video(slot)


def _finish(production: Production, slot: str) -> None:
    """The final frames of a shot, mended until they may pass."""
    production.clip(slot)
    mend_shot(production, slot, lambda mending: remake(production, mending))


def remake(production: Production, mending: Mending) -> None:
    """Another take of a shot: what its repair reaches, and nothing else."""
    _begin(production, mending.slot)
    production.clip(mending.slot)
    hold_shot(production, mending.slot)


def _paint(production: Production, slot: str) -> None:
    """The keyframe of a shot, mended until it may pass. Raises :class:`NeedsReview`."""
    production.image(slot)
    mend_shot(production, slot, lambda mending: production.image(mending.slot))
    hold_image(production, slot)


def _speak(production: Production, slot: str) -> None:
    """The dialogue of a shot, mended until it may pass. Raises :class:`NeedsReview`."""
    production.voice(slot)
    mend_shot(production, slot, lambda mending: production.voice(mending.slot))
    hold_early(production, slot)


def _try(
    failed: dict[str, SparkleError], slot: str, work: Callable[[Production, str], object], production: Production
) -> None:
    """Work for one shot; a failed shot does not stop the others, a full disk or a person does."""
    try:
        with memory_errors(f"shot {slot}"):
            work(production, slot)
    except (DiskFull, Stopped):
        raise
    except SparkleError as error:
        failed[slot] = error


def _first(production: Production, shots: list[str], error: SparkleError) -> SparkleError:
    """The first fault, with a word about the others."""
    if len(shots) > 1:
        error.message = f"{error.message} ({len(shots)} shots failed: {', '.join(shots)})"
    if not isinstance(error, NeedsReview):
        mend = f"{error.hint}; " if error.hint else ""
        error.hint = f"{mend}every other shot is made; run `sparkle make --movie {production.film.movie}` to go on"
    return error


def _result(production: Production, first: int, wall_s: float) -> ProductionResult:
    report, cut, film = production.qa(), production.ref("final_cut"), production.film
    rendered: dict[str, list[Stage]] = {}
    for event in read_timeline(film.path)[first:]:
        if event.event == "success" and event.stage is not None:
            rendered.setdefault(event.shot or "", []).append(event.stage)
    return ProductionResult(
        movie=film.movie,
        title=production.script.plan.title,
        final_cut=str(film.path / "cut" / "final_cut.mp4"),
        report=str(film.path / "report" / "index.html"),
        verdict=report.verdict,
        findings=report.findings,
        seconds=cut.facts["seconds"],
        wall_s=round(wall_s, 2),
        rendered=rendered,
    )
