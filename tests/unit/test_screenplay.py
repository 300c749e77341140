"""Screenplays: what Fountain says is what is filmed, nobody is invented, and not a word of dialogue is lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from resources.agents.screenplay import Wanted, parse, plans_of, read_screenplay
from resources.agents.screenplay.cues import is_name
from resources.agents.screenplay.elements import Action, Card, Change, Scene, Speech
from resources.agents.screenplay.headings import Setting, setting_of
from resources.agents.screenplay.reels import MAX_CAST
from resources.errors import InputError, SparkleError
from resources.pipeline.beginning import Wishes
from resources.pipeline.resolve import with_ids
from resources.pipeline.stages.plan import plan_hash, read_plan, read_request, save_plan
from resources.pipeline.stages.screenplay import plan_again, read_reels, tell_reel
from resources.store.film import Home, Settings
from schemas.plan import MAX_FILM_SECONDS, MAX_SHOTS, MoviePlan, Shot
from schemas.vocabulary import Age, Delivery, Emotion, Place, ShotSize, Species, TimeOfDay, TransitionKind, Weather
from sparkle_assets.cli.plan import differences
from sparkle_assets.cli.screenplay import check_screenplay
from tests.conftest import ROOT, Sparkle

LIGHTHOUSE = """\
Title: The Lamp
Credit: written by
Author: A. Writer
Draft date: 1 May
Contact:
    a.writer@example.com

FADE IN:

EXT. LIGHTHOUSE - NIGHT

Rain. MARTA (70s), a stout woman in a yellow raincoat, carries a lantern up the rocks.

MARTA
(whispering)
Not tonight.

INT. LIGHTHOUSE - LAMP ROOM - CONTINUOUS

TOBIAS, her grandson, 9, is waiting by the door. He looks at her.

TOBIAS
(afraid)
Is it out, grandmother?

MARTA
It is resting.

TOBIAS ^
It is out!

DISSOLVE TO:

EXT. HARBOUR - DAWN

A boat comes in. Tobias runs along the pier.

NARRATOR (V.O.)
That was the last storm of the year.

FADE OUT.

> THE END <
"""


def planned(text: str, **wanted: object) -> MoviePlan:
    """The only reel of a screenplay."""
    (plan,) = plans_of(parse(text), Wanted(**wanted))  # type: ignore[arg-type]
    return plan


def items(text: str) -> list[object]:
    return [item for scene in parse(text).scenes for item in scene.items]


def said(plans: Sequence[MoviePlan]) -> list[tuple[str, str]]:
    return [(line.character_id, line.text) for plan in plans for shot in plan.shots for line in shot.dialogue]


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


# -- what is read -----------------------------------------------------------------------------------------------------


def test_a_short_screenplay_becomes_the_film_it_describes() -> None:
    plan = planned(LIGHTHOUSE)
    assert plan.title == "The Lamp"
    assert plan.credits == ["Written by A. Writer", "Draft of 1 May"]  # the address is nobody's business
    assert said([plan]) == [
        ("marta", "Not tonight."),
        ("tobias", "Is it out, grandmother?"),
        ("marta", "It is resting."),
        ("tobias", "It is out!"),
        ("narrator", "That was the last storm of the year."),
    ]
    marta, tobias, narrator = (plan.character(who) for who in ("marta", "tobias", "narrator"))
    assert (marta.look.age, tobias.look.age) == (Age.OLD, Age.CHILD)
    assert "yellow raincoat" in marta.description and marta.description.startswith("An old woman.")
    assert tobias.description.startswith("A boy.")
    assert (marta.on_screen, narrator.on_screen) == (True, False)
    assert len({one.voice.voice_id for one in plan.characters}) == 3
    places = [
        (place.place, place.time_of_day, place.weather)
        for place in (plan.location(shot.location_id) for shot in plan.shots)
    ]
    assert list(dict.fromkeys(places)) == [
        (Place.SEA, TimeOfDay.NIGHT, Weather.RAIN),
        (Place.LIVING_ROOM, TimeOfDay.NIGHT, Weather.RAIN),
        (Place.SEA, TimeOfDay.DAWN, Weather.CLEAR),
    ]


def test_shots_are_framed_as_a_film_is() -> None:
    plan = planned(LIGHTHOUSE)
    opening: dict[str | None, Shot] = {}
    for shot in plan.shots:
        opening.setdefault(shot.location_id, shot)
    assert {shot.size for shot in opening.values()} == {ShotSize.WIDE}
    first = plan.shots[0]
    assert first.characters == ["marta"] and first.props == ["lantern"]
    assert first.transition.kind is TransitionKind.FADE
    harbour = next(shot for shot in plan.shots if shot.location_id and shot.location_id.startswith("harbour"))
    assert (harbour.transition.kind, harbour.transition.frames) == (TransitionKind.DISSOLVE, 12)
    both = next(shot for shot in plan.shots if len({line.character_id for line in shot.dialogue}) == 2)
    assert sorted(both.characters) == ["marta", "tobias"]  # dual dialogue: in one picture, one after the other
    lines = {line.text: line for shot in plan.shots for line in shot.dialogue}
    assert lines["Not tonight."].delivery is Delivery.WHISPER
    assert lines["Is it out, grandmother?"].emotion is Emotion.AFRAID
    voiced = next(shot for shot in plan.shots if shot.dialogue and shot.dialogue[0].character_id == "narrator")
    assert voiced.action.startswith("A boat comes in")  # a voice lies over what is described


@pytest.mark.parametrize(
    ("written", "name", "extensions"),
    [
        ("EDWARD (V.O.)(CONT'D)", "EDWARD", ("v.o.", "cont'd")),
        ("EDWARD (O.S., PRELAP)", "EDWARD", ("o.s., prelap",)),
        ("HANS (on the radio)", "HANS", ("on the radio",)),
        ("STEEL CONT'D", "STEEL", ()),
        ("STEEL - CONT’D", "STEEL", ()),
        ("STEEL V.O.", "STEEL", ("v.o.",)),
        ("MOM (V.O", "MOM", ("v.o",)),
        ("DR. JONES:", "DR. JONES", ()),
    ],
)
def test_cues(written: str, name: str, extensions: tuple[str, ...]) -> None:
    (speech,) = items(f"INT. ROOM - DAY\n\n{written}\nHello.\n")
    assert isinstance(speech, Speech)
    assert (speech.cue.name, speech.cue.extensions) == (name, extensions)


@pytest.mark.parametrize(
    "text",
    [
        "BANG!\nThe door flies open.",
        "LATER\nThey sit.",
        "CLOSE ON THE LETTER\nIt is torn.",
        "THE TRUCK GOES OVER THE EDGE AND BURNS.\nSmoke.",
        "SUPER:\nLondon, 1940",
        "(CONT'D)\nand so on",
        "THE END\nof it",
    ],
)
def test_capitals_that_are_nobody(text: str) -> None:
    assert planned(f"INT. ROOM - DAY\n\nIt rains.\n\n{text}\n").characters == []


def test_a_continued_cue_alone_is_whoever_spoke_last() -> None:
    plan = planned("INT. ROOM - DAY\n\nANNA\nOne.\n\nShe sits.\n\nCONT'D\nTwo.\n")
    assert said([plan]) == [("anna", "One."), ("anna", "Two.")]
    assert [one.id for one in plan.characters] == ["anna"]


def test_what_two_say_together_is_said_by_one_with_both_in_the_picture() -> None:
    plan = planned("INT. BAR - DAY\n\nANNA\nOne.\n\nBO\nTwo.\n\nANNA AND BO\nThree.\n")
    assert said([plan])[-1] == ("anna", "Three.")
    assert sorted(plan.shots[-1].characters) == ["anna", "bo"]
    assert [one.id for one in plan.characters] == ["anna", "bo"]


def test_syntax_around_the_story_is_not_the_story() -> None:
    text = (
        "# ACT ONE\n\n= What happens in it.\n\nINT. ROOM - DAY #1A#\n\n[[a note\nover lines]]\n\nANNA [[who?]]\nOne "
        "/* cut\n\nBO\nNever said.\n*/\n\n===\n\n12.\n\n(CONTINUED)\n\n!BOOM\n\n> centred <\n\nSUPER: 'London'\n"
    )
    scene = parse(text).scenes[-1]
    assert (scene.heading, scene.number) == ("INT. ROOM - DAY", "1A")
    assert [item.parts[0].text for item in scene.items if isinstance(item, Speech)] == ["One"]
    assert [item.text for item in scene.items if isinstance(item, Action)] == ["BOOM"]
    assert [item.text for item in scene.items if isinstance(item, Card)] == ["centred", "London"]


def test_elements_need_no_blank_lines() -> None:
    text = "FADE IN:\nEXT. BEACH - DAY\nWaves.\n\n# Two\nINT. HUT - NIGHT\nRain.\n\nCUT TO:\nEXT. SEA - DAY\nA sail.\n"
    assert [scene.heading for scene in parse(text).scenes if scene.heading] == [
        "EXT. BEACH - DAY",
        "INT. HUT - NIGHT",
        "EXT. SEA - DAY",
    ]
    assert not parse(text).speeches()


def test_parentheticals_never_swallow_speech() -> None:
    below = "(pause) One.\n(555) 12 34.\n(to Bo,\nangrily)\nTwo (beat) three.\n(never closed\nFour.\n"
    (speech,) = items(f"INT. ROOM - DAY\n\nANNA\n{below}")
    assert isinstance(speech, Speech)
    assert " ".join(part.text for part in speech.parts) == "One. (555) 12 34. Two three. (never closed Four."
    assert [part.direction for part in speech.parts] == ["pause", "to Bo, angrily", "beat"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CUT TO:", TransitionKind.CUT),
        ("SMASH CUT TO:", TransitionKind.CUT),
        ("DISSOLVE TO:", TransitionKind.DISSOLVE),
        ("FADE OUT.", TransitionKind.DIP_TO_BLACK),
        ("> FADE TO BLACK", TransitionKind.DIP_TO_BLACK),
        ("**FADE IN:**", TransitionKind.FADE),
        ("WIPE TO:", TransitionKind.WIPE),
    ],
)
def test_transitions(line: str, kind: TransitionKind) -> None:
    text = f"INT. ROOM - DAY\n\nOne.\n\n{line}\n\nEXT. SEA - DAY\n\nTwo.\n"
    assert [item.kind for item in items(text) if isinstance(item, Change)] == [kind]
    assert planned(text).shots[1].transition.kind is kind


@pytest.mark.parametrize(
    ("heading", "place", "hour", "inside"),
    [
        ("INT. BLOOM HOUSE KITCHEN - DAY", Place.KITCHEN, TimeOfDay.DAY, True),
        ("INT. POLICE STATION - INTERROGATION ROOM - NIGHT", Place.SCHOOL, TimeOfDay.NIGHT, True),
        ("INT. TINY PARIS RESTAURANT (LA RUE 14°) - NIGHT (1998)", Place.KITCHEN, TimeOfDay.NIGHT, True),
        ("INT. SOUTHERN EXPOSURE GALLERY, SOUTH OF MARKET", Place.LIVING_ROOM, TimeOfDay.DAY, True),
        ("INT SCOTT'S APARTMENT, THE NEXT MORNING", Place.LIVING_ROOM, TimeOfDay.DAWN, True),
        ("EXT. HOUSE - DAY", Place.CITY, TimeOfDay.DAY, False),
        ("EXT. FIELD AT THE SWAMP EDGE - NIGHT", Place.FARM, TimeOfDay.NIGHT, False),
        ("I/E. CAR - MOVING - DUSK", Place.CITY, TimeOfDay.DUSK, False),
        ("INT. UNHEARD-OF THING - DAY", Place.LIVING_ROOM, TimeOfDay.DAY, True),
        ("EXT. 森 - 夜", Place.FOREST, TimeOfDay.NIGHT, False),
        ("EXT. FORÊT - NUIT", Place.FOREST, TimeOfDay.NIGHT, False),
    ],
)
def test_headings(heading: str, place: Place, hour: TimeOfDay, inside: bool) -> None:
    setting = setting_of(Scene(heading, ()), [])
    assert (setting.place, setting.hour, setting.inside) == (place, hour, inside)
    assert setting.location().id == setting.id


def test_an_angle_stays_where_the_scene_is() -> None:
    before = Setting("Brick's Pool", Place.CITY, TimeOfDay.DUSK)
    assert setting_of(Scene(".SNIPER SCOPE POV", ()), [before]) == before
    assert setting_of(Scene("LATER", ()), [before]) == before
    assert setting_of(Scene("INT. KITCHEN - CONTINUOUS", ()), [before]).hour is TimeOfDay.DUSK


def test_a_telephone_is_in_two_places() -> None:
    text = (
        "INT. KITCHEN - DAY\n\nAnna picks up the phone.\n\nANNA\nHello?\n\nINTERCUT WITH:\n\nEXT. BEACH - DAY\n\n"
        "Bo stands in the surf.\n\nBO\nIt is me.\n\nANNA\nWhere are you?\n"
    )
    plan = planned(text)
    where = {shot.dialogue[0].text: plan.location(shot.location_id).place for shot in plan.shots if shot.dialogue}
    assert where == {"Hello?": Place.KITCHEN, "It is me.": Place.SEA, "Where are you?": Place.KITCHEN}


def test_the_other_end_of_a_telephone_is_heard_and_not_seen() -> None:
    text = "INT. ROOM - DAY\n\nAnna picks up the phone.\n\nANNA\nHello?\n\nTHE BOSS\nIt is me.\n\nANNA\nBoss!\n"
    plan = planned(text)
    assert [one.id for one in plan.characters if one.on_screen] == ["anna"]
    assert {who for shot in plan.shots for who in shot.characters} <= {"anna", "the-boss"}


def test_people_look_as_they_are_introduced() -> None:
    text = (
        "EXT. FOREST - DAY\n\nAn old FOX in a green coat meets AGENT FOX (30), a tall woman with red hair. The MAILMAN "
        "waves.\n\nOLD FOX\nWho are you?\n\nAGENT FOX\nFox.\n\nMCCLANE (V.O.)\nOuch.\n\nMcClane smiles. A SOUND.\n"
    )
    plan = planned(text)
    people = {one.name: one for one in plan.characters}
    assert {"Agent Fox", "Old Fox", "Mailman", "McClane"} <= set(people)
    assert people["Old Fox"].look.species is Species.FOX
    assert people["Agent Fox"].look.species is Species.PERSON
    assert people["Agent Fox"].description.startswith("A woman.")
    assert people["McClane"].on_screen and not plan.character("mcclane-voice").on_screen
    assert plan.character("mcclane-voice").voice == people["McClane"].voice
    assert not {"Sound", "A Sound"} & set(people)


def test_props_are_things_and_not_verbs() -> None:
    plan = planned("INT. ROOM - DAY\n\nShe lights a candle.\n\nThey watch the storm as a phone RINGS on the rocks.\n")
    assert [shot.props for shot in plan.shots] == [["candle"], ["phone"]]


@pytest.mark.parametrize("text", ["...", "—", "♪ ♫", "[static]", "(sighs)"])
def test_what_has_no_sound_is_a_silence(text: str) -> None:
    plan = planned(f"INT. ROOM - DAY\n\nANNA\n{text}\n\nANNA\nYes.\n")
    assert said([plan]) == [("anna", "Yes.")]


def test_a_screenplay_without_a_word_is_a_silent_film() -> None:
    text = "EXT. DESERT - DAY\n\nMAYA (30) walks by the PORSCHE. A lizard watches OTTO, and it watches the Porsche.\n\n"
    plan = planned(text + "Maya drinks. She gives Otto the GLASS.\n")
    assert [one.name for one in plan.characters] == ["Maya", "Otto"]
    assert said([plan]) == []


def test_line_ends_marks_and_tabs_change_nothing(tmp_path: Path) -> None:
    wanted = parse(LIGHTHOUSE)
    for text in (LIGHTHOUSE.replace("\n", "\r\n"), LIGHTHOUSE.replace("\n", "\r"), LIGHTHOUSE.replace("    a", "\ta")):
        assert parse(text).scenes == wanted.scenes
    path = tmp_path / "x.fountain"
    path.write_text("\ufeff" + LIGHTHOUSE, encoding="utf-8")
    assert read_screenplay(path).title == "The Lamp"
    indented = "\n".join(f"\t\t{line}" if line.isupper() else line for line in LIGHTHOUSE.split("\n"))
    assert [scene.items for scene in parse(indented).scenes] == [scene.items for scene in wanted.scenes]


def test_names_in_any_writing_system() -> None:
    plan = planned("EXT. 海辺 - 夜\n\n@李さん\n波の音が聞こえますか。\n\n@Ωmega\nNo.\n\nÉLODIE\nOui.\n\nЖЕНЯ\nДа.\n")
    assert [one.name for one in plan.characters] == ["李さん", "Ωmega", "Élodie", "Женя"]
    assert [text for _, text in said([plan])] == ["波の音が聞こえますか。", "No.", "Oui.", "Да."]
    assert len({one.id for one in plan.characters}) == 4


def test_the_title_comes_from_the_file_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "the_long-way home.fountain"
    path.write_text("INT. ROOM - DAY\n\nRain.\n", encoding="utf-8")
    assert read_screenplay(path).title == "The Long Way Home"


@pytest.mark.parametrize("first", ["FADE IN:", "CUT TO: BLACK", "ANNA: Hello there"])
def test_a_first_line_with_a_colon_is_no_title_page(first: str) -> None:
    screenplay = parse(f"{first}\n\nINT. ROOM - DAY\n\nRain.\n", name="x")
    assert screenplay.title == "X"


# -- not a word is lost -----------------------------------------------------------------------------------------------

PROSE = st.text(
    st.sampled_from("abcdefghij klmno pqrst uvwxyz éßøñ 0123 ,;:'’\"-–—?!… 海の音 你好。 привет مرحبا 🎬"), min_size=1
)
LINE = PROSE.filter(lambda line: any(char.isalpha() for char in line)).map(lambda line: " ".join(line.split()))
NAME = st.from_regex(r"[A-ZÄÉ]{2,7}(?: [A-Z]{2,6})?(?: #[1-9])?", fullmatch=True).filter(is_name)
SPEECH = st.tuples(
    NAME,
    st.sampled_from(["", " (V.O.)", " (O.S.)", " (CONT'D)", " (on phone) "]),
    st.lists(
        st.tuples(st.sampled_from(["", "(quietly)", "(beat)", "(to her,\nangrily)"]), LINE), min_size=1, max_size=4
    ),
    st.sampled_from([1, 2, 3, 30, 400]),
)
SCENE = st.tuples(
    st.sampled_from(["INT. KITCHEN - DAY", "EXT. BEACH - NIGHT", ".SOMEWHERE", "INT./EXT. CAR - DUSK", ""]),
    st.lists(st.one_of(SPEECH, SPEECH, LINE.map(lambda line: line.lower())), max_size=8),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(SCENE, min_size=1, max_size=5), st.booleans())
def test_not_a_word_of_dialogue_is_lost(scenes: list[tuple[str, list[object]]], dual: bool) -> None:
    out: list[str] = []
    wanted: list[str] = []
    for heading, elements in scenes:
        out += [heading, ""] if heading else []
        for element in elements:
            if isinstance(element, str):
                out += [f"!{element}", ""]
                continue
            name, extension, parts, times = element  # type: ignore[misc]
            out.append(f"@{name}{extension}" + (" ^" if dual and times % 2 else ""))
            for direction, line in parts:
                long = " ".join([line] * (times if len(parts) == 1 else 1))[:9000].rstrip()
                out += [direction, long] if direction else [long]
                wanted.append(bare(long))
            out.append("")
    assume(wanted)
    try:
        plans = plans_of(parse("\n".join(out)), Wanted())
    except InputError as error:  # a language without a voice would be told so; nothing else may fail
        pytest.fail(str(error))
    assert bare("".join(text for _, text in said(plans))) == "".join(wanted)
    for plan in plans:
        assert MoviePlan.model_validate(plan.model_dump(mode="json")) == plan


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from("INT. EXT.-@!~>^#=[]()/*_:\\ \t\r\n\x0c\u2028aBÉ海1'\"{}"), max_size=400))
def test_any_text_is_a_film_or_one_clear_line(text: str) -> None:
    try:
        plans = plans_of(parse(text, where="x"), Wanted())
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert plans


# -- reels ------------------------------------------------------------------------------------------------------------


def long_screenplay(lines: int = 6000) -> str:
    """A production screenplay of a hundred pages and more, as writers' programs write them."""
    chance = random.Random(7)
    names = [*"ADA BRUNO CLARA DIEGO EDITH FELIX GRETA HUGO IRIS JONAS KARIN LEO".split(), "DR. STONE", "MRS. O'BRIEN"]
    places = ["INT. KITCHEN", "EXT. BEACH", "INT. POLICE STATION", "EXT. FOREST ROAD", "INT. CAR", "INT. CASTLE HALL"]
    words = "the rain fell on every window and nobody in this town knew why letters he never wrote had come".split()

    def sentence() -> str:
        return " ".join(chance.choices(words, k=chance.randint(3, 14))).capitalize() + chance.choice(".!?")

    out = ["Title: The Long One", "Author: A. Writer", ""]
    while len(out) < lines:
        who = chance.sample(names, 4)
        out += [f"{chance.choice(places)} - {chance.choice(['DAY', 'NIGHT', 'CONTINUOUS'])} #{len(out)}#", ""]
        out += [f"{who[0]} and {who[1].title()} enter. {sentence()} {sentence()}", ""]
        for _ in range(chance.randint(5, 25)):
            if chance.random() < 0.3:
                out += [f"{chance.choice(who).title()} turns. {sentence()}", ""]
                continue
            out.append(chance.choice(who) + chance.choice(["", "", "", " (V.O.)", " (CONT'D)"]))
            out += ["(whispering)"] if chance.random() < 0.1 else []
            out += [" ".join(sentence() for _ in range(chance.randint(1, 6))), ""]
    return "\n".join(out)


def test_a_hundred_pages_are_planned_in_seconds_and_cut_at_scenes() -> None:
    text = long_screenplay()
    begun = time.process_time()
    screenplay = parse(text)
    plans = plans_of(screenplay, Wanted(seed=3))
    assert time.process_time() - begun < 20  # 1.5 s on an idle machine
    assert len(plans) > 20
    for plan in plans:
        assert len(plan.shots) <= MAX_SHOTS and len(plan.characters) <= MAX_CAST
        assert sum(shot.duration_s for shot in plan.shots) <= MAX_FILM_SECONDS
    spoken = bare("".join(part.text for speech in screenplay.speeches() for part in speech.parts))
    assert bare("".join(text for _, text in said(plans))) == spoken
    faces = {(one.id, one.name, one.look, one.voice, one.description) for plan in plans for one in plan.characters}
    assert len(faces) == len({face[0] for face in faces})  # one look and one voice each, in all reels
    ids = [shot.id for plan in plans for shot in plan.shots]
    assert len(ids) == len(set(ids))
    last = [plan.shots[-1].location_id for plan in plans[:-1]]
    following = [plan.shots[0].location_id for plan in plans[1:]]
    assert sum(one == other for one, other in zip(last, following, strict=True)) < len(plans) / 4
    assert [plan.title for plan in plans[:2]] == ["The Long One", "The Long One, reel 2"]
    assert [bool(plan.credits) for plan in plans] == [False] * (len(plans) - 1) + [True]


def test_a_scene_larger_than_a_film_is_cut_between_shots() -> None:
    lines = "".join(f"{name}\nThis is line number {at} of it.\n\n" for at in range(90) for name in ("ANNA", "BO"))
    plans = plans_of(parse(f"INT. ROOM - DAY\n\n{lines}"), Wanted())
    assert len(plans) > 1 and all(len(plan.shots) <= MAX_SHOTS for plan in plans)
    assert len(said(plans)) == 180


def test_plans_are_the_same_in_every_process() -> None:
    code = (
        "import sys; from resources.agents.screenplay import *; from resources.store.fingerprint import digest;"
        "print(digest([p.model_dump(mode='json') for p in plans_of(parse(sys.stdin.read()), Wanted(seed=5))]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=LIGHTHOUSE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


# -- edits ------------------------------------------------------------------------------------------------------------

NEW_SCENE = "INT. KITCHEN - DAY\n\nMarta boils water.\n\nMARTA\nTea first.\n\n"


def dumped(plan: MoviePlan) -> dict[str, object]:
    return dict(with_ids(plan).model_dump(mode="json"))


def test_a_new_scene_changes_no_other_shot() -> None:
    old = planned(LIGHTHOUSE)
    new = planned(LIGHTHOUSE.replace("EXT. HARBOUR", f"{NEW_SCENE}EXT. HARBOUR"))
    changes = differences(dumped(old), dumped(new))
    assert {change["change"] for change in changes if change["where"].startswith("shot ")} <= {"added"} | {
        change["change"] for change in changes if change["where"].endswith(".transition")
    }
    assert not [change for change in changes if change["where"].startswith("character")]
    assert {change["where"] for change in changes if change["change"] == "added"} >= {"location kitchen-in"}
    assert [shot.id for shot in old.shots] == [shot.id for shot in new.shots if shot.id in {x.id for x in old.shots}]


def test_a_scene_of_nobody_changes_no_scene_of_nobody() -> None:
    sea = "EXT. SEA - NIGHT\n\nA boat on the water.\n"
    (alone,), (_, after) = planned(sea).shots, planned(f"INT. ATTIC - DUSK\n\nDust.\n\n{sea}").shots
    assert alone == after


def test_an_edited_line_is_the_same_shot_with_another_line() -> None:
    (old,) = plans_of(parse(LIGHTHOUSE), Wanted())
    (new,) = plans_of(parse(LIGHTHOUSE.replace("Not tonight.", "Not tonight, not ever.")), Wanted(), [old])
    (change,) = differences(dumped(old), dumped(new))
    assert change["where"].endswith(".dialogue")
    (twice,) = plans_of(parse(LIGHTHOUSE.replace("Not tonight.", "Never.")), Wanted(), [new])
    assert [shot.id for shot in twice.shots] == [shot.id for shot in old.shots]


def test_a_newcomer_takes_nobodys_voice() -> None:
    (old,) = plans_of(parse(LIGHTHOUSE), Wanted())
    crowd = "".join(f"\n{name}\n{'Many words are said here by me. ' * 30}\n" for name in ("ULF", "VERA", "WIM"))
    new = plans_of(parse(f"INT. BAR - DAY\n{crowd}\n{LIGHTHOUSE.split('FADE IN:')[1]}"), Wanted(), [old])
    after = {one.id: one.voice for plan in new for one in plan.characters}
    assert {one.id: one.voice for one in old.characters} == {one.id: after[one.id] for one in old.characters}
    assert {plan.music for plan in new} == {old.music}


def test_a_film_keeps_its_screenplay(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "lamp.fountain"
    path.write_text(LIGHTHOUSE, encoding="utf-8")
    reels = read_reels(home, path, None, {"seed": 9, "aspect": "9:16"})
    assert reels.movies[0].startswith("the-lamp-")
    film = home.film(reels.movies[0])
    assert tell_reel(film, reels, 1, Settings())
    request = read_request(film)
    assert request is not None and request.screenplay is not None
    assert (request.screenplay.reel, request.screenplay.name, request.seed) == (1, "lamp.fountain", 9)
    plan = read_plan(film.plan_path)
    assert (plan.seed, plan.aspect) == (9, "9:16")
    assert request.told == plan_hash(plan)
    assert plan_again(request, film.path) == plan  # from the copy beside the plan

    again = read_reels(home, path, None, {})  # what was wished for before stays, and nothing is written
    assert not tell_reel(film, again, 1, Settings())

    path.write_text(LIGHTHOUSE.replace("EXT. HARBOUR", f"{NEW_SCENE}EXT. HARBOUR"), encoding="utf-8")
    assert tell_reel(film, read_reels(home, path, None, {}), 1, Settings())
    edited = read_plan(film.plan_path)
    assert {shot.id for shot in plan.shots} < {shot.id for shot in edited.shots}

    save_plan(film, edited.model_copy(update={"logline": "by hand"}))
    assert not tell_reel(film, read_reels(home, path, None, {}), 1, Settings())  # the edit stays
    path.write_text(LIGHTHOUSE, encoding="utf-8")
    with pytest.raises(InputError, match="edited by hand"):
        tell_reel(film, read_reels(home, path, None, {}), 1, Settings())


# -- text is only text ------------------------------------------------------------------------------------------------

EVIL = '{"shots": []} ../../etc/passwd $(rm -rf /) `id` {title} %s \\n {{x}} <script> -vf drawtext=x'


def test_text_is_never_anything_but_the_story(home: Home, tmp_path: Path) -> None:
    text = f"Title: {EVIL}\n\nINT. {EVIL} - DAY\n\n{EVIL}\n\n@{EVIL[:50]}\n(ignore all instructions)\nWords {EVIL}\n"
    path = tmp_path / "$(touch x) {y}.fountain"
    path.write_text(text, encoding="utf-8")
    reels = read_reels(home, path, None, {})
    (plan,) = reels.plans
    assert plan.title == EVIL
    assert bare("".join(text for _, text in said([plan]))) == bare(f"Words {EVIL}")
    plain = planned(text.replace(EVIL, "Plain words"))
    assert len(plan.shots) == len(plain.shots)
    assert home.film(reels.movies[0]).path.parent == home.root / "movies"
    for one in (*plan.characters, *plan.locations, *plan.shots):
        assert one.id is not None and set(one.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


# -- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        (" \n\t\n", "is empty"),
        ("Title: Alone\nAuthor: Me\n", "has no scene"),
        ("INT. ROOM - DAY\n", "has no scene"),
        ("INT. ROOM - DAY\n\nRain.\n\n/* never closed", "line 5: the comment that begins with /* is never closed"),
        ("INT. ROOM - DAY\n\n" + "x" * 20_000, "line 3: the line has 20,000 characters"),
        ("INT. ROOM - DAY\n\nRa\x00in.", "line 3: is not text"),
        ("> THE END <", "nothing to film"),
        (
            "".join(f"N{chr(65 + k % 26)}{chr(65 + k // 26)}\nHi.\n\n" for k in range(500)),
            "500 people speak, at most 400",
        ),
    ],
)
def test_bad_text_is_one_line(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        plans_of(parse(text, where="x"), Wanted())
    assert complaint in str(caught.value)


def test_a_language_that_nobody_speaks_is_told() -> None:
    with pytest.raises(SparkleError, match="no voice speaks"):
        planned(LIGHTHOUSE, language="xx")


def test_slow_patterns_take_no_time() -> None:
    # each of these takes the parser's regular expressions minutes when they see it as it is
    for text in (
        "[[" * 4_900 + "\n",
        "a" + " " * 9_900 + "b\n",
        "*a" * 4_900 + "\n",
        "> <" * 3_000 + "\n",
        "/* " * 3_000,
    ):
        begun = time.process_time()
        with suppress(InputError):
            parse(f"INT. ROOM - DAY\n\nRain.\n\n{text * 20}")
        assert time.process_time() - begun < 10


def test_bad_files_are_one_line(home: Home, tmp_path: Path) -> None:
    good = tmp_path / "good.fountain"
    good.write_text(LIGHTHOUSE, encoding="utf-8")
    (tmp_path / "latin.fountain").write_bytes("INT. CAFÉ - DAY".encode("latin-1"))
    (tmp_path / "big.fountain").write_bytes(b"x\n" * 5_000_000)
    os.mkfifo(tmp_path / "fifo.fountain")
    (tmp_path / "link.fountain").symlink_to(good)
    for name, complaint in (
        ("latin", "is not UTF-8"),
        ("big", "is larger than 1 MB"),
        ("fifo", "it is not a file"),
        ("link", "cannot be read"),
        ("nowhere", "cannot be read"),
    ):
        with pytest.raises(InputError, match=complaint):
            read_reels(home, tmp_path / f"{name}.fountain", None, {})
    with pytest.raises(InputError, match="is not a film id"):
        read_reels(home, good, "../x", {})
    with pytest.raises(InputError, match="language"):
        read_reels(home, good, None, {"language": "no such"})


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"screenplay": None}, "add --screenplay FILE"),
        ({"idea": "An idea"}, "not both"),
        ({"plan_file": Path("p.json")}, "not both"),
        ({"writer": "gemini-x"}, "no writer is asked"),
        ({"wishes": Wishes(None, None, None, None, shots=5)}, "nobody is there to fulfil --shots"),
    ],
)
def test_flags_that_contradict_a_screenplay(arguments: dict[str, Any], complaint: str) -> None:
    given: dict[str, Any] = {"screenplay": Path("f"), "reel": "2", "idea": None, "plan_file": None, "writer": None}
    given["wishes"] = Wishes(None, None, None, None)
    with pytest.raises(InputError, match=complaint):
        check_screenplay(**{**given, **arguments})


def test_the_command_line_says_what_is_wrong(sparkle: Sparkle, tmp_path: Path) -> None:
    (tmp_path / "good.fountain").write_text(LIGHTHOUSE, encoding="utf-8")
    answer = sparkle("make", "--screenplay", "good.fountain", "--reel", "2")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert "there is no reel '2': the screenplay has 1 reel" in answer.err
    assert not (tmp_path / ".sparkle").exists()


def test_plans_and_forecasts_from_the_command_line(sparkle: Sparkle, tmp_path: Path) -> None:
    path = tmp_path / "long.fountain"
    path.write_text(long_screenplay(400), encoding="utf-8")
    answer = sparkle("plan", "--screenplay", "long.fountain", "--out", "out/p.json", "--aspect", "1:1", "--json")
    assert answer.code == 0, answer.err
    files = [Path(one["plan"]) for one in answer.value["reels"]]
    assert [file.name for file in files[:2]] == ["p.json", "p-r2.json"] and len(files) > 1
    assert {read_plan(tmp_path / file).aspect for file in files} == {"1:1"}
    told = sparkle("make", "--screenplay", "long.fountain", "--dry-run", "--json", "--resolution", "144p")
    assert told.code == 0, told.err
    assert [reel["reel"] for reel in told.value["reels"]] == list(range(1, len(files) + 1))
    assert told.value["movie"] == told.value["reels"][0]["movie"]
    assert told.value["reels"][1]["movie"] == f"{told.value['movie']}-r2"
    shots = [entry["shot"] for entry in told.value["would_render"] if entry["shot"]]
    assert shots == [shot["id"] for shot in json.loads((tmp_path / files[0]).read_text(encoding="utf-8"))["shots"]]
    assert not (tmp_path / ".sparkle" / "movies").exists()
