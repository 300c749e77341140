"""Nodes of the ADK Workflow: each calls one tool of the catalogue, for every shot where the stage is a shot's.

Imports google-adk; reached through the Workflow only (``configs/workflow_agent.yaml``). What the user of the chat wrote
is an idea, and goes to ``script_agent`` as an argument; wishes (``resolution``, ``seconds``, ``seed`` ...) come from
the session's state. Between nodes only the film's id is remembered: what is made is on disk.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from functools import cache
from typing import Any

from google.adk import Context, Event
from google.adk.events import RequestInput
from google.adk.workflow import node
from google.genai import types

from resources.director.answers import understood
from resources.director.bench import Bench, bench_from_environment
from resources.director.production_agent import remake
from resources.director.tools.catalogue import find_tool
from resources.director.tools.script_agent import WISHES
from resources.errors import DiskFull, NeedsReview, SparkleError, Stopped
from resources.pipeline.healing import mend_all
from resources.pipeline.production import Production
from schemas.production import ToolResult
from schemas.review import ReviewQuestion

FILM = "film"
"""Key of the session's state: the film that the conversation is about."""
SEED = "film_seed"


@cache
def bench() -> Bench:
    """Where this process makes films."""
    return bench_from_environment()


async def script_agent(ctx: Context, node_input: str) -> AsyncGenerator[Event, None]:
    """An idea becomes a plan."""
    wishes = {name: ctx.state[name] for name in WISHES if name in ctx.state}
    wishes.setdefault("profile", os.environ.get("SPARKLE_PROFILE") or "embedded")
    result = await _call("script_agent", **{**wishes, "idea": node_input})
    facts = result.facts
    plan = (await asyncio.to_thread(bench().peek, result.movie)).script.plan
    text = f"{facts['title']}: {facts['shots']} shots, {facts['lines']} lines ({result.movie})"
    yield _said(text, output=result.model_dump(mode="json"), state={FILM: result.movie, SEED: plan.seed})


async def images_sdxl(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """The keyframe of every shot."""
    async for event in _each_shot(ctx, "images_sdxl", "pictures"):
        yield event


async def tts_chatterbox(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """The dialogue of every shot, and with it every shot's length."""
    async for event in _each_shot(ctx, "tts_chatterbox", "voice tracks"):
        yield event


async def videos_wan(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """The motion of every shot."""
    async for event in _each_shot(ctx, "videos_wan", "shots in motion"):
        yield event


async def lipsync_wav2lip(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """The final picture of every shot."""
    async for event in _each_shot(ctx, "lipsync_wav2lip", "final shots"):
        yield event


async def assemble_ffmpeg(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """The film; "held" when a person has to look at a shot first."""
    try:
        await asyncio.to_thread(_mended, ctx.state[FILM])
        result = await _call("assemble_ffmpeg", movie=ctx.state[FILM])
    except NeedsReview as held:
        yield _said(str(held), output={"held": held.message}, route="held")
        return
    text = f"the cut: {result.facts['seconds']:.1f} s ({result.made})"
    yield _said(text, output=result.model_dump(mode="json"), route="made")


async def qa_qwen2vl(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """The verdict: "approve", or "escalate" when a person has to look at the film."""
    result = await _call("qa_qwen2vl", movie=ctx.state[FILM])
    verdict = result.facts["verdict"]
    text = f"measured: {verdict}, {result.facts['findings']} findings"
    route = "approve" if verdict == "approve" else "escalate"
    yield _said(text, output=result.model_dump(mode="json"), route=route)


@node(rerun_on_resume=True)
async def review(ctx: Context, node_input: Any) -> AsyncGenerator[Event | RequestInput, None]:
    """A person's word on what is held back; one given elsewhere (`sparkle review`) is as good as one given here."""
    film = await asyncio.to_thread(bench().peek, ctx.state[FILM])
    reviews = film.reviews
    for question in reviews.open():
        said = ctx.resume_inputs.get(_request(question))
        if said is None:
            yield _asked(film, question)
            return
        decision, note = understood(said)
        if decision is None:
            yield _asked(film, await asyncio.to_thread(reviews.note, question.id, note))
            return
        await asyncio.to_thread(reviews.answer, question.id, decision, note)
    rejected = [question.shot or "the film" for question in reviews.current() if question.decision == "reject"]
    if rejected:
        yield _said(f"rejected: {', '.join(rejected)}", output={"rejected": rejected}, route="reject")
    else:
        yield _said("approved", output={"rejected": []}, route="approve")


async def finish(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """Where the film is."""
    film = await asyncio.to_thread(bench().peek, ctx.state[FILM])
    path, page = film.film.path / "cut" / "final_cut.mp4", film.film.path / "report" / "index.html"
    yield _said(
        f"The film is ready: {path}\nIts report: {page}",
        output={"movie": film.film.movie, "final_cut": str(path), "report": str(page)},
    )


async def hold(ctx: Context, node_input: Any) -> AsyncGenerator[Event, None]:
    """A person said no: how to go on."""
    movie = ctx.state[FILM]
    text = f"{movie} stays held. `sparkle retake {movie} SHOT` makes another take; then tell me the same idea again."
    yield _said(text, output={"movie": movie, "held": True})


async def _each_shot(ctx: Context, name: str, what: str) -> AsyncGenerator[Event, None]:
    """Call a tool for every shot. One that fails does not keep the others from being made; its error comes last."""
    movie = ctx.state[FILM]
    shots = await asyncio.to_thread(_begin_ahead, movie, name)
    results: list[ToolResult] = []
    failed: SparkleError | None = None
    for number, shot in enumerate(shots, 1):
        try:
            results.append(await _call(name, movie=movie, shot=shot))
        except (DiskFull, Stopped):
            raise
        except SparkleError as error:
            failed = failed or error
        progress = {"tool": name, "shot": shot, "done": number, "total": len(shots)}
        yield Event(custom_metadata={"progress": progress})
    if failed is not None:
        raise failed
    engines = ", ".join(sorted({result.engine for result in results}))
    fresh = sum(result.made == "rendered" for result in results)
    text = f"{len(results)} {what} by {engines} ({fresh} new)"
    yield _said(text, output=[result.model_dump(mode="json") for result in results])


def _begin_ahead(movie: str, name: str) -> list[str]:
    """Ids of the shots in their order; workers begin with what they can begin with."""
    with bench().film(movie) as film:
        slots = [film.script.slot(shot) for shot in film.script.plan.shots]
        stage = find_tool(name).stage
        stale = [slot for slot in slots if stage in film.state(slot).stale]
        if stale and stage == "voice_tracks":
            film.prefetch_voices(stale)
        if stale and stage == "lipsynced_clips":
            for slot in stale:
                if film.state(slot).stale == [stage]:
                    film.prefetch_clip(slot)
            film.prefetch_cards()
        return [shot.id or "" for shot in film.script.plan.shots]


def _mended(movie: str) -> None:
    """Make again what a repair can mend, before the film is cut."""
    with bench().film(movie) as film:
        mend_all(film, lambda mending: remake(film, mending))


async def _call(name: str, **arguments: Any) -> ToolResult:
    """A tool's work in a thread of its own: the conversation stays responsive."""
    return await asyncio.to_thread(find_tool(name).call, bench(), **arguments)


def _said(text: str, **more: Any) -> Event:
    return Event(content=types.Content(role="model", parts=[types.Part(text=text)]), **more)


def _request(question: ReviewQuestion) -> str:
    """Id of the request for an answer; a note is followed by a new one."""
    return f"review-{question.id}-{len(question.notes)}"


def _asked(film: Production, question: ReviewQuestion) -> RequestInput:
    folder = film.film.path
    told = [
        f"{finding.reason}: {finding.message or f'{finding.value:g} {finding.unit}'}" for finding in question.findings
    ]
    seen = [str(folder / name) for name in (*question.frames, question.media)]
    return RequestInput(
        interrupt_id=_request(question),
        message=(
            f"{question.shot or 'The film'} waits for you. {'; '.join(told)}. Look at {', '.join(seen)}. "
            "Answer approve or reject, or write a note."
        ),
        payload={**question.model_dump(mode="json"), "frames": seen[:-1], "media": seen[-1]},
    )
