"""Pictures from OpenAI, or whoever else serves its images endpoint.

``POST {base}/images/generations`` takes JSON, ``POST {base}/images/edits`` a form with the
references as files; both answer ``{"data": [{"b64_json"}], "usage": {…}}``, and a refusal is
``{"error": {"message", "type", "code", "moderation_details": {"categories"}}}``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, cast

from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    AccountRefused,
    GenerationError,
    KeyRefused,
    ModelGone,
    NoPicture,
    PlantainError,
    PromptBlocked,
    QuotaExhausted,
    Remedy,
    ReplyUnreadable,
    RequestRefused,
    ServiceUnavailable,
    UsageError,
)
from desktop.core.generation_record import AUTO, GenerationRequest, Usage
from desktop.core.text import listed, marked, sentences, tr
from desktop.files.checked_json import parse_json
from desktop.generation.capabilities import ModelCapabilities, ModelTable, check_request
from desktop.generation.generator import (
    Destination,
    GenerationResult,
    ReferenceImage,
    Reply,
    Turn,
)
from desktop.generation.provider import Access, Provider
from desktop.generation.wire import raw
from desktop.generation.wire.exchange import exchange
from desktop.generation.wire.network import detached, kept_from_coming, sent_elsewhere
from desktop.generation.wire.peer import Peer, checked_host, checked_key, host_of
from desktop.generation.wire.quoting import KEPT, body_without_key, one_line, without_key

if TYPE_CHECKING:
    import httpx2

    from desktop.generation.wire.bounded import Answer

_SERVICE = "OpenAI"
_KEY_PAGE = "https://platform.openai.com/api-keys"
_BILLING_PAGE = "https://platform.openai.com/settings/organization/billing"
_ACCOUNT_PAGE = "https://platform.openai.com/settings/organization/general"
_CHECK_TIMEOUT_S = 20.0
_MAX_PICTURES = 16
_MAX_TOKENS = 10**12
_REWORD = marked("Reword the prompt or change the references, then try again.")

_PIXELS = {"1:1": "1024x1024", "3:2": "1536x1024", "2:3": "1024x1536", AUTO: "auto"}
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_HARMS = {
    "sexual": marked("sexual content"),
    "violence": marked("violence"),
    "hate": marked("hate"),
    "harassment": marked("harassment"),
    "self-harm": marked("self-harm"),
}


def _model(model_id: str, label: str, **more: str) -> ModelCapabilities:
    return ModelCapabilities(
        model_id,
        label,
        apis=(),
        max_references=16,
        sizes=("1K",),
        ratios=("1:1", "3:2", "2:3"),
        shutdown=more.get("shutdown"),
    )


_MODELS = ModelTable(
    "2026-11-29",
    "gpt-image-2.5-sunburst",
    (
        _model("gpt-image-2.5-sunburst", "GPT Image 2.5 Sunburst"),
        _model("gpt-image-2.5-flare", "GPT Image 2.5 Flare"),
        _model("gpt-image-2", "GPT Image 2"),
        _model("gpt-image-1", "GPT Image 1", shutdown="2026-10-23"),
    ),
    makers=("image",),
)
"""No prices: they depend on a quality that the service chooses by itself."""


class OpenAIImages:
    """An ``ImageGenerator`` on an images endpoint like OpenAI's."""

    name: str = "openai-images"
    label: str = marked("OpenAI (GPT Image)")
    is_offline: bool = False

    def __init__(self, access: Access, models: ModelTable) -> None:
        self._access = access
        self._base_url = access.base_url.rstrip("/")
        self.models = models
        host = host_of(access.base_url)
        self.recipient = _SERVICE if host.endswith(".openai.com") else host

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        """Where ``ask`` would send this. Raises: UsageError, SettingsError as ``ask``."""
        model = self._checked(request, references)
        checked_host(self._base_url, _SERVICE, PROVIDER.base_url)
        return Destination(model, f"images/{_method(references)}", self._base_url)

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
        """Send it once and wait for the answer; the service has no turns.

        Raises: as ``ImageGenerator.ask``.
        """
        target = self.destination(request, references)
        fields = {
            "model": target.model,
            "prompt": _prompt(request, references),
            "size": _PIXELS[request.aspect_ratio],
        }
        files = [
            ("image[]", (f"{number}.{_SUFFIXES[each.mime_type]}", each.data, each.mime_type))
            for number, each in enumerate(references, start=1)
        ]

        def post(http: httpx2.AsyncClient, headers: dict[str, str]) -> Awaitable[object]:
            sending()
            url = f"{self._base_url}/{target.api}"
            if files:
                return http.post(url, data=fields, files=files, headers=headers)
            return http.post(url, json=fields, headers=headers)

        outcome = self._outcome(post, cancel, self._access.timeout_s, target.model)
        if isinstance(outcome, PlantainError):
            raise outcome  # where no frame holds the key
        return Reply(outcome, target.model, target.api, target.endpoint)

    def read(self, reply: Reply) -> GenerationResult:
        """The pictures of ``data``; never raises."""
        try:
            answer = _object(parse_json(reply.body))
        except (ValueError, RecursionError):
            return GenerationResult(model=reply.model, problem=_told(_unreadable(), reply.body))
        found = [_decoded(each.get("b64_json")) for each in _objects(answer.get("data"))]
        images = tuple(picture for picture in found if picture)[-_MAX_PICTURES:]
        problem = None
        if not images:
            problem = _told(_unreadable() if b"" in found else _no_picture(), reply.body)
        return GenerationResult(
            images=images,
            model=reply.model,
            usage=_usage(_object(answer.get("usage"))),
            response_id=one_line(str(answer.get("created") or ""), 200),
            problem=problem,
        )

    def usable_models(self, key: str | None = None) -> tuple[str, ...]:
        """Ids of the models that a key may use; costs nothing. Raises: GenerationError."""
        limit = min(_CHECK_TIMEOUT_S, self._access.timeout_s)

        def get(http: httpx2.AsyncClient, headers: dict[str, str]) -> Awaitable[object]:
            return http.get(f"{self._base_url}/models", headers=headers)

        outcome = self._outcome(get, CancelToken(), limit, "", key)
        if isinstance(outcome, PlantainError):
            raise outcome
        try:
            listed_models = _objects(_object(parse_json(outcome)).get("data"))
        except (ValueError, RecursionError):
            raise _told(_unreadable(), outcome) from None
        return tuple(one_line(str(each.get("id") or ""), 200) for each in listed_models)

    def offer(self, ids: tuple[str, ...]) -> None:
        """What the service has listed decides what is offered from now on."""
        self.models = self.models.with_listed(ids)

    def _checked(self, request: GenerationRequest, references: Sequence[ReferenceImage]) -> str:
        model = self.models.find(request.model)
        check_request(request, model, reference_count=len(references))
        for each in references:
            if each.mime_type not in _SUFFIXES:
                raise UsageError(
                    tr("{service} takes PNG, JPEG and WebP pictures only.", service=_SERVICE),
                    safe=tr("Nothing was sent."),
                    next_step=tr("Remove it, or convert it to PNG or JPEG."),
                )
        if request.aspect_ratio not in _PIXELS:
            raise UsageError(
                tr(
                    "{model} cannot make pictures of the ratio {value}.",
                    model=model.title,
                    value=repr(request.aspect_ratio),
                ),
                safe=tr("Nothing was sent."),
                next_step=tr("Choose one of: {choices}.", choices=listed([*_PIXELS][:-1])),
            )
        return model.id

    def _outcome(
        self,
        ask: Callable[[httpx2.AsyncClient, dict[str, str]], Awaitable[object]],
        cancel: CancelToken,
        timeout_s: float,
        model: str,
        key: str | None = None,
    ) -> bytes | PlantainError:
        """The body of a good answer, or the error to raise, without what saw the key."""
        try:
            host = checked_host(self._base_url, _SERVICE, PROVIDER.base_url)
            secret = self._access.key() if key is None else key
            bare = checked_key(secret, _SERVICE, PROVIDER.key_variable, _KEY_PAGE)
            cancel.raise_if_cancelled()
        except PlantainError as error:
            return detached(error)
        peer = Peer(_SERVICE, self.recipient, self._base_url, host, timeout_s)
        headers = {"Authorization": f"Bearer {bare}"}
        answer = exchange(peer, cancel, lambda http: ask(http, headers))
        if isinstance(answer, BaseException):
            return detached(kept_from_coming(answer, peer, bare, cancel))
        if answer.status == 200:
            return body_without_key(answer.body, bare)
        error = _refusal(answer, peer, bare, model)
        error.details = raw.of_answer(answer, bare)
        return detached(error)


def _prompt(request: GenerationRequest, references: Sequence[ReferenceImage]) -> str:
    """All words: what each picture is for stands among them, since the pictures come in a list of
    their own."""
    captions = "\n".join(each.caption for each in references if each.caption)
    return "\n\n".join(filter(None, (request.sent_text, captions)))


def _method(references: Sequence[ReferenceImage]) -> str:
    return "edits" if references else "generations"


def _refusal(answer: Answer, peer: Peer, key: str, model: str) -> GenerationError:
    """The error for an answer whose status is not 200."""
    code = answer.status
    try:
        told = _object(_object(parse_json(answer.body)).get("error"))
    except (ValueError, RecursionError):
        told = {}
    words = told.get("message")
    line = one_line(without_key(words, key)) if isinstance(words, str) else ""
    said = tr("It says: “{text}”", text=line) if line else ""
    reason = str(told.get("code") or told.get("type") or "")
    safe = tr(KEPT)
    if reason in {"moderation_blocked", "content_policy_violation"}:
        harms = _harms(told, line)
        rule = tr("{service} found: {harms}.", service=_SERVICE, harms=harms) if harms else ""
        declined = tr("{service} declined this picture by its safety rules.", service=_SERVICE)
        return PromptBlocked(sentences(declined, rule, said), safe=safe, next_step=tr(_REWORD))
    if reason in {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}:
        return QuotaExhausted(
            sentences(
                tr("The credit of your {service} account is used up.", service=_SERVICE), said
            ),
            safe=safe,
            next_step=tr("Waiting does not help: add credit or raise the limit of the account."),
            remedy=Remedy.OPEN_PAGE,
            page=_BILLING_PAGE,
        )
    if code == 429:
        seconds = _seconds(answer)
        return QuotaExhausted(
            sentences(tr("{service} takes no more requests for now.", service=_SERVICE), said),
            safe=safe,
            next_step=tr("Wait a little, then try again."),
            retry_after_s=seconds,
        )
    if code == 401:
        return KeyRefused(
            sentences(tr("{service} does not accept this key.", service=_SERVICE), said),
            safe=safe,
            next_step=tr("Enter another key here; keys are made at {page}.", page=_KEY_PAGE),
        )
    if code == 403:
        return AccountRefused(
            sentences(tr("Your {service} account may not do this.", service=_SERVICE), said),
            safe=safe,
            next_step=tr("Look at the account and its verification, or enter another key."),
            page=_ACCOUNT_PAGE,
        )
    if code == 404 or reason == "model_not_found":
        return ModelGone(
            sentences(
                tr(
                    "{service} has no model “{model}”, or has shut it down.",
                    service=_SERVICE,
                    model=one_line(model, 80),
                ),
                said,
            ),
            safe=safe,
            next_step=tr("Choose another model."),
        )
    if code == 413:
        return RequestRefused(
            sentences(tr("The request is too large for {service}.", service=_SERVICE), said),
            safe=safe,
            next_step=tr("Remove some references or use smaller ones."),
            remedy=Remedy.FEWER_REFERENCES,
        )
    if 400 <= code < 500:
        return RequestRefused(
            sentences(
                tr("{service} refused the request (HTTP {code}).", service=_SERVICE, code=code),
                said,
            ),
            safe=safe,
            next_step=tr("Change the prompt, the references or the model, then try again."),
        )
    if code >= 500:
        return ServiceUnavailable(
            sentences(
                tr(
                    "{service} is in trouble at the moment (HTTP {code}).",
                    service=_SERVICE,
                    code=code,
                ),
                said,
            ),
            safe=safe,
            next_step=tr("Try again in a few minutes, or choose another model."),
            may_be_billed=code == 504,
        )
    return sent_elsewhere(code, peer)


def _harms(told: dict[str, object], line: str) -> str:
    """What was found, by its own field or else by the sentence that names it."""
    details = _object(told.get("moderation_details")).get("categories")
    named = cast(list[object], details) if isinstance(details, list) else []
    found = re.search(r"safety_violations=\[([\w/, -]*)\]", line)
    named = named or [word.strip() for word in (found[1].split(",") if found else ())]
    words = dict.fromkeys(one_line(str(each), 40).partition("/")[0] for each in named)
    return listed([tr(_HARMS[word]) if word in _HARMS else word for word in words if word])


def _seconds(answer: Answer) -> float | None:
    value = answer.headers.get("retry-after", "")
    return min(float(value), 864_000.0) if re.fullmatch(r"\d{1,7}(\.\d+)?", value) else None


def _told(error: GenerationError, body: bytes) -> GenerationError:
    error.details = raw.of_body(body)
    return error


def _no_picture() -> NoPicture:
    return NoPicture(
        tr("{service} answered without a picture.", service=_SERVICE),
        safe=tr(KEPT),
        next_step=tr(_REWORD),
    )


def _unreadable() -> ReplyUnreadable:
    return ReplyUnreadable(
        tr("{service}'s answer is not in the form that its API promises.", service=_SERVICE),
        safe=tr(KEPT),
        next_step=tr(
            "Try again; if it keeps happening, check whether a proxy changes the answers."
        ),
    )


def _decoded(data: object) -> bytes | None:
    """None for no picture at all, empty for one that arrived garbled."""
    if not isinstance(data, str) or not data:
        return None
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _usage(told: dict[str, object]) -> Usage:
    sent = _object(told.get("input_tokens_details"))

    def count(name: str, told: dict[str, object] = told) -> int:
        value = told.get(name)
        is_count = isinstance(value, int) and not isinstance(value, bool)
        return cast(int, value) if is_count and 0 <= cast(int, value) <= _MAX_TOKENS else 0

    return Usage(
        prompt_tokens=count("input_tokens"),
        output_tokens=count("output_tokens"),
        total_tokens=count("total_tokens"),
        image_tokens=count("output_tokens") if "output_tokens" in told else None,
        prompt_text_tokens=count("text_tokens", sent) if sent else None,
        prompt_image_tokens=count("image_tokens", sent) if sent else None,
    )


def _object(value: object) -> dict[str, object]:
    return cast(dict[str, object], value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, object]]:
    return [_object(each) for each in cast(list[object], value)] if isinstance(value, list) else []


PROVIDER = Provider(
    name=OpenAIImages.name,
    service=_SERVICE,
    key_variable="OPENAI_API_KEY",
    key_page=_KEY_PAGE,
    key_hint=marked("Paste your key"),
    base_url="https://api.openai.com/v1",
    models=_MODELS,
    make=OpenAIImages,
    order=30,
)
