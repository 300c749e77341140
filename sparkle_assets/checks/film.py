"""Checks of the finished film, from its report: the shots beside each other, the cut, the sound, the subtitles."""

from collections.abc import Iterator

import dagster as dg

from resources.quality.policy import CheckName
from sparkle_assets.checks.results import check_results, check_specs
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, movies
from sparkle_assets.studio import Studio

BESIDE: tuple[CheckName, ...] = (
    "duplicate_prompt",
    "duplicate_shot",
    "scene_colour",
    "character_colour",
    "speech_rate",
    "voice_pitch",
)
"""Of shots beside each other."""
WHOLE: tuple[CheckName, ...] = (
    "shot_order",
    "doubled_shot",
    "picture_offset",
    "drift",
    "loudness",
    "true_peak",
    "loud_music",
    "subtitles",
    "missing_subtitle",
    "wrong_subtitle",
    "reading_speed",
    "transitions",
)
"""Of what only a film has."""
AS_A_SHOT: tuple[CheckName, ...] = (
    "readable",
    "frame_count",
    "time_stamps",
    "sound_length",
    "black_picture",
    "frozen_picture",
)
"""Asked of the film as they are of each shot."""
FILM = (*AS_A_SHOT, *BESIDE, *WHOLE)


@dg.multi_asset_check(name="film_checks", specs=check_specs("qa_report", FILM, movies, blocking=False))
def film_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """The whole film, decoded: picture, sound, level, subtitles, and the time of every cut."""
    with told():
        film = studio.peek(movie_of(context))
        report = film.qa()
    mine = [found for found in report.findings if found.check not in AS_A_SHOT or found.shot is None]
    readings: dict[CheckName, float] = {
        name: one.value for one in report.measures for name in FILM if one.shot is None and one.check == name
    }
    yield from check_results("qa_report", FILM, mine, readings, film.policy.checks)
