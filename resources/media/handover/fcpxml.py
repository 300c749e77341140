"""An edit as FCPXML 1.8, through OpenTimelineIO's ``fcpx_xml`` adapter.

The adapter reckons in floating point and cuts off what is behind the point, knows no fractional rate on reading (29.97
becomes 29) and no 23.976, 48 or 59.94 on writing. There is one rate at which its arithmetic is exact: 24 is the sum of
two powers of two, so that n / 24 * 24 is n for every whole n. So it is given every edit at 24 frames a second, and all
times in the XML are then stretched to the film's rate as exact fractions. Reading undoes this.

The adapter writes no transitions; they are set between the clips afterwards, all as FCP's cross dissolve, which needs
no plug-in. It also searches by names and runs ``ffprobe`` on media it finds, so names and addresses are put in last.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import opentimelineio as otio
from opentimelineio import schema

from resources.errors import RenderFault
from resources.media.handover.edit import Clip, Edit, Mark, one_line
from resources.media.handover.edl import DROP_FRAME
from resources.media.handover.timeline import Clock, cuts, picture_track, sound_track, wanted
from schemas.time import SAMPLE_RATE, FrameRate

LOSES = (
    "FCPXML: wipes, fades and dips to black become cross dissolves; no film-wide markers, no data of ours "
    "(prompt, seed, take)"
)
PLAIN = Fraction(24)
"""The rate at which the adapter is exact."""
TIMES = ("offset", "start", "duration")
DISSOLVE = {"id": "dissolve", "name": "Cross Dissolve", "uid": "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"}


def fcpxml_text(edit: Edit) -> str:
    """The XML, read back and found to hold the same frames. Raises :class:`RenderFault`."""
    made = schema.Timeline(name="project")
    clock = Clock(float(PLAIN))
    clips = [_numbered(clip, number) for number, clip in enumerate(edit.clips)]
    made.tracks.append(picture_track(clips, clock))
    for number, sound in enumerate(edit.sounds):
        track = sound_track(edit, replace(sound, url=f"sound:{number}"), clock)
        for part, item in enumerate(track):
            item.name = f"sound:{number}:{part}"
        made.tracks.append(track)
    root = ET.fromstring(_adapter(lambda: otio.adapters.write_to_string(made, "fcpx_xml")))
    _name(root, edit)
    _stretch(root, PLAIN / edit.rate.value)
    _describe(root, edit)
    _add_transitions(root, edit)
    root.insert(0, ET.Comment(f" {edit.made_by} "))
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode")
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{body}\n'
    found, asked = cuts(read_fcpxml(text, edit.rate)), wanted(edit.clips)
    if found != asked:
        off = next((a for a, b in zip(asked, found, strict=False) if a != b), asked[-1])
        raise RenderFault("the FCPXML does not read back as the cut", where=off.name)
    return text


def read_fcpxml(text: str, rate: FrameRate) -> schema.Timeline:
    """FCPXML at ``rate`` as a timeline, its times in frames (said to be of 24 a second, see above).

    Raises :class:`RenderFault`.
    """
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise RenderFault(f"the FCPXML cannot be read: {error}") from None
    _stretch(root, rate.value / PLAIN)
    for form in root.iter("format"):
        form.set("frameDuration", "25/600s")
    plain = ET.tostring(root, encoding="unicode")
    made = _adapter(lambda: otio.adapters.read_from_string(plain, "fcpx_xml"))
    if not isinstance(made, schema.Timeline):
        raise RenderFault(f"the FCPXML holds a {type(made).__name__}, not a timeline")
    return made


def _adapter(call: Callable[[], Any]) -> Any:
    """The adapter asks elements whether they are true, which Python 3.12 warns of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Testing an element's truth value", DeprecationWarning)
        return call()


def _numbered(clip: Clip, number: int) -> Clip:
    """The clip with a name and an address that mean nothing to a file system or an XPath."""
    marks = [Mark(m.frame, m.length, one_line(m.name), m.colour) for m in clip.marks]
    return replace(clip, name=f"clip:{number}", url=f"clip:{number}", marks=marks)


def _name(root: ET.Element, edit: Edit) -> None:
    """Put names and addresses in place of the numbers."""
    urls = {f"clip:{number}": clip.url for number, clip in enumerate(edit.clips)}
    urls |= {f"sound:{number}": sound.url for number, sound in enumerate(edit.sounds)}
    names = {f"clip:{number}": clip.name for number, clip in enumerate(edit.clips)}
    for number, sound in enumerate(edit.sounds):
        parts = [f"{clip.name} {sound.name}" for clip in edit.clips] if sound.parted else [sound.name]
        names |= {f"sound:{number}:{part}": name for part, name in enumerate(parts)}
    media: dict[str, str] = {}
    for asset in root.iter("asset"):
        url = urls[asset.attrib["src"]]
        name = PurePosixPath(url).name  # Resolve looks for the file by the name of the asset
        asset.attrib.update(src=url, name=name)
        media[asset.attrib["id"]] = name
    for master in root.findall("asset-clip"):  # one for each file, not for each part of it
        if (known := media.pop(master.attrib["ref"], None)) is None:
            root.remove(master)
        else:
            master.set("name", known)
    for clip in root.iter("clip"):
        clip.set("name", names[clip.attrib["name"]])
    for project in root.iter("project"):
        project.set("name", one_line(edit.title) or edit.movie)
        project.attrib.pop("uid", None)


def _stretch(root: ET.Element, factor: Fraction) -> None:
    """Multiply every time by ``factor``, exactly."""
    for element in root.iter():
        for key in TIMES:
            if (value := element.get(key)) is not None:
                element.set(key, _seconds(Fraction(value.removesuffix("s")) * factor))


def _seconds(time: Fraction) -> str:
    return f"{time.numerator}s" if time.denominator == 1 else f"{time.numerator}/{time.denominator}s"


def _describe(root: ET.Element, edit: Edit) -> None:
    """What the adapter leaves open: the picture's size and rate, the kind of time code, channels of sound."""
    for form in root.iter("format"):
        form.attrib.pop("name", None)
        form.set("frameDuration", _seconds(1 / edit.rate.value))
        form.set("width", str(edit.width))
        form.set("height", str(edit.height))
        form.set("colorSpace", "1-1-1 (Rec. 709)")
    for asset in root.iter("asset"):
        for kind in ("hasVideo", "hasAudio"):
            if asset.get(kind) == "0":
                del asset.attrib[kind]
        if asset.get("hasAudio"):
            asset.attrib.update(audioSources="1", audioChannels="2", audioRate=str(SAMPLE_RATE))
    for sequence in root.iter("sequence"):
        mode = "DF" if str(edit.rate) in DROP_FRAME else "NDF"
        sequence.attrib.update(tcStart="0s", tcFormat=mode, audioLayout="stereo", audioRate="48k")


def _add_transitions(root: ET.Element, edit: Edit) -> None:
    resources, spine = root.find("resources"), root.find("project/sequence/spine")
    if resources is None or spine is None:
        raise RenderFault("the FCPXML has no spine")
    joined = [clip for clip in edit.clips if clip.before + clip.after]
    if joined:
        ET.SubElement(resources, "effect", DISSOLVE)
    story = list(spine)
    for element, clip in zip(story, edit.clips, strict=True):
        if clip not in joined:
            continue
        offset, length = Fraction(clip.start - clip.before), Fraction(clip.before + clip.after)
        times = {"offset": _seconds(offset / edit.rate.value), "duration": _seconds(length / edit.rate.value)}
        added = ET.Element("transition", {"name": clip.kind.value, **times})
        ET.SubElement(added, "filter-video", {"ref": DISSOLVE["id"], "name": DISSOLVE["name"]})
        spine.insert(list(spine).index(element), added)
