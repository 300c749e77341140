"""What can go wrong with a picture, as branches of the project's one tree (:mod:`resources.errors`).

::

    SparkleError
      InputError
        PictureRefused        the text policy refuses what the picture is asked with     exit code 2
      Faulty
        RenderFault
          PictureBroken       numbers that are none, or one flat colour                  exit code 1
          SampleRejected      a quick sample does not show what was asked for            exit code 1
          PictureQuarantined  the safety check found something; another seed may help    exit code 1
        PassingFault
          BatchTimeout        a batch took longer than it may                            exit code 1
      Busy
        RateLimitError        too many pictures were asked for at once                   exit code 1
"""

from __future__ import annotations

from resources.errors import Busy, InputError, PassingFault, RenderFault


class PictureRefused(InputError):
    """What a picture is asked with may not be drawn; nothing was loaded."""


class PictureBroken(RenderFault):
    """The model's numbers overflowed, or every pixel came out the same."""


class SampleRejected(RenderFault):
    """The judge saw a quick sample, and it does not show what was asked for."""


class PictureQuarantined(RenderFault):
    """The safety check found something; the picture was moved where nothing is published from."""

    def __init__(self, message: str, *, reason: str = "", where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        return (_quarantined, (self.message, self.reason, self.where, self.hint))


class BatchTimeout(PassingFault):
    """A batch took longer than it may; what it had sampled is kept, and the next try goes on from there."""


class RateLimitError(Busy):
    """Too many pictures for one user of one host; ``retry_after_s`` says when there is room again."""

    def __init__(self, message: str, *, retry_after_s: float = 0.0, where: str = "", hint: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[object, ...]:
        return (_limited, (self.message, self.retry_after_s, self.where, self.hint))


def _quarantined(message: str, reason: str, where: str, hint: str) -> PictureQuarantined:
    return PictureQuarantined(message, reason=reason, where=where, hint=hint)


def _limited(message: str, retry_after_s: float, where: str, hint: str) -> RateLimitError:
    return RateLimitError(message, retry_after_s=retry_after_s, where=where, hint=hint)
