"""From what google-genai, httpx2 and asyncio raise to errors that people can act on.

No text that came from outside is passed on without the key taken out of it, cut to one line.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import httpx2
from google.genai import errors as genai_errors

from desktop.core.errors import (
    GenerationError,
    KeyRefused,
    QuotaExhausted,
    ReplyUnreadable,
    RequestRefused,
    ServiceUnavailable,
)
from desktop.generation.gemini.quoting import KEPT, one_line, without_key

NEW_KEY = (
    "Set a working key again, in the system's key store or as GEMINI_API_KEY;"
    " keys are made at https://aistudio.google.com/apikey."
)
_MAY_BE_BILLED = "Google may still bill this request."
_REFUSED_KEY_REASONS = {"API_KEY_INVALID", "API_KEY_EXPIRED"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried, for the sentences.

    Attributes:
        key: only ever used to take it out of other people's texts.
        host: the server that was asked.
        model: the model's id.
        connect_timeout_s, total_timeout_s: seconds.
    """

    key: str
    host: str
    model: str
    connect_timeout_s: float
    total_timeout_s: float

    def __repr__(self) -> str:
        return f"Attempt(host={self.host!r}, model={self.model!r})"


def explain(error: Exception, attempt: Attempt) -> GenerationError | None:
    """The error to show for a foreign one; None for one that is nobody's known failure."""
    if isinstance(error, genai_errors.APIError):
        return _from_status(error, attempt)
    if isinstance(error, TimeoutError):  # from asyncio.timeout, around the whole attempt
        return _too_slow(attempt)
    if isinstance(error, httpx2.HTTPError):
        return _from_transport(error, attempt)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return ReplyUnreadable(
            f"{attempt.host} answered with something that is not Gemini's format.",
            safe=KEPT,
            next_step="Check whether a proxy or a sign-in page stands between you and Google.",
        )
    return None


def _from_status(error: genai_errors.APIError, attempt: Attempt) -> GenerationError:
    code = error.code
    details = _details(error)
    said = _quoted(error, attempt)
    reasons = {detail.get("reason") for detail in details}
    if code == 429:
        return _quota(error, details, said)
    if code in (401, 403) or (code == 400 and reasons & _REFUSED_KEY_REASONS):
        return KeyRefused(f"Gemini does not accept this key.{said}", safe=KEPT, next_step=NEW_KEY)
    if code == 404:
        return RequestRefused(
            f"Gemini has no model “{one_line(attempt.model, 80)}”, or has shut it down.{said}",
            safe=KEPT,
            next_step="Choose another model.",
        )
    if code == 413:
        return RequestRefused(
            f"The request is too large for Gemini.{said}",
            safe=KEPT,
            next_step="Remove some references or use smaller ones.",
        )
    if code in (408, 499):
        return _dropped(attempt)
    if 400 <= code < 500:
        next_step = "Change the prompt, the references or the model, then try again."
        if error.status == "FAILED_PRECONDITION":
            next_step = "Check in Google AI Studio that your country and billing plan allow it."
        return RequestRefused(
            f"Gemini refused the request (HTTP {code}).{said}", safe=KEPT, next_step=next_step
        )
    if code >= 500:
        state = "overloaded" if code in (503, 529) else "in trouble"
        return ServiceUnavailable(
            f"Gemini is {state} at the moment (HTTP {code}).{said}",
            safe=KEPT,
            next_step="Try again in a few minutes, or choose another model.",
        )
    if 300 <= code < 400:
        return ReplyUnreadable(
            f"{attempt.host} sent Plantain on to another address (HTTP {code}); Plantain did not"
            " follow, so that your key goes nowhere else.",
            safe=KEPT,
            next_step="Check the Gemini address, and whether a sign-in page or a proxy"
            " stands in between.",
        )
    return ReplyUnreadable(
        f"{attempt.host} gave an answer that Gemini's API does not have (HTTP {code}).",
        safe=KEPT,
        next_step="Check the Gemini address, and whether a proxy stands in between.",
    )


def _quota(
    error: genai_errors.APIError, details: list[Mapping[str, object]], said: str
) -> QuotaExhausted:
    seconds = _retry_seconds(error, details)
    if seconds is None:
        next_step = "Wait a minute and try again, or look at your plan in Google AI Studio."
    else:
        next_step = f"Try again in {_spoken(seconds)}."
    return QuotaExhausted(
        f"Your Gemini quota is used up for now.{said}",
        safe=KEPT,
        next_step=next_step,
        retry_after_s=seconds,
    )


def _retry_seconds(
    error: genai_errors.APIError, details: list[Mapping[str, object]]
) -> float | None:
    """Seconds from ``RetryInfo.retryDelay`` ("38s", "0.5s"), else from the Retry-After header."""
    values = [detail.get("retryDelay") for detail in details]
    response: object = vars(error).get("response")  # the SDK's type for it is incomplete
    if isinstance(response, httpx2.Response):
        values.append(response.headers.get("retry-after"))
    for value in values:
        if isinstance(value, str) and re.fullmatch(r"\d{1,7}(\.\d+)?s?", value):
            return float(value.rstrip("s"))
    return None


def _spoken(seconds: float) -> str:
    """A waiting time rounded up to what people plan with."""
    whole = max(1, int(-(-seconds // 1)))
    if whole < 120:
        return f"{whole} second{'s' if whole != 1 else ''}"
    minutes = -(-whole // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"


def _from_transport(error: httpx2.HTTPError, attempt: Attempt) -> GenerationError:
    host = attempt.host
    if isinstance(error, httpx2.ConnectTimeout):
        return ServiceUnavailable(
            f"{host} could not be reached within {attempt.connect_timeout_s:g} seconds.",
            safe=KEPT,
            next_step="Check your internet connection, firewall and proxy, then try again.",
        )
    if isinstance(error, httpx2.TimeoutException):
        return _too_slow(attempt)
    if isinstance(error, httpx2.ProxyError):
        return ServiceUnavailable(
            f"The proxy did not let Plantain through to {host}.",
            safe=KEPT,
            next_step="Check the proxy settings (HTTPS_PROXY, NO_PROXY).",
        )
    if isinstance(error, httpx2.ConnectError):
        return _unconnected(error, host)
    if isinstance(error, httpx2.DecodingError):
        return ReplyUnreadable(
            f"The answer of {host} arrived garbled.",
            safe=f"{KEPT} {_MAY_BE_BILLED}",
            next_step="Try again; if it keeps happening, check whether a proxy changes answers.",
        )
    return _dropped(attempt)


def _unconnected(error: httpx2.ConnectError, host: str) -> ServiceUnavailable:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return ServiceUnavailable(
            f"The certificate of {host} could not be verified, so no key was sent there.",
            safe=KEPT,
            next_step="Check this computer's date, and whether a proxy or a virus scanner opens"
            " encrypted connections; its certificate can be named in SSL_CERT_FILE.",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ServiceUnavailable(
            f"No encrypted connection to {host} could be made.",
            safe=KEPT,
            next_step="Check the Gemini address, and whether a proxy stands in between.",
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ServiceUnavailable(
            f"The address of {host} could not be found.",
            safe=KEPT,
            next_step="Check your internet connection, then try again.",
        )
    return ServiceUnavailable(
        f"{host} does not take connections.",
        safe=KEPT,
        next_step="Check your internet connection, firewall and proxy, then try again.",
    )


def _too_slow(attempt: Attempt) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"Gemini did not answer within {attempt.total_timeout_s:g} seconds.",
        safe=f"{KEPT} {_MAY_BE_BILLED}",
        next_step="Try again later, or choose a faster model or a smaller size.",
    )


def _dropped(attempt: Attempt) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The connection to {attempt.host} broke off before the answer was complete.",
        safe=f"{KEPT} {_MAY_BE_BILLED}",
        next_step="Check your internet connection, then try again.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _quoted(error: genai_errors.APIError, attempt: Attempt) -> str:
    """Google's own sentence; empty when the reply was not Google's JSON but some page."""
    error_object = _error_object(error)
    message = error_object.get("message")
    if not isinstance(message, str) or "code" not in error_object:
        return ""
    line = one_line(without_key(message, attempt.key))
    return f" Google says: “{line}”" if line else ""


def _error_object(error: genai_errors.APIError) -> Mapping[str, object]:
    """The ``error`` object of Google's reply, whichever way the SDK handed it on."""
    details: object = vars(error).get("details")  # the SDK's type for it is incomplete
    if not isinstance(details, dict):
        return {}
    outer = cast(Mapping[str, object], details)
    inner = outer.get("error")
    return cast(Mapping[str, object], inner) if isinstance(inner, dict) else outer


def _details(error: genai_errors.APIError) -> list[Mapping[str, object]]:
    items = _error_object(error).get("details")
    if not isinstance(items, list):
        return []
    return [
        cast(Mapping[str, object], item)
        for item in cast(list[object], items)
        if isinstance(item, dict)
    ]
