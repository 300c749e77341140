"""What a sensor looks at: films that changed, as many as there is time for, and each of them in the end."""

from pathlib import Path

import dagster as dg
import pytest

from resources.store.film import Home
from sparkle_assets.automation import films as looked_at
from sparkle_assets.automation.films import PLAN, Films


def look(home: Home, cursor: str | None) -> tuple[list[str], str]:
    with dg.build_sensor_context(cursor=cursor) as context:
        films = Films.of(context, home, PLAN)
        return [film.movie for film in films.changed()], films.cursor


@pytest.fixture
def three(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    for movie in ("ada", "bob", "cleo"):
        plan = home.film(movie).plan_path
        plan.parent.mkdir(parents=True)
        plan.write_text("{}", encoding="utf-8")
    return home


def test_only_what_changed_is_opened(three: Home) -> None:
    first, cursor = look(three, None)
    nothing, cursor = look(three, cursor)
    plan = three.film("bob").plan_path
    plan.write_text(plan.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed, _ = look(three, cursor)
    assert (first, nothing, changed) == (["ada", "bob", "cleo"], [], ["bob"])


def test_a_look_that_lasts_goes_on_at_the_next_tick(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looked_at, "LOOK_S", 0.0)
    ticks, cursor = [], None
    for _ in range(4):
        seen, cursor = look(three, cursor)
        ticks.append(seen)
    assert ticks == [["ada"], ["bob"], ["cleo"], []]
