"""What Dagster has on record of a film: which content is current, and which shots a check holds."""

from __future__ import annotations

import dagster as dg
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from sparkle_assets.assets.plan import recorded_version
from sparkle_assets.partitions import shot_key

CHECKED = ("shot_images", "voice_tracks", "lipsynced_clips")
"""Assets of a shot whose checks hold the film."""


class Record:
    """The event log of an instance, as whoever makes films asks it."""

    def __init__(self, instance: dg.DagsterInstance, defs: dg.Definitions) -> None:
        self._instance = instance
        self._defs = defs

    def version(self, asset: str, movie: str, slot: str | None = None) -> str | None:
        """The data version on record for an asset of a film or a shot."""
        return recorded_version(self._instance, asset, movie if slot is None else str(shot_key(movie, slot)))

    def held(self, movie: str, slot: str) -> bool:
        """Whether a check on record for a shot failed so that it holds the film."""
        keys = [key for key in self._defs.resolve_asset_graph().asset_check_keys if key.asset_key.path[-1] in CHECKED]
        wanted = PartitionKeyFilter(key=str(shot_key(movie, slot)))
        latest = self._instance.event_log_storage.get_latest_asset_check_execution_by_key(keys, wanted)
        failed = [one for one in latest.values() if one.status is AssetCheckExecutionRecordStatus.FAILED]
        return any(_severity(one) is dg.AssetCheckSeverity.ERROR for one in failed)


def _severity(record: AssetCheckExecutionRecord) -> dg.AssetCheckSeverity | None:
    """How bad a failed check is; None for one that broke off."""
    event = record.event.dagster_event if record.event is not None else None
    return event.asset_check_evaluation_data.severity if event is not None else None
