"""The word lists of the screenplay reader, ``data/*.yaml``: add a word there."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_files
from typing import Any

import yaml

from resources.config import SHIPPED_LOADER
from resources.lexicon.words import Table


@cache
def data(name: str) -> Any:
    """A YAML file of ``data/``, read once; callers must not change it."""
    text = (package_files.files("resources.agents.screenplay") / "data" / f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, Loader=SHIPPED_LOADER)


@cache
def table(name: str, key: str) -> Table:
    """A list of ``value: [phrases]`` of a file, turned round."""
    lists: dict[str, list[str]] = data(name)[key]
    return Table(lists)


@cache
def words(name: str, key: str) -> frozenset[str]:
    """A plain list of a file as a set."""
    return frozenset(data(name)[key])
