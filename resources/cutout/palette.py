"""Colour of a scene: five papers and the light that falls on everything else.

All choices are made in OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020), where equal steps
look equal, and end as packed skia colours. The hour sets the chord, the mood bends it, the location's seed tunes it,
and the weather takes colour out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from resources.cutout.paper import mix, rng
from schemas.vocabulary import Mood, TimeOfDay, Weather

Lch = tuple[float, float, float]
"""OKLCH: lightness 0-1, chroma 0-0.37, hue in degrees."""

_SKIES: dict[TimeOfDay, tuple[Lch, Lch, Lch]] = {
    TimeOfDay.DAWN: ((0.66, 0.075, 285), (0.80, 0.080, 10), (0.91, 0.085, 70)),
    TimeOfDay.DAY: ((0.70, 0.105, 238), (0.82, 0.070, 225), (0.93, 0.030, 195)),
    TimeOfDay.DUSK: ((0.33, 0.095, 300), (0.53, 0.140, 10), (0.77, 0.150, 60)),
    TimeOfDay.NIGHT: ((0.165, 0.050, 275), (0.235, 0.065, 268), (0.335, 0.065, 250)),
}
"""Top, middle and foot of the sky."""

_LIGHT: dict[TimeOfDay, tuple[float, float, float, Lch]] = {
    # gain on lightness, gain on chroma, weight of the ambient colour, the ambient colour
    TimeOfDay.DAWN: (0.90, 0.88, 0.22, (0.78, 0.075, 20)),
    TimeOfDay.DAY: (1.00, 1.05, 0.06, (0.92, 0.040, 90)),
    TimeOfDay.DUSK: (0.70, 0.92, 0.34, (0.44, 0.105, 350)),
    TimeOfDay.NIGHT: (0.45, 0.62, 0.42, (0.235, 0.065, 265)),
}
_LAMPLIGHT: dict[TimeOfDay, tuple[float, float, float, Lch]] = {
    TimeOfDay.DAWN: (0.92, 0.95, 0.16, (0.80, 0.06, 50)),
    TimeOfDay.DAY: (1.00, 1.02, 0.06, (0.93, 0.035, 95)),
    TimeOfDay.DUSK: (0.78, 1.00, 0.26, (0.52, 0.105, 40)),
    TimeOfDay.NIGHT: (0.58, 0.82, 0.34, (0.30, 0.060, 300)),
}
"""The same, indoors: at night a lamp is lit and the corners go violet."""

_MOODS: dict[Mood, tuple[float, float, float]] = {
    # turn of the sky's hue in degrees, chroma gain, lightness step
    Mood.WARM: (8, 1.05, 0.005),
    Mood.PLAYFUL: (-6, 1.22, 0.015),
    Mood.ADVENTUROUS: (-12, 1.10, 0.0),
    Mood.MYSTERIOUS: (22, 0.95, -0.035),
    Mood.SAD: (4, 0.66, -0.02),
    Mood.TENSE: (-18, 0.85, -0.045),
    Mood.HOPEFUL: (12, 1.12, 0.02),
}
_WEATHERS: dict[Weather, tuple[float, float, float, float]] = {
    # chroma gain, lightness gain, added haze, pull of the sky towards grey
    Weather.CLEAR: (1.0, 1.0, 0.0, 0.0),
    Weather.RAIN: (0.72, 0.86, 0.12, 0.55),
    Weather.SNOW: (0.72, 1.00, 0.14, 0.45),
    Weather.FOG: (0.60, 0.98, 0.34, 0.70),
    Weather.STORM: (0.68, 0.70, 0.06, 0.72),
    Weather.WIND: (0.95, 0.98, 0.02, 0.12),
}
_ACCENTS = (28, 52, 78, 92, 152, 188, 330)


def oklch(lightness: float, chroma: float, hue: float, alpha: float = 1.0) -> int:
    """A packed colour; chroma is reduced until the colour fits sRGB."""
    lightness = max(0.0, min(1.0, lightness))
    angle = math.radians(hue)
    for _ in range(24):
        linear = _to_linear(lightness, chroma * math.cos(angle), chroma * math.sin(angle))
        if all(-0.002 <= value <= 1.002 for value in linear):
            break
        chroma *= 0.9
    packed = round(alpha * 255)
    for value in linear:
        value = max(0.0, min(1.0, value))
        encoded = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
        packed = (packed << 8) | round(encoded * 255)
    return packed


def _to_linear(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def to_oklch(packed: int | str) -> Lch:
    """OKLCH of ``#rrggbb`` or a packed colour."""
    value = int(packed[1:7], 16) if isinstance(packed, str) else packed
    red, green, blue = (_decode((value >> shift) & 255) for shift in (16, 8, 0))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _decode(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _blend(first: Lch, second: Lch, amount: float) -> Lch:
    """Mix in OKLab, so that hues do not travel round the circle."""
    points = []
    for lightness, chroma, hue in (first, second):
        points.append((lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))))
    mixed = [one + (two - one) * amount for one, two in zip(*points, strict=True)]
    return mixed[0], math.hypot(mixed[1], mixed[2]), math.degrees(math.atan2(mixed[2], mixed[1])) % 360


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one location at one hour. All fields but the light are packed skia colours."""

    sky_top: int
    sky_middle: int
    sky: int
    """The foot of the sky, which far things fade into."""
    accent: int
    """For what the story is about: lit windows, the boat, the banner."""
    glow: int
    """Sun, moon or lamp."""
    ink: int
    """The darkest paper: foreground pieces."""
    gain: float
    chroma: float
    ambient_weight: float
    ambient: Lch
    haze: float

    def lit(self, paper: str | int, distance: float = 0.0, strength: float = 1.0) -> int:
        """A paper's own colour as this hour's light shows it.

        ``distance`` is 0 (here) to 1 (the horizon); ``strength`` below 1 weakens the light's effect, for faces.
        """
        lightness, chroma, hue = to_oklch(paper)
        gain = 1 + (self.gain - 1) * strength
        shown = (lightness * gain, chroma * (1 + (self.chroma - 1) * strength), hue)
        shown = _blend(shown, self.ambient, self.ambient_weight * strength)
        packed = oklch(*shown)
        return mix(packed, self.sky, min(0.92, distance * (0.62 + self.haze))) if distance > 0 else packed

    @property
    def far(self) -> int:
        """Paper of the far layers."""
        return self.lit("#6f8f94", 0.75)

    @property
    def middle(self) -> int:
        """Paper of the middle layers."""
        return self.lit("#5d8468", 0.35)

    @property
    def near(self) -> int:
        """Paper of the near layers."""
        return self.lit("#46603f")

    @property
    def light(self) -> tuple[float, float, float]:
        """Red, green, blue gains (0-1) of the light on a white paper."""
        white = self.lit("#f4f1ea")
        red, green, blue = (((white >> shift) & 255) / 255 for shift in (16, 8, 0))
        return red, green, blue


def palette(hour: TimeOfDay, mood: Mood, weather: Weather, seed: int, indoors: bool = False) -> Palette:
    """The palette of a location. ``seed`` is the location's own, so it is the same in all of its shots."""
    stream = rng(seed, "palette")
    turn, rich, step = _MOODS[mood]
    turn += stream.uniform(-9, 9)
    wet_chroma, wet_light, haze, grey = _WEATHERS[weather]
    night = hour is TimeOfDay.NIGHT
    skies: list[int] = []
    for lightness, chroma, hue in _SKIES[hour]:
        tuned: Lch = (lightness + step * (0.4 if night else 1.0), chroma * rich, hue + turn)
        drab: Lch = (lightness * (0.80 if weather is Weather.STORM else 0.93), chroma * 0.28, 250)
        lightness, chroma, hue = _blend(tuned, drab, grey)
        skies.append(oklch(lightness * (wet_light * 0.25 + 0.75), chroma, hue))
    gain, chroma_gain, weight, ambient = (_LAMPLIGHT if indoors else _LIGHT)[hour]
    if not indoors:
        gain, chroma_gain = gain * (0.5 + 0.5 * wet_light), chroma_gain * wet_chroma
    accent_hue = _ACCENTS[stream.randrange(len(_ACCENTS))]
    accent_light = {TimeOfDay.NIGHT: 0.62, TimeOfDay.DUSK: 0.66}.get(hour, 0.68)
    glow: Lch = {
        TimeOfDay.DAWN: (0.95, 0.085, 75),
        TimeOfDay.DAY: (0.97, 0.075, 98),
        TimeOfDay.DUSK: (0.86, 0.145, 62),
        TimeOfDay.NIGHT: (0.93, 0.055, 92),
    }[hour]
    ambient = (ambient[0], ambient[1] * (0.5 + 0.5 * rich), ambient[2] + turn * 0.5)
    top, middle, low = skies
    ink = oklch(0.10 if night else 0.17, 0.035, ambient[2])
    return Palette(
        sky_top=top,
        sky_middle=middle,
        sky=low,
        accent=oklch(accent_light, 0.17, accent_hue),
        glow=oklch(*glow),
        ink=ink,
        gain=gain * (1 + step),
        chroma=chroma_gain * (0.5 + 0.5 * rich),
        ambient_weight=weight,
        ambient=ambient,
        haze=haze,
    )


def hexcode(packed: int) -> str:
    """``#rrggbb`` of a packed colour, for JSON."""
    return f"#{packed & 0xFFFFFF:06x}"
