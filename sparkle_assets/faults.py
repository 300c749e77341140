"""The project's errors as Dagster sees them: one clear line, and no second round of retries.

Faults that may pass were tried again below (``resources.pipeline.carry``), so Dagster never retries on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from resources.errors import PassingFault, SparkleError, chain, memory_errors
from resources.secrets import without_secrets
from sparkle_assets.interrupts import patient


class Told(dg.Failure):
    """A ``dg.Failure`` that still knows the error it tells."""

    def __init__(self, error: SparkleError) -> None:
        super().__init__(
            description=str(error),
            metadata={
                "kind": error.kind,
                "family": family(error),
                "message": error.message,
                "where": error.where or "-",
                "hint": error.hint or "-",
                "passing": isinstance(error, PassingFault),
            },
            allow_retries=False,
        )
        self.error = error


def family(error: SparkleError) -> str:
    """The class of ``resources.errors`` that an error is one of: whoever hears of it elsewhere tells that one."""
    return next(one.__name__ for one in type(error).__mro__ if one.__module__ == SparkleError.__module__)


@contextmanager
def told() -> Iterator[None]:
    """Turn a :class:`SparkleError`, or a lack of memory, into a failure with its message and hint as metadata.

    Dagster keeps the text of everything else that is raised: no secret may be in it. Ctrl-C is patient meanwhile.
    """
    try:
        with patient(), memory_errors(""):
            yield
    except SparkleError as error:
        raise Told(error) from None
    except BaseException as error:
        for one in chain(error):
            one.args = tuple(without_secrets(part) if isinstance(part, str) else part for part in one.args)
        raise
