"""A disk that can hold no more files, and a cache that cannot be used: one line, and the next try goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.errors import StoreFault
from resources.store.repair import inspect
from tests.conftest import ROOT
from tests.harness.kills import MOVIE, inline_engines, new_film

MOUNTED = 'mount -t tmpfs -o size=64m,nr_inodes=90 tmpfs "$1" || exit 99; shift; exec "$@"'
IN_IT = """
import subprocess, sys
from pathlib import Path
from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.errors import DiskFull
from resources.store.atomic import TEMPORARY
from resources.store.database import close_databases
from resources.store.repair import inspect
from tests.harness.kills import MOVIE, inline_engines, new_film

home = new_film(Path(sys.argv[1]) / "home")
engines = inline_engines(home.cache)
try:
    run(Bench(home, lambda profile: engines), MOVIE)
except DiskFull as error:
    print(error)
close_databases()
print(sorted(path.name for path in home.root.rglob(f"{TEMPORARY}*")))
subprocess.run(["mount", "-o", "remount,nr_inodes=9000", sys.argv[1]], check=True)
print(run(Bench(home, lambda profile: engines), MOVIE).verdict, inspect(home, deep=True))
"""


def test_a_disk_that_can_hold_no_more_files(tmp_path: Path) -> None:
    """On a tmpfs of 90 inodes, mounted in a namespace of the test's own."""
    (tmp_path / "disk").mkdir()
    namespace = ["unshare", "-m" if os.geteuid() == 0 else "-rm"]
    result = subprocess.run(
        [*namespace, "sh", "-c", MOUNTED, "sh", "disk", sys.executable, "-c", IN_IT, "disk"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    told, left, after = result.stdout.splitlines()
    assert "the disk is full: it can hold no more files (remove some files" in told
    assert left == "[]"
    assert after == "approve []"


@pytest.mark.parametrize("how", ["a file", "a link to nowhere"])
def test_a_cache_that_cannot_be_used(tmp_path: Path, how: str) -> None:
    home = new_film(tmp_path / "home")
    if how == "a file":
        home.cache.write_text("not a folder")
    else:
        home.cache.symlink_to(tmp_path / "nowhere" / "at all")
    engines = inline_engines(home.cache)
    with pytest.raises(StoreFault) as caught:
        run(Bench(home, lambda profile: engines), MOVIE)
    assert str(home.cache) in caught.value.where
    home.cache.unlink()
    assert run(Bench(home, lambda profile: engines), MOVIE).verdict == "approve"
    assert inspect(home, deep=True) == []
    engines.close()
