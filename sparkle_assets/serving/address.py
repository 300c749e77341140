"""Where a home's Dagster UI and screening room answer, for links in metadata and for whoever starts a second one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from resources.store.atomic import write_json
from resources.store.film import Home
from schemas.plan import Strict
from sparkle_assets.processes import alive, process_tag

LOOPBACK = "127.0.0.1"
PORT, SCREENING_PORT = 3000, 3001


class Address(Strict):
    """Who answers where."""

    dagster: str
    screening: str
    process: str


def announce(home: Home, port: int, screening_port: int) -> Address:
    """Write down where this process answers."""
    found = Address(dagster=_url(port), screening=_url(screening_port), process=process_tag())
    write_json(_path(home), found.model_dump())
    return found


def withdraw(home: Home) -> None:
    """Nobody answers any more."""
    _path(home).unlink(missing_ok=True)


def running(home: Home) -> Address | None:
    """Who answers for this home now, or None."""
    try:
        found = Address.model_validate_json(_path(home).read_bytes())
    except (OSError, ValidationError):
        return None
    return found if alive(found.process) else None


def screening_url(home: Home, *parts: str) -> str:
    """A page or file of the screening room: where it runs now, else where `sparkle ui` starts it by default."""
    found = running(home)
    base = found.screening if found is not None else _url(SCREENING_PORT)
    return "/".join([base, *(quote(part, safe="") for part in parts)])


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def _path(home: Home) -> Path:
    return home.dagster / "ui.json"
