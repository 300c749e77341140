"""`sparkle make --animatic`: the storyboard with voices, before anything moves."""

from __future__ import annotations

from typing import Any

import click

from resources.errors import one_line
from resources.store.film import FilmFolder, Home
from sparkle_assets.cli.progress import Watch


def animate(home: Home, film: FilmFolder, watch: Watch) -> dict[str, Any]:
    """Make the animatic of a film; the answer of ``--json`` but for time, memory and cost.

    Keyframes and voices are the film's own: Dagster records them when the film is made.
    """
    from resources.pipeline.animatic import make_animatic
    from resources.pipeline.engines import engines_of
    from resources.pipeline.production import Production
    from resources.store.timeline import read_timeline

    production = Production(home, film.movie, lambda profile: engines_of(profile, home.cache))
    plan = production.script.plan
    watch.say(f"{plan.title} · {film.movie} · animatic")
    watch.total(len(plan.shots) + 1)
    first = len(read_timeline(film.path))

    def step(text: str) -> None:
        watch.step(text)
        watch.bar.advance(watch.task, 1)

    with production.run():
        made = make_animatic(production, step)
        production.save()
    events = read_timeline(film.path)[first:]
    rendered = {(event.stage, event.slot) for event in events if event.event == "success"}
    stages = ("shot_images", "voice_tracks")
    slots = {shot.id: production.script.slot(shot) for shot in plan.shots}
    return {
        "movie": film.movie,
        "title": plan.title,
        "animatic": str(made.path),
        "frames": made.frames,
        "fps": plan.fps,
        "duration_s": round(plan.rate.seconds(made.frames), 3),
        "reused": made.reused,
        "shots": [
            {
                "shot": shot,
                "slot": slot,
                "rendered": [stage for stage in stages if (stage, slot) in rendered],
                "reused": [stage for stage in stages if (stage, slot) not in rendered],
            }
            for shot, slot in slots.items()
        ],
    }


def tell_animatic(result: dict[str, Any]) -> None:
    """Print the answer for a person."""
    click.echo(
        f"{one_line(result['title'])}: animatic of {result['duration_s']:.1f} s, {len(result['shots'])} shots, "
        f"in {result['wall_s']:.1f} s"
    )
    click.echo(f"animatic: {result['animatic']}")
    click.echo(f"film:     sparkle make --movie {result['movie']}")
