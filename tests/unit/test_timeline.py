"""The timeline of a film: what is written and read back, and what happens when a disk or another process objects."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from resources.errors import DiskFull, PassingFault, RenderFault, StoreFault
from resources.store.checkpoints import checkpoints, write_checkpoint
from resources.store.database import FILE, MAX_OPEN, close_databases, reading, writing
from resources.store.film import Home
from resources.store.narrate import clean, main_events, narrate, span, unfinished
from resources.store.progress import listening
from resources.store.repair import repair
from resources.store.runs import current_run, film_run, new_run, runs
from resources.store.steps import Step, current_step, steps
from resources.store.timeline import happened_since, mend_timeline, read_timeline, write_memory_event
from schemas.records import CallbackEvent, Checkpoint
from tests.conftest import ROOT

A, B = "a" * 64, "b" * 64


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return tmp_path / "hello"


def python(code: str, *arguments: str) -> str:
    """Run code in a process of its own; what it printed."""
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


# -- one attempt ---------------------------------------------------------------------------------------------------


def test_an_attempt_is_told_as_it_goes(film: Path) -> None:
    step = Step(film, "shot_images", slot="01", shot="one", fingerprint=A)
    step.begin()
    with step.under_way():
        assert current_step() is step
        with step.loading("sdxl", precision="fp16"), step.inference("sdxl"):
            pass
    assert current_step() is None
    step.succeed()
    names = ["begin", "load_start", "inference_start", "inference_end", "load_complete", "cleanup", "success"]
    events = read_timeline(film, shot="one")
    assert [event.event for event in events] == names
    assert events[1].data == {"model": "sdxl", "precision": "fp16"}
    assert events[3].data["seconds"] >= 0
    (record,) = steps(film)
    assert (record.status, record.attempt, record.fingerprint, record.reused) == ("success", 1, A, False)
    (point,) = checkpoints(film)
    assert (point.stage, point.slot, point.chunk, point.status) == ("shot_images", "01", None, "success")


def test_a_failure_is_told_with_its_cleanup_and_the_next_try(film: Path) -> None:
    for attempt, error, retry in ((1, PassingFault("busy"), True), (2, RenderFault("no paint", where="one"), False)):
        step = Step(film, "shot_images", slot="01", shot="one", attempt=attempt, fingerprint=A)
        step.begin()
        with pytest.raises(type(error)), step.under_way(), step.inference("sdxl"):
            raise error
        step.fail(error, retry=retry)
    events = read_timeline(film, shot="one")
    assert [event.event for event in events] == 2 * ["begin", "inference_start", "inference_end", "cleanup", "failed"]
    assert events[3].data == {"failed": True}
    assert [event.data["retry"] for event in events if event.event == "failed"] == [True, False]
    assert [(one.attempt, one.status, one.error_kind) for one in steps(film)] == [
        (1, "failed", "PassingFault"),
        (2, "failed", "RenderFault"),
    ]
    assert checkpoints(film)[0].error == "one: no paint"


def test_a_killed_attempt_is_one_that_never_ended(film: Path) -> None:
    Step(film, "shot_images", slot="01", shot="one", fingerprint=A).begin()
    assert [one.status for one in steps(film)] == ["begin"]
    events = read_timeline(film)
    assert unfinished(events) == {events[-1].seq}
    assert [event.event for event in main_events(events)] == ["run_start", "begin"]
    with film_run(film, new_run("hello", "embedded", 7)):
        Step(film, "shot_images", slot="01", shot="one", fingerprint=A).begin()
    assert [one.resume for one in runs(film)] == [False, True]


def test_chunks_have_checkpoints_of_their_own(film: Path) -> None:
    step = Step(film, "video_chunks", slot="02", shot="two", fingerprint=A)
    step.begin()
    step.checkpoint("begin", chunk=0)
    step.checkpoint("success", chunk=0)
    step.checkpoint("failed", chunk=1, error="out of memory")
    expected = [(None, "begin", None), (0, "success", None), (1, "failed", "out of memory")]
    assert [(point.chunk, point.status, point.error) for point in checkpoints(film)] == expected
    assert [event.event for event in read_timeline(film)][-3:] == ["chunk_begin", "chunk_success", "chunk_failed"]
    # the same work again keeps what is known of its chunks, other work begins without
    Step(film, "video_chunks", slot="02", shot="two", fingerprint=A).begin()
    assert len(checkpoints(film)) == 3
    Step(film, "video_chunks", slot="02", shot="two", fingerprint=B).begin()
    assert [point.chunk for point in checkpoints(film)] == [None]


def test_a_checkpoint_can_be_written_without_an_attempt(film: Path) -> None:
    write_checkpoint(film, "video_chunks", "failed", slot="01", shot="one", chunk=4, attempt=2, error="x" * 5000)
    (point,) = checkpoints(film)
    assert isinstance(point, Checkpoint)
    assert (point.chunk, point.attempt, len(point.error or "")) == (4, 2, 2000)


def test_whoever_listens_hears_of_progress(film: Path) -> None:
    heard: list[CallbackEvent] = []
    step = Step(film, "video_chunks", slot="01", shot="one", fingerprint=A)
    with listening(heard.append):
        step.begin()
        step.progress(3, 7, eta_s=2.5, message="chunk 3")
        step.succeed()
    step.reuse()
    assert [(event.done, event.total, event.eta_s) for event in heard] == [(0, 1, None), (3, 7, 2.5), (1, 1, None)]
    assert heard[0].movie == "hello"


# -- runs ----------------------------------------------------------------------------------------------------------


def test_a_run_that_finds_nothing_to_do_leaves_no_trace(film: Path) -> None:
    with film_run(film, new_run("hello", "embedded", 7)):
        pass
    assert not (film / FILE).exists()
    assert runs(film) == []


def test_runs_within_a_run_belong_to_the_outer_one(film: Path) -> None:
    outer, inner = new_run("hello", "embedded", 7), new_run("hello", "embedded", 7, run_id="dagster-1")
    with film_run(film, outer):
        write_memory_event(film, "decided", shot="one", agent="images_agent", model="sparkle/local")
        with film_run(film, inner) as context:
            assert context is outer
            Step(film, "shot_images", slot="01", shot="one", fingerprint=A).begin()
        assert current_run(film) is outer
    with film_run(film, inner):
        Step(film, "shot_images", slot="02", shot="two", fingerprint=A).begin()
    assert [one.run_id for one in runs(film)] == [outer.run_id, "dagster-1"]
    assert [one.slot for one in steps(film, run_id="dagster-1")] == ["02"]
    assert [event.event for event in read_timeline(film)] == ["run_start", "decided", "begin", "run_start", "begin"]


def test_what_is_asked_between_runs_belongs_to_none(film: Path) -> None:
    write_memory_event(film, "take_asked", shot="one", take=2)
    assert [event.event for event in read_timeline(film)] == ["take_asked"]


def test_news_since_a_mark(film: Path) -> None:
    news = ("success", "failed")
    assert not happened_since(film, "saved", news)
    write_memory_event(film, "success", stage="movie_plan")
    assert happened_since(film, "saved", news)
    write_memory_event(film, "saved")
    write_memory_event(film, "take_asked", shot="one", take=2)
    assert not happened_since(film, "saved", news)


# -- the database --------------------------------------------------------------------------------------------------

WRITE = """
import sys
from pathlib import Path
from resources.store.timeline import write_memory_event
for number in range(150):
    write_memory_event(Path(sys.argv[1]), "note", writer=sys.argv[2], number=number)
"""


def test_processes_and_threads_write_at_once(film: Path) -> None:
    film.mkdir()
    command = [sys.executable, "-c", WRITE, str(film)]
    others = [subprocess.Popen([*command, name], cwd=ROOT, stderr=subprocess.PIPE) for name in ("a", "b")]

    def write(name: str) -> None:
        for number in range(150):
            write_memory_event(film, "note", writer=name, number=number)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        _, err = other.communicate(timeout=60)
        assert other.returncode == 0, err.decode()
    events = read_timeline(film)
    for name in "abcd":
        assert [event.data["number"] for event in events if event.data["writer"] == name] == list(range(150))
    assert len({event.seq for event in events}) == 600


FORK = """
import os, sys
from pathlib import Path
from resources.store.timeline import read_timeline, write_memory_event
film = Path(sys.argv[1])
write_memory_event(film, "note", by="parent")
child = os.fork()
if child == 0:
    write_memory_event(film, "note", by="child")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
write_memory_event(film, "note", by="parent again")
print([event.data["by"] for event in read_timeline(film)])
"""


def test_a_forked_process_opens_its_own(film: Path) -> None:
    assert python(FORK, str(film)) == "['parent', 'child', 'parent again']"
    assert [path.name for path in film.iterdir()] == [FILE]  # an orderly end leaves no side files


def test_a_film_that_was_removed_begins_anew(film: Path) -> None:
    write_memory_event(film, "note", text="of the first film")
    shutil.rmtree(film)
    assert read_timeline(film) == []
    write_memory_event(film, "note", text="of the second film")
    assert [event.data["text"] for event in read_timeline(film)] == ["of the second film"]


def test_a_transaction_is_kept_whole_or_not_at_all(film: Path) -> None:
    write_memory_event(film, "note", text="kept")

    def fail() -> None:
        with writing(film) as connection:
            connection.execute("DELETE FROM events")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    write_memory_event(film, "note", text="kept too")
    assert [event.data["text"] for event in read_timeline(film)] == ["kept", "kept too"]


def test_only_so_many_films_are_kept_open(tmp_path: Path) -> None:
    close_databases()
    for number in range(MAX_OPEN + 3):
        write_memory_event(tmp_path / f"film-{number}", "note", text="x")
    logs = list(tmp_path.glob(f"*/{FILE}-wal"))
    assert len(logs) == MAX_OPEN
    assert len(read_timeline(tmp_path / "film-0")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "Not A Name"},
        {"event": "begin", "stage": "no_stage"},
        {"event": "begin", "slot": "1"},
        {"event": "begin", "value": float("nan")},
    ],
)
def test_what_could_not_be_read_is_not_written(film: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        write_memory_event(film, **wrong)  # type: ignore[arg-type]
    assert read_timeline(film) == []


def test_a_damaged_database_is_one_line_and_can_be_mended(home: Home) -> None:
    film = home.film("hello").path
    write_memory_event(film, "note", text="lost")
    close_databases()
    data = bytearray((film / FILE).read_bytes())
    data[4096:8192] = b"\xff" * 4096
    (film / FILE).write_bytes(data)
    with pytest.raises(StoreFault, match=r"it is damaged.*sparkle doctor --repair") as caught:
        read_timeline(film)
    assert "\n" not in str(caught.value)
    (film / "plan").mkdir()
    (film / "plan" / "movie_plan.json").write_text("{}", encoding="utf-8")
    assert repair(home) == ["hello: its timeline was damaged and is timeline-damaged-1.db now; a new one is begun"]
    write_memory_event(film, "note", text="new")
    assert [narrate(event) for event in read_timeline(film)] == [
        "the timeline begins anew; the damaged one is kept as timeline-damaged-1.db",
        "note: new",
    ]
    assert repair(home) == []


PROGRAMS = {
    "a trigger without an end": """CREATE TRIGGER t AFTER INSERT ON events BEGIN INSERT INTO runs
        WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n, n, n FROM r WHERE n < 0; END""",
    "a view without an end": """ALTER TABLE events RENAME TO others;
        CREATE VIEW events AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS seq FROM r""",
    "a table with code behind it": "CREATE VIRTUAL TABLE words USING fts5(word)",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_timeline_that_is_a_program_is_not_run(home: Home, program: str) -> None:
    film = home.film("hello")
    write_memory_event(film.path, "note", text="x")
    close_databases()
    with closing(sqlite3.connect(film.path / FILE)) as connection:
        connection.executescript(program)
    told = r"it is a program, not a timeline.*sparkle doctor --repair"
    with pytest.raises(StoreFault, match=told):
        write_memory_event(film.path, "note", text="y")
    with pytest.raises(StoreFault, match=told):
        read_timeline(film.path)
    film.plan_path.parent.mkdir()
    film.plan_path.write_text("{}", encoding="utf-8")
    assert repair(home) == ["hello: its timeline was damaged and is timeline-damaged-1.db now; a new one is begun"]
    assert [event.event for event in read_timeline(film.path)] == ["timeline_mended"]


def test_a_damaged_event_is_one_line_and_can_be_mended(film: Path) -> None:
    write_memory_event(film, "note", text="x")
    with writing(film) as connection:
        connection.execute("UPDATE events SET data = 'not json'")
    with pytest.raises(StoreFault, match="event 1 is damaged"):
        read_timeline(film)
    assert mend_timeline(film) == film / "timeline-damaged-1.db"
    assert [event.event for event in read_timeline(film)] == ["timeline_mended"]
    assert mend_timeline(film) is None


def test_a_later_version_is_refused(film: Path) -> None:
    film.mkdir()
    other = sqlite3.connect(film / FILE)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(StoreFault, match="later version of Sparkle"):
        write_memory_event(film, "note", text="x")


def test_a_file_without_tables_is_an_empty_timeline(film: Path) -> None:
    film.mkdir()
    (film / FILE).touch()
    assert (read_timeline(film), checkpoints(film), steps(film), runs(film)) == ([], [], [], [])


def test_links_are_not_followed(film: Path, tmp_path: Path) -> None:
    film.mkdir()
    (film / FILE).symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StoreFault, match="symbolic link"):
        write_memory_event(film, "note", text="x")
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_full_disk_is_told_as_one(film: Path) -> None:
    write_memory_event(film, "note", text="x")
    with reading(film) as connection:
        assert connection is not None
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull, match="the disk is full"):
        write_memory_event(film, "note", text="x" * 20_000)
    write_memory_event(film, "note", text="there is room again")  # on a connection of its own
    assert len(read_timeline(film)) == 2


READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99
shift; exec "$@"
"""
READ_THEN_WRITE = """
import sys
from pathlib import Path
from resources.errors import StoreFault
from resources.store.timeline import read_timeline, write_memory_event
film = Path(sys.argv[1])
print(len(read_timeline(film)))
try:
    write_memory_event(film, "note", text="x")
except StoreFault as error:
    print(error.message)
"""


@pytest.mark.parametrize("killed", [False, True])
def test_a_read_only_home_can_be_read(film: Path, killed: bool) -> None:
    """Mounted read-only in a namespace of the test's own; ``killed`` leaves the side files of a process that died."""
    end = "import os; os._exit(1)" if killed else ""
    code = f"{WRITE}\n{end}"
    subprocess.run([sys.executable, "-c", code, str(film), "a"], cwd=ROOT, check=not killed)
    assert (film / f"{FILE}-wal").exists() is killed
    apart = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", READ_ONLY, "sh", str(film)]
    result = subprocess.run(
        [*apart, sys.executable, "-c", READ_THEN_WRITE, str(film)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.splitlines() == ["150", "no permission to write here"], result.stderr


# -- in words ------------------------------------------------------------------------------------------------------


def test_events_in_words(film: Path) -> None:
    told = {
        ("success", ("seconds", 0.42)): "made in 0.4 s",
        ("reused",): "taken from before",
        ("policy_decision", ("verdict", "escalate"), ("reason", "black_picture")): "verdict: escalate, black_picture",
        ("take_asked", ("take", 2), ("note", "darker"), ("pinned", True)): "take 2 is asked for, pinned: darker",
        ("anything_else", ("why", "because"), ("none", None)): "anything else: why because",
    }
    for event, *data in told:
        write_memory_event(film, event, **dict(data))
    assert [narrate(event) for event in read_timeline(film)] == list(told.values())


def test_text_from_outside_is_no_command_for_a_terminal(film: Path) -> None:
    write_memory_event(film, "take_asked", shot="one", take=2, note="\x1b[2J\x07red\nsecond line\u202e")
    (event,) = read_timeline(film)
    assert narrate(event) == "take 2 is asked for: [2J red second line"
    assert clean("a\tb") == "a b"


@pytest.mark.parametrize(("seconds", "text"), [(0.004, "4 ms"), (0.1, "0.1 s"), (99.9, "99.9 s"), (125.4, "2 min 5 s")])
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert span(seconds) == text
