"""What `sparkle make` refuses, in one line, and what it leaves as it was."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Sparkle, write_plan

BAD: dict[str, tuple[list[str], str]] = {
    "no idea": (["make"], "what is the film about?"),
    "an idea that is no text": (["make", "A fox \udced\udca0\udc80"], "idea is not UTF-8 text"),
    "an empty idea": (["make", "  \t "], "the idea is empty"),
    "a long idea": (["make", "word " * 5000], "at most 2,000 are read"),
    "a missing plan": (["make", "--plan", "nope.json"], "cannot be read"),
    "a folder as plan": (["make", "--plan", "."], "cannot be read"),
    "a large plan": (["make", "--plan", "large.json"], "is larger than 4 MB"),
    "a plan that is no JSON": (["make", "--plan", "broken.json"], "is not JSON"),
    "a plan that is a list": (["make", "--plan", "list.json"], "a plan is a JSON object"),
    "a plan nested too deep": (["make", "--plan", "deep.json"], "is not JSON"),
    "an unknown film": (["make", "--movie", "nope"], "there is no film 'nope'"),
    "a path as film": (["make", "--movie", "../../etc"], "is not a film id"),
    "an unknown profile": (["make", "x", "--profile", "gpu"], "there is no profile 'gpu'"),
    "a writer without its key": (["make", "x", "--writer", "gemini-2.5-flash"], "gemini-2.5-flash"),
    "an unknown flag": (["make", "x", "--bogus"], "No such option"),
    "an unknown command": (["mkae"], "No such command"),
    "a language nobody speaks": (["make", "x", "--language", "tlh"], "tlh"),
    "a home that is a file": (["make", "x", "--home", "file"], "file"),
    "media outside": (["make", "--plan", "outside.json"], "leaves the plan's folder"),
    "media through a link": (["make", "--plan", "linked.json"], "goes through a symbolic link"),
    "media that is text": (["make", "--plan", "text.json"], "is not a PNG, JPEG or WebP picture"),
    "a shot that is not there": (["retake", "nope", "1"], "there is no film 'nope'"),
}


PROCESSES = ("an idea that is no text", "an unknown command", "a path as film", "media through a link")
"""Of a process of their own; the others are asked where the tests run, which loads everything once."""


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_leaves_nothing(
    sparkle: Sparkle, called: Sparkle, tmp_path: Path, small: dict[str, Any], case: str
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "large.json").write_bytes(b" " * 10_000_000)
    (tmp_path / "broken.json").write_text('{"title": ')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "link.png").symlink_to("/etc/passwd")
    for name, image in (("outside", "../secret.png"), ("linked", "link.png"), ("text", "file")):
        shots = [{**small["shots"][0], "media": {"image": image}}]
        write_plan(tmp_path / f"{name}.json", {**small, "shots": shots})
    args, complaint = BAD[case]
    ask = sparkle if case in PROCESSES else called
    answer = ask(*args)
    assert answer.code == 2, answer.err
    assert complaint in answer.err
    assert len(answer.err.strip().splitlines()) == 1, answer.err
    assert answer.out == ""
    assert not list(tmp_path.glob(".sparkle/movies/*/plan/movie_plan.json"))
    value = ask(*args, "--json") if args[0] == "make" and "--bogus" not in args else None
    if value is not None:
        assert value.value["error"]["kind"]


def test_a_film_that_is_being_made_is_left_alone(sparkle: Sparkle, tmp_path: Path, small: dict[str, Any]) -> None:
    from resources.store.locks import film_lock

    file = write_plan(tmp_path / "p.json", small)
    with film_lock(tmp_path / ".sparkle" / "movies" / "hello"):
        answer = sparkle("make", "--plan", str(file), "--movie", "hello")
    assert answer.code == 1
    assert f"is being made by process {os.getpid()}" in answer.err


FULL_DISK = """
mount -t tmpfs -o size=14m tmpfs "$1" && head -c 12500000 /dev/zero > "$1/filler" || exit 99
shift; "$@"; code=$?; find disk -name "final_cut.*"; exit $code
"""


def test_a_full_disk_is_one_line_and_keeps_what_was_there(tmp_path: Path, small: dict[str, Any]) -> None:
    """On a tmpfs of 14 MB, mounted in a namespace of the test's own."""
    (tmp_path / "disk").mkdir()
    file = write_plan(tmp_path / "p.json", small)
    sparkle = [sys.executable, "-m", "sparkle_assets.cli", "make", "--plan", str(file), "--home", "disk/home"]
    result = subprocess.run(
        ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", FULL_DISK, "sh", "disk", *sparkle],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert "the disk is full" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
