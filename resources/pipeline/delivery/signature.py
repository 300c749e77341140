"""Signatures in the forms that COSE and C2PA name: raw r and s for curves, PSS for RSA (RFC 9053, RFC 8230)."""

from __future__ import annotations

from typing import TypeAlias, TypeGuard

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509 import Certificate

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
_CURVES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "secp256r1": ("ES256", hashes.SHA256()),
    "secp384r1": ("ES384", hashes.SHA384()),
    "secp521r1": ("ES512", hashes.SHA512()),
}
_LEAST_RSA_BITS = 2048
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)


def is_private(key: object) -> TypeGuard[PrivateKey]:
    """Whether ``key`` is a private key that may sign."""
    kinds = (ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey, rsa.RSAPrivateKey)
    return isinstance(key, kinds) and is_public(key.public_key())


def is_public(key: object) -> TypeGuard[PublicKey]:
    """Whether ``key`` is a public key of a kind that may have signed."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in _CURVES
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _LEAST_RSA_BITS
    return isinstance(key, ed25519.Ed25519PublicKey)


def public_key_of(certificate: Certificate) -> PublicKey | None:
    """The key that a certificate is about; None for one that is damaged or of a kind that nobody signs with here."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if is_public(key) else None


def algorithm(key: PublicKey) -> str:
    """The name that C2PA has for what ``key`` verifies."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES[key.curve.name][0]
    return "PS256" if isinstance(key, rsa.RSAPublicKey) else "ED25519"


def signature_size(key: PublicKey) -> int:
    """Bytes of every signature that ``key`` verifies."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return 2 * -(-key.curve.key_size // 8)
    return key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 64


def sign(key: PrivateKey, data: bytes) -> bytes:
    """A signature of ``data``."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        half = -(-key.curve.key_size // 8)
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(_CURVES[key.curve.name][1])))
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, _PSS, hashes.SHA256())
    return key.sign(data)


def holds(key: PublicKey | None, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` is one of ``data`` by the owner of the public ``key``."""
    if key is None or len(signature) != signature_size(key):
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(_CURVES[key.curve.name][1]))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, _PSS, hashes.SHA256())
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
