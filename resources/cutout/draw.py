"""The painter: everything of a shot rasterised once, then frames as blits.

A frame is a pure function of its number: a fresh painter in another process draws the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import skia

from resources.cutout.actor import FLIGHT_S, Actor, fly, laid
from resources.cutout.camera import Camera, Lens, camera_of, extremes, layer_shift, layer_zoom
from resources.cutout.cast import Pose, Puppet
from resources.cutout.company import back_to_front, company, standing
from resources.cutout.dressing import SKY_THINGS
from resources.cutout.effects import glow, sparks
from resources.cutout.ledge import draw_ledge
from resources.cutout.paper import (
    LINEAR,
    box,
    colour,
    cut,
    paint,
    rng,
    sprite,
    wobble,
)
from resources.cutout.places import build, scene_of
from resources.cutout.places.base import HEIGHT, Piece, Scene, Scenery
from resources.cutout.places.raster import Eye, Layer, compile_layers
from resources.cutout.props import draw_prop
from resources.cutout.props.registry import THINGS, is_aloft
from resources.cutout.score import Part, Pass, Score, Stage, StageFigure, StageProp
from resources.cutout.still import Frame, Screen, StillPainter, corners
from resources.cutout.weather import Air, air, bolt, flash
from schemas.media import TimedLine
from schemas.vocabulary import CameraMove, Effect, ShotSize, Weather

_STICK = {"sun": 0.165}
"""The part of a thing's height by which it is carried."""


class Painter:
    """Draws the frames of one stage."""

    def __init__(
        self,
        stage: Stage,
        camera: Camera,
        *,
        effects: Sequence[Effect] = (),
        seed: int = 0,
        parts: Sequence[Part] = (),
        lines: Sequence[TimedLine] = (),
        passes: Sequence[Pass] = (),
        kindled_s: float | None = None,
        people: bool = True,
    ) -> None:
        """Rasterise the stage for this camera. ``people`` False leaves figures and props out, for cards."""
        self.kindled_s = kindled_s
        self.stage, self.camera, self.effects, self.seed = stage, camera, frozenset(effects), seed
        self.width, self.height = stage.width, stage.height
        self.scene: Scene = scene_of(
            stage.place,
            stage.time_of_day,
            stage.weather,
            stage.mood,
            stage.seed,
            stage.words,
            HEIGHT * stage.width / stage.height,
        )
        self.scenery: Scenery = build(self.scene)
        self.eye = Eye(stage.width, stage.height, stage.view, stage.blur)
        self.lenses = extremes(camera)
        layers = compile_layers(self._pieces(), self.eye, self.lenses)
        # what is behind the figures is drawn before them, whatever order a place laid its pieces down in
        self.layers: list[Layer] = sorted(layers, key=lambda layer: layer.depth > 1.0)
        self.air: Air = air(self.scene, self.width, self.height, seed)
        self.passes = tuple(passes)
        light = (self.scene.palette, self.scene.hour)
        self.actors = company(stage, camera, parts, lines, self.passes, kindled_s, light) if people else []
        self.props = [self._prop(prop) for prop in standing(stage, self.actors, camera)] if people else []
        dark = [prop for prop in stage.props if prop.dark and people and kindled_s is not None]
        self.shining = {prop.name: self._prop(prop.model_copy(update={"dark": False})) for prop in dark}
        self.stands = [(prop, self._stand(prop)) for prop in stage.props if prop.stand and people]
        self.laid = [(one, self._prop(prop)) for one, prop in self._laid()]
        on_it = people and stage.ledge is not None
        self.ledge = draw_ledge(stage, self.scene, indoors=self.scenery.indoors) if on_it else None
        self.corners = corners(self.width, self.height, self.scene.palette.ink)
        self.sparks = sparks(self._focus(), self.width, self.height, seed) if Effect.SPARKLE in self.effects else []
        self.glow = glow(self._focus(), self.width, self.height) if Effect.GLOW in self.effects else None
        self.stormy = self.scene.airy and stage.weather is Weather.STORM
        storm = self.stormy or Effect.LIGHTNING in self.effects
        self.bolt = bolt(self.width, self.height, seed) if storm and not self.scenery.indoors else None
        self.screen = Screen(self.width, self.height)

    def frame(self, number: int) -> Frame:
        """The frame as RGBA (height, width, 4); the array is reused."""
        self.paint(self.screen.canvas, number)
        return self.screen.shot()

    def paint(self, canvas: skia.Canvas, number: int) -> None:
        """Draw a frame on a canvas of the frame's size."""
        t, lens = number / self.camera.fps, self.camera.at(number)
        order = back_to_front(self.actors, self.stage, t)
        windows = list(self.scenery.windows)
        done, middle = 0, False
        for layer in self.layers:
            while windows and layer.depth > windows[0][0]:
                self._outside(canvas, windows.pop(0), lens, t)
            if layer.depth > 1.0 and not middle:
                self._middle(canvas, order[done:], lens, number, t)
                middle = True
            elif not middle:
                while done < len(order) and order[done].figure.depth < layer.depth:
                    self._hung_back(canvas, order[done : done + 1], lens, number, t)
                    self._act(canvas, order[done], lens, number, t)
                    done += 1
            layer.draw(canvas, lens, self.width, self.height, t)
        if not middle:
            self._middle(canvas, order[done:], lens, number, t)
        if self.air.before and not self.scenery.indoors:
            self.air.before(canvas, t)
        self._finish(canvas, t)

    def poses(self, number: int) -> list[tuple[StageFigure, Puppet, Pose]]:
        """Everybody's pose at a frame, for the rig's ground truth."""
        t = number / self.camera.fps
        return [(actor.figure, actor.puppet, actor.pose(number, t, self.height)) for actor in self.actors]

    def in_frame(self, x: float, y: float, number: int, depth: float = 1.0) -> tuple[float, float]:
        """Where a point of the unmoved frame is at a frame, in pixels."""
        lens = self.camera.at(number)
        zoom, (shift_x, shift_y) = layer_zoom(lens, depth), layer_shift(lens, depth, self.width, self.height)
        return (
            self.width / 2 + (x - self.width / 2) * zoom + shift_x,
            self.height / 2 + (y - self.height / 2) * zoom + shift_y,
        )

    def _pieces(self) -> list[Piece]:
        """Closer shots have fewer pieces: nothing that stands before the figures may stand before a face."""
        size = self.stage.size
        if size is ShotSize.WIDE or (size is ShotSize.MEDIUM and not self.stage.figures):
            return self.scenery.pieces
        return [piece for piece in self.scenery.pieces if piece.depth <= 1.0]

    def _laid(self) -> list[tuple[Pass, StageProp]]:
        """Things that are laid on the ground in this shot, as they lie there afterwards."""
        found = []
        for one in self.passes:
            giver = next((actor for actor in self.actors if actor.figure.character_id == one.giver), None)
            if one.taker is None and giver is not None:
                x, y, tall = laid(one, giver)
                found.append((one, StageProp(name=one.thing, x=x, y=y, size=tall, seed=giver.puppet.seed, front=True)))
        return found

    def _act(self, canvas: skia.Canvas, actor: Actor, lens: Lens, number: int, t: float) -> None:
        canvas.save()
        self._aim(canvas, lens, actor.figure.depth)
        pose = actor.pose(number, t, self.height)
        if actor.shadow is not None:
            half, tall = actor.shadow.width() / 2, actor.shadow.height() / 2
            canvas.drawImage(actor.shadow, pose.x - half * 0.94, actor.figure.y - tall, LINEAR)
        actor.draw(canvas, pose)
        canvas.restore()

    def _hung_back(self, canvas: skia.Canvas, actors: Sequence[Actor], lens: Lens, number: int, t: float) -> None:
        """What is held and lies behind everybody."""
        for actor in (one for one in actors if one.thing is not None):
            canvas.save()
            self._aim(canvas, lens, actor.figure.depth)
            actor.draw_thing(canvas, actor.pose(number, t, self.height))
            canvas.restore()

    def _middle(self, canvas: skia.Canvas, actors: Sequence[Actor], lens: Lens, number: int, t: float) -> None:
        """What stands at the depth of the figures, and the weather behind it."""
        if not self.scenery.indoors:
            if self.bolt is not None and self._flash(t) > 0.22:
                canvas.drawImage(self.bolt, 0, 0)
            if self.air.behind:
                self.air.behind(canvas, t)
        if self.glow is not None:
            self._pulse(canvas, lens, t)
        self._things(canvas, lens, t, front=False)
        self._flights(canvas, lens, number, t, aloft=True)
        self._hung_back(canvas, actors, lens, number, t)
        for actor in actors:
            self._act(canvas, actor, lens, number, t)
        if self.ledge is not None:
            canvas.save()
            self._aim(canvas, lens, 1.0)
            canvas.drawImage(self.ledge[0], self.ledge[1], self.ledge[2], LINEAR)
            canvas.restore()
        self._things(canvas, lens, t, front=True)
        self._flights(canvas, lens, number, t, aloft=False)

    def _flights(self, canvas: skia.Canvas, lens: Lens, number: int, t: float, *, aloft: bool) -> None:
        """What is on its way from hand to hand; what towers over a hand goes behind the faces."""
        for one in self.passes:
            if one.at_s <= t < one.at_s + FLIGHT_S and is_aloft(one.thing) is aloft:
                canvas.save()
                self._aim(canvas, lens, 1.0)
                here = [(actor, actor.pose(number, t, self.height)) for actor in self.actors]
                fly(canvas, one, t, here, self.stage.props)
                canvas.restore()

    def _things(self, canvas: skia.Canvas, lens: Lens, t: float, *, front: bool) -> None:
        canvas.save()
        self._aim(canvas, lens, 1.0)
        gone = {one.thing for one in self.passes if one.giver is None and t >= one.at_s}
        lying = [drawn for one, drawn in self.laid if t >= one.at_s + FLIGHT_S]
        standing = [drawn for drawn in self.props if drawn[0].name not in gone]
        for prop, image in self.stands:
            if prop.front is front:
                canvas.drawImage(image, prop.x - image.width() / 2, prop.y - 0.06 * prop.stand, LINEAR)
        alight = self.kindled_s is not None and t >= self.kindled_s
        for drawn in (*standing, *lying):
            prop, image, pad = self.shining.get(drawn[0].name, drawn) if alight else drawn
            if prop.front is not front:
                continue
            rise = 0.008 * self.height * math.sin(1.2 * t + prop.x) if self.scenery.floats and not prop.front else 0.0
            canvas.drawImage(image, prop.x - image.width() / 2, prop.y - prop.size - pad + rise, LINEAR)
        canvas.restore()

    def _aim(self, canvas: skia.Canvas, lens: Lens, depth: float) -> None:
        zoom, (shift_x, shift_y) = layer_zoom(lens, depth), layer_shift(lens, depth, self.width, self.height)
        canvas.translate(self.width / 2 + shift_x, self.height / 2 + shift_y)
        canvas.scale(zoom, zoom)
        canvas.translate(-self.width / 2, -self.height / 2)

    def _outside(
        self, canvas: skia.Canvas, window: tuple[float, tuple[float, float, float, float]], lens: Lens, t: float
    ) -> None:
        """Weather beyond a window, clipped to it."""
        depth, (left, top, right, bottom) = window
        canvas.save()
        self._aim(canvas, lens, depth)
        near = self.eye.point(left, top, depth)
        far = self.eye.point(right, bottom, depth)
        canvas.clipRect(skia.Rect(near[0], near[1], far[0], far[1]))
        for blow in (self.air.behind, self.air.before):
            if blow:
                blow(canvas, t)
        bright = self._flash(t)
        if bright > 0.02:
            canvas.drawColor(colour("#dfe8ff", alpha=0.75 * bright))
        canvas.restore()

    def _prop(self, prop: StageProp) -> tuple[StageProp, skia.Image, float]:
        pad = prop.size * 0.35
        wide = prop.size * 2.6

        def draw(canvas: skia.Canvas) -> None:
            floor = pad + prop.size
            aloft = prop.name in SKY_THINGS and not prop.front
            if not aloft and (not self.scenery.floats or prop.front):
                tone = paint(colour(self.scene.palette.ink, alpha=0.36), blur=max(1.0, prop.size * 0.03))
                spread = prop.size * 0.36
                canvas.drawOval(
                    skia.Rect(
                        wide / 2 - spread * 0.9, floor - spread * 0.14, wide / 2 + spread * 1.15, floor + spread * 0.16
                    ),
                    tone,
                )
            thing = THINGS.get(prop.name)
            glows = thing is not None and thing.glows and not prop.dark
            canvas.saveLayer(None, skia.Paint() if glows else skia.Paint(ColorFilter=self._prop_light()))
            if aloft:  # what a hand would hold it by is not seen
                canvas.clipRect(skia.Rect(0, 0, wide, floor - _STICK.get(prop.name, 0.0) * prop.size))
            draw_prop(canvas, prop.name, wide / 2, floor, prop.size, prop.seed, False if prop.dark else None)
            canvas.restore()

        return prop, sprite(wide, prop.size + 2 * pad, draw), pad

    def _stand(self, prop: StageProp) -> skia.Image:
        """A small table: a board on two legs, and the shadow under it; its top is 0.06 of its height from the edge."""
        tall, half = prop.stand, max(0.5 * prop.stand, 0.62 * prop.size)
        tone = self.scene.palette.lit("#8a6242", strength=0.8)

        def draw(canvas: skia.Canvas) -> None:
            stream, middle = rng(self.stage.seed, "stand"), 1.2 * half
            shade = paint(colour(self.scene.palette.ink, alpha=0.36), blur=max(1.0, 0.06 * tall))
            canvas.drawOval(skia.Rect(middle - 0.9 * half, 1.0 * tall, middle + 1.1 * half, 1.18 * tall), shade)
            for x in (middle - 0.8 * half, middle + 0.66 * half):
                leg = box(x, 0.1 * tall, x + 0.14 * half, 1.08 * tall)
                cut(canvas, wobble(leg, stream, 0.01 * tall, False), colour(tone, -0.22), shadow=1)
            board = box(middle - half, 0.0, middle + half, 0.2 * tall)
            cut(canvas, wobble(board, stream, 0.01 * tall, False), tone, shadow=2)

        return sprite(2.4 * half, 1.3 * tall, draw)

    def _prop_light(self) -> skia.ColorFilter:
        """The hour's light, weakened: a thing that is shown must be seen."""
        light = skia.Color4f(*(0.5 + 0.5 * part for part in self.scene.palette.light), 1.0)
        return skia.ColorFilters.Blend(light.toColor(), skia.BlendMode.kModulate)

    def _focus(self) -> tuple[float, float]:
        """What the eye should rest on: a thing, else a face, else the middle."""
        if self.stage.props:
            prop = self.stage.props[0]
            return prop.x, prop.y - prop.size * 0.5
        if self.actors:
            actor = self.actors[0]
            face = actor.puppet.face(Pose(actor.figure.x, actor.figure.y, actor.figure.facing))
            return (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
        return self.width / 2, self.height * 0.45

    def _pulse(self, canvas: skia.Canvas, lens: Lens, t: float) -> None:
        if self.glow is None:
            return
        image, x, y, radius = self.glow
        level = 0.72 + 0.24 * math.sin(2.1 * t) + 0.04 * math.sin(7.3 * t)
        canvas.save()
        self._aim(canvas, lens, 1.0)
        canvas.translate(x, y)
        canvas.scale(2 * (0.94 + 0.08 * level), 2 * (0.94 + 0.08 * level))
        canvas.drawImage(image, -radius / 2, -radius / 2, LINEAR, skia.Paint(Alphaf=level))
        canvas.restore()

    def _flash(self, t: float) -> float:
        if Effect.LIGHTNING in self.effects:
            return flash(t, self.seed, 2.4)
        return 0.8 * flash(t, self.seed, 4.6) if self.stormy else 0.0

    def _finish(self, canvas: skia.Canvas, t: float) -> None:
        """What lies on the lens: lightning's glare, sparks, the dark corners."""
        bright = self._flash(t)
        if bright > 0.02:
            canvas.drawColor(colour("#e6edff", alpha=bright * (0.22 if self.scenery.indoors else 0.42)))
        for image, x, y, phase, rate in self.sparks:
            life = (t * rate + phase) % 1.0
            size = math.sin(life * math.pi) ** 2
            if size < 0.04:
                continue
            canvas.save()
            canvas.translate(x + 8 * math.sin(6 * life + phase * 9), y - 0.05 * self.height * life)
            canvas.scale(size, size)
            canvas.drawImage(image, -image.width() / 2, -image.height() / 2, LINEAR)
            canvas.restore()
        for image, x, y in self.corners:
            canvas.drawImage(image, x, y)


def painter_of(score: Score, lines: Sequence[TimedLine], picture: skia.Image | None = None) -> Painter | StillPainter:
    """Whatever draws this score. ``picture`` is the user's own, for a score of the kind "still"."""
    heading = score.stage.figures[0].facing if score.stage and score.stage.figures else 1.0
    fps = float(Fraction(score.fps))
    camera = camera_of(score.camera, score.effects, score.frames, fps, score.seed, heading)
    if score.stage is None:
        if picture is None:
            raise ValueError("a score of the kind 'still' needs its picture")
        return StillPainter(picture, camera, score.width, score.height, score.effects)
    return Painter(
        score.stage,
        camera,
        effects=score.effects,
        seed=score.seed,
        parts=score.parts,
        lines=lines,
        passes=score.passes,
        kindled_s=score.kindled_s,
    )


def keyframe_painter(stage: Stage, seed: int, parts: Sequence[Part] = ()) -> Painter:
    """A painter of one motionless picture; ``parts`` give everybody a face and a bearing."""
    return Painter(stage, camera_of(CameraMove.STATIC, [], 2, 24.0, seed), seed=seed, parts=parts)
