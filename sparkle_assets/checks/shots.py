"""Checks of a shot: picture and sound before motion is made for them, the clip before the film is cut."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from resources.quality.names import CLIP, IMAGE, JUDGE, VOICE, CheckName
from sparkle_assets.checks.results import check_results, check_specs
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, shots, slot_of
from sparkle_assets.studio import Studio

if TYPE_CHECKING:
    from resources.pipeline.production import Production
    from resources.quality.readings import Measured


@dg.multi_asset_check(name="image_checks", specs=check_specs("shot_images", IMAGE, shots, blocking=True))
def image_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """Everybody looks as the cast has it, and nobody is undressed."""
    from resources.pipeline.examine import examine_image

    with told():
        film, slot = studio.peek(movie_of(context)), slot_of(context)
        yield from _results("shot_images", IMAGE, film, slot, examine_image(film, slot))


@dg.multi_asset_check(name="voice_checks", specs=check_specs("voice_tracks", VOICE, shots, blocking=True))
def voice_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """Sound as long as the picture will be; every line audible, whole, and spoken by whom it was given to."""
    from resources.pipeline.examine import examine_voice

    with told():
        film, slot = studio.peek(movie_of(context)), slot_of(context)
        yield from _results("voice_tracks", VOICE, film, slot, examine_voice(film, slot))


@dg.multi_asset_check(name="clip_checks", specs=check_specs("lipsynced_clips", CLIP, shots, blocking=True))
def clip_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """All frames at even times, lit, moving, in one piece, mouths on time; measured on the frames themselves."""
    from resources.pipeline.examine import examine

    with told():
        film, slot = studio.peek(movie_of(context)), slot_of(context)
        yield from _results("lipsynced_clips", CLIP, film, slot, examine(film, slot))


@dg.multi_asset_check(name="judge_checks", specs=check_specs("lipsynced_clips", JUDGE, shots, blocking=True))
def judge_checks(context: dg.AssetCheckExecutionContext, studio: Studio) -> Iterator[dg.AssetCheckResult]:
    """What a vision model says of the frames; only in a profile that names one."""
    from resources.pipeline.examine import examine

    with told():
        film, slot = studio.peek(movie_of(context)), slot_of(context)
        yield from _results("lipsynced_clips", JUDGE, film, slot, examine(film, slot))


def _results(
    asset: str, names: Sequence[CheckName], film: "Production", slot: str, measured: "Measured"
) -> Iterator[dg.AssetCheckResult]:
    from resources.pipeline.takes import takes_of

    shot = film.script.shot(slot).id or ""
    take = takes_of(film.film, film.script.plan, shot).current
    yield from check_results(
        asset, names, measured.findings, measured.readings, film.policy.checks, shot=shot, take=take
    )
