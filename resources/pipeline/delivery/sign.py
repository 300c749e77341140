"""Signing a copy: manifest, seal, and the mark file that vouches for it where a platform takes the manifest out."""

from __future__ import annotations

from pathlib import Path

from resources.media.essence import essence_hash
from resources.pipeline.delivery.certificate import Signer, pem_of
from resources.pipeline.delivery.library import write_manifest
from resources.pipeline.delivery.manifest import definition, ingredient_id
from resources.pipeline.delivery.seal import seal
from resources.store.atomic import sync_file
from resources.store.fingerprint import canonical, hash_file
from resources.store.timeline import now
from schemas.delivery import Facts, Mark, MarkContent, Signed

SUFFIX = ".sparkle-mark.json"
_DOMAIN = b"sparkle motion delivery mark 1\0"


def mark_path(film: Path) -> Path:
    """Where the mark file of a delivery copy lies: beside it."""
    return film.with_name(film.stem + SUFFIX)


def signed_copy(source: Path, target: Path, name: str, facts: Facts, signer: Signer, own: list[Path]) -> Mark:
    """Write ``source`` signed and sealed into ``target``, which becomes the film ``name``; what its mark file says.

    ``own`` are the files of ``facts.own``, in its order. Raises :class:`~resources.errors.RenderFault`.
    """
    told = Signed(facts=facts, signed=now(), certificate=pem_of(signer.certificate))
    ingredients = [(ingredient_id(number), path) for number, path in enumerate(own)]
    with target.open("w+b") as file:
        write_manifest(definition(told, name), source, file, signer, ingredients)
    seal(target, signer)
    sync_file(target)
    content = MarkContent(
        file=name,
        bytes=target.stat().st_size,
        sha256=hash_file(target),
        essence=essence_hash(target),
        facts=facts,
        signed=told.signed,
        certificates=[pem_of(one) for one in signer.chain],
    )
    return Mark(content=content, signature=signer.sign(mark_bytes(content)).hex())


def mark_bytes(content: MarkContent) -> bytes:
    """What is signed of a mark file."""
    return _DOMAIN + canonical(content.model_dump(mode="json"))


def mark_text(mark: Mark) -> str:
    """The one spelling of a mark file, so that no byte of it can change and go unseen."""
    return mark.model_dump_json(indent=2) + "\n"
