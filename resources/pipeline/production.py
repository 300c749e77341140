"""One film under way: every stage by name, what is fresh, and what is still to be made.

Both doors, Dagster's assets and the command line, go through this; neither knows how a stage is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from resources.errors import DiskFull, Missing, NeedsReview, RenderFault, SparkleError, Stopped
from resources.pipeline.carry import Job, Outcome, carry, is_current
from resources.pipeline.deciding import Decisions, Undecided
from resources.pipeline.engines import Engines
from resources.pipeline.examine import SHOWN, ask_about_film, hold_back
from resources.pipeline.measuring import Measuring
from resources.pipeline.resolve import Script
from resources.pipeline.review import Reviews
from resources.pipeline.saving import save_film
from resources.pipeline.stages.clips import asked_clip, clip_job, clip_work
from resources.pipeline.stages.cut import FILM, ShotMedia, cut_job, prefetch_cards, restore_parts
from resources.pipeline.stages.images import image_job
from resources.pipeline.stages.plan import open_script, plan_job, read_request
from resources.pipeline.stages.report import REPORT, read_report, report_job
from resources.pipeline.stages.video import video_job
from resources.pipeline.stages.voices import asked_of, line_seed, read_track, voice_job
from resources.pipeline.surveys import Surveys
from resources.quality.policy import Policy, load_policy
from resources.quality.readings import Measured, Readings
from resources.quality.shots import ShotSurvey
from resources.quality.survey import survey_relations
from resources.store.artifacts import Artifacts
from resources.store.atomic import copy_file, crash_point
from resources.store.film import FilmFolder, Home
from resources.store.fingerprint import digest, hash_file
from resources.store.inspection import SHOWN as SHOWN_FILES
from resources.store.runs import film_run, new_run, without_run
from resources.store.shown import give_names
from resources.store.timeline import write_memory_event
from resources.telemetry.run import told_run
from schemas.cut import Piece
from schemas.records import RunContext
from schemas.refs import AssetRef, Stage
from schemas.report import Finding, QAReport, Verdict


@dataclass(frozen=True)
class ShotState:
    """How far one shot is."""

    shot: str
    slot: str
    stale: list[Stage]
    """Stages that have to be made (again)."""


class Production:
    """One film, its script, its artifacts and the engines that make them."""

    def __init__(self, home: Home, movie: str, engines: Callable[[str], Engines], script: Script | None = None) -> None:
        """``script`` is the film's own, taken in and saved, unless a rehearsal brings another."""
        self.home = home
        self.film: FilmFolder = home.film(movie)
        if script is None:
            home.pull(movie)
        self.store = Artifacts(self.film, home.root)
        self.script: Script = open_script(self.film) if script is None else script
        self._engines = engines
        self._given = script is not None
        self._surveys = Surveys()
        self.decisions = Decisions(self.script, self.film, detectors=self._detectors, providers=self._providers)
        without_run(self.film.path, self._new_run())

    def refresh(self) -> None:
        """Read the film's plan and takes anew: another take of a shot is asked for, here or by another host."""
        if self._given:
            raise ValueError("a rehearsal brings its own script")
        self.home.push(self.film.movie)
        self.home.pull(self.film.movie)
        self.script = open_script(self.film)
        self.decisions = Decisions(self.script, self.film, detectors=self._detectors, providers=self._providers)

    @contextmanager
    def run(self, run_id: str | None = None) -> Iterator[RunContext]:
        """One invocation: what happens meanwhile is recorded under it, or under the run that is under way.

        When it ends in an error, the film's records are saved as they are then. Either way what was done to the film is
        committed to the home's object store, where it has one.
        """
        own = self._new_run(run_id)
        with ExitStack() as stack:
            context = stack.enter_context(film_run(self.film.path, own))
            if context is own:  # a run within a run is told with the outer one
                stack.enter_context(told_run(self.film.path, own))
            try:
                yield context
            except SparkleError as error:
                save_film(self.store, error)
                with suppress(SparkleError):  # the error that matters is on its way
                    self.store.push()
                raise
            self.store.push()

    def save(self) -> None:
        """Save the film's records when anything happened to it since they were saved; see :mod:`.saving`."""
        save_film(self.store)

    @property
    def engines(self) -> Engines:
        """The engines of the film's profile."""
        return self._engines(self.script.settings.profile)

    # -- one stage of one shot ---------------------------------------------------------------------------------

    def plan(self) -> Outcome:
        """movie_plan."""
        return carry(self.store, self._plan_job())

    def image(self, slot: str) -> Outcome:
        """shot_images."""
        return carry(self.store, self._image_job(slot))

    def voice(self, slot: str) -> Outcome:
        """voice_tracks and with it shot_timing."""
        return carry(self.store, self._voice_job(slot))

    def video(self, slot: str) -> Outcome:
        """video_chunks; needs image and timing to be current."""
        return carry(self.store, self._video_job(slot))

    def clip(self, slot: str) -> Outcome:
        """lipsynced_clips; needs motion and voice to be current."""
        job = self._clip_job(slot)
        outcome = carry(self.store, job)
        if not outcome.reused:
            self.engines.renderer.done(self._clip_key(slot))
        return outcome

    def cut(self) -> Outcome:
        """final_cut; needs every shot to be current and free of errors. Raises :class:`NeedsReview`."""
        job = self._cut_job()
        try:
            hold_back(self)
        except NeedsReview as held:
            self._decided("final_cut", "escalate", held.message)
            self.save()
            raise
        outcome = carry(self.store, job)
        folder = self.store.path(outcome.ref)
        for name in (FILM, "final_cut.srt", "final_cut.vtt", "poster.jpg"):
            _show(folder / name, self.film.path / "cut" / name)
        self._show_timeline(None)
        crash_point("final_cut.shown")
        return outcome

    def report(self) -> Outcome:
        """qa_report on the current cut; a film that escalates becomes a question to a person."""
        outcome = carry(self.store, self._report_job())
        folder = self.store.path(outcome.ref)
        for name in (REPORT, "index.html"):
            _show(folder / name, self.film.path / "report" / name)
        report = read_report(folder)
        self._show_timeline(report)
        if not outcome.reused:
            self._decided("qa_report", report.verdict, ", ".join(sorted({found.reason for found in report.findings})))
        ask_about_film(self, report)
        self.save()
        return outcome

    def show(self) -> None:
        """Give the cut and its report their friendly names here, where a worker with a home of its own made them."""
        for stage in SHOWN_FILES:
            give_names(self.store, stage)
        self._show_timeline(self.qa())

    def restore_cut(self) -> list[Piece]:
        """Make again the cards and stems of the current cut that a later one has forgotten; where everything lies."""
        engines = self.engines
        return restore_parts(self.script, self.store, engines.cards, engines.music, engines.renderer, self._shots())

    def _show_timeline(self, report: QAReport | None) -> None:
        """Leave the cut as an editor's timeline beside the film."""
        from resources.pipeline.handover.export import show_timeline  # OpenTimelineIO, only when a film was cut

        show_timeline(self, report)

    # -- what is current ---------------------------------------------------------------------------------------

    def ref(self, stage: Stage, slot: str | None = None) -> AssetRef:
        """The current artifact. Raises :class:`Missing`."""
        found = self.store.current(stage, slot)
        if found is None:
            raise Missing(f"{stage} of {slot or self.film.movie} is not there yet", hint="materialize it first")
        return found

    def state(self, slot: str) -> ShotState:
        """Which stages of a shot have to be made; cheap: nothing is rendered, and no agent is asked.

        A decision that nobody has taken yet means that its stage has to be made.
        """
        stale: list[Stage] = []
        image = self._current(lambda: self._image_job(slot, ask=False))
        voice = self._current(lambda: self._voice_job(slot, ask=False))
        stale += ["shot_images"] if image is None else []
        stale += ["voice_tracks"] if voice is None else []
        video = None
        if image is not None and voice is not None:
            video = self._current(lambda: self._video_job(slot, ask=False))
        stale += ["video_chunks"] if video is None else []
        clip = None
        if video is not None and voice is not None:
            clip = self._current(lambda: self._clip_job(slot, ask=False))
        stale += ["lipsynced_clips"] if clip is None else []
        return ShotState(self.script.shot(slot).id or "", slot, stale)

    def plan_is_current(self) -> bool:
        """The plan on disk is the plan that was recorded."""
        return is_current(self.store, self._plan_job()) is not None

    def film_state(self) -> list[Stage]:
        """Which of final_cut and qa_report have to be made, when every shot is current."""
        cut = is_current(self.store, self._cut_job())
        shown = self.film.path / "cut" / FILM
        if cut is None or not shown.exists():
            return ["final_cut", "qa_report"]
        page = self.film.path / "report" / "index.html"
        return [] if is_current(self.store, self._report_job()) is not None and page.exists() else ["qa_report"]

    # -- what was measured ---------------------------------------------------------------------------------------

    @property
    def measuring(self) -> Measuring:
        """The shots as quality looks at them."""
        return Measuring(self.script, self.store, self.home.cache, lambda: self.engines, self._surveys)

    @property
    def policy(self) -> Policy:
        """The limits of the film's profile."""
        return load_policy(self.script.settings.profile)

    def measured_image(self, slot: str) -> Measured:
        """What is to be said of a keyframe; what a person approved is no error any more."""
        shot, image = self.script.shot(slot), self.ref("shot_images", slot)
        return self._settled(self.measuring.image(shot, image).told, image)

    def measured_voice(self, slot: str) -> Measured:
        """What is to be said of a shot's sound."""
        shot, voice = self.script.shot(slot), self.ref("voice_tracks", slot)
        return self._settled(self.measuring.voice(shot, voice).told, voice)

    def measured_shot(self, slot: str) -> Measured:
        """What is to be said of a shot that is made."""
        told = self._survey(slot)
        return self._settled(Measured(told.findings, told.readings), *(self.ref(stage, slot) for stage in SHOWN))

    def measured_so_far(self, slot: str) -> Measured:
        """What is to be said of as much of a shot as is made of its current take."""
        stale = self.state(slot).stale
        if "lipsynced_clips" not in stale:
            return self.measured_shot(slot)
        parts = [self.measured_image(slot)] if "shot_images" not in stale else []
        parts += [self.measured_voice(slot)] if "voice_tracks" not in stale else []
        readings: Readings = {}
        for part in parts:
            readings |= part.readings
        return Measured([finding for part in parts for finding in part.findings], readings)

    def relations(self) -> list[Finding]:
        """What is to be said of the shots beside each other, of those that are made."""
        made = [slot for slot in map(self.script.slot, self.script.plan.shots) if not self.state(slot).stale]
        slots = {self.script.shot(slot).id or "": slot for slot in made}
        surveys = {name: self._survey(slot) for name, slot in slots.items()}
        found = survey_relations(self.policy, surveys, self.script.plan.rate).findings
        return [self._settle(finding, slots[finding.shot]) for finding in found if finding.shot is not None]

    def _survey(self, slot: str) -> ShotSurvey:
        image, voice = self.ref("shot_images", slot), self.ref("voice_tracks", slot)
        return self.measuring.shot(self.script.shot(slot), image, voice, self.ref("lipsynced_clips", slot))

    def _settled(self, told: Measured, *refs: AssetRef) -> Measured:
        return Measured(self.reviews.settle(refs, told.findings), told.readings)

    def _settle(self, finding: Finding, slot: str) -> Finding:
        refs = [ref for stage in SHOWN if (ref := self.store.current(stage, slot)) is not None]
        return self.reviews.settle(refs, [finding])[0]

    def qa(self) -> QAReport:
        """The current report."""
        return read_report(self.store.path(self.ref("qa_report")))

    def spec_versions(self, slot: str) -> dict[str, str]:
        """Data version of each external spec of a shot: the hash of that stage's resolved request."""
        shot = self.script.shot(slot)
        requests = {
            "image_spec": self.script.image_request(shot),
            "voice_spec": self.script.voice_request(shot),
            "video_spec": self.script.video_request(shot),
            "clip_spec": self.script.clip_request(shot),
        }
        return {name: digest(request.model_dump(mode="json")) for name, request in requests.items()}

    def cut_version(self) -> str:
        """Data version of ``cut_spec``: everything of the cut that is not in the shots."""
        return digest(self.script.cut_request().model_dump(mode="json"))

    # -- a person's word ---------------------------------------------------------------------------------------

    @property
    def reviews(self) -> Reviews:
        """Questions to a person about this film, and the answers."""
        return Reviews(self.store)

    def peek_job(self, stage: Stage, slot: str | None = None) -> Job | None:
        """What would make a stage from what is there now; None while something before it is missing or undecided.

        Nobody is asked, and nothing is written.
        """
        where = slot or ""
        jobs: dict[Stage, Callable[[], Job]] = {
            "movie_plan": self._plan_job,
            "shot_images": lambda: self._image_job(where, ask=False),
            "voice_tracks": lambda: self._voice_job(where, ask=False),
            "video_chunks": lambda: self._video_job(where, ask=False),
            "lipsynced_clips": lambda: self._clip_job(where, ask=False),
            "final_cut": self._cut_job,
            "qa_report": self._report_job,
        }
        try:
            return jobs[stage]()
        except (Undecided, Missing, RenderFault):
            return None

    # -- work ahead --------------------------------------------------------------------------------------------

    def prefetch_voices(self, slots: list[str]) -> dict[str, SparkleError]:
        """Let the voices begin with every line that is not there yet; slots whose lines nobody could decide about.

        A hint: who then asks for such a slot's voice gets the same error, without another question.
        """
        wanted, failed = [], {}
        for slot in slots:
            shot = self.script.shot(slot)
            recorded = shot.media is not None and shot.media.voice is not None
            try:
                decided = self.decisions.voice(slot)
            except (DiskFull, Stopped):
                raise
            except SparkleError as error:
                failed[slot] = error
                continue
            job = voice_job(self.script, slot, self.engines.voice, decided)
            if not recorded and is_current(self.store, job) is None:
                asked = asked_of(self.script, slot, decided)
                wanted += [(line, line_seed(asked, line)) for line in asked.lines]
        if wanted and not self.engines.stage_by_stage:  # a model that speaks would be loaded before its turn
            self.engines.voice.prefetch(wanted)
        return failed

    def prefetch_clip(self, slot: str) -> None:
        """Let the workers begin with a clip whose motion and voice are current. A hint: errors are told by the clip.

        Where a model has to prepare the clip, nothing: it would be loaded out of its turn.
        """
        if self.engines.profile.on_models("lipsync"):
            return
        try:
            job = self._clip_job(slot)
        except (DiskFull, Stopped):
            raise
        except SparkleError:
            return
        if is_current(self.store, job) is None:
            work = clip_work(
                self.script,
                self.store,
                slot,
                self.engines.lipsync,
                self.ref("video_chunks", slot),
                self.ref("voice_tracks", slot),
                self.engines.renderer.prepared,
                self.decisions.clip(slot),
            )
            self.engines.renderer.prefetch(work.key, work.source, work.picture, work.frames, work.handle, work.meter)

    def prefetch_cards(self) -> None:
        """Let the workers begin with the title and end cards, once the first shot has its keyframe."""
        engines, first = self.engines, self.script.slot(self.script.plan.shots[0])
        image = self.store.current("shot_images", first)
        if image is not None:
            prefetch_cards(self.script, self.store, engines.cards, engines.renderer, image)

    # -- records -----------------------------------------------------------------------------------------------

    def _new_run(self, run_id: str | None = None) -> RunContext:
        return new_run(self.film.movie, self.script.settings.profile, self.script.plan.seed, run_id=run_id)

    def _decided(self, stage: Stage, verdict: Verdict, reason: str) -> None:
        write_memory_event(self.film.path, "policy_decision", stage=stage, verdict=verdict, reason=reason)

    # -- jobs --------------------------------------------------------------------------------------------------

    def _plan_job(self) -> Job:
        request = read_request(self.film)
        return plan_job(self.script, self.store, request.writer if request else "hand")

    def _detectors(self) -> list[str]:
        """Face detectors that the lip-sync engine lets an agent choose from; an engine that draws has none."""
        return list(getattr(self.engines.lipsync, "detectors", ()))

    def _providers(self) -> list[str]:
        """Voice providers that a line may be given to; none where there is nothing to choose between."""
        return list(getattr(self.engines.voice, "providers", ()))

    def _frames(self, slot: str) -> int:
        return read_track(self.store.path(self.ref("voice_tracks", slot))).frames

    # ``ask`` false: raise Undecided where an agent would have to be asked

    def _image_job(self, slot: str, *, ask: bool = True) -> Job:
        return image_job(self.script, slot, self.engines.image, self.decisions.image(slot, ask=ask))

    def _voice_job(self, slot: str, *, ask: bool = True) -> Job:
        return voice_job(self.script, slot, self.engines.voice, self.decisions.voice(slot, ask=ask))

    def _video_job(self, slot: str, *, ask: bool = True) -> Job:
        image, frames = self.ref("shot_images", slot), self._frames(slot)
        decided = self.decisions.video(slot, frames, ask=ask)
        return video_job(self.script, self.store, slot, self.engines.video, image, frames, decided)

    def _clip_job(self, slot: str, *, ask: bool = True) -> Job:
        video, voice = self.ref("video_chunks", slot), self.ref("voice_tracks", slot)
        decided = self.decisions.clip(slot, ask=ask)
        engines = self.engines
        return clip_job(self.script, self.store, slot, engines.lipsync, engines.renderer, video, voice, decided)

    def _clip_key(self, slot: str) -> str:
        video, voice = self.ref("video_chunks", slot), self.ref("voice_tracks", slot)
        decided = self.decisions.clip(slot)
        return asked_clip(self.script, slot, self.engines.lipsync, video, voice, decided, self.film.movie)[1]

    def _current(self, job: Callable[[], Job]) -> AssetRef | None:
        """The current artifact when it is what ``job`` would make and everything about it is decided."""
        try:
            return is_current(self.store, job())
        except Undecided:
            return None

    def _shots(self) -> list[ShotMedia]:
        return [
            ShotMedia(
                image=self.ref("shot_images", slot),
                voice=self.ref("voice_tracks", slot),
                clip=self.ref("lipsynced_clips", slot),
            )
            for slot in (self.script.slot(shot) for shot in self.script.plan.shots)
        ]

    def _cut_job(self) -> Job:
        shots = self._shots()
        for shot in self.script.plan.shots:
            slot = self.script.slot(shot)
            stale = self.state(slot).stale
            if stale:
                raise RenderFault(
                    f"shot {shot.id} is not current ({', '.join(stale)})",
                    where="final_cut",
                    hint="materialize it first",
                )
        return cut_job(self.script, self.store, self.engines.cards, self.engines.music, self.engines.renderer, shots)

    def _report_job(self) -> Job:
        film = self.ref("final_cut")
        return report_job(self.script, self.store, self.measuring, self._shots(), film, self.restore_cut)


def _show(source: Path, target: Path) -> None:
    """Give ``source`` its friendly name, unless it has it already."""
    same = target.exists() and target.stat().st_size == source.stat().st_size
    if not same or hash_file(target) != hash_file(source):
        copy_file(source, target)
