"""Where the services of a cluster are, told by the environment: an address may hold a password, a profile may not."""

from __future__ import annotations

import importlib.util
import os

from resources.errors import InputError, Missing

POSTGRES, BROKER = "SPARKLE_POSTGRES_URL", "SPARKLE_BROKER_URL"
_PACKAGES = ("celery", "dagster_celery", "dagster_postgres", "psycopg2", "redis")
_EXAMPLES = {
    POSTGRES: "postgresql+psycopg2://sparkle:PASSWORD@host:5432/sparkle",
    BROKER: "redis://:PASSWORD@host:6379/0",
}
_SCHEMES = {POSTGRES: ("postgresql+psycopg2://",), BROKER: ("redis://", "rediss://")}


def check_cluster(profile: str) -> None:
    """Raise :class:`Missing` or :class:`InputError` in one line when this process cannot take part in a cluster."""
    absent = [package for package in _PACKAGES if importlib.util.find_spec(package) is None]
    if absent:
        raise Missing(
            f"profile {profile!r} makes films on a cluster, which needs {', '.join(absent)}",
            hint="pip install 'sparkle-motion[scale]'",
        )
    for name in (POSTGRES, BROKER):
        address_of(name)


def address_of(name: str) -> str:
    """The address in the variable ``name``. Raises :class:`InputError` when it is not set, or of another kind."""
    found = os.environ.get(name, "").strip()
    hint = f"for example {_EXAMPLES[name]}; docs/DEPLOY.md"
    if not found:
        raise InputError(f"{name} is not set", hint=hint)
    if not found.startswith(_SCHEMES[name]):
        raise InputError(f"{name} does not begin with {' or '.join(_SCHEMES[name])}", hint=hint)
    return found
