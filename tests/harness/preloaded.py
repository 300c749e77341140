"""What a film needs, loaded once for every process that is forked from the server."""

import av  # noqa: F401
import jsonschema  # noqa: F401
import numpy  # noqa: F401
import onnxruntime  # noqa: F401

import tests.harness.kills  # noqa: F401
from resources.agents.adk_factory import require_adk
from resources.casting import load_voices

require_adk()
load_voices()
