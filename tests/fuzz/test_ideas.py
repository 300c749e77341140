"""Ideas and the wishes around them: any text becomes a film that can be made, or is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resources.agents.script_agent import _request as asked_of
from resources.agents.script_agent import by_rule
from resources.pipeline.beginning import Wishes, asked, notes_on_telling
from resources.pipeline.resolve import film_id
from resources.pipeline.stages.plan import Request, rehearse
from resources.store.film import ID, Settings
from schemas.plan import MoviePlan
from tests.harness.fuzzing import door, fenced, readable, refused
from tests.harness.mutations import HOSTILE_TEXTS, text_changed, texts

IDEAS = (
    "A lighthouse keeper befriends a storm",
    "Two robots share the last flower on Mars, and neither wants to pick it.",
    "Ein Bär und eine Biene suchen im Winter den Honig.",
    "Un gato que quería ser astronauta",
    "Le dernier dragon apprend à nager",
    "Grandmother Ida's clock runs backwards; her cat Moss knows why: it ate Tuesday!",
    "狐が森で灯りを見つける",
    "a",
)


def ideas() -> st.SearchStrategy[str]:
    known = st.sampled_from(IDEAS)
    return st.one_of(known, text_changed(known), text_changed(known), st.sampled_from(HOSTILE_TEXTS), texts())


def wishes() -> st.SearchStrategy[Wishes]:
    word = st.one_of(st.none(), st.sampled_from(HOSTILE_TEXTS), texts())
    rarely = st.one_of(
        st.just(()), st.just(()), st.lists(text_changed(st.just("Ida: a tall clockmaker")), max_size=3).map(tuple)
    )
    return st.builds(
        Wishes,
        seed=st.none() | st.integers(-1, 2**32),
        aspect=st.sampled_from((None, None, "9:16", "4:3")),
        resolution=st.sampled_from((None, None, "144p", "8K")),
        language=st.one_of(st.sampled_from((None, None, None, "en", "de", "fr", "es", "ja", "xx", "EN-us")), word),
        style=word,
        seconds=st.none() | st.floats(),
        shots=st.none() | st.integers(-1, 70),
        cast=rarely,
        forbid=st.one_of(
            st.just(()), st.lists(st.sampled_from(("storm", "cat", "the")) | texts(), max_size=3).map(tuple)
        ),
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ideas")


def request_of(idea: str, wished: Wishes) -> Request | None:
    made: Any = refused(lambda: asked(idea, wished, "sparkle/local", None))
    if made is not None:
        assert Request.model_validate_json(made.model_dump_json()) == made
        assert ID.fullmatch(film_id(made.idea))
        notes = refused(lambda: notes_on_telling(made))
        for note in notes or []:
            readable(note)
        return made if notes is not None else None
    return None


@door(30)
@given(ideas(), wishes())
@example("\ud800 is no letter", Wishes())
@example("a cat", Wishes(seconds=float("nan")))
def test_any_idea_is_asked_for_or_refused(place: Path, idea: str, wished: Wishes) -> None:
    with fenced(place):
        request_of(idea, wished)


@door(5)
@given(ideas(), st.one_of(st.just(Wishes()), wishes()))
def test_any_idea_is_told_or_refused(place: Path, idea: str, wished: Wishes) -> None:
    with fenced(place):
        request = request_of(idea, wished)
        if request is None:
            return
        content = asked_of(request.idea, request.constraints, request.seed).model_dump(mode="json")
        plan = refused(lambda: by_rule(content, request.seed))
        if plan is not None:
            assert MoviePlan.model_validate_json(plan.model_dump_json()) == plan
            rehearse(plan, Settings(), place)
