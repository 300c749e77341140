"""CPU seconds for a frame of the embedded studio: ``python bench/frames.py``.

A fixed set of shots at 1280x720, each laid out, directed and drawn like in a film. What is measured is process time
(``time.process_time``), so that other work on the machine weighs little; the best of ``ROUNDS`` counts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from resources.cutout import studio
from resources.cutout.studio import CutoutImages, CutoutLipsync, CutoutVideo
from schemas.media import ImageRequest, LipsyncRequest, Mark, TimedLine, VideoRequest, Word

FRAMES, ROUNDS = 72, 3
LOOK = {
    "age": "adult", "build": "medium", "skin": "#d9a27a", "hair": "short", "hair_colour": "#4a2f22",
    "garment": "coat", "garment_colour": "#3f7d8c", "headwear": "none", "headwear_colour": "#c8553d", "glasses": False,
}  # fmt: skip
SHOTS = [
    ("wide", "forest", "night", "rain", ["person", "fox"], "walks in, and stops", "push_in"),
    ("wide", "sea", "day", "clear", ["person", "cat"], "looks out over the sea", "pan_left"),
    ("medium", "market", "dusk", "wind", ["person", "bear"], "opens both hands", "handheld"),
    ("medium", "living_room", "night", "storm", ["robot", "mouse"], "waves both arms", "static"),
    ("close", "castle", "dawn", "snow", ["dragon"], "tilts the head", "push_in"),
    ("close", "space", "day", "clear", ["person", "alien"], "nods slowly", "follow"),
    ("reaction", "city", "night", "fog", ["person"], "looks up", "static"),
    ("insert", "kitchen", "day", "clear", [], "lies there and catches the light", "push_in"),
]
"""Size, place, hour, weather, cast, action, camera."""


def line(who: str) -> TimedLine:
    marks = [Mark(start=24_000 + 5_760 * k, viseme="BDACEF"[k % 6]) for k in range(15)]  # type: ignore[arg-type]
    words = [Word(text="wonderful", start=24_000 + 14_400 * k, end=37_000 + 14_400 * k) for k in range(6)]
    return TimedLine(
        character_id=who, text="", start=24_000, end=110_400, words=words, marks=marks, aligned=True, voice_id="v",
        engine="e",
    )  # fmt: skip


def cost(folder: Path, number: int) -> tuple[float, float]:
    """CPU seconds to prepare the shot ``number``, and for each frame of it."""
    size, place, hour, weather, cast, action, camera = SHOTS[number]
    figures = [
        {"character_id": f"c{k}", "name": f"C{k}", "description": "", "look": {**LOOK, "species": species}}
        for k, species in enumerate(cast)
    ]
    asked = ImageRequest.model_validate(
        {
            "prompt": "", "action": action, "style": "", "width": 1280, "height": 720, "size": size, "place": place,
            "location_id": place, "location_text": "", "time_of_day": hour, "weather": weather, "mood": "warm",
            "emotion": "neutral", "figures": figures, "props": ["lantern"] if size == "insert" else [],
            "film_seed": 7, "seed": 3,
        }
    )  # fmt: skip
    image, video = folder / f"image{number}", folder / f"video{number}"
    image.mkdir(exist_ok=True)
    video.mkdir(exist_ok=True)
    motion = VideoRequest.model_validate(
        {"camera": camera, "action": action, "prompt": "", "effects": [], "fps": "24", "seed": 3}
    )
    clip = LipsyncRequest(width=1280, height=720, fps="24", crf=20, preset="veryfast", handle_frames=0, seed=3)
    begun = time.process_time()
    CutoutImages().render_image(asked, image)
    CutoutVideo().render_video(motion, image, FRAMES, video)
    prepared = time.process_time() - begun
    studio._prepared.clear()
    begun = time.process_time()
    for _ in CutoutLipsync().frames(clip, video, [line("c0")] if cast else [], 0, FRAMES):
        pass
    return prepared, (time.process_time() - begun) / FRAMES


def main() -> None:
    total = 0.0
    with tempfile.TemporaryDirectory() as name:
        for number, (size, place, hour, weather, cast, *_) in enumerate(SHOTS):
            runs = [cost(Path(name), number) for _ in range(ROUNDS)]
            frame = min(run[1] for run in runs)
            total += frame
            shot = f"{size} {place} {hour} {weather} {'+'.join(cast)}"
            print(f"{shot:44} keyframe and score {min(run[0] for run in runs):.2f} s, frame {1000 * frame:5.1f} ms")
    print(f"mean of {len(SHOTS)} shots: {1000 * total / len(SHOTS):.1f} ms a frame, painting the sprites included")


if __name__ == "__main__":
    main()
