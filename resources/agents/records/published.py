"""Schemas as versioned ADK artifacts, and the one way to get a schema at run time.

``configs/schema_artifacts.yaml`` says for each schema under which name it is published and pins its content. What a
home has published, the pin and the code's own schema have to be one and the same::

    nothing published yet      published at first use, and said in the film's timeline
    published, equal           used
    published, earlier         this installation's is published beside it, and that is said; the earlier one stays
    published, different       an error that names the command that mends it; nothing is overridden in silence
    pin and code differ        an error: the installation itself is not whole
    source: local              the installation's own file, asked for by name, said in the log and the timeline

What is *earlier* is told by a generation, a whole number that ``make schemas`` raises whenever a pin changes and that
is kept with each version. No installation can know the hashes of those to come, but it can tell their numbers from
its own: a home that a later installation writes to is never taken back by an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from resources.agents.records.service import AdkArtifacts, Content, Version
from resources.config import load_config
from resources.errors import ConfigInvalid, InputError, PlanInvalid, StoreFault
from resources.store.film import Home
from resources.store.migrations import UPGRADE
from resources.store.timeline import write_memory_event
from schemas.generate import FOLDER, PUBLISHED, schema_text
from schemas.plan import Strict
from schemas.refs import Sha256

CONFIG = "schema_artifacts.yaml"
PUBLISH = "`sparkle schemas publish` publishes this installation's; `sparkle schemas verify` says what differs"
UNNUMBERED = 0
"""Generation of what was published before generations were kept: earlier than any."""

logger = logging.getLogger("sparkle.schemas")
TELL = logging.getLogger("sparkle.control")  # shown where a person watches


class SchemaArtifact(Strict):
    """One schema: where it is published, what it is, and where it is read from."""

    artifact: str = Field(pattern=r"^user:schemas/[A-Za-z][A-Za-z0-9]{0,63}\.json$")
    """Its name in the artifact service; ``user:`` makes it readable from every film."""
    sha256: Sha256
    """Of the file ``schemas/json/<Name>.schema.json``; `make schemas` writes it."""
    source: Literal["artifact", "local"] = "artifact"


class SchemaArtifacts(Strict):
    """``configs/schema_artifacts.yaml``: every published model, no other, each under a name of its own."""

    generation: int = Field(ge=1)
    """Rises whenever a pin changes."""
    pins: Sha256
    """Of all pins of that generation, so that two lines of development that both went on cannot share its number."""
    schemas: dict[str, SchemaArtifact]

    @model_validator(mode="after")
    def _complete(self) -> SchemaArtifacts:
        known = {model.__name__ for model in PUBLISHED}
        if missing := sorted(known - self.schemas.keys()):
            raise ValueError(f"{', '.join(missing)} not listed (`make schemas` adds them)")
        if unknown := sorted(self.schemas.keys() - known):
            raise ValueError(f"{', '.join(unknown)}: no such schema is published")
        names = [entry.artifact for entry in self.schemas.values()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{twice[0]} is the name of two schemas")
        return self


@dataclass(frozen=True, slots=True)
class Resolved:
    """A schema as it was resolved. ``version`` is None when a local file served."""

    name: str
    schema: dict[str, Any]
    sha256: str
    version: int | None


@dataclass(frozen=True, slots=True)
class SchemaState:
    """How a schema stands in a home; ``faults`` is empty when all is well."""

    name: str
    artifact: str
    source: str
    pin: str
    versions: int
    published: str | None
    """Hash of the last published version."""
    faults: tuple[str, ...] = ()


def schema_artifacts() -> dict[str, SchemaArtifact]:
    """The configuration, by schema. Raises :class:`ConfigInvalid`."""
    return configured().schemas


def configured() -> SchemaArtifacts:
    """The configuration. Raises :class:`ConfigInvalid`."""
    return load_config(CONFIG, SchemaArtifacts)


def resolve_schema(name: str, home: Home | Path, *, film: Path | None = None) -> dict[str, Any]:
    """The JSON Schema called ``name`` as this home has it published; ``film`` is the folder of the film that asks.

    Raises :class:`ConfigInvalid` when it is not what this installation works with, :class:`StoreFault` when it cannot
    be read.
    """
    return resolve(name, home, film=film).schema


def resolve(name: str, home: Home | Path, *, film: Path | None = None) -> Resolved:
    """As :func:`resolve_schema`, with the version and the hash of what was found."""
    entry = schema_artifacts().get(name)
    if entry is None:
        raise InputError(f"there is no schema {name[:80]!r}", hint="`sparkle schemas list` names them")
    own = _shipped(name)
    if _hash(own) != entry.sha256:
        raise ConfigInvalid(
            f"pins another schema than this installation has ({entry.sha256[:12]} and {_hash(own)[:12]})",
            where=f"configs/{CONFIG}: {name}",
            hint="install the package again (in a checkout: `make schemas`)",
        )
    if entry.source == "local":
        logger.warning("schema %s is read from a local file, as configs/%s asks", name, CONFIG)
        if film is not None:
            write_memory_event(film, "schema_local", schema=name, sha256=entry.sha256)
        return Resolved(name, json.loads(own), entry.sha256, None)
    version, data = _published(entry, home, film)
    if version.sha256 != entry.sha256:
        later = _is_later(version)
        raise ConfigInvalid(
            f"version {version.number}, published in this home{' by a later version of Sparkle' * later}, "
            "is not the one this installation works with",
            where=f"schema {name}",
            hint=f"{UPGRADE}; {PUBLISH}" if later else PUBLISH,
        )
    return Resolved(name, json.loads(data), version.sha256, version.number)


def hold_to_schema(name: str, value: Any, home: Home | Path, *, film: Path | None = None) -> Resolved:
    """Hold JSON data to the published schema; returns which one it was. Raises :class:`PlanInvalid`."""
    import jsonschema

    resolved = resolve(name, home, film=film)
    validator = jsonschema.Draft202012Validator(resolved.schema)
    fault = jsonschema.exceptions.best_match(validator.iter_errors(value))
    if fault is not None:
        where = ".".join(str(part) for part in fault.absolute_path)
        raise PlanInvalid(f"{where + ': ' if where else ''}{fault.message[:300]}", where=f"schema {name}")
    return resolved


def publish(home: Home | Path, names: Iterable[str] | None = None) -> list[Version]:
    """Publish this installation's schemas (all, or those called ``names``); what is there already makes no version."""
    wanted = schema_artifacts() if names is None else names
    return AdkArtifacts(_root(home)).save([_content(name) for name in wanted])


def examine(home: Home | Path) -> list[SchemaState]:
    """How every schema stands: artifact service, pin, file of the installation and the code's own model."""
    entries = schema_artifacts()
    shelf = AdkArtifacts(_root(home))
    states = []
    for model in PUBLISHED:
        name = model.__name__
        entry, faults = entries[name], _own_faults(model, entries[name])
        versions = shelf.versions(entry.artifact) if shelf.root.is_dir() else []
        published = versions[-1].sha256 if versions else None
        if published is None:
            faults.append("not published (`sparkle schemas publish`)")
        elif published != entry.sha256 and _is_earlier(versions[-1]):
            faults.append(f"version {versions[-1].number} is an earlier one (the next film publishes this one's)")
        elif published != entry.sha256:
            faults.append(f"version {versions[-1].number} is not what is pinned (`sparkle schemas publish`)")
        else:
            try:
                shelf.latest([entry.artifact])
            except StoreFault as error:
                faults.append(f"{error.message} (`sparkle schemas publish`)")
        states.append(
            SchemaState(name, entry.artifact, entry.source, entry.sha256, len(versions), published, tuple(faults))
        )
    return states


def _own_faults(model: type[BaseModel], entry: SchemaArtifact) -> list[str]:
    faults = []
    own = _shipped(model.__name__)
    if _hash(own) != entry.sha256:
        faults.append("the pin is not the installation's file (`make schemas`)")
    if own != schema_text(model).encode():
        faults.append("the file is not the code's model (`make schemas`)")
    return faults


def _published(entry: SchemaArtifact, home: Home | Path, film: Path | None) -> tuple[Version, bytes]:
    shelf = AdkArtifacts(_root(home))
    try:
        (found,) = shelf.latest([entry.artifact])
        if found is None or found[0].sha256 != entry.sha256:
            _bring_up_to_date(shelf, film)
            (found,) = shelf.latest([entry.artifact])
    except StoreFault as error:
        error.hint = error.hint or PUBLISH
        raise
    if found is None:
        raise StoreFault("was published and is gone", where=entry.artifact, hint=PUBLISH)
    return found


def _bring_up_to_date(shelf: AdkArtifacts, film: Path | None) -> None:
    """Publish what never was, and what an earlier installation published; all else, whatever it says, is left alone."""
    entries = schema_artifacts()
    last = dict(zip(entries, shelf.latest([entry.artifact for entry in entries.values()]), strict=True))
    missing = [_content(name) for name, found in last.items() if found is None]
    earlier = [
        _content(name, over=found[0].number)
        for name, found in last.items()
        if found is not None and found[0].sha256 != entries[name].sha256 and _is_earlier(found[0])
    ]
    made = {version.name for version in shelf.save([*missing, *earlier]) if version.created}
    if first := [str(one.about["schema"]) for one in missing if one.name in made]:
        logger.info("published %d schemas under %s", len(first), shelf.root)
        if film is not None:
            write_memory_event(film, "schemas_published", schemas=first)
    if renewed := [str(one.about["schema"]) for one in earlier if one.name in made]:
        TELL.warning(
            "home of an earlier version of Sparkle: %s published beside the old",
            "1 schema" if len(renewed) == 1 else f"{len(renewed)} schemas",
        )
        if film is not None:
            write_memory_event(film, "schemas_renewed", schemas=renewed)


def _content(name: str, *, over: int | None = None) -> Content:
    ours = configured()
    about = {"schema": name, "generation": ours.generation}
    return Content(ours.schemas[name].artifact, _shipped(name), about, over)


def _generation(version: Version) -> int | None:
    """None for what Sparkle did not publish: it is neither earlier nor later."""
    number = version.about.get("generation", UNNUMBERED)
    known = isinstance(number, int) and "schema" in version.about
    return number if known else None


def _is_earlier(version: Version) -> bool:
    generation = _generation(version)
    return generation is not None and generation < configured().generation


def _is_later(version: Version) -> bool:
    generation = _generation(version)
    return generation is not None and generation > configured().generation


def _shipped(name: str) -> bytes:
    """The schema as it came with this installation."""
    path = FOLDER / f"{name}.schema.json"
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigInvalid(
            f"is missing from the installation ({error.strerror})", where=str(path), hint="install the package again"
        ) from None


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _root(home: Home | Path) -> Path:
    return home.root if isinstance(home, Home) else home
