"""What a film cost in one run of `sparkle make`: what models were paid, and the machines of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resources.agents.budget import Spent
    from resources.pipeline.accounting import Work
    from resources.store.film import FilmFolder


def spent(film: FilmFolder) -> Spent:
    """What the film has cost so far, refused answers included. Raises :class:`StoreFault` for a damaged record."""
    from resources.agents.budget import Budget

    return Budget(film.path).spent


def worked(film: FilmFolder) -> Work:
    """What machines worked on the film so far. Raises :class:`StoreFault` for a damaged record."""
    from resources.pipeline.accounting import work_on
    from resources.profile import load_profile

    return work_on(film.path, load_profile(film.settings().profile))


def cost(before: Spent, after: Spent, work: Work | None = None) -> dict[str, Any]:
    """``cost`` of ``--json``: what was spent between the two. ``unpriced_calls`` are not in ``amount``.

    ``work`` is what machines did meanwhile; what they cost is in ``amount``, and told by itself.
    """
    machines = 0.0 if work is None else round(work.usd, 6)
    return {
        "currency": "USD",
        "amount": round(after.usd - before.usd + machines, 6),
        "machines": machines,
        "machine_s": 0.0 if work is None else round(work.seconds, 3),
        "tokens": after.tokens - before.tokens,
        "calls": after.calls - before.calls,
        "unpriced_calls": after.unpriced_calls - before.unpriced_calls,
        "gpu_s": 0.0 if work is None else round(work.gpu_seconds, 3),
    }


def in_words(paid: dict[str, Any]) -> str:
    """The same for a person: "for nothing" only where no model was paid, or asked at all, and no machine."""
    if paid["machines"]:
        card = f", {paid['gpu_s']:.0f} s of them on a card" if paid["gpu_s"] else ""
        rest = in_words({**paid, "amount": round(paid["amount"] - paid["machines"], 6), "machines": 0.0})
        return f"for {paid['machines']:.4f} USD of machines ({paid['machine_s']:.0f} s{card}), and {rest}"
    if not paid["calls"]:
        return "for nothing (no model was paid)"
    used = f"{paid['calls']} answers of models, {paid['tokens']:,} tokens"
    if paid["unpriced_calls"]:
        known = f"{paid['amount']:.4f} USD and " if paid["amount"] else ""
        return f"for {known}a price that is not known ({used})"
    return f"for {paid['amount']:.4f} USD ({used})" if paid["amount"] else f"for no money ({used})"
