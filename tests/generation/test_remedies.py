"""One table: each way to fail → what is said → what can be done about it, for both APIs."""

from __future__ import annotations

import re

import pytest

from desktop.config.paths import resource
from desktop.core.errors import GenerationError, Remedy
from desktop.core.text import ENGLISH, Language, english, speak
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.generation.asking import KEY, error_of, generator, request
from tests.generation.test_gemini_failures import FAILURES

AGAIN, WAIT, REWORD = Remedy.TRY_AGAIN, Remedy.WAIT, Remedy.REWORD
KEY_WANTED, MODEL, PAGE = Remedy.ENTER_KEY, Remedy.CHOOSE_MODEL, Remedy.OPEN_PAGE

REMEDIES: dict[Failure, Remedy] = {
    Failure.BAD_KEY: KEY_WANTED,
    Failure.KEY_SUSPENDED: KEY_WANTED,
    Failure.KEY_LEAKED: KEY_WANTED,
    Failure.API_DISABLED: PAGE,
    Failure.REGION: PAGE,
    Failure.NO_PERMISSION: MODEL,
    Failure.KEY_RESTRICTED: PAGE,
    Failure.NO_BILLING: PAGE,
    Failure.COUNTRY: PAGE,
    Failure.SIGNATURE_MISSING: REWORD,
    Failure.MODEL_GONE: MODEL,
    Failure.BAD_REQUEST: REWORD,
    Failure.TOO_LARGE: Remedy.FEWER_REFERENCES,
    Failure.QUOTA: WAIT,
    Failure.QUOTA_WITHOUT_DELAY: WAIT,
    Failure.QUOTA_OF_THE_DAY: MODEL,
    Failure.QUOTA_NONE_FREE: PAGE,
    Failure.SPENDING_CAP: PAGE,
    Failure.INTERNAL: AGAIN,
    Failure.OVERLOADED: AGAIN,
    Failure.DROP_BEFORE_REPLY: AGAIN,
    Failure.DROP_MID_BODY: AGAIN,
    Failure.REDIRECT: AGAIN,
    Failure.SIGN_IN_PAGE: AGAIN,
    Failure.EMPTY_BODY: AGAIN,
    Failure.INVALID_JSON: AGAIN,
    Failure.NOT_AN_OBJECT: AGAIN,
    Failure.GARBLED_COMPRESSION: AGAIN,
    Failure.BAD_BASE64: AGAIN,
    **{
        failure: REWORD
        for failure in FAILURES
        if failure.name.startswith(("BLOCK_", "FINISH_"))
        or failure
        in {
            *(Failure.TEXT_ONLY, Failure.THOUGHT_PICTURE_ONLY, Failure.CANDIDATES_NULL),
            *(Failure.CONTENT_NULL, Failure.PARTS_NULL),
        }
    },
}


def test_every_failure_stands_in_the_table():
    assert set(REMEDIES) == set(FAILURES)


@pytest.fixture
def chinese():
    speak(Language("zh_CN", resource("translations")))
    yield
    speak(Language(ENGLISH))


@pytest.mark.parametrize("api", ["generate-content", "interactions"])
@pytest.mark.parametrize("failure", REMEDIES, ids=lambda failure: failure.value)
def test_a_failure_says_what_to_do_and_offers_it(server: GeminiServer, failure: Failure, api: str):
    server.fail_with(failure)
    error = error_of(generator(server), wish=request(api=api))
    assert isinstance(error, GenerationError)
    assert error.remedy is REMEDIES[failure]
    assert error.page.startswith("https://") or error.remedy is not PAGE
    assert error.next_step
    assert KEY not in f"{error.sentence()}{vars(error)}"
    assert len(server.requests) == 1


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("failure", REMEDIES, ids=lambda failure: failure.value)
def test_it_is_said_in_chinese_as_well(server: GeminiServer, failure: Failure):
    server.fail_with(failure)
    error = error_of(generator(server), wish=request(api="generate-content"))
    for text in (error.message, error.safe, error.next_step):
        assert re.search("[\u4e00-\u9fff]", text), text
        assert not re.search("[\u4e00-\u9fff]", english(text)), "logs stay English"
