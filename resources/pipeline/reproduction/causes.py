"""What is not as it was when an artifact was made: inputs, engine, model, libraries, typefaces, machine, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.pipeline.carry import Job
from resources.pipeline.letters import font_hashes
from resources.pipeline.machine import library_versions, this_machine
from resources.pipeline.told import models_told
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import fingerprint, hash_file
from schemas.refs import Sidecar

SHORT = 12
"""Characters of a hash that are told."""


def of_record(sidecar: Sidecar, store: Artifacts) -> list[str]:
    """Faults of the artifact and of its record themselves."""
    found = []
    for file in sidecar.ref.files:
        path = store.path(sidecar.ref) / file.name
        try:
            same = hash_file(path) == file.sha256
        except OSError:
            same = False
        found += [] if same else [f"{file.name} of the film is not what was made (`sparkle doctor --verify`)"]
    if _sealed(sidecar) != sidecar.ref.fingerprint:
        found.append("its sidecar was changed: request, decision, engine or inputs are not those of its fingerprint")
    return found


def of_surroundings(sidecar: Sidecar, job: Job) -> list[str]:
    """What of code, engine, libraries, typefaces and machine is not as recorded."""
    found = _differing("code of the stage", {"": sidecar.code_version}, {"": job.code_version})
    found += _differing("engine", {"": sidecar.engine}, {"": job.engine.name})
    if sidecar.engine == job.engine.name:
        found += _differing(f"revision of {sidecar.engine}", {"": sidecar.engine_revision}, {"": job.engine.revision})
    found += _differing("seed", {"": str(sidecar.seed)}, {"": str(job.seed)})
    found += _differing("library", sidecar.libraries, library_versions(sidecar.libraries))
    if sidecar.fonts:
        found += _differing("typeface", sidecar.fonts, font_hashes(job.fonts()))
    here = this_machine()
    return found + _differing("machine", sidecar.machine, here)


def of_models(sidecar: Sidecar, facts: Mapping[str, Any]) -> list[str]:
    """Models that were loaded in another revision this time."""
    before, after = (dict(_pair(one) for one in models_told(told)) for told in (sidecar.ref.facts, facts))
    return _differing("model", before, {name: after.get(name, "") for name in before})


def of_request(sidecar: Sidecar, job: Job) -> list[str]:
    """Fields of the request, the decision and the inputs that ``job`` has otherwise."""
    decision = {} if job.decision is None else job.decision.value.model_dump(mode="json")
    parts = (
        ("", sidecar.request, job.request.model_dump(mode="json")),
        ("decision.", sidecar.decision.get("value", {}), decision),
        ("input ", sidecar.inputs, dict(job.inputs)),
    )
    return [
        f"{prefix}{key}"
        for prefix, before, after in parts
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _sealed(sidecar: Sidecar) -> str:
    return fingerprint(
        stage=sidecar.ref.stage,
        code_version=sidecar.code_version,
        engine=sidecar.engine,
        engine_revision=sidecar.engine_revision,
        request=sidecar.request,
        decision=sidecar.decision.get("value", {}),
        inputs=sidecar.inputs,
    )


def _differing(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [
        f"{what}{' ' + name if name else ''}: {_short(value)} then, {_short(after.get(name, '')) or 'none'} now"
        for name, value in before.items()
        if after.get(name, "") != value
    ]


def _short(value: str) -> str:
    hexadecimal = len(value) == 64 and set(value) <= set("0123456789abcdef")
    return value[:SHORT] if hexadecimal else value


def _pair(model: str) -> tuple[str, str]:
    name, _, revision = model.partition("@")
    return name, revision
