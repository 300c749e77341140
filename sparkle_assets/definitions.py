"""The one Definitions object: what there is, as a table of contents."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

gc.disable()  # modules live as long as the process: looking for garbage among them costs a fifth of the import
import dagster as dg  # noqa: E402

gc.freeze()  # nor need it be looked for there ever after
gc.enable()

warnings.filterwarnings("ignore", category=dg.PreviewWarning)  # partitioned checks are what this project stands on
warnings.filterwarnings("ignore", category=dg.BetaWarning)
# what Dagster says of its own tags when a sensor asks for a shot
warnings.filterwarnings(
    "ignore", message=r"Non-compliant tag keys like \['dagster/partition", category=DeprecationWarning
)

from resources.keys import take_keys  # noqa: E402
from resources.profile import load_profile  # noqa: E402
from sparkle_assets.assets.film import final_cut, qa_report  # noqa: E402
from sparkle_assets.assets.plan import movie_plan  # noqa: E402
from sparkle_assets.assets.shots import lipsynced_clips, shot_images, video_chunks, voices  # noqa: E402
from sparkle_assets.assets.specs import specs  # noqa: E402
from sparkle_assets.automation.clean_up import clean_up  # noqa: E402
from sparkle_assets.automation.jobs import asset_jobs  # noqa: E402
from sparkle_assets.automation.new_film import new_film  # noqa: E402
from sparkle_assets.automation.night import finish_missing  # noqa: E402
from sparkle_assets.automation.schedules import schedules  # noqa: E402
from sparkle_assets.automation.sensors import sensors  # noqa: E402
from sparkle_assets.checks.film import film_checks  # noqa: E402
from sparkle_assets.checks.shots import clip_checks, image_checks, judge_checks, voice_checks  # noqa: E402
from sparkle_assets.one_process import one_process  # noqa: E402
from sparkle_assets.pools import served_profile  # noqa: E402
from sparkle_assets.studio import home_from_environment, studio_resources  # noqa: E402


def build_definitions(home: Path, profile: str, engines: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The graph for one home and one profile; ``engines`` replace the profile's own, by resource key.

    A run is one process, also where automation asks for it: models load once, and a step's child process would wait
    for the render workers below it for ever.
    """
    found = load_profile(profile)
    judges = [judge_checks] if found.engines.judge is not None else []
    return dg.Definitions(
        assets=[*specs, movie_plan, shot_images, voices, video_chunks, lipsynced_clips, final_cut, qa_report],
        asset_checks=[image_checks, voice_checks, clip_checks, *judges, film_checks],
        jobs=[new_film, *asset_jobs, finish_missing, clean_up],
        sensors=sensors,
        schedules=schedules,
        executor=one_process,
        resources=studio_resources(home, found, engines or {}),
    )


take_keys()
defs = build_definitions(home_from_environment(), served_profile())
