"""What stands in the way of a signature.

::

    InputError
      KeyRefused        a key that others may read, or that does not fit its certificate
"""

from __future__ import annotations

from resources.errors import InputError


class KeyRefused(InputError):
    """A signing key or certificate that must not be used as it is."""
