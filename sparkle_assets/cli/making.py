"""A film being made from the command line."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from resources.errors import DiskFull, NeedsReview, SparkleError, Stopped
from resources.store.film import FilmFolder, Home
from schemas.refs import SHOT_STAGES
from sparkle_assets.cli.forecast import check_space
from sparkle_assets.cli.progress import Watch

if TYPE_CHECKING:
    from resources.pipeline.healing import Mending
    from resources.pipeline.production import Production, ShotState
    from schemas.refs import Stage

ALL_STAGES = 4


class Runner(Protocol):
    """Whoever has jobs made: :class:`sparkle_assets.runner.Runner` here, ``RemoteRunner`` on a cluster."""

    def add_movie(self, movie: str) -> None:
        """Make a film known as a partition."""
        ...

    def run(self, job: str, movie: str, slot: str | None = None) -> None:
        """Have a job of a film or a shot made. Raises :class:`SparkleError`."""
        ...

    def recorded(self, asset: str, movie: str, slot: str | None = None) -> str | None:
        """The data version on record."""
        ...

    def held(self, movie: str, slot: str) -> bool:
        """Whether a check on record holds a shot."""
        ...

    def close(self) -> None:
        """Let go of the instance."""
        ...


def check_reach(profile: str) -> None:
    """Raise :class:`Missing` or :class:`InputError` when films of a cluster's profile cannot be asked for here."""
    from resources.profile import load_profile

    if load_profile(profile).farm is not None:
        from sparkle_assets.cluster.addresses import check_cluster

        check_cluster(profile)


def make_film(home: Home, film: FilmFolder, watch: Watch, lock: ExitStack) -> dict[str, Any]:
    """Make the film as its profile says, here or on a cluster; the answer of ``--json`` but for time and memory.

    ``lock`` holds the film's lock; a cluster's workers need it, so it is closed for them.
    """
    from resources.profile import load_profile

    if load_profile(film.settings().profile).farm is None:
        return Making(home, film, watch).run()
    from sparkle_assets.cluster.making import ClusterMaking

    making = ClusterMaking(home, film, watch)
    lock.close()
    return making.run()


class Making:
    """One film being made: two passes over the shots, then the cut.

    The first pass makes pictures, voices and motion, and hands each shot's final frames to the worker processes as
    soon as they can begin; the second collects them. Dagster's own work thus runs beside the drawing. With models on a
    card there are four passes, one a stage.
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
        self._say_policy()
        with production.run():
            if stale:
                check_space(self.home, plan, len(stale), lossless=production.engines.stage_by_stage)
                self._begin(stale)
            runner = self._runner()
            try:
                runner.add_movie(production.film.movie)
                self._record(runner, slots, states)
                self._shots(runner, [slot for slot in slots if states[slot].stale], states)
                self._finish(runner)
                production.save()  # free unless a process was killed between its report and its records
            finally:
                runner.close()
        return self._result(slots)

    def _begin(self, stale: list[str]) -> None:
        """Raise what is lacking, and let begin what can before Dagster is there."""
        production = self.production
        production.engines.check(production.script.languages())
        production.decisions.check()
        production.engines.workers.warm()
        production.prefetch_voices(stale)

    def _runner(self) -> Runner:
        from sparkle_assets.runner import Runner

        return Runner(self.home, self.production.script.settings.profile)

    def _say_policy(self) -> None:
        """Tell which words of a plan edited by hand are on the list of the text policy, once for each edit."""
        production = self.production
        if production.plan_is_current():
            return
        from resources.agents.policy import notes
        from resources.pipeline.stages.plan import edited_by_hand
        from sparkle_assets.cli.wishes import say

        if edited_by_hand(production.film):
            say(notes(production.script.plan, what="the plan"))

    def _record(self, runner: Runner, slots: list[str], states: dict[str, ShotState]) -> None:
        """Record the plan when it changed, and let Dagster catch up with what a killed process had published."""
        production, movie = self.production, self.production.film.movie
        plan_ref = production.store.current("movie_plan")
        known = runner.recorded("movie_plan", movie)
        if not production.plan_is_current() or plan_ref is None or known != plan_ref.sha256:
            self.watch.step("plan")
            runner.run("plan_film", movie)
        approved = {question.slot for question in production.reviews.current() if question.decision == "approve"}
        for slot in slots:
            if states[slot].stale:
                continue
            for stage in SHOT_STAGES:
                if not self._recorded(runner, stage, slot):
                    runner.run("render_shot", movie, slot)
                    break
            else:
                if slot in approved and runner.held(movie, slot):
                    runner.run("render_shot", movie, slot)  # nothing is made; its checks learn of the yes

    def _recorded(self, runner: Runner, stage: Stage, slot: str) -> bool:
        """Whether Dagster knows the current artifact."""
        movie = self.production.film.movie
        return runner.recorded(stage, movie, slot) == self.production.ref(stage, slot).sha256

    def _shots(self, runner: Runner, stale: list[str], states: dict[str, ShotState]) -> None:
        self.watch.total(len(stale) * ALL_STAGES + 3)
        self._pass_over(runner, stale, states)
        if not self.failed:
            self._mend_film(runner)
        self._raise_first(states)

    def _pass_over(self, runner: Runner, stale: list[str], states: dict[str, ShotState]) -> None:
        """Make every stale shot; what fails of them is in ``failed``."""
        if self.production.engines.stage_by_stage:
            self._stage_by_stage(runner, stale, states)
        else:
            self._shot_by_shot(runner, stale, states)

    def _stage_by_stage(self, runner: Runner, stale: list[str], states: dict[str, ShotState]) -> None:
        """Every picture, then every voice, motion and clip: each model is loaded once for all shots."""
        from sparkle_assets.automation.jobs import BY_STAGE

        for stage, what, job in BY_STAGE:
            for number, slot in enumerate(stale, 1):
                wanted = stage in states[slot].stale or not self._recorded(runner, stage, slot)
                if wanted and slot not in self.failed:
                    self.watch.step(f"{what} {number}/{len(stale)}: shot {states[slot].shot}")
                    self._try(slot, runner, job)
                self.watch.bar.advance(self.watch.task, 1)
            if stage == BY_STAGE[0][0] and stale and not self.failed:
                self.production.prefetch_cards()

    def _shot_by_shot(self, runner: Runner, stale: list[str], states: dict[str, ShotState]) -> None:
        """Two passes: what workers can draw begins as soon as a shot's motion is known."""
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

    def _raise_first(self, states: dict[str, ShotState]) -> None:
        """The first fault, with a word about the others."""
        movie = self.production.film.movie
        if self.failed:
            shots = ", ".join(states[slot].shot for slot in self.failed)
            first = next(iter(self.failed.values()))
            mend = f"{first.hint}; " if first.hint else ""
            first.hint = f"{mend}every other shot is made; run `sparkle make --movie {movie}` to go on"
            if len(self.failed) > 1:
                first.message = f"{first.message} ({len(self.failed)} shots failed: {shots})"
            raise first

    def _try(self, slot: str, runner: Runner, job: str) -> bool:
        """Run a shot's job; a failed shot does not stop the others, a full disk or a person does.

        A shot that quality holds is mended first, as far as it can be.
        """
        try:
            try:
                runner.run(job, self.production.film.movie, slot)
                held = self.production.script.shot(slot).id in self.production.script.takes
            except NeedsReview:
                held = True
            if held:
                self._mend(slot, runner, "render_shot" if job == "finish_shot" else job)
        except (DiskFull, Stopped):
            raise
        except SparkleError as error:
            self.failed[slot] = error
            return False
        return True

    def _mend(self, slot: str, runner: Runner, job: str) -> None:
        """Make takes of a shot until one may pass. Raises :class:`NeedsReview` when none of them may."""
        from resources.pipeline.healing import mend_shot, still_held

        mend_shot(self.production, slot, lambda mending: self._remake(runner, job, mending), self._say_mending)
        held = still_held(self.production, slot)
        if held is not None:
            raise held

    def _mend_film(self, runner: Runner) -> None:
        """Mend what is wrong with shots beside each other, and what an interrupted run left unmended."""
        from resources.pipeline.healing import mend_all

        production = self.production
        if production.film_state():
            mend_all(production, lambda mending: self._remake(runner, "render_shot", mending), self._say_mending)

    def _remake(self, runner: Runner, job: str, mending: Mending) -> None:
        runner.run(job, self.production.film.movie, mending.slot)

    def _say_mending(self, mending: Mending) -> None:
        self.watch.step(f"shot {mending.shot}: {mending.told}")

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
