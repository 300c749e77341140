"""A film made by a cluster, asked for by `sparkle make`: every shot at once, then the cut.

Where all stages of a shot need the same, a shot is one run, on one worker; else each stage is a run of its own, on a
worker that has what it needs, and the next is asked for when it has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from resources.errors import DiskFull, NeedsReview, Paused, SparkleError, Stopped
from resources.pipeline.control import obey
from resources.pipeline.healing import mend, still_held
from resources.profile import PREVIEW as PREVIEW_NAME
from resources.profile import load_profile
from resources.store.film import FilmFolder, Home
from resources.store.locks import asking_lock, open_to_shots
from sparkle_assets.automation.jobs import BY_STAGE, finish_shot, render_shot
from sparkle_assets.automation.priorities import FILM, PREVIEW
from sparkle_assets.cli.making import ALL_STAGES, Making, Runner
from sparkle_assets.cli.progress import Watch
from sparkle_assets.cluster.remote import RemoteRunner
from sparkle_assets.cluster.state import unserved, workers_heard

if TYPE_CHECKING:
    from resources.pipeline.production import ShotState

LOCK_WAIT_S = 600.0
"""Until the shots that others make of the film (the daemon, another person's retake) are made."""


class ClusterMaking(Making):
    """One film being made elsewhere. This process asks, waits, judges and tells; it loads no engine."""

    def __init__(self, home: Home, film: FilmFolder, watch: Watch) -> None:
        super().__init__(home, film, watch)
        self.film = film
        self._open = ExitStack()

    def run(self) -> dict[str, Any]:
        """See :meth:`Making.run`. Raises :class:`Busy` when the cluster has too much to do."""
        with asking_lock(self.film.path), self._open:
            self._open.enter_context(open_to_shots(self.film.path, wait=LOCK_WAIT_S))
            return super().run()

    def _begin(self, stale: list[str]) -> None:
        """Nothing begins here, and what workers lack they tell."""

    def _runner(self) -> Runner:
        profile = self.production.script.settings.profile
        priority = PREVIEW if profile.endswith(PREVIEW_NAME) else FILM
        runner = RemoteRunner(self.home, profile, priority=priority, apart=self._apart)
        try:
            runner.admit()
            if absent := unserved(runner.farm, workers_heard()):
                what = ", ".join(absent)
                self.watch.say(f"no worker is there yet for {what}: `sparkle worker` starts one (docs/DEPLOY.md)")
        except BaseException:
            runner.close()
            raise
        return runner

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Meanwhile the whole film is a worker's: to plan it, to cut it."""
        self._open.close()
        try:
            yield
        finally:
            self._open.enter_context(open_to_shots(self.film.path, wait=LOCK_WAIT_S))

    def _finish(self, runner: Runner) -> None:
        super()._finish(runner)
        self.production.show()

    def _pass_over(self, runner: Runner, stale: list[str], states: dict[str, ShotState]) -> None:
        assert isinstance(runner, RemoteRunner)
        left = {slot: self._jobs(runner, slot, states[slot]) for slot in stale}
        for number, slot in enumerate(stale, 1):
            self.watch.step(f"shot {number}/{len(stale)} {states[slot].shot}: asked for")
            job = left[slot].pop(0)
            runner.ask(job, self.film.movie, slot)
        for (job, movie, made), error in runner.ended():
            assert made is not None
            slot = made
            again = self._after(job, slot, error)
            if again is None and slot not in self.failed and left[slot]:
                again = left[slot].pop(0)
            if again is not None:
                runner.ask(again, movie, slot)
                continue
            done = ALL_STAGES if slot not in self.failed else 0
            self.watch.step(f"shot {states[slot].shot}: {'made' if done else 'failed'}", done)

    def _jobs(self, runner: Runner, slot: str, state: ShotState) -> list[str]:
        """The jobs that make a shot, in order."""
        farm = load_profile(self.production.script.settings.profile).farm
        assert farm is not None
        if farm.alike:
            return [str(render_shot.name)]
        return [job for stage, _, job in BY_STAGE if stage in state.stale or not self._recorded(runner, stage, slot)]

    def _after(self, job: str, slot: str, error: SparkleError | None) -> str | None:
        """What is to be made of a shot before it goes on, when a run of it has ended; what is wrong is noted."""
        if isinstance(error, Paused):
            obey(self.film)  # holds, for a person sees it hold
            return job
        if isinstance(error, (DiskFull, Stopped)):
            raise error
        if error is not None and not isinstance(error, NeedsReview):
            self.failed[slot] = error
            return None
        try:
            if error is None and self.production.script.shot(slot).id not in self.production.script.takes:
                return None
            mending = mend(self.production, slot)
            if mending is not None:
                self._say_mending(mending)
                return str(render_shot.name) if job == finish_shot.name else job
            held = still_held(self.production, slot)
        except (DiskFull, Stopped):
            raise
        except SparkleError as fault:
            held = fault
        if held is not None:
            self.failed[slot] = held
        return None
