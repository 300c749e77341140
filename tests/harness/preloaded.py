"""What a film needs, loaded once for every process that is forked from the server."""

import av  # noqa: F401
import numpy  # noqa: F401

import tests.harness.kills  # noqa: F401
