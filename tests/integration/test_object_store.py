"""Films in an object store: a real S3 server on loopback, several hosts, and what goes wrong between them."""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.errors import Busy, ConfigInvalid, Missing, StoreFault
from resources.pipeline.engines import Engines
from resources.store.atomic import TEMPORARY
from resources.store.database import put_aside
from resources.store.film import Home
from resources.store.fingerprint import hash_file
from resources.store.inspection import troubles_of_film
from resources.store.remote.bucket import PART_BYTES, Bucket, open_bucket
from resources.store.remote.cache import make_room
from resources.store.remote.diary import foreign_events, read_segments
from resources.store.remote.heads import GRACE_S, KEPT, Heads
from resources.store.remote.layout import Kind, kind_of
from resources.store.remote.settings import Storage, adopt_storage, storage_of
from resources.store.repair import repair
from resources.store.runs import film_run, new_run, runs
from resources.store.shown import give_names
from resources.store.steps import Step, steps
from resources.store.timeline import read_timeline, write_memory_event
from tests.conftest import Sparkle
from tests.harness.hosts import MOVIE, host, plan, publish, store_of, work
from tests.harness.kills import inline_engines, new_film
from tests.harness.s3 import S3

PICTURE = {"image.png": b"picture" * 1000, "thumb.jpg": b"thumb"}


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with S3().running() as server:
        yield server


@pytest.fixture
def s3(server: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> S3:
    """The server, with a prefix of the test's own."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.url = f"s3://films/{tmp_path.name}"
    return server


# -- the store itself -------------------------------------------------------------------------------------------------


def test_a_store_is_held_to_what_everything_rests_on(s3: S3, tmp_path: Path) -> None:
    for url in (s3.url, f"file://{tmp_path}/shared"):
        bucket = open_bucket(url)
        bucket.check()
        assert bucket.create("heads/1", b"mine")
        assert not bucket.create("heads/1", b"yours")
        assert bucket.get("heads/1") == b"mine"
        assert bucket.get("heads/2") is None
        assert [one.key for one in bucket.objects("heads")] == ["heads/1"]
        assert "heads" in bucket.folders("")
        assert bucket.objects("nothing") == []
        assert not bucket.download("nothing", tmp_path / "nothing")
        bucket.delete(["heads/1", "heads/1"])
        assert bucket.objects("heads") == []


def test_a_store_that_overwrites_what_it_must_not_is_refused(s3: S3) -> None:
    s3.faults.deaf = True
    try:
        with pytest.raises(ConfigInvalid, match="overwrites what it was asked not to"):
            Bucket(s3.url).check()
    finally:
        s3.faults.deaf = False


def test_a_large_file_goes_up_in_parts_and_comes_back_whole(s3: S3, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(1 << 20) * (2 * PART_BYTES // (1 << 20) + 1))
    before = s3.faults.requests("PUT")
    Bucket(s3.url).upload(large, "large")
    assert s3.faults.requests("PUT") - before == 3
    assert Bucket(s3.url).download("large", tmp_path / "back")
    assert hash_file(tmp_path / "back") == hash_file(large)


def test_a_store_that_is_down_is_waited_for_and_told(s3: S3, caplog: pytest.LogCaptureFixture) -> None:
    bucket = Bucket(s3.url)
    bucket.put("a", b"0")
    s3.faults.down_for(1.5)
    with caplog.at_level(logging.WARNING, "sparkle.storage"):
        bucket.put("a", b"1")
    assert bucket.get("a") == b"1"
    assert all("trying again in" in one.message and "\n" not in one.message for one in caplog.records)
    assert 2 <= len(caplog.records) <= 6


def test_a_store_that_stays_down_is_one_line(s3: S3) -> None:
    s3.faults.down_for(60)
    try:
        with pytest.raises(StoreFault, match=r"does not answer since 0 s: .*what was made is kept here"):
            Bucket(s3.url, patience_s=0.4).get("a")
    finally:
        s3.faults.down_for(0)


def test_nobody_there_no_key_and_no_package_are_one_line(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreFault, match="does not answer"):
        Bucket(s3.url, patience_s=0.1).get("a")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Missing, match="no key for the object store"):
        Bucket(s3.url, patience_s=0.1).put("a", b"")
    with pytest.raises(Missing, match="needs gcsfs"):
        Bucket("gs://films").get("a")
    with pytest.raises(ConfigInvalid, match="Protocol not known"):
        Bucket("nonsense://films").get("a")


def test_a_bucket_that_is_not_there_is_one_line(s3: S3) -> None:
    with pytest.raises(StoreFault, match="there is no such place"):
        Bucket("s3://nobodys-bucket/films").put("a", b"")
    with pytest.raises(StoreFault, match="Invalid bucket name"):
        Bucket("s3://a bucket/films").put("a", b"")


def test_a_lost_answer_is_not_taken_for_another_host(s3: S3) -> None:
    s3.faults.lose_answer("heads/7")
    assert Bucket(s3.url).create("heads/7", b"mine")


# -- two hosts --------------------------------------------------------------------------------------------------------


def test_two_hosts_see_the_same_film(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    publish(store_of(here), "one", PICTURE)
    assert there.films() == [MOVIE]
    store = store_of(there)
    ref = store.current("shot_images", "01")
    assert ref is not None
    assert not (store.place(ref) / "image.png").exists()  # not before it is used
    assert (store.path(ref) / "image.png").read_bytes() == PICTURE["image.png"]
    assert store.sidecar(ref) is not None
    assert [event.event for event in read_timeline(there.film(MOVIE).path)] == ["received"]
    before = len(s3.faults.asked)
    store.push()
    assert len(s3.faults.asked) == before  # nothing was done here, so nothing is asked


def test_hosts_tell_each_other_what_happened_and_nothing_twice(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    film, other = here.film(MOVIE).path, there.film(MOVIE).path
    with film_run(film, new_run(MOVIE, "embedded", 7, run_id="r1")):
        step = Step(film, "shot_images", slot="01", shot="one", fingerprint="a" * 64)
        step.begin()
        with step.under_way(), step.inference("tiny"):
            here.push(MOVIE)  # told in two parts
        step.succeed()
    write_memory_event(film, "saved", versions={}, new=[])
    here.push(MOVIE)
    there.pull(MOVIE)
    names = ["run_start", "begin", "inference_start", "inference_end", "cleanup", "success"]
    assert [event.event for event in read_timeline(other)] == names
    assert foreign_events(other) == {event.seq for event in read_timeline(other)}
    assert [(one.run_id, one.stage, one.status) for one in steps(other)] == [("r1", "shot_images", "success")]
    assert [run.seed for run in runs(other)] == [7]
    write_memory_event(other, "note", text="mine")
    there.push(MOVIE)
    here.pull(MOVIE)
    there.pull(MOVIE)
    assert [event.event for event in read_timeline(other)] == [*names, "note"]
    assert [event.event for event in read_timeline(film)] == [*names, "saved", "note"]
    assert len(steps(film)) == len(steps(other)) == 1
    put_aside(other)  # damaged and begun anew: what was told is still known
    write_memory_event(other, "timeline_mended", damaged="x")
    read_segments(other, [str(path.relative_to(other)) for path in (other / "timeline").iterdir()])
    assert [event.event for event in read_timeline(other)] == ["timeline_mended", *names, "note"]


def test_the_same_made_twice_stands_once(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    one, other = store_of(here), store_of(there)
    first = publish(one, "one", {"image.png": b"first"})
    second = publish(other, "one", {"image.png": b"second", "extra.json": b"{}"})
    assert second == first
    assert [path.name for path in other.path(second).iterdir() if path.name != "sidecar.json"] == ["image.png"]
    assert (other.path(second) / "image.png").read_bytes() == b"first"
    assert troubles(there) == []


def test_hosts_that_commit_at_once_lose_nothing(s3: S3, tmp_path: Path) -> None:
    homes = [host(tmp_path / name, s3.url) for name in "abcd"]
    plan(homes[0])
    stores = [store_of(home) for home in homes]
    for number, store in enumerate(stores):  # each knows nothing of the others
        publish(store, f"shot {number}", {"image.png": b"%d" % number}, slot=f"{number + 1:02d}")
    last = store_of(homes[0])
    for number in range(4):
        ref = last.current("shot_images", f"{number + 1:02d}")
        assert ref is not None
        assert (last.path(ref) / "image.png").read_bytes() == b"%d" % number


def test_takes_of_different_shots_are_joined(s3: S3, tmp_path: Path) -> None:
    from resources.store.film import ShotTakes, Take

    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    there.pull(MOVIE)
    for home, shot in ((here, "one"), (there, "two")):
        home.film(MOVIE).write_takes({shot: ShotTakes(takes=[Take(number=1, seed=1, at="")], current=1)})
        home.push(MOVIE)
    here.pull(MOVIE)
    assert sorted(here.film(MOVIE).takes()) == sorted(there.film(MOVIE).takes()) == ["one", "two"]


def test_a_plan_that_two_people_edited_is_told_and_neither_is_lost(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    there.pull(MOVIE)
    plan(here, "Mine")
    with pytest.raises(Busy, match="changed by another host as well; theirs is taken"):
        plan(there, "Yours")
    folder = there.film(MOVIE).path / "plan"
    assert "Mine" in (folder / "movie_plan.json").read_text()
    assert "Yours" in (folder / "movie_plan.yours.json").read_text()
    plan(there, "Agreed")
    here.pull(MOVIE)
    assert "Agreed" in here.film(MOVIE).plan_path.read_text()


def test_what_was_removed_is_removed_everywhere(s3: S3, tmp_path: Path) -> None:
    import shutil

    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    store = store_of(here)
    old = publish(store, "old", PICTURE)
    new = publish(store, "new", {"image.png": b"new"})
    other = store_of(there)
    other.path(old)
    shutil.rmtree(store.place(old))
    here.push(MOVIE)
    there.pull(MOVIE)
    assert not other.place(old).exists()
    assert other.current("shot_images", "01") == new
    heads = Heads(open_bucket(s3.url), MOVIE)
    assert heads.sweep(time.time()) == 0  # younger than a day: it may be work under way
    for _ in range(KEPT + 1):
        publish(store, f"more {_}", {"image.png": b"%d" % _})
    heads.let_go()
    assert len(heads.bucket.objects(f"{heads.prefix}/heads")) == KEPT
    assert heads.sweep(time.time() + 2 * GRACE_S) >= len(PICTURE["image.png"])
    assert troubles(here) == []


def test_a_film_that_was_deleted_is_told_and_can_be_removed(s3: S3, tmp_path: Path, sparkle: Sparkle) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    there.pull(MOVIE)
    assert sparkle("delete", MOVIE, "--yes", "--home", str(here.root)).code == 0
    assert open_bucket(s3.url).folders("movies") == []
    with pytest.raises(Missing, match="was deleted from the store by another host"):
        there.pull(MOVIE)  # at once: what was looked at a moment ago is not looked at again
    told = sparkle("delete", MOVIE, "--yes", "--home", str(there.root))
    assert told.code == 0, told.err
    assert there.films() == []


# -- what is kept here ------------------------------------------------------------------------------------------------


def test_media_make_room_the_longest_unused_first_and_never_what_is_in_use(s3: S3, tmp_path: Path) -> None:
    home = host(tmp_path / "a", s3.url, cache_gb=2e-5)  # 20,000 bytes, and an artifact has 7,005
    plan(home)
    store = store_of(home)
    pictures = {k: {"image.png": b"%07d" % k * 1000, "thumb.jpg": b"%05d" % k} for k in (1, 2, 3)}
    refs = [publish(store, f"shot {k}", picture, slot=f"0{k}") for k, picture in pictures.items()]
    for age, ref in zip((300, 200, 100), refs, strict=True):
        os.utime(store.place(ref) / "sidecar.json", (time.time() - age, time.time() - age))
    user = store_of(home)
    user.path(refs[0])  # held, and used last
    os.utime(user.place(refs[0]) / "sidecar.json", (1, 1))  # even when it looks the oldest
    storage = storage_of(home.root)
    assert storage is not None
    assert make_room(home.root / "movies", storage, recent_s=600) == 0  # all was used lately, or is held
    assert make_room(home.root / "movies", storage, recent_s=0) == 7005
    assert [(store.place(ref) / "image.png").exists() for ref in refs] == [True, False, True]
    assert store.current("shot_images", "02") == refs[1]  # not here, and not missing
    assert troubles(home) == []
    assert (store.path(refs[1]) / "image.png").read_bytes() == b"0000002" * 1000
    del user
    assert make_room(home.root / "movies", storage, recent_s=0) == 7005
    assert not (store.place(refs[0]) / "image.png").exists()


# -- damage -----------------------------------------------------------------------------------------------------------


def mine(s3: S3, folder: str) -> list[str]:
    """Keys of the test's own objects in a folder of the film."""
    return [key for key in s3.stored() if f"{s3.url.rpartition('/')[2]}/movies/{MOVIE}/{folder}/" in key]


def turned(s3: S3, data: bytes) -> str:
    """Turn a byte of a content in the store; its key."""
    key = next(key for key in mine(s3, "blobs") if s3.read(key) == data)
    s3.write(key, b"X" + data[1:])
    return key


def test_a_byte_that_turned_is_found_when_it_is_fetched_and_its_artifact_made_again(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    publish(store_of(here), "one", PICTURE)
    turned(s3, PICTURE["image.png"])
    store = store_of(there)
    ref = store.current("shot_images", "01")
    assert ref is not None
    with pytest.raises(StoreFault, match=r"image\.png is damaged in the object store .*makes it again"):
        store.path(ref)
    assert store.current("shot_images", "01") is None
    again = publish(store, "one", PICTURE)
    assert (store_of(here).path(again) / "image.png").read_bytes() == PICTURE["image.png"]
    assert troubles(here, deep=True) == troubles(there, deep=True) == []


def test_doctor_finds_a_byte_that_turned_and_sends_it_again_from_a_host_that_has_it(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    publish(store_of(here), "one", PICTURE)
    key = turned(s3, PICTURE["image.png"])
    store = store_of(here)
    (trouble,) = troubles_of_film(store, deep=True)
    assert "image.png is damaged in the object store" in trouble.what
    assert trouble.mend is not None
    assert "again" in trouble.mend()
    assert s3.read(key) == PICTURE["image.png"]
    ref = store_of(there).current("shot_images", "01")
    assert ref is not None
    store_of(there).path(ref)
    s3.write(key, b"gone")
    for file in store.place(ref).glob("image.png"):
        file.write_bytes(b"damaged here as well")
    told = [one.mend() for one in troubles_of_film(store, deep=True) if one.mend]
    assert any("made again" in text for text in told), told
    assert store_of(here).current("shot_images", "01") is None


def test_a_damaged_copy_here_is_fetched_again(s3: S3, tmp_path: Path) -> None:
    home = host(tmp_path / "a", s3.url)
    plan(home)
    store = store_of(home)
    ref = publish(store, "one", PICTURE)
    (store.place(ref) / "image.png").write_bytes(b"Picture" + PICTURE["image.png"][7:])
    assert [one.mend() for one in troubles_of_film(store, deep=True) if one.mend]
    assert (store.path(ref) / "image.png").read_bytes() == PICTURE["image.png"]


def test_a_head_that_names_files_of_no_film_is_refused(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    (key,) = mine(s3, "heads")
    s3.write(key, s3.read(key).replace(b"plan/movie_plan.json", b"../../../escaped.json"))
    with pytest.raises(StoreFault, match="which is no file of a film"):
        there.pull(MOVIE)
    assert not list(tmp_path.glob("escaped*"))


def test_a_record_that_names_another_folder_is_as_good_as_none(s3: S3, tmp_path: Path) -> None:
    here, there = host(tmp_path / "a", s3.url), host(tmp_path / "b", s3.url)
    plan(here)
    ref = publish(store_of(here), "one", PICTURE)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "image.png").write_bytes(PICTURE["image.png"])
    (outside / "thumb.jpg").write_bytes(PICTURE["thumb.jpg"])
    pointer = here.film(MOVIE).path / "shots" / "01" / "shot_images.json"
    pointer.write_text(pointer.read_text().replace(ref.uri, str(outside)))
    here.push(MOVIE)
    assert store_of(there).current("shot_images", "01") is None


# -- killed -----------------------------------------------------------------------------------------------------------

POINTS = ("storage.sent:2", "storage.before_head", "storage.after_head:2", "storage.received:2")


def test_killed_at_any_point_the_film_is_finished_and_nothing_half_is_seen(s3: S3, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.harness.hosts"])
    first, watcher = host(tmp_path / "watcher", s3.url), host(tmp_path / "other", s3.url)
    plan(first)
    for number, point in zip((0, 0, 1, 2, 2), (*POINTS, ""), strict=True):
        home = host(tmp_path / f"host-{number}", s3.url)  # some go on where they died, some come fresh
        process = context.Process(target=work, args=(str(home.root), point, s3.environment))
        process.start()
        process.join(60)
        assert process.exitcode == (-signal.SIGKILL if point else 0), point
        store = store_of(watcher)
        for slot in ("01", "02"):
            ref = store.current("shot_images", slot)
            if ref is not None:
                folder = store.path(ref)
                assert [hash_file(folder / file.name) for file in ref.files] == [file.sha256 for file in ref.files]
    assert all(store.current("shot_images", slot) is not None for slot in ("01", "02"))
    for home in (first, watcher, *(Home(tmp_path / f"host-{k}") for k in range(3))):
        repair(home)
        assert troubles(home) == []
        assert not list(home.root.rglob(f"{TEMPORARY}*"))
    newest, _ = Heads(open_bucket(s3.url), MOVIE).latest()
    assert sorted(path.rpartition("/")[2] for path in newest.files if kind_of(path) is Kind.MEDIA) == [
        "image.png",
        "image.png",
        "thumb.jpg",
        "thumb.jpg",
    ]  # nothing was doubled


# -- whole films ------------------------------------------------------------------------------------------------------


def make(home: Home, engines: Engines) -> list[str]:
    """Make the film; stages that were rendered."""
    from resources.director.bench import Bench
    from resources.director.production_agent import run
    from tests.harness.kills import MOVIE as FILM

    result = run(Bench(home, lambda profile: engines), FILM)
    return [name for names in result.rendered.values() for name in names]


def test_a_film_made_here_is_there_and_nothing_of_it_is_made_again(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")  # the door tells its run; test_telemetry.py has the rest
    here = new_film(tmp_path / "a")
    adopt_storage(here.root, Storage(url=s3.url))
    engines = inline_engines(here.cache)
    try:
        s3.faults.down_for(3)
        assert make(here, engines)
    finally:
        engines.close()
    assert capsys.readouterr().err.count('"name": "film hello"') == 1
    there = host(tmp_path / "b", s3.url)
    earlier = there.film(MOVIE).path / "cut" / "final_cut.mp4"
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(b"an earlier cut")
    give_names(store_of(there), "final_cut")
    made, shown = (home.film(MOVIE).path / "cut" / "final_cut.mp4" for home in (here, there))
    assert shown.read_bytes() == made.read_bytes()
    engines = inline_engines(there.cache)
    try:
        assert make(there, engines) == []
    finally:
        engines.close()
    assert troubles(there) == []


def troubles(home: Home, *, deep: bool = False) -> list[str]:
    return [one.told for one in troubles_of_film(store_of(home), deep=deep)]
