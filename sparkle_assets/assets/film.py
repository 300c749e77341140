"""final_cut and qa_report: the film, and what was measured on it."""

import dagster as dg

from resources.engines import CardEngine, MusicEngine
from resources.pipeline.versions import VERSIONS
from sparkle_assets.assets.crew import EDITING, FILM, QUALITY
from sparkle_assets.automation.conditions import CUT, REPORT
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, movies
from sparkle_assets.show import show, verdict
from sparkle_assets.studio import Studio


@dg.asset(
    partitions_def=movies,
    deps=["movie_plan", "cut_spec", "shot_images", "lipsynced_clips", "voice_tracks"],
    group_name=FILM,
    kinds={"python", "mp4"},
    owners=EDITING,
    code_version=VERSIONS["final_cut"],
    automation_condition=CUT,
)
def final_cut(
    context: dg.AssetExecutionContext,
    studio: Studio,
    card_engine: dg.ResourceParam[CardEngine],
    music_engine: dg.ResourceParam[MusicEngine],
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """When every shot is there: the film. Shots joined by packets, titles, music, one mix, subtitles."""
    from resources.director.tools.assemble_ffmpeg import assemble_ffmpeg

    with told(), studio.film(movie_of(context)) as film:
        outcome = assemble_ffmpeg(film)
        plan = film.script.plan
        return show(
            film,
            outcome,
            title=plan.title,
            shots=len(plan.shots),
            cards=card_engine.name,
            music=music_engine.name,
            movie=dg.MetadataValue.path(str(film.film.path / "cut" / "final_cut.mp4")),
        )


@dg.asset(
    partitions_def=movies,
    deps=[final_cut],
    group_name=FILM,
    kinds={"python", "json"},
    owners=QUALITY,
    code_version=VERSIONS["qa_report"],
    automation_condition=REPORT,
)
def qa_report(context: dg.AssetExecutionContext, studio: Studio) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """At the end: what was measured on the film, as data and as a page, and the verdict."""
    from resources.director.tools.qa_qwen2vl import qa_qwen2vl

    with told(), studio.film(movie_of(context)) as film:
        outcome = qa_qwen2vl(film)
        page = dg.MetadataValue.path(str(film.film.path / "report" / "index.html"))
        return show(film, outcome, **verdict(film.qa()), page=page)
