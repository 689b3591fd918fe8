"""Reading answers: every level may be missing, null or something else."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.errors import GenerationError, NoPicture, PromptBlocked, ReplyUnreadable
from desktop.core.generation_record import Usage
from tests.generation.asking import read_reply

PNG = b"\x89PNG\xfb\xff\xfe"


def _body(*parts: object, **more: object) -> str:
    return json.dumps({"candidates": [{"content": {"parts": list(parts)}}], **more})


def _inline(data: str, mime_type: object = "image/png") -> dict[str, object]:
    return {"inlineData": {"mimeType": mime_type, "data": data}}


def test_a_jpeg_is_as_welcome_as_a_png():
    encoded = base64.b64encode(PNG).decode()
    assert read_reply(_body(_inline(encoded, "image/jpeg")), "m").images == (PNG,)


@pytest.mark.parametrize(
    "mime_type", [None, "", "IMAGE/PNG", "application/octet-stream", "binary/octet-stream"]
)
def test_a_picture_that_is_called_something_else_was_paid_for_all_the_same(mime_type: object):
    encoded = base64.b64encode(PNG).decode()
    assert read_reply(_body(_inline(encoded, mime_type)), "m").images == (PNG,)


def test_names_are_read_in_either_spelling_as_google_writes_them():
    """JSON has ``inlineData``, the API's own definition ``inline_data``."""
    body = {
        "candidates": [
            {
                "content": {
                    "parts": [
                        {
                            "inline_data": {"mime_type": "image/png", "data": "b25l"},
                            "thought": True,
                        },
                        {"inline_data": {"mime_type": "image/png", "data": "dHdv"}},
                    ]
                },
                "finish_reason": "STOP",
            }
        ],
        "usage_metadata": {
            "prompt_token_count": 7,
            "candidates_token_count": 1125,
            "candidates_tokens_details": [{"modality": "IMAGE", "token_count": 1120}],
        },
        "model_version": "answered",
        "response_id": "r-1",
    }
    result = read_reply(json.dumps(body), "asked")
    assert (result.images, result.thought_images) == ((b"two",), (b"one",))
    assert (result.model, result.response_id) == ("answered", "r-1")
    assert result.usage == Usage(7, 1125, image_tokens=1120)
    withheld = {"candidates": [{"finish_reason": "IMAGE_SAFETY", "finish_message": "No."}]}
    with pytest.raises(PromptBlocked, match="No\\."):
        read_reply(json.dumps(withheld), "m")
    blocked = {"prompt_feedback": {"block_reason": "BLOCKLIST"}}
    with pytest.raises(PromptBlocked, match="block list"):
        read_reply(json.dumps(blocked), "m")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("strip", [False, True])
def test_both_alphabets_of_base64_are_read_with_and_without_padding(
    encode: Callable[[bytes], bytes], strip: bool
):
    text = encode(PNG).decode()
    assert read_reply(_body(_inline(text.rstrip("=") if strip else text)), "m").images == (PNG,)


def test_all_pictures_and_words_are_taken_in_order():
    first, second = (base64.b64encode(data).decode() for data in (b"one", b"two"))
    body = _body({"text": " a "}, _inline(first), {"text": ""}, {"text": "b"}, _inline(second))
    result = read_reply(body, "m")
    assert result.images == (b"one", b"two")
    assert result.text == "a\nb"


def test_the_asked_model_stands_in_for_a_missing_version():
    encoded = base64.b64encode(PNG).decode()
    assert read_reply(_body(_inline(encoded)), "asked").model == "asked"
    assert read_reply(_body(_inline(encoded), modelVersion="answered"), "asked").model == "answered"


def test_odd_usage_counts_as_nothing():
    encoded = base64.b64encode(PNG).decode()
    odd = {"promptTokenCount": "12", "candidatesTokenCount": None, "thoughtsTokenCount": True}
    assert read_reply(_body(_inline(encoded), usageMetadata=odd), "m").usage == Usage()
    assert read_reply(_body(_inline(encoded), usageMetadata=None), "m").usage == Usage()


@pytest.mark.parametrize(
    "part",
    [
        _inline(""),
        _inline(base64.b64encode(b"sound").decode(), "audio/wav"),
        _inline(base64.b64encode(b"?").decode(), 7),
        {"inlineData": None},
        {"inlineData": "text"},
        {"text": None},
        {},
        None,
        "text",
    ],
)
def test_parts_that_hold_no_picture_are_passed_over(part: object):
    with pytest.raises(NoPicture):
        read_reply(_body(part), "m")


def test_a_picture_that_is_a_number_is_garbled():
    with pytest.raises(ReplyUnreadable):
        read_reply(_body({"inlineData": {"mimeType": "image/png", "data": 7}}), "m")


def test_a_picture_counts_more_than_the_reason_it_stopped_for():
    encoded = base64.b64encode(PNG).decode()
    body = {"candidates": [{"content": {"parts": [_inline(encoded)]}, "finishReason": "OTHER"}]}
    assert read_reply(json.dumps(body), "m").images == (PNG,)


def test_an_unspecified_reason_is_no_reason():
    body = {"candidates": [{"finishReason": "FINISH_REASON_UNSPECIFIED"}]}
    with pytest.raises(NoPicture, match="gave no reason"):
        read_reply(json.dumps(body), "m")


def test_googles_own_sentence_about_a_block_is_quoted_on_one_line():
    feedback = {"blockReason": "OTHER", "blockReasonMessage": "No\nkettles,\tplease."}
    with pytest.raises(PromptBlocked, match=r"It says: “No kettles, please\.”"):
        read_reply(json.dumps({"promptFeedback": feedback}), "m")


def test_deep_nesting_is_refused_and_not_a_crash():
    with pytest.raises(ReplyUnreadable):
        read_reply("[" * 200_000, "m")


_NAMES = st.sampled_from(
    [
        *("candidates", "content", "parts", "inlineData", "data", "mimeType", "text", "thought"),
        *("finishReason", "promptFeedback", "blockReason", "usageMetadata", "totalTokenCount"),
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("aGVsbG8="),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=25,
)


@given(_JSON)
def test_any_json_is_either_a_result_or_an_error_of_ours(value: object):
    with contextlib.suppress(GenerationError):
        assert read_reply(json.dumps(value), "m").images
