"""What the agents of a film were paid in one run of `sparkle make`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resources.agents.budget import Spent
    from resources.store.film import FilmFolder


def spent(film: FilmFolder) -> Spent:
    """What the film has cost so far, refused answers included. Raises :class:`StoreFault` for a damaged record."""
    from resources.agents.budget import Budget

    return Budget(film.path).spent


def cost(before: Spent, after: Spent) -> dict[str, Any]:
    """``cost`` of ``--json``: what was spent between the two. ``unpriced_calls`` are not in ``amount``."""
    return {
        "currency": "USD",
        "amount": round(after.usd - before.usd, 6),
        "tokens": after.tokens - before.tokens,
        "calls": after.calls - before.calls,
        "unpriced_calls": after.unpriced_calls - before.unpriced_calls,
        "gpu_s": 0.0,
    }


def in_words(paid: dict[str, Any]) -> str:
    """The same for a person: "for nothing" only where no model was paid, or asked at all."""
    if not paid["calls"]:
        return "for nothing (no model was paid)"
    used = f"{paid['calls']} answers of models, {paid['tokens']:,} tokens"
    if paid["unpriced_calls"]:
        known = f"{paid['amount']:.4f} USD and " if paid["amount"] else ""
        return f"for {known}a price that is not known ({used})"
    return f"for {paid['amount']:.4f} USD ({used})" if paid["amount"] else f"for no money ({used})"
