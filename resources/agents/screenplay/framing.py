"""How large a description is seen, and what the camera does."""

from __future__ import annotations

from resources.agents.screenplay.beats import Beat
from schemas.vocabulary import CameraMove, ShotSize

_WIDE_MOVES = (CameraMove.PUSH_IN, CameraMove.PAN_RIGHT, CameraMove.PAN_LEFT, CameraMove.STATIC)


def framing(beat: Beat, people: int, *, opened: bool, chance: int) -> tuple[ShotSize, CameraMove]:
    """Size and camera of a description with so many ``people``; ``opened``: its place was shown before.

    ``chance`` is the beat's own number, which decides between equals.
    """
    if not opened:
        return ShotSize.WIDE, CameraMove.FOLLOW if beat.follow and people == 1 else _WIDE_MOVES[chance % 4]
    if beat.props and not people:
        return ShotSize.INSERT, CameraMove.PUSH_IN
    if beat.close and people == 1:
        return ShotSize.CLOSE, CameraMove.PUSH_IN
    if beat.shaken:
        return ShotSize.MEDIUM if people else ShotSize.WIDE, CameraMove.HANDHELD
    if beat.follow and people:
        return ShotSize.WIDE, CameraMove.FOLLOW
    if not people or people > 2:
        return ShotSize.WIDE, _WIDE_MOVES[chance % 4]
    return ShotSize.MEDIUM, CameraMove.PUSH_IN if chance % 4 == 0 else CameraMove.STATIC
