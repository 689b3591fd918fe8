"""The stand-in is as strict as the service it stands in for."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import pytest

from tests.fakes.gemini import MODELS, GeminiServer
from tests.generation.asking import picture

IMAGE_CONFIG = {"aspectRatio": "1:1", "imageSize": "512"}
CONFIG = {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": IMAGE_CONFIG}
TEXT = {"text": "a kettle"}


def _call(
    server: GeminiServer,
    path: str = f"/v1beta/models/{MODELS[0]}:generateContent",
    body: object = None,
    key: str = "k",
) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(server.base_url + path, data, {"x-goog-api-key": key})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def _body(parts: Sequence[object], config: object = CONFIG) -> dict[str, object]:
    return {"contents": [{"role": "user", "parts": list(parts)}], "generationConfig": config}


def _inline(**fields: str) -> dict[str, object]:
    encoded = base64.urlsafe_b64encode(picture().data).decode()
    return {"inlineData": {"data": encoded, "mime_type": "image/jpeg", **fields}}


def test_it_answers_a_well_formed_request(server: GeminiServer):
    status, reply = _call(server, body=_body([TEXT, _inline()]))
    assert status == 200
    parts = reply["candidates"][0]["content"]["parts"]
    assert [part.get("thought", False) for part in parts] == [True, True, False, False]
    assert reply["usageMetadata"]["totalTokenCount"] > 0


def test_it_lists_its_models(server: GeminiServer):
    status, reply = _call(server, "/v1beta/models?pageSize=50")
    assert status == 200
    assert [model["name"] for model in reply["models"]] == [f"models/{name}" for name in MODELS]


@pytest.mark.parametrize("key", ["", "wrong"])
def test_it_wants_its_key(server: GeminiServer, key: str):
    server.api_key = "right"
    for body in (None, _body([TEXT])):
        path = f"/v1beta/models/{MODELS[0]}:generateContent" if body else "/v1beta/models"
        status, reply = _call(server, path, body, key=key)
        assert status == 400
        assert reply["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_it_does_not_keep_the_key(server: GeminiServer):
    _call(server, body=_body([TEXT]), key="very-secret")
    (recorded,) = server.requests
    assert recorded.headers["x-goog-api-key"] == "[redacted]"
    assert "very-secret" not in repr(vars(recorded))


STANDARD_ALPHABET = base64.b64encode(b"\xfb\xff\xfe" * 10).decode()


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        _body([]),
        _body([{"text": ""}]),
        _body([{"text": "x", **_inline()}]),
        _body([TEXT, _inline(data=STANDARD_ALPHABET)]),
        _body([TEXT, _inline(data="bm8gcGljdHVyZQ==")]),
        _body([TEXT, _inline(mime_type="image/gif")]),
        _body([TEXT, {"inlineData": {"data": "", "mimeType": "image/png"}}]),
        _body([TEXT, {"inline_data": {}}]),
        _body([TEXT] + [_inline()] * 15),
        _body([TEXT], None),
        _body([TEXT], {**CONFIG, "responseModalities": ["TEXT"]}),
        _body([TEXT], {**CONFIG, "candidateCount": 2}),
        _body([TEXT], {**CONFIG, "imageConfig": {**IMAGE_CONFIG, "imageSize": "1k"}}),
        _body([TEXT], {**CONFIG, "imageConfig": {**IMAGE_CONFIG, "aspectRatio": "7:3"}}),
    ],
)
def test_it_refuses_what_the_service_refuses(server: GeminiServer, body: object):
    status, reply = _call(server, body=body)
    assert (status, reply["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("path", ["/v1beta/models/gone:generateContent", "/v1/models/x:y"])
def test_it_has_no_other_models_and_no_other_paths(server: GeminiServer, path: str):
    assert _call(server, path, _body([TEXT]))[0] == 404


def test_the_same_request_gives_the_same_picture_and_another_another(server: GeminiServer):
    first, again = (_call(server, body=_body([TEXT]))[1] for _ in range(2))
    assert first == again
    assert _call(server, body=_body([{"text": "a boat"}]))[1] != first


def test_started_by_hand_it_says_how_to_be_used():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.gemini", "--port", "0", "--fail", "quota"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert "PLANTAIN_GEMINI_BASE_URL=http://127.0.0.1:" in lines[2]
    assert "--generator gemini" in lines[2]
