"""`sparkle ui`: the Dagster UI, its daemon and the screening room, on this machine only."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import click

from resources.errors import Busy, Faulty, InputError
from resources.store.film import Home
from sparkle_assets.cli.common import home_option
from sparkle_assets.interrupts import SIGNALS, interrupt
from sparkle_assets.serving.address import LOOPBACK, PORT, SCREENING_PORT, announce, running, withdraw

PORTS = click.IntRange(1024, 65535)


@click.command()
@click.option("--port", default=PORT, show_default=True, type=PORTS, help="Of the Dagster UI.")
@click.option("--screening-port", default=SCREENING_PORT, show_default=True, type=PORTS, help="Of the screening room.")
@click.option("--profile", default="embedded", show_default=True, help="Which engines serve (configs/profiles).")
@click.option("--read-only", is_flag=True, help="Show everything, let nobody launch, change or wipe anything.")
@click.option("--open/--no-open", "browse", default=False, help="Open the UI in a browser.")
@home_option
def ui(port: int, screening_port: int, profile: str, read_only: bool, browse: bool, home: Path) -> int:
    """Start the Dagster UI, the daemon and the screening room; Ctrl-C ends them.

    They answer on this machine only, and to its own pages only: there is no login.
    """
    from resources.profile import load_profile
    from resources.store.remote.settings import adopt_storage
    from sparkle_assets.runner import initialise_instance

    served = load_profile(profile)
    if port == screening_port:
        raise InputError("the UI and the screening room need a port each", hint="give --screening-port")
    store = Home(home)
    store.prepare()
    adopt_storage(store.root, served.storage)
    other = running(store)
    if other is not None:
        raise Busy(f"`sparkle ui` runs for this home already: {other.dagster}", hint="open it, or end it with Ctrl-C")
    for number, flag in ((port, "--port"), (screening_port, "--screening-port")):
        _check_free(number, flag)
    failed = initialise_instance(store, profile)
    if failed:
        click.echo(f"{failed} runs of killed processes are marked as failed; they go on when asked for again", err=True)
    with _terminated_like_interrupted():
        address = announce(store, port, screening_port)
        try:
            _serve(store, profile, port, screening_port, address.dagster, read_only=read_only, browse=browse)
        except KeyboardInterrupt:
            click.echo("ended", err=True)
        finally:
            withdraw(store)
    return 0


def _serve(
    store: Home, profile: str, port: int, screening_port: int, url: str, *, read_only: bool, browse: bool
) -> None:
    """Everything, until Ctrl-C. Raises :class:`Faulty` when a part of Dagster ends by itself."""
    import uvicorn

    from sparkle_assets.screening.app import screening_room
    from sparkle_assets.serving.services import Services

    click.echo("starting (about ten seconds) ...", err=True)
    with Services(store, profile, port, read_only=read_only) as services:
        services.wait()
        only = " (shows only)" if read_only else ""
        click.echo(f"Dagster:        {url}{only}\nScreening room: http://{LOOPBACK}:{screening_port}")
        if browse:
            webbrowser.open(url)
        config = uvicorn.Config(
            screening_room(store, url), LOOPBACK, screening_port, log_level="warning", access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        services.on_end(lambda: setattr(server, "should_exit", True))
        server.run()
        if services.ended:
            raise Faulty(
                f"the {services.ended} of Dagster ended by itself",
                where=str(services.log),
                hint="the last lines of that file say why",
            )


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends everything as Ctrl-C does; by default it would leave the children to themselves."""

    # both at once, wherever it is: the server hands Ctrl-C on when it has ended, and what ends the rest comes behind it
    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_free(port: int, flag: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            why = f"cannot be used ({os.strerror(error.errno or 0)})"
            raise InputError(f"port {port} {why}", hint=f"choose another one with {flag}") from None
