"""What a person has to look at first is put aside: kept for them, in no film, and not shown where nobody asked for it.

A question's media is linked into ``quarantine/<question>/``, so that no clean-up and no later take removes what it is
about. It is let out by a yes. A picture that may hurt (:data:`UNSAFE`) is shown nowhere else until then: not among
thumbnails, not in the screening room.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from resources.store.atomic import copy_file, disk_errors

if TYPE_CHECKING:
    from resources.pipeline.review import Reviews
    from schemas.refs import AssetRef

FOLDER = "quarantine"
UNSAFE = frozenset({"unsafe_picture", "judged_unsafe"})
"""Reasons for which a picture is not shown to whoever happens to look."""


def put_aside(film: Path, question: str, media: Path) -> Path:
    """``media`` in the quarantine of the film's folder, under the question it is about."""
    kept = film / FOLDER / question / media.name
    if kept.exists():
        return kept
    with disk_errors(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(media, kept)  # artifacts never change, so one file can have two names
        except OSError:
            copy_file(media, kept)  # another file system, or one without links
    return kept


def let_out(film: Path, question: str) -> None:
    """Forget what was put aside for a question: the artifact itself is where it was."""
    shutil.rmtree(film / FOLDER / question, ignore_errors=True)


def hidden(reviews: Reviews, ref: AssetRef) -> bool:
    """Whether an artifact is not to be shown: it is unsafe, and nobody said yes to it."""
    mine = [one for one in reviews.current() if (one.slot, one.stage) == (ref.slot, ref.stage)]
    return any(UNSAFE & set(one.reasons) and one.decision != "approve" for one in mine)
