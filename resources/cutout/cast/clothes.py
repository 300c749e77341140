"""Nine garments, each with an outline of its own.

Torso painters work in units of the torso part: its origin is the hip, the shoulders are at ``-frame.torso``.
"""

from __future__ import annotations

from dataclasses import dataclass

from resources.cutout import paper
from resources.cutout.cast.frame import Frame
from resources.cutout.props.sheet import Shape, Sheet, band, blob, box, oval, poly
from schemas.media import ResolvedLook
from schemas.vocabulary import Garment

CREAM = "#f6ead2"
DARK = "#3b3138"


def tint(first: str | int, second: str | int, amount: float) -> int:
    """A colour between two."""
    return paper.mix(paper.colour(first), paper.colour(second), amount)


@dataclass(frozen=True, slots=True)
class Cloth:
    """Colours and widths that sleeves and legs need."""

    colour: str | int
    sleeve: str | int
    cuff: str | int
    wide: float
    """Sleeve width against the arm's."""
    flare: float
    """Widening of the sleeve towards the wrist."""
    bare: float
    """Part of the forearm that is uncovered, 0..1."""
    legs: str | int
    leg_wide: float
    shoes: str | int
    glove: str | int | None = None


def cloth_for(look: ResolvedLook) -> Cloth:
    """What a look wears, as colours."""
    base = look.garment_colour
    deep = paper.colour(base, -0.45)
    plain = tint(deep, DARK, 0.5)
    match look.garment:
        case Garment.COAT:
            return Cloth(base, base, paper.colour(base, 0.22), 1.16, 1.05, 0.0, plain, 1.0, "#4a3428")
        case Garment.DRESS:
            return Cloth(base, base, CREAM, 1.18, 0.9, 1.0, tint(base, CREAM, 0.75), 0.72, paper.colour(base, -0.4))
        case Garment.SHIRT:
            return Cloth(
                base, base, paper.colour(base, 0.2), 1.05, 1.0, 0.55, tint("#33475e", base, 0.2), 1.05, "#4a3428"
            )
        case Garment.APRON:
            return Cloth(
                base, base, paper.colour(base, 0.2), 1.05, 1.0, 0.7, tint("#4a4550", base, 0.25), 1.0, "#4a3428"
            )
        case Garment.OVERALLS:
            under = tint(CREAM, base, 0.12)
            return Cloth(base, under, paper.colour(under, -0.1), 1.08, 1.0, 0.45, base, 1.25, "#5a3d28")
        case Garment.ROBE:
            return Cloth(base, base, paper.colour(base, 0.3), 1.25, 1.75, 0.0, deep, 0.9, "#6b4a30")
        case Garment.SUIT:
            return Cloth(base, base, "#fdf8ee", 1.02, 0.95, 0.06, paper.colour(base, -0.12), 1.0, "#241c1c")
        case Garment.ARMOUR:
            steel = tint("#aab4bd", base, 0.28)
            return Cloth(
                steel, paper.colour(steel, -0.14), steel, 1.05, 1.1, 0.0, paper.colour(steel, -0.22), 1.05, steel, steel
            )
        case _:
            return Cloth(base, base, CREAM, 1.5, 1.0, 0.0, base, 1.5, CREAM, CREAM)


_HEM = {Garment.COAT: 0.5, Garment.DRESS: 0.62, Garment.ROBE: 0.93, Garment.SUIT: 0.22, Garment.APRON: 0.42}
"""How far below the hip a garment reaches, as a part of the legs' length."""


def hem_of(look: ResolvedLook, frame: Frame) -> float:
    """How far the garment reaches below the hip, in units."""
    legs = -frame.hip
    return legs * _HEM.get(look.garment, 0.2)


def paint_torso(sheet: Sheet, look: ResolvedLook, frame: Frame) -> None:
    """The garment on the body."""
    cloth = cloth_for(look)
    _PAINTERS[look.garment](sheet, look, frame, cloth)


def _body(frame: Frame, hem: float, flare: float, wide: float = 1.0, r: float = 4.0) -> Shape:
    """The usual outline: shoulders, waist, hem."""
    top, c, w, h = -frame.torso, frame.chest * wide, frame.waist * wide, frame.hips * wide
    return blob(
        (-c * 0.45, top - 1.5),
        (-c * 0.95, top + 1.5),
        (-(c + w) / 2 - 0.6, top * 0.62),
        (-w, top * 0.3),
        (-h, 0),
        (-h * flare + 1, hem - 1.4),
        (-h * flare + 3, hem),
        (0, hem + 0.9),
        (h * flare - 3, hem),
        (h * flare - 1, hem - 1.4),
        (h, 0),
        (w, top * 0.3),
        ((c + w) / 2 + 0.6, top * 0.62),
        (c * 0.95, top + 1.5),
        (c * 0.45, top - 1.5),
    )


def _pelvis(sheet: Sheet, frame: Frame, cloth: Cloth) -> None:
    half = frame.hips * 0.97
    sheet.cut(box(-half, -5, half, -frame.hip * 0.2, r=3), cloth.legs, shadow=0.4)


def _coat(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    hem, top, c = hem_of(look, frame), -frame.torso, frame.chest
    sheet.cut(_body(frame, hem, 1.28), cloth.colour)
    lighter = paper.colour(cloth.colour, 0.2)
    sheet.line(((2.4, top + 6), (2.8, 0), (3.4, hem)), paper.colour(cloth.colour, -0.35), 0.7)
    for side in (-1, 1):
        x = side * frame.hips * 0.62 + 0.8
        sheet.cut(box(x - 3.6, 1.2, x + 3.2, 6.4, r=1), cloth.colour, lighten=-0.1, shadow=0.5)
        sheet.cut(box(x - 4.0, 0.2, x + 3.6, 2.6, r=0.8), cloth.colour, lighten=0.1, shadow=0.4)
    for i in range(3):
        sheet.cut(oval(5.4 + i * 0.15, top * (0.62 - 0.26 * i), 1.15, n=8), "#e9c46a", shadow=0.35)
    sheet.cut(
        blob((-c * 0.85, top), (-1, top + 1), (2.6, top + 8.5), (-2.2, top + 9), (-c * 0.72, top + 5)),
        lighter,
        shadow=0.5,
    )
    sheet.cut(
        blob((c * 0.85, top), (3.4, top + 1), (2.8, top + 8.5), (6.6, top + 8.6), (c * 0.76, top + 5)),
        lighter,
        shadow=0.5,
    )


def _dress(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    hem, top, c, w, h = hem_of(look, frame), -frame.torso, frame.chest, frame.waist * 0.86, frame.hips
    skirt: list[tuple[float, float]] = [(-w, top * 0.34), (-h * 1.15, 0), (-h * 1.72, hem - 2)]
    scallops = 6
    for i in range(scallops):
        x0 = -h * 1.72 + 2 * h * 1.72 * (i + 0.5) / scallops
        skirt += [(x0, hem + 1.6), (x0 + h * 1.72 / scallops, hem - 0.8)]
    skirt += [(h * 1.15, 0), (w, top * 0.34)]
    sheet.cut(blob(*skirt), cloth.colour)
    dot = paper.colour(cloth.colour, 0.38)
    for i in range(10):
        y = hem * (0.05 + 0.28 * (i // 4)) + sheet.rng.uniform(-0.8, 0.8)
        x = (-1 + 2 * (i % 4 + 0.5 + 0.25 * (i // 4 % 2)) / 4.4) * h * (1.0 + 0.35 * (y / hem))
        sheet.flat(oval(x, y, 1.05, n=7), dot)
    sheet.cut(
        blob(
            (-c * 0.5, top - 1),
            (-c, top + 3),
            (-w, top * 0.34),
            (0, top * 0.28),
            (w, top * 0.34),
            (c, top + 3),
            (c * 0.5, top - 1),
        ),
        cloth.colour,
        lighten=-0.06,
    )
    sheet.cut(band(((-w, top * 0.34), (0, top * 0.28), (w, top * 0.34)), 2.6), CREAM, shadow=0.5)
    sheet.cut(
        blob(
            (-c * 0.7, top + 0.5),
            (0.5, top + 1.5),
            (c * 0.8, top + 0.5),
            (c * 0.6, top + 4.6),
            (2.5, top + 4),
            (1, top + 6),
            (-1, top + 4),
            (-c * 0.5, top + 5),
        ),
        CREAM,
        shadow=0.5,
    )


def _shirt(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    top = -frame.torso
    _pelvis(sheet, frame, cloth)
    body = _body(frame, 2.0, 1.0)
    sheet.cut(body, cloth.colour)
    pale = tint(cloth.colour, CREAM, 0.72)
    with sheet.inside(body):
        _knit(sheet, top, pale, paper.colour(cloth.colour, -0.18))
    sheet.cut(
        band(((-frame.chest * 0.5, top + 0.6), (1, top + 3.4), (frame.chest * 0.6, top + 0.6)), 2.6),
        cloth.colour,
        lighten=0.2,
        shadow=0.4,
    )


def _knit(sheet: Sheet, top: float, pale: int, deep: int) -> None:
    """The pattern of a shirt, drawn by its wearer's seed: stripes, a broad chest, zigzag, checks, or buttons."""
    match sheet.rng.randrange(5):
        case 0:
            for i in range(4):
                y = top * (0.74 - i * 0.2)
                sheet.flat(band(((-22, y - 0.5), (0, y + 0.9), (22, y - 0.4)), 2.3), pale)
        case 1:
            sheet.flat(band(((-22, top * 0.56), (0, top * 0.52), (22, top * 0.56)), -top * 0.26), pale)
            sheet.flat(band(((-22, top * 0.36), (0, top * 0.32), (22, top * 0.36)), 1.5), deep)
        case 2:
            for y in (top * 0.66, top * 0.52):
                points = tuple((-22.0 + 4.0 * k, y + (2.6 if k % 2 else -1.2)) for k in range(12))
                sheet.line(points, pale, 1.7)
        case 3:
            for x in range(-20, 22, 7):
                sheet.line(((x, top), (x + 0.4, 4)), deep, 1.2)
            for k in range(5):
                sheet.line(((-22, top * (0.86 - 0.2 * k)), (22, top * (0.86 - 0.2 * k))), deep, 1.2)
        case _:
            sheet.line(((2.6, top + 4), (2.8, 3)), deep, 0.8)
            for i in range(4):
                sheet.cut(oval(4.8, top * (0.7 - 0.2 * i), 1.0, n=8), pale, shadow=0.3)
            sheet.cut(box(-9, top * 0.62, -2.6, top * 0.38, r=1), pale, shadow=0.3)


def _apron(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    """A pale apron with a bib over rolled sleeves."""
    hem, top, c, w, h = hem_of(look, frame), -frame.torso, frame.chest, frame.waist, frame.hips
    _pelvis(sheet, frame, cloth)
    sheet.cut(_body(frame, 2.0, 1.0), cloth.colour)
    linen = tint(CREAM, cloth.colour, 0.06)
    for side in (-1, 1):
        sheet.cut(band(((side * c * 0.5 + 0.5, top - 0.5), (side * w * 0.5 + 1, top * 0.6)), 2.0), linen, shadow=0.3)
    sheet.cut(
        poly(
            (-w * 0.6, top * 0.66),
            (w * 0.72, top * 0.66),
            (w * 0.9, top * 0.28),
            (h * 1.2, top * 0.2),
            (h * 1.34, hem),
            (0.5, hem + 1.2),
            (-h * 1.28, hem),
            (-h * 1.14, top * 0.2),
            (-w * 0.84, top * 0.28),
            r=1.8,
        ),
        linen,
    )
    sheet.cut(
        band(((-w * 1.02, top * 0.24), (0, top * 0.2), (w * 1.04, top * 0.24)), 2.0), linen, lighten=-0.1, shadow=0.4
    )
    sheet.cut(box(-5.4, 0.5, 7.0, hem * 0.62, r=1.4), linen, lighten=-0.05, shadow=0.5)
    sheet.line(((-4.4, 1.8), (6.0, 1.8)), paper.colour(linen, -0.18), 0.5)


def _overalls(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    top, w, h = -frame.torso, frame.waist, frame.hips
    sheet.cut(_body(frame, 2.0, 1.0), cloth.sleeve)
    for side in (-1, 1):
        sheet.cut(
            band(((side * frame.chest * 0.62 + 0.5, top - 0.5), (side * w * 0.5 + 1, top * 0.48)), 3.0),
            cloth.colour,
            shadow=0.4,
        )
    bib = poly(
        (-w * 0.62, top * 0.62),
        (w * 0.72, top * 0.62),
        (w * 1.02, top * 0.22),
        (h * 1.1, 0),
        (h * 1.16, -frame.hip * 0.34),
        (-h * 1.16, -frame.hip * 0.34),
        (-h * 1.1, 0),
        (-w * 0.98, top * 0.22),
        r=1.6,
    )
    sheet.cut(bib, cloth.colour)
    sheet.cut(box(-3.6, top * 0.48, 5.2, top * 0.22, r=1.4), cloth.colour, lighten=0.14, shadow=0.5)
    stitch = paper.colour(cloth.colour, 0.42)
    sheet.line(((-2.6, top * 0.42), (4.2, top * 0.42)), stitch, 0.45)
    for side in (-1, 1):
        sheet.cut(oval(side * w * 0.5 + 1, top * 0.53, 1.35, n=8), "#e9c46a", shadow=0.35)
    sheet.line(((1, 1), (1.3, -frame.hip * 0.33)), paper.colour(cloth.colour, -0.25), 0.6)


def _robe(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    hem, top, c = hem_of(look, frame), -frame.torso, frame.chest
    body = _body(frame, hem, 1.55)
    sheet.cut(body, cloth.colour)
    trim = tint(cloth.colour, "#f0d48a", 0.6)
    with sheet.inside(body):
        sheet.flat(band(((-30, hem - 3.6), (0, hem - 2.6), (30, hem - 3.6)), 1.7), trim)
        for x in (-6.5, 7.5):
            sheet.line(
                ((x * 0.8, 2), (x * 1.05, hem * 0.5), (x * 1.3, hem - 6)), paper.colour(cloth.colour, -0.22), 0.7
            )
    sheet.cut(
        poly((-c * 0.55, top - 1), (c * 0.7, top - 1), (1.6, top + 11), r=1), tint(cloth.colour, CREAM, 0.7), shadow=0.1
    )
    sheet.cut(band(((-c * 0.62, top - 1.4), (-1.6, top + 7), (2, top + 13)), 2.2), trim, shadow=0.4)
    sheet.cut(band(((c * 0.78, top - 1.4), (4.4, top + 7), (2, top + 13)), 2.2), trim, shadow=0.4)
    sheet.cut(
        band(((-frame.waist - 0.8, top * 0.26), (0, top * 0.2), (frame.waist + 0.8, top * 0.26)), 2.6),
        trim,
        lighten=-0.12,
        shadow=0.5,
    )
    sheet.string(((4, top * 0.2), (5.4, 2), (4.8, 8)), trim, 1.5)


def _suit(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    hem, top, c = hem_of(look, frame), -frame.torso, frame.chest
    _pelvis(sheet, frame, cloth)
    sheet.cut(_body(frame, hem, 1.04), cloth.colour)
    sheet.cut(poly((-c * 0.4, top - 0.5), (c * 0.62, top - 0.5), (2.6, top * 0.36), r=0.6), "#fdf8ee", shadow=0.1)
    tie = tint(cloth.colour, "#c8442f", 0.85)
    sheet.cut(
        poly(
            (0.4, top + 2.6),
            (3.4, top + 2.6),
            (2.9, top + 5.2),
            (4.3, top * 0.5),
            (2.4, top * 0.4),
            (0.6, top * 0.5),
            (1.4, top + 5.2),
            r=0.4,
        ),
        tie,
        shadow=0.4,
    )
    lapel = paper.colour(cloth.colour, 0.12)
    sheet.cut(
        poly(
            (-c * 0.5, top - 1),
            (-c * 0.86, top + 5),
            (-c * 0.5, top + 8.5),
            (-c * 0.62, top + 9.6),
            (2.2, top * 0.34),
            r=0.6,
        ),
        lapel,
        shadow=0.5,
    )
    sheet.cut(
        poly(
            (c * 0.7, top - 1),
            (c * 0.98, top + 5),
            (c * 0.72, top + 8.5),
            (c * 0.82, top + 9.6),
            (3, top * 0.34),
            r=0.6,
        ),
        lapel,
        shadow=0.5,
    )
    sheet.cut(oval(2.7, top * 0.22, 1.0, n=8), "#2b2226", shadow=0.3)
    sheet.cut(
        poly((6.2, top * 0.6), (9.2, top * 0.62), (8.6, top * 0.7), (7.6, top * 0.66), (6.9, top * 0.72), r=0.3),
        tie,
        lighten=0.15,
        shadow=0.3,
    )


def _armour(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    top, c, w, h = -frame.torso, frame.chest, frame.waist, frame.hips
    for i in (-1, 1, 0):
        x = i * h * 0.66
        sheet.cut(
            poly((x - h * 0.5, -3), (x + h * 0.5, -3), (x + h * 0.58, 6.5), (x, 10), (x - h * 0.58, 6.5), r=1),
            cloth.colour,
            lighten=-0.16,
            shadow=0.6,
        )
    sheet.cut(
        blob(
            (-c * 0.4, top - 1),
            (-c * 1.02, top + 4),
            (-w * 1.08, top * 0.5),
            (-w * 0.98, -2.6),
            (0.6, 0.2),
            (w * 0.98, -2.6),
            (w * 1.1, top * 0.5),
            (c * 1.02, top + 4),
            (c * 0.4, top - 1),
        ),
        cloth.colour,
    )
    sheet.flat(poly((-1.4, top + 4), (4.6, top + 4), (4.2, -1), (-1, -1), r=0.5), look.garment_colour, 0.95)
    sheet.line(((1.6, top + 3), (2.2, top * 0.5), (1.6, 0)), paper.colour(cloth.colour, -0.3), 0.6)
    sheet.cut(band(((-w, -2), (0.6, 0.4), (w, -2)), 2.4), "#8a6a3c", shadow=0.4)
    for side in (-1, 1):
        x = side * c * 1.08
        sheet.cut(
            blob(
                (x - 6, top + 6.5),
                (x - 5.4, top - 0.5),
                (x, top - 3.4),
                (x + 5.4, top - 0.5),
                (x + 6, top + 6.5),
                (x, top + 4.8),
            ),
            cloth.colour,
            lighten=0.14,
        )
        for k in (-1, 1):
            sheet.flat(oval(x + k * 3.2, top + 3.4, 0.6, n=6), paper.colour(cloth.colour, -0.35))


def _spacesuit(sheet: Sheet, look: ResolvedLook, frame: Frame, cloth: Cloth) -> None:
    top, c, w, h = -frame.torso, frame.chest, frame.waist, frame.hips
    sheet.cut(box(-c * 1.6, top + 4, -c * 0.5, -4, r=3), CREAM, lighten=-0.2)  # the pack on the back
    sheet.cut(
        blob(
            (-c * 0.5, top - 1),
            (-c * 1.25, top + 2.5),
            (-w * 1.36, top * 0.5),
            (-h * 1.2, -1),
            (-h * 1.12, 6),
            (0, 7.4),
            (h * 1.12, 6),
            (h * 1.2, -1),
            (w * 1.36, top * 0.5),
            (c * 1.25, top + 2.5),
            (c * 0.5, top - 1),
        ),
        cloth.colour,
    )
    sheet.cut(band(((-h * 1.2, -2.4), (0, -1.2), (h * 1.2, -2.4)), 2.4), CREAM, shadow=0.4)
    sheet.cut(box(-4.6, top * 0.66, 7.6, top * 0.3, r=1.6), CREAM, shadow=0.6)
    for i, lamp in enumerate(("#d1495b", "#edae49", "#3f8f8a")):
        sheet.cut(oval(-2.2 + i * 3.6, top * 0.54, 1.15, n=8), lamp, shadow=0.3)
    sheet.line(((-2.6, top * 0.4), (5.4, top * 0.4)), "#56606b", 0.8)
    sheet.string(((7.4, top * 0.36), (w * 1.2, top * 0.2), (w * 0.9, -2)), "#56606b", 1.3)
    sheet.cut(
        band(((-c * 0.86, top + 1.4), (0.5, top + 3.4), (c * 0.95, top + 1.4)), 4.0), CREAM, lighten=-0.06, shadow=0.6
    )


_PAINTERS = {
    Garment.COAT: _coat,
    Garment.DRESS: _dress,
    Garment.SHIRT: _shirt,
    Garment.OVERALLS: _overalls,
    Garment.APRON: _apron,
    Garment.ROBE: _robe,
    Garment.SUIT: _suit,
    Garment.ARMOUR: _armour,
    Garment.SPACESUIT: _spacesuit,
}
