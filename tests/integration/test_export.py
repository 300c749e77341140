"""A finished film, handed to an editor: timelines, package, and what stands in their way."""

import copy
import errno
import json
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import numpy as np
import opentimelineio as otio
import pytest
from click.testing import CliRunner

from resources.errors import DiskFull, InputError, Missing
from resources.media.encode import Picture, encode_segment
from resources.media.handover.edl import read_edl
from resources.media.handover.fcpxml import read_fcpxml
from resources.media.handover.timeline import cuts
from resources.media.join import frame_count
from resources.media.probe import read_sound
from resources.media.stems import FULL, read_flac, read_wav24
from resources.pipeline.engines import Engines
from resources.pipeline.handover.export import TIMELINE, export_file
from resources.pipeline.handover.film import finished
from resources.pipeline.handover.package import RECORD, export_package, read_record
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import read_sheet
from resources.profile import load_profile
from resources.store.film import Home
from resources.store.fingerprint import hash_file
from resources.store.locks import film_lock
from schemas.cut import CutSheet
from sparkle_assets.cli import sparkle
from tests.conftest import PLAN, write_plan
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices, gradient
from tests.integration.test_pipeline import make_all, produce


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    made = Engines(load_profile("embedded"), tmp_path_factory.mktemp("cache")).replaced(
        {
            "image": TinyImages(),
            "video": TinyVideo(),
            "lipsync": TinyLipsync(),
            "cards": TinyCards(),
            "voice": TinyVoices(),
            "music": TinyMusic(),
        }
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, engines: Engines) -> Production:
    """Every kind of transition, a clip of the user's own, shots with the names of the cards, a title that hurts."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    plan: dict[str, Any] = copy.deepcopy(PLAN)
    plan |= {"title": 'Tom & <Jerry>\n"雪" it\'s', "fps": "30000/1001"}
    one, two, three = plan["shots"]
    one["id"], three["id"] = "title", "end"
    three["dialogue"] = [{"character_id": "ada", "text": "The end."}]
    own = {"id": "own", "prompt": "a storm", "duration_s": 1.5, "transition": {"kind": "fade", "frames": 5}}
    last = {"id": "last", "prompt": "dawn", "duration_s": 1, "transition": {"kind": "dip_to_black", "frames": 1}}
    plan["shots"] = [one, two, {**own, "media": {"clip": "own.mp4"}}, three, last]
    folder = home.film("hello").plan_path.parent
    folder.mkdir(parents=True)
    picture = Picture(256, 144, Fraction(25))
    encode_segment((gradient(256, 144, 7, k) for k in range(50)), picture, folder / "own.mp4")
    production = produce(home, engines, plan)
    make_all(production)
    return production


def sheet_of(film: Production) -> CutSheet:
    return read_sheet(film.store.path(film.ref("final_cut")))


def lengths(timeline: Any) -> list[tuple[str, int]]:
    return [(cut.name, cut.length) for cut in cuts(timeline)]


NAMES = ["title", "title", "two", "own", "end", "last", "end"]


def test_every_cut_leaves_a_timeline(film: Production) -> None:
    folder = film.film.path / "cut"
    made = otio.adapters.read_from_file(str(folder / TIMELINE))
    assert [cut.name for cut in cuts(made)] == NAMES
    assert made.tracks[0].duration().value == sheet_of(film).frames
    for clip in made.find_clips():
        path = folder / unquote(clip.media_reference.target_url)
        assert path.is_file()
        if clip.parent().kind == "Video":
            assert frame_count(path) == clip.media_reference.available_range.duration.value
    shot = made.tracks[0].find_clips()[2]
    assert shot.metadata["sparkle"]["prompt"] == "Bob on the shore"
    assert shot.metadata["sparkle"]["fingerprint"] == film.ref("lipsynced_clips", "02").fingerprint
    assert made.metadata["sparkle"]["verdict"] == film.qa().verdict


def test_lines_lie_in_their_shots_whatever_the_shots_are_called(film: Production) -> None:
    sheet, rate = sheet_of(film), film.script.plan.rate
    for line, owner in zip(sheet.lines, sheet.line_shots, strict=True):
        piece = sheet.shots[owner]
        assert rate.samples(piece.start) <= line.start < line.end <= rate.samples(piece.stop)


def test_the_stems_of_a_film_are_its_sound(film: Production) -> None:
    stems = {stem.name: read_flac(film.home.root / stem.file) for stem in sheet_of(film).stems}
    assert set(stems) == {"dialogue", "music"}
    mix = np.sum([pcm.astype(np.float64) for pcm in stems.values()], axis=0) / FULL
    heard = read_sound(film.film.path / "cut" / "final_cut.mp4", channels=2)[: len(mix)]
    # the film is the mix with one gain, through AAC: the same shape, sample on sample
    both = [np.asarray(sound, np.float64)[4800:-4800, 0] for sound in (mix, heard)]
    assert np.corrcoef(*both)[0, 1] > 0.98


def test_a_package_is_whole(film: Production, tmp_path: Path) -> None:
    made = export_package(finished(film), tmp_path / "there" / "pack")
    folder = made.path
    record = read_record(folder)
    assert record["frames"] == sheet_of(film).frames
    assert {name: hash_file(folder / name) for name in record["files"]} == record["files"]
    assert sorted([*record["files"], RECORD]) == made.files
    assert {path.name for path in (folder / "media").iterdir()} == {
        "00-card-title.mp4",
        "01-title.mp4",
        "02-two.mp4",
        "03-own.mp4",
        "04-end.mp4",
        "05-last.mp4",
        "06-card-end.mp4",
    }
    wanted = [frame_count(folder / "media" / name) for name in sorted(p.name for p in (folder / "media").iterdir())]
    timelines = {form: (folder / f"timeline.{form}").read_text(encoding="utf-8") for form in ("otio", "edl", "fcpxml")}
    rate = film.script.plan.rate
    cut = otio.adapters.read_from_string(timelines["otio"], "otio_json")
    assert [clip.media_reference.available_range.duration.value for clip in cut.tracks[0].find_clips()] == wanted
    assert all((folder / clip.media_reference.target_url).is_file() for clip in cut.find_clips())
    assert lengths(read_fcpxml(timelines["fcpxml"], rate)) == lengths(cut)
    tape = cuts(read_edl(timelines["edl"], rate))
    assert [piece.start for piece in sheet_of(film).pieces] == [event.start for event in tape]
    for stem in ("dialogue", "music"):
        assert len(read_wav24(folder / "stems" / f"{stem}.wav")) == rate.samples(record["frames"])
    assert not (folder / "stems" / "ambience.wav").exists()
    assert "Hello!" in (folder / "cut" / "final_cut.srt").read_text(encoding="utf-8")
    assert frame_count(folder / "cut" / "final_cut.mp4") == record["frames"]
    assert (folder / "report" / "index.html").is_file()
    assert json.loads((folder / "plan.json").read_text(encoding="utf-8"))["title"] == film.script.plan.title
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "30000/1001 a second (drop-frame time code), 256x144" in readme
    assert "dialogue, music: 24-bit WAV" in readme
    assert [path.name for path in folder.parent.iterdir()] == ["pack"]


def test_a_package_is_replaced_by_a_later_one_and_by_nothing_else(film: Production, tmp_path: Path) -> None:
    whole, target = finished(film), tmp_path / "pack"
    first = export_package(whole, target)
    before = {name: (target / name).read_bytes() for name in first.files}
    assert export_package(whole, target).files == first.files
    assert {name: (target / name).read_bytes() for name in first.files} == before
    (target / "media" / ".DS_Store").write_text("somebody looked")
    export_package(whole, target)
    (target / "media" / "grade.drp").write_text("an evening's work")
    with pytest.raises(InputError, match=r"not ours \(media/grade.drp\)"):
        export_package(whole, target)
    assert (target / "media" / "grade.drp").read_text() == "an evening's work"
    for other in ("file", "folder", "link"):
        place = tmp_path / other
        if other == "file":
            place.write_text("mine")
        elif other == "folder":
            place.mkdir()
        else:
            place.symlink_to(target)
        with pytest.raises(InputError, match="is there already"):
            export_package(whole, place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "link", "pack"]


def test_a_full_disk_leaves_nothing_half_written(
    film: Production, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, target = finished(film), tmp_path / "pack"
    export_package(whole, target)
    before = hash_file(target / RECORD)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("resources.pipeline.handover.package.write_wav24", full)
        with pytest.raises(DiskFull):
            export_package(whole, target)
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]
    assert hash_file(target / RECORD) == before
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr("resources.store.folders.shutil.disk_usage", lambda _: usage)
    with pytest.raises(DiskFull, match="1 MB are free, the package needs"):
        export_package(whole, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_what_a_killed_export_left_goes_with_the_next(film: Production, tmp_path: Path) -> None:
    (tmp_path / ".tmp-4194999-pack").mkdir()  # a process number beyond any that runs
    (tmp_path / ".tmp-4194999-mine").mkdir()
    export_package(finished(film), tmp_path / "pack")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-4194999-mine", "pack"]


@pytest.mark.parametrize("form", ["otio", "edl", "fcpxml"])
def test_one_file_refers_to_the_media_where_they_are(film: Production, tmp_path: Path, form: Any) -> None:
    target = tmp_path / f"cut.{form}"
    made = export_file(finished(film), form, target)
    text = target.read_text(encoding="utf-8")
    found = {
        "otio": lambda: otio.adapters.read_from_string(text, "otio_json"),
        "edl": lambda: read_edl(text, film.script.plan.rate),
        "fcpxml": lambda: read_fcpxml(text, film.script.plan.rate),
    }[form]()
    assert [cut.name for cut in cuts(found)] == NAMES
    for clip in found.find_clips():
        assert Path(unquote(urlparse(clip.media_reference.target_url).path)).is_file()
    assert export_file(finished(film), form, target) == made  # ours: replaced
    target.write_text("something else")
    with pytest.raises(InputError, match="is there already"):
        export_file(finished(film), form, target)
    assert export_file(finished(film), form, tmp_path / "").path == tmp_path / f"hello.{form}"


def test_the_command(film: Production, engines: Engines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("resources.pipeline.engines.engines_of", lambda profile, cache: engines)
    home = ["--home", str(film.home.root)]

    def run(*args: str) -> Any:
        return CliRunner().invoke(sparkle, ["export", *args, *home])

    told = json.loads(run("hello", "--format", "edl", "--json").output)
    assert (told["movie"], told["format"], len(told["loses"])) == ("hello", "edl", 1)
    assert Path(told["path"]) == film.film.path / "export" / "hello.edl"
    assert Path(told["path"]).stat().st_size == told["bytes"]
    shown = run("hello", "--out", str(tmp_path / "pack")).output.splitlines()
    assert shown[0].startswith(f"{tmp_path / 'pack'}  (")
    assert [line.split(":")[1].strip() for line in shown[1:]] == ["EDL", "FCPXML"]
    assert (tmp_path / "pack" / "README.txt").is_file()
    assert isinstance(run("nobody").exception, Missing)
    with film_lock(film.film.path):  # ours: an export inside a run waits for nobody
        assert run("hello", "--format", "otio").exit_code == 0


def test_what_a_later_cut_forgot_is_made_again(film: Production, engines: Engines) -> None:
    sheet = sheet_of(film)
    before = [hash_file(film.home.root / stem.file) for stem in sheet.stems]
    shutil.rmtree(film.film.path / "cut" / "segments")
    (film.home.root / sheet.stems[0].file).write_bytes(b"damaged")
    (film.home.root / sheet.stems[1].file).unlink()
    again = Production(film.home, "hello", lambda profile: engines)
    whole = finished(again)
    assert all(medium.path.is_file() for medium in whole.media)
    assert [hash_file(film.home.root / stem.file) for stem in sheet.stems] == before


def test_a_film_that_is_not_finished_is_told(film: Production, engines: Engines) -> None:
    text = film.film.plan_path.read_text(encoding="utf-8")
    try:
        write_plan(film.film.plan_path, {**json.loads(text), "credits": ["everybody"]})
        with pytest.raises(Missing, match="has changed since it was cut"):
            finished(Production(film.home, "hello", lambda profile: engines))
        plan = json.loads(text)
        plan["shots"][4]["prompt"] = "dusk"
        write_plan(film.film.plan_path, plan)
        with pytest.raises(Missing, match="1 of its shots, first last"):
            finished(Production(film.home, "hello", lambda profile: engines))
    finally:
        film.film.plan_path.write_text(text, encoding="utf-8")
