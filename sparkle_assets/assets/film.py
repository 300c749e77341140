"""final_cut and qa_report: the film, and what was measured on it."""

import dagster as dg

from resources.engines import CardEngine, MusicEngine
from sparkle_assets.automation.conditions import CUT, REPORT
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, movies
from sparkle_assets.show import show
from sparkle_assets.studio import Studio


@dg.asset(
    partitions_def=movies,
    deps=["movie_plan", "cut_spec", "shot_images", "lipsynced_clips", "voice_tracks"],
    group_name="film",
    kinds={"python", "mp4"},
    code_version="1",
    automation_condition=CUT,
)
def final_cut(
    context: dg.AssetExecutionContext,
    studio: Studio,
    card_engine: dg.ResourceParam[CardEngine],
    music_engine: dg.ResourceParam[MusicEngine],
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The film: shots joined by packets, titles, music, one mix, subtitles."""
    from resources.director.tools.assemble_ffmpeg import assemble_ffmpeg

    with told(), studio.film(movie_of(context)) as film:
        outcome = assemble_ffmpeg(film)
        return show(
            film,
            outcome,
            cards=card_engine.name,
            music=music_engine.name,
            movie=dg.MetadataValue.path(str(film.film.path / "cut" / "final_cut.mp4")),
        )


@dg.asset(
    partitions_def=movies,
    deps=[final_cut],
    group_name="film",
    kinds={"python", "json"},
    code_version="1",
    automation_condition=REPORT,
)
def qa_report(context: dg.AssetExecutionContext, studio: Studio) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """What was measured on the film, as data and as a page."""
    from resources.director.tools.qa_qwen2vl import qa_qwen2vl

    with told(), studio.film(movie_of(context)) as film:
        outcome = qa_qwen2vl(film)
        return show(film, outcome, page=dg.MetadataValue.path(str(film.film.path / "report" / "index.html")))
