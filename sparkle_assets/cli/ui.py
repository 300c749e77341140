"""`sparkle ui`: the Dagster UI, its daemon and the screening room, on this machine only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

import click

from resources.errors import Faulty, InputError
from resources.store.film import Home
from sparkle_assets.cli.common import home_option

LOOPBACK = "127.0.0.1"
READY_S = 120.0
"""A loaded laptop takes half a minute to load the graph; after this something is wrong."""


@click.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1024, 65535), help="Of the Dagster UI.")
@click.option(
    "--screening-port", default=3001, show_default=True, type=click.IntRange(1024, 65535), help="Of the screening room."
)
@click.option("--profile", default="embedded", show_default=True, help="Which engines serve (configs/profiles).")
@click.option("--open/--no-open", "browse", default=False, help="Open the UI in a browser.")
@home_option
def ui(port: int, screening_port: int, profile: str, browse: bool, home: Path) -> int:
    """Start the Dagster UI, the daemon and the screening room; Ctrl-C ends them.

    They answer on this machine only: there is no login.
    """
    import uvicorn

    from resources.profile import load_profile
    from sparkle_assets.runner import initialise_instance
    from sparkle_assets.screening.app import screening_room

    load_profile(profile)
    if port == screening_port:
        raise InputError("the UI and the screening room need a port each", hint="give --screening-port")
    for number, flag in ((port, "--port"), (screening_port, "--screening-port")):
        _check_free(number, flag)
    store = Home(home)
    store.prepare()
    failed = initialise_instance(store)
    if failed:
        click.echo(f"{failed} runs of killed processes are marked as failed; they go on when asked for again", err=True)
    url, room_url = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{screening_port}"
    click.echo("starting (about ten seconds) ...", err=True)
    with _Dagster(store, profile, port) as dagster:
        dagster.wait()
        click.echo(f"Dagster:        {url}\nScreening room: {room_url}")
        if browse:
            webbrowser.open(url)
        config = uvicorn.Config(
            screening_room(store, url), LOOPBACK, screening_port, log_level="warning", access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        dagster.on_end(lambda: setattr(server, "should_exit", True))
        with contextlib.suppress(KeyboardInterrupt):
            server.run()
        if dagster.ended:
            raise Faulty(
                "the Dagster UI ended by itself", where=str(dagster.log), hint="the last lines of that file say why"
            )
    return 0


class _Dagster:
    """``dagster dev`` as a child in a process group of its own, its output in a file."""

    def __init__(self, home: Home, profile: str, port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self.log = home.dagster / "ui.log"
        self._port = port
        self._environment = {
            **os.environ,
            "DAGSTER_HOME": str(home.dagster),
            "SPARKLE_HOME": str(home.root),
            "SPARKLE_PROFILE": profile,
            "DAGSTER_DISABLE_TELEMETRY": "1",
        }
        self.ended = False
        self._leaving = False

    def __enter__(self) -> _Dagster:
        arguments = ["-m", "sparkle_assets.definitions", "-h", LOOPBACK, "-p", str(self._port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dagster", "dev", *arguments],
                env=self._environment,
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving = True
        for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGKILL, 10.0)):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(seconds)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue
        return

    def wait(self) -> None:
        """Until the UI answers. Raises :class:`Faulty` naming the log."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/server_info", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise Faulty("the Dagster UI did not start", where=str(self.log), hint="the last lines of that file say why")

    def on_end(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` when Dagster ends before it is asked to."""

        def watch() -> None:
            self.process.wait()
            if not self._leaving:
                self.ended = True
                tell()

        threading.Thread(target=watch, daemon=True).start()


def _check_free(port: int, flag: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise InputError(f"port {port} is taken", hint=f"choose another one with {flag}") from None
