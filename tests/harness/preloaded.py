"""What a film needs, loaded once for every process that is forked from the server.

Only code and tables: a session of onnxruntime or a pool has threads, which no fork takes along.
"""

import importlib
import tempfile
from pathlib import Path

from resources.agents.adk_factory import require_adk
from resources.director.bench import Bench
from resources.director.production_agent import dry
from tests.harness.kills import MOVIE, inline_engines, new_film

LATE = (
    "cv2",
    "google.adk.agents.llm_agent",
    "google.adk.artifacts.file_artifact_service",
    "google.adk.flows.llm_flows.auto_flow",
    "google.adk.memory.in_memory_memory_service",
    "google.adk.models.google_llm",
    "google.adk.sessions.in_memory_session_service",
    "jsonschema",
    "nudenet",
    "onnxruntime",
    "opentimelineio.adapters",
    "otio_cmx3600_adapter",
    "otio_fcpx_xml_adapter",
    "resources.agents.models.witness",
    "resources.agents.records.film",
    "resources.agents.records.published",
    "resources.pipeline.handover.export",
    "resources.pipeline.page.render",
    "resources.quality.safety",
    "resources.quality.speech_quality",
    "schemas.generate",
    "scipy.fftpack",
)
"""What a film imports when it is needed first; a killed process never gets to use it twice."""

require_adk()
for name in LATE:
    importlib.import_module(name)
with tempfile.TemporaryDirectory() as folder:  # a rehearsal reads every table, and writes nothing
    home = new_film(Path(folder) / "home")
    engines = inline_engines(home.cache)
    dry(Bench(home, lambda profile: engines), MOVIE)
    engines.close()
