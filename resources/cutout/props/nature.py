"""Things that grow, shine or are found."""
# ruff: noqa: D103  (each function draws the thing it is named after)

from __future__ import annotations

from resources.cutout.props.household import BRASS, CREAM, DARK, GREEN, RED
from resources.cutout.props.registry import thing
from resources.cutout.props.sheet import Sheet, band, blob, box, oval, poly
from resources.cutout.props.sheet import star as star_shape


@thing(half=46, grip=0.45, held=0.11, tilt=0.0)
def apple(s: Sheet, lit: bool) -> None:
    s.string(((1, -74), (3, -88), (9, -96)), "#5f4028", 4.6)
    s.cut(blob((6, -84), (20, -98), (38, -94), (24, -82)), GREEN)
    s.cut(
        blob(
            (0, -74), (22, -82), (41, -64), (40, -34), (22, -4), (0, -5), (-22, -4), (-40, -34), (-41, -64), (-22, -82)
        ),
        RED,
    )
    s.flat(blob((-30, -60), (-20, -72), (-14, -66), (-26, -42)), "#ffffff", 0.35)


@thing(half=36, grip=0.15, held=0.24, tilt=0.3)
def flower(s: Sheet, lit: bool) -> None:
    s.string(((0, -66), (3, -34), (0, 0)), GREEN, 4)
    s.cut(blob((2, -20), (14, -40), (30, -42), (22, -22)), GREEN, lighten=0.08)
    s.cut(blob((1, -10), (-12, -30), (-28, -30), (-18, -12)), GREEN)
    for k in range(6):
        a = star_shape(0, -70, 17, 17, 3, turn=-90 + 60 * k).points[0]
        s.cut(oval(a[0], a[1], 12, 10, tilt=60 * k - 90), "#e58a7b", lighten=0.07 * (k % 2), shadow=0.6)
    s.cut(oval(0, -70, 10), "#f2c14e")


@thing(half=52, grip=0.5, held=0.17, tilt=0.0, glows=True)
def star(s: Sheet, lit: bool) -> None:
    if lit:
        s.glow(0, -50, 58, "#ffe79a", 0.6)
    s.cut(star_shape(0, -48, 48, 23, r=6), "#f6c945")
    s.flat(poly((0, -84), (7, -60), (0, -50), (-7, -60), r=3), "#fff3c0", 0.7)


@thing(half=54, grip=0.1, held=0.62, tilt=0.3, glows=True)
def sun(s: Sheet, lit: bool) -> None:
    """A sun of gold paper on a stick, as it is carried through a village."""
    if lit:
        s.glow(0, -58, 62, "#ffdf86", 0.55)
    s.string(((0, -40), (0, -18), (0.6, 0)), "#8f5f3a", 4.2)
    s.cut(star_shape(0, -58, 41, 27, points=12, r=1.6), "#f0a93a")
    s.cut(oval(0, -58, 25, n=14), "#f8cf52", shadow=0.6)
    for x in (-9, 9):
        s.flat(oval(x, -62, 2.6, 3.4, n=8), DARK, 0.85)
        s.flat(oval(x * 1.7, -54, 4.4, 3.0, n=8), "#ec8a4a", 0.6)
    s.line(((-8, -52), (-4, -48), (0, -47), (4, -48), (8, -52)), DARK, 1.8)


@thing(half=46, grip=0.5, held=0.2, tilt=0.0, glows=True)
def moon(s: Sheet, lit: bool) -> None:
    if lit:
        s.glow(0, -50, 60, "#fff2c4", 0.5)
    s.cut(
        blob((14, -97), (-18, -88), (-38, -56), (-30, -20), (0, -2), (32, -12), (8, -22), (-6, -44), (-4, -70)),
        "#f4dd9a",
    )
    for x, y, r in ((-22, -54, 4.4), (-14, -28, 3.2), (-12, -76, 2.6)):
        s.flat(oval(x, y, r, n=8), "#d9ba6a", 0.8)


@thing(half=40, grip=0.5, held=0.11, tilt=0.0)
def egg(s: Sheet, lit: bool) -> None:
    s.cut(blob((0, -98), (22, -82), (36, -44), (28, -12), (0, 0), (-28, -12), (-36, -44), (-22, -82)), "#f3e2c4")
    for x, y, r in ((-12, -60, 5), (10, -72, 3.6), (14, -36, 5.4), (-10, -26, 4), (-20, -42, 2.8), (0, -48, 3)):
        s.flat(oval(x, y, r, r * 0.8, n=7), "#c49a6a", 0.8)


@thing(half=62, grip=0.5, held=0.13, tilt=0.3)
def fish(s: Sheet, lit: bool) -> None:
    s.cut(blob((-26, -46), (-58, -78), (-52, -46), (-58, -14)), "#5d8fa8", lighten=-0.08)
    s.cut(blob((-2, -78), (14, -96), (28, -78)), "#5d8fa8", lighten=-0.12)
    s.cut(blob((60, -46), (34, -74), (2, -80), (-34, -48), (2, -14), (36, -18)), "#5d8fa8")
    s.flat(blob((56, -40), (34, -20), (4, -17), (-20, -36), (20, -32)), "#dbe8ea", 0.85)
    for k in range(3):
        s.line(((4 - k * 12, -62), (8 - k * 12, -48), (4 - k * 12, -34)), "#3f6f88", 2)
    s.cut(oval(36, -54, 8), CREAM, shadow=0.2)
    s.flat(oval(37, -54, 4, n=8), DARK)


@thing(half=56, grip=0.5, held=0.09, tilt=0.5)
def bone(s: Sheet, lit: bool) -> None:
    for x in (-38, 38):
        for y in (-66, -36):
            s.cut(oval(x, y, 18), CREAM)
    s.cut(blob((-36, -62), (0, -58), (36, -62), (38, -40), (0, -44), (-38, -40)), CREAM, shadow=0.1)


@thing(half=54, grip=0.5, held=0.11, tilt=0.0)
def shell(s: Sheet, lit: bool) -> None:
    s.cut(poly((-18, -20), (18, -20), (24, 0), (-24, 0), r=4), "#e9a48c", lighten=-0.1)
    s.cut(
        blob(
            (0, -94),
            (22, -92),
            (42, -76),
            (52, -50),
            (36, -24),
            (0, -8),
            (-36, -24),
            (-52, -50),
            (-42, -76),
            (-22, -92),
        ),
        "#f0b79c",
        uneven=1.0,
    )
    for x, y in ((-40, -52), (-24, -78), (0, -88), (24, -78), (40, -52)):
        s.line(((0, -10), (x * 0.6, y * 0.62 - 4), (x, y)), "#c97f68", 2)


@thing(half=36, grip=0.12, held=0.22, tilt=0.6)
def feather(s: Sheet, lit: bool) -> None:
    s.cut(blob((26, -98), (30, -70), (16, -34), (-4, -12), (-16, -24), (-18, -48), (0, -80)), "#6f9fc0", uneven=0.8)
    for a, b in (((-6, -34), (-18, -44)), ((4, -52), (-12, -62)), ((10, -40), (22, -52)), ((14, -66), (28, -76))):
        s.line((a, b), "#4a7796", 1.6)
    s.string(((24, -92), (6, -46), (-16, 0)), CREAM, 2.6)


@thing(half=58, grip=0.5, held=0.1, tilt=0.0)
def stone(s: Sheet, lit: bool) -> None:
    s.cut(
        poly((-54, -8), (-46, -42), (-20, -70), (14, -74), (44, -48), (54, -10), (34, 0), (-36, 0), r=6),
        "#9a958c",
        uneven=1.4,
    )
    s.flat(poly((-40, -40), (-18, -64), (10, -68), (-6, -44), r=4), "#ffffff", 0.25)
    s.line(((8, -50), (18, -34), (14, -18)), "#6f6a63", 2)


@thing(half=46, grip=0.4, held=0.37, tilt=0.0)
def snowman(s: Sheet, lit: bool) -> None:
    s.string(((26, -50), (40, -60), (46, -70)), "#6b4a30", 3)
    s.string(((-26, -50), (-40, -56), (-46, -68)), "#6b4a30", 3)
    s.cut(oval(0, -22, 34, 23), "#f4f7fa")
    s.cut(oval(0, -52, 25, 20), "#f4f7fa")
    s.cut(oval(0, -77, 18, 16), "#f4f7fa")
    s.cut(band(((-17, -65), (0, -61), (17, -65)), 7), RED)
    s.cut(poly((8, -62), (16, -62), (18, -44), (10, -44), r=1), RED, lighten=-0.08, shadow=0.5)
    s.cut(poly((-12, -99), (12, -99), (12, -88), (-12, -88), r=1), DARK)
    s.cut(box(-20, -91, 20, -87, r=1), DARK, lighten=0.08)
    for x, y in ((-6, -80), (7, -80), (0, -52), (1, -42), (0, -26)):
        s.flat(oval(x, y, 2.2, n=7), DARK)
    s.cut(poly((1, -78), (18, -73), (1, -73), r=0.6), "#e98a3a", shadow=0.5)


@thing(half=44, grip=0.5, held=0.1, tilt=0.0)
def coin(s: Sheet, lit: bool) -> None:
    s.cut(oval(0, -46, 44, n=14), BRASS)
    s.cut(oval(0, -46, 34, n=14), BRASS, lighten=0.18, shadow=0.3)
    s.cut(star_shape(0, -46, 21, 10, r=2), BRASS, lighten=-0.18, shadow=0.3)
    s.flat(blob((-30, -60), (-18, -76), (-12, -74), (-26, -52)), "#ffffff", 0.4)
