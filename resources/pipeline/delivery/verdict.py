"""What was found out about a file, for a script and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from schemas.delivery import Facts, StageMaker

State = Literal["intact", "stripped", "changed", "unmarked"]
BY_HAND = "hand"
"""The writer of a plan that somebody brought."""
_STAGES = {
    "shot_images": "keyframes",
    "voice_tracks": "voices",
    "video_chunks": "motion",
    "lipsynced_clips": "mouths",
}
_KINDS = {
    "trainedAlgorithmicMedia": "by models that learned from samples",
    "compositeWithTrainedAlgorithmicMedia": "in part by models that learned from samples",
    "algorithmicMedia": "by rules that learned from no sample",
    "compositeSynthetic": "by rules, together with material of its maker's own",
}


@dataclass(frozen=True)
class Verdict:
    """One file, looked at."""

    state: State
    why: list[str]
    """What speaks against it, a line each."""
    signer: str = ""
    known: bool = False
    """Whether this home trusts the signer's certificate."""
    signed: str = ""
    """By the signer's own clock; UTC, ISO 8601."""
    facts: Facts | None = None
    manifest: bool = False
    """Its C2PA manifest holds."""
    mark: bool = False
    """The mark file beside it holds."""

    @property
    def exit_code(self) -> int:
        """0 for a file that is as it was signed, else 1."""
        return 0 if self.state == "intact" else 1

    def told(self) -> dict[str, Any]:
        """For a script."""
        return {
            "state": self.state,
            "why": self.why,
            "signer": {"name": self.signer, "known": self.known} if self.signer else None,
            "signed": self.signed or None,
            "manifest": self.manifest,
            "mark": self.mark,
            "made_by_machine": self.facts.made_by_machine if self.facts is not None else None,
            "facts": self.facts.model_dump(mode="json") if self.facts is not None else None,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        first = {"intact": "intact", "stripped": "changed", "changed": "changed", "unmarked": "not marked"}[self.state]
        yield f"{first}: {self.why[0]}" if self.why else f"{first}: every byte is as it was signed"
        if self.signer:
            yield f"signed by {self.signer}" + (f" on {self.signed} (the signer's own clock)" if self.signed else "")
            yield (
                "the key is one that this machine knows"
                if self.known
                else "signed by a key this machine does not know: somebody signed it, and nobody here can say who"
            )
        if self.facts is not None:
            yield from _made(self.facts)
        elif self.manifest:
            yield "another program signed it: what it says of how it was made is not read here"


def _made(facts: Facts) -> Iterator[str]:
    yield f"{_plain(facts.title)!r} was made by machine, {_KINDS[facts.source]}"
    yield f"  story and words: {'a person' if facts.writer == BY_HAND else _plain(facts.writer)}"
    yield from (f"  {_maker(maker)}" for maker in facts.made)
    if facts.own:
        yield "  a file is its maker's own" if len(facts.own) == 1 else f"  {len(facts.own)} files are its maker's own"
    yield from (f"  the voice {_plain(one.voice)} follows a recording: {_plain(one.said)}" for one in facts.consents)


def _maker(maker: StageMaker) -> str:
    models = f" with {', '.join(map(_plain, maker.models))}" if maker.models else ""
    shots = "1 shot" if maker.shots == 1 else f"{maker.shots} shots"
    engine = f"{_plain(maker.engine)} {_plain(maker.revision)[:40]}"
    return f"{_STAGES.get(maker.stage, maker.stage)} of {shots}: {engine}{models}"


def _plain(text: str) -> str:
    """Text of a file from anywhere is no command for a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
