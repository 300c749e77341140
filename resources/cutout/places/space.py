"""Space: stars, a ringed planet, a comet, and the cratered ground of a moon with a rover, a lander or a dome on it."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import skia

from resources.cutout.palette import oklch
from resources.cutout.paper import (
    colour,
    curve,
    cut,
    mix,
    paint,
    polygon,
    wobble,
)
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.heavens import asteroids, comet, crater, moons, planet, void
from resources.cutout.places.kit import bobbing, foreground, halo, land, ridge, rock, star
from resources.cutout.places.moonbase import dome, lander, rocket, rover
from schemas.vocabulary import TimeOfDay

HORIZON = 470.0
_VOID = {
    # top, middle and foot of the sky, and the light's gain on the ground
    TimeOfDay.DAWN: ((0.17, 0.06, 285), (0.27, 0.10, 305), (0.52, 0.13, 10), 0.80),
    TimeOfDay.DAY: ((0.20, 0.07, 268), (0.29, 0.10, 262), (0.42, 0.11, 250), 1.0),
    TimeOfDay.DUSK: ((0.15, 0.05, 310), (0.24, 0.10, 345), (0.46, 0.14, 40), 0.62),
    TimeOfDay.NIGHT: ((0.10, 0.03, 275), (0.14, 0.045, 278), (0.21, 0.06, 285), 0.40),
}
"""There is no air to be blue: hours differ in where the sun stands and in the dust it lights."""
_SOILS = {"moon": "#b9b6b4", "red": "#c0714c", "ice": "#b7cfdc", "odd": "#8f7ab0", "sand": "#c2a36c"}


def build(scene: Scene) -> Scenery:
    """A moon by default; mars, ice, alien, orbit, asteroid, station, rocket, base, earth change it."""
    scene = _airless(scene)
    orbit = scene.has(
        "orbit", "asteroid", "void", "spacewalk", "weightless", "floating", "drifting", "nebula", "galaxy"
    )
    scenery = Scenery(ground=642, horizon=HORIZON, floats=orbit)
    stream = scene.rng("plan")
    kind = (
        "odd"
        if scene.has("alien", "strange", "crystal", "magical")
        else stream.choice(("moon", "moon", "odd", "sand", "ice"))
    )
    for names, soil in (
        (("moon", "lunar", "crater"), "moon"),
        (("mars", "martian", "red"), "red"),
        (("ice", "icy", "frozen", "snow", "europa"), "ice"),
    ):
        kind = soil if scene.has(*names) else kind
    ground = scene.lit(_SOILS[kind])
    if scene.night:
        ground = mix(ground, 0xFF6C78A8, 0.32)  # the light of the great planet
    side = stream.choice((0.24, 0.76))
    void(scenery, scene, side)
    planet(scenery, scene, scene.width * side, 190 + stream.uniform(-20, 30), 118 if scene.width > 700 else 86)
    moons(scenery, scene, side, kind)
    comet(scenery, scene)
    if orbit:
        asteroids(scenery, scene, ground)
    _hills(scenery, scene, 0, 0.22, 486, 52, mix(ground, scene.palette.sky, 0.46))
    _hills(scenery, scene, 1, 0.42, 526, 40, mix(ground, scene.palette.sky, 0.22))
    if scene.has("base", "station", "dome", "colony", "home", "camp", "outpost", "greenhouse"):
        dome(scenery, scene, scene.width * (1 - side))
    elif scene.has("rocket", "launch", "ship", "spaceship") or stream.random() < 0.5:
        rocket(scenery, scene, scene.width * (0.80 if side < 0.5 else 0.18))
    else:
        lander(scenery, scene, scene.width * (0.80 if side < 0.5 else 0.20))
    rover(scenery, scene)
    _surface(scenery, scene, ground, kind)
    if kind in ("odd", "ice"):
        _crystals(scenery, scene, kind, side)
    _dust(scenery, scene)
    _lens(scenery, scene)
    return scenery


def _airless(scene: Scene) -> Scene:
    """The scene under a sky of dust and stars instead of air; the ground takes the hour's light."""
    top, middle, low, gain = _VOID[scene.hour]
    turn = scene.rng("hue").uniform(-22, 22)
    skies = [oklch(part[0], part[1], part[2] + turn) for part in (top, middle, low)]
    colours = replace(
        scene.palette,
        sky_top=skies[0],
        sky_middle=skies[1],
        sky=skies[2],
        gain=gain * 0.94,
        ambient_weight=0.16 if gain > 0.7 else 0.26,
    )
    return replace(scene, palette=colours)


def _hills(scenery: Scenery, scene: Scene, index: int, depth: float, y: float, tall: float, tone: int) -> None:
    """Old rounded rims of great craters, with jagged rocks here and there."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("hills", index)
        points = ridge(scene, stream, y, tall * 0.5, 150, 3)
        land(canvas, points, stream, tone, colour(tone, -0.3), 6)
        for _ in range(6):
            x = stream.uniform(scene.left, scene.right)
            rock(
                canvas,
                x,
                y + tall * 0.7,
                tall * stream.uniform(1.0, 2.2),
                tall * stream.uniform(0.6, 1.7),
                stream,
                colour(tone, stream.uniform(-0.1, 0.04)),
            )
        for _ in range(7):
            x, low = stream.uniform(scene.left, scene.right), y + tall * stream.uniform(0.75, 1.1)
            crater(canvas, x, low, stream.uniform(16, 46), 0.24, stream, tone)

    scenery.add(depth, (scene.left - 120, y - tall * 1.6, scene.right + 160, scene.floor), draw)


def _surface(scenery: Scenery, scene: Scene, ground: int, kind: str) -> None:
    """The ground one stands on: craters, stones with hard shadows, tracks, somebody's footprints and flag."""
    flag_x = scene.width * scene.rng("flag").uniform(0.56, 0.66)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("surface")
        land(canvas, ridge(scene, stream, 594, 10, 280), stream, colour(ground, 0.06), colour(ground, -0.42))
        rows = [
            (stream.uniform(scene.left, scene.right), stream.uniform(620, 725))
            for _ in range(int(scene.width / 85) + 4)
        ]
        for x, y in sorted(rows, key=lambda row: row[1]):
            crater(
                canvas,
                x,
                y,
                stream.uniform(10, 26) + (y - 600) * stream.uniform(0.05, 0.5),
                0.30,
                stream,
                colour(ground, -0.2 * (y - 600) / 130),
            )
        for _ in range(14):
            x, y, size = stream.uniform(scene.left, scene.right), stream.uniform(606, 720), stream.uniform(8, 36)
            canvas.drawOval(skia.Rect(x - size * 0.3, y - 3, x + size * 1.3, y + 4), paint(0x66080818, blur=2))
            rock(canvas, x, y, size, size * 0.7, stream, colour(ground, stream.uniform(-0.3, -0.05)))
        for k in range(16):
            x, y = scene.width * 0.30 + k * 21, 664 + 16 * math.sin(k * 0.4) + (6 if k % 2 else 0)
            canvas.drawOval(skia.Rect(x, y, x + 11, y + 5), paint(colour(ground, -0.4, 0.7)))

    scenery.add(1.0, (scene.left - 70, 560, scene.right + 120, scene.floor), draw)
    if scene.has("flag", "astronaut", "moon", "explorer", "lunar") or scene.rng("flagged").random() < 0.5:
        canvas_box = (flag_x - 8, 520, flag_x + 80, 632)

        def flag(canvas: skia.Canvas) -> None:
            canvas.drawLine(flag_x, 526, flag_x, 628, paint(scene.lit("#e8e8ec"), stroke=3.4))
            cut(
                canvas,
                curve(
                    [
                        (flag_x, 528),
                        (flag_x + 28, 533),
                        (flag_x + 64, 527),
                        (flag_x + 62, 562),
                        (flag_x + 28, 567),
                        (flag_x, 564),
                    ]
                ),
                scene.palette.accent,
                shadow=4,
            )
            star(canvas, flag_x + 30, 547, 11, 0xFFFFF6DC)

        scenery.add(0.99, canvas_box, flag, move=lambda t: Motion(turn=0.9 * math.sin(1.1 * t)), pivot=(flag_x, 628))


def _crystals(scenery: Scenery, scene: Scene, kind: str, side: float) -> None:
    """Glassy spires in clusters that pulse with light."""
    tint = oklch(0.74, 0.13, 195 if kind == "ice" else scene.rng("tint").choice((170, 320, 300)))
    y = 632.0
    for index, at in enumerate((0.06, 0.94) if scene.width > 700 else (0.05,)):
        x = scene.width * at
        stream = scene.rng("crystal", index)
        spikes = [(stream.uniform(-60, 60), stream.uniform(60, 170), stream.uniform(11, 22)) for _ in range(6)]

        def draw(
            canvas: skia.Canvas,
            x: float = x,
            spikes: list[tuple[float, float, float]] = spikes,
            s: random.Random = stream,
        ) -> None:
            for shift, tall, w in sorted(spikes, key=lambda spike: -spike[1]):
                lean, a = shift * 0.5, x + shift
                tip = (a + lean, y - tall)
                cut(
                    canvas,
                    wobble(
                        [
                            (a - w, y),
                            (a - w + lean * 0.8, y - tall * 0.8),
                            tip,
                            (a + w + lean * 0.8, y - tall * 0.74),
                            (a + w, y),
                        ],
                        s,
                        1,
                        False,
                    ),
                    mix(tint, scene.lit("#cfd8ee"), 0.35),
                    shadow=5,
                )
                cut(
                    canvas,
                    polygon([(a + w * 0.2, y), tip, (a + w + lean * 0.8, y - tall * 0.74), (a + w, y)]),
                    colour(tint, -0.28),
                    shadow=0,
                    rim=False,
                )

        scenery.add(0.96, (x - 160, y - 200, x + 160, y + 10), draw)

        def light(canvas: skia.Canvas, x: float = x) -> None:
            halo(canvas, x, y - 70, 150, tint, 0.45)

        def pulse(t: float, k: int = index) -> Motion:
            return Motion(alpha=0.65 + 0.3 * math.sin(1.2 * t + 2 * k))

        scenery.add(0.96, (x - 170, y - 230, x + 170, y + 70), light, move=pulse)


def _dust(scenery: Scenery, scene: Scene) -> None:
    """Motes that hang above the ground where nothing falls fast."""
    for index in range(8):
        stream = scene.rng("dust", index)
        x, y, r = stream.uniform(0, scene.width), stream.uniform(440, 640), stream.uniform(1.2, 2.6)

        def draw(canvas: skia.Canvas, x: float = x, y: float = y, r: float = r) -> None:
            canvas.drawCircle(x, y, r, paint(colour(scene.palette.glow, alpha=0.7)))

        scenery.add(0.95, (x - 5, y - 5, x + 5, y + 5), draw, move=bobbing(stream, 26, 0, 0.4, 40))


def _lens(scenery: Scenery, scene: Scene) -> None:
    """Jagged rocks out of focus along one lower corner."""
    stream = scene.rng("lens")
    left, part = stream.random() < 0.5, 1.0 if scene.width > 700 else 0.55
    outline = [
        (-260, 900),
        (-250, 560),
        (-110, 500),
        (-30, 590),
        (40, 574),
        (96, 668),
        (180, 690),
        (300, 800),
        (320, 900),
    ]
    foreground(
        scenery,
        scene,
        [[(x * part if left else scene.width - x * part, y) for x, y in outline]],
        mix(scene.palette.ink, scene.palette.sky_top, 0.25),
    )
