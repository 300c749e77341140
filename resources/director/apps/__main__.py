"""Say where the folder of ADK apps is, for ``adk web "$(python -m resources.director.apps)"``."""

import sys
from pathlib import Path

sys.stdout.write(f"{Path(__file__).resolve().parent}\n")
