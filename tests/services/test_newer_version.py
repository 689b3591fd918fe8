"""A newer version is asked for when a person asks, at the address of the settings alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError, SettingsError, WorkingOffline
from desktop.services.newer_version import NewestVersion, ask_for_newest


class Announcer:
    """Says on loopback which version is the newest.

    Attributes:
        asked: headers of each request, as one text.
    """

    def __init__(self) -> None:
        self.status = 200
        self.body: bytes = b"{}"
        self.location = ""
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                outer.asked.append(f"{self.path}\n{self.headers}")
                self.send_response(outer.status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/latest"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def says(self, told: object) -> None:
        self.body = json.dumps(told).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def announcer() -> Iterator[Announcer]:
    made = Announcer()
    yield made
    made.close()


def asked(announcer: Announcer, current: str = "1.9.0") -> NewestVersion:
    return ask_for_newest(announcer.address, current, CancelToken(), is_offline=False)


@pytest.mark.parametrize(
    ("told", "newest", "page"),
    [
        ({"version": "1.10", "page": "https://x.example/1"}, "1.10", "https://x.example/1"),
        ({"tag_name": "v2.0.0", "html_url": "https://g.example/2"}, "2.0.0", "https://g.example/2"),
        ({"info": {"version": "1.9.1", "package_url": "https://p.example/"}}, "1.9.1", None),
        ({"version": "1.9.1", "page": "javascript:alert(1)"}, "1.9.1", ""),
    ],
)
def test_each_form_of_announcement_is_read(
    announcer: Announcer, told: object, newest: str, page: str | None
):
    announcer.says(told)
    found = asked(announcer)
    assert found.newest == newest
    assert found.is_newer
    assert page is None or found.page == page
    [request] = announcer.asked
    assert "1.9.0" not in request, "nothing about this computer goes along"


@pytest.mark.parametrize("newest", ["1.9", "1.9.0", "1.8.7", "0.99"])
def test_the_same_and_older_ones_are_not_newer(announcer: Announcer, newest: str):
    announcer.says({"version": newest})
    assert not asked(announcer).is_newer


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((404, b"{}"), (500, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"version": "soon"}')),
        *((200, b'{"version": "%b"}' % each) for each in (b"9" * 5_000, b"1." * 5_000 + b"1")),
    ],
)
def test_what_says_no_version_is_told(announcer: Announcer, status: int, body: bytes):
    announcer.status, announcer.body = status, body
    with pytest.raises(PlantainError) as caught:
        asked(announcer)
    assert "settings" in caught.value.next_step
    assert len(announcer.asked) == 1


def test_a_redirect_is_not_followed(announcer: Announcer):
    announcer.status, announcer.location = 302, announcer.address
    with pytest.raises(PlantainError, match="HTTP 302"):
        asked(announcer)
    assert len(announcer.asked) == 1


def test_offline_nothing_is_asked(announcer: Announcer):
    with pytest.raises(WorkingOffline):
        ask_for_newest(announcer.address, "1.0", CancelToken(), is_offline=True)
    assert announcer.asked == []


@pytest.mark.parametrize("address", ["", "http://far.example/x", "ftp://x", "http://["])
def test_an_address_that_may_not_be_asked_is_refused(address: str):
    with pytest.raises(SettingsError):
        ask_for_newest(address, "1.0", CancelToken(), is_offline=False)


def test_nobody_there_is_told_without_words_of_pictures():
    with pytest.raises(PlantainError) as caught:
        ask_for_newest("http://127.0.0.1:9/x", "1.0", CancelToken(), is_offline=False)
    assert "127.0.0.1" in caught.value.message
    assert "prompt" not in caught.value.sentence()
