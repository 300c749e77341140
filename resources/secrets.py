"""What of this process's environment nobody else may read, cut out of whatever is told.

Keys live in environment variables alone, which a file of keys may fill (:mod:`resources.keys`), and are read at the
call. A service, a library or a proxy may still say one in its error; errors, notes and kept answers pass through here,
so that none of them tells it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

SHORTEST_SECRET = 8
"""A shorter value is a word that may stand in any text."""
CUT = "***"
KEYS = "SPARKLE_KEYS"
"""Names a file of keys, so its value is a path."""
_NAMED = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|SPARKLE_NOTIFY|SPARKLE_REDIS", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)")
"""User and password of an address."""


def without_secrets(text: str) -> str:
    """``text`` without the value of any variable that is named like a secret, and without passwords in addresses.

    Paths stay: the name of a file of credentials says where to look, and holds none.
    """
    for secret in _secrets():
        text = text.replace(secret, CUT)
    return _USER.sub(CUT, text) if "://" in text else text


def names_a_secret(variable: str) -> bool:
    """Whether what a variable of this name holds is cut out of whatever is told."""
    return _NAMED.search(variable) is not None


def _secrets() -> Iterator[str]:
    for name, value in os.environ.items():
        if names_a_secret(name) and name != KEYS:
            parts = {value, *value.split()}
            yield from (one for one in sorted(parts, key=len, reverse=True) if _is_secret(one))


def _is_secret(value: str) -> bool:
    return len(value) >= SHORTEST_SECRET and not value.startswith("/")
