"""The machine's own fontconfig, when a library of ours brings another one.

A wheel carries the fontconfig it was built with, which reads the machine's configuration and says on the terminal what
it does not know in it (``unknown element "reset-dirs"``: the machine's is newer). It goes to file descriptor 2 from C,
scans its compiled-in folders whatever ``FONTCONFIG_FILE`` says, and means nothing to whoever makes a film.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

WARNING = b"Fontconfig warning:"


@contextmanager
def without_warnings() -> Iterator[None]:
    """Hold the process's standard error back meanwhile, and give it on without fontconfig's warnings.

    The whole process is held, whatever its threads write, so let it last no longer than one initialisation. What is
    held back comes out afterwards, also when the work fails; its errors (``Fontconfig error:``) too.
    """
    try:
        terminal = os.dup(2)
    except OSError:  # a process without a standard error: nobody reads what is said there
        yield
        return
    with tempfile.TemporaryFile() as held:
        try:
            os.dup2(held.fileno(), 2)
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            said = b"".join(line for line in held if not line.startswith(WARNING))
            while said:
                said = said[os.write(2, said) :]
