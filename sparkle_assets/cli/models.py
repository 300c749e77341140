"""`sparkle models`: the models of GPU profiles: what they are, whether they are here, whether they would fit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sparkle_assets.cli.common import answer, home_option, json_option, open_home

if TYPE_CHECKING:
    from resources.gpu.registry import ModelEntry


@click.group()
def models() -> None:
    """List, fetch, verify and size the models of GPU profiles."""


@models.command("list", short_help="Every model: licence, size, and whether it is here.")
@home_option
@json_option
def list_models(home: Path, as_json: bool) -> None:
    """Every model that a GPU profile may load, its terms, and whether its files are here."""
    from resources.gpu.registry import Registry

    registry = Registry.of_home(open_home(home).root)
    told = [
        {
            "key": key, "title": entry.title, "repo": entry.repo, "revision": entry.revision, "licence": entry.licence,
            "licence_url": entry.licence_url, "limits": entry.limits, "commercial": entry.commercial,
            "unverified": entry.unverified, "bytes": entry.bytes, "state": registry.state(key),
            "folder": str(registry.folder_of(key)),
        }
        for key, entry in registry.models.items()
    ]  # fmt: skip
    lines = [f"models are kept in {registry.folder}", f"{'model':<24} {'state':<10} {'GB':>6}  licence"]
    for one in told:
        entry = registry.entry(str(one["key"]))
        noted = "" if one["commercial"] else "  NOT FOR COMMERCIAL USE"
        lines.append(f"{one['key']:<24} {one['state']:<10} {_size(entry):>6}  {one['licence']}{noted}")
    lines.append("GB to fetch; `~`: counted from the weights; `?`: not known before `sparkle models pull MODEL`")
    answer({"folder": str(registry.folder), "models": told}, "\n".join(lines), as_json=as_json)


def _size(entry: ModelEntry) -> str:
    """What there is to fetch, in GB, as exactly as it is known."""
    if entry.bytes_known:
        return f"{entry.bytes / 1e9:.1f}"
    counted = max(entry.weight_bytes or 0, entry.bytes)
    return f"~{counted / 1e9:.1f}" if counted > 1e8 else "?"


@models.command("pull", short_help="Fetch models and hold them to their hashes.")
@click.argument("keys", nargs=-1, required=True, metavar="MODEL...")
@click.option("--accept-licence", is_flag=True, help="Accept the terms of models that limit their use.")
@home_option
@json_option
def pull_models(keys: tuple[str, ...], accept_licence: bool, home: Path, as_json: bool) -> None:
    """Fetch models at their pinned revisions, once. Everything works offline after that."""
    from resources.gpu.pull import HuggingFaceHub, pull
    from resources.gpu.registry import Registry

    registry = Registry.of_home(open_home(home).root)
    for key in keys:
        registry.entry(key)
    done, lines = [], []
    for key in keys:
        entry = registry.entry(key)
        click.echo(
            f"{entry.title}: {entry.repo}@{entry.revision[:12]}, {entry.licence} ({entry.licence_url})", err=True
        )
        if entry.limits:
            click.echo(f"  terms: {entry.limits}", err=True)
        pulled = pull(
            registry, key, HuggingFaceHub(), accepted=accept_licence, say=lambda line: click.echo(f"  {line}", err=True)
        )
        done.append(pulled)
        kept = f", {len(pulled.kept)} were here" if pulled.kept else ""
        lines.append(f"{key}: {len(pulled.fetched)} files fetched{kept}, {pulled.bytes / 1e9:.1f} GB, all hashed")
        if pulled.trusted:
            lines.append(
                f"{key}: {len(pulled.trusted)} of them had no pinned hash: taken on trust, held to from now on"
            )
    answer({"models": [asdict(one) for one in done]}, "\n".join(lines), as_json=as_json)


@models.command(short_help="Hash the files that are here; 1 if one is not as pinned.")
@click.argument("keys", nargs=-1, metavar="[MODEL]...")
@click.option("--record", is_flag=True, help="Trust what was put here by hand where no hash is pinned, from now on.")
@home_option
@json_option
def verify(keys: tuple[str, ...], record: bool, home: Path, as_json: bool) -> int:
    """Hash every file of the models that are here, or of those named; 1 when one is not as pinned."""
    from resources.gpu.registry import Registry

    registry = Registry.of_home(open_home(home).root)
    chosen = list(keys) or [key for key in registry.models if registry.state(key) != "missing"]
    told, lines = [], []
    for key in chosen:
        if record:
            lines.append(f"{key}: {len(registry.trust(key))} files recorded")
        state = registry.state(key)
        lacking = [f"is not on this machine (`sparkle models pull {key}`)"]
        faults = lacking if state == "missing" else registry.verify(key)
        if state == "unchecked":
            faults.append("was put here by hand and is not recorded: --record trusts it as it is")
        told.append({"key": key, "ok": not faults, "state": state, "faults": faults})
        lines += [f"{key}: {fault}" for fault in faults] or [f"{key}: as pinned"]
    if not chosen:
        lines.append("there are no models here")
    bad = any(not one["ok"] for one in told)
    answer({"ok": not bad, "models": told}, "\n".join(lines), as_json=as_json)
    return 1 if bad else 0


@models.command(short_help="What fits on which card, computed.")
@click.argument("keys", nargs=-1, metavar="[MODEL]...")
@click.option("--card", help="One card: gpu-16gb, rtx4090, a100-40gb or a100-80gb. [default: all]")
@click.option("--host-gb", default=64, show_default=True, type=click.IntRange(1, 4096), help="Host memory, in GiB.")
@home_option
@json_option
def size(keys: tuple[str, ...], card: str | None, host_gb: int, home: Path, as_json: bool) -> None:
    """What each model is predicted to take on each card, and what the memory ladder gives up for it to fit."""
    from resources.gpu.plan import GIB, PRESETS
    from resources.gpu.registry import Registry
    from resources.gpu.sizes import fit

    registry = Registry.of_home(open_home(home).root)
    cards = [card] if card else [name for name, preset in PRESETS.items() if preset.device_bytes]
    fits = [fit(registry, key, name, host=host_gb * GIB) for key in keys or registry.models for name in reversed(cards)]
    lines = [f"{'model':<24} {'card':<10} {'GB':>6} {'host':>6}  how"]
    for one in fits:
        how = ", ".join(one.rungs) or "as it is"
        how = how if one.fits else f"DOES NOT FIT, after {how}"
        gb, host = one.bytes.total / 1e9, one.bytes.host / 1e9
        lines.append(f"{one.key:<24} {one.preset:<10} {gb:>6.1f} {host:>6.1f}  {how}")
    lines.append("computed, not measured: weights counted, work by the formulas in resources/gpu/workloads.py")
    told = [
        {"key": one.key, "card": one.preset, "fits": one.fits, "rungs": list(one.rungs), "bytes": one.bytes.told(),
         "plan": one.plan.told()}
        for one in fits
    ]  # fmt: skip
    answer({"models": told}, "\n".join(lines), as_json=as_json)
