"""The decisions that the stages of a shot need: from the film's memo where they are known, else asked for now.

Every decision goes through here, whichever door wants it. Where there is nothing to decide (the user's own picture,
clip or recording, a shot without a word) nobody is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from resources.agents import images_agent, lipsync_agent, qa_agent, tts_agent, videos_agent
from resources.agents.adk_factory import check_model
from resources.agents.ask import Question
from resources.agents.budget import Budget
from resources.agents.errors import AnswerInvalid, ModelFault
from resources.agents.memo import Decided, Memo, key_of
from resources.errors import PassingFault, SparkleError
from resources.pipeline.carry import ATTEMPTS, delay
from resources.pipeline.control import obey
from resources.pipeline.resolve import Script
from resources.quality.decide import TakesSoFar
from resources.quality.policy import Policy
from resources.store.film import FilmFolder
from resources.store.runs import current_run
from resources.store.timeline import write_memory_event
from schemas.decisions import ImageDecision, LipsyncDecision, QaDecision, VideoDecision, VoiceDecision
from schemas.refs import Stage
from schemas.report import Finding

D = TypeVar("D", bound=BaseModel)
COSTLY = (AnswerInvalid, ModelFault, PassingFault)
"""Errors that took answers or minutes: within one run nobody is asked the same again after them."""
_refused: dict[Path, tuple[str, SparkleError]] = {}
"""By the record that was not written: the run it failed in, and how."""


class Undecided(Exception):
    """A decision that is not known, where nobody may be asked."""


class Decisions:
    """What the agents decided about the shots of one film."""

    def __init__(
        self,
        script: Script,
        film: FilmFolder,
        *,
        detectors: Callable[[], Sequence[str]] = tuple,
        providers: Callable[[], Sequence[str]] = tuple,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``detectors`` gives the names of the face detectors that the lip-sync engine knows, its own choice first;
        ``providers`` those whom the voice engine lets a line be given to."""
        self.script = script
        self.film = film
        self._detectors = detectors
        self._providers = providers
        self._sleep = sleep

    @cached_property
    def memo(self) -> Memo:
        """The film's memo; its purse is opened with it."""
        return Memo(self.film.path, Budget(self.film.path))

    def check(self) -> None:
        """Raise what is wrong with the models of the profile's agents, before any work; nobody is asked."""
        agents = self.script.profile.agents
        for model in dict.fromkeys((agents.images, agents.videos, agents.tts, agents.lipsync, agents.qa)):
            check_model(model)

    # Each of these gives None where there is nothing to decide. With ``ask`` false it raises Undecided instead of
    # asking, and writes nothing.

    def image(self, slot: str, *, ask: bool = True) -> Decided[ImageDecision] | None:
        """How the keyframe is asked for."""
        shot = self.script.shot(slot)
        if shot.media is not None and shot.media.image is not None:
            return None
        request = self.script.image_request(shot)
        question = images_agent.question(
            request,
            model=self.script.profile.agents.images,
            seed=request.seed,
            repair=self.script.repair(shot, "shot_images"),
        )
        return self._decided(question, "shot_images", slot, ask)

    def voice(self, slot: str, *, ask: bool = True) -> Decided[VoiceDecision] | None:
        """How the lines are spoken."""
        shot = self.script.shot(slot)
        if not shot.dialogue or (shot.media is not None and shot.media.voice is not None):
            return None
        request = self.script.voice_request(shot)
        question = tts_agent.question(
            request,
            model=self.script.profile.agents.tts,
            seed=request.seed,
            repair=self.script.repair(shot, "voice_tracks"),
            providers=self._providers(),
        )
        return self._decided(question, "voice_tracks", slot, ask)

    def video(self, slot: str, frames: int, *, ask: bool = True) -> Decided[VideoDecision] | None:
        """How the motion of ``frames`` frames is asked for."""
        shot = self.script.shot(slot)
        if shot.media is not None and shot.media.clip is not None:
            return None
        request = self.script.video_request(shot)
        question = videos_agent.question(
            request,
            model=self.script.profile.agents.videos,
            seed=request.seed,
            repair=self.script.repair(shot, "video_chunks"),
            frames=frames,
        )
        return self._decided(question, "video_chunks", slot, ask)

    def clip(self, slot: str, *, ask: bool = True) -> Decided[LipsyncDecision] | None:
        """How mouths are found and smoothed, where somebody who is seen speaks."""
        shot = self.script.shot(slot)
        if shot.media is not None and shot.media.clip is not None:
            return None
        seen = self.script.seen(shot)
        if not any(line.character_id in seen for line in shot.dialogue):
            return None
        request, picture = self.script.clip_request(shot), self.script.image_request(shot)
        question = lipsync_agent.question(
            request,
            model=self.script.profile.agents.lipsync,
            seed=request.seed,
            repair=self.script.repair(shot, "lipsynced_clips"),
            size=picture.size,
            figures=picture.figures,
            detectors=self._detectors(),
        )
        return self._decided(question, "lipsynced_clips", slot, ask)

    def verdict(self, slot: str, findings: Sequence[Finding], takes: TakesSoFar, policy: Policy) -> QaDecision:
        """What follows from the findings of a shot that is made; where none is an error, nobody has to be asked."""
        if not any(found.severity == "error" for found in findings):
            return QaDecision(verdict="approve")
        shot = self.script.shot(slot)
        question = qa_agent.question(
            findings,
            model=self.script.profile.agents.qa,
            seed=self.script.seed(shot),
            policy=policy,
            shot=shot.id,
            takes=takes,
        )
        return self._decided(question, "qa_report", slot, ask=True).value

    def _decided(self, question: Question[D], stage: Stage, slot: str, ask: bool) -> Decided[D]:
        question = replace(question, film_seed=self.script.plan.seed)
        known = self.memo.find(question)
        if known is not None:
            return known
        if not ask:
            raise Undecided(stage)
        shot = self.script.shot(slot).id
        record = self.memo.path(question.agent, key_of(question))
        run = current_run(self.film.path).run_id
        if record in _refused and _refused[record][0] == run:
            raise copy(_refused[record][1])
        for attempt in range(1, ATTEMPTS + 1):
            obey(self.film)
            try:
                return self.memo.decide(question, stage=stage, slot=slot, shot=shot)
            except SparkleError as error:
                again = isinstance(error, PassingFault) and attempt < ATTEMPTS
                error.where = ", ".join(part for part in (f"{stage} {shot}", error.where) if part)
                write_memory_event(
                    self.film.path,
                    "failed",
                    stage=stage,
                    slot=slot,
                    shot=shot,
                    agent=question.agent,
                    attempt=attempt,
                    error=str(error),
                    kind=error.kind,
                    retry=again,
                )
                if not again:
                    if isinstance(error, COSTLY):
                        _refused[record] = run, copy(error)
                    raise
            self._sleep(delay(attempt))
        raise AssertionError("the last attempt returns or raises")
