"""Every error that a person may see, in one tree.

::

    SparkleError                what went wrong, where, and how to mend it
      InputError                the request, plan, file or setting is wrong       exit code 2
        PlanInvalid             a plan does not hold to its schema
        ConfigInvalid           a file under configs/ does not hold
      Missing                   a model, key, program or film is not there        exit code 2
      Faulty                    something broke while working                     exit code 1
        StoreFault              the disk said no
          DiskFull
        RenderFault             an engine failed or made something unusable
        PassingFault            it may work when tried again (a time-out, a busy device)
          MemoryShort           this machine has no memory left for it
      Busy                      another process works on this film                exit code 1
      NeedsReview               made or blocked, and a person must look           exit code 3
        Paused                  a person paused the film                          exit code 3
      Stopped                   a person stopped the work                         exit code 130

All of them pickle, ``str()`` is one line, whatever of a file or a request is quoted in it, and none of them tells a
secret of this process, whoever said it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from resources.secrets import without_secrets

MOST_TOLD = 4000
"""Characters of a message, a place or a hint: a key of a plan may have millions."""
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what stands behind them."""


ENCODING_HINT = "is the terminal's encoding another one?"
"""For words that are no text (:func:`is_text`)."""


def is_text(text: str) -> bool:
    """Whether ``text`` can be written: halves of surrogate pairs stand for bytes, or come out of JSON, and cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def shown(text: str) -> str:
    """``text`` as it can be printed anywhere: what would be a command for a terminal stands as its escape."""
    if not text.isprintable():
        text = "".join(_escaped(char) if _commands(char) else char for char in text[: MOST_TOLD + 1])
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]}..."


def one_line(text: str) -> str:
    """The same with its white space drawn together."""
    return shown(" ".join(text.split()))


def _commands(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _TURNS


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


class SparkleError(Exception):
    """What happened, where, and how to mend it."""

    exit_code = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(without_secrets(message))
        self.message = one_line(without_secrets(message))
        self.where = shown(without_secrets(where))
        self.hint = one_line(without_secrets(hint))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.where, self.hint))

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"

    @property
    def kind(self) -> str:
        """Name of the error for ``--json``."""
        return type(self).__name__


def _rebuild(cls: type[SparkleError], message: str, where: str, hint: str) -> SparkleError:
    return cls(message, where=where, hint=hint)


class InputError(SparkleError):
    """What was asked for is wrong; nothing was made."""

    exit_code = 2


class PlanInvalid(InputError):
    """A plan that does not hold to its schema."""


class ConfigInvalid(InputError):
    """A configuration file that does not hold."""


class Missing(SparkleError):
    """A model, a key, a program, a film or a shot that is not there."""

    exit_code = 2


class Faulty(SparkleError):
    """Something broke while working; what was made before is still there."""


class StoreFault(Faulty):
    """The file system said no."""


class DiskFull(StoreFault):
    """There is no space left for what has to be written."""


class RenderFault(Faulty):
    """An engine failed, or made something that cannot be used."""


class PassingFault(Faulty):
    """A fault that may pass: it is tried again before it is told."""


class MemoryShort(PassingFault):
    """This machine has no memory left: another program may give some back, or the film has to be smaller."""


class Busy(SparkleError):
    """Another process works on this film."""


class NeedsReview(SparkleError):
    """The film is made, or held, and a person must look."""

    exit_code = 3


class Paused(NeedsReview):
    """A person paused the film, and nobody has let it go on."""


class Stopped(SparkleError):
    """A person asked the working process to stop; what was made is kept."""

    exit_code = 130


def chain(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what is behind it, each once: a chain of exceptions may lead back into itself."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


@contextmanager
def memory_errors(where: str) -> Iterator[None]:
    """Turn a :class:`MemoryError` within the block into a :class:`MemoryShort` in one line."""
    try:
        yield
    except MemoryError as error:
        asked = str(error).partition(" for ")[0].removeprefix("Unable to allocate ")
        raise MemoryShort(
            "there is not enough memory" + (f": {asked} more were asked for" if asked else ""),
            where=where,
            hint="close other programs, or make the film smaller (--resolution), and run the same command",
        ) from None
