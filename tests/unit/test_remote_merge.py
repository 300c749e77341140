"""Two hosts' changes to one film, brought together without any store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.store.remote.heads import Files, Kept
from resources.store.remote.layout import Kind, kind_of, object_of, pointer_of
from resources.store.remote.merge import added, joined, merge

OBJECT = "shots/01/shot_images/" + "a" * 24
POINTER = "shots/01/shot_images.json"
PLAN = "plan/movie_plan.json"
DECISION = "decisions/images_agent/" + "b" * 24 + ".json"


def files(**versions: int) -> Files:
    paths = {"plan": PLAN, "pointer": POINTER, "decision": DECISION, "image": f"{OBJECT}/image.png"}
    paths |= {"sidecar": f"{OBJECT}/sidecar.json", "extra": f"{OBJECT}/extra.json"}
    return {paths[name]: Kept(sha256=f"{version:064x}", bytes=version) for name, version in versions.items()}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{OBJECT}/image.png", Kind.MEDIA),
        (f"{OBJECT}/sidecar.json", Kind.FIRST),
        (POINTER, Kind.POINTER),
        ("cut/current.json", Kind.POINTER),
        ("cut/objects/" + "c" * 24 + "/final_cut.mp4", Kind.MEDIA),
        ("plan/takes.json", Kind.MAP),
        ("spending.json", Kind.COUNTS),
        (PLAN, Kind.OWN),
        (DECISION, Kind.FIRST),
        ("plan/media/0123456789abcdef01234567.png", Kind.FIRST),
        ("cut/final_cut.mp4", None),
        ("timeline.db", None),
        ("plan/movie_plan.yours.json", None),
        (".storage.json", None),
        ("../other/plan/movie_plan.json", None),
        ("/etc/passwd", None),
        ("decisions/../../x", None),
        ("decisions/.hidden", None),
        (f"{OBJECT}/../x", None),
        (f"{OBJECT}/a\n", None),
        ("shots/1/shot_images.json", None),
    ],
)
def test_only_the_layout_is_kept_and_nothing_leads_out_of_the_film(path: str, kind: Kind | None) -> None:
    assert kind_of(path) is kind


def test_what_one_host_changed_is_as_it_has_it() -> None:
    base = files(plan=1, pointer=1, decision=1)
    assert merge(base, files(plan=2, pointer=1, decision=1), base).files == files(plan=2, pointer=1, decision=1)
    assert merge(base, base, files(plan=1, pointer=3)).files == files(plan=1, pointer=3)
    assert merge(base, files(plan=1), base).files == files(plan=1)


def test_of_a_record_that_both_made_the_first_stands_and_of_a_pointer_the_last() -> None:
    both = merge({}, files(decision=1, pointer=1), files(decision=2, pointer=2))
    assert both.files == files(decision=2, pointer=1)
    assert both.lost == []


def test_a_plan_that_both_changed_is_told() -> None:
    both = merge(files(plan=1), files(plan=2), files(plan=3))
    assert both.files == files(plan=3)
    assert both.lost == [PLAN]
    removed = merge(files(plan=1), {}, files(plan=3))
    assert (removed.files, removed.lost) == (files(plan=3), [])


def test_an_artifact_that_both_made_is_one_hosts_as_a_whole() -> None:
    ours = files(sidecar=1, image=1, extra=1, pointer=1)
    theirs = files(sidecar=2, image=2, pointer=2)
    assert merge({}, ours, theirs).files == theirs


def test_an_artifact_that_was_removed_is_removed_as_a_whole() -> None:
    base = files(sidecar=1, image=1, pointer=1)
    assert merge(base, files(image=1, pointer=1), base).files == files(pointer=1)


NAMES = st.sampled_from(["plan", "pointer", "decision", "image", "sidecar", "extra"])


@given(*[st.dictionaries(NAMES, st.integers(1, 3))] * 3)
def test_whoever_commits_second_both_end_with_the_same(
    base: dict[str, int], ours: dict[str, int], theirs: dict[str, int]
) -> None:
    first = files(**theirs)
    second = merge(files(**base), files(**ours), first).files
    assert merge(first, first, second).files.keys() <= second.keys()
    settled = merge(first, first, second).files
    assert merge(settled, settled, settled).files == settled
    for path in second:
        folder = object_of(path)
        assert folder is None or f"{folder}/sidecar.json" in second


def test_records_by_key_are_joined_and_counts_are_added() -> None:
    base = {"one": 1, "two": 2, "gone": 0}
    assert joined(base, {"one": 1, "two": 5, "new": 7}, {"one": 3, "two": 6, "gone": 0, "other": 8}) == {
        "one": 3,
        "two": 6,
        "other": 8,
        "new": 7,
    }
    assert added({"calls": 2}, {"calls": 5, "usd": 0.5}, {"calls": 4}) == {"calls": 7, "usd": 0.5}


def test_a_pointer_belongs_to_its_artifacts() -> None:
    assert pointer_of(OBJECT) == POINTER
    assert pointer_of("cut/objects/" + "a" * 24) == "cut/current.json"
