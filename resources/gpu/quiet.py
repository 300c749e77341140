"""No progress bars of libraries on a terminal that is ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """transformers and diffusers load in silence meanwhile."""
    import diffusers.utils
    import transformers.utils

    libraries: list[Any] = [diffusers.utils.logging, transformers.utils.logging]
    shown = [logging for logging in libraries if logging.is_progress_bar_enabled()]
    for logging in shown:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        for logging in shown:
            logging.enable_progress_bar()
