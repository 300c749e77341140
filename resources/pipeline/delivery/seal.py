"""The seal: a signature over every byte of a delivery copy, in the last box of the file.

C2PA's own hash leaves out what players and tools may rewrite: the file type box, the padding of its signature, labels
of its own boxes. Of a copy of 40 kB one flipped byte in four was not found by it. The seal covers all of them. It
stands in a ``free`` box, which every player skips and which C2PA leaves out of its hash, so it can be written after the
manifest. The manifest names the certificate whose key sealed the file, so a seal cannot be exchanged either.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography import x509

from resources.pipeline.delivery.certificate import Signer
from resources.pipeline.delivery.signature import holds, public_key_of, signature_size

MAGIC = b"sparkle-seal-1\0\0"
_DOMAIN = b"sparkle motion delivery seal 1\0"
_BLOCK = 1 << 20


def seal(path: Path, signer: Signer) -> None:
    """Append the seal to the file at ``path``, which nobody looks at yet."""
    signature = signer.sign(_sealed(path, path.stat().st_size))
    with path.open("ab") as file:
        file.write(_head(len(signature)) + signature)


def seal_holds(path: Path, certificate: x509.Certificate) -> bool:
    """Whether the file ends with a seal by the key of ``certificate`` over everything before it."""
    key = public_key_of(certificate)
    if key is None:
        return False
    length = signature_size(key)
    head, size = _head(length), path.stat().st_size
    begin = size - length - len(head)
    if begin < 0:
        return False
    with path.open("rb") as file:
        file.seek(begin)
        tail = file.read()
    return tail.startswith(head) and holds(key, tail[len(head) :], _sealed(path, begin))


def _head(signature: int) -> bytes:
    return (8 + len(MAGIC) + signature).to_bytes(4, "big") + b"free" + MAGIC


def _sealed(path: Path, size: int) -> bytes:
    """What is signed: the hash of the first ``size`` bytes, and what the hash is for."""
    told, left = hashlib.sha256(), size
    with path.open("rb") as file:
        while left and (block := file.read(min(left, _BLOCK))):
            told.update(block)
            left -= len(block)
    return _DOMAIN + size.to_bytes(8, "big") + told.digest()
