"""A new film from the launchpad: an idea is typed in, and the film is made."""

from enum import Enum

import dagster as dg
from pydantic import Field

from resources.pipeline.versions import VERSIONS
from sparkle_assets.assets.plan import planned
from sparkle_assets.automation.priorities import PREVIEW, run_tags
from sparkle_assets.faults import told
from sparkle_assets.one_process import one_process
from sparkle_assets.partitions import movies
from sparkle_assets.studio import LOCK_WAIT_S, Studio

Aspect = Enum("Aspect", [("16:9", "16:9"), ("9:16", "9:16"), ("1:1", "1:1")])
Resolution = Enum(
    "Resolution",
    [
        ("144p", "144p"),
        ("360p", "360p"),
        ("480p", "480p"),
        ("720p", "720p"),
        ("1080p", "1080p"),
        ("2160p", "2160p"),
    ],
)


class NewFilm(dg.Config):
    """What the film is about, and how it is to be."""

    idea: str = Field(description="One or a few sentences: what happens.")
    movie: str | None = Field(
        default=None, description="Its id: a-z, 0-9, - and _. Without it a short form of the idea."
    )
    profile: str | None = Field(
        default=None, description="Which engines serve. Without it those this UI was started with."
    )
    seed: int | None = Field(default=None, description="0 to 4294967295; another seed is another telling.")
    aspect: Aspect | None = Field(default=None, description="Wide (16:9, without it), tall (9:16) or square (1:1).")
    resolution: Resolution | None = Field(default=None, description="The short side of the picture; without it 720p.")
    language: str | None = Field(
        default=None, description="Of the dialogue: en, de, es, fr, ...; without it the idea's."
    )


@dg.op(description="Writes the plan of a new film, and puts the film among the partitions.")
def begin_film(context: dg.OpExecutionContext, config: NewFilm, studio: Studio) -> None:
    """Begin a film as `sparkle make` does; the same idea is the same film. Its shots follow from its plan."""
    from resources.errors import ConfigInvalid
    from resources.pipeline.beginning import Wishes, check_profile, movie_id, notes_on, prepare_plan
    from resources.pipeline.control import admit, begin
    from resources.store.locks import film_lock

    wishes = Wishes(
        config.seed,
        str(config.aspect.value) if config.aspect else None,
        str(config.resolution.value) if config.resolution else None,
        config.language,
    )
    with told():
        movie = config.movie or movie_id(config.idea, None)
        film = studio.place.film(movie)
        profile = config.profile or studio.profile
        if profile != studio.profile:
            raise ConfigInvalid(
                f"this UI serves the profile {studio.profile!r}", hint=f"start it with: sparkle ui --profile {profile}"
            )
        check_profile(profile, None)
        settings = film.settings().model_copy(update={"profile": profile})
        for note in notes_on(film, config.idea, None, wishes, None, settings):
            context.log.warning(note)
        studio.place.prepare()
        admit(film)
        studio.place.pull(movie)
        with film_lock(film.path, wait=LOCK_WAIT_S):
            begin(film)
            prepare_plan(film, config.idea, None, wishes, None, settings)
            film.write_settings(settings)
            context.instance.add_dynamic_partitions(str(movies.name), [movie])
            with studio.film(movie) as production:
                plan = planned(context, production)
    assert plan.data_version is not None
    context.log_event(
        dg.AssetMaterialization(
            "movie_plan",
            partition=movie,
            metadata=plan.metadata or {},
            tags={"dagster/data_version": plan.data_version.value, "dagster/code_version": VERSIONS["movie_plan"]},
        )
    )
    context.log.info(f"{movie} is planned; its shots are made next (Assets, or `sparkle status {movie}`)")


@dg.job(
    executor_def=one_process,
    tags=run_tags(PREVIEW),
    config=dg.RunConfig(ops={"begin_film": NewFilm(idea="A lighthouse keeper befriends a storm")}),
    description="Makes a film from an idea: in the Launchpad, write yours over the one that stands there, and launch.",
)
def new_film() -> None:
    """One step; automation makes the rest."""
    begin_film()
