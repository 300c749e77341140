"""Screenplays in Fountain: any text is a film or one clear line, and its plans read back as the same."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resources.agents.screenplay import Wanted, plans_of, read_screenplay
from resources.pipeline.stages.plan import rehearse
from resources.store.film import Settings
from schemas.plan import MoviePlan
from tests.harness.fuzzing import door, fenced, refused
from tests.harness.mutations import bytes_changed, lines_changed

SCREENPLAYS = (
    """Title: The Lantern
Credit: written by
Author: Jane Roe
Draft date: 1/2/2026
Contact:
    Jane
    jane@example.org

INT. LIGHTHOUSE - NIGHT #1#

A small room. JOHN, 60, a keeper in a coat, lights a **lantern**.

JOHN
(softly)
Who is there?

THE STORM (O.S.)
Only the wind. (beat) Let me in.

CUT TO:

EXT. CLIFF - CONTINUOUS

> THE END OF THE WORLD <

MARY ^
I followed the light.

JOHN
~la la la
~the sea

[[a note]] /* a comment */

> FADE OUT.
""",
    """# Act one

.THE MARKET

= A synopsis.

@McGregor
Fish! (shouting) Fresh fish!

!SHE LEAVES.

SUPER: "Two days later"

EST. HARBOUR - DAWN

Ada waves. (MORE)

ADA (CONT'D)
Good day.

===

INTERCUT WITH:

I/E CAR - DAY

BOB (V.O.)
This was me.
""",
)
PIECES = (
    "INT. KITCHEN - DAY", "ext. sea", "INT./EXT. CAR - DAY", ".FORCED HEADING", "..not one", "JOHN", "JOHN (V.O.)",
    "@lower", "^", "JOHN ^", "(aside)", "(not closed", "((()))", "~song", "> centred <", "> TRANSITION", "FADE IN:",
    "CUT TO:", "SMASH CUT TO:", "!FORCED", "# Section", "###### Six", "= synopsis", "===", "[[note", "]]", "/*", "*/",
    "/* a\n\nb */", "**bold *it* _u_**", "*" * 500, "_" * 500, "(" * 300, " " * 3000, "[[" * 500, "Title:",
    "Title: \x1b[2J", "Author:\n    A\n    B", "key: value", "SUPER: x", "TITLE CARD:", "CHYRON: 'x'", "#1#",
    "INT. #2#", "\\*", "\\", "\t\t\tTAB", "\ufeff", "\ue700\ue701", "\x00", "\u2028", "X" * 11_000,
    "INT. " + "A" * 3000, "A" * 300 + "\nspeech", "ÉMILE\nOui.", "海\n灯り", "123\nspeech", "...\nspeech",
    "MAN #1\nHello", "MAN (ON PHONE) (CONT'D)\nHello", "(MORE)", "CONTINUED: (2)", "INTERCUT", "BACK TO:", "MONTAGE",
    "- a\n- b",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenplays")


def screenplays() -> st.SearchStrategy[bytes]:
    text = lines_changed(SCREENPLAYS, PIECES).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.one_of(text, text, text, bytes_changed(text))


@door(25)
@given(screenplays(), st.sampled_from(("en", "en", "en", "de", "xx")))
@example(b"INT. X\n\n@\nhello", "en")
def test_any_screenplay_is_a_film_or_refused(place: Path, data: bytes, language: str) -> None:
    path = place / "lantern.fountain"
    path.write_bytes(data)
    with fenced(place):
        screenplay = refused(lambda: read_screenplay(path))
        if screenplay is None:
            return
        plans = refused(lambda: plans_of(screenplay, Wanted(language=language))) or []
        for plan in plans:
            assert MoviePlan.model_validate_json(plan.model_dump_json()) == plan
            refused(lambda plan=plan: rehearse(plan, Settings(), place))
        again = plans_of(screenplay, Wanted(language=language), plans) if plans else []
        assert [shot.id for plan in again for shot in plan.shots] == [shot.id for plan in plans for shot in plan.shots]
