"""What a figure does at one moment, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import Emotion


@dataclass(frozen=True, slots=True)
class Pose:
    """One figure at one moment; lengths in pixels of the frame."""

    x: float
    y: float
    """The point between the feet, or the lowest point of a body that swims or flies."""
    facing: float = 1.0
    """1 looks right, -1 left."""
    emotion: Emotion = Emotion.NEUTRAL
    before: Emotion = Emotion.NEUTRAL
    """What was felt until now."""
    felt: float = 1.0
    """How far the feeling has changed from ``before`` to ``emotion``, 0..1."""
    mouth: tuple[str, str, float] = ("X", "X", 0.0)
    """Viseme now, viseme next, and how far the one has become the other (0..1)."""
    blink: float = 0.0
    """0 open, 1 shut."""
    gaze: tuple[float, float] = (0.0, 0.0)
    """-1..1; positive is right and down in the frame, whichever way the figure faces."""
    bow: float = 0.0
    """-1..1, positive down: the head follows the eyes, more slowly than they dart."""
    arm_near: float = 10.0
    arm_far: float = 10.0
    """Degrees: 0 hangs down, 90 points away from the body, 170 up. The near arm is the one on the side that the figure
    faces and opens forward; the far arm is behind the body and opens to the back, so no gesture hides a face."""
    lean: float = 0.0
    """Degrees, positive forward."""
    bob: float = 0.0
    """How far the body is lifted, as a part of its height (breath, step)."""
    stride: float = 0.0
    """-1..1, the swing of the legs."""
    squeeze: float = 1.0
    """Width against the usual: a paper figure that turns round grows thin and wide again."""
    held: str | None = None
    """The thing in the near hand."""
    grasp: float = 0.0
    """How far the near arm has taken the bearing of one that carries something, 0..1."""
    dark: bool = False
    """What is held gives no light, although such a thing does."""
