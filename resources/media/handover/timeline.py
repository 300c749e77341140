"""An edit as an OpenTimelineIO timeline: the one format here that holds everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import opentimelineio as otio
from opentimelineio import opentime, schema

from resources.errors import RenderFault
from resources.media.handover.edit import Clip, Edit, Mark, Sound
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import TransitionKind

NAMESPACE = "sparkle"
"""Where our own data stand in the metadata of every object."""
TRANSITIONS = {
    TransitionKind.DISSOLVE: schema.TransitionTypes.SMPTE_Dissolve,
    TransitionKind.WIPE: "SMPTE_Wipe",
    TransitionKind.FADE: schema.TransitionTypes.Custom,
    TransitionKind.DIP_TO_BLACK: schema.TransitionTypes.Custom,
}


@dataclass(frozen=True, slots=True)
class Cut:
    """What has to survive a format: a clip's name, its place in the film and in its file, in frames."""

    name: str
    start: int
    source: int
    length: int


def otio_text(edit: Edit) -> str:
    """The timeline as the text of an ``.otio`` file; equal edits give equal text."""
    text = str(otio.adapters.write_to_string(timeline(edit), "otio_json", indent=2))
    return text.rstrip("\n") + "\n"


def timeline(edit: Edit) -> schema.Timeline:
    """The timeline of an edit: one track of pictures, one for each stem."""
    clock = Clock(float(edit.rate.value))
    made = schema.Timeline(name=edit.title, global_start_time=clock.time(0))
    made.metadata[NAMESPACE] = {"made_by": edit.made_by, "rate": str(edit.rate), **edit.data}
    made.tracks.append(picture_track(edit.clips, clock))
    for sound in edit.sounds:
        made.tracks.append(sound_track(edit, sound, clock))
    made.tracks.markers.extend(marker(mark, clock) for mark in edit.marks)
    return made


@dataclass(frozen=True, slots=True)
class Clock:
    """Whole frames as times of one rate."""

    rate: float

    def time(self, frames: int) -> opentime.RationalTime:
        """A moment, or a length."""
        return opentime.RationalTime(frames, self.rate)

    def range(self, start: int, length: int) -> opentime.TimeRange:
        """A stretch of ``length`` frames."""
        return opentime.TimeRange(self.time(start), self.time(length))


def picture_track(clips: Sequence[Clip], clock: Clock) -> schema.Track:
    """Cards and shots with the transitions between them."""
    track = schema.Track(name="Picture", kind=schema.TrackKind.Video)
    for clip in clips:
        if clip.before + clip.after:
            track.append(transition(clip, clock))
        track.append(picture_clip(clip, clock))
    return track


def picture_clip(clip: Clip, clock: Clock) -> schema.Clip:
    """One card or shot."""
    item = schema.Clip(
        name=clip.name,
        media_reference=schema.ExternalReference(clip.url, clock.range(0, clip.frames)),
        source_range=clock.range(clip.source, clip.length),
        metadata={NAMESPACE: dict(clip.data)},
    )
    item.markers.extend(marker(mark, clock) for mark in clip.marks)
    return item


def transition(clip: Clip, clock: Clock) -> schema.Transition:
    """The transition at the beginning of ``clip``."""
    return schema.Transition(
        name=clip.kind.value,
        transition_type=TRANSITIONS[clip.kind],
        in_offset=clock.time(clip.before),
        out_offset=clock.time(clip.after),
        metadata={NAMESPACE: {"kind": clip.kind.value}},
    )


def sound_track(edit: Edit, sound: Sound, clock: Clock) -> schema.Track:
    """A stem as a track: one clip, or one for each piece of the picture."""
    track = schema.Track(name=sound.name.capitalize(), kind=schema.TrackKind.Audio)
    parts = [(f"{clip.name} {sound.name}", clip.start, clip.length) for clip in edit.clips]
    for name, start, length in parts if sound.parted else [(sound.name, 0, edit.frames)]:
        reference = schema.ExternalReference(sound.url, clock.range(0, edit.frames))
        item = schema.Clip(name=name, media_reference=reference, source_range=clock.range(start, length))
        item.metadata[NAMESPACE] = {"stem": sound.name, "samples": sound.samples, "sample_rate": SAMPLE_RATE}
        track.append(item)
    return track


def marker(mark: Mark, clock: Clock) -> schema.Marker:
    """A marker, at least a frame long: programs drop those of no length."""
    return schema.Marker(
        name=mark.name,
        marked_range=clock.range(mark.frame, max(1, mark.length)),
        color=mark.colour,
        metadata={NAMESPACE: dict(mark.data)},
    )


def cuts(made: schema.Timeline) -> list[Cut]:
    """Clips of the picture track as a timeline holds them. Raises :class:`RenderFault` for a part of a frame."""
    video = [track for track in made.tracks if track.kind == schema.TrackKind.Video]
    if len(video) != 1:
        raise RenderFault(f"the timeline has {len(video)} tracks of pictures, not 1")
    return [_cut(clip) for clip in video[0] if isinstance(clip, schema.Clip)]


def wanted(clips: Iterable[Clip]) -> list[Cut]:
    """Clips of an edit, to be held against :func:`cuts`."""
    return [Cut(clip.name, clip.start, clip.source, clip.length) for clip in clips]


def _cut(clip: Any) -> Cut:
    times = (clip.range_in_parent().start_time, clip.source_range.start_time, clip.source_range.duration)
    whole = [round(time.value) for time in times]
    if any(time.value != frames for time, frames in zip(times, whole, strict=True)):
        raise RenderFault("does not begin or end on a frame", where=clip.name)
    return Cut(clip.name, *whole)


def read_otio(text: str) -> schema.Timeline:
    """A timeline of ours. Raises :class:`RenderFault` for anything else."""
    made = otio.adapters.read_from_string(text, "otio_json")
    if not isinstance(made, schema.Timeline):
        raise RenderFault(f"is a {type(made).__name__}, not a timeline")
    return made
