"""Dagster as `sparkle ui` runs it: one code server that the webserver and the daemon share, each a child of ours.

``dagster dev`` starts the same three, but knows no read-only mode and no gate. They answer on loopback and on a socket
in a folder of our own; whatever way we end, they end with us.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from resources.errors import Faulty
from resources.profile import load_profile
from resources.store.film import Home
from resources.telemetry.logs import VARIABLE
from sparkle_assets.instances import instance_folder
from sparkle_assets.serving.address import LOOPBACK

READY_S = 120.0
"""A loaded laptop takes half a minute to load the graph; after this something is wrong."""
SETTLE, SETTLE_S = "DAGSTER_AUTOMATION_TICK_SETTLE_SECONDS", "0.2"
"""Before automation looks at what happened until now. Above 0, Dagster holds all its conditions to one last event: what
is recorded during a look would else be an update for one of them, and not for the one that asks who made it."""
ENDINGS = ((signal.SIGINT, 20.0), (signal.SIGKILL, 10.0))
LOCATION, MODULE = "sparkle", "sparkle_assets.definitions"
"""As in workspace.yaml: state of sensors is kept by the name of the location."""


class Services:
    """A context: code server, webserver and daemon run in it, each in a process group of its own."""

    def __init__(self, home: Home, profile: str, port: int, *, read_only: bool = False) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self.log = home.dagster / "ui.log"
        self.ended: str | None = None
        """The service that ended by itself."""
        self._arguments = ["--read-only"] if read_only else []
        self._port = port
        self._home = home
        self._environment = {
            **os.environ,
            "DAGSTER_HOME": str(instance_folder(home, load_profile(profile))),
            "SPARKLE_HOME": str(home.root),
            "SPARKLE_PROFILE": profile,
            "DAGSTER_DISABLE_TELEMETRY": "1",
            SETTLE: SETTLE_S,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._leaving = False
        self._folder = tempfile.TemporaryDirectory(prefix="sparkle-ui-")  # a socket's path has 107 characters at most

    def __enter__(self) -> Services:
        """Start the code server, then the other two. Raises :class:`Faulty` when one does not start."""
        self.log.write_bytes(b"")
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def wait(self) -> None:
        """Until the UI answers. Raises :class:`Faulty` naming the log."""
        self._until(self._answers)

    def on_end(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` when a service ends before it is asked to."""

        def watch(name: str, process: subprocess.Popen[bytes]) -> None:
            process.wait()
            if not self._leaving:
                self.ended = self.ended or name
                tell()

        for name, process in self._running.items():
            threading.Thread(target=watch, args=(name, process), daemon=True).start()

    def _start(self) -> None:
        folder = Path(self._folder.name)
        door = folder / "code"
        code = ["code-server", "start", "-m", MODULE, "--socket", str(door), "--location-name", LOCATION]
        lines = ["--log-format", "json"] if os.environ.get(VARIABLE) == "json" else []
        self._run("code server", "sparkle_assets.serving.child", "dagster", *code, "--log-level", "warning", *lines)
        self._until(lambda: _connects(door))
        workspace = folder / "workspace.yaml"
        server = {"grpc_server": {"socket": str(door), "location_name": LOCATION}}
        workspace.write_text(json.dumps({"load_from": [server]}), encoding="utf-8")  # JSON is YAML
        self._run("daemon", "sparkle_assets.serving.child", "dagster._daemon", "run", "-w", str(workspace), *lines)
        webserver = ["sparkle_assets.serving.webserver", str(self._port), str(workspace), *self._arguments]
        self._run("webserver", "sparkle_assets.serving.child", *webserver)

    def _run(self, name: str, child: str, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", child, str(os.getpid()), *arguments],
                env=self._environment,
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if gone := [name for name, process in self._running.items() if process.poll() is not None]:
                raise _broken(f"the {gone[0]} of Dagster did not start", self.log)
            if ready():
                return
            time.sleep(0.1)
        raise _broken(f"Dagster did not start within {READY_S:.0f} s", self.log)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/server_info", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _end(self) -> None:
        """The daemon first, so that it launches nothing more; the code server, which holds the runs, last."""
        self._leaving = True
        for name in ("daemon", "webserver", "code server"):
            _end_group(self._running.get(name))
        self._folder.cleanup()


def _broken(what: str, log: Path) -> Faulty:
    return Faulty(what, where=str(log), hint="the last lines of that file say why")


def _connects(door: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(door))
        except OSError:
            return False
    return True


def _end_group(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    for number, seconds in ENDINGS:
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
