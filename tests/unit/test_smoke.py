"""The tests that need real weights: a flag for each kind, which collects them, and what each must show."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.smoke.conftest import FLAGS, flag_of, pytest_ignore_collect

FILES = sorted((ROOT / "tests" / "smoke").glob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_a_flag_and_says_what_it_must_show(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flag, text = flag_of(path), path.read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(text)) or ""
    assert flag in FLAGS and f"{flag}=1" in told and "must show" in told and "Before:" in told
    assert "skipif" not in text
    for one in FLAGS:
        monkeypatch.delenv(one, raising=False)
    assert pytest_ignore_collect(path) is True
    monkeypatch.setenv(flag, "1")
    assert pytest_ignore_collect(path) is None


def test_every_flag_has_a_test_that_can_be_collected() -> None:
    assert {flag_of(path) for path in FILES} == set(FLAGS)
    env = {**os.environ, **dict.fromkeys(FLAGS, "1"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "tests/smoke", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    collected = {line.split("::")[0] for line in done.stdout.splitlines() if "::" in line or ": " in line}
    assert {path.name for path in FILES} <= {Path(line.split(":")[0]).name for line in collected}
