"""What an engine that loads models tells of its work (``rendering.json``), as facts of the artifact."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from resources.engines import RENDERING
from resources.errors import RenderFault
from resources.store.records import json_of

FACT = "rendering"
"""The fact's name: the file's content as it is, whichever engine wrote it."""
SHORT = 12
"""Characters of a revision that are told."""
MODEL_LIBRARIES = ("torch", "diffusers", "transformers", "accelerate", "videopython-chatterbox", "chatterbox-tts")
"""What touches pixels and samples where models were loaded, beside the libraries of every artifact."""


def told_in(folder: Path) -> dict[str, Any]:
    """``{"rendering": ...}`` from a folder that an engine wrote to; empty where it told nothing.

    Raises :class:`RenderFault` for a file that is no JSON object.
    """
    path = folder / RENDERING
    if not path.exists():
        return {}
    try:
        told = json_of(path.read_bytes())
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise RenderFault("holds no JSON object", where=path.name)
    return {FACT: told}


def models_told(facts: Mapping[str, Any]) -> list[str]:
    """The models that made an artifact, each with its revision; empty where none was loaded."""
    told = facts.get(FACT)
    models = told.get("models", {}) if isinstance(told, dict) else {}
    if isinstance(models, dict):
        return [f"{key}@{str(revision)[:SHORT]}" for key, revision in models.items()]
    pairs = [(one.get("key"), one.get("commit") or one.get("revision")) for one in models if isinstance(one, dict)]
    return [f"{key}@{str(revision)[:SHORT]}" for key, revision in pairs]


def rungs_told(facts: Mapping[str, Any]) -> list[str]:
    """What the memory ladder gave up, in words, each step once."""
    told = facts.get(FACT)
    if not isinstance(told, dict):
        return []
    steps = list(told.get("steps", [])) if isinstance(told.get("steps"), list) else []
    for part in (*_listed(told, "chunks"), *_listed(told, "lines")):
        steps += _listed(part, "steps")
    return list(dict.fromkeys(str(step["says"]) for step in steps if isinstance(step, dict) and "says" in step))


def seams_told(facts: Mapping[str, Any]) -> tuple[int, ...]:
    """The frames of a shot at which a chunk begins that is not the first; none for an engine without chunks."""
    told = facts.get(FACT)
    if not isinstance(told, dict) or not {"chunks", "rate", "model_rate"} <= told.keys():
        return ()
    scale = Fraction(told["rate"]) / Fraction(told["model_rate"])
    return tuple(round((one["start"] + one["overlap"]) * scale) for one in _listed(told, "chunks")[1:])


def _listed(value: Mapping[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
