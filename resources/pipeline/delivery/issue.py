"""A certificate for a key of this home, and the authority above it, which signs it and is gone.

C2PA takes no self-signed certificate (C2PA specification, "Trust model"), so there are two. The authority's private key
is never written anywhere. The key's certificate has both uses that C2PA readers look for: claim signing
(1.3.6.1.4.1.62558.2.1, since specification 2.1) and e-mail protection (before it). Names in it say nothing about the
machine or its user.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ORGANISATION = "Sparkle Motion (a key of one machine)"
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
VALID = timedelta(days=3650)
"""Without a time-stamp authority a signature holds no longer than its certificate; a film should last."""


def issued() -> tuple[bytes, tuple[x509.Certificate, x509.Certificate]]:
    """A new private key (PEM, without a pass phrase), its certificate and the authority's."""
    now = datetime.now(UTC).replace(microsecond=0)
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    mark = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()[:12]
    above = _named("authority", mark)
    root = (
        _begun(above, above, authority.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(authority, hashes.SHA256())
    )
    leaf = (
        _begun(_named("key", mark), above, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, (leaf, root)


def _named(what: str, mark: str) -> x509.Name:
    names = {NameOID.ORGANIZATION_NAME: ORGANISATION, NameOID.COMMON_NAME: f"Sparkle Motion {what} {mark}"}
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in names.items()])


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
