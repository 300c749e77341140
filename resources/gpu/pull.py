"""Fetching a model from its repository, once, and holding it to what is pinned, or recording what came."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from resources.errors import DiskFull, InputError
from resources.gpu.errors import ModelDamaged, ModelMissing
from resources.gpu.registry import ModelEntry, ModelFile, Registry, is_inside
from resources.store.atomic import disk_errors
from resources.store.fingerprint import hash_file

TIMEOUT_S = 30.0
SLACK = 1 << 30
"""Bytes of the disk that stay free."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository at one commit. The hub tells a SHA-256 of large files only."""

    path: str
    bytes: int | None
    sha256: str | None


class Hub(Protocol):
    """Where models are fetched from."""

    def files(self, repo: str, revision: str) -> list[HubFile]:
        """Every file of ``repo`` at ``revision``."""
        ...

    def fetch(self, repo: str, revision: str, path: str, folder: Path) -> None:
        """Put the file ``path`` below ``folder``; what is half there goes on."""
        ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull came to."""

    key: str
    fetched: list[str]
    kept: list[str]
    trusted: list[str]
    """Files that were taken on trust: no hash was known for them before."""
    bytes: int


def pull(
    registry: Registry, key: str, hub: Hub, *, accepted: bool = False, say: Callable[[str], None] = lambda line: None
) -> Pulled:
    """Fetch what is missing of a model and hold every file to its hash. A second call fetches nothing.

    Raises :class:`InputError` when the licence wants to be accepted, :class:`ModelMissing` when the hub has no such
    model or will not give it, :class:`ModelDamaged` for a file that is not what was pinned (it is removed),
    :class:`DiskFull` before anything is fetched.
    """
    entry, folder = registry.entry(key), registry.folder_of(key)
    if entry.accept and not accepted:
        raise InputError(
            f"{entry.title} comes under {entry.licence}: {entry.limits}",
            where=entry.licence_url,
            hint=f"`sparkle models pull {key} --accept-licence`",
        )
    known = registry.expected(key)
    offered = _offered(entry, hub)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    waiting = [file for file in offered if not _is_there(folder, known.get(file.path), file)]
    _check_space(folder, sum(file.bytes or 0 for file in waiting))
    for file in waiting:
        say(f"{file.path}  {(file.bytes or 0) / 1e6:,.1f} MB")
        with disk_errors(folder / file.path):
            hub.fetch(entry.repo, entry.revision, file.path, folder)
    held, trusted = _hold(folder, offered, known)
    registry.write_record(key, held)
    fetched = [file.path for file in waiting]
    kept = [file.path for file in offered if file.path not in fetched]
    return Pulled(key, fetched, kept, trusted, sum(file.bytes or 0 for file in held))


def _offered(entry: ModelEntry, hub: Hub) -> list[HubFile]:
    """The files of the model that the hub has; all that are listed must be among them."""
    offered = [file for file in hub.files(entry.repo, entry.revision) if entry.wants(file.path)]
    bad = [file.path for file in offered if not is_inside(file.path)]
    absent = [file.path for file in entry.files if file.path not in {one.path for one in offered}]
    if bad or absent or not offered:
        told = f"a file called {bad[0]!r}" if bad else f"no {absent[0] if absent else entry.patterns[0]}"
        raise ModelMissing(f"the repository has {told}", where=f"{entry.repo}@{entry.revision[:12]}")
    return sorted(offered, key=lambda file: file.path)


def _is_there(folder: Path, known: ModelFile | None, offered: HubFile) -> bool:
    """Whether a file need not be fetched: it is there and has the hash that it must have."""
    path = folder / offered.path
    sha256 = (known.sha256 if known else None) or offered.sha256
    size = (known.bytes if known else None) or offered.bytes
    if not path.is_file() or sha256 is None or (size is not None and path.stat().st_size != size):
        return False
    return hash_file(path) == sha256


def _hold(folder: Path, offered: list[HubFile], known: dict[str, ModelFile]) -> tuple[list[ModelFile], list[str]]:
    """Every file with its hash, and those for which none was pinned. A file that is another one is removed."""
    held: list[ModelFile] = []
    trusted: list[str] = []
    for file in offered:
        path = folder / file.path
        if not path.is_file():
            raise ModelMissing("did not arrive", where=str(path), hint="run the same command again")
        pinned = known.get(file.path)
        wanted = (pinned.sha256 if pinned else None) or file.sha256
        found = hash_file(path)
        if wanted is not None and found != wanted:
            path.unlink()
            raise ModelDamaged(
                f"is not what was pinned: sha256 {found[:16]}..., expected {wanted[:16]}...", where=str(path),
                hint="it was removed; run the same command again",
            )  # fmt: skip
        if pinned is None or pinned.sha256 is None:
            trusted.append(file.path)
        held.append(ModelFile(path=file.path, bytes=path.stat().st_size, sha256=found))
    return held, trusted


def _check_space(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if wanted + SLACK > free:
        raise DiskFull(
            f"{wanted / 1e9:.1f} GB are to be fetched, {free / 1e9:.1f} GB are free", where=str(folder),
            hint="set SPARKLE_MODELS to a folder on a larger disk",
        )  # fmt: skip


class HuggingFaceHub:
    """huggingface.co, through its own client: it resumes, and knows tokens and mirrors (``HF_ENDPOINT``)."""

    def files(self, repo: str, revision: str) -> list[HubFile]:
        """Every file of ``repo`` at ``revision``."""
        hub = self._client()
        info = self._asked(repo, revision, lambda: hub.HfApi().model_info(
            repo, revision=revision, files_metadata=True, timeout=TIMEOUT_S))  # fmt: skip
        return [
            HubFile(one.rfilename, one.size, one.lfs.sha256 if one.lfs is not None else None)
            for one in info.siblings or []
        ]

    def fetch(self, repo: str, revision: str, path: str, folder: Path) -> None:
        """Put the file ``path`` below ``folder``."""
        hub = self._client()
        self._asked(repo, revision, lambda: hub.hf_hub_download(repo, path, revision=revision, local_dir=folder))

    @staticmethod
    def _client() -> Any:
        try:
            import huggingface_hub
        except ImportError:
            raise ModelMissing(
                "fetching models needs huggingface_hub", hint="pip install 'sparkle-motion[gpu]'"
            ) from None
        return huggingface_hub

    @staticmethod
    def _asked(repo: str, revision: str, question: Callable[[], Any]) -> Any:
        """The hub's answer, or what it said, in one line. Its HTTP client's errors are those that it names itself."""
        from huggingface_hub import errors as told

        errors: Any = told  # its HTTP client differs from version to version, and is not in its type information
        where = f"{repo}@{revision[:12]}"
        unreachable = (errors.HfHubHTTPError, errors.HTTPError, errors.LocalEntryNotFoundError, ConnectionError)
        try:
            return question()
        except errors.GatedRepoError:
            hint = f"accept its terms at https://huggingface.co/{repo}, then `hf auth login`"
            raise ModelMissing("is given out only to who accepted its terms", where=where, hint=hint) from None
        except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError, errors.RemoteEntryNotFoundError) as error:
            raise ModelMissing(f"is not on the hub: {_line(error)}", where=where) from None
        except unreachable as error:
            hint = "look at the network, HF_ENDPOINT and HF_HUB_OFFLINE, or copy the files into SPARKLE_MODELS by hand"
            raise ModelMissing(f"the hub cannot be reached: {_line(error)}", where=where, hint=hint) from None


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
