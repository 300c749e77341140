"""What an engine that loads models tells of its work (``rendering.json``), as facts of the artifact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from resources.engines import RENDERING
from resources.errors import RenderFault

FACT = "rendering"
"""The fact's name: the file's content as it is, whichever engine wrote it."""
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
        told = json.loads(path.read_bytes())
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise RenderFault("holds no JSON object", where=path.name)
    return {FACT: told}
