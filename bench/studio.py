"""The twenty films held to what a studio owes its audience: ``python -m bench.studio HOME [--motion]``.

``HOME`` holds a film of every idea of ``tests/harness/ideas.py``, made with ``sparkle make IDEA --movie KEY``. One row
for each film: what its idea names and no frame shows, the worst lip-sync of its speaking shots, the longest time in
which nothing moves, the largest jump of a joint (``--motion``; slow), its nearest neighbours in words and in posters.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import imagehash
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from resources.cutout.cast.lips import Lips
from resources.cutout.cast.mouth import between
from resources.cutout.draw import Painter, painter_of
from resources.cutout.score import Score, read_score
from resources.media.wav import read_wav
from resources.quality.lips import LipOffset, best_lag
from resources.quality.sound import envelope
from resources.store.artifacts import Artifacts
from resources.store.film import Home
from schemas.cut import CutSheet
from schemas.media import VoiceTrack
from schemas.plan import MoviePlan, Shot
from schemas.time import FrameRate
from tests.harness.ideas import IDEAS, Named, masked, missing, shared
from tests.harness.motion import jumps

GOALS = {"lines": 0.20, "posters": 10, "lips": 0.6, "lag": 1.0, "still_s": 1.0, "jump": 0.03}
"""At most, more than, at least, at most (frames), at most (seconds), at most (of the frame's width)."""


@dataclass(frozen=True)
class Made:
    """A shot as it was made."""

    shot: Shot
    score: Score
    track: VoiceTrack
    truth: dict[str, object]
    sound: Path


@dataclass(frozen=True)
class Film:
    """A film as it was made."""

    key: str
    plan: MoviePlan
    shots: list[Made]
    cut: Path
    sheet: CutSheet


def read(home: Path, key: str) -> Film:
    """A film of a home, with the artifacts that are in its cut."""
    folder = Home(home).existing(key)
    store = Artifacts(folder, home)
    plan = MoviePlan.model_validate_json(folder.plan_path.read_bytes())
    slots = folder.peek_slots([shot.id or "" for shot in plan.shots])
    made = []
    for shot in plan.shots:
        slot = slots[shot.id or ""]
        found = [store.current(stage, slot) for stage in ("shot_images", "video_chunks", "voice_tracks")]
        image, video, voice = (store.path(ref) for ref in found if ref is not None)
        track = VoiceTrack.model_validate_json((voice / "track.json").read_bytes())
        truth = json.loads((image / "truth.json").read_bytes())
        made.append(Made(shot, read_score(video), track, truth, voice / "dialogue.wav"))
    cut = folder.path / "cut"
    sheets = sorted((cut / "objects").glob("*/cut_sheet.json"), key=lambda path: path.stat().st_mtime)
    return Film(key, plan, made, cut, CutSheet.model_validate_json(sheets[-1].read_bytes()))


def lip_sync(film: Film) -> Iterator[tuple[str, LipOffset | None]]:
    """Each shot in which somebody who is seen speaks: opening of the drawn mouth against the voice, frame by frame."""
    rate = FrameRate.parse(film.plan.fps)
    for made in film.shots:
        seen = {part.character_id for part in made.score.parts}
        lines = [line for line in made.track.lines if line.character_id in seen]
        if not lines:
            continue
        frames = made.score.frames
        sound = read_wav(made.sound).copy()
        for line in made.track.lines:
            if line.character_id not in seen:  # the narrator moves nobody's lips
                sound[line.start : line.end] = 0
        mouths = [Lips([line for line in lines if line.character_id == who], float(rate.value)) for who in sorted(seen)]
        drawn = np.array([max(between(*mouth.at(frame)).open for mouth in mouths) for frame in range(frames)])
        edges = [rate.samples(frame) for frame in range(frames + 1)]
        yield made.shot.id or "", best_lag(drawn, envelope(sound, edges))


def longest_still(film: Film) -> tuple[float, float]:
    """Seconds of the longest stretch outside the cards in which nothing moves, and where it begins."""
    cards = [(piece.start, piece.stop) for piece in film.sheet.pieces if piece.card]
    before, still, worst, number = None, 0, (0, 0), 0
    with av.open(str(film.cut / "final_cut.mp4")) as file:
        for frame in file.decode(video=0):
            here = frame.to_ndarray(format="gray").astype(np.int16)
            card = any(start <= number < stop for start, stop in cards)
            moved = before is None or card or (np.abs(here - before) > 6).sum() > 12
            still = 0 if moved else still + 1
            worst = max(worst, (still, number - still))
            before, number = here, number + 1
    fps = float(FrameRate.parse(film.plan.fps).value)
    return worst[0] / fps, worst[1] / fps


def largest_jump(film: Film) -> tuple[float, str]:
    """The largest way of a joint between two frames, and whose it is."""
    worst = (0.0, "")
    for made in film.shots:
        painter = painter_of(made.score, made.track.lines)
        if isinstance(painter, Painter) and painter.actors:
            size, frame, who, joint = max(jumps(painter, made.score.frames), default=(0.0, 0, "", ""))
            worst = max(worst, (size, f"{made.shot.id} {who}'s {joint}, frame {frame}"))
    return worst


def unseen(idea: Named, film: Film) -> list[str]:
    """What an idea names that is neither in a keyframe's truth nor, where it is a word, in the plan."""
    truths = [made.truth for made in film.shots]
    bodies = Counter[str]()
    for truth in truths:
        figures: list[dict[str, object]] = truth["figures"]  # type: ignore[assignment]
        bodies |= Counter(str(one["look"]["species"]) for one in figures if _in_frame(one["body"], truth))  # type: ignore[index]
    things = {str(one["name"]) for truth in truths for one in truth["props"]}  # type: ignore[attr-defined]
    things |= {str(one.held) for made in film.shots if made.score.stage for one in made.score.stage.figures}
    out = [f"place {one}" for one in idea.places if all(truth["place"] != one for truth in truths)]
    out += [f"time {idea.time}"] if idea.time and all(truth["time_of_day"] != idea.time for truth in truths) else []
    out += [f"weather {idea.weather}"] if idea.weather and all(t["weather"] != idea.weather for t in truths) else []
    out += [f"species {kind}" for kind, count in Counter(idea.species).items() if bodies[kind] < count]
    out += [f"prop {prop}" for prop in idea.props if prop not in things]
    return sorted({*out, *missing(idea, film.plan)})


def _in_frame(box: object, truth: dict[str, object]) -> bool:
    left, top, right, bottom = (float(value) for value in box)  # type: ignore[attr-defined]
    return right > 0 and bottom > 0 and left < float(str(truth["width"])) and top < float(str(truth["height"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("home", type=Path)
    parser.add_argument("--motion", action="store_true", help="measure every joint in every frame")
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    known = [idea for idea in IDEAS if not options.only or idea.key in options.only]
    films = {idea.key: read(options.home, idea.key) for idea in known}
    lines = {key: masked(film.plan) for key, film in films.items()}
    plain = {key: [line.text for made in film.shots for line in made.shot.dialogue] for key, film in films.items()}
    posters = {key: imagehash.phash(Image.open(film.cut / "poster.jpg")) for key, film in films.items()}
    pairs = list(itertools.combinations(films, 2))
    words = {
        pair: max(shared(lines[pair[0]], lines[pair[1]]), shared(plain[pair[0]], plain[pair[1]])) for pair in pairs
    }
    bits = {pair: int(posters[pair[0]] - posters[pair[1]]) for pair in pairs}
    print(f"{'film':12} {'unseen':18} {'lips':>5} {'lag':>5} {'still':>6} {'jump':>6} {'words':>6} {'poster':>6}")
    for idea in known:
        film = films[idea.key]
        lips = list(lip_sync(film))
        said = [(one.correlation, one.frames) if one else (0.0, 99.0) for _, one in lips]
        worst = min((one[0] for one in said), default=1.0)
        lag = max((abs(one[1]) for one in said), default=0.0)
        still, at = longest_still(film)
        jump, whose = largest_jump(film) if options.motion else (0.0, "")
        near = max((words[pair] for pair in pairs if idea.key in pair), default=0.0)
        bit = min((bits[pair] for pair in pairs if idea.key in pair), default=64)
        gone = ", ".join(unseen(idea, film)) or "-"
        row = f"{idea.key:12} {gone:18} {worst:5.2f} {lag:5.1f} {still:5.2f}s {jump:6.1%} {near:6.0%} {bit:6d}"
        bad = [shot for shot, one in lips if one is None or one.correlation < GOALS["lips"] or abs(one.frames) > 1]
        print(
            row,
            *bad,
            f"still at {at:.1f}s" if still > GOALS["still_s"] else "",
            whose if jump > GOALS["jump"] else "",
            flush=True,
        )
    for pair in pairs:
        if words[pair] > GOALS["lines"] or bits[pair] <= GOALS["posters"]:
            print(f"{pair[0]} and {pair[1]}: {words[pair]:.0%} of the lines, posters {bits[pair]} bits apart")


if __name__ == "__main__":
    main()
