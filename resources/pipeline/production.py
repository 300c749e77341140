"""One film under way: every stage by name, what is fresh, and what is still to be made.

Both doors, Dagster's assets and the command line, go through this; neither knows how a stage is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resources.errors import Missing, NeedsReview, RenderFault
from resources.pipeline.carry import Job, Outcome, carry, is_current
from resources.pipeline.engines import Engines
from resources.pipeline.resolve import Script
from resources.pipeline.stages.clips import clip_job, clip_work
from resources.pipeline.stages.cut import FILM, ShotMedia, cut_job, prefetch_cards
from resources.pipeline.stages.images import image_job
from resources.pipeline.stages.plan import open_script, plan_job, read_request
from resources.pipeline.stages.report import REPORT, read_report, report_job, shot_findings, voice_findings
from resources.pipeline.stages.video import video_job
from resources.pipeline.stages.voices import line_seed, read_track, voice_job
from resources.store.artifacts import Artifacts
from resources.store.atomic import copy_file, crash_point
from resources.store.film import FilmFolder, Home
from resources.store.fingerprint import digest, hash_file
from schemas.refs import AssetRef, Stage
from schemas.report import Finding, QAReport


@dataclass(frozen=True)
class ShotState:
    """How far one shot is."""

    shot: str
    slot: str
    stale: list[Stage]
    """Stages that have to be made (again)."""


class Production:
    """One film, its script, its artifacts and the engines that make them."""

    def __init__(self, home: Home, movie: str, engines: Callable[[str], Engines]) -> None:
        self.home = home
        self.film: FilmFolder = home.film(movie)
        self.store = Artifacts(self.film, home.root)
        self.script: Script = open_script(self.film)
        self._engines = engines

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
        return carry(self.store, image_job(self.script, slot, self.engines.image))

    def voice(self, slot: str) -> Outcome:
        """voice_tracks and with it shot_timing."""
        return carry(self.store, voice_job(self.script, slot, self.engines.voice))

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
        for shot in self.script.plan.shots:
            for finding in self.findings(self.script.slot(shot)):
                if finding.severity == "error":
                    raise NeedsReview(
                        f"shot {finding.shot} holds the film: {finding.reason}, {finding.message}",
                        where="final_cut",
                        hint=f"`sparkle retake {self.film.movie} {finding.shot}` makes it again",
                    )
        outcome = carry(self.store, job)
        folder = self.store.path(outcome.ref)
        for name in (FILM, "final_cut.srt", "final_cut.vtt", "poster.jpg"):
            _show(folder / name, self.film.path / "cut" / name)
        crash_point("final_cut.shown")
        return outcome

    def report(self) -> Outcome:
        """qa_report on the current cut."""
        outcome = carry(self.store, self._report_job())
        folder = self.store.path(outcome.ref)
        for name in (REPORT, "index.html"):
            _show(folder / name, self.film.path / "report" / name)
        return outcome

    # -- what is current ---------------------------------------------------------------------------------------

    def ref(self, stage: Stage, slot: str | None = None) -> AssetRef:
        """The current artifact. Raises :class:`Missing`."""
        found = self.store.current(stage, slot)
        if found is None:
            raise Missing(f"{stage} of {slot or self.film.movie} is not there yet", hint="materialize it first")
        return found

    def state(self, slot: str) -> ShotState:
        """Which stages of a shot have to be made; cheap, nothing is rendered."""
        stale: list[Stage] = []
        image = is_current(self.store, image_job(self.script, slot, self.engines.image))
        voice = is_current(self.store, voice_job(self.script, slot, self.engines.voice))
        stale += ["shot_images"] if image is None else []
        stale += ["voice_tracks"] if voice is None else []
        video = None
        if image is not None and voice is not None:
            video = is_current(self.store, self._video_job(slot))
        stale += ["video_chunks"] if video is None else []
        clip = None
        if video is not None and voice is not None:
            clip = is_current(self.store, self._clip_job(slot))
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

    def findings(self, slot: str) -> list[Finding]:
        """What is wrong with a shot that is made."""
        voice, clip = self.ref("voice_tracks", slot), self.ref("lipsynced_clips", slot)
        return shot_findings(self.script, self.script.shot(slot), self.store.path(voice), self.store.path(clip))

    def voice_findings(self, slot: str) -> list[Finding]:
        """What is wrong with the sound of a shot."""
        folder = self.store.path(self.ref("voice_tracks", slot))
        return voice_findings(self.script, self.script.shot(slot), folder)

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

    # -- work ahead --------------------------------------------------------------------------------------------

    def prefetch_voices(self, slots: list[str]) -> None:
        """Let the voices begin with every line that is not there yet."""
        wanted = []
        for slot in slots:
            shot = self.script.shot(slot)
            recorded = shot.media is not None and shot.media.voice is not None
            if not recorded and is_current(self.store, voice_job(self.script, slot, self.engines.voice)) is None:
                request = self.script.voice_request(shot)
                wanted += [(line, line_seed(request, line)) for line in request.lines]
        if wanted:
            self.engines.voice.prefetch(wanted)

    def prefetch_clip(self, slot: str) -> None:
        """Let the workers begin with a clip whose motion and voice are current."""
        if is_current(self.store, self._clip_job(slot)) is None:
            work = clip_work(
                self.script,
                self.store,
                slot,
                self.engines.lipsync,
                self.ref("video_chunks", slot),
                self.ref("voice_tracks", slot),
            )
            self.engines.renderer.prefetch(work.key, work.source, work.picture, work.frames, work.handle)

    def prefetch_cards(self) -> None:
        """Let the workers begin with the title and end cards, once the first shot has its keyframe."""
        engines, first = self.engines, self.script.slot(self.script.plan.shots[0])
        image = self.store.current("shot_images", first)
        if image is not None:
            prefetch_cards(self.script, self.store, engines.cards, engines.renderer, image)

    # -- jobs --------------------------------------------------------------------------------------------------

    def _plan_job(self) -> Job:
        request = read_request(self.film)
        return plan_job(self.script, request.writer if request else "hand")

    def _frames(self, slot: str) -> int:
        return read_track(self.store.path(self.ref("voice_tracks", slot))).frames

    def _video_job(self, slot: str) -> Job:
        image = self.ref("shot_images", slot)
        return video_job(self.script, self.store, slot, self.engines.video, image, self._frames(slot))

    def _clip_job(self, slot: str) -> Job:
        video, voice = self.ref("video_chunks", slot), self.ref("voice_tracks", slot)
        return clip_job(self.script, self.store, slot, self.engines.lipsync, self.engines.renderer, video, voice)

    def _clip_key(self, slot: str) -> str:
        video, voice = self.ref("video_chunks", slot), self.ref("voice_tracks", slot)
        return clip_work(self.script, self.store, slot, self.engines.lipsync, video, voice).key

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
        return report_job(self.script, self.store, self._shots(), self.ref("final_cut"))


def _show(source: Path, target: Path) -> None:
    """Give ``source`` its friendly name, unless it has it already."""
    same = target.exists() and target.stat().st_size == source.stat().st_size
    if not same or hash_file(target) != hash_file(source):
        copy_file(source, target)
