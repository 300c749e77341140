"""`sparkle make --preview`: the whole film with the same seeds, small and with few steps, before the full render.

It is a film of its own (``ID-preview``) beside the one it is of, with the same plan at a lower resolution and the
profile's preview settings: nothing of it can be taken for the full render, nor the other way round.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from resources.errors import InputError
from resources.store.film import FilmFolder, Home, Settings
from resources.store.locks import film_lock
from sparkle_assets.cli.making import make_film
from sparkle_assets.cli.progress import Watch

SUFFIX = "-preview"
MOST_ID = 64


def preview_id(movie: str) -> str:
    """The id of a film's preview. Raises :class:`InputError` for a preview's own id."""
    if movie.endswith(SUFFIX):
        raise InputError(f"{movie!r} is a preview itself", hint=f"sparkle make --movie {movie.removesuffix(SUFFIX)}")
    return f"{movie[: MOST_ID - len(SUFFIX)].rstrip('-_')}{SUFFIX}"


def preview(home: Home, film: FilmFolder, settings: Settings, watch: Watch) -> dict[str, Any]:
    """Make the preview of a film whose plan is there; the answer of ``--json`` but for time, memory and cost.

    Hold the film's lock. What a retake changed of a shot's seed is in its preview; repairs of single stages are not.
    """
    from resources.pipeline.control import begin
    from resources.pipeline.stages.plan import read_plan, save_plan, take_in
    from resources.profile import load_profile, preview_of

    small = home.film(preview_id(film.movie))
    plan, most = read_plan(film.plan_path), load_profile(settings.profile).preview.resolution
    if _lines(plan.resolution) > _lines(most):
        plan = plan.model_copy(update={"resolution": most})
    takes = {
        shot: one.model_copy(update={"takes": [take.model_copy(update={"repairs": []}) for take in one.takes]})
        for shot, one in film.takes().items()
    }
    with ExitStack() as lock:
        lock.enter_context(film_lock(small.path))
        begin(small)
        save_plan(small, take_in(small, plan, film.plan_path.parent))
        small.write_takes(takes)
        small.write_settings(settings.model_copy(update={"profile": preview_of(settings.profile)}))
        return make_film(home, small, watch, lock) | {"preview_of": film.movie}


def _lines(resolution: str) -> int:
    return int(resolution.removesuffix("p"))
