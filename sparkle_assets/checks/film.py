"""Checks of the finished film, from its report."""

from collections.abc import Iterator

import dagster as dg

from resources.quality.policy import CheckName
from sparkle_assets.checks.results import check_results, check_specs
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, movies
from sparkle_assets.studio import Studio

FILM: tuple[CheckName, ...] = (
    "frame_count",
    "time_stamps",
    "sound_length",
    "black_picture",
    "frozen_picture",
    "drift",
    "loudness",
    "true_peak",
    "subtitles",
    "reading_speed",
    "transitions",
)


@dg.multi_asset_check(name="film_checks", specs=check_specs("qa_report", FILM, movies, blocking=False))
def film_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """The whole film, decoded: picture, sound, level, subtitles, and the time of every cut."""
    with told():
        report = studio.peek(movie_of(context)).qa()
    yield from check_results("qa_report", FILM, [f for f in report.findings if f.shot is None or f.check == "drift"])
