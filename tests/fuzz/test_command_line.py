"""The command line: any words and flags end in an answer, or in exit code 2 and one line."""

import io
import json
import os
import signal
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resources.agents.adk_factory import require_adk
from resources.store.database import close_databases
from sparkle_assets.cli import main, sparkle
from tests.conftest import PLAN
from tests.fuzz.test_screenplays import SCREENPLAYS
from tests.harness.fuzzing import door, fenced, readable
from tests.harness.mutations import HOSTILE_TEXTS, texts
from tests.harness.small_store import MOVIE, small_home

NOTE = "sparkle: note: "
SHOWING = (
    ["list"],
    ["status", MOVIE],
    ["qa", MOVIE],
    ["report", MOVIE, "--json"],
    ["open", MOVIE, "--json"],
    ["timeline", MOVIE, "one", "--all"],
    ["provenance", MOVIE, "one"],
    ["review", MOVIE, "film", "--note", "fine"],
    ["review", MOVIE, "--approve"],
    ["gc", "--dry-run", "--older-than", "3", "--max-bytes", "20GB"],
    ["pause", MOVIE],
    ["stop", MOVIE],
    ["verify", "plan.json"],
    ["models", "list"],
    ["models", "size", "sdxl-base", "--card", "rtx4090", "--host-gb", "64"],
    ["plan", "validate", "plan.json"],
    ["plan", "diff", MOVIE, "plan.json"],
)
"""Commands that make nothing, with all that they take."""
MAKING = (
    ["make", "A fox finds a lantern", "--seed", "3", "--aspect", "9:16", "--seconds", "20", "--shots", "4"],
    ["make", "A fox", "--style", "ink", "--cast", "Ida: tall", "--forbid", "storm", "--writer", "sparkle/local"],
    ["make", "--plan", "plan.json", "--movie", "other", "--resolution", "144p", "--codec", "av1"],
    ["make", "--movie", MOVIE, "--loudness", "ebu", "--burn-subtitles", "--profile", "embedded", "--quiet"],
    ["make", "--screenplay", "play.fountain", "--reel", "1", "--language", "de"],
    ["make", "--movie", MOVIE, "--preview", "--animatic"],
)
"""They are rehearsed only."""
ELSEWHERE = (
    ["delete", "MOVIE", "--yes"],
    ["retake", "MOVIE", "one", "--seed", "3", "--use-take", "1", "--pin", "--note", "x"],
    ["resume", "MOVIE"],
    ["export", "MOVIE", "--format", "otio"],
    ["deliver", "MOVIE"],
    ["reproduce", "MOVIE", "one", "--stage", "shot_images"],
)
"""They change or make a film, and are asked for films that are not there."""
FLAGS = (
    "--json",
    "--dry-run",
    "--yes",
    "--approve",
    "--reject",
    "--seed",
    "--movie",
    "--plan",
    "--reel",
    "--nope",
    "-x",
    "--",
    "-",
)
FILES = ("plan.json", "play.fountain", "folder", "missing", "pipe", "link", "large.json", "")


def _valued(command: click.Command) -> Iterator[str]:
    """Options of a command, and of all below it, whose next word is their value."""
    for option in command.params:
        if isinstance(option, click.Option) and not option.is_flag:
            yield from option.opts
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _valued(below)


VALUED = frozenset(_valued(sparkle))


@dataclass
class Answered:
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small film, and files of every kind beside it."""
    require_adk()  # which looks for sockets while it is imported
    root = tmp_path_factory.mktemp("commands")
    small_home(root / "home")
    (root / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    (root / "play.fountain").write_text(SCREENPLAYS[0], encoding="utf-8")
    (root / "folder").mkdir()
    (root / "large.json").write_bytes(b" " * 5_000_000)
    (root / "link").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    return root


def word() -> st.SearchStrategy[str]:
    """What may stand in place of a word: as a shell hands it over, so no zero byte."""
    raw = st.binary(max_size=20).map(os.fsdecode)
    some = st.one_of(st.sampled_from(HOSTILE_TEXTS), st.sampled_from(FILES), st.sampled_from(FLAGS), texts(), raw)
    return some.map(
        lambda text: os.fsdecode(text.encode("utf-8", "surrogatepass" if _odd(text) else "surrogateescape"))
    )


def _odd(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return True
    return False


@st.composite
def commands(draw: st.DrawFn) -> list[str]:
    """A command with some of its words replaced, dropped, doubled or put in; it can make nothing."""
    kind = draw(st.sampled_from((SHOWING,) * 10 + (ELSEWHERE,) * 5 + (MAKING,)))  # a rehearsal takes half a second
    args = list(draw(st.sampled_from(kind)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(1, len(args)))
        how = draw(st.sampled_from(("put", "put", "put", "in", "drop", "twice")))
        if how == "put" and at < len(args):
            args[at] = draw(word())
        elif how == "in":
            args.insert(at, draw(word()))
        elif how == "drop":
            del args[at : at + 1]
        elif how == "twice":
            args[at:at] = args[at : at + 2]
    args = [arg.replace("\0", "") for arg in args]
    if kind is MAKING:
        args.insert(1, "--dry-run")
    if kind is ELSEWHERE:
        args = [arg for arg in args if arg not in (MOVIE, "other")]
    return [*args, *(["--json"] if draw(st.booleans()) else [])]


def run(place: Path, args: list[str]) -> Answered:
    """What `sparkle` answers, its streams as strict as a terminal's."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARKLE_HOME", str(place / "home"))
        try:
            with fenced(place, reads=True), pytest.raises(SystemExit) as ended:
                main(args)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            close_databases()
    told = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    return Answered(int(ended.value.code or 0), *told)


@door(20)
@given(commands())
@example(["make", "--dry-run", "A fox", "--profile", "../x"])
@example(["make", "--dry-run", "\udcff", "--json"])
@example(["make", "--dry-run", "0\udced\udca0\udc80"])
@example(["status", "\udcff", "--json"])
@example(["status", "\x1b[2J", "--json"])
@example(["plan", "validate", "pipe"])
@example(["plan", "validate", "folder"])
@example(["verify", "link"])
@example(["review", MOVIE, "--note", "\udcff"])
@example(["timeline", MOVIE, "\u00b2"])
@example(["review", MOVIE, "film", "--note", "--json"])
@example(["timeline", MOVIE, "\udced\udca0\udc80"])
def test_any_command_ends_in_an_answer_or_one_line(place: Path, args: list[str]) -> None:
    got = run(place, args)
    assert got.code in (0, 1, 2, 3), got
    told = [line for line in got.err.splitlines() if not line.startswith(NOTE)]
    if got.code == 2 and not got.err.startswith("Usage:"):
        assert len(told) == 1, got
        assert told[0].startswith("sparkle: ")
    for line in told:
        readable(line.replace("\t", " ")) if line else None
    asked = args[-1] == "--json" and args[-2] not in VALUED
    if got.code != 2 and asked and got.out:
        assert isinstance(json.loads(got.out if got.out.startswith("{\n") else got.out.splitlines()[-1]), dict), got.out
