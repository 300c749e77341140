"""The code version of each stage, part of every fingerprint: raised when the same request would come out differently.

Apart from the stages themselves, so that Dagster shows it without loading what makes pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.refs import Stage

VERSIONS: Mapping[Stage, str] = MappingProxyType(
    {
        "movie_plan": "1",
        "shot_images": "2",
        "voice_tracks": "2",
        "video_chunks": "2",
        "lipsynced_clips": "4",
        "final_cut": "3",
        "qa_report": "2",
    }
)
