"""Checks of a shot: its sound before motion is made for it, its clip before the film is cut."""

from collections.abc import Iterator

import dagster as dg

from resources.quality.policy import CheckName
from sparkle_assets.checks.results import check_results, check_specs
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, shots, slot_of
from sparkle_assets.studio import Studio

VOICE: tuple[CheckName, ...] = ("sound_length", "silent_line")
CLIP: tuple[CheckName, ...] = ("frame_count", "time_stamps", "black_picture", "frozen_picture")


@dg.multi_asset_check(name="voice_checks", specs=check_specs("voice_tracks", VOICE, shots, blocking=True))
def voice_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """Sound as long as the picture will be, and every line audible."""
    from resources.pipeline.examine import examine_voice

    slot = slot_of(context)
    with told():
        found = examine_voice(studio.peek(movie_of(context)), slot)
    yield from check_results("voice_tracks", VOICE, found)


@dg.multi_asset_check(name="clip_checks", specs=check_specs("lipsynced_clips", CLIP, shots, blocking=True))
def clip_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """Right number of frames at even times, no black, nothing frozen; measured on the decoded clip."""
    from resources.pipeline.examine import examine

    with told():
        found = examine(studio.peek(movie_of(context)), slot_of(context))
    yield from check_results("lipsynced_clips", CLIP, found)
