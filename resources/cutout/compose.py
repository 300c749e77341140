"""Composition: where everybody stands in a frame of any format, and how large.

Wide shots show the place with small figures in it; medium shots cut them at the waist; close shots and reactions are a
face; an insert is a thing alone. A narrow frame brings people closer together and staggers them in depth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.cutout.cast.stature import WIDE_GROWTH
from resources.cutout.paper import rng
from resources.cutout.places.base import HEIGHT, Scenery
from resources.cutout.props.registry import is_aloft
from resources.cutout.score import StageFigure, View
from schemas.media import Figure, ImageRequest
from schemas.vocabulary import Place, ShotSize, Species

SWIMMERS = frozenset({Species.FISH, Species.WHALE, Species.OCTOPUS})
_WAVE = {ShotSize.WIDE: 0.66, ShotSize.MEDIUM: 0.50, ShotSize.CLOSE: 0.35, ShotSize.REACTION: 0.35}
"""Depth of a swimmer in the sea: just behind the wave that crosses the frame's lower part at this size."""
_SUNK = {ShotSize.MEDIUM: 0.10, ShotSize.CLOSE: 0.06, ShotSize.REACTION: 0.06}
"""How much lower than other heads a swimmer's is in a closer shot, of the frame's height."""
_HOVERERS = (Species.FISH, Species.WHALE, Species.BEE, Species.CLOUD)
"""Who needs no ground."""


@dataclass(frozen=True, slots=True)
class Body:
    """A figure's proportions, for 1 pixel of height."""

    figure: Figure
    stature: float
    half: float
    """Half the width."""
    head: float
    eyes: float
    face_x: float
    """Where the middle of the face is, in front of the feet's point, when the figure looks right."""
    head_wide: float
    crown: float
    """From the eyes up to the highest point, hat and antenna included."""
    chin: float
    """From the eyes down to the chin."""
    seed: int


@dataclass(slots=True)
class _Head:
    """Where a head shall be in a closer shot."""

    index: int
    body: Body
    x: float
    """The middle, as a part of the frame's width."""
    eye_y: float
    height: float
    """Of the whole body, in pixels."""
    row: int
    """0 is the front."""


class Composer:
    """The composition of one frame; lengths in pixels."""

    def __init__(
        self,
        request: ImageRequest,
        scenery: Scenery,
        size: ShotSize,
        bodies: list[Body],
        *,
        ledge: bool = False,
        held: Mapping[str, str] | None = None,
    ) -> None:
        """``ledge`` says that things stand along the foot of a closer shot, ``held`` who has what in the hand."""
        self.request, self.scenery, self.size, self.bodies = request, scenery, size, bodies
        self.ledge = ledge
        things = [(held or {}).get(body.figure.character_id) for body in bodies]
        self.holding = [thing is not None for thing in things]
        self.aloft = [thing is not None and is_aloft(thing) for thing in things]
        self.width, self.height = float(request.width), float(request.height)
        self.unit = self.height / HEIGHT
        self.aspect = self.width / self.height
        self.side = 1.0
        if len(bodies) == 1:
            self.side = home_side(request.film_seed, bodies[0].figure.character_id)

    def view(self) -> View:
        """What the lens sees of the place; closer shots look at another part of it, the same in every take."""
        wide = HEIGHT * self.aspect
        stream = rng(self.request.film_seed, self.request.location_id, self.size, "view")
        if self.size is ShotSize.WIDE:
            return View(x=wide / 2, y=HEIGHT / 2, zoom=1.0)
        lean = stream.uniform(-0.10, 0.10) - 0.05 * self.side
        zoom, level = {
            ShotSize.MEDIUM: (1.38, 0.44),
            ShotSize.CLOSE: (1.75, 0.42),
            ShotSize.REACTION: (1.6, 0.42),
            ShotSize.INSERT: (1.55, 0.56),
        }[self.size]
        if self.aspect <= 0.8 and len(self.bodies) > 1 and self.size is ShotSize.MEDIUM:
            zoom, level = 1.12, 0.52  # the ground is seen, and they stand on it
        if not self.bodies and self.size is ShotSize.MEDIUM:
            zoom, level = 1.22, 0.52
        return View(x=wide * (0.5 + lean), y=HEIGHT * level, zoom=zoom)

    def figures(self) -> list[StageFigure]:
        """Everybody, from left to right (in a narrow frame also from back to front)."""
        if not self.bodies:
            return []
        match self.size:
            case ShotSize.WIDE:
                return self._wide()
            case ShotSize.MEDIUM:
                return self._group(0.94, 0.35)
            case _:
                return self._faces()

    def _wide(self) -> list[StageFigure]:
        count = len(self.bodies)
        tall = self.height * (0.47 if self.aspect > 1.2 else 0.40 if self.aspect > 0.8 else 0.33)
        if count == 1:
            tall *= 1.06
        # faces must be read: the small grow towards the tall, and keep their order
        heights = [tall * body.stature**WIDE_GROWTH for body in self.bodies]
        room = self.width * 0.90
        widths = [2 * body.half * height for body, height in zip(self.bodies, heights, strict=True)]
        squeeze = 0.78 if self.aspect < 0.8 else 0.9
        shrink = min(1.0, room / max(1.0, sum(widths) * squeeze))
        heights = [height * shrink for height in heights]
        widths = [width * shrink for width in widths]
        gap = 0.0
        if count > 1:
            spare = max(0.0, room - sum(widths))
            gap = min(spare / count, self.width * 0.12)
            if sum(widths) > room:
                gap = (room - sum(widths)) / (count - 1)
        left = (self.width - sum(widths) - gap * (count - 1)) / 2
        if count == 1:
            left -= self.side * self.width * (0.12 if self.aspect > 1.2 else 0.03)
        placed: list[StageFigure] = []
        for index, (body, height, width) in enumerate(zip(self.bodies, heights, widths, strict=True)):
            back = count > 2 and index % 2 == 1
            x = left + width / 2
            y = self.scenery.ground * self.unit - (0.035 * self.height if back else 0.0)
            if self.aspect < 0.8:
                y = min(y, 0.86 * self.height) - (0.03 * self.height if back else 0)
            placed.append(self._figure(body, x, y, height * (0.9 if back else 1.0), self._facing(index), index))
            left += width + gap
        return placed if count < 3 else sorted(placed, key=lambda figure: figure.y)

    def _group(self, tall: float, eyes: float) -> list[StageFigure]:
        """A medium shot: eyes on one line, small people a little lower, cut by the frame's foot."""
        count = len(self.bodies)
        columns = self._columns(count)
        tall *= {1: 1.30, 2: 1.24, 3: 1.12}.get(count, 0.98)
        heads: list[_Head] = []
        for index, body in enumerate(self.bodies):
            x, row = columns[index]
            relative = min(1.0, body.stature) ** 0.45 * max(1.0, body.stature) ** 0.35
            head_room = self._share(count) * 0.86 / max(0.05, body.head_wide)
            reach = 1.25 if count == 1 else 0.86 if self.aspect > 0.8 else 1.5  # wings may be cut, faces not
            body_room = self.width * reach / max(0.1, 2 * body.half)
            head_cap = 0.50 * self.height / body.head
            height = min(self.height * tall * relative, head_room, body_room, head_cap) * (1.0 - 0.10 * row)
            eye_y = self.height * (eyes + 0.11 * (1 - min(1.0, relative)))
            heads.append(_Head(index, body, x, eye_y, height, row))
        return self._placed(heads, 0.7 if count == 1 else 0.5)

    def _faces(self) -> list[StageFigure]:
        """A close shot: one face, or two that share the frame."""
        reaction = self.size is ShotSize.REACTION
        people = self.bodies[:3]
        count = len(people)
        share = {1: 0.60, 2: 0.46}.get(count, 0.36) * (0.88 if reaction else 1.0)
        if self.request.props:  # what is held or stands there has its share of the frame
            share *= 0.86
        columns = self._columns(count)
        heads: list[_Head] = []
        for index, body in enumerate(people):
            x, row = columns[index]
            if count == 1:
                x = 0.5 - self.side * ((0.10 if reaction else 0.065) if self.aspect > 0.8 else 0.03)
            room = self.width * 0.78 if count == 1 else self._share(count) * 0.92
            height = min(self.height * share / body.head, room / max(0.05, body.head_wide)) * (1 - 0.06 * row)
            heads.append(_Head(index, body, x, self.height * (0.42 if self.aspect > 0.8 else 0.37), height, row))
        return self._placed(heads, 1.0)

    def _share(self, count: int) -> float:
        """The width that one head may have, in pixels. In a narrow frame heads stand above each other."""
        if self.aspect > 0.8:
            return self.width / count
        return self.width / {1: 1.0, 2: 1.45, 3: 1.75}.get(count, 2.0)

    def _placed(self, heads: list[_Head], centring: float) -> list[StageFigure]:
        """Heads moved apart and into the frame; those at the back first."""
        if self.aspect <= 0.8 and len(heads) > 1:
            self._stack(heads)
        placed: list[StageFigure] = []
        for head in sorted(heads, key=lambda one: -one.row):
            body, facing = head.body, self._facing(head.index)
            room = 0.03 * self.height
            top = head.eye_y - body.crown * head.height
            if top < room:  # a hat, a bun, an antenna: lower, then smaller
                head.eye_y += min(room - top, 0.09 * self.height)
                head.height *= min(1.0, max(0.86, (head.eye_y - room) / (body.crown * head.height)))
            spot = head.x * self.width - facing * body.face_x * head.height * centring
            spot = self._keep_face(spot, facing, body, head.height)
            y = head.eye_y + body.eyes * head.height
            if y < self._foot() and body.figure.look.species not in _HOVERERS:
                y = self._foot()  # feet never hang in the air
            placed.append(self._figure(body, spot, y, head.height, facing, head.index, head.row))
        return placed

    def _stack(self, heads: list[_Head]) -> None:
        """Rows of a narrow frame: whoever stands before another hides no more of the face than the chin."""
        rows = [
            [head for head in heads if head.row == row] for row in sorted({head.row for head in heads}, reverse=True)
        ]
        top, lowest = 0.05 * self.height, (0.60 if self.ledge else 0.66) * self.height
        tall = 0.0
        for here in rows:
            tall += max(head.body.crown * head.height for head in here) * (1.0 if here is rows[0] else 0.86)
            if here is not rows[-1]:
                tall += 0.82 * max(head.body.chin * head.height for head in here)
        scale = min(1.0, (lowest - top) / tall)
        line = max(top, 0.5 * (lowest + top - tall * scale))
        for here in rows:
            for head in here:
                head.height *= scale
            line += max(head.body.crown * head.height for head in here) * (1.0 if here is rows[0] else 0.86)
            for head in here:
                head.eye_y = line
            line += 0.82 * max(head.body.chin * head.height for head in here)
        foot = self._foot()
        hanging = max(foot - head.eye_y - head.body.eyes * head.height for head in heads)
        spare = lowest - max(head.eye_y for head in heads)
        for head in heads:
            head.eye_y += max(0.0, min(hanging, spare))

    def _foot(self) -> float:
        """The row, in pixels, that feet stand on or are cut by in a closer shot."""
        if self.ledge:
            return 0.92 * self.height
        return (0.985 if self.aspect > 0.8 or len(self.bodies) == 1 else 0.90) * self.height

    def _columns(self, count: int) -> list[tuple[float, int]]:
        """Where heads stand: (part of the width, row counted from the front)."""
        if self.aspect > 0.8:
            wide = {
                1: [0.5 - 0.10 * self.side],
                2: [0.29, 0.71],
                3: [0.19, 0.5, 0.81],
                4: [0.15, 0.39, 0.62, 0.86],
                5: [0.12, 0.31, 0.5, 0.69, 0.88],
            }.get(count, [0.10 + 0.80 * k / max(1, count - 1) for k in range(count)])
            return [(x, k % 2 if count > 3 else 0) for k, x in enumerate(wide)]
        if count == 1:
            return [(0.5 - 0.04 * self.side, 0)]
        if count == 2:  # who holds something stands in front, behind if it towers; else the smaller one is in front
            front = 0 if self.bodies[0].stature < self.bodies[1].stature else 1
            if self.aloft.count(True) == 1:
                front = self.aloft.index(False)
            elif self.holding.count(True) == 1:
                front = self.holding.index(True)
            return [(0.32, int(front == 1)), (0.68, int(front == 0))]
        return [
            (0.20 + 0.60 * k / (count - 1), (k + 1) % 2 + (1 if count > 4 and k % 3 == 0 else 0)) for k in range(count)
        ]

    def _keep_face(self, x: float, facing: float, body: Body, height: float) -> float:
        """``x`` moved so that the whole head stays inside the frame."""
        middle = x + facing * body.face_x * height
        half = min(body.head_wide * height / 2, self.width * 0.47)
        inside = min(max(middle, half + 0.02 * self.width), self.width - half - 0.02 * self.width)
        return x + inside - middle

    def _facing(self, index: int) -> float:
        """The first half of a group looks right, the second left: towards each other. One alone looks into the room."""
        count = len(self.bodies)
        if count == 1:
            return self.side
        return 1.0 if index < count / 2 else -1.0

    def _figure(
        self, body: Body, x: float, y: float, height: float, facing: float, index: int, row: int = 0
    ) -> StageFigure:
        species = body.figure.look.species
        floats, depth, shadow = False, 1.0, self.size is ShotSize.WIDE
        wide = self.size is ShotSize.WIDE
        stream = rng(self.request.film_seed, "height", body.figure.character_id)
        if self.scenery.floats:
            floats, shadow = True, False
            if wide:
                y -= self.height * (0.10 + 0.12 * ((index * 2) % 3) + stream.uniform(0, 0.05))
        elif self.request.place is Place.SEA and species in SWIMMERS:
            # behind a wave: what swims is seen from the waterline up
            floats, shadow = True, False
            depth = _WAVE[self.size]
            y = self.height * 0.845 if wide else y + _SUNK[self.size] * self.height
        elif species in (*_HOVERERS, Species.GHOST):
            floats = True
            if wide and species is not Species.GHOST:
                shadow = False  # it would hang in the air with them
                y -= self.height * (0.24 if species is Species.CLOUD else 0.10)
        return StageFigure(
            character_id=body.figure.character_id,
            look=body.figure.look,
            x=round(x, 2),
            y=round(y, 2),
            height=round(height, 2),
            facing=facing,
            seed=body.seed,
            depth=depth,
            floats=floats,
            shadow=shadow,
        )


def home_side(film_seed: int, character_id: str) -> float:
    """Which way somebody looks who is alone in the frame: the same in all of the film's shots."""
    return 1.0 if rng(film_seed, "side", character_id).random() < 0.5 else -1.0
