"""A film rehearsed: every call that making it takes, in order, with what each will cost. Nothing is made or written."""

from __future__ import annotations

from pathlib import Path

from resources.agents.budget import cost
from resources.agents.models.spec import parse_spec
from resources.director.bench import Bench
from resources.director.estimate import AT_REST, History, film_frames, memory_of, units
from resources.director.tools.base import Tool
from resources.director.tools.catalogue import tool_of_stage
from resources.director.workflow import stage_edges
from resources.pipeline.production import Production
from resources.pipeline.resolve import with_ids
from resources.pipeline.stages.plan import peek_script
from resources.pipeline.stages.voices import read_track
from resources.store.film import Settings
from resources.store.space import shot_seconds
from schemas.plan import MoviePlan, Shot
from schemas.production import Estimate, PlannedCall, ProductionGraph
from schemas.refs import SHOT_STAGES, Stage

OUTPUT_SHARE = 0.3
"""Share of a decision's tokens that are output, for its price."""


def rehearsed(bench: Bench, movie: str, plan: MoviePlan, settings: Settings, folder: Path) -> Production:
    """The production of ``plan`` as it would be, its media under ``folder``. Nothing is taken in or saved."""
    film = bench.home.film(movie)
    return Production(bench.home, movie, bench.engines, peek_script(film, with_ids(plan), settings, folder))


def production_graph(production: Production, history: History) -> ProductionGraph:
    """Every call of a production, in the order of work."""
    return _Rehearsal(production, history).graph()


class _Rehearsal:
    """One pass over a film that makes nothing."""

    def __init__(self, production: Production, history: History) -> None:
        self.production = production
        self.script = production.script
        self.history = history
        self.stale: dict[tuple[Stage, str | None], bool] = {}
        self.frames: dict[str, int] = {}
        self.numbers: dict[tuple[Stage, str | None], int] = {}
        self.calls: list[PlannedCall] = []

    def graph(self) -> ProductionGraph:
        """Look at every shot, then list the calls as they are made: two passes over the shots, or one a stage."""
        plan, slots = self.script.plan, [self.script.slot(shot) for shot in self.script.plan.shots]
        self._look(slots)
        self._call("movie_plan", None)
        by_stage = [(stage,) for stage in SHOT_STAGES]
        for stages in by_stage if self.production.engines.stage_by_stage else (SHOT_STAGES[:-1], SHOT_STAGES[-1:]):
            for slot in slots:
                for stage in stages:
                    self._call(stage, slot)
        self._call("final_cut", None)
        self._call("qa_report", None)
        return ProductionGraph(
            movie=self.production.film.movie,
            profile=self.script.profile.name,
            title=plan.title,
            seed=plan.seed,
            calls=self.calls,
            estimate=_sum([call for call in self.calls if call.action == "render"]),
        )

    def _look(self, slots: list[str]) -> None:
        production = self.production
        self.stale["movie_plan", None] = not production.plan_is_current()
        for slot in slots:
            stale = production.state(slot).stale
            for stage in SHOT_STAGES:
                self.stale[stage, slot] = stage in stale
            self.frames[slot] = self._length(slot)
        settled = not any(self.stale[stage, slot] for slot in slots for stage in SHOT_STAGES)
        film = production.film_state() if settled else ["final_cut", "qa_report"]
        for stage in ("final_cut", "qa_report"):
            self.stale[stage, None] = stage in film

    def _length(self, slot: str) -> int:
        """Frames of a shot: as its voices fixed it, or as its words suggest."""
        ref = None if self.stale["voice_tracks", slot] else self.production.store.current("voice_tracks", slot)
        if ref is not None:
            return read_track(self.production.store.path(ref)).frames
        return self.script.plan.rate.frames(shot_seconds(self.script.shot(slot)))

    def _call(self, stage: Stage, slot: str | None) -> None:
        tool, shot = tool_of_stage(stage), None if slot is None else self.script.shot(slot)
        name, revision = self._engine(tool)
        stale = self.stale[stage, slot]
        number = self.numbers[stage, slot] = len(self.calls) + 1
        needs = self._needs(stage, slot)
        uri, exact = self._uri(stage, slot, stale, needs)
        self.calls.append(
            PlannedCall(
                number=number,
                tool=tool.name,
                stage=stage,
                shot=shot.id if shot is not None else None,
                slot=slot,
                engine=name,
                engine_revision=revision,
                model=self._model(tool),
                action="render" if stale else "reuse",
                needs=needs,
                uri=uri,
                exact=exact,
                estimate=self._estimate(tool, name, shot, slot) if stale else Estimate(**_NOTHING),
            )
        )

    def _needs(self, stage: Stage, slot: str | None) -> list[int]:
        """Numbers of the calls before this one: of the same shot, or of every shot when a film's stage needs them."""
        before = [first for first, second in stage_edges() if second == stage]
        found = []
        for (known, where), number in self.numbers.items():
            if known in before and (slot is None or where in (slot, None)):
                found.append(number)
        return sorted(found)

    def _engine(self, tool: Tool) -> tuple[str, str]:
        if tool.roles:
            engine = getattr(self.production.engines, tool.roles[0])
            return str(engine.name), str(engine.revision)
        job = self.production.peek_job(tool.stage)
        return (job.engine.name, job.engine.revision) if job is not None else (METER, "")

    def _model(self, tool: Tool) -> str | None:
        agents = self.script.profile.agents
        return None if tool.agent is None else str(getattr(agents, tool.agent))

    def _uri(self, stage: Stage, slot: str | None, stale: bool, needs: list[int]) -> tuple[str, bool]:
        """Where the artifact is, or will be as far as that is known."""
        store = self.production.store
        if not stale:
            return self.production.ref(stage, slot).uri, True
        before = [self.calls[number - 1] for number in needs]
        known = all(call.action == "reuse" or call.stage == "movie_plan" for call in before)
        job = self.production.peek_job(stage, slot) if known else None
        if job is not None:
            return store.object_uri(stage, slot, job.fingerprint), True
        return str(store.folder(stage, slot).relative_to(store.home)), False

    def _estimate(self, tool: Tool, engine: str, shot: Shot | None, slot: str | None) -> Estimate:
        plan, rate = self.script.plan, self.history.rate(tool.stage, engine)
        frames = self.frames[slot] if slot is not None else film_frames(plan, self.frames)
        work = units(tool.stage, plan, shot, frames)
        tokens, amount = self._decision(tool)
        return Estimate(
            seconds=round(rate.seconds * work, 3),
            memory_bytes=self._memory(tool, engine),
            disk_bytes=round(rate.bytes * work),
            tokens=tokens,
            amount=amount,
            basis=rate.basis,
        )

    def _memory(self, tool: Tool, engine: str) -> int:
        """Peak bytes while a call works: of the card, where a model is loaded onto one."""
        profile = self.script.profile
        if profile.gpu is None:
            return memory_of(engine)
        from resources.director.gpu_memory import predicted_memory
        from resources.gpu.registry import Registry

        registry = Registry.of_home(self.production.home.root)
        told = [predicted_memory(profile, role, registry) for role in tool.roles]
        return max((one for one in told if one is not None), default=memory_of(engine))

    def _decision(self, tool: Tool) -> tuple[int, float]:
        """Tokens and US dollars of the decision of one call."""
        model = self._model(tool)
        if model is None or parse_spec(model).kind == "rules":
            return 0, 0.0
        tokens = self.history.tokens(f"{tool.agent}_agent")
        output = round(tokens * OUTPUT_SHARE)
        return tokens, round(cost(parse_spec(model), tokens - output, output) or 0.0, 6)


METER = "measured"
_NOTHING = {"seconds": 0.0, "memory_bytes": 0, "disk_bytes": 0}


def _sum(calls: list[PlannedCall]) -> Estimate:
    parts = [call.estimate for call in calls]
    bases = {part.basis for part in parts}
    return Estimate(
        seconds=round(sum(part.seconds for part in parts), 1),
        memory_bytes=max((part.memory_bytes for part in parts), default=AT_REST),
        disk_bytes=sum(part.disk_bytes for part in parts),
        tokens=sum(part.tokens for part in parts),
        amount=round(sum(part.amount for part in parts), 6),
        basis="unknown" if "unknown" in bases else "measured" if "measured" in bases or not bases else "history",
    )
