"""Files of keys: their owner's alone, or not used.

``SPARKLE_KEYS`` names one with the keys of services, for whoever would not have them in a shell's history or profile.
"""

from __future__ import annotations

import os
import stat
from io import StringIO
from pathlib import Path

from resources.errors import InputError
from resources.secrets import KEYS, names_a_secret

MOST_BYTES = 64 * 1024


class KeyRefused(InputError):
    """A key, or a certificate, that must not be used as it is."""


def read_private(path: Path, limit: int) -> bytes:
    """The first ``limit`` bytes of a regular file of mode 0600 or less; no link is followed.

    Raises :class:`KeyRefused`, and :class:`InputError` where nothing can be read. What the file holds is never told.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise KeyRefused("is not a file", where=str(path))
    with os.fdopen(handle, "rb") as file:
        if stat.S_IMODE(mode) & 0o077:
            raise KeyRefused("others may read this key", where=str(path), hint=f"chmod 600 {path}")
        return file.read(limit)


def take_keys() -> None:
    """Put the keys of the file that ``SPARKLE_KEYS`` names into this process's environment.

    Its lines are ``NAME=value``, as in any ``.env`` file, but nothing in a value is expanded. A variable that is set
    already stays. Only what is named like a secret is taken: a file of keys must not choose programs or folders.
    Raises :class:`InputError` when the file cannot be used, :class:`KeyRefused` when others may read it.
    """
    named = os.environ.get(KEYS, "").strip()
    if not named:
        return
    from dotenv import dotenv_values

    path = Path(named).expanduser().absolute()
    try:
        text = read_private(path, MOST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=str(path)) from None
    if len(text) > MOST_BYTES or "\0" in text:
        raise InputError("is no file of keys", where=str(path), hint="lines of NAME=value, at most 64 kB")
    for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items():
        # a name is told, for it says what is wrong; a line without "=" may be a key itself, and is not
        if not value:
            raise InputError("has a line without a value", where=str(path), hint="write NAME=value")
        if not names_a_secret(name):
            raise InputError(
                f"{name[:80]!r} is not the name of a key", where=str(path), hint="set it in the environment"
            )
        os.environ.setdefault(name, value)
