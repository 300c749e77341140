"""Latents on disk between sampling and decoding: a crash, or a decoder without room, costs the decode alone.

131 KB a picture at 1024 x 1024 in 16 bits. They are kept until the next batch begins, when what they became has long
been published, and for a week where no next batch came.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from resources.store.atomic import disk_errors, write_bytes

KEPT_S = 7 * 24 * 3600


class LatentStore:
    """Tensors by name, each whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: str) -> Any | None:
        """The latents called ``key``, (1, 4, rows, columns) on the CPU; None where there are none that can be read."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        path = self._path(key)
        try:
            return load(path.read_bytes())["latents"]
        except FileNotFoundError:
            return None
        except (SafetensorError, KeyError):
            path.unlink(missing_ok=True)
            return None

    def has(self, key: str) -> bool:
        """Whether there are latents of that name that can be read."""
        return self.read(key) is not None

    def write(self, key: str, latents: Any) -> None:
        """Keep ``latents`` (1, 4, rows, columns). Raises :class:`StoreFault`, :class:`DiskFull`."""
        from safetensors.torch import save

        write_bytes(self._path(key), save({"latents": latents.detach().cpu().contiguous()}))

    def forget(self, key: str) -> None:
        """Remove them."""
        with disk_errors(self.folder):
            self._path(key).unlink(missing_ok=True)

    def sweep(self, older_than_s: float = KEPT_S) -> int:
        """Remove what nobody came back for. Returns how many."""
        gone, oldest = 0, time.time() - older_than_s
        for path in self.folder.glob("*.safetensors"):
            with disk_errors(path):
                if path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.safetensors"
