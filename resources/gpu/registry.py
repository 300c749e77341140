"""The models that may be loaded: pinned revisions and hashes, terms, and whether the disk has what was pinned.

The folder is ``SPARKLE_MODELS``, else ``models/`` in the home; one subfolder a model, named by its key, which may be a
link to a copy elsewhere. ``sparkle-model.json`` beside the files records what was fetched, and which file was hashed
when: a file is hashed anew only when its size, its time or its inode changed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import Field, model_validator

from resources.config import load_config
from resources.gpu.errors import ModelDamaged, ModelMissing
from resources.gpu.estimate import Bytes, Part, estimate, parts_of_folder
from resources.gpu.ladder import LADDER, Rung, ladder_without
from resources.gpu.plan import LoadPlan, Precision
from resources.gpu.spec import Load, ModelSpec, spec_of
from resources.gpu.workloads import WORK
from resources.store.atomic import write_json
from resources.store.fingerprint import digest, hash_file
from schemas.plan import Strict

RECORD = "sparkle-model.json"
PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz", ".joblib"})
"""Formats that can carry code. One is read only when ``configs/models.yaml`` has its hash, with ``weights_only``."""

Hash = re.compile(r"[0-9a-f]{64}")
Commit = re.compile(r"[0-9a-f]{40}")
State = Literal["ready", "partial", "missing", "unchecked"]


class ModelFile(Strict):
    """A file of a model, below its folder."""

    path: str = Field(max_length=300)
    bytes: int | None = Field(None, ge=0)
    sha256: str | None = Field(None, pattern=Hash.pattern)

    @model_validator(mode="after")
    def _inside(self) -> ModelFile:
        if not is_inside(self.path):
            raise ValueError(f"{self.path!r} is not a path below the model's folder")
        return self


class ModelPart(Strict):
    """A piece of a model, for estimates before it is here."""

    name: str
    parameters: int = Field(ge=1)
    largest_layer: int = Field(0, ge=0)
    quantised: bool = True
    keeps: Literal["", "float32"] = ""

    def part(self) -> Part:
        """As estimates use it."""
        return Part(self.name, self.parameters, self.largest_layer, self.quantised, self.keeps)


class ModelEntry(Strict):
    """One model of ``configs/models.yaml``."""

    title: str
    repo: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*/[\w.-]+$")
    revision: str
    licence: str
    licence_url: str = Field(pattern=r"^https://")
    limits: str = ""
    commercial: bool
    accept: bool = False
    gated: bool = False
    unverified: bool = False
    loader: str
    variant: str = ""
    dtype: Precision
    work: str
    skips: list[str] = Field(default_factory=list)
    """Rungs of the ladder that are no use to this model."""
    typical: dict[str, int] = Field(default_factory=dict)
    download_bytes: int | None = None
    parts: list[ModelPart] = Field(min_length=1)
    files: list[ModelFile] = Field(default_factory=list)
    patterns: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _pinned(self) -> ModelEntry:
        hashed = bool(self.files) and not self.patterns and all(file.sha256 for file in self.files)
        if not Commit.fullmatch(self.revision) and not hashed:
            raise ValueError(f"revision {self.revision!r} is no commit, and not every file has its SHA-256")
        if hashed == self.unverified:
            raise ValueError("`unverified` says whether some file has no SHA-256 here, and it does not hold")
        for file in self.files:
            if PurePosixPath(file.path).suffix in PICKLES and not file.sha256:
                raise ValueError(f"{file.path} can carry code and has no SHA-256")
        if not self.files and not self.patterns:
            raise ValueError("neither files nor patterns")
        if unknown := set(self.skips) - {rung.name for rung in LADDER}:
            raise ValueError(f"the ladder has no {', '.join(sorted(unknown))}")
        if self.work not in WORK:
            raise ValueError(f"there is no work {self.work!r} ({', '.join(sorted(WORK))})")
        return self

    def wants(self, path: str) -> bool:
        """Whether a file of the repository belongs to the model. Patterns never take what can carry code."""
        if any(file.path == path for file in self.files):
            return True
        return PurePosixPath(path).suffix not in PICKLES and any(_matches(path, one) for one in self.patterns)

    def plan(self, key: str, **given: Any) -> LoadPlan:
        """The plan of a typical request; ``given`` wins."""
        return LoadPlan.from_told({"model_key": key, "dtype": self.dtype, **self.typical, **given})

    @property
    def spreads(self) -> bool:
        """Whether its loader lays it over several cards when it is told to."""
        return self.loader.partition(".")[0] in ("diffusers", "transformers")

    @property
    def bytes(self) -> int:
        """Bytes to fetch, as far as they are known."""
        return self.download_bytes or sum(file.bytes or 0 for file in self.files)

    @property
    def weight_bytes(self) -> int | None:
        """Bytes of its weights as they are published, counted; None where the files' precision is not known."""
        if self.variant == "fp16":
            return sum(2 * part.parameters for part in self.parts)
        if all(part.keeps == "float32" for part in self.parts):
            return sum(4 * part.parameters for part in self.parts)
        return None

    @property
    def bytes_known(self) -> bool:
        """Whether :attr:`bytes` is all of it."""
        return self.download_bytes is not None or (
            not self.patterns and all(file.bytes is not None for file in self.files)
        )


class Models(Strict):
    """``configs/models.yaml``."""

    models: dict[str, ModelEntry]


class Registry:
    """The models of a machine."""

    def __init__(self, folder: Path, models: Mapping[str, ModelEntry] | None = None) -> None:
        self.folder = folder
        self.models = dict(models if models is not None else load_config("models.yaml", Models).models)

    @classmethod
    def of_home(cls, home: Path) -> Registry:
        """The models of ``SPARKLE_MODELS``, else of a home's folder."""
        own = os.environ.get("SPARKLE_MODELS")
        return cls(Path(own).expanduser().absolute() if own else home / "models")

    def entry(self, key: str) -> ModelEntry:
        """What is said of a model. Raises :class:`ModelMissing` for one that is not listed."""
        if key not in self.models:
            raise ModelMissing(f"there is no model {key[:80]!r}", hint=f"models: {', '.join(sorted(self.models))}")
        return self.models[key]

    def folder_of(self, key: str) -> Path:
        """Where the model's files are, or would be."""
        self.entry(key)
        return self.folder / key

    def revision(self, key: str) -> str:
        """What goes into fingerprints: the commit, and which files are held to which hashes."""
        entry, known = self.entry(key), self.expected(key)
        return digest([entry.repo, entry.revision, sorted((one.path, one.sha256) for one in known.values())])[:16]

    def expected(self, key: str) -> dict[str, ModelFile]:
        """Every file that must be there, by path: the pinned ones, and those recorded at the first pull."""
        found = {file.path: file for file in self.entry(key).files}
        for path, told in self.record(key).get("files", {}).items():
            pinned = found.get(path)
            if pinned is None or pinned.sha256 is None:
                found[path] = ModelFile(path=path, bytes=told["bytes"], sha256=told["sha256"])
        return found

    def record(self, key: str) -> dict[str, Any]:
        """What was recorded beside the files; empty where nothing was. Raises :class:`ModelDamaged`."""
        path = self.folder_of(key) / RECORD
        try:
            value: dict[str, Any] = json.loads(path.read_bytes())
            value["files"] = {str(one): {"bytes": int(t["bytes"]), "sha256": str(t["sha256"])}
                              for one, t in value["files"].items()}  # fmt: skip
            value["seen"] = {str(one): [int(n) for n in stamp] for one, stamp in value["seen"].items()}
            return value
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ModelDamaged(
                "cannot be read", where=str(path), hint=f"delete it and `sparkle models pull {key}`"
            ) from None

    def write_record(self, key: str, files: Iterable[ModelFile]) -> None:
        """Record what the files are, once they were hashed."""
        entry, folder = self.entry(key), self.folder_of(key)
        files = list(files)
        told = {file.path: {"bytes": (folder / file.path).stat().st_size, "sha256": file.sha256} for file in files}
        seen = {file.path: _stamp(folder / file.path) for file in files}
        write_json(folder / RECORD, {"repo": entry.repo, "revision": entry.revision, "files": told, "seen": seen})

    def state(self, key: str) -> State:
        """What is on the disk, by a look at names and sizes alone."""
        entry, folder, expected = self.entry(key), self.folder_of(key), self.expected(key)
        there = [path for path in expected if (folder / path).is_file()]
        if not there:
            return "unchecked" if entry.patterns and any(folder.glob("**/*.safetensors")) else "missing"
        if len(there) < len(expected) or any(self._wrong_size(folder, expected[path]) for path in there):
            return "partial"
        record = self.record(key)
        if entry.patterns and not record:
            return "unchecked"
        return "ready" if all(file.sha256 for file in expected.values()) else "unchecked"

    def verify(self, key: str, *, again: bool = True) -> list[str]:
        """What is wrong with the files of a model, one line for each; empty when all is as pinned.

        ``again`` hashes every file; else only those that changed since they were hashed.
        """
        folder, expected = self.folder_of(key), self.expected(key)
        seen = self.record(key).get("seen", {})
        faults = self._strangers(key, folder, expected)
        good: list[ModelFile] = []
        for path, file in sorted(expected.items()):
            fault = self._fault(folder, file, None if again else seen.get(path))
            if fault:
                faults.append(f"{path}: {fault}")
            elif file.sha256:
                good.append(file)
        if not faults and good and any(seen.get(file.path) != _stamp(folder / file.path) for file in good):
            self.write_record(key, good)
        return faults

    def ready(self, key: str) -> Path:
        """The folder of a model whose files are as pinned. Raises :class:`ModelMissing`, :class:`ModelDamaged`."""
        state, folder = self.state(key), self.folder_of(key)
        if state == "missing":
            raise ModelMissing(
                f"the model {key!r} is not on this machine", where=str(folder), hint=f"`sparkle models pull {key}`"
            )
        if state == "unchecked":
            raise ModelMissing(
                f"the model {key!r} was put here by hand, and nobody said that it is to be trusted",
                where=str(folder),
                hint=f"`sparkle models pull {key}`, or `sparkle models verify {key} --record` to trust these files",
            )
        faults = self.verify(key, again=False)
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise ModelDamaged(f"{faults[0]}{more}", where=str(folder), hint=f"`sparkle models pull {key}`")
        return folder

    def require(self, keys: Iterable[str]) -> None:
        """Raise :class:`ModelMissing` that names every one of ``keys`` which is not here whole, and how to get them.

        Names and sizes are looked at; hashes are held before each load (:meth:`ready`).
        """
        lacking = [key for key in dict.fromkeys(keys) if self.state(key) in ("missing", "partial")]
        if not lacking:
            return
        accept = " --accept-licence" if any(self.entry(key).accept for key in lacking) else ""
        told = "the model" if len(lacking) == 1 else "the models"
        raise ModelMissing(
            f"{told} {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not on this machine",
            where=str(self.folder),
            hint=f"`sparkle models pull {' '.join(lacking)}{accept}`; `sparkle models list` tells sizes and terms",
        )

    def trust(self, key: str) -> list[ModelFile]:
        """Record the files that are there as those to hold to, where no hash is pinned; pinned ones must still hold."""
        entry, folder = self.entry(key), self.folder_of(key)
        paths = sorted(p.relative_to(folder).as_posix() for p in folder.glob("**/*") if p.is_file())
        pinned = {file.path: file for file in entry.files}
        found = []
        for path in (path for path in paths if entry.wants(path)):
            sha256 = hash_file(folder / path)
            known = pinned.get(path)
            if known is not None and known.sha256 not in (None, sha256):
                raise ModelDamaged("is not the file that is pinned", where=str(folder / path))
            found.append(ModelFile(path=path, bytes=(folder / path).stat().st_size, sha256=sha256))
        if not found:
            raise ModelMissing(f"there are no files of {key!r} here", where=str(folder))
        self.write_record(key, found)
        return found

    def parts(self, key: str) -> tuple[Part, ...]:
        """The model's parts: counted from the files where they are, else as listed."""
        listed = tuple(part.part() for part in self.entry(key).parts)
        if self.state(key) in ("ready", "unchecked"):
            counted = parts_of_folder(self.folder_of(key), listed)
            if {part.name for part in counted} == {part.name for part in listed}:
                return tuple(counted)
        return listed

    def rungs(self, *keys: str) -> tuple[Rung, ...]:
        """The ladder of a model, or of several that are loaded as one."""
        return ladder_without(*(rung for key in keys for rung in self.entry(key).skips))

    def predicted(self, key: str, plan: LoadPlan) -> Bytes:
        """What a plan of this model takes."""
        return estimate(self.parts(key), WORK[self.entry(key).work], plan)

    def spec(
        self, key: str, load: Load, *, unload: Any = None, work: Any = None, beside: tuple[str, ...] = ()
    ) -> ModelSpec:
        """The model for the pool: its files are verified before each load. ``work`` replaces the listed formula.

        ``beside``: models that ``load`` adds to it (an adapter), so that they are one for the pool.
        """
        entry = self.entry(key)
        parts = tuple(part.part() for one in (key, *beside) for part in self.entry(one).parts)

        def files() -> Path:
            for one in beside:
                self.ready(one)
            return self.ready(key)

        return spec_of("+".join((key, *beside)), load, work or WORK[entry.work], files, parts=parts, unload=unload)

    def _strangers(self, key: str, folder: Path, expected: Mapping[str, ModelFile]) -> list[str]:
        """Files that can carry code and that nobody pinned: a loader might find them."""
        found = sorted(p for p in folder.glob("**/*") if p.suffix in PICKLES and p.is_file())
        paths = [path.relative_to(folder).as_posix() for path in found]
        return [f"{path}: can carry code and is not of this model" for path in paths if path not in expected]

    @staticmethod
    def _wrong_size(folder: Path, file: ModelFile) -> bool:
        return file.bytes is not None and (folder / file.path).stat().st_size != file.bytes

    def _fault(self, folder: Path, file: ModelFile, seen: list[int] | None) -> str:
        path = folder / file.path
        if not path.is_file():
            return "is missing"
        if self._wrong_size(folder, file):
            return f"has {path.stat().st_size:,} bytes, not {file.bytes:,}"
        if file.sha256 is None:
            return "has no SHA-256 to hold it to"
        if seen is not None and seen == _stamp(path):
            return ""
        found = hash_file(path)
        return "" if found == file.sha256 else f"sha256 {found[:16]}..., expected {file.sha256[:16]}..."


def is_inside(path: str) -> bool:
    """Whether a name from outside is a plain relative path: no root, no step up, no backslash, nothing hidden."""
    pieces = path.split("/")
    return bool(path) and "\\" not in path and "\0" not in path and all(p and not p.startswith(".") for p in pieces)


def _matches(path: str, pattern: str) -> bool:
    """``*`` does not pass a slash: a pattern has as many parts as the paths it takes."""
    pieces, wanted = path.split("/"), pattern.split("/")
    return len(pieces) == len(wanted) and all(fnmatchcase(p, w) for p, w in zip(pieces, wanted, strict=True))


def _stamp(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]
