"""A generation ends when the person or the clock says so, and leaves nothing running."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ServiceUnavailable
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.asking import KEY, Asking, at, error_of, generate, generator, request


@pytest.mark.parametrize("failure", [Failure.HANG, Failure.TRICKLE])
def test_cancelling_ends_it_at_once_and_the_server_sees_the_close(
    server: GeminiServer, failure: Failure
):
    server.fail_with(failure)
    asking = Asking(generator(server))
    assert server.request_arrived.wait(30)
    time.sleep(0.1)  # well into the answer
    asking.stop()
    assert type(asking.error) is Cancelled
    assert "may still bill" in asking.error.message
    assert server.client_left.wait(30)


def test_cancelling_does_not_wait_for_a_name_server(monkeypatch: pytest.MonkeyPatch):
    asked_for_name, answer_name = threading.Event(), threading.Event()

    def silent(*_arguments: object, **_options: object) -> None:
        asked_for_name.set()
        answer_name.wait(300)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    try:
        asking = Asking(at("https://gemini.invalid", lambda: KEY))
        assert asked_for_name.wait(30)
        asking.stop()
        assert type(asking.error) is Cancelled
    finally:
        answer_name.set()


def test_cancelled_before_the_start_nothing_is_sent(server: GeminiServer):
    sent_before = len(server.requests)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        generate(generator(server), request(), (), cancel)
    assert len(server.requests) == sent_before


def test_a_cancel_while_the_key_is_fetched_still_counts(server: GeminiServer):
    sent_before = len(server.requests)
    cancel = CancelToken()

    def slow_keyring() -> str:
        cancel.cancel()
        return KEY

    asked = at(server.base_url, slow_keyring)
    with pytest.raises(Cancelled):
        generate(asked, request(), (), cancel)
    assert len(server.requests) == sent_before


def test_a_cancel_after_the_end_changes_nothing(server: GeminiServer):
    cancel = CancelToken()
    assert generate(generator(server), request(), (), cancel).images
    cancel.cancel()


@pytest.mark.parametrize("failure", [Failure.HANG, Failure.TRICKLE])
def test_the_whole_attempt_has_a_time_limit(server: GeminiServer, failure: Failure):
    server.fail_with(failure)
    error = error_of(generator(server, total_timeout_s=1.5))  # the server would go on for ever
    assert type(error) is ServiceUnavailable
    assert error.message == "Gemini did not answer within 1.5 seconds."
    assert "Google may still bill this request." in error.safe
    assert server.client_left.wait(30)


@pytest.mark.skipif(sys.platform == "win32", reason="signals between processes differ there")
def test_ctrl_c_ends_it_on_the_command_line(server: GeminiServer):
    server.fail_with(Failure.HANG)
    program = (
        "from desktop.config.paths import resource\n"
        "from desktop.core.cancellation import CancelToken\n"
        "from desktop.core.generation_record import GenerationRequest\n"
        "from desktop.generation.capabilities import load_models\n"
        "from desktop.generation.gemini import GeminiGenerator\n"
        "models = load_models(resource('capabilities/gemini.json'))\n"
        f"address = {server.base_url!r}\n"
        "asked = GeminiGenerator(api_key=lambda: 'k', models=models, base_url=address)\n"
        "try:\n"
        "    asked.ask(GenerationRequest('x'), (), CancelToken(), lambda: None)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.request_arrived.wait(20)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    finally:
        process.kill()
    assert output == "interrupted\n"
    assert server.client_left.wait(30)


def test_several_may_be_asked_at_once_and_stopped_alone(server: GeminiServer):
    server.fail_with(Failure.HANG)
    stopped, going_on = Asking(generator(server)), Asking(generator(server))
    assert server.request_arrived.wait(30)
    stopped.stop()
    assert going_on.is_alive()
    going_on.stop()
