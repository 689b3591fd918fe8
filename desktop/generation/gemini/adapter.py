"""Asking Gemini: one request, one answer, stoppable until the answer is there, never sent twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import marked
from desktop.generation.capabilities import ModelCapabilities, ModelTable, check_request
from desktop.generation.gemini.checks import (
    DEFAULT_BASE_URL,
    KEY_PAGE,
    KEY_VARIABLE,
    VERTEX_BASE_URL,
    check_pictures,
    checked_model_id,
)
from desktop.generation.gemini.interaction import read_interaction
from desktop.generation.gemini.refusals import explain_refusal, is_of_other_api, with_told_status
from desktop.generation.gemini.reply import an_object, name, objects, parsed, read_content
from desktop.generation.gemini.sending import (
    GENERATE_CONTENT,
    INTERACTIONS,
    Call,
    list_models,
    send,
)
from desktop.generation.gemini.service_account import read_account
from desktop.generation.generator import (
    Destination,
    GenerationResult,
    ReferenceImage,
    Reply,
    Turn,
)
from desktop.generation.wire import raw
from desktop.generation.wire.network import detached, kept_from_coming
from desktop.generation.wire.peer import Peer, checked_host, checked_key, host_of
from desktop.generation.wire.quoting import body_without_key

if TYPE_CHECKING:
    from desktop.generation.wire.bounded import Answer

_SERVICE = "Gemini"
_CHECK_TIMEOUT_S = 20.0
_MOST_PAGES = 20
"""Of a list of models; Google has some dozens on one."""

logger = logging.getLogger(__name__)


class GeminiGenerator:
    """An ``ImageGenerator`` on Google's servers.

    Args:
        api_key: asked anew for every generation, so that the key is stored nowhere here.
        base_url: where the API is; plain http only on this machine, for the key travels along.
        api_version: the API's version in the address.
        first_api: is tried first by models that take it; empty: as each of them has it.
        total_timeout_s: seconds for everything from connecting to the last byte.
        models: the known models, and which of them makes the pictures of requests that name none;
            others are tried with permissive limits.
    """

    name: str = "gemini"
    label: str = marked("Gemini (Nano Banana)")
    is_offline: bool = False
    default_base_url: str = DEFAULT_BASE_URL

    def __init__(
        self,
        *,
        api_key: Callable[[], str | None],
        models: ModelTable,
        base_url: str = DEFAULT_BASE_URL,
        api_version: str = "v1beta",
        total_timeout_s: float = 180.0,
        first_api: str = "",
    ) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._api_version = api_version
        self._total_timeout_s = total_timeout_s
        self._first_api = first_api
        self.models = models
        host = host_of(base_url)
        self.recipient = "Google" if host.endswith(".googleapis.com") else host

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
        """Send the prompt and the references once and wait for the answer.

        Blocks; not for the GUI thread nor for a thread that runs an event loop. Each picture comes
        right behind its caption; file names and scores stay on this machine. Only where an API
        says that it does not serve the model is the other one asked, once: nothing was made or
        billed by then.

        Raises:
            UsageError: the model does not take such a request; nothing was sent.
            SettingsError: the address is not one that a key may be sent to; nothing was sent.
            GenerationError: everything that Gemini or the network can answer.
            Cancelled: within about a second of ``cancel``.
        """
        bare_id, apis = self._checked(request, references)
        cancel.raise_if_cancelled()
        outcome: Reply | PlantainError | None = None
        for api in apis:
            is_last = api == apis[-1]
            outcome = self._outcome(
                bare_id, api, request, references, cancel, sending, history, is_last=is_last
            )
            if outcome is not None:
                break
        # Raised here, where no frame holds the key and no foreign exception is being handled:
        # a report that walks the traceback or the chain finds nothing to leak.
        assert outcome is not None  # the last one always says something
        if isinstance(outcome, PlantainError):
            raise outcome
        return outcome

    def read(self, reply: Reply) -> GenerationResult:
        """What the answer holds; the bytes of each API have a form of their own."""
        reader = read_interaction if INTERACTIONS in reply.api else read_content
        result = reader(reply.body, reply.model)
        if result.problem is not None:
            result.problem.details = raw.of_body(reply.body)
        logger.info(
            "Gemini (%s): %d picture(s), %d tokens",
            result.model,
            len(result.images),
            result.usage.total_tokens,
        )
        return result

    def usable_models(self, key: str | None = None) -> tuple[str, ...]:
        """Ids of the models that a key may use: the way to test one, for it costs nothing.

        Args:
            key: None for the one that is in use.

        Raises:
            GenerationError: the key is refused, or Gemini cannot be reached.
        """
        outcome = self._listed(key)
        if isinstance(outcome, PlantainError):
            raise outcome
        return outcome

    def offer(self, ids: tuple[str, ...]) -> None:
        """What Google has listed decides what is offered from now on."""
        self.models = self.models.with_listed(ids)

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        """Where ``ask`` would send this first. Raises: UsageError, SettingsError as ``ask``."""
        model, apis = self._checked(request, references)
        return Destination(model, self._api_words(apis[0]), self._base_url)

    def _checked(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> tuple[str, tuple[str, ...]]:
        """Model id and the APIs to try, in their order."""
        model = self.models.find(request.model)
        check_request(request, model, reference_count=len(references))
        check_pictures(references)
        checked_host(self._base_url, _SERVICE, self.default_base_url)
        return checked_model_id(model.id), self._apis(request, model)

    def _apis(self, request: GenerationRequest, model: ModelCapabilities) -> tuple[str, ...]:
        if request.api:
            return (request.api,)
        return tuple(sorted(model.apis[:2], key=lambda api: api != self._first_api))

    def _api_words(self, api: str) -> str:
        method = "interactions" if api == INTERACTIONS else "generateContent"
        return f"{self._api_version} {method}"

    def _call(self, key: str | None, model: str, api: str, timeout_s: float) -> Call:
        """Raises: KeyMissing, KeyRefused, SettingsError."""
        bare = checked_key(key, _SERVICE, KEY_VARIABLE, KEY_PAGE)
        return Call(self._peer(timeout_s), bare, self._api_version, api, model)

    def _peer(self, timeout_s: float) -> Peer:
        host = checked_host(self._base_url, _SERVICE, self.default_base_url)
        return Peer(_SERVICE, "Google", self._base_url, host, timeout_s)

    def _outcome(
        self,
        model: str,
        api: str,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn],
        *,
        is_last: bool,
    ) -> Reply | PlantainError | None:
        """The answer, or the error to raise, stripped of everything that saw the key; None where
        the other API is to be asked."""
        try:
            call = self._call(self._api_key(), model, api, self._total_timeout_s)
            cancel.raise_if_cancelled()
        except PlantainError as error:
            return detached(error)
        answer = send(call, request, references, cancel, sending, history)
        if isinstance(answer, BaseException):
            return detached(kept_from_coming(answer, call.peer, call.key, cancel))
        answer = with_told_status(answer)
        if answer.status == 200:
            # Kept on the disk as it came, but for a key that a service may have repeated in it.
            body = body_without_key(answer.body, call.key)
            return Reply(body, model, self._api_words(api), self._base_url)
        if not is_last and is_of_other_api(answer):
            return None
        return _refused(answer, call)

    def _listed(self, key: str | None) -> tuple[str, ...] | PlantainError:
        limit = min(_CHECK_TIMEOUT_S, self._total_timeout_s)
        try:
            call = self._call(self._api_key() if key is None else key, "", "", limit)
        except PlantainError as error:
            return detached(error)
        names: list[str] = []
        page = ""
        for _ in range(_MOST_PAGES):
            cancel = CancelToken()
            answer = list_models(call, cancel, page)
            if isinstance(answer, BaseException):
                return detached(kept_from_coming(answer, call.peer, call.key, cancel))
            answer = with_told_status(answer)
            if answer.status != 200:
                return _refused(answer, call)
            reply = an_object(parsed(answer.body))
            listed = [*objects(reply.get("models")), *objects(reply.get("publisherModels"))]
            names += [name(model.get("name")).rpartition("/")[2] for model in listed]
            token = reply.get("nextPageToken")
            if not (isinstance(token, str) and token):
                break
            page = token
        return tuple(dict.fromkeys(names))


class VertexGenerator(GeminiGenerator):
    """The same models by way of Google Cloud, with a service account in place of a key.

    What stands for the key is the path of the account's key file. The region is in the address.
    """

    name: str = "vertex"
    label: str = marked("Gemini on Vertex AI")
    default_base_url: str = VERTEX_BASE_URL

    def _apis(self, request: GenerationRequest, model: ModelCapabilities) -> tuple[str, ...]:
        return (GENERATE_CONTENT,)

    def _call(self, key: str | None, model: str, api: str, timeout_s: float) -> Call:
        account = read_account(key)
        # What an answer must not repeat is what the file holds; its path is no secret.
        return Call(
            self._peer(timeout_s), account.private_key, self._api_version, api, model, account
        )


def _refused(answer: Answer, call: Call) -> PlantainError:
    error = explain_refusal(answer, call)
    error.details = raw.of_answer(answer, call.key)
    return detached(error)
