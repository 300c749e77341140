"""An edit as a CMX 3600 EDL, through OpenTimelineIO's ``cmx_3600`` adapter.

The format is of tape: one track of pictures, reels of eight characters, ASCII, cuts, dissolves and wipes. A transition
begins where the incoming clip begins, so its handles are inside the events. What is done here beside the adapter:
every clip gets a reel of its own (the adapter would cut names to eight letters, alike for many shots), the header says
whether time code drops frames (at 29.97 and 59.94 it does, and the adapter writes it so), wipes get their code (001,
left to right) and markers stand at the time of the film, as Avid reads them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import opentimelineio as otio
from opentimelineio import schema

from resources.errors import RenderFault
from resources.media.handover.edit import Clip, Edit, Mark
from resources.media.handover.timeline import Clock, Cut, cuts, picture_track
from schemas.time import FrameRate
from schemas.vocabulary import TransitionKind

LOSES = (
    "EDL: pictures alone (no stems, no film-wide markers); fades and dips to black become dissolves; names are ASCII; "
    "shots are told apart by reel"
)
DROP_FRAME = ("30000/1001", "60000/1001")
"""Rates whose time code skips numbers to stay with the clock."""


def edl_text(edit: Edit) -> str:
    """The EDL, read back and found to hold the same frames. Raises :class:`RenderFault`."""
    clock = Clock(float(edit.rate.value))
    made = schema.Timeline(name=ascii_line(edit.title, 70) or edit.movie)
    made.tracks.append(picture_track([_taped(clip) for clip in edit.clips], clock))
    for item in made.find_clips():
        item.metadata["cmx_3600"] = {"reel": item.metadata["sparkle"]["reel"]}
    last = made.tracks[0][-1].metadata["cmx_3600"]
    last["comments"] = [edit.made_by]
    text = str(otio.adapters.write_to_string(made, "cmx_3600", rate=clock.rate))
    text = _each_marker_once(_wipes(_header(text, edit.rate), edit))
    found, asked = cuts(read_edl(text, edit.rate)), recorded(edit)
    if found != asked:
        off = next((a for a, b in zip(asked, found, strict=False) if a != b), asked[-1])
        raise RenderFault("the EDL does not read back as the cut", where=off.name)
    return text


def recorded(edit: Edit) -> list[Cut]:
    """The clips as an EDL tells them: each begins with its transition, not in the middle of it."""
    following = [*edit.clips[1:], None]
    return [
        Cut(
            clip.name,
            clip.start - clip.before,
            clip.source - clip.before,
            clip.length + clip.before - (after.before if after is not None else 0),
        )
        for clip, after in zip(edit.clips, following, strict=True)
    ]


def read_edl(text: str, rate: FrameRate) -> schema.Timeline:
    """An EDL as a timeline; the format does not say its rate. Raises :class:`RenderFault`."""
    try:
        made = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate.value))
    except otio.exceptions.OTIOError as error:
        raise RenderFault(f"the EDL cannot be read: {error}") from None
    if not isinstance(made, schema.Timeline):
        raise RenderFault(f"the EDL holds a {type(made).__name__}, not a timeline")
    return made


def ascii_line(text: str, limit: int) -> str:
    """``text`` in one line of ASCII, accents taken off, other letters as ``?``."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    kept = "".join(char if " " <= char <= "~" else "?" for char in plain)
    return kept[:limit].strip() if any(char.isalnum() for char in kept) else ""


def _taped(clip: Clip) -> Clip:
    """The clip as an EDL can tell it: markers at the time of the film, the reel where the adapter's caller finds it."""
    marks = [
        replace(mark, frame=clip.start + mark.frame - clip.source, name=ascii_line(mark.name, 80))
        for mark in clip.marks
        if clip.source <= mark.frame < clip.source + clip.length
    ]
    return replace(clip, marks=[Mark(m.frame, m.length, m.name, m.colour) for m in marks], data={"reel": clip.reel})


def _header(text: str, rate: FrameRate) -> str:
    title, _, events = text.partition("\n")
    mode = "DROP FRAME" if str(rate) in DROP_FRAME else "NON-DROP FRAME"
    return f"{title}\nFCM: {mode}\n{events}"


def _each_marker_once(text: str) -> str:
    """The adapter tells the markers of a clip again where the next one dissolves in."""
    told: set[str] = set()
    rows = []
    for row in text.splitlines():
        if not row.startswith("* LOC: "):
            rows.append(row)
        elif row not in told:
            told.add(row)
            rows.append(row)
    return "\n".join(rows) + "\n"


def _wipes(text: str, edit: Edit) -> str:
    """Give wipes their code; the adapter writes every transition as a dissolve."""
    for number, clip in enumerate(edit.clips, 1):
        if clip.kind is TransitionKind.WIPE and clip.before + clip.after:
            text = re.sub(rf"(?m)^({number:03d}  .{{8}} V    ) D (\d{{3}})   ", r"\1 W001 \2", text, count=1)
    return text
