"""The page that comes with a package: what is in it, and how an editor opens it."""

from __future__ import annotations

from resources.media.handover import edl, fcpxml
from resources.media.handover.edit import Edit
from resources.media.handover.edl import DROP_FRAME

PAGE = """\
{title}
{rule}
{made_by}. Pictures, voices and music of this film were made by machine.

{length}, {frames} frames at {rate} a second{tape}, {width}x{height}, sound at 48 kHz

  timeline.otio     the film as it is cut, for whatever reads OpenTimelineIO (DaVinci Resolve from 18.5 on, others)
  timeline.fcpxml   the same for Final Cut Pro and Resolve
  timeline.edl      the same for whatever reads neither
  media/            a clip for each card and shot, in the order of the film, handles included (H.264)
  stems/            {stems}: 24-bit WAV as long as the film;
                    laid over each other they are its mix, before the one gain to its loudness
  cut/              the finished film with its subtitles, to compare with
  report/           what was measured: open index.html
  plan.json         the plan the film was made from; `sparkle make --plan plan.json` makes it again

Keep the files together: the timelines name them relative to this folder. A program that asks for missing media wants
the folders media and stems.

Shots overlap where there is a transition; the cut stands in its middle. Markers: green chapters, red errors, yellow
warnings, blue remarks of the report.

What a format cannot hold:
  {edl}.
  {fcpxml}.
"""


def readme_text(edit: Edit) -> str:
    """The page for one film."""
    seconds = edit.rate.seconds(edit.frames)
    drops = str(edit.rate) in DROP_FRAME
    names = [sound.name for sound in edit.sounds]
    return PAGE.format(
        title=edit.title,
        rule="=" * min(78, len(edit.title)),
        made_by=edit.made_by,
        length=f"{int(seconds) // 60} min {seconds % 60:.1f} s",
        frames=edit.frames,
        rate=edit.rate,
        tape=" (drop-frame time code)" if drops else "",
        width=edit.width,
        height=edit.height,
        stems=", ".join(names) or "none, the film is silent",
        edl=edl.LOSES,
        fcpxml=fcpxml.LOSES,
    )
