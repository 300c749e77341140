"""A figure on the stage: its parts baked once into sprites, its face drawn live."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
import skia

from resources.cutout import paper
from resources.cutout.cast.bodies import build_rig
from resources.cutout.cast.face import draw_face
from resources.cutout.cast.pose import Pose
from resources.cutout.cast.rig import Box, Part, Place, Rig
from resources.cutout.cast.stature import beside
from resources.cutout.props import draw_prop, grip
from resources.cutout.props.sheet import Sheet
from schemas.media import ResolvedLook

TURN_STEP = 30
"""A part is cut anew for every so many degrees, so that light and shadow keep their side when a limb is raised.

In between, it is turned by steps of one or two degrees and each turn is kept: a turned blit costs skia 17 to 32 ns a
pixel, a straight one 4, and one to whole pixels 0.3 (400 x 400 px, N32 on N32); and poses come back again and again.
"""
CACHE_BYTES = 40_000_000
"""What one puppet may keep in turned sprites; the least recently used go first."""
_NEAREST = skia.SamplingOptions()
_Sprite = tuple[skia.Image, int, int]
"""A baked part, and where its upper left corner is about the pivot."""
_MARGIN = 3.0
"""Design units round a part's box for its shadow and uneven edge."""


class Puppet:
    """One member of the cast at one size.

    Sprites are baked when they are first needed and in frame, for each way of facing; drawing then costs a blit a
    part and a few small paths for the face.
    """

    def __init__(self, look: ResolvedLook, height: float, seed: int) -> None:
        """``height`` is that of the whole body in pixels; ``seed`` decides what a look leaves open (nose, jaw)."""
        self.look = look
        self.height = float(height)
        self.seed = seed
        self.rig: Rig = build_rig(look, seed)
        self.unit = self.height / 100.0
        self.bears = beside(look)
        box = self.rig.head_box
        self.head_ratio = (box[3] - box[1]) / 100.0
        still = Pose(0.0, 0.0)
        place = self.rig.place(self.rig.face_part, still, {})
        self.eye_line = -place.at(self.rig.face.x, self.rig.face.eye_y)[1] / 100.0
        self._step = 2.0 if height <= 640 else 1.5 if height <= 1000 else 1.0
        self._masters: dict[tuple[str, int, int], _Sprite] = {}
        self._turned: OrderedDict[tuple[str, int, int], _Sprite] = OrderedDict()
        self._bytes = 0

    def draw(self, canvas: skia.Canvas, pose: Pose, *, thing: bool = True) -> None:
        """Draw the figure; the canvas is in pixels of the frame. ``thing`` False leaves out what it holds."""
        known: dict[str, Place] = {}
        side = -1 if pose.facing < 0 else 1
        whole = _is_whole(canvas.getTotalMatrix()) and pose.squeeze >= 1.0
        canvas.save()
        canvas.translate(round(pose.x) if whole else pose.x, round(pose.y) if whole else pose.y)
        if pose.squeeze < 1.0:
            canvas.scale(pose.squeeze, 1.0)
        before, after = self._layers() if pose.held is not None and thing else ("", "")
        for part in self.rig.parts:
            if part.name == before:
                self._held(canvas, pose, self.rig.place(self.rig.hand_part, pose, known), side)
            self._part(canvas, part, self.rig.place(part.name, pose, known), side, whole)
            if part.name == after:
                self._held(canvas, pose, self.rig.place(self.rig.hand_part, pose, known), side)
            if part.name == self.rig.face_after:
                self._face(canvas, pose, self.rig.place(self.rig.face_part, pose, known), side)
        canvas.restore()

    def draw_thing(self, canvas: skia.Canvas, pose: Pose) -> None:
        """Draw only what the figure holds, where it holds it."""
        canvas.save()
        canvas.translate(pose.x, pose.y)
        if pose.squeeze < 1.0:
            canvas.scale(pose.squeeze, 1.0)
        self._held(canvas, pose, self.rig.place(self.rig.hand_part, pose, {}), -1 if pose.facing < 0 else 1)
        canvas.restore()

    def bounds(self, pose: Pose) -> Box:
        """Left, top, right and bottom of the figure in pixels of the frame (limbs at rest; a held thing left out)."""
        half, top = self.rig.width * self.unit, self.rig.top * self.unit
        sway = math.sin(math.radians(pose.lean)) * top * (1 if pose.facing >= 0 else -1)
        lift = pose.bob * self.height
        return (
            pose.x - half + min(0.0, sway),
            pose.y - top - max(0.0, lift),
            pose.x + half + max(0.0, sway),
            pose.y,
        )

    def face(self, pose: Pose) -> Box:
        """Left, top, right and bottom of the head in pixels of the frame."""
        place = self.rig.place(self.rig.face_part, pose, {})
        left, top, right, bottom = self.rig.head_box
        side = -1 if pose.facing < 0 else 1
        spots = [place.at(x, y) for x in (left, right) for y in (top, bottom)]
        xs = [pose.x + side * x * self.unit for x, _ in spots]
        ys = [pose.y + y * self.unit for _, y in spots]
        return min(xs), min(ys), max(xs), max(ys)

    def features(self, pose: Pose) -> Box:
        """Left, top, right and bottom of eyes and mouth in pixels of the frame: what must stay to be seen."""
        plan = self.rig.face
        place = self.rig.place(self.rig.face_part, pose, {})
        left, right = plan.x - plan.eye_gap - plan.eye_w, plan.x + plan.eye_gap + plan.eye_w
        left, right = min(left, plan.mouth_x - plan.mouth_w / 2), max(right, plan.mouth_x + plan.mouth_w / 2)
        spots = [place.at(x, y) for x in (left, right) for y in (plan.eye_y - plan.eye_h, plan.mouth_y)]
        side = -1 if pose.facing < 0 else 1
        xs, ys = [pose.x + side * x * self.unit for x, _ in spots], [pose.y + y * self.unit for _, y in spots]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def arm_over_face(self) -> bool:
        """Whether the near arm is laid over the face."""
        names = [part.name for part in self.rig.parts]
        return names.index(self.rig.hand_part) > names.index(self.rig.face_after)

    def arm(self, pose: Pose, name: str) -> list[tuple[float, float]]:
        """Points along the part ``name`` of an arm, from its joint to the hand, in pixels of the frame."""
        place = self.rig.place(name, pose, {})
        x, y = self.rig.hand
        side = -1 if pose.facing < 0 else 1
        spots = [place.at(x * k / 4, y * k / 4) for k in range(5)]
        return [(pose.x + side * a * self.unit, pose.y + b * self.unit) for a, b in spots]

    def held_spot(self, pose: Pose, thing: str) -> tuple[float, float, float]:
        """Where ``thing`` is when this figure holds it: its middle, its foot and its height, in pixels of the frame."""
        share, size, _, _ = grip(thing)
        place = self.rig.place(self.rig.hand_part, pose, {})
        x, y = place.at(*self.rig.hand)
        tall = size * self.height * self.bears
        side = -1 if pose.facing < 0 else 1
        foot = 0.0 if self.rig.holds == "back" else tall * share
        return pose.x + side * x * self.unit, pose.y + y * self.unit + foot, tall

    def _layers(self) -> tuple[str, str]:
        """The part right before and the part right after which a held thing is drawn; one of them is empty.

        Where there is a head it lies behind that: nothing that is held may hide an eye or a mouth.
        """
        return (self.rig.under, "") if self.rig.under else ("", self.rig.hand_part)

    def _face(self, canvas: skia.Canvas, pose: Pose, place: Place, side: int) -> None:
        left, top, right, bottom = self.rig.head_box
        canvas.save()
        canvas.translate(side * place.x * self.unit, place.y * self.unit)
        canvas.scale(side * self.unit, self.unit)
        canvas.rotate(place.angle)
        if not canvas.quickReject(skia.Rect(left, top, right, bottom)):
            draw_face(canvas, self.rig.face, pose)
        canvas.restore()

    def _part(self, canvas: skia.Canvas, part: Part, place: Place, side: int, whole: bool) -> None:
        turn = round(place.angle / self._step)
        x, y = side * place.x * self.unit, place.y * self.unit
        left, top, right, bottom = self._extent(part, turn * self._step, side)
        if canvas.quickReject(skia.Rect(x + left, y + top, x + right, y + bottom)):
            return
        image, left, top = self._sprite(part, turn, side)
        if whole:  # a blit to whole pixels needs no sampling, which is ten times as fast
            canvas.drawImage(image, round(x + left), round(y + top), _NEAREST)
        else:
            canvas.drawImage(image, x + left, y + top, paper.LINEAR)

    def _extent(self, part: Part, angle: float, side: int) -> tuple[int, int, int, int]:
        """The sprite's rectangle about the pivot, in whole pixels, for a part turned by ``angle``."""
        left, top, right, bottom = part.box
        turned = Place(angle, 0.0, 0.0)
        spots = [turned.at(x, y) for x in (left - _MARGIN, right + _MARGIN) for y in (top - _MARGIN, bottom + _MARGIN)]
        xs, ys = [side * x * self.unit for x, _ in spots], [y * self.unit for _, y in spots]
        return math.floor(min(xs)) - 2, math.floor(min(ys)) - 2, math.ceil(max(xs)) + 2, math.ceil(max(ys)) + 2

    def _sprite(self, part: Part, turn: int, side: int) -> _Sprite:
        """The part turned by ``turn`` steps: the nearest master, turned by what is left."""
        turn %= round(360 / self._step)
        angle = turn * self._step
        bucket = round(angle / TURN_STEP) * TURN_STEP
        if abs(angle - bucket) < 1e-6:
            return self._master(part, bucket, side)
        key = (part.name, turn, side)
        if key in self._turned:
            self._turned.move_to_end(key)
            return self._turned[key]
        made = _turn(self._master(part, bucket, side), side * (angle - bucket))
        self._turned[key] = made
        self._bytes += made[0].width() * made[0].height() * 4
        while self._bytes > CACHE_BYTES and len(self._turned) > 1:
            _, (old, _, _) = self._turned.popitem(last=False)
            self._bytes -= old.width() * old.height() * 4
        return made

    def _master(self, part: Part, angle: int, side: int) -> _Sprite:
        """The part cut from paper, turned by ``angle`` degrees; kept for good."""
        key = (part.name, angle % 360, side)
        if key not in self._masters:
            left, top, right, bottom = self._extent(part, angle, side)
            matrix = skia.Matrix.Translate(-left, -top)
            matrix.preScale(side * self.unit, self.unit)
            matrix.preRotate(angle)

            def paint(canvas: skia.Canvas) -> None:
                part.paint(Sheet(canvas, matrix, self.unit, (self.seed, part.name)))

            self._masters[key] = _cropped(paper.sprite(right - left, bottom - top, paint), left, top)
        return self._masters[key]

    def _held(self, canvas: skia.Canvas, pose: Pose, hand: Place, side: int) -> None:
        """The held thing hangs or stands upright in the hand, tilted a little with the arm."""
        share, size, tilt, away = grip(pose.held or "")
        x, y = hand.at(*self.rig.hand)
        tall = size * self.height * self.bears
        canvas.save()
        canvas.translate(side * x * self.unit, y * self.unit)
        if self.rig.holds == "back":
            share = 0.0
        else:
            canvas.rotate(side * max(-25.0, min(25.0, (hand.angle + 60.0) * tilt + away)))
        draw_prop(canvas, pose.held or "", 0.0, tall * share, tall, self.seed, False if pose.dark else None)
        canvas.restore()


def _is_whole(matrix: skia.Matrix) -> bool:
    """Whether the canvas only shifts, and by whole pixels."""
    if not matrix.isTranslate():
        return False
    return bool(abs(matrix.getTranslateX() % 1.0) < 1e-3 and abs(matrix.getTranslateY() % 1.0) < 1e-3)


def _cropped(image: skia.Image, left: int, top: int) -> _Sprite:
    """The sprite without its empty border: every pixel less is drawn at every frame."""
    seen = image.toarray()[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return paper.sprite(1, 1, lambda canvas: None), left, top
    x, y = int(columns[0]), int(rows[0])
    width, height = int(columns[-1]) - x + 1, int(rows[-1]) - y + 1
    return paper.sprite(width, height, lambda canvas: canvas.drawImage(image, -x, -y)), left + x, top + y


def _turn(sprite: _Sprite, angle: float) -> _Sprite:
    """The sprite turned about its pivot by ``angle`` degrees."""
    image, x, y = sprite
    matrix = skia.Matrix()
    matrix.setRotate(angle)
    bounds = matrix.mapRect(skia.Rect.MakeXYWH(x, y, image.width(), image.height()))
    left, top = math.floor(bounds.left()) - 1, math.floor(bounds.top()) - 1
    # a decal shader is sampled at half the price of drawImage
    shader = image.makeShader(skia.TileMode.kDecal, skia.TileMode.kDecal, paper.LINEAR)

    def paint(canvas: skia.Canvas) -> None:
        canvas.translate(-left, -top)
        canvas.rotate(angle)
        canvas.translate(x, y)
        canvas.drawRect(skia.Rect.MakeWH(image.width(), image.height()).makeOutset(1, 1), skia.Paint(Shader=shader))

    return paper.sprite(bounds.right() - left + 1, bounds.bottom() - top + 1, paint), left, top
