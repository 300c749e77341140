"""voice_tracks and shot_timing: the dialogue of a shot, and with it the shot's length.

Voice before picture: a shot is as long as its lines with their pauses, and never shorter than its minimum.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from resources.agents.memo import Decided
from resources.engines import RENDERING, Sound, TellsRendering, VoiceEngine
from resources.errors import RenderFault
from resources.media.mix import levelled
from resources.media.probe import LONGEST_S, read_sound
from resources.media.wav import read_wav, wav_bytes
from resources.pipeline.carry import Job
from resources.pipeline.resolve import Script
from resources.pipeline.versions import VERSIONS
from resources.store.atomic import write_json
from resources.store.fingerprint import derive_seed
from resources.store.records import MEND, read_record
from schemas.decisions import VoiceDecision
from schemas.media import Mark, SpokenLine, TimedLine, VoiceRequest, VoiceTrack, Word
from schemas.plan import MAX_SHOT_SECONDS
from schemas.time import SAMPLE_RATE, FrameRate

CODE_VERSION = VERSIONS["voice_tracks"]
LEAD_S = 0.30
"""Before the first line: the eye needs a moment with a new picture."""
PAUSE_S = 0.35
"""Between two lines of one speaker."""
TURN_S = 0.22
"""Between two speakers."""
TAIL_S = 0.55
"""After the last line, so that a cut never steps on a word."""


def asked_of(script: Script, slot: str, decided: Decided[VoiceDecision] | None) -> VoiceRequest:
    """The lines of the shot in ``slot`` as the engine gets them."""
    request = script.voice_request(script.shot(slot))
    return decided.value.applied(request) if decided else request


def line_seed(request: VoiceRequest, line: SpokenLine) -> int:
    """The seed of a line: the shot's and the words', so that reordering lines speaks nothing again."""
    return derive_seed(request.seed, line.character_id, line.text)


def voice_job(script: Script, slot: str, engine: VoiceEngine, decided: Decided[VoiceDecision] | None = None) -> Job:
    """The dialogue of the shot in ``slot``: spoken by the engine as was ``decided``, or the user's own recording."""
    shot = script.shot(slot)
    request = script.voice_request(shot)
    asked = asked_of(script, slot, decided)
    own = script.plan_folder / shot.media.voice if shot.media and shot.media.voice else None
    rate = FrameRate.parse(request.fps)

    def make(folder: Path) -> dict[str, Any]:
        spoken = _recorded(own, asked, engine) if own else [engine.speak(x, line_seed(asked, x)) for x in asked.lines]
        sound, track = arrange(spoken, rate, request.min_frames)
        (folder / "dialogue.wav").write_bytes(wav_bytes(sound))
        (folder / "track.json").write_text(track.model_dump_json(indent=1), encoding="utf-8")
        if isinstance(engine, TellsRendering) and not own:
            told = [engine.rendering(line, line_seed(asked, line)) for line in asked.lines]
            write_json(folder / RENDERING, {"lines": told})
        return {
            "frames": track.frames,
            "seconds": round(rate.seconds(track.frames), 3),
            "lines": len(track.lines),
            "voices": sorted({line.voice_id for line in track.lines}),
            "aligned": all(line.aligned for line in track.lines),
        }

    def verify(folder: Path) -> None:
        track = read_track(folder)
        sound = read_wav(folder / "dialogue.wav")
        if len(sound) != rate.samples(track.frames) or track.samples != len(sound):
            raise RenderFault(f"dialogue.wav holds {len(sound)} samples, not {rate.samples(track.frames)}")
        for line in track.lines:
            if not np.abs(sound[line.start : line.end]).max(initial=0.0) > 1e-3:
                raise RenderFault(f"the line {line.text[:40]!r} is silent")

    return Job(
        stage="voice_tracks",
        slot=slot,
        shot=shot.id,
        code_version=CODE_VERSION,
        engine=engine,
        request=request,
        make=make,
        verify=verify,
        decision=decided,
        seed=asked.seed,
    )


def arrange(spoken: list[tuple[Sound, TimedLine]], rate: FrameRate, min_frames: int) -> tuple[Sound, VoiceTrack]:
    """Lay lines one after another with their pauses, and round the whole up to frames."""
    pieces: list[Sound] = []
    lines: list[TimedLine] = []
    at = 0
    for number, (sound, line) in enumerate(spoken):
        same = bool(lines) and lines[-1].character_id == line.character_id
        pause = round((LEAD_S if not number else PAUSE_S if same else TURN_S) * SAMPLE_RATE)
        pieces += [np.zeros(pause, np.float32), sound]
        at += pause
        lines.append(shifted(line, at))
        at += len(sound)
    needed = rate.frames_for_samples(at + round(TAIL_S * SAMPLE_RATE)) if lines else 0
    frames = max(min_frames, needed)
    limit = rate.frames(MAX_SHOT_SECONDS)
    if frames > limit:
        raise RenderFault(
            f"its dialogue needs {rate.seconds(frames):.0f} s, a shot may have {MAX_SHOT_SECONDS:.0f} s",
            hint="split the lines over two shots",
        )
    samples = rate.samples(frames)
    sound = np.zeros(samples, np.float32)
    if pieces:
        joined = np.concatenate(pieces)
        sound[: len(joined)] = joined
    return sound, VoiceTrack(lines=lines, samples=samples, frames=frames)


def shifted(line: TimedLine, by: int) -> TimedLine:
    """The same line, ``by`` samples later."""
    return line.model_copy(
        update={
            "start": line.start + by,
            "end": line.end + by,
            "words": [Word(text=w.text, start=w.start + by, end=w.end + by) for w in line.words],
            "marks": [Mark(start=m.start + by, viseme=m.viseme) for m in line.marks],
        }
    )


def read_track(folder: Path) -> VoiceTrack:
    """The timed lines of a voice artifact."""
    return read_record(folder / "track.json", VoiceTrack, hint=MEND)


def _recorded(path: Path, request: VoiceRequest, engine: VoiceEngine) -> list[tuple[Sound, TimedLine]]:
    """The user's own recording, parted between its lines by their length, the words of each placed by the engine."""
    sound = levelled(read_sound(path, longest_s=LONGEST_S)[:, 0])
    if not len(sound):
        raise RenderFault("holds no sound", where=path.name)
    if not request.lines:
        return []
    weights = [max(1, len(line.text)) for line in request.lines]
    edges = [round(len(sound) * sum(weights[:k]) / sum(weights)) for k in range(len(weights) + 1)]
    parts = [sound[start:stop] for start, stop in pairwise(edges)]
    return [(part, engine.align(part, line)) for part, line in zip(parts, request.lines, strict=True)]
