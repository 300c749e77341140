"""Dagster's own webserver behind the gate: ``-m sparkle_assets.serving.webserver PORT WORKSPACE [--read-only]``.

In a container ``--published`` has it answer at every address of the container, whose port must then be published to
the loopback of a machine alone (deploy/compose.yaml): the gate lets in nobody who asks under another name.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from sparkle_assets.serving.gate import Gate

LOOPBACK = "127.0.0.1"
POLL_MS = 2000
"""How often the page asks what is new, as under ``dagster dev``."""
STATEMENT_MS, RECYCLE_S, OVERFLOW = 15_000, 3600, 20
"""Of the database, as ``dagster-webserver`` has them."""


def serve(port: int, workspace: Path, *, read_only: bool, host: str = LOOPBACK) -> None:
    """Answer until a signal comes. ``read_only``: everything is shown, nothing can be launched, wiped or switched."""
    with DagsterInstance.get() as instance:
        instance.optimize_for_webserver(STATEMENT_MS, RECYCLE_S, OVERFLOW)
        target = WorkspaceFileTarget([str(workspace)])
        with WorkspaceProcessContext(instance, target, version=__version__, read_only=read_only) as context:
            app = create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_MS)
            app.add_middleware(Gate, read_only=read_only)
            uvicorn.run(app, host=host, port=port, log_level="warning")


if __name__ == "__main__":
    given = sys.argv[3:]
    where = "0.0.0.0" if "--published" in given else LOOPBACK
    serve(int(sys.argv[1]), Path(sys.argv[2]), read_only="--read-only" in given, host=where)
