"""Checks of the finished film, from its report: the shots beside each other, the cut, the sound, the subtitles."""

from collections.abc import Iterator

import dagster as dg

from resources.quality.names import BESIDE, CUT, SHARED, CheckName
from sparkle_assets.checks.results import check_results, check_specs
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, movies
from sparkle_assets.studio import Studio

FILM: tuple[CheckName, ...] = (*SHARED, *BESIDE, *CUT)


@dg.multi_asset_check(name="film_checks", specs=check_specs("qa_report", FILM, movies, blocking=False))
def film_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """The whole film, decoded: picture, sound, level, subtitles, and the time of every cut."""
    with told():
        film = studio.peek(movie_of(context))
        report = film.qa()
    mine = [found for found in report.findings if found.check not in SHARED or found.shot is None]
    readings: dict[CheckName, float] = {
        name: one.value for one in report.measures for name in FILM if one.shot is None and one.check == name
    }
    yield from check_results("qa_report", FILM, mine, readings, film.policy.checks)
