"""Business, as the stage calls it: what a body does that is neither speech nor a walk.

Each kind is one small function of time that says where the body wants to be. To add one, write such a function, put
``@business`` over it, and give ``resources/cutout/business.yaml`` the words that ask for it.
"""
# ruff: noqa: D103  (each function does what it is named after)

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Curve = Callable[[float, float], "Doing"]
"""From the time and the length of the shot, in seconds, to what the body does."""
BEGIN_S = 0.35
"""The cut is seen first, then the deed."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What a body does at one moment, for a figure that looks right; angles and parts as in ``Pose``."""

    weight: float = 0.0
    """How much of it, 0..1."""
    lean: float = 0.0
    bob: float = 0.0
    near: float | None = None
    far: float | None = None
    """Degrees of the arms; None leaves an arm to its own devices."""
    gaze: tuple[float, float] | None = None
    x: float = 0.0
    """Shift forward, of the body's height."""


BUSINESS: dict[str, Curve] = {}


def business(curve: Curve) -> Curve:
    """Register a kind of business under its function's name."""
    BUSINESS[curve.__name__] = curve
    return curve


def swell(t: float, rise: float = 0.6, begin: float = BEGIN_S) -> float:
    """From 0 to 1 in ``rise`` seconds, eased."""
    part = min(1.0, max(0.0, (t - begin) / rise))
    return part * part * (3 - 2 * part)


def between(t: float, begin: float, end: float, ease: float = 0.5) -> float:
    """1 from ``begin`` to ``end``, with eased flanks of ``ease`` seconds inside."""
    return swell(t, ease, begin) * (1 - swell(t, ease, end - ease))


def _wave(t: float, rate: float) -> float:
    return math.sin(math.tau * rate * (t - BEGIN_S))


@business
def look_up(t: float, whole: float) -> Doing:
    return Doing(swell(t), lean=-3.0, gaze=(0.25, -0.9))


@business
def look_down(t: float, whole: float) -> Doing:
    return Doing(swell(t, 0.7), lean=4.0, near=6.0, far=4.0, gaze=(0.2, 0.9))


@business
def look_back(t: float, whole: float) -> Doing:
    return Doing(between(t, BEGIN_S, max(1.6, 0.75 * whole), 0.5), lean=-5.0, gaze=(-0.95, 0.0))


@business
def look_out(t: float, whole: float) -> Doing:
    """Over the land, a hand above the eyes; the gaze wanders."""
    return Doing(swell(t, 0.6), lean=2.0, near=118.0, gaze=(0.7 + 0.25 * math.sin(0.9 * t), -0.12))


@business
def listen(t: float, whole: float) -> Doing:
    return Doing(between(t, BEGIN_S, whole, 0.5), lean=-4.0, near=96.0, gaze=(0.5, -0.25))


@business
def lean_in(t: float, whole: float) -> Doing:
    return Doing(swell(t, 0.7), lean=8.0, x=0.02, gaze=(0.8, 0.05))


@business
def step_back(t: float, whole: float) -> Doing:
    return Doing(swell(t, 0.7), lean=-7.0, x=-0.06, near=58.0, far=34.0)


@business
def step_closer(t: float, whole: float) -> Doing:
    return Doing(swell(t, 0.8), lean=3.0, x=0.10, bob=0.01 * abs(_wave(t, 1.2)) * between(t, 0.3, 1.3, 0.2))


@business
def wave(t: float, whole: float) -> Doing:
    return Doing(between(t, BEGIN_S, whole, 0.8), near=122.0 + 16.0 * _wave(t, 1.15), lean=-1.5)


@business
def wave_both(t: float, whole: float) -> Doing:
    swing = 15.0 * _wave(t, 1.3)
    return Doing(swell(t), near=118.0 + swing, far=112.0 - swing, bob=0.012 * abs(_wave(t, 1.8)))


@business
def spread_arms(t: float, whole: float) -> Doing:
    return Doing(swell(t), near=96.0, far=92.0, lean=-3.5, gaze=(0.2, -0.35))


@business
def open_hands(t: float, whole: float) -> Doing:
    return Doing(swell(t), near=62.0, far=58.0, lean=-1.0)


@business
def point(t: float, whole: float) -> Doing:
    return Doing(between(t, BEGIN_S, max(2.0, 0.8 * whole), 0.6), near=92.0, lean=4.0, gaze=(0.95, -0.05))


@business
def raise_up(t: float, whole: float) -> Doing:
    """What is in the hand, held up to be seen."""
    return Doing(swell(t, 0.6), near=126.0 + 3.0 * _wave(t, 0.4), lean=-2.5, gaze=(0.6, -0.55))


@business
def hold_close(t: float, whole: float) -> Doing:
    return Doing(swell(t), near=50.0, far=28.0, lean=3.0, gaze=(0.3, 0.5))


@business
def turn_over(t: float, whole: float) -> Doing:
    """What is in the hand, looked at from all sides."""
    return Doing(swell(t), near=84.0 + 12.0 * _wave(t, 0.45), lean=2.0, gaze=(0.6, 0.25))


@business
def let_sink(t: float, whole: float) -> Doing:
    return Doing(swell(t, 1.2), near=8.0, far=4.0, lean=6.0, gaze=(0.3, 0.8))


@business
def reach(t: float, whole: float) -> Doing:
    return Doing(swell(t, 1.1), near=84.0, lean=7.0, gaze=(0.85, 0.1))


@business
def bend_down(t: float, whole: float) -> Doing:
    """Down, something is done there, and up again."""
    low = between(t, 0.15, max(2.5, 0.7 * whole), 0.95)
    return Doing(low, lean=20.0, near=66.0 + 6.0 * _wave(t, 1.6), bob=-0.05, gaze=(0.5, 0.9))


@business
def give(t: float, whole: float) -> Doing:
    """The hand that holds a thing goes out; when it is taken it sinks again."""
    return Doing(between(t, BEGIN_S, 0.5 * whole + 0.75, 0.5), near=80.0, lean=6.0, gaze=(0.8, 0.25))


@business
def take(t: float, whole: float) -> Doing:
    return Doing(between(t, 0.5 * whole - 0.7, 0.5 * whole + 0.9, 0.5), near=74.0, lean=5.0, gaze=(0.75, 0.4))


@business
def sit(t: float, whole: float) -> Doing:
    return Doing(swell(t, 0.9), bob=-0.105, lean=3.0, near=24.0, far=18.0)


@business
def hide_face(t: float, whole: float) -> Doing:
    tremor = 0.8 * _wave(t, 2.2)
    return Doing(swell(t, 0.6), lean=11.0 + tremor, near=58.0, far=30.0, bob=-0.02, gaze=(0.2, 1.0))


@business
def heart(t: float, whole: float) -> Doing:
    return Doing(swell(t, 0.6), near=44.0, lean=2.0, gaze=(0.7, 0.15))


@business
def stamp(t: float, whole: float) -> Doing:
    beat = max(0.0, _wave(t, 1.3)) ** 2 * between(t, BEGIN_S, min(whole, 2.8), 0.2)
    return Doing(swell(t, 0.45), bob=0.028 * beat, lean=4.0 - 1.5 * beat, near=34.0, far=38.0)


@business
def shake_head(t: float, whole: float) -> Doing:
    return Doing(between(t, BEGIN_S, min(whole, 2.6), 0.5), gaze=(0.55 * _wave(t, 1.4), 0.2), lean=2.0 * _wave(t, 1.4))


@business
def nod(t: float, whole: float) -> Doing:
    dip = max(0.0, _wave(t, 1.1))
    return Doing(between(t, BEGIN_S, min(whole, 2.4), 0.5), gaze=(0.6, 0.75 * dip), bob=-0.006 * dip)


@business
def laugh(t: float, whole: float) -> Doing:
    return Doing(swell(t), bob=0.012 * abs(_wave(t, 2.4)), lean=-6.0 + 2.0 * _wave(t, 1.2), gaze=(0.1, -0.4))


@business
def leap(t: float, whole: float) -> Doing:
    hop = max(0.0, _wave(t, 0.8)) ** 1.5 * between(t, BEGIN_S, min(whole, 2.6), 0.15)
    return Doing(swell(t, 0.5), bob=0.10 * hop, near=60.0 + 30.0 * hop, far=56.0 + 30.0 * hop, lean=5.0 * hop)


@business
def pull(t: float, whole: float) -> Doing:
    heave = 0.5 + 0.5 * _wave(t, 0.7)
    return Doing(swell(t), lean=-4.0 - 8.0 * heave, near=80.0, far=10.0, bob=-0.02 * heave, gaze=(0.9, 0.1))


@business
def push(t: float, whole: float) -> Doing:
    strain = 0.5 + 0.5 * _wave(t, 0.6)
    return Doing(swell(t), lean=11.0 + 5.0 * strain, near=78.0, far=6.0, x=0.02 * strain, gaze=(0.9, 0.1))


@business
def climb(t: float, whole: float) -> Doing:
    hand = _wave(t, 0.65)
    return Doing(swell(t), near=108.0 + 22.0 * hand, far=108.0 - 22.0 * hand, bob=0.012 * hand, gaze=(0.4, -0.8))


@business
def count(t: float, whole: float) -> Doing:
    return Doing(swell(t), near=72.0 + 10.0 * max(0.0, _wave(t, 1.2)), far=40.0, gaze=(0.5, 0.4))


@business
def dance(t: float, whole: float) -> Doing:
    side = _wave(t, 0.9)
    return Doing(swell(t), lean=7.0 * side, bob=0.022 * abs(side), near=70.0 + 26.0 * side, far=70.0 - 26.0 * side)


@business
def work(t: float, whole: float) -> Doing:
    """Busy with the hands."""
    return Doing(swell(t), near=56.0 + 10.0 * _wave(t, 1.4), far=26.0, lean=5.0, gaze=(0.55, 0.6))


@business
def tilt_head(t: float, whole: float) -> Doing:
    return Doing(between(t, BEGIN_S, whole + 1.0, 0.5), lean=-5.0, gaze=(0.6, 0.3))


@business
def breathe_out(t: float, whole: float) -> Doing:
    up = between(t, 0.1, 1.0, 0.4)
    return Doing(1.0, bob=0.016 * up - 0.01 * swell(t, 0.8, 1.0), lean=-3.0 * up + 2.0 * swell(t, 0.8, 1.0))


@business
def kindle(t: float, whole: float) -> Doing:
    """The other hand goes to the thing in the hand, and both look at the light."""
    return Doing(swell(t, 0.8), near=92.0, far=70.0 * between(t, BEGIN_S, 0.55 * whole, 0.6), lean=4.0, gaze=(0.8, 0.1))


@business
def play(t: float, whole: float) -> Doing:
    """An instrument: the arm with it is up, the other strokes; the body goes along."""
    stroke = _wave(t, 0.9)
    return Doing(swell(t, 0.7), near=98.0 + 5.0 * stroke, far=62.0 + 20.0 * stroke, lean=3.0 * stroke, gaze=(0.6, 0.1))


@business
def ring(t: float, whole: float) -> Doing:
    """A bell, high and swung."""
    return Doing(swell(t, 0.6), near=124.0 + 15.0 * _wave(t, 1.1), lean=-2.0, gaze=(0.6, -0.5))
