"""ADK's artifact service under ``SPARKLE_HOME/adk/artifacts``, for code that is not a coroutine.

App ``sparkle``, user ``studio``, session = film. Names that begin with ``user:`` are read from every session: schemas
are kept there. Everything goes through :class:`google.adk.artifacts.FileArtifactService`, also when reading: its layout
on disk is its own business, and the paths that must not pay for importing ADK (0.65 s) do not read artifacts at all.

Content decides: saving what is there already makes no new version. Media never goes in, only references to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from resources.agents.adk_factory import require_adk
from resources.agents.loop import run_to_end
from resources.errors import StoreFault
from resources.store.atomic import disk_errors, sync_file, sync_folder
from resources.store.locks import short_lock

if TYPE_CHECKING:
    from google.adk.artifacts import FileArtifactService
    from google.adk.artifacts.base_artifact_service import ArtifactVersion

APP = "sparkle"
USER = "studio"
JSON = "application/json"
_DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class Content:
    """Something to keep: JSON, and what else its version's metadata says."""

    name: str
    data: bytes
    about: Mapping[str, Any] = field(default_factory=dict)
    over: int | None = None
    """Only when this is still the last version; another that was saved meanwhile stays the last."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an artifact, counted from 0. ``created`` says whether this very call made it."""

    name: str
    number: int
    sha256: str
    created: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else was kept with it."""


class AdkArtifacts:
    """The artifacts of one home. Each call runs one event loop, so give it all that belongs together at once."""

    def __init__(self, home: Path) -> None:
        self.root = home / "adk" / "artifacts"

    @cached_property
    def service(self) -> FileArtifactService:
        """The service itself, as a Runner takes it."""
        require_adk()
        from google.adk.artifacts import FileArtifactService

        with disk_errors(self.root):
            return FileArtifactService(self.root)

    def save(self, contents: Sequence[Content], *, movie: str | None = None) -> list[Version]:
        """Keep ``contents`` of a film or, with ``user:`` in front of their names, of the studio.

        Two processes that save the same content make one version. Raises :class:`StoreFault`.
        """

        async def every() -> list[Version]:
            return [await self._save(one, movie) for one in contents]

        with disk_errors(self.root), short_lock(self.root / ".lock"):
            return run_to_end(every)

    def latest(self, names: Sequence[str], *, movie: str | None = None) -> list[tuple[Version, bytes] | None]:
        """The last version of each name with its content; None where there is none.

        Raises :class:`StoreFault` when one is not what was saved.
        """

        async def every() -> list[tuple[Version, bytes] | None]:
            found: list[tuple[Version, bytes] | None] = []
            for name in names:
                last = await self._last(name, movie)
                found.append(None if last is None else (last, await self._load(last, movie)))
            return found

        with disk_errors(self.root):
            return run_to_end(every)

    def load(self, name: str, number: int, *, movie: str | None = None) -> bytes | None:
        """The content of one version, or None when there is no such version. Raises :class:`StoreFault`."""

        async def one() -> bytes | None:
            kept = await self.service.get_artifact_version(**self._scope(name, movie), version=number)
            return None if kept is None else await self._load(_version(name, kept), movie)

        with disk_errors(self.root):
            return run_to_end(one)

    def versions(self, name: str, *, movie: str | None = None) -> list[Version]:
        """All versions, oldest first."""

        async def every() -> list[Version]:
            kept = await self.service.list_artifact_versions(**self._scope(name, movie))
            return [_version(name, one) for one in kept]

        with disk_errors(self.root):
            return run_to_end(every)

    def names(self, movie: str) -> list[str]:
        """Names of a film's artifacts, sorted."""

        async def every() -> list[str]:
            found = await self.service.list_artifact_keys(app_name=APP, user_id=USER, session_id=movie)
            return sorted(name for name in found if not name.startswith("user:"))

        with disk_errors(self.root):
            return run_to_end(every)

    def forget(self, movie: str) -> None:
        """Remove every artifact of a film: a later film of the same name does not inherit its versions."""
        if not self.root.is_dir():
            return

        async def every(names: list[str]) -> None:
            for name in names:
                await self.service.delete_artifact(**self._scope(name, movie))

        with disk_errors(self.root), short_lock(self.root / ".lock"):
            names = self.names(movie)
            run_to_end(lambda: every(names))

    @staticmethod
    def _scope(name: str, movie: str | None) -> dict[str, Any]:
        return {"app_name": APP, "user_id": USER, "session_id": movie, "filename": name}

    async def _save(self, content: Content, movie: str | None) -> Version:
        from google.genai import types

        digest = hashlib.sha256(content.data).hexdigest()
        last = await self._last(content.name, movie)
        if last is not None and last.sha256 == digest and await self._bytes(last, movie) == content.data:
            return last
        if last is not None and content.over is not None and last.number != content.over:
            return last
        part = types.Part.from_bytes(data=content.data, mime_type=JSON)
        number = await self.service.save_artifact(
            **self._scope(content.name, movie), artifact=part, custom_metadata={_DIGEST: digest, **content.about}
        )
        kept = await self.service.get_artifact_version(**self._scope(content.name, movie), version=number)
        if kept is not None:
            _sync(kept.canonical_uri)
        return Version(content.name, number, digest, created=True, about=content.about)

    async def _last(self, name: str, movie: str | None) -> Version | None:
        kept = await self.service.get_artifact_version(**self._scope(name, movie))
        return None if kept is None else _version(name, kept)

    async def _load(self, version: Version, movie: str | None) -> bytes:
        data = await self._bytes(version, movie)
        if data is None or hashlib.sha256(data).hexdigest() != version.sha256:
            raise StoreFault(f"version {version.number} is damaged", where=f"artifact {version.name} under {self.root}")
        return data

    async def _bytes(self, version: Version, movie: str | None) -> bytes | None:
        part = await self.service.load_artifact(**self._scope(version.name, movie), version=version.number)
        return part.inline_data.data if part is not None and part.inline_data is not None else None


def _version(name: str, kept: ArtifactVersion) -> Version:
    about = {key: value for key, value in kept.custom_metadata.items() if key != _DIGEST}
    return Version(name, kept.version, str(kept.custom_metadata.get(_DIGEST, "")), about=about)


def _sync(uri: str) -> None:
    """Make a new version, a folder, survive a power cut, as everything that is published."""
    folder = Path(unquote(urlparse(uri).path)).parent
    for file in folder.iterdir():
        sync_file(file)
    sync_folder(folder)
    sync_folder(folder.parent)
