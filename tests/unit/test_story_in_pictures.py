"""The twenty films told in pictures: the thing they are about, the deed they turn on, their light and their colours."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from resources.agents.portrait import colour_name
from resources.agents.storyteller import tell
from resources.agents.storyteller.english import data
from resources.cutout.dressing import BIG_THINGS, SKY_THINGS
from resources.cutout.score import StageFigure, StageProp
from resources.lexicon import resolve_look
from resources.lexicon.tones import APART, BARE, apart, main_colour
from schemas.plan import MoviePlan
from schemas.script import CastWish
from schemas.vocabulary import Headwear, ShotSize, Species, TimeOfDay, Weather
from tests.harness.ideas import IDEAS, Named
from tests.harness.staged import Staged, done, faults, heaped, hidden, seen, shown, staged, things_of

SEEDS = (0, 1)
PLANS: dict[tuple[str, int], MoviePlan] = {
    (idea.key, seed): tell(idea.text, seed=seed) for idea in IDEAS for seed in SEEDS
}
FILMS: dict[tuple[str, int], list[Staged]] = {}
ARCS = 8
"""Different arcs of light that twenty films show at least."""
MOST_ALIKE = 4
"""Films that may share one."""


def film(key: str, seed: int) -> list[Staged]:
    """The stages of a film, laid out once."""
    if (key, seed) not in FILMS:
        FILMS[key, seed] = staged(PLANS[key, seed])
    return FILMS[key, seed]


def turning_point(plan: MoviePlan) -> int:
    """The number of the shot at which a story turns."""
    beats = [shot.id.split("-", 1)[1] for shot in plan.shots if shot.id]
    return next(at for at in range(len(beats) - 1, -1, -1) if beats[at] in ("turn", "reveal"))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.key)
def test_every_thing_goes_from_shot_to_shot(idea: Named, seed: int) -> None:
    things = things_of(PLANS[idea.key, seed])
    assert things
    assert [fault for thing in things for fault in faults(film(idea.key, seed), thing)] == []


def test_a_thing_that_is_lost_is_found_out() -> None:
    shots = film("grandmother", 0)
    assert faults(shots, "suitcase") == []
    without = [
        one if k != 1 else Staged(one.shot, one.stage.model_copy(update={"figures": _emptied(one)}), one.score)
        for k, one in enumerate(shots)
    ]
    assert any("gone" in fault for fault in faults(without, "suitcase"))
    insert = next(one.stage for one in shots if one.stage.size is ShotSize.INSERT)
    lying = shots[1].stage.model_copy(update={"figures": _emptied(shots[1]), "props": insert.props})
    dropped = [one if k != 1 else Staged(one.shot, lying, one.score) for k, one in enumerate(shots)]
    assert any("size" in fault for fault in faults(dropped, "suitcase"))


def _emptied(one: Staged) -> list[StageFigure]:
    return [figure.model_copy(update={"held": None}) for figure in one.stage.figures]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.key)
def test_the_story_turns_on_something_that_is_seen_to_be_done(idea: Named, seed: int) -> None:
    plan, shots = PLANS[idea.key, seed], film(idea.key, seed)
    one = shots[turning_point(plan)]
    assert one.stage.size in (ShotSize.WIDE, ShotSize.MEDIUM) and one.stage.figures
    assert done(one), one.shot.action
    assert any(spot.inside(one.stage) > 0.3 for thing in things_of(plan) for spot in seen(one, thing))


def test_films_turn_on_more_than_one_kind_of_deed() -> None:
    kinds = Counter(done(film(idea.key, 0)[turning_point(PLANS[idea.key, 0])]) for idea in IDEAS)
    assert len(kinds) >= 4, kinds


def arc(plan: MoviePlan) -> tuple[tuple[TimeOfDay, Weather], ...]:
    """How light and weather go on in a film."""
    lights = [plan.location(shot.location_id) for shot in plan.shots]
    return tuple(key for key, _ in itertools.groupby((one.time_of_day, one.weather) for one in lights))


@pytest.mark.parametrize("seed", SEEDS)
def test_twenty_films_have_many_arcs_of_light(seed: int) -> None:
    hours = Counter(
        tuple(key for key, _ in itertools.groupby(hour for hour, _ in arc(PLANS[idea.key, seed]))) for idea in IDEAS
    )
    assert len(hours) >= ARCS and max(hours.values()) <= MOST_ALIKE, hours
    whole = Counter(arc(PLANS[idea.key, seed]) for idea in IDEAS)
    assert len(whole) >= 1.5 * ARCS and max(whole.values()) <= MOST_ALIKE, whole


@pytest.mark.parametrize("seed", range(4))
def test_an_hour_that_is_named_is_held(seed: int) -> None:
    for text, hour in (
        ("The last whale says goodbye to an old fisherman at dusk", TimeOfDay.DUSK),
        ("A girl flies a kite at night", TimeOfDay.NIGHT),
        ("An abandoned lighthouse in the fog at dawn", TimeOfDay.DAWN),
    ):
        plan = tell(text, seed=seed)
        assert {plan.location(shot.location_id).time_of_day for shot in plan.shots} == {hour}, text


def test_every_arc_can_be_told_and_some_seed_tells_it() -> None:
    arcs = {tuple(one["hours"]) for one in data("stage")["arcs"]}
    assert len(arcs) == len(data("stage")["arcs"]) >= 12
    told = set()
    for seed in range(24):
        plan = tell("A baker befriends a fox", seed=seed)
        told.add(tuple(key for key, _ in itertools.groupby(hour for hour, _ in arc(plan))))
    assert len(told) >= ARCS


@pytest.mark.parametrize("seed", (*SEEDS, 2, 3))
@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.key)
def test_whoever_shares_a_shot_is_told_apart_by_colour(idea: Named, seed: int) -> None:
    plan = PLANS.get((idea.key, seed)) or tell(idea.text, seed=seed)
    looks = {one.id: one.look for one in plan.characters}
    pairs = {pair for shot in plan.shots for pair in itertools.combinations(sorted(shot.characters), 2)}
    for one, other in pairs:
        colours = main_colour(looks[one]), main_colour(looks[other])
        if colours[0] == colours[1] and "crow" in one:  # every crow is black: one tells them by what they wear
            colours = looks[one].garment_colour or "", looks[other].garment_colour or ""
        assert apart(*colours) >= APART, (one, other, colours)


def test_colours_that_are_named_stay() -> None:
    people = [CastWish(name="Ida", description="a woman in a red coat"), CastWish(name="Bo", description="a red coat")]
    plan = tell("Ida meets Bo", seed=0, people=people)
    worn = {one.id: one.look.garment_colour for one in plan.characters if one.on_screen}
    assert worn["ida"] == worn["bo"]


def test_an_ochre_coat_beside_an_ochre_bird_is_seen_as_one() -> None:
    assert apart("#d99a34", "#d9a63a") < APART < apart("#d99a34", "#7f9a3f")
    assert apart("#000000", "#ffffff") == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_a_spirit_is_told_by_the_colour_and_build_it_has(seed: int) -> None:
    plan = tell("A girl befriends a storm", seed=seed)
    storm = next(one for one in plan.characters if one.id == "storm")
    assert storm.look.species is Species.CLOUD and storm.look.species in BARE and storm.look.skin
    build = {"slim": "slim", "medium": "sturdy", "stout": "round"}[storm.look.build or ""]
    assert f"a storm with a face, {build} and {colour_name(storm.look.skin)}," in storm.description


def test_fear_is_seen_before_what_is_feared() -> None:
    first, *rest = film("scarecrow", 0)
    assert set(first.shot.characters) == {"scarecrow", "crow", "crow-2"}
    business = {part.character_id: part.business for part in first.score.parts}
    assert business["scarecrow"] in ("step_back", "hide_face") and first.shot.emotion == "afraid"
    assert rest[-1].shot.emotion != "afraid"


def test_what_somebody_left_with_is_seen_with_them_alone() -> None:
    for one in film("clockmaker", 0):
        there = {"violin", "suitcase"} & {
            *(prop.name for prop in one.stage.props),
            *(f.held for f in one.stage.figures),
        }
        assert bool(there) == ("granddaughter" in one.shot.characters), one.shot.id


def test_what_is_waited_for_is_in_the_sky_from_the_turn_on() -> None:
    plan, shots = PLANS["village", 0], film("village", 0)
    turn = turning_point(plan)
    for at, one in enumerate(shots):
        if one.stage.size in (ShotSize.WIDE, ShotSize.MEDIUM):
            aloft = [prop for prop in one.stage.props if prop.name == "sun"]
            assert bool(aloft) == (at >= turn), one.shot.id
            assert all(prop.y < 0.5 * one.stage.height and not prop.front for prop in aloft)


SOUGHT = {
    "letter": "A lighthouse keeper waits for a letter in the storm",
    "key": "A mouse searches for a lost key in an old castle",
    "cake": "A girl waits for her birthday cake",
    "balloon": "A robot wants a balloon",
    "map": "A pirate looks for a treasure map under the sea",
    "lantern": "Two penguins hunt for a lantern",
    "hat": "A baker who has lost his hat",
    "teapot": "An old woman misses her teapot",
    "bicycle": "A fox dreams of a bicycle",
    "kite": "A boy cannot find his kite",
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("thing", SOUGHT)
def test_nobody_has_what_is_sought_until_it_is_found(thing: str, seed: int) -> None:
    plan = tell(SOUGHT[thing], seed=seed)
    shots, turn = staged(plan), turning_point(plan)
    peopled = [at for at, one in enumerate(shots) if one.stage.size is not ShotSize.INSERT]
    there = [at for at in peopled if seen(shots[at], thing)]
    first = there[0]
    assert first == turn or str(shots[first].shot.id).endswith("-find"), [one.shot.prompt for one in shots]
    assert any(spot.inside(shots[first].stage) > 0.3 for spot in seen(shots[first], thing))
    if thing not in BIG_THINGS:
        assert done(shots[first]), shots[first].shot.action
    assert faults(shots, thing) == []
    assert not any("holding the " + thing in one.shot.prompt for one in shots[:first])


@pytest.mark.parametrize("seed", range(3))
def test_what_is_waited_for_is_brought(seed: int) -> None:
    plan = tell(SOUGHT["letter"], seed=seed)
    (keeper, other) = [one.id for one in plan.characters if one.id != "narrator"]
    shots = staged(plan)
    (passed,) = [one for one in shots[turning_point(plan)].score.passes if one.thing == "letter"]
    assert (passed.giver, passed.taker) == (other, keeper)


@pytest.mark.parametrize("thing", ["hat", "crown", "scarf"])
def test_nobody_wears_what_they_look_for(thing: str) -> None:
    for who in ("wizard", "king", "cook"):
        plan = tell(f"A {who} searches for a {thing}")
        hero = next(one for one in plan.characters if one.id == who)
        look = resolve_look(hero, plan.seed)
        assert look.headwear is Headwear.NONE, thing
        assert thing not in hero.description and "pointed" not in hero.description
        dressed = next(one for one in tell(f"A {who} sells a {thing}").characters if one.id == who)
        assert resolve_look(dressed, plan.seed).headwear is not Headwear.NONE


def test_what_somebody_finds_at_once_is_not_sought() -> None:
    plan = tell("A girl finds a letter in a bottle")
    first = next(one for one in staged(plan) if one.stage.size is not ShotSize.INSERT and one.stage.figures)
    assert "letter" in (first.shot.props or [])


def test_what_nobody_carries_is_the_same_for_story_and_stage() -> None:
    staging = data("staging")
    assert set(staging["in_the_sky"]) == SKY_THINGS
    assert set(staging["not_held"]) >= BIG_THINGS | SKY_THINGS


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.key)
def test_no_thing_lies_over_anybody_s_eyes_or_mouth(idea: Named, seed: int) -> None:
    assert [told for one in film(idea.key, seed) for told in hidden(one)] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.key)
def test_what_is_held_beside_others_is_seen(idea: Named, seed: int) -> None:
    for one in film(idea.key, seed):
        if len(one.stage.figures) > 1:
            assert shown(one) > 0.45, one.shot.id


@pytest.mark.parametrize("aspect", ["16:9", "9:16"])
@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.key)
def test_no_thing_lies_over_another(idea: Named, aspect: str) -> None:
    shots = staged(PLANS[idea.key, 0].model_copy(update={"aspect": aspect}))
    assert [told for one in shots for told in heaped(one)] == []
    two = next((one for one in shots if len(one.stage.props) > 1), None)
    if two is not None:  # and it would be told
        first, second = two.stage.props[:2]
        there = second.model_copy(update={"name": "cup", "x": first.x, "y": first.y, "size": first.size})
        again = two.stage.model_copy(update={"props": [first.model_copy(update={"name": "cup"}), there]})
        assert heaped(Staged(two.shot, again, two.score))


SHARED = (
    ("fox", "robot", "umbrella"), ("mouse", "dragon", "umbrella"), ("squirrel", "turtle", "umbrella"),
    ("ghost", "sheep", "balloon"), ("octopus", "cat", "kite"), ("lion", "rabbit", "lamp"), ("penguin", "bee", "chest"),
    ("potato", "toaster", "map"), ("horse", "owl", "mirror"), ("fish", "whale", "lamp"),
    ("scarecrow", "frog", "guitar"),
)  # fmt: skip


@pytest.mark.parametrize("aspect", ["16:9", "1:1", "9:16"])
@pytest.mark.parametrize(("one", "other", "thing"), SHARED)
def test_whatever_two_share_is_seen_beside_their_faces(one: str, other: str, thing: str, aspect: str) -> None:
    plan = tell(f"A {one} and a {other} share one {thing} in the rain", seed=3).model_copy(update={"aspect": aspect})
    shots = staged(plan)
    assert [told for shot in shots for told in hidden(shot)] == []
    assert [fault for name in things_of(plan) for fault in faults(shots, name)] == []
    assert thing in things_of(plan)


def test_a_thing_before_a_face_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    one = next(one for one in film("grandmother", 0) if one.stage.size is ShotSize.CLOSE and one.stage.figures)
    figure = one.stage.figures[0]
    sign = StageProp(name="parliament", x=figure.x, y=0.9 * one.stage.height, size=one.stage.height, seed=0, front=True)
    crossed = Staged(one.shot, one.stage.model_copy(update={"props": [sign]}), one.score)
    assert hidden(crossed) == [], "it is drawn behind them"
    monkeypatch.setattr("resources.cutout.company.before_faces", lambda *args: False)
    assert any(figure.character_id in told for told in hidden(crossed))


@pytest.mark.parametrize("aspect", ["9:16", "1:1"])
def test_other_formats_keep_the_thing(aspect: str) -> None:
    for key in ("boat", "postman", "scarecrow"):
        plan = PLANS[key, 0].model_copy(update={"aspect": aspect})
        shots = staged(plan)
        assert [fault for thing in things_of(plan) for fault in faults(shots, thing)] == [], key
