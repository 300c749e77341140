"""The live part of a figure: eyes that look and blink, brows, and a mouth.

Faces are drawn anew for every pose, as a handful of vector shapes, and are large enough to be read in a picture of
160 pixels. The light falls from the upper left, so the glint in an eye does not follow the way a figure faces.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal

import skia

from resources.cutout import paper
from resources.cutout.cast.mouth import between, draw_beak, draw_grille, draw_mouth
from resources.cutout.cast.pose import Pose
from schemas.vocabulary import Emotion


@dataclass(frozen=True, slots=True)
class Expression:
    """A feeling as measures of a face."""

    lid: float
    """How far the upper lid hangs, 0..1."""
    low: float
    """How far the lower lid rises (a smile in the eyes), 0..1."""
    slant: float
    """Upper lid lower at the inner (positive: anger) or outer (negative: sorrow) end, -1..1."""
    wide: float
    """Size of the eye."""
    pupil: float
    brow: float
    """Height of the brow, -1..1."""
    tilt: float
    """Inner end of the brow down (positive) or up (negative), -1..1."""
    smile: float
    skew: float
    part: float
    """How far the resting mouth stands open, 0..1."""


EXPRESSIONS: dict[Emotion, Expression] = {
    Emotion.NEUTRAL: Expression(0.14, 0.00, 0.0, 1.00, 1.00, 0.0, 0.0, 0.28, 0.0, 0.0),
    Emotion.HAPPY: Expression(0.04, 0.34, 0.0, 1.04, 1.06, 0.45, -0.15, 1.0, 0.0, 0.0),
    Emotion.SAD: Expression(0.26, 0.00, -0.8, 0.98, 1.05, 0.15, -0.95, -0.8, 0.0, 0.0),
    Emotion.ANGRY: Expression(0.30, 0.14, 0.95, 1.00, 0.84, -0.6, 1.0, -0.75, 0.0, 0.0),
    Emotion.AFRAID: Expression(0.00, 0.00, -0.35, 1.16, 0.62, 0.75, -0.85, -0.6, 0.3, 0.16),
    Emotion.SURPRISED: Expression(0.00, 0.00, 0.0, 1.2, 0.78, 1.0, -0.1, 0.0, 0.0, 0.42),
    Emotion.TENDER: Expression(0.34, 0.22, -0.35, 0.98, 1.14, 0.2, -0.45, 0.7, 0.0, 0.0),
    Emotion.DETERMINED: Expression(0.24, 0.12, 0.5, 1.00, 0.95, -0.35, 0.6, 0.12, 0.6, 0.0),
}


@dataclass(frozen=True, slots=True)
class FacePlan:
    """Where a face sits on its part, in design units, for a figure that looks right."""

    x: float
    """Middle of the face: to the right of the head's middle, for the head is turned three quarters."""
    eye_y: float
    eye_gap: float
    """Half the distance between the eyes."""
    eye_w: float
    eye_h: float
    """Half width and half height of an eye."""
    mouth_x: float
    mouth_y: float
    mouth_w: float
    mouth_h: float
    lid: str | int
    """Colour of the lids."""
    ink: str | int
    """Colour of brows."""
    lip: str | int
    iris: str | int = "#5b3a24"
    kind: Literal["mouth", "beak", "grille"] = "mouth"
    white: str | int = "#fffaf0"
    brow_w: float = 1.0
    """Thickness of the brows; 0 for none."""
    brow_gap: float = 1.0
    """Distance of the brows above the eyes, relative to the usual."""
    eyes: int = 2
    glasses: bool = False
    lashes: bool = False
    screen: bool = False
    """Eyes are lights on a dark screen."""
    cheek: str | int = ""
    """Colour of the cheeks; empty for none."""
    cheek_dy: float = 0.0
    cheek_edge: float = 1e3
    """How far from the middle of the part a cheek may reach."""
    reach: float = 1.0
    """How far the face follows a look, in units: it turns the head a little."""


_STROKE = skia.Paint.kStroke_Style
_ROUND = skia.Paint.kRound_Cap


def _ink(colour: str | int, width: float, alpha: float = 1.0) -> skia.Paint:
    return skia.Paint(
        AntiAlias=True, Color=paper.colour(colour, 0.0, alpha), Style=_STROKE, StrokeWidth=width, StrokeCap=_ROUND
    )


def _fill(colour: str | int, alpha: float = 1.0, lighten: float = 0.0) -> skia.Paint:
    return skia.Paint(AntiAlias=True, Color=paper.colour(colour, lighten, alpha))


def turn(pose: Pose, plan: FacePlan) -> tuple[float, float]:
    """How far the features slide over the head towards what is looked at, in design units, facing right."""
    return pose.gaze[0] * pose.facing * plan.reach, pose.gaze[1] * plan.reach * 0.8


def expression(pose: Pose) -> Expression:
    """The face of a feeling, or of the way from one to the next."""
    now = EXPRESSIONS[pose.emotion]
    if pose.felt >= 1.0 or pose.before is pose.emotion:
        return now
    old, part = EXPRESSIONS[pose.before], pose.felt
    return Expression(
        *(getattr(old, one.name) * (1 - part) + getattr(now, one.name) * part for one in fields(Expression))
    )


def draw_face(canvas: skia.Canvas, plan: FacePlan, pose: Pose) -> None:
    """Draw the face; the canvas is in design units of the face's part, mirrored when the figure looks left."""
    feel = expression(pose)
    dx, dy = turn(pose, plan)
    canvas.save()
    canvas.translate(dx, dy)
    if plan.cheek:
        _cheeks(canvas, plan, feel, dx)
    offsets = {1: (0.0,), 2: (-1.0, 1.0), 3: (-1.0, 1.0, 0.0)}[plan.eyes]
    for side in offsets:
        third = plan.eyes == 3 and side == 0.0
        # the far eye is a little smaller: the head is turned
        grow = 1.12 if third else 1.0 if side < 0 else 0.9
        canvas.save()
        canvas.translate(plan.x + side * plan.eye_gap, plan.eye_y - (plan.eye_h * 1.75 if third else 0.0))
        canvas.scale(grow, grow)
        (_lamp if plan.screen else _eye)(canvas, plan, pose, feel, side)
        canvas.restore()
    if plan.glasses:
        _glasses(canvas, plan)
    canvas.translate(plan.mouth_x, plan.mouth_y)
    _mouth(canvas, plan, pose, feel)
    canvas.restore()


def _cheeks(canvas: skia.Canvas, plan: FacePlan, feel: Expression, slide: float) -> None:
    alpha = 0.34 + 0.2 * max(0.0, feel.smile)
    for side, grow in ((-1.5, 1.0), (1.36, 0.74)):
        x = plan.x + side * plan.eye_gap
        y = plan.eye_y + plan.eye_h * 1.75 + plan.cheek_dy
        r = plan.eye_w * 0.95 * grow
        edge = max(0.0, plan.cheek_edge - r * 1.15)
        x = min(edge, max(-edge, x + slide)) - slide  # a cheek never slides off the head
        canvas.drawOval(skia.Rect(x - r * 1.15, y - r * 0.85, x + r * 1.15, y + r * 0.85), _fill(plan.cheek, alpha))


def _eye(canvas: skia.Canvas, plan: FacePlan, pose: Pose, feel: Expression, side: float) -> None:
    w, h = plan.eye_w * feel.wide**0.6, plan.eye_h * feel.wide
    inner = -side  # direction of the nose
    ball = skia.Path()
    ball.addOval(skia.Rect(-w, -h, w, h))
    if pose.blink < 0.6:
        canvas.drawOval(skia.Rect(-w * 1.04, -h * 0.98, w * 1.1, h * 1.1), _fill("#2a1b18", 0.22))
    canvas.save()
    canvas.clipPath(ball, skia.ClipOp.kIntersect, True)
    canvas.drawPaint(_fill(plan.white))
    gx, gy = pose.gaze[0] * pose.facing, pose.gaze[1]
    away = math.hypot(gx, gy)
    if away > 1:
        gx, gy = gx / away, gy / away
    r = min(w, h) * 0.66 * feel.pupil
    px, py = gx * (w - r * 0.72) * 0.95 + plan.eye_w * 0.08, gy * (h - r * 0.8) * 0.85
    canvas.drawCircle(px, py, r, _fill(plan.iris))
    canvas.drawCircle(px, py, r * 0.72, _fill("#17100f"))
    glint = pose.facing  # the canvas is mirrored with the figure, the light is not
    canvas.drawCircle(px - r * 0.34 * glint, py - r * 0.36, r * 0.3, _fill("#ffffff"))
    canvas.drawCircle(px + r * 0.34 * glint, py + r * 0.4, r * 0.13, _fill("#ffffff", 0.75))
    # a soft shade of the upper lid on the ball
    canvas.drawOval(skia.Rect(-w * 1.2, -h * 2.2, w * 1.2, -h * 0.66), _fill("#6b4a4a", 0.13))
    shut = min(1.0, max(0.0, pose.blink))
    drop = feel.lid + (1.06 - feel.lid) * shut
    tilt = feel.slant * 0.5 * (1 - shut) * h
    lid_y = -h + 2 * h * drop
    lid = skia.Path()
    lid.moveTo(-w * 1.3, -h * 2)
    lid.lineTo(w * 1.3, -h * 2)
    left, right = lid_y - tilt * inner, lid_y + tilt * inner
    sag = h * (0.22 - 0.5 * shut) * (1 if drop < 0.5 else 0.6) * (-1 if shut < 0.5 else 1)
    lid.lineTo(w * 1.3, right)
    lid.quadTo(0, (left + right) / 2 + sag, -w * 1.3, left)
    lid.close()
    if drop > 0.02 or abs(tilt) > 0.01:
        canvas.drawPath(lid, _fill(plan.lid))
        edge = skia.Path()
        edge.moveTo(w * 1.3, right)
        edge.quadTo(0, (left + right) / 2 + sag, -w * 1.3, left)
        canvas.drawPath(edge, _ink("#2a1b18", plan.eye_w * 0.2, 0.85))
    low = feel.low * (1 - 0.5 * shut)
    if low > 0.02:
        canvas.drawOval(skia.Rect(-w * 1.5, h - 2 * h * low * 0.62, w * 1.5, h * 3.2), _fill(plan.lid))
    canvas.restore()
    if shut > 0.85:  # a closed eye is a line with a curve, longer than the clip of the ball leaves it
        arc = skia.Path()
        arc.moveTo(-w, h * 0.3)
        arc.quadTo(0, h * 0.85, w, h * 0.3)
        canvas.drawPath(arc, _ink("#2a1b18", plan.eye_w * 0.2))
    if plan.lashes:
        for k in (0.0, 0.4):
            x, y = -w * (1.0 - k * 0.5) * inner, min(lid_y, h * 0.4) - h * (0.05 + 0.5 * k) * (1 - shut)
            y = max(y, -h * (0.55 + 0.6 * k))
            canvas.drawLine(x, y, x - w * 0.42 * inner, y - h * 0.24, _ink("#2a1b18", plan.eye_w * 0.16))
    if plan.brow_w > 0:
        _brow(canvas, plan, feel, inner, w, h)


def _brow(canvas: skia.Canvas, plan: FacePlan, feel: Expression, inner: float, w: float, h: float) -> None:
    y = -h - plan.eye_h * (0.42 + 0.34 * feel.brow) * plan.brow_gap
    near = y + feel.tilt * plan.eye_h * 0.42
    far = y - feel.tilt * plan.eye_h * 0.26 + plan.eye_h * 0.12
    bend = plan.eye_h * (0.34 if abs(feel.tilt) < 0.5 else 0.12)
    reach = plan.eye_w * 1.2
    brow = skia.Path()
    brow.moveTo(inner * reach * 0.85, near)
    brow.quadTo(0, min(near, far) - bend + (max(near, far) - min(near, far)) * 0.4, -inner * reach, far)
    canvas.drawPath(brow, _ink(plan.ink, plan.eye_w * 0.34 * plan.brow_w))


def _lamp(canvas: skia.Canvas, plan: FacePlan, pose: Pose, feel: Expression, side: float) -> None:
    """An eye of light: a rounded bar whose cut-off edges carry the feeling."""
    w, h = plan.eye_w * feel.wide**0.6, plan.eye_h * feel.wide
    shut, inner = min(1.0, max(0.0, pose.blink)), -side
    gx, gy = pose.gaze[0] * pose.facing * w * 0.42, pose.gaze[1] * h * 0.34
    canvas.save()
    canvas.translate(gx, gy)
    if shut > 0.7:
        canvas.drawLine(-w * 0.8, 0, w * 0.8, 0, _ink(plan.iris, h * 0.26))
        canvas.restore()
        return
    canvas.drawCircle(0, 0, h * 1.35, _fill(plan.iris, 0.18))
    ball = skia.Path()
    ball.addRoundRect(skia.Rect(-w * 0.82, -h * 0.92, w * 0.82, h * 0.92), w * 0.7, w * 0.7)
    canvas.save()
    canvas.clipPath(ball, skia.ClipOp.kIntersect, True)
    canvas.drawPaint(_fill(plan.iris))
    canvas.drawCircle(-w * 0.25 * pose.facing, -h * 0.32, w * 0.3, _fill("#ffffff", 0.85))
    drop = (feel.lid * 0.9 + (1 - feel.lid) * shut) * 2 * h
    tilt = feel.slant * 0.6 * h
    top = skia.Path()
    for i, (x, y) in enumerate(
        (
            (-w, -h * 2),
            (w, -h * 2),
            (w, -h + drop + tilt * (1 if inner > 0 else -1)),
            (-w, -h + drop + tilt * (1 if inner < 0 else -1)),
        )
    ):
        (top.lineTo if i else top.moveTo)(x, y)
    top.close()
    canvas.drawPath(top, _fill(plan.lid))
    if feel.low > 0.2:
        canvas.drawOval(skia.Rect(-w * 1.3, h * (1 - 1.5 * feel.low), w * 1.3, h * 3), _fill(plan.lid))
    canvas.restore()
    canvas.restore()


def _glasses(canvas: skia.Canvas, plan: FacePlan) -> None:
    r = max(plan.eye_w * 1.5, min(plan.eye_h * 1.25, plan.eye_gap * 0.96))
    frame = _ink("#3a2a22", plan.eye_w * 0.26)
    for side, grow in ((-1.0, 1.0), (1.0, 0.92)):
        x, rr = plan.x + side * plan.eye_gap, r * grow
        rect = skia.Rect(x - rr, plan.eye_y - rr, x + rr, plan.eye_y + rr)
        canvas.drawOval(rect, _fill("#eaf6ff", 0.16))
        canvas.drawOval(rect.makeOffset(plan.eye_w * 0.1, plan.eye_w * 0.16), _ink("#000000", plan.eye_w * 0.2, 0.14))
        canvas.drawOval(rect, frame)
    y = plan.eye_y - r * 0.1
    canvas.drawLine(plan.x - plan.eye_gap + r, y, plan.x + plan.eye_gap - r * 0.92, y, frame)
    canvas.drawLine(plan.x - plan.eye_gap - r, y, plan.x - plan.eye_gap - r * 1.8, y - r * 0.25, frame)


def _mouth(canvas: skia.Canvas, plan: FacePlan, pose: Pose, feel: Expression) -> None:
    shape = between(*pose.mouth)
    if shape.open < feel.part and pose.mouth[0] == "X":
        # a startled face keeps its mouth a little open when it rests
        rest = between("X", "E", feel.part * 1.4)
        shape = rest if pose.mouth[2] < 0.02 or pose.mouth[1] == "X" else between("E", pose.mouth[1], pose.mouth[2])
    if plan.kind == "grille":
        draw_grille(canvas, shape, width=plan.mouth_w, height=plan.mouth_h, smile=feel.smile, light=plan.iris)
    elif plan.kind == "beak":
        draw_beak(canvas, shape, width=plan.mouth_w, height=plan.mouth_h, smile=feel.smile, fill=plan.lip)
    else:
        draw_mouth(
            canvas,
            shape,
            width=plan.mouth_w,
            height=plan.mouth_h,
            smile=feel.smile,
            skew=feel.skew,
            lip=plan.lip,
            ink="#4a1f1c",
        )
