"""How films and shots become partitions.

A film is a dynamic partition; a shot is one of a fixed number of slots, so that both dimensions map with Dagster's
built-in mappings. Three other designs fail in the daemon (see docs/ARCHITECTURE.md).
"""

from __future__ import annotations

import dagster as dg

from schemas.plan import MAX_SHOTS

movies = dg.DynamicPartitionsDefinition(name="movies")
slots = dg.StaticPartitionsDefinition([f"{number:02d}" for number in range(1, MAX_SHOTS + 1)])
shots = dg.MultiPartitionsDefinition({"movie": movies, "shot": slots})


def shot_key(movie: str, slot: str) -> dg.MultiPartitionKey:
    """The partition of one shot."""
    return dg.MultiPartitionKey({"movie": movie, "shot": slot})


def movie_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> str:
    """The film a step is for."""
    key = context.partition_key
    return key.keys_by_dimension["movie"] if isinstance(key, dg.MultiPartitionKey) else key


def slot_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> str:
    """The slot a step is for."""
    key = context.partition_key
    if not isinstance(key, dg.MultiPartitionKey):
        raise TypeError(f"{key} is not a shot")
    return key.keys_by_dimension["shot"]
