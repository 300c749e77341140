"""Log lines as JSON objects, one a line, on standard error: ``--log-format json`` or ``SPARKLE_LOG=json``."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

VARIABLE = "SPARKLE_LOG"


class JsonLines(logging.Formatter):
    """``at``, ``level``, ``logger``, ``message``, and ``error`` where one was caught."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": " ".join(record.getMessage().split()),
            "process": record.process,
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        return json.dumps(told, ensure_ascii=False)


def log_json() -> None:
    """Let every log line of this process be one JSON object. Lines at ``info`` of our own loggers are told, too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger("sparkle").setLevel(logging.INFO)
