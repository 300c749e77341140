"""The store's own records: sidecars, manifests, takes, questions, reports, the timeline.

A record that was damaged or tampered with is told in one line or is as good as none, whoever looks: the film's page,
the commands, the doctor. Nothing it says leads out of the home.
"""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.agents.budget import Budget, Spent
from resources.pipeline.control import read_control
from resources.pipeline.intake import read_dropped
from resources.pipeline.provenance import details, headline, provenance
from resources.pipeline.review import Reviews
from resources.pipeline.stages.plan import peek_script, read_plan, read_request
from resources.store.artifacts import Artifacts
from resources.store.checkpoints import checkpoints
from resources.store.collect import collect
from resources.store.database import close_databases
from resources.store.film import FilmFolder, Home
from resources.store.inspection import troubles_of_film
from resources.store.migrations import film_format
from resources.store.runs import runs
from resources.store.steps import steps
from resources.store.timeline import read_timeline, timeline_is_damaged
from schemas.refs import SHOT_STAGES, AssetRef
from sparkle_assets.cli.timeline import tell
from sparkle_assets.screening.film import film_view, poster_view
from tests.harness.fuzzing import door, fenced, readable, refused
from tests.harness.mutations import bytes_changed, changed
from tests.harness.small_store import MOVIE, small_home

RECORDS = (
    "plan/settings.json",
    "plan/slots.json",
    "plan/takes.json",
    "plan/request.json",
    "plan/dropped.json",
    "plan/movie_plan.json",
    "control.json",
    "format.json",
    "spending.json",
    "report/report.json",
    "review/0123456789abcdef.json",
    "cut/current.json",
    "cut/objects/*/sidecar.json",
    "cut/objects/*/cut_sheet.json",
    "shots/01/shot_images.json",
    "shots/01/voice_tracks.json",
    "shots/01/shot_images/*/sidecar.json",
    "shots/01/voice_tracks/*/track.json",
)


class Place:
    """A home whose film can be damaged, looked at, and put right again."""

    def __init__(self, root: Path) -> None:
        self.home = small_home(root)
        self.film = self.home.film(MOVIE)
        (self.film.path / "spending.json").write_text(Spent(calls=3).model_dump_json())
        self.whole = {name: self.path(name).read_bytes() for name in RECORDS}

    def path(self, name: str) -> Path:
        return next(iter(sorted(self.film.path.glob(name))), self.film.path / name)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("records")
    (root / "secret.json").write_bytes(b"{}")
    return Place(root / "home")


def looks(home: Home) -> dict[str, Callable[[], object]]:
    """Everybody who reads records of a film."""
    film = home.film(MOVIE)
    store = Artifacts(film, home.root)
    places: list[tuple[Any, str | None]] = [*((stage, "01") for stage in SHOT_STAGES), ("final_cut", None)]

    def artifacts() -> None:
        for stage, slot in places:
            ref = store.current(stage, slot)
            if ref is not None:
                inside(home, store, ref)
                store.sidecar(ref)
                store.whole(ref, deep=True)
            found = store.find(stage, slot, "0" * 64)
            assert found is None

    return {
        "existing": lambda: home.existing(MOVIE),
        "films": home.films,
        "settings": film.settings,
        "takes": film.takes,
        "slots": lambda: slots_inside(film.peek_slots(["one", "two", "new"])),
        "request": lambda: read_request(film),
        "plan": lambda: read_plan(film.plan_path),
        "script": lambda: peek_script(film, read_plan(film.plan_path), film.settings(), film.plan_path.parent),
        "format": lambda: film_format(film.path),
        "artifacts": artifacts,
        "control": lambda: read_control(film),
        "dropped": lambda: read_dropped(film),
        "questions": lambda: Reviews(store).open(),
        "spent": lambda: Budget(film.path).spent,
        "poster": lambda: poster_view(home, film),
        "page": lambda: film_view(home, film),
        "provenance": lambda: tell_origins(film, store),
        "doctor": lambda: [readable(trouble.told) for trouble in troubles_of_film(store, deep=True)],
        "gc": lambda: collect(home, older_than_days=0, dry_run=True),
    }


def tell_origins(film: FilmFolder, store: Artifacts) -> None:
    waiting = [*provenance(film, store).trees, *provenance(film, store, "01", "one").trees]
    while waiting:
        origin = waiting.pop()
        assert headline(origin)
        assert isinstance(details(origin), list)
        waiting += origin.origins


def inside(home: Home, store: Artifacts, ref: AssetRef) -> None:
    """Whatever a record says, its files lie in the home."""
    for path in (store.path(ref), *(store.path(ref) / file.name for file in ref.files)):
        assert path.resolve().is_relative_to(home.root.resolve()), ref.uri


def slots_inside(slots: dict[str, str]) -> None:
    assert all(len(slot) == 2 and slot.isascii() and slot.isdigit() for slot in slots.values()), slots


def looked_at(place: Place) -> None:
    with fenced(place.home.root):
        for look in looks(place.home).values():
            refused(look, 1, 2)


@door(30)
@given(st.data())
def test_a_damaged_record_is_told_or_as_good_as_none(place: Place, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(RECORDS))
    whole = place.whole[name]
    value = changed([json.loads(whole)]).map(lambda value: json.dumps(value).encode())
    damaged = data.draw(st.one_of(value, value, bytes_changed(st.just(whole))))
    tampered(place, name, damaged)


def tampered(place: Place, name: str, damaged: bytes) -> None:
    path = place.path(name)
    path.write_bytes(damaged)
    try:
        looked_at(place)
    finally:
        path.write_bytes(place.whole[name])


@pytest.mark.parametrize("decision", [{"value": [{"prompt": "Ada"}]}, {"agent": "images_agent"}, {"value": "Ada"}])
def test_a_decision_without_fields_is_as_good_as_none(place: Place, decision: dict[str, Any]) -> None:
    name = "cut/objects/*/sidecar.json"
    tampered(place, name, json.dumps(json.loads(place.whole[name]) | {"decision": decision}).encode())


def but(place: Place, name: str, **fields: Any) -> bytes:
    """A record with some of its fields, or of its ref's, replaced."""
    value = json.loads(place.whole[name])
    value.get("ref", value).update(copy.deepcopy(fields))
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("cut/current.json", {"uri": "../"}),
        ("cut/current.json", {"uri": "/"}),
        ("plan/slots.json", {"one": "../../.."}),
        ("plan/slots.json", {"one": ["01"]}),
        ("shots/01/shot_images.json", {"slot": None}),
        ("cut/current.json", {"slot": "01"}),
        ("review/0123456789abcdef.json", {"stage": "shot_images", "slot": None}),
    ],
)
def test_no_record_leads_out_of_the_home(place: Place, name: str, fields: dict[str, Any]) -> None:
    secret = place.home.root.parent / "secret.json"
    if "uri" in fields:
        fields["files"] = [{"name": secret.name, "sha256": "0" * 64, "bytes": secret.stat().st_size}]
    tampered(place, name, but(place, name, **fields))


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_nested_beyond_measure_is_told(place: Place, name: str) -> None:
    tampered(place, name, b'{"a":' * 50_000)
    tampered(place, name, b"[" * 100_000)


@pytest.fixture(scope="module")
def timeline(place: Place) -> bytes:
    close_databases()
    return (place.film.path / "timeline.db").read_bytes()


@door(20)
@given(st.data())
def test_a_damaged_timeline_is_told(place: Place, timeline: bytes, data: st.DataObject) -> None:
    folder = place.home.root / "movies" / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rows = [at for at in range(len(timeline)) if timeline[at : at + 1].isalpha()]
    flipped = st.sampled_from(rows).flatmap(
        lambda at: st.integers(0, 255).map(lambda byte: replaced(timeline, at, byte))
    )
    (folder / "timeline.db").write_bytes(data.draw(st.one_of(flipped, flipped, bytes_changed(st.just(timeline)))))
    with fenced(place.home.root):
        refused(lambda: timeline_is_damaged(folder), 1)
        for line in refused(lambda: list(tell(read_timeline(folder))), 1) or []:
            assert line == "" or readable(line) is None
        for read in (checkpoints, steps, runs):
            refused(lambda read=read: read(folder), 1)
        close_databases()


def replaced(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]
