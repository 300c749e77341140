"""External specs: one a stage and shot, observed by ``movie_plan``, never computed.

The data version of a spec is the hash of that stage's resolved request, so a changed line of dialogue asks for its
voice and a changed prompt for its picture. With one spec for all stages (tried) every edit asked for everything.
"""

from __future__ import annotations

import dagster as dg

from sparkle_assets.partitions import movies, shots

SHOT_SPECS = {
    "image_spec": "Place, light, framing and looks of a shot.",
    "voice_spec": "Lines of a shot and the voices that speak them.",
    "video_spec": "Camera and action of a shot.",
    "clip_spec": "Size, rate and encoding of a shot.",
}

specs = [
    dg.AssetSpec(name, partitions_def=shots, deps=["movie_plan"], group_name="plan", description=text, kinds={"json"})
    for name, text in SHOT_SPECS.items()
] + [
    dg.AssetSpec(
        "cut_spec",
        partitions_def=movies,
        deps=["movie_plan"],
        group_name="plan",
        description="Order, transitions, title, credits, music and loudness of the film.",
        kinds={"json"},
    )
]
