"""What the tags of a run say: which film it is for, and which process makes it."""

from __future__ import annotations

import dagster as dg

PID_TAG = "sparkle/process"
"""Of a run that a process of the command line makes by itself; the daemon's runs have none."""
MADE_BY_TAG = "sparkle/made-by"
"""Of a run that the daemon or the UI began: the process that makes it."""
MOVIE_TAG = "sparkle/movie"
USER_TAG = "sparkle/user"
"""Of a run on a cluster: whose film it is for; limits count by it."""
ASKED_TAG = "sparkle/asked-by"
"""Of a run that `sparkle make` has others make: its host and process, which tell what failed, and ask again."""


def movie_of_run(run: dg.DagsterRun) -> str | None:
    """The film a run is for, by its partition or its tag."""
    tags = run.tags
    return tags.get("dagster/partition/movie") or tags.get(MOVIE_TAG) or tags.get("dagster/partition")
