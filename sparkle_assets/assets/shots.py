"""The four stages of a shot: picture, voice (and with it timing), motion, final clip."""

from collections.abc import Iterator

import dagster as dg

from resources.engines import ImageEngine, LipsyncEngine, VideoEngine, VoiceEngine
from resources.pipeline.versions import VERSIONS
from resources.store.fingerprint import timing_hash
from sparkle_assets.assets.crew import ANIMATION, CAMERA, SHOTS, SOUND
from sparkle_assets.assets.unused import unused
from sparkle_assets.automation.conditions import SHOT
from sparkle_assets.faults import told
from sparkle_assets.partitions import movie_of, shots, slot_of
from sparkle_assets.pools import pool_of
from sparkle_assets.show import show
from sparkle_assets.studio import Studio


@dg.asset(
    partitions_def=shots,
    deps=["image_spec"],
    group_name=SHOTS,
    kinds={"python", "png"},
    owners=CAMERA,
    code_version=VERSIONS["shot_images"],
    automation_condition=SHOT,
    output_required=False,
    pool=pool_of("image"),
)
def shot_images(
    context: dg.AssetExecutionContext,
    studio: Studio,
    image_engine: dg.ResourceParam[ImageEngine],
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """First of a shot: its keyframe. Place, light, framing and who stands in it."""
    from resources.director.tools.images_sdxl import images_sdxl

    slot = slot_of(context)
    with told(), studio.film(movie_of(context), slot) as film:
        if unused(context, film, slot):
            return
        shot = film.script.shot(slot)
        outcome = images_sdxl(film, slot)
        yield show(film, outcome, shot=shot.id, prompt=shot.prompt)


@dg.multi_asset(
    name="voices",
    partitions_def=shots,
    group_name=SHOTS,
    pool=pool_of("voice"),
    specs=[
        dg.AssetSpec(
            "voice_tracks",
            deps=["voice_spec"],
            kinds={"python", "wav"},
            owners=SOUND,
            code_version=VERSIONS["voice_tracks"],
            automation_condition=SHOT,
            skippable=True,
            description="Beside the picture: the dialogue of a shot, every word and mouth shape timed.",
        ),
        dg.AssetSpec(
            "shot_timing",
            deps=["voice_spec"],
            kinds={"python"},
            owners=SOUND,
            code_version=VERSIONS["voice_tracks"],
            automation_condition=SHOT,
            skippable=True,
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
    with told(), studio.film(movie_of(context), slot) as film:
        if unused(context, film, slot):
            return
        shot = film.script.shot(slot)
        outcome = tts_chatterbox(film, slot)
        facts = outcome.ref.facts
        words = " / ".join(line.text for line in shot.dialogue)
        result = show(film, outcome, shot=shot.id, words=words, voices=facts["voices"])
        yield result._replace(asset_key=dg.AssetKey("voice_tracks"))
        yield dg.MaterializeResult(
            asset_key="shot_timing",
            data_version=dg.DataVersion(timing_hash(facts["frames"])),
            metadata={"shot": shot.id, "frames": facts["frames"], "seconds": facts["seconds"]},
        )


@dg.asset(
    partitions_def=shots,
    deps=["video_spec", "shot_images", "shot_timing"],
    group_name=SHOTS,
    kinds={"python"},
    owners=ANIMATION,
    code_version=VERSIONS["video_chunks"],
    automation_condition=SHOT,
    output_required=False,
    pool=pool_of("video"),
)
def video_chunks(
    context: dg.AssetExecutionContext,
    studio: Studio,
    video_engine: dg.ResourceParam[VideoEngine],
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Then its motion, as long as the voice: rendered chunks on a GPU, an animation score in the embedded studio."""
    from resources.director.tools.videos_wan import videos_wan

    slot = slot_of(context)
    with told(), studio.film(movie_of(context), slot) as film:
        if unused(context, film, slot):
            return
        shot = film.script.shot(slot)
        outcome = videos_wan(film, slot)
        facts = film.ref("voice_tracks", slot).facts
        length = {"frames": facts["frames"], "seconds": facts["seconds"]}
        yield show(film, outcome, shot=shot.id, prompt=shot.prompt, camera=str(shot.camera), **length)


@dg.asset(
    partitions_def=shots,
    deps=["clip_spec", "video_chunks", "voice_tracks"],
    group_name=SHOTS,
    kinds={"python", "mp4"},
    owners=ANIMATION,
    code_version=VERSIONS["lipsynced_clips"],
    automation_condition=SHOT,
    output_required=False,
    pool=pool_of("lipsync"),
)
def lipsynced_clips(
    context: dg.AssetExecutionContext,
    studio: Studio,
    lipsync_engine: dg.ResourceParam[LipsyncEngine],
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Last of a shot: its final frames, mouths and all, encoded the one time they ever are."""
    from resources.director.tools.lipsync_wav2lip import lipsync_wav2lip

    slot = slot_of(context)
    with told(), studio.film(movie_of(context), slot) as film:
        if unused(context, film, slot):
            return
        shot = film.script.shot(slot)
        outcome = lipsync_wav2lip(film, slot)
        yield show(film, outcome, shot=shot.id, prompt=shot.prompt)
