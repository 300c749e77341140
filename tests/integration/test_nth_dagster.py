"""Dagster's databases fail at the nth call, once or from then on: one clear line, nothing lost, the next try goes on.

``SPARKLE_NTH=40`` tries every number up to 40, once and for good; a film of one shot asks them 2,700 times.
"""

import os
import sqlite3
from typing import Any

import pytest

from resources.errors import DiskFull, StoreFault
from resources.pipeline.production import Production
from resources.store.film import Home
from resources.store.repair import inspect
from sparkle_assets.agreement import disagreements
from sparkle_assets.cli.doctor import inspect_home, repair_home
from sparkle_assets.record_faults import record_fault
from sparkle_assets.runner import initialise_instance
from tests.conftest import tiny_engines
from tests.harness.failing import Failing, planted
from tests.integration.test_runner import runner_for

NTH = int(os.environ.get("SPARKLE_NTH", "0"))
TRIES = tuple((nth, ever) for nth in range(1, NTH + 1) for ever in (False, True)) or (
    (2, True),
    (95, False),
    (200, True),
    (332, False),
)
CODES = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY)


def make(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    try:
        for job, slot in (("plan_film", None), ("render_shot", "01"), ("finish_film", None)):
            runner.run(job, "hello", slot)
    finally:
        runner.close()


def test_what_dagster_cannot_write_is_one_line_and_nothing_is_lost(home: Home, plan: dict[str, Any]) -> None:
    plan |= {"shots": plan["shots"][:1], "title_card_s": 0, "end_card_s": 0}
    told = 0
    for nth, ever in TRIES:
        failing = Failing(home.dagster, nth, ever)
        try:
            with planted("database", failing, CODES[nth % 2]):
                make(home, plan)
        except StoreFault as fault:
            said = "database is locked" if nth % 2 else "disk I/O error"
            assert fault.message == f"Dagster's record cannot be used: {said}"
            assert fault.where == str(home.dagster)
            assert "what was made is kept" in fault.hint
            told += 1
        else:
            assert not ever or not failing.failed  # a lock that is gone the next time Dagster waits for by itself
    assert told >= 3 or NTH
    make(home, plan)
    engines = tiny_engines(home)
    production = Production(home, "hello", lambda profile: engines)
    assert production.qa().verdict == "approve"
    engines.close()
    assert inspect(home, deep=True) == []
    runner = runner_for(home, plan)
    assert list(disagreements(home, runner.instance)) == []
    runner.close()


def test_a_damaged_record_is_one_line_and_the_film_is_whole(home: Home) -> None:
    initialise_instance(home)
    for path in home.dagster.rglob("*.db"):
        path.write_bytes(b"no database" * 999)
    with pytest.raises(StoreFault, match="file is not a database") as caught:
        initialise_instance(home)
    assert "move that folder away; films are whole" in caught.value.hint
    assert repair_home(home.root) == []
    [trouble] = inspect_home(home.root)
    assert trouble.told == str(caught.value)


def test_a_full_disk_is_told_as_one_and_what_is_none_is_left_alone(home: Home) -> None:
    full = record_fault(sqlite3.OperationalError("database or disk is full"), home.dagster)
    assert isinstance(full, DiskFull)
    assert record_fault(RuntimeError("something else"), home.dagster) is None
