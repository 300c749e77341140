"""Typefaces: the packaged ones are opened without the machine's fontconfig, and its complaints reach no terminal."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skia

from resources.cutout import lettering
from resources.media.fontconfig import without_warnings

PACKAGED = "Tidewell's Bell - fi ffl 漢字 Привет עברית हिन्दी"
UNHEARD_OF = "\U00012345"
"""Cuneiform, which no packaged typeface has."""

CHILD = f"""
import os, sys
import skia
from resources.cutout.lettering import BODY, DISPLAY, fit

def letter(text):
    lines = [(text, DISPLAY, 1.0), (text, BODY, 0.5)]
    fit(lines, 60, 800, 300).draw(skia.Surface(800, 300).getCanvas(), 400, 0, 0xFF000000)

what = sys.argv[1]
if what == "skia":
    skia.FontMgr()
else:
    letter({PACKAGED!r} if what == "packaged" else {UNHEARD_OF!r})
    os.write(2, b"done\\n")
"""


@pytest.mark.parametrize(
    ("what", "said"),
    [("skia", 'unknown element "of-tomorrow"'), ("packaged", "done\n"), ("unheard of", "done\n")],
)
def test_a_newer_fontconfig_on_the_machine_says_nothing(tmp_path: Path, what: str, said: str) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text("<fontconfig><of-tomorrow/></fontconfig>", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, what],
        env={**os.environ, "FONTCONFIG_FILE": str(config)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said in done.stderr if what == "skia" else done.stderr == said


def test_packaged_letters_look_as_through_the_machines_font_manager() -> None:
    faces = lettering._Faces()
    family, path = next(iter(faces.paths.items()))

    def drawn(typeface: skia.Typeface) -> np.ndarray:
        surface = skia.Surface(300, 80)
        surface.getCanvas().drawString("Sparkle fi 12", 4, 60, skia.Font(typeface, 48), skia.Paint())
        return np.asarray(surface.toarray())

    with without_warnings():
        usual = skia.Typeface.MakeFromFile(str(path))
    ours = drawn(faces.packaged[family])
    assert np.array_equal(ours, drawn(usual))
    assert ours.any()


def test_what_else_is_said_meanwhile_comes_out(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="no fonts"), without_warnings():
        os.write(2, b'before\nFontconfig warning: "x.conf", line 6\nFontconfig error: no file\n')
        raise OSError("no fonts")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nFontconfig error: no file\nafter\n"
