"""The inbox: whatever is dropped, under whatever name, becomes a film or is put aside with its reason."""

import os
import shutil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resources.errors import InputError
from resources.pipeline.intake import Begun, movie_of_name, take_in_file
from resources.pipeline.stages.plan import read_plan, read_request
from resources.store.film import ID, Home
from resources.store.inbox import ACCEPTED, KINDS, MEDIA, REASON, REJECTED, Inbox, looks_from, looks_to, plain_name
from sparkle_assets.automation.inbox import reason
from tests.conftest import PLAN
from tests.fuzz.test_ideas import IDEAS
from tests.fuzz.test_plans import FULL, png
from tests.fuzz.test_screenplays import PIECES, SCREENPLAYS
from tests.harness.fuzzing import door, fenced, one_clear_line, readable
from tests.harness.mutations import HOSTILE_TEXTS, bytes_changed, json_bytes, lines_changed, text_changed, texts

NAMES = (
    "harbour",
    "The Lantern",
    "hello",
    "harbour.txt",
    "..",
    "...",
    "-rf",
    "$(id)",
    "a\nb",
    "con",
    "été",
    "e\u0301te\u0301",
)


def names() -> st.SearchStrategy[str]:
    raw = st.binary(min_size=1, max_size=60).map(os.fsdecode)
    stems = st.one_of(st.sampled_from(NAMES), st.sampled_from(HOSTILE_TEXTS), texts(), raw)
    ends = st.sampled_from(
        [*KINDS, *KINDS, *KINDS, "", ".JSON", ".Txt", ".part", "~", ".exe", ".json.txt", ".fountain.part"]
    )
    return st.tuples(stems, ends).map("".join).map(possible)


def possible(name: str) -> str:
    """The nearest name that a file can have."""
    kept = os.fsencode(name.encode("utf-8", "surrogateescape" if _escaped(name) else "replace"))
    kept = kept.replace(b"/", b":").replace(b"\0", b"")[-255:]
    return os.fsdecode(kept) if kept not in (b"", b".", b"..") else "x"


def _escaped(name: str) -> bool:
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def contents() -> st.SearchStrategy[bytes]:
    told = st.sampled_from(IDEAS)
    idea = st.one_of(told, text_changed(told), st.sampled_from(HOSTILE_TEXTS))
    encoded = idea.map(lambda text: text.encode("utf-8", "surrogatepass"))
    play = lines_changed(SCREENPLAYS, PIECES).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(encoded, play, json_bytes([PLAN, FULL]), bytes_changed(encoded), st.just(b""))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("inbox")
    (folder / "secret.png").write_bytes(png())
    home = Home(folder / "home")
    home.prepare()
    return home


def emptied(home: Home) -> Inbox:
    """The home with one film that the inbox did not bring, and an empty inbox."""
    for name in ("movies", "inbox"):
        shutil.rmtree(home.root / name, ignore_errors=True)
    inbox = Inbox(home.root / "inbox")
    (inbox.folder / MEDIA).mkdir(parents=True)
    (inbox.folder / "boat.png").symlink_to(home.root.parent / "secret.png")
    return inbox


def dropped(home: Home, inbox: Inbox, name: str) -> Begun | None:
    """What the sensor does with a file that has settled."""
    data = inbox.read(name)
    assert data is not None
    return take_in_file(home, name, data, profile="embedded", beside=inbox.folder, used=lambda key: False)


@door(30)
@given(names(), contents())
@example("\ud800.txt".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"), b"a cat")
@example("plan.json", b'{"title": " ", "shots": [{"prompt": "x"}]}')
@example("plan.json", b'{"title": "x", "shots": [{"prompt": "x", "media": {"image": "boat.png"}}]}')
@example("x" * 240 + ".json", b"{}")
def test_whatever_is_dropped_is_a_film_or_put_aside(place: Home, name: str, data: bytes) -> None:
    inbox = emptied(place)
    (inbox.folder / name).write_bytes(data)
    with fenced(place.root):
        _, looks = inbox.look({}, 0.0)
        settled, _ = inbox.look(looks_from(looks_to(looks)), 10.0)
        assert set(settled) <= {name, "boat.png"}
        if name not in settled:
            return
        try:
            begun = dropped(place, inbox, name)
        except InputError as error:
            one_clear_line(error)
            why = reason(error, name)
            readable(why)
            inbox.reject(name, why)
            assert len(list((inbox.folder / REJECTED).iterdir())) == 2
            assert next((inbox.folder / REJECTED).glob(f"*{REASON}")).read_text(encoding="utf-8").strip()
            return
        assert begun is not None
        inbox.accept(name)
        assert ID.fullmatch(begun.movie)
        readable(begun.run_key)
        film = place.film(begun.movie)
        assert read_request(film) is not None or read_plan(film.plan_path)
        (kept,) = (inbox.folder / ACCEPTED).iterdir()
        assert kept.read_bytes() == data
        again = take_in_file(place, name, data, profile="embedded", beside=inbox.folder, used=lambda key: False)
        assert (again.movie, again.run_key) == (begun.movie, begun.run_key)


@door(60)
@given(names())
def test_every_name_that_is_kept_means_a_film(place: Home, name: str) -> None:
    with fenced(place.root):
        name = plain_name(name)
        assert ID.fullmatch(movie_of_name(name))
