"""What the decision agents share: the repair that a question may hold, and how an answer is refused."""

from __future__ import annotations

import unicodedata

from resources.agents.errors import AnswerRefused
from resources.errors import InputError
from resources.store.fingerprint import derive_seed
from schemas.decisions import ImageDecision, VideoDecision
from schemas.refs import Stage
from schemas.repair import Repair, RepairAction

MORE_STEPS = 75
"""Half as many again as the default of SDXL and of Wan in diffusers (50)."""
LOW_GUIDANCE = 3.5
"""Below the default of both in diffusers (5.0): calmer, fewer burnt pictures, at some cost to the words."""


def action_of(repair: Repair | None, stage: Stage, known: frozenset[RepairAction]) -> RepairAction | None:
    """What ``repair`` asks of the agent of ``stage``, which can do what is ``known``. Raises :class:`InputError`."""
    if repair is None:
        return None
    if repair.stage != stage or repair.action not in known:
        raise InputError(
            f"no decision about {stage} can do {repair.action!r} for {repair.stage}",
            hint=f"{stage} knows {', '.join(sorted(known))}",
        )
    return repair.action


def seed_for(agent: str, seed: int, repair: Repair | None) -> int:
    """The seed that a decision holds: the one it was given, unless the repair asks for another or is not the first."""
    if repair is None or (repair.action != "new_seed" and repair.round == 1):
        return seed
    rounds = [repair.round] if repair.round > 1 else []
    return derive_seed(seed, agent, "new_seed", *rounds)


def hold(condition: bool, complaint: str) -> None:
    """Refuse an answer with ``complaint``, a line its model can act on, unless ``condition`` holds."""
    if not condition:
        raise AnswerRefused(complaint)


def sampling(action: RepairAction | None) -> tuple[int | None, float | None]:
    """Steps and guidance of a diffusion model under a repair; None leaves them to the engine."""
    return MORE_STEPS if action == "more_steps" else None, LOW_GUIDANCE if action == "lower_guidance" else None


def hold_sampling(decision: ImageDecision | VideoDecision, action: RepairAction | None) -> None:
    """Refuse steps or guidance that do not do what the repair asks for."""
    if action == "more_steps":
        hold((decision.steps or 0) >= MORE_STEPS, f"steps must be at least {MORE_STEPS}, because of the repair")
    if action == "lower_guidance":
        low = decision.guidance is not None and decision.guidance <= LOW_GUIDANCE + 0.5
        hold(low, f"guidance must be at most {LOW_GUIDANCE + 0.5:g}, because of the repair")


def sentences(parts: list[str]) -> str:
    """The parts that say something, each ended once."""
    return " ".join(f"{part.rstrip('.,;: ')}." for part in parts if part.strip(".,;: "))


def plain(text: str, limit: int) -> str:
    """``text`` in one line without control characters, at most ``limit`` characters, cut between words if it can be."""
    text = unicodedata.normalize("NFC", text)
    kept = "".join(char if unicodedata.category(char) not in ("Cc", "Cs") else " " for char in text)
    line = " ".join(kept.split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:.-")
