"""On what kind of file system a folder lies: whether other hosts may write there too."""

from __future__ import annotations

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.ceph", "lustre", "gpfs", "beegfs", "glusterfs"})
"""Kinds that several hosts mount; ``fuse.glusterfs`` and the like count by what follows the dot."""


def on_network(path: Path, mounts: Path = MOUNTS) -> bool:
    """Whether ``path``, which need not exist, lies on a file system of the network; False where nobody tells."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    wanted, longest, kind = os.path.realpath(path), "", ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].encode("latin-1", "replace").decode("unicode_escape")  # \040 is a space
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(longest):
            longest, kind = point, fields[2]
    return kind in NETWORK or kind.removeprefix("fuse.") in NETWORK
