"""Things that travel, and things that travellers carry."""
# ruff: noqa: D103  (each function draws the thing it is named after)

from __future__ import annotations

import math

from resources.cutout.props.household import BLUE, BRASS, CREAM, DARK, RED, WOOD
from resources.cutout.props.registry import thing
from resources.cutout.props.sheet import Sheet, band, blob, box, oval, poly


def _wheel(s: Sheet, x: float, y: float, r: float, spokes: int = 0) -> None:
    s.cut(oval(x, y, r, n=14), DARK)
    s.cut(oval(x, y, r * (0.84 if spokes else 0.52), n=12), CREAM, lighten=-0.1, shadow=0.2)
    for k in range(spokes):
        a = math.pi * k / spokes
        dx, dy = math.cos(a) * r * 0.84, math.sin(a) * r * 0.84
        s.line(((x - dx, y - dy), (x + dx, y + dy)), "#8a8278", 1.0)
    s.cut(oval(x, y, r * 0.16, n=8), DARK, shadow=0.2)


@thing(half=22, grip=0.16, held=0.41, tilt=0.8)
def sword(s: Sheet, lit: bool) -> None:
    s.cut(poly((0, -99), (6, -88), (5.4, -28), (-5.4, -28), (-6, -88), r=0.8), "#c9d2d8")
    s.line(((0, -90), (0, -30)), "#8f9aa3", 1.4)
    s.cut(poly((-20, -32), (20, -32), (17, -25), (-17, -25), r=2), BRASS)
    s.cut(box(-4, -26, 4, -7, r=1.4), "#7a4a2c")
    s.cut(oval(0, -5, 6), BRASS)


@thing(half=56, grip=0.1, held=0.66, tilt=0.0)
def umbrella(s: Sheet, lit: bool) -> None:
    s.string(((0, -60), (0, -30), (0, -8), (5, 0), (11, -3), (11, -9)), WOOD, 3.4)
    s.cut(band(((0, -99), (0, -90)), 3), WOOD, shadow=0.3)
    s.cut(
        blob(
            (0, -95),
            (28, -88),
            (48, -70),
            (54, -50),
            (44, -56),
            (36, -50),
            (26, -56),
            (18, -50),
            (9, -56),
            (0, -50),
            (-9, -56),
            (-18, -50),
            (-26, -56),
            (-36, -50),
            (-44, -56),
            (-54, -50),
            (-48, -70),
            (-28, -88),
        ),
        RED,
    )
    for x in (-36, -18, 18, 36):
        s.line(((x * 0.1, -94), (x * 0.7, -78), (x, -52)), "#8f2f22", 1.2)


@thing(half=82, grip=0.5, held=0.37, tilt=0.0)
def bicycle(s: Sheet, lit: bool) -> None:
    for x in (-46, 46):
        _wheel(s, x, -32, 32, 6)
    frame = (
        ((-46, -32), (-22, -74)),
        ((-22, -74), (30, -74)),
        ((-6, -32), (30, -74)),
        ((-6, -32), (-24, -80)),
        ((-46, -32), (-6, -32)),
        ((30, -80), (46, -32)),
    )
    for a, b in frame:
        s.string((a, b), RED, 4.6)
    s.cut(blob((-38, -88), (-14, -90), (-10, -83), (-24, -80), (-36, -82)), DARK)
    s.string(((28, -78), (27, -94), (40, -97)), DARK, 4)
    s.cut(oval(-6, -32, 8), BRASS)
    s.string(((-6, -32), (2, -18)), DARK, 3)
    s.cut(box(-2, -19, 9, -15, r=1), DARK)


@thing(half=62, grip=0.4, held=0.22, tilt=0.9)
def telescope(s: Sheet, lit: bool) -> None:
    for x in (-26, 0, 26):
        s.string(((0, -54), (x, 0)), WOOD, 4)
    s.cut(poly((-54, -52), (-50, -42), (-20, -54), (-24, -66), r=1.5), BRASS, lighten=-0.1)
    s.cut(poly((-26, -68), (-20, -51), (22, -68), (15, -87), r=1.5), BLUE)
    s.cut(poly((14, -90), (24, -65), (58, -80), (48, -100), r=1.5), BLUE, lighten=0.12)
    s.cut(poly((46, -101), (57, -77), (62, -79), (52, -103), r=1), BRASS)
    s.cut(oval(0, -56, 7), BRASS)


@thing(half=54, grip=0.4, held=0.16, tilt=0.1)
def camera(s: Sheet, lit: bool) -> None:
    s.cut(poly((-18, -70), (-12, -86), (14, -86), (20, -70), r=2), DARK, lighten=0.1)
    s.cut(box(-52, -72, 52, -2, r=6), DARK, lighten=0.1)
    s.cut(box(-52, -56, 52, -18, r=1), "#8a5a3a", shadow=0.3)
    s.cut(oval(0, -37, 26, n=12), "#b5bcc2")
    s.cut(oval(0, -37, 19, n=12), "#1f2a33", shadow=0.2)
    s.flat(oval(-6, -43, 6, 4, tilt=-40), "#9fd0e6", 0.8)
    s.cut(oval(36, -78, 7, 5), RED)
    s.cut(box(-44, -68, -30, -60, r=1), "#ffe9b0", shadow=0.3)


@thing(half=30, grip=0.4, held=0.16, tilt=0.2)
def phone(s: Sheet, lit: bool) -> None:
    s.cut(box(-27, -98, 27, 0, r=7), DARK, lighten=0.08)
    s.cut(box(-22, -88, 22, -14, r=2), "#9fd0e6" if lit else "#7fb0c6", shadow=0.1)
    for i in range(2):
        for j in range(3):
            s.flat(
                box(-15 + i * 17, -78 + j * 20, -3 + i * 17, -66 + j * 20, r=3), (RED, "#f2c14e", CREAM)[(i + j) % 3]
            )
    s.cut(oval(0, -7, 4), CREAM, shadow=0.2)


@thing(half=76, grip=0.4, held=0.24, tilt=0.0)
def boat(s: Sheet, lit: bool) -> None:
    s.cut(poly((4, -92), (54, -34), (4, -32), r=1.5), CREAM)
    s.cut(poly((-6, -84), (-6, -34), (-44, -36), r=1.5), CREAM, lighten=-0.1)
    s.string(((0, -99), (0, -24)), WOOD, 4.4)
    s.cut(poly((1, -99), (18, -94), (1, -88), r=0.6), RED, shadow=0.4)
    s.cut(blob((-72, -30), (-30, -26), (30, -26), (74, -32), (58, -6), (40, 0), (-42, 0), (-58, -8)), RED)
    s.cut(band(((-71, -29), (0, -25), (72, -31)), 6), CREAM, shadow=0.4)


@thing(half=40, grip=0.4, held=0.29, tilt=0.3)
def rocket(s: Sheet, lit: bool) -> None:
    s.cut(blob((-9, -12), (9, -12), (6, -3), (0, 2), (-6, -3)), "#ff9f3a")
    for side in (-1, 1):
        s.cut(blob((side * 14, -42), (side * 34, -22), (side * 34, -6), (side * 14, -16)), RED)
    s.cut(blob((0, -99), (14, -82), (21, -50), (16, -14), (-16, -14), (-21, -50), (-14, -82)), CREAM)
    s.cut(blob((0, -99.5), (13, -84), (16, -74), (0, -71), (-16, -74), (-13, -84)), RED)
    s.cut(oval(0, -54, 10), "#b5bcc2", shadow=0.4)
    s.cut(oval(0, -54, 7), "#6fb7c9", shadow=0.1)
    s.cut(band(((-18, -28), (0, -25), (18, -28)), 5), BLUE, shadow=0.3)


@thing(half=92, grip=0.4, held=0.22, tilt=0.0)
def train(s: Sheet, lit: bool) -> None:
    for x, y, r in ((34, -86, 9), (20, -94, 7), (46, -92, 6)):
        s.cut(oval(x, y, r), "#f3efe6", lighten=-0.03)
    s.cut(poly((28, -78), (46, -78), (42, -56), (32, -56), r=1.5), DARK)
    s.cut(box(-20, -58, 64, -18, r=8), GREEN_TRAIN)
    s.cut(box(-74, -84, -16, -18, r=3), RED)
    s.cut(box(-80, -92, -10, -82, r=3), DARK)
    s.cut(box(-62, -74, -30, -48, r=2), "#ffe9b0", shadow=0.2)
    for x in (0, 26):
        s.cut(band(((x, -58), (x, -18)), 4), BRASS, shadow=0.3)
    s.cut(poly((62, -24), (88, 0), (58, 0), r=1.5), BRASS, lighten=-0.15)
    s.cut(oval(66, -42, 7), "#ffe9b0")
    for x, r in ((-58, 17), (-22, 17), (16, 12), (44, 12)):
        _wheel(s, x, -r, r, 3)


GREEN_TRAIN = "#4f7a5f"


def _automobile(s: Sheet, paint: str) -> None:
    s.cut(blob((-46, -52), (-34, -86), (0, -94), (34, -86), (52, -52)), paint, lighten=0.06)
    for a in (((-36, -54), (-28, -79), (-3, -84), (-3, -54)), ((5, -54), (5, -84), (29, -79), (42, -54))):
        s.cut(poly(*a, r=2), "#cfe8f2", shadow=0.2)
    s.cut(blob((-86, -44), (-60, -56), (40, -57), (74, -52), (88, -38), (86, -16), (0, -12), (-84, -16)), paint)
    s.cut(oval(80, -36, 6, 8), "#ffe9b0", shadow=0.3)
    s.cut(box(-88, -24, 88, -14, r=3), "#b5bcc2", shadow=0.4)


@thing(half=90, grip=0.4, held=0.18, tilt=0.0)
def car(s: Sheet, lit: bool) -> None:
    _automobile(s, BLUE)
    s.line(((6, -50), (7, -22)), "#2a5068", 1.6)
    for x in (-50, 52):
        _wheel(s, x, -17, 17)


@thing(half=90, grip=0.4, held=0.18, tilt=0.0)
def taxi(s: Sheet, lit: bool) -> None:
    s.cut(box(-21, -107, 23, -89, r=2.4), "#fff3cf", shadow=0.5)
    letters = (
        ((-17, -103), (-9, -103)), ((-13, -103), (-13, -93)),
        ((-7, -93), (-3.4, -103), (0.2, -93)), ((-5.6, -96.4), (-1.2, -96.4)),
        ((3, -103), (10, -93)), ((10, -103), (3, -93)), ((15.4, -103), (15.4, -93)),
    )  # fmt: skip
    for letter in letters:
        s.line(letter, DARK, 1.9)
    _automobile(s, "#eab92f")
    for row, y in enumerate((-42, -37)):
        for k in range(-7, 8):
            if (k + row) % 2:
                s.flat(box(k * 10 - 5, y, k * 10 + 5, y + 5, r=0), DARK, 0.9)
    s.line(((6, -50), (7, -22)), "#a67f1c", 1.6)
    for x in (-50, 52):
        _wheel(s, x, -17, 17)


@thing(half=42, grip=0.5, held=0.12, tilt=0.0)
def compass(s: Sheet, lit: bool) -> None:
    s.cut(oval(0, -92, 8), BRASS, lighten=-0.1)
    s.cut(oval(0, -44, 42, n=14), BRASS)
    s.cut(oval(0, -44, 33, n=14), CREAM, shadow=0.4)
    for x, y in ((0, -70), (26, -44), (0, -18), (-26, -44)):
        s.flat(oval(x, y, 2.4, n=7), DARK)
    s.cut(poly((14, -66), (5, -40), (-5, -48), r=0.5), RED, shadow=0.4)
    s.cut(poly((-14, -22), (5, -40), (-5, -48), r=0.5), "#5b6b78", shadow=0.4)
    s.cut(oval(0, -44, 4), BRASS, shadow=0.3)


@thing(half=56, grip=0.95, held=0.24, tilt=0.0)
def suitcase(s: Sheet, lit: bool) -> None:
    s.cut(band(((-16, -70), (-14, -92), (14, -92), (16, -70)), 7), DARK)
    s.cut(box(-54, -74, 54, 0, r=7), "#a86a42")
    for x in (-32, 32):
        s.cut(box(x - 5, -74, x + 5, 0, r=0.8), "#6b4028", shadow=0.4)
        s.cut(box(x - 6, -48, x + 6, -38, r=1.4), BRASS, shadow=0.3)
    s.cut(poly((-18, -30), (10, -36), (14, -16), (-14, -10), r=1), CREAM, shadow=0.3)
    s.cut(oval(14, -54, 9), RED, shadow=0.3)


@thing(half=56, grip=0.4, held=0.2, tilt=0.0)
def radio(s: Sheet, lit: bool) -> None:
    s.string(((36, -74), (48, -99)), "#8f9aa3", 2.4)
    s.cut(box(-54, -76, 54, 0, r=9), "#4f8a86")
    s.cut(oval(-22, -36, 24, n=12), CREAM, shadow=0.3)
    for k in range(5):
        y = -50 + k * 7
        s.line(
            ((-22 - math.sqrt(max(0, 380 - (y + 36) ** 2)), y), (-22 + math.sqrt(max(0, 380 - (y + 36) ** 2)), y)),
            "#8a6a4a",
            2,
        )
    s.cut(box(10, -64, 46, -42, r=2), "#ffe9b0", shadow=0.2)
    s.line(((22, -62), (22, -44)), RED, 2)
    for x in (18, 38):
        s.cut(oval(x, -22, 8), BRASS, shadow=0.5)


@thing(half=46, grip=0.9, held=0.24, tilt=0.1)
def anchor(s: Sheet, lit: bool) -> None:
    steel = "#56656f"
    s.cut(band(((-6, -84), (0, -98), (8, -88), (0, -80), (-6, -85)), 5), steel)
    s.cut(band(((-24, -66), (0, -67), (24, -66)), 8), steel, lighten=0.08)
    s.cut(band(((0, -82), (0.6, -40), (0, -6)), 9), steel)
    s.cut(band(((-40, -34), (-28, -10), (0, -3), (28, -10), (40, -34)), 6, 10, 6), steel)
    for side in (-1, 1):
        s.cut(poly((side * 40, -46), (side * 46, -24), (side * 28, -28), r=1), steel)
