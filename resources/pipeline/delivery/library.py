"""The C2PA library, imported when a film is delivered or verified, and kept away from the network.

It may fetch revocation lists, remote manifests and time stamps. All of that is off: what a file says of itself is
decided from the file, and a signature's time is its machine's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from resources.errors import RenderFault
from resources.pipeline.delivery.certificate import Signer
from resources.pipeline.delivery.signature import algorithm, public_key_of

MP4 = "video/mp4"
MOST_IN_MEMORY_MB = 16
"""The library copies a film while it signs, into a file from this size on: 400 MB took 0.8 GB of memory at its own
512 MB, and 0.4 GB so, which are the blocks that it hashes."""
OFFLINE: dict[str, Any] = {
    "verify": {
        "verify_after_sign": True,
        "verify_trust": False,  # whom a home trusts is decided by the home, from the certificate itself
        "verify_timestamp_trust": False,
        "ocsp_fetch": False,
        "remote_manifest_fetch": False,
    },
    "core": {"allowed_network_hosts": [], "backing_store_memory_threshold_in_mb": MOST_IN_MEMORY_MB},
    "builder": {"thumbnail": {"enabled": False}, "certificate_status_fetch": None},
}
INGREDIENTS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": MP4,
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".avi": "video/avi",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
}
"""Files of the user's own that the library can look into: a manifest that they bring is kept in ours."""


def write_manifest(
    definition: dict[str, Any], source: Path, target: BinaryIO, signer: Signer, own: Sequence[tuple[str, Path]] = ()
) -> None:
    """Write ``source`` with its manifest into ``target`` (open to read and write).

    ``own``: the user's own material by its ingredient's id. Raises :class:`RenderFault` when the library says no.
    """
    import c2pa

    key = public_key_of(signer.certificate)
    if key is None:
        raise ValueError("a signer's key was looked at when it was read")
    kind = c2pa.C2paSigningAlg[algorithm(key)]
    try:
        with (
            closing(c2pa.Context.from_dict(OFFLINE)) as context,
            c2pa.Signer.from_callback(signer.sign, kind, signer.pem) as native,
            c2pa.Builder({**definition, "ingredients": _unread(own)}, context) as builder,
        ):
            for name, path in own:
                if path.suffix.lower() in INGREDIENTS:
                    with path.open("rb") as file:
                        builder.add_ingredient(_ingredient(name, path), INGREDIENTS[path.suffix.lower()], file)
            with source.open("rb") as file:
                builder.sign(native, MP4, file, target)
    except c2pa.C2paError as error:
        hint = "the certificate must be one that C2PA allows: not self-signed, for claim signing or e-mail protection"
        raise RenderFault(f"the film could not be signed: {one_line(error)}", where=source.name, hint=hint) from None


def read_manifest(path: Path) -> dict[str, Any] | None:
    """What the library's reader says of a file: ``active_manifest``, ``manifests``, ``validation_state``, ...

    None for a file without a manifest. Raises :class:`RenderFault` for a manifest that cannot be read.
    """
    import json

    import c2pa

    try:
        with path.open("rb") as file, closing(c2pa.Context.from_dict(OFFLINE)) as context:
            reader = c2pa.Reader.try_create(MP4, file, context=context)
            if reader is None:
                return None
            with reader:
                told: dict[str, Any] = json.loads(reader.json())
                return told
    except c2pa.C2paError as error:
        raise RenderFault(f"its C2PA manifest is damaged: {one_line(error)}", where=path.name) from None


def one_line(error: Exception) -> str:
    """What the library says, short enough to be read."""
    return " ".join(str(error).split())[:300]


def _unread(own: Sequence[tuple[str, Path]]) -> list[dict[str, Any]]:
    """Ingredients that are named alone: the library does not know their form."""
    return [_ingredient(name, path) for name, path in own if path.suffix.lower() not in INGREDIENTS]


def _ingredient(name: str, path: Path) -> dict[str, Any]:
    return {"title": path.name, "relationship": "componentOf", "instance_id": name, "label": name}
