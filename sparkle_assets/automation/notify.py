"""Telling somebody elsewhere: a webhook, a mail, a chat; off unless ``SPARKLE_NOTIFY`` says where.

``SPARKLE_NOTIFY`` holds one or more addresses as Apprise knows them, separated by spaces (``json://host/hook``,
``mailtos://user:password@host?to=me@example.org``, ``ntfy://topic``). They are read when there is something to tell,
and kept nowhere. What is sent is a line about a film: what looks like a secret of this process is cut out of it.
"""

from __future__ import annotations

import logging
import os

from resources.secrets import without_secrets
from resources.store.narrate import clean

VARIABLE = "SPARKLE_NOTIFY"
MAX_LINE = 1000

logger = logging.getLogger("sparkle.notify")


def notify(title: str, text: str) -> bool:
    """Send a line to every address of ``SPARKLE_NOTIFY``; True when each took it. Never raises for one that did not.

    Raises nothing where the variable is not set: then nobody is told, and False is the answer.
    """
    addresses = os.environ.get(VARIABLE, "").split()
    if not addresses:
        return False
    try:
        import apprise
    except ImportError:
        logger.error("%s is set, and apprise is not installed (pip install apprise)", VARIABLE)
        return False
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log may quote an address, and with it a password
    post = apprise.Apprise()
    known = [post.add(address) for address in addresses]
    sent = bool(post.notify(title=_line(title), body=_line(text))) if any(known) else False
    if not all(known) or not sent:
        number = ", ".join(str(k) for k, good in enumerate(known, 1) if not good)
        what = f"address {number} is none that apprise knows" if number else "an address did not take it"
        logger.error("%s: %s", VARIABLE, what)
    return sent and all(known)


def _line(text: str) -> str:
    """``text`` in one line, without a secret of this process."""
    return clean(without_secrets(text))[:MAX_LINE]
