"""Write the JSON Schema of every model that is published: ``python -m schemas.generate``. A test holds them equal."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from schemas.cut import CutSheet
from schemas.decisions import ImageDecision, LipsyncDecision, QaDecision, VideoDecision, VoiceDecision
from schemas.plan import MoviePlan
from schemas.records import CallbackEvent, Checkpoint, RunContext, StageEvent, StageManifest, StepExecutionRecord
from schemas.refs import AssetRefs, Manifest, Sidecar
from schemas.report import QAReport

PUBLISHED: tuple[type[BaseModel], ...] = (
    MoviePlan,
    AssetRefs,
    QAReport,
    Checkpoint,
    RunContext,
    StageEvent,
    StageManifest,
    StepExecutionRecord,
    CallbackEvent,
    Sidecar,
    Manifest,
    CutSheet,
    ImageDecision,
    VideoDecision,
    VoiceDecision,
    LipsyncDecision,
    QaDecision,
)
FOLDER = Path(__file__).parent / "json"


def schema_text(model: type[BaseModel]) -> str:
    """The schema of a model as it stands in its file."""
    return json.dumps(model.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all of them, and remove what is no longer published."""
    FOLDER.mkdir(exist_ok=True)
    wanted = {f"{model.__name__}.schema.json": schema_text(model) for model in PUBLISHED}
    for path in FOLDER.glob("*.schema.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
