"""A real S3 server on loopback (moto behind werkzeug), with faults in front of it that a test turns on.

It refuses what exists (If-None-Match on PUT and on completing an upload in parts, 412), takes uploads in parts, lists
and is strongly consistent, as S3 is. It does not check signatures.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "films"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Faults:
    """Answers 503 until a moment, or to chosen requests, and counts what is asked."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner
        self.asked: list[str] = []
        """``METHOD path?query``, in the order of asking."""
        self.refused = 0
        self.deaf = False
        """Does not hear If-None-Match, as some stores do."""
        self._until = 0.0
        self._lose = ""
        self._lock = threading.Lock()

    def down_for(self, seconds: float) -> None:
        """Answer 503 to everything for so long."""
        self._until = time.monotonic() + seconds

    def lose_answer(self, part: str) -> None:
        """Do what the next PUT of a path with ``part`` in it asks, and answer 503 all the same."""
        self._lose = part

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self.deaf:
            environ.pop("HTTP_IF_NONE_MATCH", None)
        with self._lock:
            self.asked.append(f"{environ['REQUEST_METHOD']} {path}?{environ.get('QUERY_STRING', '')}")
            down = time.monotonic() < self._until
            lost = bool(self._lose) and self._lose in path and environ["REQUEST_METHOD"] == "PUT"
            if lost:
                self._lose = ""
                list(self.inner(environ, lambda *_: None))
            if down or lost:
                self.refused += 1
        if down or lost:
            body = b"<Error><Code>ServiceUnavailable</Code><Message>Reduce your rate</Message></Error>"
            headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
            start_response("503 Service Unavailable", headers)
            return [body]
        return self.inner(environ, start_response)

    def requests(self, start: str) -> int:
        """How many requests began so."""
        return sum(one.startswith(start) for one in self.asked)


class S3:
    """The server, its faults, and what a process has to have in its environment to find it."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.faults = Faults(DomainDispatcherApplication(create_backend_app))
        self._server = make_server(host, 0, self.faults, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"s3://{BUCKET}/studio"
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{self._server.server_port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @contextmanager
    def running(self) -> Iterator[S3]:
        self._thread.start()
        self.backend.reset()  # moto keeps one store for the process, whichever server was before
        try:
            self.backend.create_bucket(BUCKET, "us-east-1")
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @property
    def backend(self) -> Any:
        """Moto's own view of the store, for looking at it and for turning bytes."""
        from moto.s3.models import s3_backends

        return s3_backends["123456789012"]["aws"]

    def stored(self) -> list[str]:
        return sorted(self.backend.buckets[BUCKET].keys.keys())

    def read(self, key: str) -> bytes:
        data: bytes = self.backend.buckets[BUCKET].keys[key].value
        return data

    def write(self, key: str, data: bytes) -> None:
        self.backend.put_object(BUCKET, key, data)
