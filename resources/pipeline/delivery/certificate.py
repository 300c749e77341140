"""The key that signs delivery copies, this home's own (made on first use) or the user's; whose keys a home knows."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from resources.keys import KeyRefused, read_private
from resources.pipeline.delivery.issue import issued
from resources.pipeline.delivery.signature import PrivateKey, is_private, public_key_of, sign
from resources.store.atomic import TEMPORARY, disk_errors, sync_folder, write_bytes
from resources.store.film import Home, read_text
from resources.store.locks import short_lock

FOLDER = "keys"
KEY, CHAIN, TRUSTED = "signing.key", "signing.pem", "trusted"
MAX_PEM_BYTES = 100_000
MAX_CHAIN = 8


@dataclass(frozen=True)
class Signer:
    """A private key with its certificate and those above it. The key is in no ``repr``, and is never written."""

    chain: tuple[x509.Certificate, ...]
    _key: PrivateKey

    def __repr__(self) -> str:
        return f"Signer({name_of(self.chain[0])!r})"

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's own."""
        return self.chain[0]

    @property
    def pem(self) -> str:
        """The whole chain."""
        return "".join(pem_of(one) for one in self.chain)

    def sign(self, data: bytes) -> bytes:
        """A signature of ``data`` in the form that COSE wants."""
        return sign(self._key, data)


def home_signer(home: Home) -> Signer:
    """This home's own signer, made on first use. Raises :class:`KeyRefused`."""
    folder = keys_folder(home, make=True)
    with short_lock(folder / ".lock"):
        key, chain = folder / KEY, folder / CHAIN
        if not (os.path.lexists(key) and os.path.lexists(chain)):
            if chain.is_file():  # its key is gone: what it signed is still ours
                remember(home, _certificates(read_text(chain, limit=MAX_PEM_BYTES), chain))
            _make(folder)
        return _load(chain, key, hint=f"remove {folder / KEY} and {folder / CHAIN}, and new ones are made")


def own_signer(certificate: Path, key: Path) -> Signer:
    """The user's own: ``certificate`` is PEM, the signer's first, then its issuers. Raises :class:`KeyRefused`."""
    return _load(certificate, key, hint="give the certificate and the key that belong together")


def remember(home: Home, chain: tuple[x509.Certificate, ...]) -> None:
    """Let this home trust what ``chain`` signed, now and later."""
    leaf = chain[0]
    name = leaf.fingerprint(hashes.SHA256()).hex()[:32]
    path = keys_folder(home, make=True) / TRUSTED / f"{name}.pem"
    if not path.exists():
        write_bytes(path, pem_of(leaf).encode())


def trusts(home: Home, leaf: x509.Certificate) -> bool:
    """Whether this home knows the certificate ``leaf``: its own, or one that it was told to remember."""
    folder = keys_folder(home, make=False)
    known = [path for path in [folder / CHAIN, *sorted((folder / TRUSTED).glob("*.pem"))] if path.is_file()]
    found = [_certificates(read_text(path, limit=MAX_PEM_BYTES), path)[0] for path in known]
    return any(leaf == one for one in found)


def pem_of(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def name_of(certificate: x509.Certificate) -> str:
    """Whose certificate it is, in one line without control characters."""
    try:
        names = [
            str(one.value)
            for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
            for one in certificate.subject.get_attributes_for_oid(oid)
        ]
    except ValueError:  # only somebody who signs nonsense with a key of theirs gets here
        names = []
    plain = ["".join(c if c.isprintable() else " " for c in name)[:200] for name in names]
    return ", ".join(dict.fromkeys(plain)) or "somebody without a name"


def keys_folder(home: Home, *, make: bool) -> Path:
    """``keys/`` of a home, for its owner alone. Raises :class:`KeyRefused` for one that others may look into."""
    folder = home.root / FOLDER
    if make:
        with disk_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or stat.S_IMODE(folder.stat().st_mode) & 0o077:
            raise KeyRefused("others may look into the folder of keys", where=str(folder), hint=f"chmod 700 {folder}")
    return folder


def _make(folder: Path) -> None:
    """A new key and its certificates; the key first, so that a certificate never lacks its key."""
    private, chain = issued()
    (folder / CHAIN).unlink(missing_ok=True)
    _write_private(folder / KEY, private)
    write_bytes(folder / CHAIN, "".join(map(pem_of, chain)).encode())


def _write_private(path: Path, data: bytes) -> None:
    """Write a file that from its first moment nobody else may read."""
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{path.name}"
    with disk_errors(path):
        temporary.unlink(missing_ok=True)
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _load(certificate: Path, key: Path, *, hint: str) -> Signer:
    chain = _certificates(read_text(certificate, limit=MAX_PEM_BYTES), certificate)
    private = _private_key(key)
    leaf, now = chain[0], datetime.now(UTC)
    if public_key_of(leaf) != private.public_key():
        raise KeyRefused("is not the key of its certificate", where=str(key), hint=hint)
    if leaf.issuer == leaf.subject:
        raise KeyRefused("is signed by itself, which C2PA does not take", where=str(certificate), hint=hint)
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        until = leaf.not_valid_after_utc.date().isoformat()
        raise KeyRefused(f"holds no longer, or not yet (until {until})", where=str(certificate), hint=hint)
    return Signer(chain, private)


def _certificates(text: str, path: Path) -> tuple[x509.Certificate, ...]:
    try:
        found = tuple(x509.load_pem_x509_certificates(text.encode("ascii")))
    except ValueError:
        found = ()
    if not 0 < len(found) <= MAX_CHAIN:
        raise KeyRefused("holds no certificate in PEM", where=str(path), hint="the signer's first, then its issuers")
    return found


def _private_key(path: Path) -> PrivateKey:
    """Read a key that its owner alone may read. What the file holds is never told."""
    data = read_private(path, MAX_PEM_BYTES)
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except TypeError:
        raise KeyRefused("is locked with a pass phrase", where=str(path), hint="give a key without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused("holds no private key in PEM", where=str(path)) from None
    if not is_private(key):
        raise KeyRefused("is of a kind that C2PA does not sign with", where=str(path), hint="EC, Ed25519 or RSA")
    return key
