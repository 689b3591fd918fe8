"""The key goes to the server that was named, and nowhere else."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.generation.gemini.sending import Call
from desktop.generation.wire.peer import Peer
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.asking import KEY, ask, at, error_of, generate, generator, picture, request


def _everything_a_report_could_show(error: PlantainError) -> str:
    shown = [str(error), repr(error), repr(vars(error)), error.sentence()]
    shown += traceback.format_exception(error)
    link: BaseException | None = error
    while link is not None:
        shown.append(repr(link))
        for frame, _line in traceback.walk_tb(link.__traceback__):
            if "desktop" in frame.f_code.co_filename:
                shown.append(repr(frame.f_locals))
        link = link.__cause__ or link.__context__
    return "\n".join(shown)


@pytest.mark.parametrize(
    "failure",
    [failure for failure in Failure if failure is not Failure.NOT_A_PICTURE],
    ids=lambda failure: failure.value,
)
def test_no_failure_shows_the_key(
    server: GeminiServer, failure: Failure, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    server.fail_with(failure)
    error = error_of(generator(server, total_timeout_s=1))
    assert KEY not in _everything_a_report_could_show(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert KEY not in caplog.text


def test_success_does_not_log_the_key(server: GeminiServer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    ask(server, references=[picture()])
    assert caplog.records
    assert KEY not in caplog.text


def test_nothing_shows_the_key_when_printed(server: GeminiServer):
    peer = Peer("Gemini", "Google", "https://h", "h", 1.0)
    call = Call(peer, KEY, "v1beta", "interactions", "m")
    assert KEY not in repr(call)
    asked = generator(server)
    assert KEY not in repr(asked) + repr(vars(asked))


def test_other_peoples_keys_in_googles_words_are_hidden_too(server: GeminiServer):
    server.fail_with(Failure.KEY_SUSPENDED)
    error = error_of(generator(server, key="a-proxy-key"))
    assert "a-proxy-key" not in error.sentence()


def test_a_redirect_does_not_take_the_key_along(server: GeminiServer, other_server: GeminiServer):
    server.redirect_to = f"{other_server.base_url}/v1beta/models"
    server.fail_with(Failure.REDIRECT)
    error_of(generator(server))
    assert other_server.requests == []
    assert len(server.requests) == 1


def test_the_environment_cannot_steer_it(
    server: GeminiServer,
    other_server: GeminiServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    server.api_key = KEY
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "key-of-the-environment")
    for name in ("GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, other_server.base_url)
    for name in ("GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "someone-elses")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "global")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v1alpha")
    assert ask(server).images
    assert server.requests[0].path.startswith("/v1beta/models/")
    assert other_server.requests == []
    # The SDK would say that it uses GOOGLE_API_KEY, which is not so.
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_the_environment_is_no_second_source_of_a_key(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GOOGLE_API_KEY", "key-of-the-environment")
    assert error_of(generator(server, key="")).kind == "key_missing"
    assert server.requests == []


def test_a_key_store_that_fails_is_told_and_nothing_is_sent(server: GeminiServer):
    from desktop.core.errors import SettingsError

    def locked() -> str:
        raise SettingsError("The system's key store is locked.")

    asked = at(server.base_url, locked)
    with pytest.raises(SettingsError, match="locked"):
        generate(asked, request(), (), CancelToken())
    assert server.requests == []


def test_importing_loads_no_network_library_and_starts_nothing():
    program = (
        "import sys, threading\n"
        "import desktop.generation.gemini, desktop.generation.moodboard\n"
        "heavy = {'google.genai', 'httpx2', 'PySide6', 'PIL', 'pydantic', 'asyncio.__main__'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert threading.active_count() == 1\n"
        "desktop.generation.gemini.GeminiGenerator(api_key=lambda: 1 / 0, models=None)\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
