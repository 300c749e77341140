"""How long a film takes, against its own length: ``make bench``.

One run measures, in order: loading the graph against loading Dagster alone (best of five, interleaved), a film from
an idea in an empty home, the same command again, and one changed line. Figures are ratios and peaks of the whole
process tree; nothing here is a test.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IDEA = "A young fox carries a lantern through the forest at night"
ROOT = Path(__file__).resolve().parent.parent
TARGET_S = 30.0


def seconds(code: str) -> float:
    """How long a statement takes in a fresh interpreter, whose own start and end are not counted."""
    timed = f"import time; begun = time.perf_counter(); {code}; print(time.perf_counter() - begun)"
    told = subprocess.run([sys.executable, "-c", timed], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(told.stdout)


def sparkle(folder: Path, *args: str) -> dict[str, object]:
    command = [sys.executable, "-m", "sparkle_assets.cli", *args, "--home", str(folder), "--json", "--quiet"]
    begun = time.perf_counter()
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return {**json.loads(result.stdout), "process_s": time.perf_counter() - begun}


def thirty_seconds(folder: Path) -> Path:
    """The plan of IDEA, shortened by whole shots from the middle until it is about 30 s long."""
    from resources.agents.storyteller import tell
    from sparkle_assets.cli.forecast import estimated_seconds

    plan = tell(IDEA)
    shots = list(plan.shots)
    cards = plan.title_card_s + plan.end_card_s
    while len(shots) > 3 and cards + sum(estimated_seconds(plan, shot.id) for shot in shots) > TARGET_S + 1.5:
        shots.pop(len(shots) // 2)
    path = folder / "plan.json"
    path.write_text(plan.model_copy(update={"shots": shots}).model_dump_json(), encoding="utf-8")
    return path


def main() -> None:
    bare, graph = [], []
    for _ in range(5):
        bare.append(seconds("import dagster"))
        graph.append(seconds("import sparkle_assets.definitions"))
    cores = len(os.sched_getaffinity(0))
    print(f"machine: {platform.machine()}, {cores} cores, Python {platform.python_version()}")
    print(
        f"loading the graph / loading dagster: {min(graph):.2f} s / {min(bare):.2f} s = {min(graph) / min(bare):.2f}x"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = thirty_seconds(folder)
        first = sparkle(folder, "make", "--plan", str(plan), "--movie", "bench")
        length = float(str(first["duration_s"]))
        ratio = float(str(first["process_s"])) / length
        size = f"{first['width']}x{first['height']}"
        wall = f"{first['process_s']:.1f} s = {ratio:.2f}x its length"
        print(f"film of {length:.1f} s, {size}: {wall}, peak {first['peak_rss_mb']} MB")
        again = sparkle(folder, "make", "--movie", "bench")
        print(f"again, nothing changed: {again['process_s']:.2f} s")
        truth = folder / "movies" / "bench" / "plan" / "movie_plan.json"
        value = json.loads(truth.read_text(encoding="utf-8"))
        line = next(line for shot in value["shots"] for line in shot["dialogue"])
        line["text"] += " Yes."
        truth.write_text(json.dumps(value), encoding="utf-8")
        edited = sparkle(folder, "make", "--movie", "bench")
        print(f"again, one line changed: {edited['process_s']:.1f} s = {float(str(edited['process_s'])) / length:.2f}x")


if __name__ == "__main__":
    main()
