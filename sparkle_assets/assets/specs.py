"""External specs: one a stage and shot, observed by ``movie_plan``, never computed.

The data version of a spec is the hash of that stage's resolved request, so a changed line of dialogue asks for its
voice and a changed prompt for its picture. With one spec for all stages (tried) every edit asked for everything.
"""

from __future__ import annotations

import dagster as dg

from resources.pipeline.versions import VERSIONS
from sparkle_assets.assets.crew import ANIMATION, CAMERA, EDITING, SCRIPT, SOUND
from sparkle_assets.partitions import movies, shots

SHOT_SPECS = {
    "image_spec": ("What the plan asks of the keyframe: place, light, framing and looks.", CAMERA),
    "voice_spec": ("What the plan asks of the voices: lines, and who speaks them how.", SOUND),
    "video_spec": ("What the plan asks of the motion: camera and action.", ANIMATION),
    "clip_spec": ("What the plan asks of the final frames: size, rate and encoding.", ANIMATION),
}

specs = [
    dg.AssetSpec(
        name,
        partitions_def=shots,
        deps=["movie_plan"],
        group_name=SCRIPT,
        description=text,
        kinds={"json"},
        owners=owners,
        code_version=VERSIONS["movie_plan"],
    )
    for name, (text, owners) in SHOT_SPECS.items()
] + [
    dg.AssetSpec(
        "cut_spec",
        partitions_def=movies,
        deps=["movie_plan"],
        group_name=SCRIPT,
        description="What the plan asks of the cut: order, transitions, title, credits, music and loudness.",
        kinds={"json"},
        owners=EDITING,
        code_version=VERSIONS["movie_plan"],
    )
]
