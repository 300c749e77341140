import fcntl
import multiprocessing
import os
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.errors import Busy, DiskFull, InputError, Missing, StoreFault
from resources.store.artifacts import Artifacts
from resources.store.atomic import disk_errors, write_bytes
from resources.store.film import FilmFolder, Home, assign_slots, read_text
from resources.store.fingerprint import derive_seed, digest, fingerprint
from resources.store.inspection import troubles_of_film
from resources.store.locks import FILE, film_lock, holder, shot_lock
from resources.store.timeline import read_timeline, write_memory_event
from schemas.plan import MAX_SHOTS


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    write_bytes(target, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="disk is full"):
        write_bytes(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("number", "kind"), [(28, DiskFull), (122, DiskFull), (13, StoreFault), (30, StoreFault), (5, StoreFault)]
)
def test_what_the_disk_says_is_one_line(number: int, kind: type[StoreFault]) -> None:
    with pytest.raises(kind) as caught, disk_errors(Path("x")):
        raise OSError(number, os.strerror(number), "some/file")
    assert "some/file" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("movie", ["", "../x", "a/b", "A", ".hidden", "-x", "x" * 65, "a\n", "ä"])
def test_ids_never_leave_the_home(home: Home, movie: str) -> None:
    with pytest.raises(InputError, match="not a film id"):
        home.film(movie)


def test_a_missing_film_names_those_there_are(home: Home) -> None:
    write_bytes(home.film("here").plan_path, b"{}")
    with pytest.raises(Missing, match="films: here"):
        home.existing("gone")


def test_text_from_outside_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"a" * 2000)
    with pytest.raises(InputError, match="larger than"):
        read_text(tmp_path / "big", limit=1000)
    (tmp_path / "bad").write_bytes(b"ok \xff")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_text(tmp_path / "bad")
    (tmp_path / "link").symlink_to(tmp_path / "big")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path / "link")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path)


shot_lists = st.lists(st.integers(0, 200).map(lambda n: f"s{n}"), unique=True, max_size=MAX_SHOTS)


@given(st.lists(shot_lists, min_size=1, max_size=6))
def test_a_shot_keeps_its_slot_while_it_is_in_the_film(plans: list[list[str]]) -> None:
    known: dict[str, str] = {}
    before: list[str] = []
    for shots in plans:
        given_slots = assign_slots(known, shots)
        assert len({given_slots[shot] for shot in shots}) == len(shots)
        for shot in set(shots) & set(before):
            assert given_slots[shot] == known[shot]
        known, before = given_slots, shots


def test_a_film_with_too_many_shots_is_refused() -> None:
    with pytest.raises(InputError, match="at most 60 shots"):
        assign_slots({}, [f"s{n}" for n in range(MAX_SHOTS + 1)])


def _hold(folder: str, ready: "multiprocessing.synchronize.Event", go: "multiprocessing.synchronize.Event") -> None:
    with film_lock(Path(folder)):
        ready.set()
        go.wait(30)


def test_one_process_makes_a_film_at_a_time_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready, go = spawn.Event(), spawn.Event()
    other = spawn.Process(target=_hold, args=(str(tmp_path / "film"), ready, go))
    other.start()
    assert ready.wait(30)
    with pytest.raises(Busy, match=f"process {other.pid}"), film_lock(tmp_path / "film"):
        pass
    other.kill()
    other.join()
    with film_lock(tmp_path / "film"), film_lock(tmp_path / "film"):
        pass  # free again, and re-entrant


def test_a_name_that_a_killed_process_left_opens_no_lock(tmp_path: Path) -> None:
    """A container that is started again has the number and the host of the one before."""
    film = tmp_path / "film"
    with film_lock(film):
        (own,) = (film / FILE).read_text(encoding="ascii").splitlines()
    number, host, word = own.split()
    assert (number, host) == (str(os.getpid()), socket.gethostname())
    for left in (f"{number} {host}", f"{number} {host} {word[::-1]}0"):
        (film / FILE).write_text(left, encoding="ascii")
        with (film / FILE).open("rb") as other:  # somebody who looks whether it is free has it for a moment
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(Busy), film_lock(film):
                pass


def _wait_and_hold(folder: str, *events: "multiprocessing.synchronize.Event") -> None:
    begun, ready, go = events
    begun.set()
    with film_lock(Path(folder), wait=30):
        ready.set()
        go.wait(30)


def test_who_waited_for_a_film_that_was_deleted_holds_the_one_made_anew(tmp_path: Path) -> None:
    film, spawn = tmp_path / "film", multiprocessing.get_context("spawn")
    begun, ready, go = (spawn.Event() for _ in range(3))
    other = spawn.Process(target=_wait_and_hold, args=(str(film), begun, ready, go))
    with film_lock(film):
        other.start()
        assert begun.wait(30)
        time.sleep(0.3)
        film.rename(tmp_path / "doomed")  # as `sparkle delete` does
    assert ready.wait(30)
    with pytest.raises(Busy, match=f"process {other.pid}"), film_lock(film):
        pass
    go.set()
    other.join(30)
    assert other.exitcode == 0


def test_the_timeline_keeps_order_and_finds_a_shot(tmp_path: Path) -> None:
    write_memory_event(tmp_path, "begin", stage="shot_images", slot="01", shot="one", attempt=1)
    write_memory_event(tmp_path, "success", stage="shot_images", slot="01", shot="one", seconds=0.5)
    write_memory_event(tmp_path, "begin", stage="final_cut")
    assert [event.event for event in read_timeline(tmp_path)] == ["begin", "success", "begin"]
    assert [event.data for event in read_timeline(tmp_path, shot="one")] == [{"attempt": 1}, {"seconds": 0.5}]


def test_a_damaged_timeline_is_told(tmp_path: Path) -> None:
    (tmp_path / "timeline.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreFault, match="timeline cannot be used"):
        read_timeline(tmp_path)


def test_fingerprints_change_with_everything_that_decides() -> None:
    base = {
        "stage": "shot_images",
        "code_version": "1",
        "engine": "cutout",
        "engine_revision": "1",
        "request": {"a": 1},
        "decision": {},
        "inputs": {"x": "1"},
    }
    prints = {fingerprint(**base)}  # type: ignore[arg-type]
    for key, value in [
        ("stage", "voice_tracks"),
        ("code_version", "2"),
        ("engine", "sdxl"),
        ("engine_revision", "2"),
        ("request", {"a": 2}),
        ("decision", {"steps": 4}),
        ("inputs", {"x": "2"}),
    ]:
        prints.add(fingerprint(**{**base, key: value}))  # type: ignore[arg-type]
    assert len(prints) == 8


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)))
def test_equal_data_has_one_hash(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(list(value.items()))))


def test_seeds_are_the_same_everywhere() -> None:
    assert derive_seed(7, "shot", "one") == 4291154519


def _hold_shot(
    folder: str, slot: str, ready: "multiprocessing.synchronize.Event", go: "multiprocessing.synchronize.Event"
) -> None:
    with shot_lock(Path(folder), slot):
        ready.set()
        go.wait(30)


def test_shots_of_a_film_are_made_side_by_side_and_the_whole_film_waits_for_them(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready, go = spawn.Event(), spawn.Event()
    with shot_lock(tmp_path / "film", "02"):
        pass  # this process is named in the file now, and holds nothing
    other = spawn.Process(target=_hold_shot, args=(str(tmp_path / "film"), "01", ready, go))
    other.start()
    assert ready.wait(30)
    with shot_lock(tmp_path / "film", "02"):
        assert holder(tmp_path / "film") is not None
    for whole, what in ((film_lock(tmp_path / "film"), "'film'"), (shot_lock(tmp_path / "film", "01"), "shot 01'")):
        with pytest.raises(Busy, match=what), whole:
            pass
    other.kill()
    other.join()
    assert holder(tmp_path / "film") is None
    assert list(troubles_of_film(Artifacts(FilmFolder(tmp_path / "film"), tmp_path))) == [], "a name is left, no lock"
    with film_lock(tmp_path / "film"), shot_lock(tmp_path / "film", "01"):
        pass  # who holds the film holds its shots
