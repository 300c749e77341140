"""The report page, and the instance: nothing of a plan becomes markup, nothing phones home."""

from pathlib import Path

import yaml

from resources.pipeline.page import report_page
from schemas.cut import CutSheet, Piece
from schemas.plan import MoviePlan
from schemas.report import Finding, QAReport
from schemas.vocabulary import TransitionKind
from sparkle_assets.runner import prepare_instance

NASTY = "</title><script>alert(1)</script>\"'&"


def test_text_of_a_plan_never_becomes_markup(tmp_path: Path) -> None:
    (tmp_path / "thumb.jpg").write_bytes(b"jpeg")
    plan = MoviePlan.model_validate(
        {
            "title": NASTY,
            "logline": NASTY,
            "characters": [{"id": "a", "name": NASTY}],
            "shots": [{"id": "one", "dialogue": [{"character_id": "a", "text": NASTY}]}],
        }
    )
    piece = Piece(name="one", folder="x", frames=48, handle=12, transition=TransitionKind.CUT, overlap=0, start=0)
    sheet = CutSheet(fps="24", frames=48, pieces=[piece], lines=[], line_shots=[], dropped_transitions=[])
    finding = Finding(check="loudness", shot="one", value=1, limit=2, reason="loudness_off", message=NASTY)
    report = QAReport(
        movie="m", verdict="escalate", findings=[finding], measures=[], checks=[], frames=48, duration_s=2
    )
    page = report_page(plan, report, sheet, [tmp_path])
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 6
    assert "A person must look" in page
    assert "Content-Security-Policy" in page


def test_telemetry_is_off_from_the_first_day(tmp_path: Path) -> None:
    prepare_instance(tmp_path / "dagster")
    settings = yaml.safe_load((tmp_path / "dagster" / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
