"""Which assets take turns at the GPU.

Assets are module level, so the profile that a code location serves (``SPARKLE_PROFILE``) is read when they are made.
``dagster.yaml`` gives the pool one slot: one step at a time, whichever run it is of. `sparkle make` runs one step at a
time in one process, whatever the pools. On a cluster each worker does one step at a time, and has a card of its own.
"""

from __future__ import annotations

import os

from resources.profile import Role, load_profile

POOL = "gpu"


def served_profile() -> str:
    """The profile that this code location serves."""
    return os.environ.get("SPARKLE_PROFILE") or "embedded"


def pool_of(role: Role) -> str | None:
    """The pool of the assets whose engine plays ``role``: the GPU's when it loads models there."""
    profile = load_profile(served_profile())
    return POOL if profile.gpu is not None and profile.farm is None and profile.on_models(role) else None
