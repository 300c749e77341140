"""The four stages of a shot: picture, voice (and with it timing), motion, final clip."""

from collections.abc import Iterator

import dagster as dg

from resources.engines import ImageEngine, LipsyncEngine, VideoEngine, VoiceEngine
from resources.store.fingerprint import timing_hash
from sparkle_assets.automation.conditions import SHOT
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, shots, slot_of
from sparkle_assets.pools import pool_of
from sparkle_assets.show import show, thumbnail
from sparkle_assets.studio import Studio


@dg.asset(
    partitions_def=shots,
    deps=["image_spec"],
    group_name="shots",
    kinds={"python", "png"},
    code_version="1",
    automation_condition=SHOT,
    pool=pool_of("image"),
)
def shot_images(
    context: dg.AssetExecutionContext,
    studio: Studio,
    image_engine: dg.ResourceParam[ImageEngine],
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The keyframe of a shot: place, light, framing and who stands in it."""
    from resources.director.tools.images_sdxl import images_sdxl

    slot = slot_of(context)
    with told(), studio.film(movie_of(context)) as film:
        shot = film.script.shot(slot)
        outcome = images_sdxl(film, slot)
        return show(
            film,
            outcome,
            shot=shot.id,
            prompt=shot.prompt,
            seed=film.script.seed(shot),
            engine=image_engine.name,
            picture=thumbnail(film, outcome),
        )


@dg.multi_asset(
    name="voices",
    partitions_def=shots,
    group_name="shots",
    pool=pool_of("voice"),
    specs=[
        dg.AssetSpec(
            "voice_tracks",
            deps=["voice_spec"],
            kinds={"python", "wav"},
            code_version="1",
            automation_condition=SHOT,
            description="The dialogue of a shot, every word and mouth shape timed.",
        ),
        dg.AssetSpec(
            "shot_timing",
            deps=["voice_spec"],
            kinds={"python"},
            code_version="1",
            automation_condition=SHOT,
            description="The length of a shot in frames: as long as its dialogue, never shorter than its minimum.",
        ),
    ],
)
def voices(
    context: dg.AssetExecutionContext,
    studio: Studio,
    voice_engine: dg.ResourceParam[VoiceEngine],
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Speak a shot's lines and fix its length."""
    from resources.director.tools.tts_chatterbox import tts_chatterbox

    slot = slot_of(context)
    with told(), studio.film(movie_of(context)) as film:
        shot = film.script.shot(slot)
        outcome = tts_chatterbox(film, slot)
        facts = outcome.ref.facts
        words = " / ".join(line.text for line in shot.dialogue)
        result = show(film, outcome, shot=shot.id, words=words, voices=facts["voices"], engine=voice_engine.name)
        yield result._replace(asset_key=dg.AssetKey("voice_tracks"))
        yield dg.MaterializeResult(
            asset_key="shot_timing",
            data_version=dg.DataVersion(timing_hash(facts["frames"])),
            metadata={"frames": facts["frames"], "seconds": facts["seconds"]},
        )


@dg.asset(
    partitions_def=shots,
    deps=["video_spec", "shot_images", "shot_timing"],
    group_name="shots",
    kinds={"python"},
    code_version="1",
    automation_condition=SHOT,
    pool=pool_of("video"),
)
def video_chunks(
    context: dg.AssetExecutionContext,
    studio: Studio,
    video_engine: dg.ResourceParam[VideoEngine],
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The motion of a shot: rendered chunks on a GPU, an animation score in the embedded studio."""
    from resources.director.tools.videos_wan import videos_wan

    slot = slot_of(context)
    with told(), studio.film(movie_of(context)) as film:
        shot = film.script.shot(slot)
        outcome = videos_wan(film, slot)
        return show(film, outcome, shot=shot.id, camera=str(shot.camera), engine=video_engine.name)


@dg.asset(
    partitions_def=shots,
    deps=["clip_spec", "video_chunks", "voice_tracks"],
    group_name="shots",
    kinds={"python", "mp4"},
    code_version="1",
    automation_condition=SHOT,
    pool=pool_of("lipsync"),
)
def lipsynced_clips(
    context: dg.AssetExecutionContext,
    studio: Studio,
    lipsync_engine: dg.ResourceParam[LipsyncEngine],
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The final picture of a shot, mouths and all, encoded the one time it ever is."""
    from resources.director.tools.lipsync_wav2lip import lipsync_wav2lip

    slot = slot_of(context)
    with told(), studio.film(movie_of(context)) as film:
        shot = film.script.shot(slot)
        outcome = lipsync_wav2lip(film, slot)
        return show(film, outcome, shot=shot.id, engine=lipsync_engine.name)
