"""Set dressing: what is in whose hand, and where everything else stands, as large in one shot as in the next.

A thing that somebody holds is in the hand in every shot in which they are seen, close shots included. What nobody
carries (a boat, an oven) keeps its place behind whoever stands there; sun, moon and stars hang in the sky; the rest
stands on the ground, or on a ledge along the foot of a closer shot. An insert shows a thing alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from resources.cutout.cast import Pose, Puppet
from resources.cutout.cast.arms import SHOWN
from resources.cutout.cast.rig import Box
from resources.cutout.cast.stature import beside
from resources.cutout.paper import seed as seed_of
from resources.cutout.places.base import Scenery
from resources.cutout.props import PROPS
from resources.cutout.props.registry import LARGE, extent, half_of, height_of, is_aloft
from resources.cutout.score import StageFigure, StageProp
from resources.lexicon import names_thing, props_in
from schemas.media import ImageRequest
from schemas.vocabulary import ShotSize

BIG_THINGS = frozenset(LARGE) | frozenset(
    "ship bus tree door house piano table chair bed sled cart wagon tent gate well statue throne robot".split()
)
"""What nobody carries."""
SKY_THINGS = frozenset({"sun", "moon", "star"})
"""What hangs in the sky, where there is one."""
_SKY = (0.27, 0.34, 0.20)
"""Where: part of the width, lower edge as a part of the height, and how high it is."""
_HOLDS = re.compile(
    r"\b(holds?|holding|carr(?:y|ies|ying)|clutch\w*|grips?|gripping|rais(?:es?|ing)|lifts?|lifting|gives?|giving|"
    r"offer\w*|hands|handing|shows?|showing|turns?|turning|puts?|lays?|lets?|drops?|swings?|brings?|wav(?:es?|ing)|"
    r"lights|plays|rings|opens)\b([^.;,]{1,48})"
)
_UNLIT = frozenset({"unlit", "dark"})
_HANGING = 30.0
"""Degrees of an arm that carries something in a wide shot."""
_ELSEWHERE = (0.12, 0.88, 0.3, 0.7, 0.5)
"""Where else a thing may stand, of the frame's width, when something is in its place."""
_STAND = 0.12
"""Height of a small table in a wide shot, as a part of the frame's."""
_ENOUGH = 0.4
"""How much of a held thing must be in the frame; else it is shown beside its holder instead."""
_SWAY = 0.09
"""Of a body's height: how far a face may come to what stands before it, as its owner leans."""
_TALL = {ShotSize.WIDE: 0.47, ShotSize.MEDIUM: 0.57}
"""Height of a grown person who might stand in an empty frame, as a part of the frame's."""


def thing_of(name: str) -> str:
    """The thing that ``name`` means: "an old lantern" is a lantern; what nobody has drawn keeps its words."""
    known = [word for word in (name.lower(), *props_in(name)) if word in PROPS]
    return known[0] if known else name


def is_unlit(name: str) -> bool:
    """Whether the words say that a thing which gives light does not: "an unlit lantern"."""
    return bool(_UNLIT & set(name.lower().split()))


def is_big(name: str) -> bool:
    """Whether nobody carries it."""
    return bool(BIG_THINGS & set(re.findall("[a-z]+", name.lower())))


def holders(request: ImageRequest, size: ShotSize) -> dict[str, str]:
    """Who is said to hold which of the shot's things: thing by character id, one for each hand that is seen.

    Of several whom the words name before the thing it is the last; where they name nobody, the first of the shot.
    """
    text = f"{request.action}. {request.prompt}".lower()
    people = request.figures[:1] if size is ShotSize.REACTION else request.figures
    found: dict[str, str] = {}
    if size is ShotSize.INSERT or not people:
        return found
    for name in request.props:
        thing = thing_of(name)
        if is_big(thing) or thing in SKY_THINGS:
            continue
        said = [one for one in _HOLDS.finditer(text) if names_thing(one[2], thing)]
        spoken = [(text[: one.start()].rfind(who.name.lower()), who.character_id) for one in said for who in people]
        named = [(at, who) for at, who in spoken if at >= 0]
        holder = max(named)[1] if named else people[0].character_id if said else ""
        if holder and holder not in found:
            found[holder] = thing
    return found


def on_ledge(request: ImageRequest, size: ShotSize, held: Mapping[str, str]) -> bool:
    """Whether anything stands along the foot of a closer shot."""
    closer = size in (ShotSize.MEDIUM, ShotSize.CLOSE, ShotSize.REACTION) and bool(request.figures)
    names = {thing_of(name) for name in request.props} - set(held.values())
    return closer and any(not is_big(name) and name not in SKY_THINGS for name in names)


class Dresser:
    """The things of one frame; lengths in pixels."""

    def __init__(
        self, request: ImageRequest, scenery: Scenery, size: ShotSize, figures: Sequence[StageFigure], unit: float
    ) -> None:
        """``unit`` is the number of pixels in a unit of the world; ``figures`` stand where they are composed."""
        self.request, self.scenery, self.size = request, scenery, size
        self.figures, self.unit = list(figures), unit
        self.width, self.height = float(request.width), float(request.height)
        self.aspect = self.width / self.height
        self.unlit = {thing_of(name) for name in request.props if is_unlit(name)}

    def in_hand(self, held: Mapping[str, str]) -> list[StageFigure]:
        """The figures with what they hold."""
        return [
            one.model_copy(update={"held": held[one.character_id], "dark": held[one.character_id] in self.unlit})
            if one.character_id in held and self._in_frame(one, held[one.character_id])
            else one
            for one in self.figures
        ]

    def _in_frame(self, figure: StageFigure, thing: str) -> bool:
        """Whether a hand that shows the thing is seen with it."""
        if self.size is ShotSize.WIDE:
            return True
        puppet = Puppet(figure.look, figure.height, figure.seed)
        pose = Pose(figure.x, figure.y, figure.facing, arm_near=SHOWN)
        x, foot, tall = puppet.held_spot(pose, thing)
        across = min(x + 0.4 * tall, self.width) - max(x - 0.4 * tall, 0.0)
        down = min(foot, self.height) - max(foot - tall, 0.0)
        return max(0.0, across) * max(0.0, down) >= _ENOUGH * 0.8 * tall * tall

    def props(self, held: Mapping[str, str]) -> tuple[list[StageProp], float | None]:
        """Everything that is in nobody's hand, and the top of the ledge that some of it stands on, if any."""
        kept = {one.held for one in self.figures if one.held}
        names = list(dict.fromkeys(name for one in self.request.props if one and (name := thing_of(one)) not in kept))
        if not names:
            return [], None
        if self.size is ShotSize.INSERT:
            return self._insert(names)
        sky = [name for name in names if name in SKY_THINGS and not (self.scenery.indoors or self.scenery.floats)]
        big = [name for name in names if is_big(name) and name not in sky]
        shown = [(who, what) for who, what in held.items() if what not in kept and what in names]
        small = [name for name in names if name not in sky and name not in big and name not in dict(shown).values()]
        placed = [self._aloft(name, k) for k, name in enumerate(sky)]
        placed += [self._behind(name, k) for k, name in enumerate(big)]
        placed += [self._shown(who, what) for who, what in shown]
        # before what is big there is room beside people, but a thing in an empty place stands beside it
        visible = [_box_of(prop) for prop in placed if not (self.figures and is_big(prop.name))]
        taken = [*self._in_hands(), *visible]
        if self.size is ShotSize.WIDE or not self.figures:
            return [*placed, *self._on_ground(small, taken)], None
        ledge = self._on_ledge(small, taken)
        return [*placed, *ledge], self._level() if ledge else None

    def _tall(self, name: str) -> float:
        """The height of a thing in this frame, from that of whoever is seen first."""
        if self.figures:
            order = [one.character_id for one in self.request.figures]
            first = min(self.figures, key=lambda one: order.index(one.character_id))
            return height_of(name) * beside(first.look) * first.height
        narrow = 0.7 if self.aspect < 0.8 else 1.0
        return height_of(name) * self.height * narrow * _TALL.get(self.size, 0.57)

    def _insert(self, names: list[str]) -> tuple[list[StageProp], float | None]:
        if names[0] in SKY_THINGS and not (self.scenery.indoors or self.scenery.floats):
            return [self._prop(names[0], 0.5 * self.width, 0.66 * self.height, 0.46 * self.height, front=False)], None
        level = 0.80 * self.height
        count = min(3, len(names))
        size = min(self.height * {1: 0.56, 2: 0.44}.get(count, 0.34), self.width * {1: 0.74, 2: 0.42}.get(count, 0.28))
        step = max(0.30 * self.width, size * 1.15) / self.width if count < 3 else 0.31
        return [
            self._prop(name, self.width * (0.5 + (k - (count - 1) / 2) * step), level + 0.035 * self.height, size)
            for k, name in enumerate(names[:count])
        ], level

    def _ground(self) -> float:
        ground = self.scenery.ground * self.unit
        if self.aspect < 0.8:
            ground = min(ground, 0.86 * self.height)
        return 0.92 * self.height if not self.figures and self.size is ShotSize.MEDIUM else ground

    def _aloft(self, name: str, index: int) -> StageProp:
        """High up, where no head is: on the left of a wide shot, else between heads or beside the only one."""
        x, y, size = _SKY
        if self.figures and self.size is not ShotSize.WIDE:
            x = 0.5 if len(self.figures) > 1 else 0.5 + 0.30 * self.figures[0].facing
        return self._prop(name, self.width * (x + 0.22 * index), y * self.height, size * self.height, front=False)

    def _behind(self, name: str, index: int) -> StageProp:
        """In its place: the middle of the stage, behind whoever stands there; the lens moves round somebody alone."""
        size = self._tall(name)
        aside = 0.0
        if len(self.figures) == 1:
            aside = self.figures[0].facing * {ShotSize.WIDE: 0.0, ShotSize.MEDIUM: 0.12}.get(self.size, 0.30)
        x = self.width * (0.5 + aside + 0.26 * index * (-1 if index % 2 else 1))
        ground = self._ground() - (0.022 * self.height if self.figures else -0.03 * self.height)
        if self.figures and self.size is not ShotSize.WIDE:  # it stands where they stand, and at least its top is seen
            ground = min(max(one.y for one in self.figures), 0.62 * self.height + size)
        floating = 0.16 * self.height if self.scenery.floats and self.size is ShotSize.WIDE and self.figures else 0.0
        return self._prop(name, x, ground - floating, size, front=not self.figures)

    def _shown(self, who: str, name: str) -> StageProp:
        """Held up beside a face whose owner's hand is out of the frame."""
        figure = next(one for one in self.figures if one.character_id == who)
        size = height_of(name) * beside(figure.look) * figure.height
        x = figure.x + figure.facing * 0.27 * self.width
        y = min(0.62 * self.height + size, 0.97 * self.height + 0.3 * size)
        return self._below_faces(self._prop(name, x, y, size, front=not is_aloft(name)))

    def _on_ground(self, names: list[str], there: Sequence[Box]) -> list[StageProp]:
        """Where nobody stands: between two, else where most room is; in a room on a small table."""
        ground = self._ground()
        taken = sorted(figure.x for figure in self.figures)
        edges = [0.02 * self.width, *taken, 0.98 * self.width]
        gaps = sorted(
            ((edges[k + 1] - edges[k], (edges[k] + edges[k + 1]) / 2) for k in range(len(edges) - 1)),
            key=lambda gap: (-gap[0], gap[1]),
        )
        if len(taken) == 2:
            between = ((taken[1] - taken[0]), (taken[0] + taken[1]) / 2)
            gaps = [between, *(gap for gap in gaps if gap != between)]
        placed: list[StageProp] = []
        for k, name in enumerate(names):
            wide, middle = gaps[k % len(gaps)]
            again = k // len(gaps)
            x = middle + (again * 0.22 * wide if again % 2 else -again * 0.18 * wide)
            if not self.figures:
                x = self.width * ((k + 1) / (len(names) + 1))
            near = 0.035 * self.height + (0.012 * self.height if k % 2 else 0)
            floating = 0.16 * self.height if self.scenery.floats and self.figures else 0.0
            stand = round(_STAND * self.height, 2) if self.scenery.indoors and not floating else 0.0
            foot = ground + near - floating - stand
            tries = [
                self._prop(name, spot, foot, self._tall(name), front=floating == 0)
                for spot in (x, *(self.width * part for part in _ELSEWHERE))
            ]
            placed.append(_free(tries, [*there, *map(_box_of, placed)]).model_copy(update={"stand": stand}))
        return placed

    def _level(self) -> float:
        return self.height * (0.90 if self.aspect > 0.8 else 0.91)

    def _on_ledge(self, names: list[str], there: Sequence[Box]) -> list[StageProp]:
        """Along the foot of a closer shot, on a surface, beside the faces rather than before them.

        What is too high for that stands lower, before the ledge, and its foot is out of the frame.
        """
        figures = self.figures
        if len(figures) == 1:
            away = 0.5 + figures[0].facing * (0.29 if self.aspect > 0.8 else 0.24)
            spots = [away, 1 - away, away - figures[0].facing * 0.15]
        elif self.aspect <= 0.8:  # beside whoever stands in front
            away = 0.14 if figures[-1].x > 0.5 * self.width else 0.86
            spots = [away, 1 - away, 0.5]
        elif len(figures) == 2:
            spots = [0.5, 0.90, 0.10]
        else:
            spots = [0.5, 0.34, 0.66]
        highest = 0.56 * self.height
        placed: list[StageProp] = []
        for k, name in enumerate(names[:3]):
            size = self._tall(name)
            foot = max(self._level() + 0.02 * self.height, highest + size)
            tries = [self._prop(name, self.width * spot, foot, size) for spot in (*spots[k:], *spots[:k], *_ELSEWHERE)]
            placed.append(self._below_faces(_free(tries, [*there, *map(_box_of, placed)])))
        return placed

    def _in_hands(self) -> list[Box]:
        """Where held things are, as the frame begins."""
        raised = _HANGING if self.size is ShotSize.WIDE else SHOWN
        boxes = []
        for one in self.figures:
            if one.held:
                lifted = SHOWN if is_aloft(one.held) else raised
                puppet = Puppet(one.look, one.height, one.seed)
                x, foot, tall = puppet.held_spot(Pose(one.x, one.y, one.facing, arm_near=lifted), one.held)
                boxes.append(extent(one.held, x, foot, tall))
        return boxes

    def _below_faces(self, prop: StageProp) -> StageProp:
        """A thing before the figures, as much lower as eyes and mouths above it need; else behind them."""
        if not prop.front:
            return prop
        half = half_of(prop.name) * prop.size
        y = prop.y
        for figure in self.figures:
            puppet = Puppet(figure.look, figure.height, figure.seed)
            left, _, right, chin = puppet.features(Pose(figure.x, figure.y, figure.facing))
            reach = half + _SWAY * figure.height
            if left - reach < prop.x < right + reach:
                y = max(y, chin + _SWAY * figure.height + prop.size)
        most = self.height + (1.0 - _ENOUGH) * prop.size  # more of it than that is never out of the frame
        if y > max(most, prop.y):
            return prop.model_copy(update={"front": False})
        return prop.model_copy(update={"y": round(y, 2)})

    def _prop(self, name: str, x: float, y: float, size: float, *, front: bool = True) -> StageProp:
        seed = seed_of(self.request.film_seed, "prop", name) % 2**32
        half = min(size * 0.45, 0.5 * self.width)
        x = min(max(x, half), self.width - half)
        return StageProp(
            name=name, x=round(x, 2), y=round(y, 2), size=round(size, 2), seed=seed, front=front,
            dark=name in self.unlit,
        )  # fmt: skip


def _box_of(prop: StageProp) -> Box:
    return extent(prop.name, prop.x, prop.y, prop.size)


def _free(tries: Sequence[StageProp], others: Sequence[Box]) -> StageProp:
    """Of several places for a thing the first that lies over no other thing, else that which lies over least."""
    return min(tries, key=lambda prop: round(sum(_shared(_box_of(prop), other) for other in others), 2))


def _shared(one: Box, other: Box) -> float:
    """How much of the smaller of two boxes lies in the other, 0..1; up to a tenth is none."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0.0, wide * high / least - 0.1)
