"""Telling somebody elsewhere, on loopback: a webhook and a mail, and never a secret."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from sparkle_assets.automation.notify import notify

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise imports it


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.send_response(self.server.code)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Mail(socketserver.StreamRequestHandler):
    """As much SMTP as a client needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        body = False
        for line in self.rfile:
            if body:
                self.server.got.append(line)  # type: ignore[attr-defined]
                if line == b".\r\n":
                    body = False
                    self.wfile.write(b"250 taken\r\n")
                continue
            word = line[:4].upper()
            if word == b"DATA":
                body = True
                self.wfile.write(b"354 go on\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.code = [], 200  # type: ignore[attr-defined]
    yield from _serving(server)


@pytest.fixture
def mail() -> Iterator[socketserver.TCPServer]:
    server = socketserver.TCPServer(("127.0.0.1", 0), Mail)
    server.got = []  # type: ignore[attr-defined]
    yield from _serving(server)


def _serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_nobody_is_told_unless_somebody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARKLE_NOTIFY", raising=False)
    assert notify("sparkle: hello failed", "told to fail") is False


def test_a_webhook_and_a_mail(hook: HTTPServer, mail: socketserver.TCPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    smtp = f"mailto://127.0.0.1:{mail.server_address[1]}?from=film@example.org&to=me@example.org&mode=insecure"
    monkeypatch.setenv("SPARKLE_NOTIFY", f"json://127.0.0.1:{hook.server_port}/hook {smtp}")
    assert notify("sparkle: hello failed", "shot one:\x1b[31m told\nto fail") is True
    sent = json.loads(hook.got[0])  # type: ignore[attr-defined]
    assert (sent["title"], sent["message"]) == ("sparkle: hello failed", "shot one: [31m told to fail")
    letter = b"".join(mail.got)  # type: ignore[attr-defined]
    assert b"sparkle: hello failed" in letter and b"me@example.org" in letter


def test_secrets_are_never_sent_or_logged(
    hook: HTTPServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-1")
    hook.code = 500  # type: ignore[attr-defined]
    monkeypatch.setenv("SPARKLE_NOTIFY", f"json://user:hunter2hunter2@127.0.0.1:{hook.server_port} nonsense://x")
    assert notify("sparkle: hello failed", "refused with sk-very-secret-1") is False
    sent = json.loads(hook.got[0])  # type: ignore[attr-defined]
    assert sent["message"] == "refused with ***"
    assert "hunter2" not in caplog.text and "sk-very" not in caplog.text and "SPARKLE_NOTIFY" in caplog.text
