"""Is this file what somebody signed, who was that, and do we know them?

A copy is intact when the C2PA library's own reader finds nothing wrong, the seal over the whole file holds, and a mark
file beside it, if there is one, is of this very file. What the manifest says is believed only then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from pydantic import ValidationError

from resources.errors import InputError, RenderFault
from resources.media.container import demuxer_of
from resources.media.essence import essence_hash
from resources.pipeline.delivery.certificate import name_of, trusts
from resources.pipeline.delivery.library import read_manifest
from resources.pipeline.delivery.manifest import SIGNED
from resources.pipeline.delivery.seal import seal_holds
from resources.pipeline.delivery.sign import mark_bytes, mark_path, mark_text
from resources.pipeline.delivery.signature import holds, public_key_of
from resources.pipeline.delivery.verdict import Verdict
from resources.store.film import Home, read_text
from resources.store.fingerprint import hash_file
from schemas.delivery import Mark, Signed

MAX_MARK_BYTES = 1 << 20
_SOUND = ("Valid", "Trusted")
"""States of the library for a manifest that holds; the second also knows the signer."""


def verify(path: Path, home: Home) -> Verdict:
    """Look at a film from anywhere. Raises :class:`InputError` for what is no file."""
    if path.is_symlink() or not path.is_file():
        raise InputError("is not a file", where=str(path))
    try:
        return _looked_at(path, home)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None


def _looked_at(path: Path, home: Home) -> Verdict:
    mark = mark_path(path)
    beside = mark.is_file() or mark.is_symlink()
    try:
        told = read_manifest(path)
    except RenderFault as fault:
        film = beside or _is_film(path)
        return Verdict("changed", [fault.message]) if film else Verdict("unmarked", ["it is no mp4, and bears no mark"])
    if told is None:
        return _without_manifest(path, home) if beside else Verdict("unmarked", ["it has no mark: no C2PA manifest"])
    manifest = told.get("manifests", {}).get(told.get("active_manifest", ""), {})
    if told.get("validation_state") not in _SOUND:
        return Verdict("changed", [_why(told)])
    ours = [one for one in manifest.get("assertions", []) if one.get("label") == SIGNED]
    if not ours:
        return _foreign(manifest, told)
    try:
        signed = Signed.model_validate(ours[0].get("data"))
        leaf = x509.load_pem_x509_certificate(signed.certificate.encode())
    except (ValidationError, ValueError):
        return Verdict("changed", ["what its manifest says is not in our form"])
    if not seal_holds(path, leaf) or str(leaf.serial_number) != _serial(manifest):
        return Verdict("changed", ["the seal over the whole file does not hold: a byte of it was changed"])
    if beside and (fault_of_mark := _mark_fault(path, mark, leaf)):
        return Verdict("changed", [fault_of_mark])
    return Verdict(
        "intact", [], signer=name_of(leaf), known=trusts(home, leaf), signed=signed.signed, facts=signed.facts,
        manifest=True, mark=beside,
    )  # fmt: skip


def _is_film(path: Path) -> bool:
    try:
        return demuxer_of(path, "clip") == "mov"
    except InputError:
        return False


def read_mark(path: Path) -> tuple[Mark, x509.Certificate]:
    """A mark file whose signature holds, and who signed it. Raises :class:`InputError` for any other."""
    text = read_text(path, limit=MAX_MARK_BYTES)
    try:
        mark = Mark.model_validate_json(text)
        leaf = x509.load_pem_x509_certificate(mark.content.certificates[0].encode())
    except (ValidationError, ValueError):
        raise InputError("its mark file is damaged", where=path.name) from None
    if mark_text(mark) != text or not holds(
        public_key_of(leaf), bytes.fromhex(mark.signature), mark_bytes(mark.content)
    ):
        raise InputError("its mark file was changed: the signature does not hold", where=path.name)
    return mark, leaf


def _mark_fault(path: Path, mark_file: Path, leaf: x509.Certificate) -> str:
    """What is wrong with the mark file beside a film whose manifest holds; empty when nothing is."""
    try:
        mark, signer = read_mark(mark_file)
    except InputError as error:
        return str(error)
    if signer != leaf:
        return "its mark file was signed by somebody else than the film"
    if mark.content.sha256 != hash_file(path):
        return "its mark file is of another copy"
    return ""


def _without_manifest(path: Path, home: Home) -> Verdict:
    """A film whose manifest is gone, with a mark file beside it: the packets may still be those that were signed."""
    try:
        mark, leaf = read_mark(mark_path(path))
        same = essence_hash(path) == mark.content.essence
    except InputError as error:
        return Verdict("changed", [f"it has no C2PA manifest, and {error}"])
    if not same:
        return Verdict("changed", ["it has no C2PA manifest, and picture or sound are not those of its mark file"])
    return Verdict(
        "stripped", ["its C2PA manifest was taken out; picture and sound are those that its mark file vouches for"],
        signer=name_of(leaf), known=trusts(home, leaf), signed=mark.content.signed, facts=mark.content.facts,
        mark=True,
    )  # fmt: skip


def _foreign(manifest: dict[str, Any], told: dict[str, Any]) -> Verdict:
    """A manifest that holds and that we did not write: the library's word is all there is."""
    info = manifest.get("signature_info", {})
    names = [str(info[key]) for key in ("common_name", "issuer") if info.get(key)]
    plain = ", ".join("".join(c if c.isprintable() else " " for c in name)[:200] for name in names)
    return Verdict(
        "intact", [], signer=plain or "somebody without a name", signed=str(info.get("time") or ""), manifest=True
    )


def _serial(manifest: dict[str, Any]) -> str:
    return str(manifest.get("signature_info", {}).get("cert_serial_number", ""))


def _why(told: dict[str, Any]) -> str:
    """The first thing that the library holds against a file, in words where we have some."""
    results = told.get("validation_results", {}).get("activeManifest", {})
    codes = [str(one.get("code", "")) for one in results.get("failure", [])]
    if any(code.endswith("Hash.mismatch") for code in codes):
        return "picture, sound or container are not those that were signed"
    if "signingCredential.expired" in codes or "claimSignature.outsideValidity" in codes:
        return "the certificate that signed it holds no longer"
    return f"its C2PA manifest does not hold ({', '.join(dict.fromkeys(codes)) or told.get('validation_state')})"
