"""Ids of shots, made of what a shot shows and says, so that inserting a scene renames no other.

An edited line would be another shot by that; where an earlier version of the plan is known, a shot that stands in the
place of exactly one old shot keeps its id, and with it its seed, its takes and its picture.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from resources.agents.screenplay.drafts import Draft
from resources.agents.screenplay.headings import take_apart
from resources.agents.screenplay.names import id_of
from schemas.plan import Shot


def name_shots(drafts: Sequence[Draft]) -> list[str]:
    """An id for each draft: its scene's name and a hash of its words. Equal shots of one scene are counted."""
    seen: Counter[str] = Counter()
    found = []
    for draft in drafts:
        slug = take_apart(draft.heading)
        scene = id_of(slug.name, 24) if slug.name else "opening"
        words = [draft.heading, draft.kind, draft.action, [(line.character_id, line.text) for line in draft.lines]]
        mark = hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()[:8]
        name = f"{scene}-{mark}"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return found


def keep_ids(shots: Sequence[Shot], before: Sequence[Shot]) -> list[Shot]:
    """``shots`` with the ids of the shots that they stand in for: between two that stayed, the same number of others
    in the same places with the same speakers is the same shots, edited.
    """
    old, new = [shot.id or "" for shot in before], [shot.id or "" for shot in shots]
    kept = list(shots)
    present = set(new)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "replace" or b - a != d - c:
            continue
        for was, at in zip(before[a:b], range(c, d), strict=True):
            if was.id not in present and _alike(was, shots[at]):
                kept[at] = _edited(was, shots[at])
    return kept


def _edited(was: Shot, now: Shot) -> Shot:
    """A shot that was edited: where only the words changed, it is still framed as it was."""
    if (was.action, was.emotion) != (now.action, now.emotion):
        return now.model_copy(update={"id": was.id})
    framing = {"size": was.size, "camera": was.camera, "characters": was.characters, "prompt": was.prompt}
    return now.model_copy(update={"id": was.id, **framing})


def _alike(one: Shot, other: Shot) -> bool:
    speakers = [line.character_id for line in one.dialogue], [line.character_id for line in other.dialogue]
    return one.location_id == other.location_id and speakers[0] == speakers[1]
