"""Which sounds a place is made of, at an hour and in a weather. Levels are RMS of a bed, or peak of a call, in dBFS."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10


@dataclass(frozen=True)
class Swell:
    """How a bed comes and goes: by ``depth`` dB up and down, about every ``period`` seconds."""

    period: float
    depth: float


SWELLS: dict[str, Swell] = {
    "waves": Swell(7.5, 4.0),
    "surf": Swell(7.5, 7.0),
    "breeze": Swell(9.0, 3.0),
    "wind": Swell(6.0, 4.5),
    "whistle": Swell(5.0, 7.0),
    "leaves": Swell(6.5, 4.5),
    "downpour": Swell(8.0, 2.0),
    "rain": Swell(11.0, 1.5),
    "city": Swell(13.0, 2.0),
    "murmur": Swell(12.0, 2.0),
    "insects": Swell(9.0, 2.5),
}
EVERY_S: dict[str, float] = {
    "bird": 2.6, "gull": 6.5, "owl": 9.0, "rooster": 14.0, "thunder": 9.0, "thunder_far": 11.0, "car": 8.0,
    "foghorn": 12.0, "whale": 11.0, "blip": 5.5, "twinkle": 4.5, "cowbell": 6.0, "drip": 4.0, "bird_far": 4.5,
}  # fmt: skip
"""A call is heard once in about so many seconds. Names ending in ``_far`` are the same call, dull and soft."""
LOUDEST_DB = -31.5
"""RMS of all beds of a place together, before they swell."""
INDOORS = frozenset({"living_room", "kitchen", "school", "spaceship"})
SHELTERED = frozenset({"space", "spaceship", "underwater"})
"""Where no weather of the air is heard."""

PLACES: dict[str, dict[str, float]] = {
    "sea": {"waves": -36, "surf": -42, "breeze": -47},
    "forest": {"leaves": -44, "breeze": -42},
    "city": {"city": -36},
    "living_room": {"room": -42, "clock": -58},
    "kitchen": {"room": -42, "fridge": -48},
    "desert": {"wind": -40, "whistle": -54},
    "mountains": {"wind": -38, "breeze": -44},
    "space": {"deep": -38, "drone": -48},
    "spaceship": {"ship": -40, "vent": -42},
    "castle": {"hall": -41, "breeze": -44},
    "farm": {"breeze": -42, "leaves": -50},
    "school": {"room": -42, "clock": -60},
    "market": {"murmur": -37, "hall": -43, "city": -46},
    "underwater": {"deep": -36, "vent": -46, "bubbles": -42},
}
CALLS_AT: dict[tuple[str, str], dict[str, float]] = {
    ("sea", "dawn"): {"gull": -36},
    ("sea", "day"): {"gull": -34},
    ("sea", "dusk"): {"gull": -40},
    ("forest", "dawn"): {"bird": -32, "bird_far": -38},
    ("forest", "day"): {"bird": -35, "bird_far": -38},
    ("forest", "dusk"): {"bird_far": -38, "crickets": -50},
    ("forest", "night"): {"crickets": -45, "owl": -36},
    ("city", "dawn"): {"bird": -40, "car": -34},
    ("city", "day"): {"car": -30, "bird_far": -42},
    ("city", "dusk"): {"car": -32},
    ("city", "night"): {"car": -38, "crickets": -56},
    ("living_room", "day"): {"bird_far": -44},
    ("living_room", "dusk"): {"fire": -42},
    ("living_room", "night"): {"fire": -40},
    ("kitchen", "dawn"): {"bird_far": -42, "drip": -46},
    ("kitchen", "day"): {"bird_far": -44, "drip": -46},
    ("kitchen", "dusk"): {"drip": -46},
    ("kitchen", "night"): {"drip": -44},
    ("desert", "night"): {"crickets": -54},
    ("desert", "dusk"): {"insects": -58},
    ("mountains", "day"): {"cowbell": -44, "bird_far": -44},
    ("mountains", "dawn"): {"cowbell": -46, "bird_far": -42},
    ("mountains", "night"): {"owl": -42},
    ("castle", "dawn"): {"bird_far": -38},
    ("castle", "day"): {"bird_far": -40},
    ("castle", "dusk"): {"fire": -46},
    ("castle", "night"): {"fire": -42, "owl": -42},
    ("farm", "dawn"): {"rooster": -36, "bird": -38},
    ("farm", "day"): {"bird": -38, "insects": -58, "cowbell": -44},
    ("farm", "dusk"): {"crickets": -48, "cowbell": -46},
    ("farm", "night"): {"crickets": -44, "owl": -42},
    ("school", "day"): {"murmur": -50, "bird_far": -46},
    ("market", "day"): {"bird_far": -42},
    ("market", "dusk"): {"bird_far": -46},
    ("market", "night"): {"crickets": -56},
}
ALWAYS: dict[str, dict[str, float]] = {
    "space": {"twinkle": -42},
    "spaceship": {"blip": -42},
    "underwater": {"whale": -40},
}
WEATHER: dict[str, dict[str, float]] = {
    "rain": {"rain": -36, "downpour": -46},
    "storm": {"downpour": -35, "wind": -36, "thunder": -24},
    "wind": {"wind": -36, "whistle": -50},
    "snow": {"snow": -44},
    "fog": {"snow": -46},
}
WEATHER_INDOORS: dict[str, dict[str, float]] = {
    "rain": {"rain_window": -40},
    "storm": {"rain_window": -38, "wind": -45, "thunder_far": -28},
    "wind": {"wind": -45, "whistle": -56},
}
_HUSH = {"snow": -4.0, "fog": -3.0}
_HIDES = frozenset({"bird", "bird_far", "gull", "crickets", "insects", "owl", "rooster", "cowbell"})
"""Nothing that sings stays out in rain or storm."""


def heard(place: str, hour: str, weather: str) -> dict[str, float]:
    """Layers and their levels in dBFS. A place without an entry is an outdoors with a breeze."""
    layers = dict(PLACES.get(place, {"breeze": -42}))
    layers |= CALLS_AT.get((place, hour), {}) | ALWAYS.get(place, {})
    if hour == "night" and place in ("city", "market"):
        layers = {name: level - (8 if name == "murmur" else 4) for name, level in layers.items()}
    if place in SHELTERED:
        return layers
    if weather in ("rain", "storm"):
        layers = {name: level for name, level in layers.items() if name not in _HIDES}
    elif weather == "wind":
        layers = {name: level - 5 if name in _HIDES else level for name, level in layers.items()}
    if weather in _HUSH and place not in INDOORS:
        layers = {name: level + _HUSH[weather] for name, level in layers.items()}
        layers = {name: level for name, level in layers.items() if weather == "fog" or name != "crickets"}
    if place == "sea" and weather == "fog":
        layers["foghorn"] = -34
    if place == "sea" and weather in ("storm", "wind"):
        layers["waves"], layers["surf"] = -34.0, -38.0
    for name, level in (WEATHER_INDOORS if place in INDOORS else WEATHER).get(weather, {}).items():
        layers[name] = max(level, layers.get(name, -99.0))
    return _bounded(layers)


def _bounded(layers: dict[str, float]) -> dict[str, float]:
    """The same air, no louder than LOUDEST_DB: a storm at sea is many layers, and still behind the voices."""
    power = sum(10 ** (level / 10) for name, level in layers.items() if name not in EVERY_S)
    over = max(0.0, 10 * log10(power) - LOUDEST_DB)
    return {name: level - over if name not in EVERY_S else level for name, level in layers.items()}
