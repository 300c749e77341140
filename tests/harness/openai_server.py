"""A model's HTTP service on loopback that answers what a test tells it to, and remembers what it was asked.

It speaks the chat completions API; with ``Said(body=...)`` it answers any other JSON too, Gemini's for one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Said:
    """One answer. ``text`` becomes a chat completion; ``body`` is sent as it is."""

    text: str = ""
    status: int = 200
    body: Mapping[str, Any] | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    finish: str = "stop"

    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body if self.body is not None else completion(self.text, self.finish)).encode()


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def user(self) -> str:
        """The user's message."""
        return str(next(one["content"] for one in self.body["messages"] if one["role"] == "user"))

    @property
    def system(self) -> str:
        """The system message."""
        return str(next(one["content"] for one in self.body["messages"] if one["role"] == "system"))


def completion(text: str, finish: str = "stop") -> dict[str, Any]:
    """A chat completion of 11 tokens in, 7 out."""
    return {
        "id": "chatcmpl-1",
        "model": "stub-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def refused(parameter: str, message: str = "") -> Said:
    """A 400 about one parameter."""
    error = {"message": message or f"Unsupported parameter: '{parameter}'", "param": parameter}
    return Said(status=400, body={"error": error})


class ModelServer:
    """Answers with ``answers`` in their order, and 599 when there are none left."""

    def __init__(self, *answers: Said | str) -> None:
        self.answers = [Said(one) if isinstance(one, str) else one for one in answers]
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def spec(self, family: str = "vllm") -> str:
        """A model_spec that leads here."""
        return f"{family}/stub@{self.url}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            return self.answers.pop(0) if self.answers else Said(status=599, body={"error": "no answer left"})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                said = server._next(
                    Asked(self.command, self.path, dict(self.headers.items()), json.loads(data) if data else {})
                )
                if said.delay_s and server._closed.wait(said.delay_s):
                    self.close_connection = True
                    return
                content = said.bytes()
                self.send_response(said.status)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **said.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
