"""Putting picture, sound, subtitles and chapters into one file, every stream copied as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from resources.media.encode import X264, compiled
from resources.media.process import run

AI_NOTE = "Made by machine with Sparkle Motion"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named stretch of a film, in milliseconds."""

    start: int
    end: int
    title: str


def chapters_text(title: str, chapters: Sequence[Chapter]) -> str:
    """ffmpeg's metadata format; every character that means something there is escaped."""
    lines = [";FFMETADATA1", f"title={_escaped(title)}", f"comment={AI_NOTE}"]
    for chapter in chapters:
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start}", f"END={chapter.end}"]
        lines.append(f"title={_escaped(chapter.title)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    plain = " ".join(text.split())
    return "".join("\\" + c if c in "\\=;#" else c for c in plain)


def mux(folder: Path, picture: str, sound: str, subtitles: str | None, metadata: str, out: str, language: str) -> None:
    """Copy the streams of ``picture``, ``sound`` and ``subtitles`` (SRT) into ``out``; all are names in ``folder``."""
    inputs = [
        ffmpeg.input(picture, format="mp4").video,
        ffmpeg.input(sound, format="mp4").audio,
    ]
    extra: dict[str, object] = {}
    if subtitles is not None:
        inputs.append(ffmpeg.input(subtitles, format="srt")["s"])
        extra = {"scodec": "mov_text", "metadata:s:s:0": f"language={language}", "disposition:s:0": "0"}
    output = ffmpeg.output(
        *inputs,
        out,
        format="mp4",
        vcodec="copy",
        acodec="copy",
        movflags="+faststart",
        fflags="+bitexact",
        **extra,
    )
    # ffmpeg-python maps streams of its inputs only; the metadata file is one more input, named after them.
    args = compiled(output)
    before = args.index("-map") if "-map" in args else len(args) - 1
    number = str(len(inputs))
    args[before:before] = ["-f", "ffmetadata", "-i", metadata]
    args[-1:-1] = ["-map_metadata", number, "-map_chapters", number]
    run(args, timeout=300, cwd=folder)


def burn(folder: Path, picture: str, subtitles: str, fonts: Path | None, preset: str, crf: int, out: str) -> None:
    """Draw the subtitles (SRT) into the picture; the one thing that encodes a whole film again."""
    style = "Fontsize=20,Outline=1.2,Shadow=0,MarginV=28,BorderStyle=1"
    options = {"fontsdir": str(fonts)} if fonts else {}
    stream = ffmpeg.input(picture, format="mp4").video.filter("subtitles", subtitles, force_style=style, **options)
    output = stream.output(
        out,
        format="mp4",
        vcodec="libx264",
        preset=preset,
        crf=crf,
        pix_fmt="yuv420p",
        threads=1,
        fflags="+bitexact",
        **{"x264-params": X264, "flags:v": "+bitexact"},
    )
    run(compiled(output), timeout=3600, cwd=folder)
