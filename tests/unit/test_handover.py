"""A cut as editors' programs open it: every format gives back the frames it was given."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentimelineio import schema as otio

from resources.errors import RenderFault
from resources.media.handover.edit import Clip, Edit, Mark, Sound, one_line, spans
from resources.media.handover.edl import ascii_line, edl_text, read_edl, recorded
from resources.media.handover.fcpxml import fcpxml_text, read_fcpxml
from resources.media.handover.timeline import cuts, otio_text, read_otio, wanted
from resources.store.folders import put_folder
from schemas.cut import Piece
from schemas.time import KNOWN_RATES, FrameRate
from schemas.vocabulary import TransitionKind

KINDS = [kind for kind in TransitionKind if kind is not TransitionKind.CUT]


def pieces(runs: list[tuple[int, int, TransitionKind]]) -> list[Piece]:
    """(frames, overlap with the one before, kind) as pieces of a film between two cards."""
    made: list[Piece] = []
    for number, (frames, overlap, kind) in enumerate(runs):
        made.append(
            Piece(
                name=f"shot-{number}",
                folder="x",
                frames=frames,
                handle=12,
                transition=kind if overlap else TransitionKind.CUT,
                overlap=overlap if made else 0,
                start=made[-1].stop - overlap if made else 0,
            )
        )
    return made


def edit(made: list[Piece], rate: str = "24", title: str = "Hello", marks: tuple[Mark, ...] = ()) -> Edit:
    clips = [
        Clip(
            name=piece.name,
            reel=f"S{number:02d}",
            url=f"media/{piece.name}.mp4",
            frames=piece.frames,
            source=span.source,
            start=span.start,
            length=span.length,
            kind=piece.transition,
            before=span.before,
            after=span.after,
            marks=marks,
            data={"shot": piece.name, "seed": 4294967295, "prompt": title},
        )
        for number, (piece, span) in enumerate(zip(made, spans(made), strict=True))
    ]
    parsed = FrameRate.parse(rate)
    samples = parsed.samples(made[-1].stop)
    sounds = [Sound("dialogue", "stems/dialogue.wav", samples, True), Sound("music", "stems/music.wav", samples, False)]
    chapters = [Mark(clip.start, clip.length, clip.name, "GREEN") for clip in clips]
    return Edit("film-1", one_line(title) or "film-1", parsed, 640, 360, clips, sounds, chapters)


RUNS = st.lists(
    st.tuples(st.integers(26, 400), st.integers(0, 12), st.sampled_from(KINDS)),
    min_size=1,
    max_size=8,
)


@given(RUNS)
def test_clips_meet_and_cover_the_film(runs: list[tuple[int, int, TransitionKind]]) -> None:
    made = pieces(runs)
    found = spans(made)
    assert found[0].start == 0
    assert [span.start for span in found[1:]] == [span.start + span.length for span in found[:-1]]
    assert found[-1].start + found[-1].length == made[-1].stop
    for piece, span in zip(made, found, strict=True):
        assert span.start - span.source == piece.start  # a frame of the film is the frame of the file that it was
        assert span.source >= span.before
        assert span.source + span.length <= piece.frames
        assert span.before + span.after == piece.overlap


@settings(max_examples=40, deadline=None)
@given(RUNS, st.sampled_from(KNOWN_RATES), st.integers(0, 40_000))
def test_every_format_gives_back_its_frames(runs: list[tuple[int, int, TransitionKind]], rate: str, long: int) -> None:
    one = edit(pieces([*runs, (long + 26, 3, TransitionKind.WIPE), (30, 0, TransitionKind.CUT)]), rate)
    made = read_otio(otio_text(one))
    assert cuts(made) == wanted(one.clips)
    # both writers hold their own text against the edit, too; here the readers of the adapters have the last word
    assert cuts(read_edl(edl_text(one), one.rate)) == recorded(one)
    assert cuts(read_fcpxml(fcpxml_text(one), one.rate)) == wanted(one.clips)


def test_the_timeline_holds_everything() -> None:
    made = pieces([(60, 0, TransitionKind.CUT), (48, 12, TransitionKind.DISSOLVE), (50, 5, TransitionKind.WIPE)])
    marks = (Mark(20, 1, "frozen_picture: frozen for 1.0 s", "RED", {"value": 1.0}),)
    one = edit(made, "30000/1001", marks=marks)
    back = read_otio(otio_text(one))
    assert [track.name for track in back.tracks] == ["Picture", "Dialogue", "Music"]
    clips = [item for item in back.tracks[0] if isinstance(item, otio.Clip)]
    assert {clip.source_range.duration.rate for clip in clips} == {30000 / 1001}
    assert [clip.media_reference.available_range.duration.value for clip in clips] == [60, 48, 50]
    transitions = [item for item in back.tracks[0] if isinstance(item, otio.Transition)]
    assert [(t.transition_type, t.in_offset.value, t.out_offset.value) for t in transitions] == [
        ("SMPTE_Dissolve", 6, 6),
        ("SMPTE_Wipe", 2, 3),
    ]
    assert clips[0].metadata["sparkle"]["seed"] == 4294967295
    assert (clips[0].markers[0].name, clips[0].markers[0].color) == ("frozen_picture: frozen for 1.0 s", "RED")
    assert [marker.name for marker in back.tracks.markers] == ["shot-0", "shot-1", "shot-2"]
    assert [track.duration().value for track in back.tracks] == [made[-1].stop] * 3
    assert otio_text(one) == otio_text(one)
    assert json.loads(otio_text(one))["OTIO_SCHEMA"] == "Timeline.1"


HOSTILE = [
    'Tom & Jerry <b>"quoted" it\'s</b> ]]>',
    "two\nlines\tand a tab",
    "雪の灯台 · Маяк · فنار · 🌊",
    "￾ not a character",
    "001  AX V C 00:00:00:00",
    "* FROM CLIP NAME: x",
    "%s {0} ${HOME} `id`",
]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("rate", ["24", "30000/1001"])
def test_no_title_breaks_a_format(title: str, rate: str) -> None:
    marks = (Mark(5, 1, title, "YELLOW"),)
    runs = [(60, 0, TransitionKind.CUT), (48, 7, TransitionKind.FADE), (99, 1, TransitionKind.DIP_TO_BLACK)]
    one = edit(pieces(runs), rate, title, marks)
    back = read_otio(otio_text(one))
    assert back.name == one.title
    assert cuts(back) == wanted(one.clips)
    xml = read_fcpxml(fcpxml_text(one), one.rate)
    assert xml.name == one.title
    assert [track.kind for track in xml.tracks].count("Audio") == 2
    assert xml.find_clips()[-1].markers[0].name == one_line(title)
    tape = edl_text(one)
    assert tape.isascii()
    assert cuts(read_edl(tape, one.rate)) == recorded(one)


def test_sixty_shots_and_their_reels() -> None:
    one = edit(pieces([(40 + k, k % 13, KINDS[k % 4]) for k in range(62)]), "24000/1001")
    tape = read_edl(edl_text(one), one.rate)
    assert cuts(tape) == recorded(one)
    reels = [clip.metadata["cmx_3600"]["reel"] for clip in tape.find_clips()]
    assert len(set(reels)) == 62
    assert cuts(read_fcpxml(fcpxml_text(one), one.rate)) == wanted(one.clips)


def test_an_edl_says_its_time_code_its_wipes_and_its_markers_once() -> None:
    made = pieces([(2000, 0, TransitionKind.CUT), (60, 12, TransitionKind.WIPE), (60, 4, TransitionKind.FADE)])
    marks = (Mark(20, 1, "black", "RED"),)
    text = edl_text(edit(made, "30000/1001", marks=marks))
    assert "FCM: DROP FRAME" in text
    assert "W001 012" in text
    assert "D 004" in text
    assert "00:01:06;10" in text  # frame 1988: minute 1 has no frames 0 and 1
    assert text.count("* LOC: ") == 3
    assert "FCM: NON-DROP FRAME" in edl_text(edit(made, "24000/1001"))


def test_fcpxml_times_are_whole_frames_as_exact_fractions() -> None:
    one = edit(pieces([(1001, 0, TransitionKind.CUT), (77, 5, TransitionKind.DISSOLVE)]), "30000/1001")
    text = fcpxml_text(one)
    assert 'frameDuration="1001/30000s"' in text
    assert f'<transition name="dissolve" offset="{Fraction(996 * 1001, 30000)}s"' in text
    # what the adapter makes of the same file when nobody helps it: wrong frames at 29 a second
    import opentimelineio

    naive = opentimelineio.adapters.read_from_string(text, "fcpx_xml")
    assert [cut.length for cut in cuts(naive)] != [clip.length for clip in one.clips]


def test_a_timeline_that_is_none_is_told() -> None:
    with pytest.raises(RenderFault, match="cannot be read"):
        read_fcpxml("<fcpxml", FrameRate.parse("24"))
    with pytest.raises(RenderFault, match="cannot be read"):
        read_edl("what is this", FrameRate.parse("24"))
    assert ascii_line("雪", 10) == ""
    assert ascii_line("Café\n雪", 10) == "Cafe ?"


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool) -> None:
    if not exchanges:  # a file system that cannot exchange two names
        monkeypatch.setattr("resources.store.folders._exchange", lambda one, other: False)
    for name in ("first", "second"):
        (tmp_path / ".tmp-1").mkdir()
        (tmp_path / ".tmp-1" / name).write_text(name)
        put_folder(tmp_path / ".tmp-1", tmp_path / "target")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["second"]
