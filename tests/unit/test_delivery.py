"""A delivery copy: what it says, that every byte of it counts, and who signed it."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import c2pa
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from resources.errors import InputError, RenderFault
from resources.keys import KeyRefused
from resources.media.encode import Picture, encode_segment
from resources.media.essence import essence_hash
from resources.pipeline.delivery.certificate import Signer, home_signer, own_signer, remember, trusts
from resources.pipeline.delivery.sign import mark_path, mark_text, signed_copy
from resources.pipeline.delivery.source import film_source, stage_source
from resources.pipeline.delivery.verify import read_mark, verify
from resources.store.film import Home
from schemas.delivery import Consent, Facts, OwnMaterial, Source, StageMaker
from sparkle_assets.cli import sparkle
from tests.conftest import ROOT
from tests.harness.engines import gradient

PICTURE = Picture(160, 90, Fraction(24))
TRAINED: Source = "trainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of picture."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    encode_segment((gradient(160, 90, 3, k) for k in range(48)), PICTURE, path)
    return path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has a key."""
    home = Home(tmp_path_factory.mktemp("house"))
    home.prepare()
    home_signer(home)
    return home


def facts(**more: Any) -> Facts:
    made = [
        StageMaker(stage="shot_images", engine="sdxl", revision="3", models=["sdxl-base@462165984030"], shots=2,
                   source=TRAINED),
        StageMaker(stage="voice_tracks", engine="embedded-voices", revision="9", models=["kokoro"], shots=1,
                   source=TRAINED),
    ]  # fmt: skip
    told: dict[str, Any] = {"movie": "hello", "title": "Hello", "source": TRAINED, "oversight": "prompt_guided"}
    told |= {"writer": "sparkle/local", "made": made, "final_cut": "0" * 64}
    return Facts.model_validate({**told, **more})


def made(clip: Path, folder: Path, signer: Signer, files: list[Path] | None = None, **more: Any) -> Path:
    """A delivery copy of ``clip`` with its mark file, as ``deliver`` writes them."""
    target = folder / "film.mp4"
    mark = signed_copy(clip, target, target.name, facts(**more), signer, files or [])
    mark_path(target).write_text(mark_text(mark), encoding="utf-8")
    return target


@pytest.fixture
def copy(clip: Path, house: Home, tmp_path: Path) -> Path:
    return made(clip, tmp_path, home_signer(house))


def manifest_of(path: Path) -> dict[str, Any]:
    """The active manifest by the library's own reader, everything at its defaults but the network."""
    offline = {"verify": {"ocsp_fetch": False, "remote_manifest_fetch": False, "verify_trust": False}}
    with (
        path.open("rb") as file,
        c2pa.Context.from_dict(offline) as context,
        c2pa.Reader("video/mp4", file, context=context) as reader,
    ):
        assert reader.get_validation_state() == "Valid"
        active = reader.get_active_manifest()
    assert active is not None
    return active


def assertion(manifest: dict[str, Any], label: str) -> Any:
    return next(one["data"] for one in manifest["assertions"] if one["label"] == label)


def flipped(path: Path, at: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def test_a_copy_says_that_it_was_made_by_machine(copy: Path, house: Home) -> None:
    manifest = manifest_of(copy)
    actions = assertion(manifest, "c2pa.actions.v2")["actions"]
    assert actions[0]["action"] == "c2pa.created"
    assert actions[0]["digitalSourceType"].endswith("/digitalsourcetype/trainedAlgorithmicMedia")
    agents = [(one["softwareAgent"]["name"], one["softwareAgent"].get("version")) for one in actions]
    assert {("sdxl", "3"), ("embedded-voices", "9")} < set(agents)
    disclosed = [one["data"] for one in manifest["assertions"] if one["label"].startswith("c2pa.ai-disclosure")]
    assert [one["modelIdentifier"] for one in disclosed] == ["sdxl-base@462165984030", "kokoro"]
    assert {one["contentProfile"]["humanOversightLevel"] for one in disclosed} == {"prompt_guided"}
    assert assertion(manifest, "c2pa.metadata")["Iptc4xmpExt:DigitalSourceType"].endswith("trainedAlgorithmicMedia")
    assert "cawg.training-mining" not in {one["label"] for one in manifest["assertions"]}  # nobody said anything
    found = verify(copy, house)
    assert (found.state, found.exit_code, found.known, found.manifest, found.mark) == ("intact", 0, True, True, True)
    assert found.facts == facts()
    said = "\n".join(found.lines())
    assert "made by machine" in said
    assert "keyframes of 2 shots: sdxl 3 with sdxl-base@462165984030" in said
    assert "one that this machine knows" in said


def test_pictures_and_sound_are_those_of_the_film(copy: Path, clip: Path) -> None:
    assert essence_hash(copy) == essence_hash(clip)


def test_own_material_consent_and_wishes_are_told(clip: Path, house: Home, tmp_path: Path) -> None:
    own = [
        OwnMaterial(shot="one", kind="clip", sha256="1" * 64),
        OwnMaterial(shot="two", kind="voice", sha256="2" * 64),
    ]
    voice = tmp_path / "voice.ogg"  # a form that the library does not know
    voice.write_bytes(b"OggS" + bytes(60))
    said = Consent(voice="mira", clip="clip:12ab", said="Mira agreed on 2026-01-02: this film")
    target = made(
        clip, tmp_path, home_signer(house), [clip, voice], own=own, consents=[said], training="notAllowed", label=True
    )
    manifest = manifest_of(target)
    assert {one["title"] for one in manifest["ingredients"]} == {"clip.mp4", "voice.ogg"}
    placed = [one for one in assertion(manifest, "c2pa.actions.v2")["actions"] if one["action"] == "c2pa.placed"]
    assert len({one["parameters"]["ingredients"][0]["url"] for one in placed}) == 2
    wishes = assertion(manifest, "cawg.training-mining")["entries"]
    assert {entry["use"] for entry in wishes.values()} == {"notAllowed"}
    assert "mira follows a recording: Mira agreed on 2026-01-02" in "\n".join(verify(target, house).lines())


def places(path: Path) -> dict[str, int]:
    """Byte positions all over a copy: of every box, of the manifest's parts, of the seal."""
    data, at = path.read_bytes(), 0
    found = {"last byte": len(data) - 1, "in the middle": len(data) // 2}
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8].decode()
        found |= {f"{kind}@{at} size": at + 3, f"{kind}@{at} type": at + 5, f"{kind}@{at} middle": at + size // 2}
        at += size
    for part in (b"c2pa.assertions", b"c2pa.signature", b"c2pa.claim.v2", b"prompt_guided", b"sdxl-base", b"cpad"):
        at = data.index(part)
        found |= {f"{part!r}": at + 1, f"before {part!r}": at - 3, f"before {part!r}, label": at - 12}
        found |= {f"far after {part!r}": at + 400}
    return found


def test_one_flipped_byte_is_found_wherever_it_is(copy: Path, house: Home) -> None:
    whole = copy.read_bytes()
    tried = places(copy)
    assert len(tried) > 35
    for alone in (False, True):  # with its mark file, and without
        if alone:
            mark_path(copy).unlink()
        for place, at in tried.items():
            flipped(copy, at, bit=at % 8)
            found = verify(copy, house)
            assert found.exit_code == 1, place
            assert next(iter(found.lines())).split(":")[0] in ("changed", "not marked"), place
            copy.write_bytes(whole)
        assert verify(copy, house).state == "intact"


def test_bytes_taken_away_or_added_are_found(copy: Path, house: Home) -> None:
    mark_path(copy).unlink()
    whole = copy.read_bytes()
    for data in (whole[:-1], whole[:-88], whole + b"\0", whole + whole[-88:], whole + (8).to_bytes(4, "big") + b"free"):
        copy.write_bytes(data)
        assert verify(copy, house).state == "changed"


def test_every_byte_of_a_mark_file_counts(copy: Path, house: Home) -> None:
    mark = mark_path(copy)
    whole = mark.read_bytes()
    for at in (*range(0, len(whole), 61), len(whole) - 1, whole.index(b"signature") + 15, whole.index(b"-----END") - 2):
        flipped(mark, at, bit=at % 7)
        assert verify(copy, house).state == "changed", at
        mark.write_bytes(whole)
    mark.write_bytes(whole.replace(b"\n", b" \n", 1))
    assert verify(copy, house).why == [f"{mark.name}: its mark file was changed: the signature does not hold"]


def test_a_mark_file_of_another_copy_is_told(copy: Path, clip: Path, house: Home, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = made(clip, tmp_path / "other", home_signer(house))
    shutil.copy(mark_path(other), mark_path(copy))
    assert verify(copy, house).why == ["its mark file is of another copy"]


def without_manifest(copy: Path) -> None:
    """What a platform does: boxes that it does not know are gone."""
    data, kept, at = copy.read_bytes(), b"", 0
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        box = data[at : at + size]
        kept += (box[:4] + b"free" + box[8:]) if kind == b"uuid" else box  # offsets in the index stay right
        at += size
    copy.write_bytes(kept)


def test_a_mark_file_vouches_for_a_film_whose_manifest_was_taken_out(copy: Path, house: Home) -> None:
    without_manifest(copy)
    found = verify(copy, house)
    assert (found.state, found.exit_code, found.known, found.facts) == ("stripped", 1, True, facts())
    assert "picture and sound are those that its mark file vouches for" in next(iter(found.lines()))
    data = copy.read_bytes()
    at = data.index(b"mdat") + 5000
    flipped(copy, at)
    assert verify(copy, house).state == "changed"
    copy.write_bytes(data)
    mark_path(copy).unlink()
    assert list(verify(copy, house).lines()) == ["not marked: it has no mark: no C2PA manifest"]


def test_what_was_never_marked_is_told(clip: Path, house: Home, tmp_path: Path) -> None:
    assert verify(clip, house).state == "unmarked"
    (tmp_path / "notes.mp4").write_text("not a film at all, but long enough to be looked at by a reader of boxes")
    assert verify(tmp_path / "notes.mp4", house).state == "unmarked"
    (tmp_path / "empty.mp4").touch()
    assert verify(tmp_path / "empty.mp4", house).state == "unmarked"
    (tmp_path / "link.mp4").symlink_to(clip)
    for path in (tmp_path / "link.mp4", tmp_path, tmp_path / "nothing.mp4"):
        with pytest.raises(InputError, match="is not a file"):
            verify(path, house)


def test_an_unknown_signer_is_told_apart(copy: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "elsewhere")
    found = verify(copy, other)
    assert (found.state, found.exit_code, found.known) == ("intact", 0, False)
    assert "signed by a key this machine does not know" in "\n".join(found.lines())
    assert not (tmp_path / "elsewhere").exists()  # looking makes nothing


def test_who_seals_again_with_another_key_is_found(clip: Path, house: Home, tmp_path: Path) -> None:
    """Bytes that C2PA does not cover, changed and sealed anew: the manifest names the key that may seal."""
    from resources.pipeline.delivery.seal import seal

    mine = made(clip, tmp_path, home_signer(house))
    mark_path(mine).unlink()
    data = bytearray(mine.read_bytes()[:-88])
    data[9] ^= 1  # the brand in the file type box
    mine.write_bytes(data)
    thief = Home(tmp_path / "thief")
    thief.prepare()
    seal(mine, home_signer(thief))
    assert manifest_of(mine)  # the library sees nothing
    assert verify(mine, house).state == "changed"


def test_a_manifest_of_another_program_is_read_by_the_library_alone(clip: Path, house: Home, tmp_path: Path) -> None:
    signer = home_signer(house)
    created = {"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}
    told = {
        "claim_generator_info": [{"name": "other", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    target = tmp_path / "other.mp4"
    with (
        c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.pem) as native,
        c2pa.Builder(told) as builder,
        clip.open("rb") as source,
        target.open("w+b") as file,
    ):
        builder.sign(native, "video/mp4", source, file)
    found = verify(target, house)
    assert (found.state, found.known, found.facts) == ("intact", False, None)
    assert "another program signed it" in "\n".join(found.lines())


# -- keys ------------------------------------------------------------------------------------------------------------


def test_a_homes_key_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    old = os.umask(0)
    try:
        signer = home_signer(home)
    finally:
        os.umask(old)
    keys = home.root / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert stat.S_IMODE((keys / "signing.key").stat().st_mode) == 0o600
    assert home_signer(home).certificate == signer.certificate
    assert trusts(home, signer.certificate)
    assert "PRIVATE" not in repr(signer) + signer.pem
    assert sum("PRIVATE" in path.read_text() for path in keys.iterdir() if path.is_file()) == 1  # no authority's


def test_a_lost_key_is_made_again_and_what_it_signed_stays_known(clip: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    first = home_signer(home)
    copy = made(clip, tmp_path, first)
    (home.root / "keys" / "signing.key").unlink()
    second = home_signer(home)
    assert second.certificate != first.certificate
    assert verify(copy, home).known


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    home = Home(tmp_path / "home")
    home_signer(home)
    key = home.root / "keys" / "signing.key"
    key.chmod(mode)
    with pytest.raises(KeyRefused, match=rf"others may read this key \(chmod 600 {key}\)"):
        home_signer(home)
    key.chmod(0o600)
    (home.root / "keys").chmod(0o755)
    with pytest.raises(KeyRefused, match="chmod 700"):
        home_signer(home)


def own_certificate(
    folder: Path,
    key: Any,
    *,
    days: int = 30,
    issued: bool = True,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
) -> tuple[Path, Path]:
    """A user's certificate and key as files, issued by an authority of theirs or by itself."""
    authority = ec.generate_private_key(ec.SECP256R1()) if issued else key
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Ada"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ada's films")]
    )
    issuer = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ada's authority")]) if issued else subject
    begun = datetime.now(UTC) - timedelta(days=1 if days > 0 else 2 - days)
    other = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"),
        False,
    )  # fmt: skip
    leaf = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, **other), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, None if isinstance(authority, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    certificate, path = folder / "ada.pem", folder / "ada.key"
    certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, path


KEYS: dict[str, Callable[[], Any]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_users_own_certificate_signs(clip: Path, house: Home, tmp_path: Path, kind: str) -> None:
    signer = own_signer(*own_certificate(tmp_path, KEYS[kind]()))
    copy = made(clip, tmp_path, signer)
    found = verify(copy, house)
    assert (found.state, found.known, found.signer) == ("intact", False, "Ada, Ada's films")
    remember(house, signer.chain)
    assert verify(copy, house).known
    flipped(copy, len(copy.read_bytes()) - 5)
    assert verify(copy, house).state == "changed"


def test_a_certificate_that_will_not_do_is_told(clip: Path, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate, path = own_certificate(tmp_path, key)
    (tmp_path / "b").mkdir()
    other, _ = own_certificate(tmp_path / "b", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(KeyRefused, match="is not the key of its certificate"):
        own_signer(other, path)
    (tmp_path / "c").mkdir()
    with pytest.raises(KeyRefused, match="holds no longer"):
        own_signer(*own_certificate(tmp_path / "c", key, days=-1))
    (tmp_path / "d").mkdir()
    with pytest.raises(KeyRefused, match="is signed by itself"):
        own_signer(*own_certificate(tmp_path / "d", key, issued=False))
    (tmp_path / "e").mkdir()
    wrong = own_signer(*own_certificate(tmp_path / "e", key, usage=ExtendedKeyUsageOID.SERVER_AUTH))
    with pytest.raises(RenderFault, match="could not be signed: Signature: the certificate is invalid"):
        made(clip, tmp_path, wrong)
    secret = path.read_text()
    with pytest.raises(KeyRefused, match="holds no certificate in PEM") as told:
        own_signer(path, path)
    assert secret.splitlines()[1] not in str(told.value)
    path.write_text("not a key")
    with pytest.raises(KeyRefused, match="holds no private key"):
        own_signer(certificate, path)
    locked = serialization.BestAvailableEncryption(b"word")
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    with pytest.raises(KeyRefused, match="pass phrase"):
        own_signer(certificate, path)
    path.write_bytes(
        ec.generate_private_key(ec.SECP256K1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(KeyRefused, match="C2PA does not sign with"):
        own_signer(certificate, path)
    (tmp_path / "link.key").symlink_to(path)
    with pytest.raises(InputError, match="cannot be read"):
        own_signer(certificate, tmp_path / "link.key")


def test_the_key_is_in_nothing_that_is_written(copy: Path, house: Home) -> None:
    key = (house.root / "keys" / "signing.key").read_bytes()
    private = serialization.load_pem_private_key(key, password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    number = private.private_numbers().private_value
    secrets = [key.splitlines()[1], number.to_bytes(32, "big"), f"{number:064x}".encode()]
    for path in (copy, mark_path(copy), house.root / "keys" / "signing.pem"):
        assert not any(secret in path.read_bytes() for secret in secrets)


# -- what kind of media a film is ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "own", "wanted"),
    [
        ({"trainedAlgorithmicMedia"}, False, "trainedAlgorithmicMedia"),
        ({"trainedAlgorithmicMedia", "algorithmicMedia"}, False, "compositeWithTrainedAlgorithmicMedia"),
        ({"trainedAlgorithmicMedia"}, True, "compositeWithTrainedAlgorithmicMedia"),
        ({"algorithmicMedia"}, False, "algorithmicMedia"),
        ({"algorithmicMedia"}, True, "compositeSynthetic"),
        (set(), True, "compositeSynthetic"),
    ],
)
def test_the_term_is_the_right_one(parts: set[Source], own: bool, wanted: Source) -> None:
    assert film_source(parts, own=own) == wanted


def test_an_engine_is_trained_unless_it_is_known_not_to_be() -> None:
    assert stage_source("cutout", learned=False) == "algorithmicMedia"
    assert stage_source("embedded-voices", learned=True) == "trainedAlgorithmicMedia"
    assert stage_source("of-tomorrow", learned=False) == "trainedAlgorithmicMedia"


# -- the command -----------------------------------------------------------------------------------------------------


def test_verify_as_a_command(copy: Path, house: Home) -> None:
    run = CliRunner()
    args = ["verify", str(copy), "--home", str(house.root)]
    result = run.invoke(sparkle, [*args, "--json"], standalone_mode=False)
    value = json.loads(result.output)
    assert (result.return_value, value["state"], value["signer"]["known"]) == (0, "intact", True)
    assert value["made_by_machine"] is True
    assert value["facts"]["made"][0]["models"] == ["sdxl-base@462165984030"]
    flipped(copy, 9)
    result = run.invoke(sparkle, args, standalone_mode=False)
    assert result.return_value == 1
    assert result.output == "changed: the seal over the whole file does not hold: a byte of it was changed\n"


def test_signing_is_loaded_by_those_two_commands_alone() -> None:
    code = "import sparkle_assets.cli, sys; print([m for m in ('c2pa', 'cryptography') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_mark_says_what_the_file_is(copy: Path) -> None:
    mark, _ = read_mark(mark_path(copy))
    assert mark.content.sha256 == hashlib.sha256(copy.read_bytes()).hexdigest()
    assert (mark.content.file, mark.content.bytes) == ("film.mp4", copy.stat().st_size)
    assert mark.content.says == "Made by machine"
