"""`sparkle make --screenplay` as a user has it: a film, then nothing, then after an edit what the edit reaches."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Sparkle

TEA = """\
Title: Tea

INT. KITCHEN - DAY

Anna looks at the kettle.

ANNA
(quietly)
Hello, kettle.

EXT. SEA - NIGHT

A boat on the water.
"""


def test_a_screenplay_is_filmed_once_and_again_where_it_was_edited(sparkle: Sparkle, tmp_path: Path) -> None:
    file = tmp_path / "tea.fountain"
    file.write_text(TEA, encoding="utf-8")
    flags = ["--resolution", "144p", "--json"]
    first = sparkle("make", "--screenplay", "tea.fountain", *flags)
    assert first.code == 0, first.err
    assert "Warning" not in first.err
    assert first.value["title"] == "Tea" and first.value["qa"]["verdict"] == "approve"
    cut = Path(first.value["final_cut"])
    assert "Hello, kettle." in cut.with_suffix(".srt").read_text(encoding="utf-8")
    request = json.loads((cut.parent.parent / "plan" / "request.json").read_text(encoding="utf-8"))
    assert (request["screenplay"]["reel"], request["screenplay"]["name"]) == (1, "tea.fountain")

    again = sparkle("make", "--screenplay", "tea.fountain", "--json")
    assert set(again.value["stages"].values()) == {"reused"}
    assert all(shot["rendered"] == [] for shot in again.value["shots"])

    file.write_text(TEA.replace("EXT. SEA", "INT. ATTIC - DUSK\n\nDust.\n\nEXT. SEA"), encoding="utf-8")
    edited = sparkle("make", "--screenplay", "tea.fountain", "--json")
    assert edited.code == 0, edited.err
    made = {shot["shot"]: bool(shot["rendered"]) for shot in edited.value["shots"]}
    assert {shot for shot, rendered in made.items() if not rendered} == {shot["shot"] for shot in first.value["shots"]}
    assert [shot.startswith("attic") for shot, rendered in made.items() if rendered] == [True]
