"""What figures with a body of their own have in common: a head of features and clothes worn as a token."""

from __future__ import annotations

from resources.cutout import paper
from resources.cutout.cast.clothes import tint
from resources.cutout.cast.face import FacePlan
from resources.cutout.cast.hats import Crown, paint_behind, paint_hat
from resources.cutout.cast.rig import Part
from resources.cutout.props.sheet import Sheet, band, blob, oval, poly
from schemas.media import ResolvedLook
from schemas.vocabulary import Age, Garment, Headwear


def size_of(look: ResolvedLook) -> float:
    """Head and eyes against those of an adult."""
    return 1.16 if look.age is Age.CHILD else 1.0


def girth_of(look: ResolvedLook) -> float:
    """Width against the usual."""
    return {"slim": 0.88, "medium": 1.0, "stout": 1.16}[look.build.value]


def eyes(look: ResolvedLook, **more: object) -> FacePlan:
    """A face with the colours of the look; the measures come from the species."""
    shade = tint(look.skin, "#3a2430", 0.15)
    known: dict[str, object] = {
        "lid": shade,
        "ink": "#3a2a24",
        "lip": tint(look.skin, "#b5483f", 0.35),
        "glasses": look.glasses,
        "reach": 1.3,
    }
    return FacePlan(**{**known, **more})  # type: ignore[arg-type]


def hat_parts(look: ResolvedLook, crown: Crown, parent: str) -> tuple[list[Part], list[Part]]:
    """Headwear behind and in front of the head."""
    if look.headwear is Headwear.NONE:
        return [], []
    reach_x, low = crown.w * 1.9, crown.h * (2.6 if look.headwear is Headwear.SCARF else 1.5)
    extent = (crown.x - reach_x, crown.y - crown.h * 2.5, crown.x + reach_x, crown.y + low)
    behind = []
    if look.headwear is Headwear.HOOD:
        behind = [Part("hood_back", lambda sheet: paint_behind(sheet, look, crown), extent, (0, 0), parent)]
    return behind, [Part("hat", lambda sheet: paint_hat(sheet, look, crown), extent, (0, 0), parent)]


def airy(look: ResolvedLook) -> ResolvedLook:
    """What a body of air or water wears of its clothes: nothing that is worked or fought in hangs on it."""
    worn = {Garment.OVERALLS: Garment.SUIT, Garment.APRON: Garment.DRESS, Garment.ARMOUR: Garment.COAT}
    return look.model_copy(update={"garment": worn.get(look.garment, look.garment)})


def neckwear(sheet: Sheet, look: ResolvedLook, x: float, y: float, half: float, k: float = 1.0) -> None:
    """The garment of a body that no garment fits: nine tokens, each with an outline of its own.

    ``half`` is the half width of the neck, ``k`` the size against the usual.
    """
    tone, light = look.garment_colour, paper.colour(look.garment_colour, 0.25)
    ring = band(((x - half, y - 1.4 * k), (x, y + 1.6 * k), (x + half, y - 1.4 * k)), 4.6 * k)
    match look.garment:
        case Garment.COAT:
            sheet.cut(ring, tone)
            for side in (-1, 1):
                sheet.cut(
                    blob(
                        (x + 1.5 + side * 0.6 * k, y + 0.5),
                        (x + side * half * 0.8, y - 1),
                        (x + side * half * 0.9, y + 7 * k),
                        (x + side * 3.4 * k, y + 9 * k),
                    ),
                    tone,
                    lighten=0.08,
                )
        case Garment.DRESS:
            ruff: list[tuple[float, float]] = []
            for i in range(7):
                at = -half * 1.15 + 2.3 * half * i / 6
                ruff += [(x + at, y + 4.6 * k - abs(at) * 0.1), (x + at + half * 0.19, y + 2.6 * k - abs(at) * 0.1)]
            sheet.cut(blob((x - half, y - 3 * k), *ruff, (x + half, y - 3 * k), (x, y)), tone)
        case Garment.SHIRT:
            sheet.cut(ring, tone)
            sheet.cut(poly((x - 2 * k, y), (x + 5 * k, y), (x + 1.5 * k, y + 9 * k), r=0.8), tone, lighten=0.1)
            sheet.line(((x - 0.6 * k, y + 2.4 * k), (x + 3.8 * k, y + 2.4 * k)), light, 0.8)
        case Garment.OVERALLS:
            sheet.cut(
                blob(
                    (x - half * 0.7, y),
                    (x + half * 0.8, y),
                    (x + half * 0.72, y + 12 * k),
                    (x, y + 15 * k),
                    (x - half * 0.66, y + 12 * k),
                ),
                tone,
            )
            sheet.cut(oval(x + 1 * k, y + 7 * k, 3 * k, 2.6 * k), tone, lighten=0.16, shadow=0.4)
        case Garment.APRON:
            linen = tint("#f6ead2", tone, 0.12)
            sheet.cut(ring, tone)
            scallops = [(x + half * 0.9 - half * 0.3 * i, y + (11 if i % 2 else 8) * k) for i in range(7)]
            sheet.cut(blob((x - half * 0.8, y), (x + half * 0.85, y), *scallops), linen, shadow=0.5)
        case Garment.ROBE:
            sheet.cut(
                blob(
                    (x - half * 1.1, y - 2),
                    (x, y + 2),
                    (x + half * 1.0, y - 2),
                    (x + half * 0.4, y + 10 * k),
                    (x - half * 0.2, y + 18 * k),
                    (x - half * 1.5, y + 17 * k),
                ),
                tone,
            )
            sheet.cut(oval(x + half * 0.3, y + 1.6 * k, 2 * k), "#e9c46a", shadow=0.4)
        case Garment.SUIT:
            for side in (-1, 1):
                sheet.cut(
                    poly((x + 1, y + 1), (x + 1 + side * 7 * k, y - 3 * k), (x + 1 + side * 7 * k, y + 5 * k), r=1.4),
                    tone,
                )
            sheet.cut(oval(x + 1, y + 1, 1.9 * k), tone, lighten=0.2, shadow=0.4)
        case Garment.ARMOUR:
            steel = tint("#aab4bd", tone, 0.3)
            sheet.cut(
                blob(
                    (x - half * 1.1, y - 3),
                    (x + half * 1.1, y - 3),
                    (x + half * 0.7, y + 8 * k),
                    (x + 1, y + 12 * k),
                    (x - half * 0.7, y + 8 * k),
                ),
                steel,
            )
            sheet.line(((x + 1, y), (x + 1, y + 10 * k)), paper.colour(steel, -0.35), 0.7)
        case _:
            sheet.cut(band(((x - half * 1.1, y - 1), (x, y + 2), (x + half * 1.1, y - 1)), 7.4 * k), "#f6ead2")
            sheet.cut(oval(x + 1.6 * k, y + 1.6 * k, 2.2 * k), tone, shadow=0.4)
