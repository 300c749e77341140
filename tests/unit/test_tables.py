"""Tables that name tests name tests that are there: every row of faults and of threats is held by one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

NODE = re.compile(r"`((?:[a-z0-9_]+/)*test_[a-z0-9_]+\.py)?(?:::([A-Za-z0-9_]+))?`")
TABLES = {"docs/PENETRATION_TEST.md": "attack", "docs/RELIABILITY.md": "fault", "docs/SECURITY_CHECKLIST.md": "rule"}
"""Manual and the first column of the table whose last column names tests."""


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def rows(text: str, column: str) -> list[list[str]]:
    """Cells of the rows of the table whose first column is ``column``."""
    found, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if not cells:
            inside = False
        elif cells[0] == column:
            inside = True
        elif inside and not set(cells[0]) <= set("-: "):
            found.append(cells)
    return found


def faults_of(row: list[str]) -> list[str]:
    """What is wrong with the tests that a row names."""
    nodes = [match.groups() for match in NODE.finditer(row[-1]) if any(match.groups())]
    told = [] if nodes else ["names no test"]
    path: Path | None = None
    for file, name in nodes:
        path = ROOT / "tests" / file if file else path
        if path is None or not path.is_file():
            told.append(f"there is no {file}")
        elif name and (not name.startswith("test_") or name not in functions(path)):
            told.append(f"there is no {name} in {path.name}")
    return told


@pytest.mark.parametrize("manual", TABLES)
def test_every_row_names_tests_that_are_there(manual: str) -> None:
    table = rows((ROOT / manual).read_text(encoding="utf-8"), TABLES[manual])
    assert len(table) > 20
    assert {row[0]: wrong for row in table if (wrong := faults_of(row))} == {}


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("", "names no test"),
        ("by hand", "names no test"),
        ("`unit/test_gone.py`", "there is no unit/test_gone.py"),
        ("`unit/test_tables.py::test_gone`", "there is no test_gone in test_tables.py"),
        ("`unit/test_tables.py::rows`", "there is no rows in test_tables.py"),
        ("`::test_every_row_names_tests_that_are_there`", "there is no None"),
    ],
)
def test_a_row_without_its_test_is_found(cell: str, told: str) -> None:
    assert faults_of(["a fault", cell]) == [told]


def test_a_row_that_goes_on_in_the_same_file_is_followed() -> None:
    cell = "`unit/test_tables.py::test_a_row_without_its_test_is_found`, `::test_every_row_names_tests_that_are_there`"
    assert faults_of(["a fault", cell]) == []
