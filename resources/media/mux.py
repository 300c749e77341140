"""Putting picture, sound, subtitles and chapters into one file, every stream copied as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from resources.media.encode import compiled
from resources.media.process import run

AI_NOTE = "Made by machine with Sparkle Motion"
_LANGUAGES = dict(
    pair.split("=")
    for pair in (
        "af=afr am=amh ar=ara as=asm az=aze be=bel bg=bul bn=ben bs=bos ca=cat cs=ces cy=cym da=dan de=deu el=ell "
        "en=eng eo=epo es=spa et=est eu=eus fa=fas fi=fin fr=fra ga=gle gd=gla gl=glg gn=grn gu=guj ha=hau he=heb "
        "hi=hin hr=hrv ht=hat hu=hun hy=hye id=ind ig=ibo is=isl it=ita ja=jpn jv=jav ka=kat kk=kaz km=khm kn=kan "
        "ko=kor ku=kur ky=kir la=lat lb=ltz lo=lao lt=lit lv=lav mg=mlg mi=mri mk=mkd ml=mal mn=mon mr=mar ms=msa "
        "mt=mlt my=mya nb=nob ne=nep nl=nld nn=nno no=nor om=orm or=ori pa=pan pl=pol ps=pus pt=por qu=que ro=ron "
        "ru=rus rw=kin sd=snd si=sin sk=slk sl=slv sm=smo sn=sna so=som sq=sqi sr=srp st=sot su=sun sv=swe sw=swa "
        "ta=tam te=tel tg=tgk th=tha ti=tir tk=tuk tl=tgl tn=tsn to=ton tr=tur tt=tat ug=uig uk=ukr ur=urd uz=uzb "
        "vi=vie wo=wol xh=xho yi=yid yo=yor zh=zho zu=zul"
    ).split()
)
"""ISO 639-1 to 639-2/T, which is all that the mp4 format knows."""


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
    """Copy the streams of ``picture``, ``sound`` and ``subtitles`` (SRT) into ``out``; all are names in ``folder``.

    The index stands at the front, so that playing can begin before the file is there.
    """
    inputs = [
        ffmpeg.input(picture, format="mp4").video,
        ffmpeg.input(sound, format="mp4").audio,
    ]
    spoken = f"language={language_code(language)}"
    extra: dict[str, object] = {"metadata:s:a:0": spoken}
    if subtitles is not None:
        inputs.append(ffmpeg.input(subtitles, format="srt")["s"])
        extra |= {"scodec": "mov_text", "metadata:s:s:0": spoken, "disposition:s:0": "0"}
    number = len(inputs)
    output = ffmpeg.output(
        *inputs,
        out,
        format="mp4",
        vcodec="copy",
        acodec="copy",
        movflags="+faststart",
        fflags="+bitexact",
        map_metadata=number,
        map_chapters=number,
        **extra,
    )
    # ffmpeg-python knows no input without a stream; the metadata file is one more input, after the others.
    args = compiled(output)
    before = args.index("-map")
    args[before:before] = ["-f", "ffmetadata", "-i", metadata]
    run(args, timeout=300, cwd=folder)


def language_code(language: str) -> str:
    """The three letters that a media file has for a language tag ("en-GB" is "eng"); "und" for one without any."""
    first = language.split("-")[0].lower()
    return _LANGUAGES.get(first, first if len(first) == 3 else "und")
