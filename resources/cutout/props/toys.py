"""Things to play with, to make music with, to eat and to wear."""
# ruff: noqa: D103  (each function draws the thing it is named after)

from __future__ import annotations

from resources.cutout.props.household import BLUE, BRASS, CREAM, DARK, RED, WOOD
from resources.cutout.props.registry import thing
from resources.cutout.props.sheet import Sheet, band, blob, box, oval, poly
from resources.cutout.props.sheet import star as star_shape


@thing(half=40, grip=0.04, held=0.36, tilt=0.0, away=4.0)
def kite(s: Sheet, lit: bool) -> None:
    s.string(((2, -44), (-10, -32), (8, -20), (-4, -8), (0, 0)), DARK, 1.4)
    for x, y in ((-6, -34), (6, -21), (-3, -9)):
        s.cut(poly((x - 7, y - 3), (x, y), (x - 7, y + 3), r=0.5), BLUE, shadow=0.4)
        s.cut(poly((x + 7, y - 3), (x, y), (x + 7, y + 3), r=0.5), BLUE, shadow=0.4)
    s.cut(poly((0, -99), (34, -74), (2, -42), (-34, -74), r=1), RED)
    s.cut(poly((0, -97), (33, -74), (1, -73), r=0.5), "#f2c14e", shadow=0.2)
    s.cut(poly((-33, -74), (1, -73), (2, -43), r=0.5), "#f2c14e", shadow=0.2)
    s.line(((0, -98), (2, -43)), WOOD, 1.6)
    s.line(((-33, -74), (33, -74)), WOOD, 1.6)


@thing(half=50, grip=0.5, held=0.16, tilt=0.0)
def ball(s: Sheet, lit: bool) -> None:
    rim = oval(0, -48, 47, n=14)
    s.cut(rim, RED)
    with s.inside(rim):
        s.flat(blob((-12, -98), (12, -98), (22, -48), (8, 2), (-20, 2), (-4, -48)), CREAM)
        s.flat(blob((30, -94), (60, -60), (54, -20), (30, -2), (44, -48)), "#f2c14e")
        s.flat(blob((-30, -94), (-60, -60), (-54, -20), (-36, -4), (-30, -48)), BLUE)
    s.cut(oval(6, -86, 7, 4), CREAM, shadow=0.2)
    s.flat(oval(-20, -72, 9, 6, tilt=-40), "#ffffff", 0.4)


@thing(half=36, grip=0.02, held=0.56, tilt=0.0, away=8.0)
def balloon(s: Sheet, lit: bool) -> None:
    s.string(((0, -44), (-5, -30), (5, -16), (0, 0)), CREAM, 1.2, shadow=0.3)
    s.cut(poly((-5, -41), (5, -41), (0, -48), r=0.6), RED, lighten=-0.15)
    s.cut(blob((0, -99), (22, -92), (30, -72), (18, -52), (0, -45), (-18, -52), (-30, -72), (-22, -92)), RED)
    s.flat(oval(-13, -82, 5, 9, tilt=28), "#ffffff", 0.5)


@thing(half=54, grip=0.2, held=0.2, tilt=0.0)
def cake(s: Sheet, lit: bool) -> None:
    s.cut(oval(0, -5, 54, 6), CREAM, lighten=-0.08)
    s.cut(box(-44, -38, 44, -4, r=3), "#c98a5a")
    s.cut(
        blob(
            (-46, -44),
            (46, -44),
            (46, -32),
            (38, -24),
            (30, -32),
            (20, -22),
            (10, -31),
            (0, -24),
            (-12, -32),
            (-22, -22),
            (-32, -31),
            (-40, -26),
            (-46, -32),
        ),
        "#f6dcd6",
    )
    s.cut(box(-32, -66, 32, -42, r=3), "#c98a5a")
    s.cut(
        blob(
            (-34, -72),
            (34, -72),
            (34, -62),
            (24, -54),
            (14, -62),
            (4, -54),
            (-6, -62),
            (-16, -54),
            (-26, -60),
            (-34, -58),
        ),
        "#f6dcd6",
    )
    for x in (-18, 0, 18):
        s.cut(box(x - 2.4, -86, x + 2.4, -71, r=0.8), BLUE, shadow=0.4)
        s.cut(blob((x, -99), (x + 4, -91), (x, -86), (x - 4, -91)), "#ffb347", shadow=0.2)
    for x in (-32, -10, 12, 34):
        s.cut(oval(x, -44, 5), RED, shadow=0.4)


@thing(half=60, grip=0.5, held=0.11, tilt=0.2)
def bread(s: Sheet, lit: bool) -> None:
    s.cut(blob((-58, -30), (-46, -62), (0, -76), (46, -62), (58, -30), (44, -4), (0, 0), (-44, -4)), "#c98a4a")
    for x in (-28, 0, 28):
        s.cut(blob((x - 11, -54), (x + 4, -64), (x + 13, -34), (x + 6, -22), (x - 2, -36)), "#ecc98a", shadow=0.2)


@thing(half=62, grip=0.3, held=0.12, tilt=0.0)
def pie(s: Sheet, lit: bool) -> None:
    s.cut(poly((-48, -34), (48, -34), (38, 0), (-38, 0), r=3), "#8f9aa3")
    for x in (-30, -15, 0, 15, 30):
        s.line(((x * 1.15, -32), (x * 0.95, -3)), "#6f7a83", 1.6)
    s.cut(
        blob(
            (-56, -34),
            (-40, -58),
            (0, -70),
            (40, -58),
            (56, -34),
            (46, -28),
            (34, -34),
            (22, -27),
            (10, -33),
            (-2, -27),
            (-14, -33),
            (-26, -27),
            (-38, -33),
            (-48, -28),
        ),
        "#dba75f",
    )
    for x in (-16, 0, 16):
        s.line(((x, -58), (x * 1.3, -46)), "#8a4a2a", 3)
    for x in (-14, 8):
        s.line(((x, -76), (x - 5, -84), (x + 3, -94)), "#ffffff", 3, alpha=0.6)


@thing(half=50, grip=0.3, held=0.2, tilt=0.0)
def crown(s: Sheet, lit: bool) -> None:
    s.cut(poly((-40, -4), (-48, -70), (-22, -40), (0, -88), (22, -40), (48, -70), (40, -4), (0, 2), r=2), "#e8b93e")
    s.cut(band(((-41, -10), (0, -4), (41, -10)), 12), "#e8b93e", lighten=-0.14, shadow=0.5)
    for x, y, tone in ((-48, -74, RED), (0, -92, "#5b8fb9"), (48, -74, RED)):
        s.cut(oval(x, y, 7), tone)
    for x in (-22, 0, 22):
        s.cut(oval(x, -8, 4.4), "#5b8fb9" if x else RED, shadow=0.3)


@thing(half=62, grip=0.1, held=0.16, tilt=0.0)
def hat(s: Sheet, lit: bool) -> None:
    s.cut(blob((-32, -20), (-30, -74), (-14, -92), (4, -82), (22, -92), (34, -70), (34, -20), (0, -12)), "#6b5a8a")
    s.cut(band(((-32, -30), (0, -23), (34, -30)), 15), "#e9c46a", shadow=0.4)
    s.cut(
        blob((-62, -18), (-30, -22), (0, -16), (30, -22), (62, -20), (52, -4), (0, 2), (-52, -4)),
        "#6b5a8a",
        lighten=0.08,
    )
    s.cut(blob((28, -34), (40, -60), (52, -66), (46, -46), (34, -28)), RED)


@thing(half=42, grip=0.5, held=0.09, tilt=0.1)
def ring(s: Sheet, lit: bool) -> None:
    s.cut(band(((0, -62), (-30, -50), (-34, -20), (0, -2), (34, -20), (30, -50), (0, -62.1)), 9), "#e8b93e")
    s.cut(poly((-20, -84), (-10, -97), (10, -97), (20, -84), (0, -60), r=1.5), "#6fb7c9")
    s.flat(poly((-10, -96), (0, -84), (-19, -84), r=0.5), "#ffffff", 0.5)
    s.line(((0, -84), (0, -64)), "#ffffff", 1.4, alpha=0.6)


@thing(half=34, grip=0.3, held=0.51, tilt=0.9)
def guitar(s: Sheet, lit: bool) -> None:
    s.cut(poly((-3.6, -84), (3.6, -84), (3.4, -38), (-3.4, -38), r=0.6), DARK)
    s.cut(poly((-6.6, -99), (6.6, -99), (5.4, -82), (-5.4, -82), r=1.6), WOOD)
    s.cut(
        blob(
            (0, -50),
            (14, -48),
            (17, -38),
            (14, -30),
            (24, -14),
            (16, -1),
            (0, 1),
            (-16, -1),
            (-24, -14),
            (-14, -30),
            (-17, -38),
            (-14, -48),
        ),
        "#d08a45",
    )
    s.flat(oval(0, -32, 7), DARK)
    s.cut(box(-8, -14, 8, -10, r=0.8), DARK, shadow=0.3)
    for x in (-1.6, 0, 1.6):
        s.line(((x, -84), (x, -12)), CREAM, 0.6)
    for y in (-96, -90):
        for x in (-8, 8):
            s.cut(oval(x, y, 2, n=7), CREAM, shadow=0.3)


@thing(half=38, grip=0.4, held=0.39, tilt=0.9)
def violin(s: Sheet, lit: bool) -> None:
    s.string(((26, -94), (30, -50), (26, -6)), WOOD, 2.4)
    s.line(((23, -92), (24, -8)), CREAM, 1)
    s.cut(poly((-2.6, -86), (2.6, -86), (3, -46), (-3, -46), r=0.6), DARK)
    s.cut(oval(0, -93, 5.4), "#8a4526")
    s.cut(
        blob(
            (0, -58),
            (13, -56),
            (15, -44),
            (9, -36),
            (10, -28),
            (18, -16),
            (13, -2),
            (0, 1),
            (-13, -2),
            (-18, -16),
            (-10, -28),
            (-9, -36),
            (-15, -44),
            (-13, -56),
        ),
        "#a8552c",
    )
    for x in (-7, 7):
        s.line(((x * 1.1, -38), (x * 0.8, -31), (x * 1.2, -25)), DARK, 1.4)
    s.cut(box(-6, -24, 6, -21, r=0.6), CREAM, shadow=0.3)
    s.line(((0, -84), (0, -8)), CREAM, 0.7)


@thing(half=58, grip=0.3, held=0.24, tilt=0.0)
def drum(s: Sheet, lit: bool) -> None:
    s.cut(blob((-46, -62), (46, -62), (46, -12), (24, -2), (0, 0), (-24, -2), (-46, -12)), RED)
    for k in range(5):
        x = -40 + k * 20
        s.line(((x, -56), (x + 10 if k < 4 else x, -8)), CREAM, 2)
        s.line(((x, -56), (x - 10 if k else x, -8)), CREAM, 2)
    s.cut(band(((-47, -10), (0, 1), (47, -10)), 7), BRASS, shadow=0.4)
    s.cut(oval(0, -62, 48, 14), CREAM)
    s.cut(band(((-48, -60), (0, -46), (48, -60)), 6), BRASS, shadow=0.4)
    for side in (-1, 1):
        s.string(((side * 6, -66), (side * 46, -90)), WOOD, 4)
        s.cut(oval(side * 6, -67, 6), WOOD, lighten=0.2)


@thing(half=60, grip=0.5, held=0.15, tilt=0.1)
def puzzle(s: Sheet, lit: bool) -> None:
    s.cut(
        blob(
            (-36, -66),
            (-8, -66),
            (-11, -78),
            (0, -88),
            (11, -78),
            (8, -66),
            (36, -66),
            (36, -42),
            (48, -46),
            (56, -34),
            (48, -24),
            (36, -28),
            (36, 0),
            (8, 0),
            (11, -12),
            (0, -20),
            (-11, -12),
            (-8, 0),
            (-36, 0),
            (-36, -28),
            (-25, -24),
            (-18, -34),
            (-25, -45),
            (-36, -42),
        ),
        "#7a9fb5",
    )


@thing(half=20, grip=0.4, held=0.2, tilt=0.8)
def pencil(s: Sheet, lit: bool) -> None:
    s.cut(box(-9, -99, 9, -86, r=3), "#e58a7b")
    s.cut(box(-9.4, -88, 9.4, -80, r=0.6), "#b5bcc2", shadow=0.3)
    s.cut(poly((-9, -81), (9, -81), (9, -22), (-9, -22), r=0.8), "#f0b93e")
    s.flat(poly((-3, -81), (3, -81), (3, -22), (-3, -22), r=0.4), "#ffffff", 0.25)
    s.cut(poly((-9, -23), (9, -23), (0, 0), r=0.6), "#f0d6a8", shadow=0.3)
    s.flat(poly((-3.6, -9), (3.6, -9), (0, 0), r=0.4), DARK)


@thing(half=26, grip=0.2, held=0.37, tilt=0.6, glows=True)
def wand(s: Sheet, lit: bool) -> None:
    if lit:
        s.glow(0, -82, 26, "#ffe79a", 0.6)
    s.string(((0, -70), (1, -36), (0, 0)), "#4a3a5a", 5)
    s.cut(star_shape(0, -80, 19, 9, r=2.4), "#f6c945")
    for x, y in ((-20, -62), (21, -94), (18, -64)):
        s.flat(star_shape(x, y, 4, 1.4, 4, r=0.3), "#fff3c0")


@thing(half=46, grip=0.04, held=0.37, tilt=0.3)
def flag(s: Sheet, lit: bool) -> None:
    s.cut(blob((-22, -96), (4, -99), (24, -90), (46, -94), (42, -74), (46, -54), (22, -50), (2, -58), (-22, -54)), RED)
    s.cut(star_shape(8, -75, 12, 5.4, r=1), CREAM, shadow=0.4)
    s.string(((-24, -99), (-23, -50), (-24, 0)), WOOD, 5)
    s.cut(oval(-24, -99, 4.6), BRASS, shadow=0.4)
