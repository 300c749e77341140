"""Delivery copies from anywhere, with their mark files: one that was changed is never called whole."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.media.encode import Picture, encode_segment
from resources.pipeline.delivery.certificate import home_signer
from resources.pipeline.delivery.sign import mark_path
from resources.pipeline.delivery.verify import verify
from resources.store.film import Home
from tests.harness.engines import gradient
from tests.harness.fuzzing import door, fenced, readable, refused
from tests.harness.mutations import bytes_changed, changed
from tests.unit.test_delivery import made


class Copy:
    """A signed film of half a second and its mark file, to be damaged and put right again."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.prepare()
        encode_segment((gradient(32, 24, 3, k) for k in range(6)), Picture(32, 24, 12), folder / "clip.mp4")
        self.film = made(folder / "clip.mp4", folder, home_signer(self.home))
        self.mark = mark_path(self.film)
        self.whole = self.film.read_bytes(), self.mark.read_bytes()
        self.stripped = (folder / "clip.mp4").read_bytes()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("deliveries"))


@door(25)
@given(st.data())
def test_a_changed_copy_is_never_whole(copy: Copy, data: st.DataObject) -> None:
    film, mark = copy.whole
    told = changed([json.loads(mark)]).map(lambda value: json.dumps(value).encode())
    films = st.one_of(bytes_changed(st.just(film)), st.just(film), bytes_changed(st.just(copy.stripped)))
    marks = st.one_of(st.none(), st.just(mark), bytes_changed(st.just(mark)), told)
    looked_at(copy, data.draw(films), data.draw(marks))


@pytest.mark.parametrize("mark", [b"", b"{", b'{"a":' * 50_000, b"\xff", b"{}", b"null"])
def test_a_mark_that_is_none_is_told(copy: Copy, mark: bytes) -> None:
    looked_at(copy, copy.whole[0], mark)
    looked_at(copy, copy.stripped, mark)


def looked_at(copy: Copy, film: bytes, mark: bytes | None) -> None:
    copy.film.write_bytes(film)
    copy.mark.unlink(missing_ok=True)
    if mark is not None:
        copy.mark.write_bytes(mark)
    with fenced(copy.home.root):
        verdict = refused(lambda: verify(copy.film, copy.home))
    if verdict is None:
        return
    for line in verdict.lines():
        readable(line)
    whole = film == copy.whole[0] and mark in (None, copy.whole[1])
    assert (verdict.exit_code == 0) == (whole or (film == copy.stripped and mark == copy.whole[1]))
