"""The inbox's own rules: no name leads out of it, whatever the name is."""

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from resources.errors import InputError
from resources.pipeline.intake import movie_of_name
from resources.store.film import ID
from resources.store.inbox import KINDS, REASON, Inbox, Look, is_plain, looks_from, looks_to, plain_name

RAW = st.binary(min_size=1, max_size=80).filter(lambda name: b"/" not in name and b"\0" not in name)
TEXT = st.text(min_size=1, max_size=120).filter(lambda name: "/" not in name and "\0" not in name)
ENDS = st.sampled_from(["", *KINDS])


def names() -> st.SearchStrategy[str]:
    """Any name that a file system takes: any bytes, any letters, at most 255 of them."""
    raw = st.one_of(RAW.map(os.fsdecode), TEXT)
    whole = st.tuples(raw, ENDS).map("".join).filter(lambda name: name not in (".", ".."))
    return whole.filter(lambda name: _fits(name))


def _fits(name: str) -> bool:
    try:
        return len(os.fsencode(name)) <= 255
    except UnicodeEncodeError:
        return False


@given(names())
def test_a_name_is_kept_or_replaced_by_a_plain_one(name: str) -> None:
    given_name = plain_name(name)
    assert is_plain(given_name) and "/" not in given_name and given_name not in (".", "..")
    assert len(os.fsencode(given_name + REASON)) <= 255
    assert given_name == name or not is_plain(name)


@given(names().map(plain_name))
def test_every_name_means_a_film_inside_the_home(name: str) -> None:
    assert ID.fullmatch(movie_of_name(name))


@settings(max_examples=60)
@given(names())
def test_nothing_leaves_the_inbox(tmp_path_factory: object, name: str) -> None:
    folder = Path(tmp_path_factory.mktemp("home"))  # type: ignore[attr-defined]
    inbox = Inbox(folder / "inbox")
    inbox.prepare()
    (inbox.folder / name).write_bytes(b"A fox finds a lantern")
    _, looks = inbox.look({}, 0.0)
    settled, _ = inbox.look(looks_from(looks_to(looks)), 10.0)
    assert settled in ([], [name])
    for known in settled:
        try:
            assert inbox.read(known) == b"A fox finds a lantern"
            inbox.accept(known)
        except InputError as error:
            inbox.reject(known, str(error))
    assert sorted(path.name for path in folder.iterdir()) == ["inbox"]
    assert all(len(path.relative_to(inbox.folder).parts) <= 2 for path in inbox.folder.rglob("*"))
    left = [path for path in inbox.folder.rglob("*") if path.is_file() and not path.name.endswith(REASON)]
    assert len(left) == 1 and left[0].read_bytes() == b"A fox finds a lantern"


@given(st.text(max_size=60))
def test_a_damaged_cursor_is_no_cursor(text: str) -> None:
    assert isinstance(looks_from(text), dict)
    assert looks_from('{"a": [1, 2]}') == {}
    assert looks_from(looks_to({"a": Look(1, 2, 3, 4.5)})) == {"a": Look(1, 2, 3, 4.5)}
