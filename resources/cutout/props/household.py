"""Things of a house: light, letters, pots and furniture."""
# ruff: noqa: D103  (each function draws the thing it is named after)

from __future__ import annotations

from resources.cutout.props.registry import thing
from resources.cutout.props.sheet import Sheet, band, blob, box, oval, poly

BRASS, WOOD, DARK, CREAM, RED, BLUE, GREEN = "#d9a441", "#8f5f3a", "#3a2c2a", "#f6ead2", "#c8503c", "#3f6f8c", "#5f8a4e"


@thing(half=36, grip=0.98, held=0.29, tilt=0.0, glows=True)
def lantern(s: Sheet, lit: bool) -> None:
    if lit:
        s.glow(0, -40, 62, "#ffcf6b", 0.55)
    s.string(((-20, -72), (-14, -96), (14, -96), (20, -72)), DARK, 4)
    s.cut(poly((-11, -86), (11, -86), (27, -70), (-27, -70), r=2), DARK, lighten=0.12)
    s.cut(box(-23, -72, 23, -14, r=4), "#ffe3a0" if lit else "#b9c4c6")
    if lit:
        s.glow(0, -38, 26, "#fff6d8", 0.9)
        s.flat(blob((0, -60), (8, -42), (5, -28), (0, -24), (-5, -28), (-8, -42)), "#ff9f3a")
        s.flat(blob((0, -48), (4, -38), (0, -27), (-4, -38)), "#fff3c4")
    for x in (-21, 0, 21):
        s.string(((x, -72), (x, -14)), DARK, 3.2 if x else 2.0)
    s.cut(poly((-27, -16), (27, -16), (23, 0), (-23, 0), r=2), DARK, lighten=0.12)


@thing(half=58, grip=0.45, held=0.16, tilt=0.3)
def letter(s: Sheet, lit: bool) -> None:
    s.cut(box(-54, -72, 54, -4, r=2), CREAM)
    s.line(((-52, -6), (-10, -40)), "#c9b48c", 1.6)
    s.line(((52, -6), (10, -40)), "#c9b48c", 1.6)
    s.cut(poly((-54, -72), (54, -72), (3, -28), (-3, -28), r=3), CREAM, lighten=0.25)
    s.cut(oval(0, -32, 11, n=9), RED, uneven=1.2)
    s.flat(oval(0, -32, 6, n=8), "#a23a2a")


@thing(half=52, grip=0.35, held=0.18, tilt=0.2)
def book(s: Sheet, lit: bool) -> None:
    s.cut(poly((-46, -84), (38, -90), (46, -10), (-40, 0), r=4), RED, lighten=-0.15)
    s.cut(poly((-38, -82), (42, -84), (46, -12), (-36, -4), r=2), "#fff8e6")
    for k in (0, 2.6, 5.2):
        s.line(((43 - k * 0.2, -80), (46.5 - k * 0.3, -14 + k)), "#c9b48c", 0.9)
    s.cut(poly((-46, -86), (34, -90), (40, -12), (-40, -4), r=4), RED)
    s.cut(poly((-46, -86), (-34, -87), (-28, -5), (-40, -4), r=2), RED, lighten=-0.22, shadow=0.4)
    s.cut(poly((-20, -70), (22, -73), (24, -50), (-18, -47), r=2), "#e9c46a", shadow=0.5)
    s.line(((-12, -60), (15, -62)), "#8a5a2a", 2)


@thing(half=30, grip=0.8, held=0.16, tilt=0.4)
def key(s: Sheet, lit: bool) -> None:
    s.cut(poly((-5, -66), (5, -66), (5, 0), (-5, 0), r=2), BRASS)
    s.cut(
        poly((4, -4), (4, -26), (22, -26), (22, -17), (14, -17), (14, -12), (24, -12), (24, -2), r=1.5),
        BRASS,
        lighten=-0.08,
    )
    for x, y in ((-13, -76), (13, -76), (0, -90)):
        s.cut(oval(x, y, 14, n=9), BRASS, lighten=0.06)
        s.flat(oval(x, y, 6, n=8), "#6b4a1c")


@thing(half=62, grip=0.4, held=0.21, tilt=0.1)
def map(s: Sheet, lit: bool) -> None:
    s.cut(
        blob(
            (-58, -84),
            (-30, -90),
            (0, -82),
            (30, -90),
            (58, -82),
            (55, -42),
            (58, -4),
            (28, -12),
            (0, -4),
            (-30, -12),
            (-58, -2),
            (-54, -44),
        ),
        "#ecd6a4",
        uneven=1.2,
    )
    for x in (-20, 20):
        s.line(((x, -88), (x + 1, -46), (x, -8)), "#b89a62", 1.2, alpha=0.7)
    s.flat(blob((-46, -70), (-26, -76), (-14, -62), (-26, -48), (-44, -54)), "#8fb39a", 0.9)
    s.flat(blob((14, -40), (40, -46), (48, -28), (30, -16), (14, -24)), "#8fb39a", 0.9)
    for k in range(6):
        s.line(((-30 + k * 10, -58 + k * 5 + (k % 2) * 4), (-25 + k * 10, -56 + k * 5 + (k % 2) * 4)), DARK, 2.2)
    s.line(((28, -38), (40, -24)), RED, 4)
    s.line(((40, -38), (28, -24)), RED, 4)


@thing(half=54, grip=0.5, held=0.15, tilt=0.1)
def cup(s: Sheet, lit: bool) -> None:
    s.cut(
        blob((34, -60), (54, -56), (54, -30), (32, -20), (30, -27), (44, -33), (44, -49), (32, -51)), BLUE, lighten=-0.1
    )
    s.cut(blob((-40, -74), (-37, -30), (-26, -3), (0, 0), (24, -3), (35, -30), (38, -74), (0, -70)), BLUE)
    s.cut(oval(-1, -73, 39, 8), BLUE, lighten=0.25, shadow=0.3)
    s.flat(oval(-1, -72, 33, 5.4), "#5a3a26")
    for x in (-22, 0, 20):
        s.cut(oval(x, -38 + abs(x) * 0.05, 6, n=8), CREAM, shadow=0.4)
    s.line(((-12, -84), (-16, -90), (-10, -97)), "#ffffff", 2.4, alpha=0.6)
    s.line(((10, -84), (6, -91), (12, -98)), "#ffffff", 2.4, alpha=0.6)


@thing(half=52, grip=0.3, held=0.24, tilt=0.1)
def box_(s: Sheet, lit: bool) -> None:
    s.cut(poly((-44, -66), (40, -66), (40, 0), (-44, 0), r=1.5), "#c79a63")
    s.cut(poly((40, -66), (50, -78), (50, -10), (40, 0), r=1), "#c79a63", lighten=-0.22)
    s.cut(poly((-44, -66), (-54, -92), (6, -90), (6, -66), r=1.5), "#c79a63", lighten=0.16)
    s.cut(poly((40, -66), (50, -94), (0, -84), (2, -66), r=1.5), "#c79a63", lighten=0.06)
    s.flat(box(-8, -66, 6, 0, r=0.5), "#e8d3a2", 0.8)
    s.line(((-34, -14), (-34, -28), (-38, -22)), "#7a5532", 2)
    s.line(((-34, -28), (-30, -22)), "#7a5532", 2)


@thing(half=62, grip=0.3, held=0.24, tilt=0.0)
def chest(s: Sheet, lit: bool) -> None:
    s.cut(blob((-56, -44), (-54, -70), (-36, -88), (0, -92), (36, -88), (54, -70), (56, -44)), WOOD, lighten=0.08)
    s.cut(box(-56, -48, 56, 0, r=3), WOOD)
    for y in (-16, -32):
        s.line(((-54, y), (54, y + 0.6)), "#6b4428", 1.6)
    for x in (-40, 40):
        s.cut(band(((x, -86 + abs(x) * 0.05), (x, -46), (x, 0)), 11), BRASS, lighten=-0.1)
    s.cut(band(((-56, -46), (0, -45), (56, -46)), 8), BRASS)
    s.cut(blob((-11, -58), (11, -58), (11, -38), (0, -28), (-11, -38)), BRASS, lighten=0.15)
    s.flat(oval(0, -46, 3.4, n=8), DARK)
    s.flat(poly((-2, -46), (2, -46), (3, -36), (-3, -36), r=0.5), DARK)


@thing(half=44, grip=0.95, held=0.17, tilt=0.0)
def bell(s: Sheet, lit: bool) -> None:
    s.string(((-8, -88), (0, -98), (8, -88)), DARK, 4)
    s.cut(oval(0, -8, 10), BRASS, lighten=-0.25)
    s.cut(
        blob((-10, -88), (10, -88), (24, -70), (28, -36), (40, -14), (0, -9), (-40, -14), (-28, -36), (-24, -70)), BRASS
    )
    s.cut(band(((-31, -30), (0, -25), (31, -30)), 5), BRASS, lighten=0.25, shadow=0.4)
    s.flat(blob((-17, -72), (-11, -78), (-16, -44), (-24, -32)), "#ffffff", 0.35)


@thing(half=50, grip=0.4, held=0.21, tilt=0.1)
def clock(s: Sheet, lit: bool) -> None:
    for x in (-22, 22):
        s.cut(oval(x, -84, 15, 11, tilt=20 if x > 0 else -20), RED, lighten=-0.08)
        s.cut(band(((x, -12), (x * 1.35, 0)), 7), RED, lighten=-0.2)
    s.string(((-6, -92), (0, -98), (6, -92)), DARK, 3)
    s.cut(oval(0, -46, 42, n=14), RED)
    s.cut(oval(0, -46, 33, n=14), CREAM, shadow=0.6)
    for x, y in ((0, -72), (26, -46), (0, -20), (-26, -46)):
        s.flat(oval(x, y, 2.6, n=7), DARK)
    s.string(((0, -46), (-2, -66)), DARK, 3.4)
    s.string(((0, -46), (15, -38)), DARK, 3.4)
    s.cut(oval(0, -46, 3.8, n=8), BRASS, shadow=0.3)


@thing(half=44, grip=0.4, held=0.32, tilt=0.0, glows=True)
def lamp(s: Sheet, lit: bool) -> None:
    if lit:
        s.glow(0, -62, 60, "#ffd98a", 0.5)
    s.cut(band(((0, -60), (1, -30), (0, -4)), 7, 5, 9), BRASS)
    s.cut(blob((-26, 0), (-20, -9), (0, -12), (20, -9), (26, 0)), BRASS, lighten=-0.1)
    s.cut(
        poly((-20, -98), (20, -98), (42, -50), (-42, -50), r=4),
        "#f3c98b" if lit else "#b9845c",
        lighten=0.2 if lit else 0.0,
    )
    if lit:
        s.glow(0, -60, 30, "#fff4d0", 0.7)
    s.line(((-41, -51), (41, -51)), RED, 3)
    s.string(((20, -48), (20, -36)), BRASS, 1.6)


@thing(half=34, grip=0.3, held=0.22, tilt=0.0, glows=True)
def candle(s: Sheet, lit: bool) -> None:
    if lit:
        s.glow(0, -84, 42, "#ffcf6b", 0.6)
    s.cut(blob((-28, -8), (-26, -14), (26, -14), (28, -8), (20, 0), (-20, 0)), BRASS)
    s.cut(oval(30, -10, 7, 6), BRASS, lighten=-0.1)
    s.cut(
        blob((-13, -12), (-13, -62), (-8, -68), (-4, -63), (3, -67), (9, -64), (13, -60), (14, -40), (12, -12)), CREAM
    )
    s.flat(blob((-12, -60), (-7, -60), (-8, -40), (-11, -36)), "#ffffff", 0.6)
    s.line(((0, -65), (0.6, -73)), DARK, 2)
    if lit:
        s.cut(blob((1, -99), (8, -84), (6, -73), (0, -70), (-6, -74), (-6, -84)), "#ffab3d", shadow=0)
        s.flat(blob((0.6, -88), (4, -79), (0, -72), (-3.6, -79)), "#fff3c4")


@thing(half=22, grip=0.62, held=0.73, tilt=0.5)
def broom(s: Sheet, lit: bool) -> None:
    s.string(((0, -98), (1, -60), (0, -26)), WOOD, 4.4)
    s.cut(
        blob((-5, -34), (6, -34), (12, -18), (20, -1), (8, -3), (0, 0), (-8, -3), (-19, -1), (-12, -18)),
        "#d9b25f",
        uneven=0.8,
    )
    for x in (-11, -4, 4, 11):
        s.line(((x * 0.4, -26), (x, -4)), "#a8803a", 1)
    s.cut(band(((-7, -30), (0, -29), (7, -30)), 5), RED, shadow=0.4)


@thing(half=44, grip=0.32, held=0.24, tilt=0.2)
def mirror(s: Sheet, lit: bool) -> None:
    s.cut(band(((0, -30), (0, 0)), 10), BRASS, lighten=-0.1)
    s.cut(oval(0, -62, 34, 38), BRASS)
    s.cut(oval(0, -62, 26, 30), "#cfe3ea", shadow=0.3)
    s.flat(blob((-16, -74), (-4, -86), (2, -84), (-14, -62)), "#ffffff", 0.7)
    s.flat(blob((-2, -58), (12, -76), (14, -70), (2, -52)), "#ffffff", 0.5)


@thing(half=56, grip=0.75, held=0.2, tilt=0.0)
def basket(s: Sheet, lit: bool) -> None:
    s.cut(band(((-44, -46), (-36, -84), (0, -97), (36, -84), (44, -46)), 7), "#a87a45")
    for x, tone in ((-22, RED), (0, "#e0a13a"), (22, GREEN)):
        s.cut(oval(x, -50, 15), tone)
    s.cut(blob((-50, -48), (0, -44), (50, -48), (42, -4), (0, 0), (-42, -4)), "#c2935a")
    for row in range(4):
        y = -40 + row * 10
        for k in range(7):
            x = -39 + k * 13 + (row % 2) * 6
            if abs(x) < 43 - row * 1.6:
                s.line(((x - 4, y), (x, y + 1.6), (x + 4, y)), "#8a6234", 2)
    s.cut(band(((-50, -47), (0, -43), (50, -47)), 7), "#a87a45", shadow=0.5)


@thing(half=48, grip=0.06, held=0.18, tilt=0.0)
def teapot(s: Sheet, lit: bool) -> None:
    s.cut(blob((26, -40), (42, -54), (46, -70), (56, -70), (52, -48), (34, -20)), "#6f9fa0", lighten=-0.06)
    s.cut(band(((-30, -58), (-50, -56), (-50, -28), (-28, -20)), 8), "#6f9fa0", lighten=-0.12)
    s.cut(blob((-24, -72), (24, -72), (38, -44), (34, -14), (20, 0), (-20, 0), (-34, -14), (-38, -44)), "#6f9fa0")
    s.cut(blob((-24, -72), (-12, -82), (12, -82), (24, -72), (0, -69)), "#6f9fa0", lighten=0.14)
    s.cut(oval(0, -87, 6.4), RED)
    for x, y in ((-12, -40), (6, -32), (-4, -18), (18, -48)):
        s.cut(oval(x, y, 5, n=8), CREAM, shadow=0.3)
        s.flat(oval(x, y, 1.8, n=6), RED)


@thing(half=28, grip=0.5, held=0.61, tilt=0.4)
def ladder(s: Sheet, lit: bool) -> None:
    for y in (-88, -70, -52, -34, -16):
        s.cut(band(((-20, y), (20, y + 0.8)), 5.6), "#b5834e", lighten=-0.12)
    for x in (-20, 20):
        s.cut(band(((x * 0.9, -99), (x * 1.05, 0)), 7), "#b5834e")


@thing(half=28, grip=0.6, held=0.2, tilt=0.2)
def bottle(s: Sheet, lit: bool) -> None:
    s.cut(box(-7, -99, 7, -86, r=1.5), "#b5834e")
    s.cut(
        blob((-9, -90), (9, -90), (9, -70), (23, -54), (24, -8), (18, 0), (-18, 0), (-24, -8), (-23, -54), (-9, -70)),
        "#5f8f74",
    )
    s.cut(box(-16, -42, 17, -16, r=2), CREAM, shadow=0.4)
    s.line(((-9, -33), (10, -33)), "#8a6a4a", 1.8)
    s.line(((-9, -25), (5, -25)), "#8a6a4a", 1.8)
    s.flat(blob((-18, -50), (-13, -56), (-14, -46), (-18, -44)), "#ffffff", 0.45)


@thing(half=46, grip=0.5, held=0.2, tilt=0.1)
def painting(s: Sheet, lit: bool) -> None:
    s.cut(box(-46, -96, 46, -6, r=2), BRASS)
    view = box(-36, -86, 36, -16, r=1)
    s.cut(view, "#a9cfdc", shadow=0.2)
    with s.inside(view):
        s.cut(oval(16, -68, 9), "#f6d06a", shadow=0.2)
        s.cut(blob((-50, -10), (-40, -46), (-16, -58), (4, -38), (20, -10)), "#5f8a6a", shadow=0.5)
        s.cut(blob((-10, -10), (14, -34), (34, -42), (50, -30), (50, -10)), "#80a858", shadow=0.5)
    for x, y in ((-41, -91), (41, -91), (-41, -11), (41, -11)):
        s.cut(oval(x, y, 5, n=8), BRASS, lighten=0.25, shadow=0.4)


@thing(half=40, grip=0.5, held=0.12, tilt=0.2)
def gift(s: Sheet, lit: bool) -> None:
    s.cut(box(-36, -60, 36, 0, r=2), BLUE)
    for x, y in ((-24, -44), (22, -38), (-22, -14), (24, -10)):
        s.flat(oval(x, y, 3.4, n=7), "#9fc4d4")
    s.cut(box(-40, -70, 40, -52, r=2), BLUE, lighten=0.12)
    s.cut(box(-7, -70, 7, 0, r=0.6), RED, shadow=0.4)
    for side in (-1, 1):
        s.cut(blob((0, -69), (side * 12, -94), (side * 30, -94), (side * 28, -76)), RED)
        s.flat(blob((side * 6, -74), (side * 14, -86), (side * 22, -87), (side * 20, -79)), "#8f2f22")
    s.cut(oval(0, -71, 7), RED, lighten=0.12)


@thing(half=34, grip=0.3, held=0.24, tilt=0.2)
def plant(s: Sheet, lit: bool) -> None:
    for x, y, t in ((-24, -66, -50), (24, -66, 50), (-14, -84, -24), (14, -86, 24), (0, -90, 0)):
        s.cut(oval(x, y, 8, 17, tilt=t), GREEN, lighten=0.05 * (abs(x) % 3))
        s.line(((x * 0.3, -46), (x * 0.8, y + 8)), "#43663a", 1.6)
    s.cut(poly((-22, -36), (22, -36), (16, 0), (-16, 0), r=2), "#c56a45")
    s.cut(box(-26, -45, 26, -33, r=2), "#c56a45", lighten=0.12)


@thing(half=46, grip=0.5, held=0.3, tilt=0.0, glows=True)
def oven(s: Sheet, lit: bool) -> None:
    s.cut(box(18, -99, 30, -76, r=1.4), "#4d4a50", lighten=-0.1)
    s.cut(box(14, -99, 34, -94, r=1.4), "#4d4a50", lighten=0.1, shadow=0.4)
    s.cut(box(-42, -78, 42, -6, r=3), "#565258")
    s.cut(box(-46, -82, 46, -73, r=2), "#6b666c", shadow=0.6)
    for x in (-36, 36):
        s.cut(box(x - 5, -8, x + 5, 0, r=1.4), "#3f3b42", shadow=0.4)
    for k in range(4):
        s.cut(oval(-28 + 12 * k, -65, 4, n=10), BRASS, shadow=0.4)
    s.cut(box(-34, -56, 34, -14, r=3), "#7a757b", shadow=0.5)
    if lit:
        s.glow(0, -34, 40, "#ff9a3c", 0.55)
    s.cut(box(-26, -49, 26, -20, r=4), "#ff9d3f" if lit else "#2e2a30", shadow=0.2)
    if lit:
        s.flat(blob((-20, -20), (-14, -34), (-8, -26), (0, -42), (7, -27), (14, -36), (20, -20)), "#ffd873", 0.9)
    s.cut(blob((-13, -24), (-11, -33), (0, -37), (11, -33), (13, -24), (0, -22)), "#a8682f", shadow=0.4)
    s.cut(band(((-24, -53), (24, -53)), 3.4), BRASS, shadow=0.5)
