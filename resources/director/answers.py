"""What a person said to a review question, in a chat or through an API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.review import Decision

YES = ("approve", "approved", "yes", "y", "ok", "okay", "pass")
NO = ("reject", "rejected", "no", "n")
MAX_NOTE = 2000


def understood(said: Any) -> tuple[Decision | None, str]:
    """A decision and a note.

    A word of :data:`YES` or :data:`NO` decides, and whatever follows it is the note; anything else is a note alone.
    ``{"decision": ..., "note": ...}`` says both apart.
    """
    if isinstance(said, Mapping):
        if "decision" in said:
            decision, note = understood(said["decision"])
            return decision, " ".join(part for part in (note, str(said.get("note") or "").strip()) if part)[:MAX_NOTE]
        said = said.get("result", "")
    text = str(said).strip()
    first, _, rest = text.partition(" ")
    word = first.strip(".,:;!").casefold()
    if word in YES:
        return "approve", rest.strip()[:MAX_NOTE]
    if word in NO:
        return "reject", rest.strip()[:MAX_NOTE]
    return None, text[:MAX_NOTE]
