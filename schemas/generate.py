"""Write the JSON Schema of every model that is published, and its pin: ``python -m schemas.generate``.

A test holds files and pins equal to the models.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from pydantic import BaseModel

from schemas.cut import CutSheet
from schemas.decisions import ImageDecision, LipsyncDecision, QaDecision, VideoDecision, VoiceDecision
from schemas.plan import MoviePlan
from schemas.records import CallbackEvent, Checkpoint, RunContext, StageEvent, StageManifest, StepExecutionRecord
from schemas.refs import AssetRefs, Manifest, MediaReference, Sidecar
from schemas.report import QAReport
from schemas.script import Constraints, PlanDraft

PUBLISHED: tuple[type[BaseModel], ...] = (
    MoviePlan,
    Constraints,
    PlanDraft,
    AssetRefs,
    MediaReference,
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
PINS = Path(__file__).parent.parent / "configs" / "schema_artifacts.yaml"


def schema_text(model: type[BaseModel]) -> str:
    """The schema of a model as it stands in its file."""
    return json.dumps(model.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def with_pins(text: str, schemas: dict[str, str]) -> str:
    """``configs/schema_artifacts.yaml`` with the hash of every schema (text by name); new ones are added at the end.

    When any pin is another than those of the generation that is written down, a new generation begins.
    """
    for name, schema in schemas.items():
        pin = hashlib.sha256(schema.encode()).hexdigest()
        entry = re.compile(rf"^(  {name}:\n(?:    (?!sha256:).*\n)*    sha256: )\S+$", re.MULTILINE)
        text, found = entry.subn(rf"\g<1>{pin}", text)
        if not found:
            text = f"{text.rstrip()}\n  {name}:\n    artifact: user:schemas/{name}.json\n    sha256: {pin}\n"
    pins = pins_digest(schemas)
    if re.search(rf"(?m)^pins: {pins}$", text) is None:
        text = re.sub(r"(?m)^pins: .*$", f"pins: {pins}", text)
        text = re.sub(
            r"^generation: (\d+)$", lambda found: f"generation: {int(found[1]) + 1}", text, flags=re.MULTILINE
        )
    return text


def pins_digest(schemas: dict[str, str]) -> str:
    """One hash over the names and the hashes of all schemas (text by name)."""
    pins = {name: hashlib.sha256(schema.encode()).hexdigest() for name, schema in schemas.items()}
    return hashlib.sha256(json.dumps(pins, sort_keys=True).encode()).hexdigest()


def main() -> None:
    """Write all of them, and remove what is no longer published."""
    FOLDER.mkdir(exist_ok=True)
    schemas = {model.__name__: schema_text(model) for model in PUBLISHED}
    for path in FOLDER.glob("*.schema.json"):
        if path.name.removesuffix(".schema.json") not in schemas:
            path.unlink()
    for name, text in schemas.items():
        (FOLDER / f"{name}.schema.json").write_text(text, encoding="utf-8")
    PINS.write_text(with_pins(PINS.read_text(encoding="utf-8"), schemas), encoding="utf-8")


if __name__ == "__main__":
    main()
