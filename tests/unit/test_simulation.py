"""The simulation behind the rollout plan: right where the answer is known, and the plan says what it says."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import figures
from bench.simulate import Farm, Task, bill, bill_table, card_table, needed, simulate, small_cluster
from tests.conftest import ROOT

H100 = figures.CARDS["H100 SXM"]


def test_a_farm_of_the_least_size_keeps_up_and_half_of_it_does_not() -> None:
    enough = needed(30, H100)
    out = simulate(enough, hours=10, warm_h=3)
    assert out.films_hour == pytest.approx(30, rel=0.1)
    assert out.share("wan") == pytest.approx(0.85, abs=0.1)
    assert out.within(0.5) <= out.within(0.95) < 2 * 3600
    half = Farm("half", 30, H100, enough.wan_cards // 2, enough.small_cards, enough.cores)
    behind = simulate(half, hours=10, warm_h=3)
    assert behind.films_hour < 0.65 * 30
    assert behind.share("wan") == pytest.approx(1, abs=0.01)


def test_a_film_alone_takes_what_its_stages_take() -> None:
    seconds = figures.shot_seconds(H100)
    alone = Farm("alone", 0.01, H100, 1, 1, 1, shots=1, retakes=0, card_lives_h=1e9)
    out = simulate(alone, hours=5000, warm_h=0)
    expected = sum(seconds.values()) + figures.ENCODE_S_A_FRAME * figures.SHOT_S * figures.FPS + figures.CUT_S_A_SHOT
    assert out.within(0.5) == pytest.approx(expected)
    again = simulate(alone, hours=5000, warm_h=0)
    assert again.waits_s == out.waits_s  # the same seed, the same farm


def test_cards_that_die_cost_time_and_no_film() -> None:
    frail = Farm("frail", 2, H100, 6, 1, 2, card_lives_h=2, retakes=0)
    sound = Farm("sound", 2, H100, 6, 1, 2, card_lives_h=1e9, retakes=0)
    lost, none = simulate(frail, hours=100, warm_h=5), simulate(sound, hours=100, warm_h=5)
    assert lost.lost > 50
    assert none.lost == 0
    assert lost.films_hour == pytest.approx(none.films_hour, rel=0.1)
    assert lost.within(0.5) > none.within(0.5)


def test_a_small_cluster_where_the_answer_is_known() -> None:
    plan, shot, cut = Task(1), Task(10), Task(4)
    one = small_cluster(films=1, shots=3, workers=1, cores=1, plan=plan, shot=shot, cut=cut)
    assert one.wall_s == pytest.approx(35)
    assert one.busy == pytest.approx(1)
    three = small_cluster(films=1, shots=3, workers=3, cores=3, plan=plan, shot=shot, cut=cut)
    assert three.wall_s == pytest.approx(15)
    crowded = small_cluster(films=1, shots=3, workers=3, cores=1, plan=plan, shot=shot, cut=cut)
    assert crowded.wall_s == pytest.approx(35)  # workers on one core share it
    waiting = small_cluster(films=1, shots=1, workers=1, cores=1, plan=Task(1, 0.5, 2), shot=shot, cut=cut)
    assert waiting.wall_s == pytest.approx(17.5)
    held = Task(1, held_s=3)
    apart = small_cluster(films=1, shots=3, workers=3, cores=1, plan=held, shot=held, cut=held)
    assert apart.wall_s == pytest.approx(14)  # a core for three shots, and all of them wait at once


def test_two_pinned_workers_against_one_and_a_head_that_takes_its_share() -> None:
    def wall(workers: int, head_s: float) -> float:
        tasks = {name: Task(seconds, head_s, 0.3) for name, seconds in (("plan", 1), ("shot", 8), ("cut", 5))}
        return small_cluster(films=10, shots=3, workers=workers, cores=2, **tasks).wall_s

    assert 1.85 < wall(1, 0.3) / wall(2, 0.3) <= 2.0
    assert wall(1, 6) / wall(2, 6) < 1.6  # a head that needs a core itself leaves less for the second worker


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.floats(0, 2), st.floats(0, 2))
def test_no_cluster_is_faster_than_its_cores_or_slower_than_one_after_the_other(
    films: int, shots: int, workers: int, cores: int, head: float, wait: float
) -> None:
    tasks = {name: Task(seconds, head, wait) for name, seconds in (("plan", 1.0), ("shot", 3.0), ("cut", 2.0))}
    told = small_cluster(films=films, shots=shots, workers=workers, cores=cores, **tasks)
    core_s = films * (3.0 + 3.0 * shots + head * (2 + shots))
    assert told.wall_s >= core_s / cores - 1e-6
    assert told.wall_s <= core_s + films * (2 + shots) * wait + 1e-6


def test_the_bill_grows_with_the_films_and_not_with_anything_else() -> None:
    one, many = bill(1), bill(1000)
    for name in ("rows_s", "runs_s", "writes_s", "store_tb_day", "requests_usd_hour"):
        assert getattr(many, name) == pytest.approx(1000 * getattr(one, name))
    assert many.hours_to_ceiling == pytest.approx(figures.PARTITION_CEILING / figures.SLOTS / 1000)
    assert many.writes_s < figures.S3_WRITES_S


def test_the_plan_shows_the_tables_that_are_reckoned() -> None:
    plan = (ROOT / "docs" / "ROLLOUT_PLAN.md").read_text(encoding="utf-8")
    missing = [line for line in (*card_table(), *bill_table()) if line not in plan]
    assert missing == []
    for number in (1, 10, 100, 1000):
        farm = needed(number, H100)
        assert farm.wan_cards > 0
    waves = re.findall(r"^## Wave (\d)", plan, re.MULTILINE)
    assert waves == ["0", "1", "2", "3", "4", "5"]
    for section in re.split(r"^## ", plan, flags=re.MULTILINE):
        if section.startswith("Wave"):
            assert all(f"**{word}**" in section for word in ("Owner", "Enter when", "Leave when")), section[:20]
