"""From an HTTP answer that is no picture to an error that people can act on, for both APIs.

Read from the bytes rather than through the SDK, which has another tree of errors for each API.
No text that came from outside is passed on without the key taken out of it, cut to one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from desktop.core.errors import (
    AccountRefused,
    GenerationError,
    KeyRefused,
    ModelGone,
    QuotaExhausted,
    Remedy,
    RequestRefused,
    ServiceUnavailable,
)
from desktop.core.text import marked, ngettext, sentences, tr
from desktop.generation.gemini.checks import KEY_PAGE
from desktop.generation.gemini.reply import ANEW_FROM_PICTURE, Json, an_object, json_in, objects
from desktop.generation.gemini.sending import Call
from desktop.generation.wire.network import broken_off, sent_elsewhere
from desktop.generation.wire.quoting import KEPT, one_line, without_key

if TYPE_CHECKING:
    from desktop.generation.wire.bounded import Answer

NEW_KEY = marked("Enter another key here; keys are made at https://aistudio.google.com/apikey.")
BILLING_PAGE = "https://aistudio.google.com/billing"
REGIONS_PAGE = "https://ai.google.dev/gemini-api/docs/available-regions"
API_PAGE = "https://console.cloud.google.com/apis/library/generativelanguage.googleapis.com"

_BAD_KEY = {"API_KEY_INVALID", "API_KEY_EXPIRED"}
_BLOCKED_KEY = {
    *("API_KEY_SERVICE_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED"),
    *("API_KEY_ANDROID_APP_BLOCKED", "API_KEY_IOS_APP_BLOCKED"),
}
_LONGEST_REFUSAL = 100_000
"""Bytes; pictures are longer."""
_ANSWERS = {"candidates", "steps"}
"""What holds the pictures of an answer, in either API."""
_LONGEST_WAIT_S = 10 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Said:
    """What Google says of it.

    Attributes:
        message: its sentence, unchanged; for looking into, never shown.
        quote: the same, fit to be shown; empty when it was not Google's JSON but some page.
        status: the name of its code ("RESOURCE_EXHAUSTED").
        reasons: of all its ``ErrorInfo`` details.
        details: the objects in it.
    """

    message: str
    quote: str
    status: str
    reasons: frozenset[str]
    details: tuple[Json, ...]


def with_told_status(answer: Answer) -> Answer:
    """A refusal that came as a success has the status that its body tells: gateways in front of
    Google's API send it so, and it holds nothing that was paid for."""
    if answer.status != 200 or len(answer.body) > _LONGEST_REFUSAL:
        return answer
    outer = _outermost(answer)
    code = an_object(outer.get("error")).get("code")
    is_refusal = isinstance(code, int) and 400 <= code < 600 and not outer.keys() & _ANSWERS
    return replace(answer, status=code) if is_refusal else answer


def is_of_other_api(answer: Answer) -> bool:
    """The model is there, but this API does not serve it: nothing was made or billed."""
    said = _said(answer, "")
    return answer.status == 404 and (
        "not supported for" in said.message.lower() or not (said.message or said.status)
    )


def explain_refusal(answer: Answer, call: Call) -> GenerationError:
    """The error to show for an answer whose status is not 200."""
    code = answer.status
    said = _said(answer, call.key)
    if code == 429:
        return _too_many(answer, said)
    if code == 401 or (code == 400 and said.reasons & _BAD_KEY):
        return _bad_key(said)
    if code == 403:
        return _forbidden(said)
    if code == 404:
        return ModelGone(
            sentences(
                tr(
                    "Gemini has no model “{model}”, or has shut it down.",
                    model=one_line(call.model, 80),
                ),
                said.quote,
            ),
            safe=tr(KEPT),
            next_step=tr("Choose another model."),
        )
    if code == 413:
        return RequestRefused(
            sentences(tr("The request is too large for Gemini."), said.quote),
            safe=tr(KEPT),
            next_step=tr("Remove some references or use smaller ones."),
            remedy=Remedy.FEWER_REFERENCES,
        )
    if code in (408, 499):
        return broken_off(call.peer)
    if 400 <= code < 500:
        return _bad_request(code, said)
    if code >= 500:
        known = (
            tr("Gemini is overloaded at the moment (HTTP {code}).", code=code)
            if code in (503, 529)
            else tr("Gemini is in trouble at the moment (HTTP {code}).", code=code)
        )
        return ServiceUnavailable(
            sentences(known, said.quote),
            safe=tr(KEPT),
            next_step=tr("Try again in a few minutes, or choose another model."),
            may_be_billed=code == 504,
        )
    return sent_elsewhere(code, call.peer)


def _bad_key(said: _Said) -> KeyRefused:
    return KeyRefused(
        sentences(tr("Gemini does not accept this key."), said.quote),
        safe=tr(KEPT),
        next_step=tr(NEW_KEY),
    )


def _forbidden(said: _Said) -> GenerationError:
    """403 has several kinds, and a bad key is only one of them."""
    words = said.message.lower()
    if "leaked" in words:
        return KeyRefused(
            sentences(
                tr("Google has blocked this key because it was found in a public place."),
                said.quote,
            ),
            safe=tr(KEPT),
            next_step=tr("Make a new key at {page} and enter it here.", page=KEY_PAGE),
        )
    if "CONSUMER_SUSPENDED" in said.reasons or "suspended" in words:
        return KeyRefused(
            sentences(tr("Google has suspended this key or its project."), said.quote),
            safe=tr(KEPT),
            next_step=tr(NEW_KEY),
        )
    if "SERVICE_DISABLED" in said.reasons or "has not been used in project" in words:
        return AccountRefused(
            sentences(tr("The Gemini API is not switched on for this key's project."), said.quote),
            safe=tr(KEPT),
            next_step=tr(
                "Switch it on in the Google Cloud console, wait a minute, then try again."
            ),
            page=_named_page(said) or API_PAGE,
        )
    if "location" in words or "region" in words or "country" in words:
        return _region(said)
    if said.reasons & _BLOCKED_KEY:
        return AccountRefused(
            sentences(tr("This key may not be used for Gemini from here."), said.quote),
            safe=tr(KEPT),
            next_step=tr("Change the restrictions of the key, or enter another one."),
            page=KEY_PAGE,
        )
    if "BILLING_DISABLED" in said.reasons or "billing" in words:
        return AccountRefused(
            sentences(tr("Google wants billing to be set up for this key's project."), said.quote),
            safe=tr(KEPT),
            next_step=tr("Set billing up in Google AI Studio, then try again."),
            page=BILLING_PAGE,
        )
    return AccountRefused(
        sentences(tr("This key does not have permission for that."), said.quote),
        safe=tr(KEPT),
        next_step=tr("Choose another model, or enter a key of a project that may use this one."),
        remedy=Remedy.CHOOSE_MODEL,
    )


def _region(said: _Said) -> AccountRefused:
    return AccountRefused(
        sentences(tr("Google does not offer this where you are."), said.quote),
        safe=tr(KEPT),
        next_step=tr("Check in Google AI Studio that your country and billing plan allow it."),
        page=REGIONS_PAGE,
    )


def _bad_request(code: int, said: _Said) -> GenerationError:
    words = said.message.lower()
    if "thought_signature" in words or "thought signature" in words:
        return RequestRefused(
            sentences(
                tr("Gemini misses the signature of an earlier turn, so it cannot go on from it."),
                said.quote,
            ),
            safe=tr(KEPT),
            next_step=tr(ANEW_FROM_PICTURE),
            remedy=Remedy.USE_AS_BASE,
        )
    if said.status == "FAILED_PRECONDITION":
        return _region(said)
    return RequestRefused(
        sentences(tr("Gemini refused the request (HTTP {code}).", code=code), said.quote),
        safe=tr(KEPT),
        next_step=tr("Change the prompt, the references or the model, then try again."),
    )


def _too_many(answer: Answer, said: _Said) -> QuotaExhausted:
    """429 is four things; only the first two go away by waiting."""
    words = said.message.lower()
    if re.search(r"limit:\s*0\b", words):
        return QuotaExhausted(
            sentences(tr("This key's plan has no free pictures of this model."), said.quote),
            safe=tr(KEPT),
            next_step=tr("Set billing up in Google AI Studio, or choose another model."),
            remedy=Remedy.OPEN_PAGE,
            page=BILLING_PAGE,
        )
    if "spending cap" in words or "spend limit" in words or "spending limit" in words:
        return QuotaExhausted(
            sentences(tr("The spending cap of your Google project is reached."), said.quote),
            safe=tr(KEPT),
            next_step=tr("Waiting does not help: raise the cap in Google AI Studio."),
            remedy=Remedy.OPEN_PAGE,
            page=BILLING_PAGE,
        )
    seconds = _retry_seconds(answer, said)
    if any("PerDay" in name for name in _quota_names(said)):
        return QuotaExhausted(
            sentences(tr("Today's Gemini quota is used up."), said.quote),
            safe=tr(KEPT),
            next_step=tr(
                "Try again tomorrow: Google counts anew at midnight in California. "
                "Another model may have a quota of its own."
            ),
            remedy=Remedy.CHOOSE_MODEL,
        )
    if seconds is None:
        next_step = tr("Wait a minute and try again, or look at your plan in Google AI Studio.")
    else:
        next_step = tr("Try again in {time}.", time=_spoken(seconds))
    return QuotaExhausted(
        sentences(tr("Your Gemini quota is used up for now."), said.quote),
        safe=tr(KEPT),
        next_step=next_step,
        retry_after_s=seconds,
    )


def _quota_names(said: _Said) -> list[str]:
    """Of the limits that ``QuotaFailure`` says were passed."""
    violations = [
        violation for detail in said.details for violation in objects(detail.get("violations"))
    ]
    return [
        str(violation.get(field) or "")
        for violation in violations
        for field in ("quotaId", "quotaMetric", "subject", "description")
    ]


def _named_page(said: _Said) -> str:
    """Google's own page for it, from its details; none that leads elsewhere."""
    for detail in said.details:
        for link in objects(detail.get("links")):
            url = link.get("url")
            if isinstance(url, str) and re.match(r"https://([a-z.]+\.)?google\.(com|dev)/", url):
                return url
    return ""


def _retry_seconds(answer: Answer, said: _Said) -> float | None:
    """Seconds from ``RetryInfo.retryDelay`` ("38s", "0.5s"), else from the Retry-After header."""
    values = [detail.get("retryDelay") for detail in said.details]
    values.append(answer.headers.get("retry-after"))
    for value in values:
        if isinstance(value, str) and re.fullmatch(r"\d{1,7}(\.\d+)?s?", value):
            return min(float(value.rstrip("s")), _LONGEST_WAIT_S)
    return None


def _spoken(seconds: float) -> str:
    """A waiting time rounded up to what people plan with."""
    whole = max(1, int(-(-seconds // 1)))
    if whole < 120:
        return ngettext("{count} second", "{count} seconds", whole)
    minutes = -(-whole // 60)
    if minutes < 120:
        return ngettext("{count} minute", "{count} minutes", minutes)
    return ngettext("{count} hour", "{count} hours", -(-minutes // 60))


def _said(answer: Answer, key: str) -> _Said:
    outer = _outermost(answer)
    inner = an_object(outer.get("error", outer))
    message = inner.get("message")
    text = message if isinstance(message, str) else ""
    line = one_line(without_key(text, key)) if "code" in inner else ""
    details = tuple(objects(inner.get("details")))
    status = inner.get("status")
    reasons = {detail.get("reason") for detail in details}
    return _Said(
        text,
        tr("Google says: “{line}”", line=line) if line else "",
        status if isinstance(status, str) else "",
        frozenset(reason for reason in reasons if isinstance(reason, str)),
        details,
    )


def _outermost(answer: Answer) -> Json:
    parsed = json_in(answer.body)
    if isinstance(parsed, list) and parsed:  # of a stream, which Google wraps so
        parsed = cast(list[object], parsed)[0]
    return an_object(cast(object, parsed))
