"""Asking Gemini: one request, one answer, stoppable until the answer is there, never sent twice."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, GenerationError, PlantainError
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import marked, tr
from desktop.generation.capabilities import ModelTable, check_request
from desktop.generation.gemini.checks import (
    DEFAULT_BASE_URL,
    check_pictures,
    checked_host,
    checked_key,
    checked_model_id,
)
from desktop.generation.gemini.interaction import read_interaction
from desktop.generation.gemini.reply import an_object, name, objects, parsed, read_content
from desktop.generation.gemini.sending import INTERACTIONS, Call, list_models, send
from desktop.generation.generator import (
    Destination,
    GenerationResult,
    ReferenceImage,
    Reply,
    Turn,
)
from desktop.generation.wire import raw
from desktop.generation.wire.quoting import KEPT, body_without_key, one_line

if TYPE_CHECKING:
    from desktop.generation.wire.bounded import Answer

_CHECK_TIMEOUT_S = 20.0

logger = logging.getLogger(__name__)


class GeminiGenerator:
    """An ``ImageGenerator`` on Google's servers.

    Args:
        api_key: asked anew for every generation, so that the key is stored nowhere here.
        base_url: where the API is; plain http only on this machine, for the key travels along.
        api_version: the API's version in the address.
        total_timeout_s: seconds for everything from connecting to the last byte.
        models: the known models, and which of them makes the pictures of requests that name none;
            others are tried with permissive limits.
    """

    name: str = "gemini"
    label: str = marked("Gemini (Nano Banana)")
    is_offline: bool = False

    def __init__(
        self,
        *,
        api_key: Callable[[], str | None],
        models: ModelTable,
        base_url: str = DEFAULT_BASE_URL,
        api_version: str = "v1beta",
        total_timeout_s: float = 180.0,
    ) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._api_version = api_version
        self._total_timeout_s = total_timeout_s
        self.models = models

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
        """Send the prompt and the references once and wait for the answer.

        Blocks; not for the GUI thread nor for a thread that runs an event loop. File names,
        labels and scores of references stay on this machine. Only where an API says that it does
        not serve the model is the other one asked, once: nothing was made or billed by then.

        Raises:
            UsageError: the model does not take such a request; nothing was sent.
            SettingsError: the address is not one that a key may be sent to; nothing was sent.
            GenerationError: everything that Gemini or the network can answer.
            Cancelled: within about a second of ``cancel``.
        """
        host, bare_id, apis = self._checked(request, references)
        cancel.raise_if_cancelled()
        outcome: Reply | PlantainError | None = None
        for number, api in enumerate(apis, start=1):
            outcome = self._outcome(
                host,
                bare_id,
                api,
                request,
                references,
                cancel,
                sending,
                history,
                is_last=number == len(apis),
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
        host = checked_host(self._base_url)
        outcome = self._listed(host, key)
        if isinstance(outcome, PlantainError):
            raise outcome
        return outcome

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        """Where ``ask`` would send this first. Raises: UsageError, SettingsError as ``ask``."""
        _, model, apis = self._checked(request, references)
        return Destination(model, self._api_words(apis[0]), self._base_url)

    def _checked(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> tuple[str, str, tuple[str, ...]]:
        """Host, model id and the APIs to try, in their order."""
        model = self.models.find(request.model)
        check_request(request, model, reference_count=len(references))
        check_pictures(references)
        apis: tuple[str, ...] = (request.api,) if request.api else model.apis[:2]
        return checked_host(self._base_url), checked_model_id(model.id), apis

    def _api_words(self, api: str) -> str:
        method = "interactions" if api == INTERACTIONS else "generateContent"
        return f"{self._api_version} {method}"

    def _call(self, key: str, host: str, model: str, api: str, timeout_s: float) -> Call:
        return Call(key, host, self._base_url, self._api_version, api, model, timeout_s)

    def _outcome(
        self,
        host: str,
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
            key = checked_key(self._api_key())
            cancel.raise_if_cancelled()
            from desktop.generation.gemini.refusals import is_of_other_api

            call = self._call(key, host, model, api, self._total_timeout_s)
        except PlantainError as error:
            return _detached(error)
        except ImportError as error:
            return _not_installed(error)
        answer = send(call, request, references, cancel, sending, history)
        if isinstance(answer, BaseException):
            return _detached(_explained(answer, call, cancel))
        if answer.status == 200:
            # Kept on the disk as it came, but for a key that a service may have repeated in it.
            body = body_without_key(answer.body, key)
            return Reply(body, model, self._api_words(api), self._base_url)
        if not is_last and is_of_other_api(answer):
            return None
        return _refused(answer, call)

    def _listed(self, host: str, key: str | None) -> tuple[str, ...] | PlantainError:
        try:
            bare = checked_key(self._api_key() if key is None else key)
            from desktop.generation.wire import bounded  # noqa: F401 - is there what it needs?
        except PlantainError as error:
            return _detached(error)
        except ImportError as error:
            return _not_installed(error)
        call = self._call(bare, host, "", "", min(_CHECK_TIMEOUT_S, self._total_timeout_s))
        cancel = CancelToken()
        answer = list_models(call, cancel)
        if isinstance(answer, BaseException):
            return _detached(_explained(answer, call, cancel))
        if answer.status != 200:
            return _refused(answer, call)
        listed = objects(an_object(parsed(answer.body)).get("models"))
        return tuple(name(model.get("name")).removeprefix("models/") for model in listed)


def _explained(error: BaseException, call: Call, cancel: CancelToken) -> PlantainError:
    """What kept the answer from coming."""
    from desktop.generation.gemini.errors import explain

    if isinstance(error, PlantainError):  # nothing was sent
        return error
    if cancel.is_cancelled:
        return Cancelled(tr("Stopped before Gemini answered; Google may still bill this request."))
    logger.info("Gemini (%s): %s", call.model, type(error).__name__)
    known = explain(error, call)
    if known is not None:
        known.details = raw.of_exception(error, call.key)
        return known
    if not isinstance(error, Exception):
        raise error
    # Where, but not what it says: a library that checks a request quotes the prompt.
    stack = "".join(traceback.format_tb(error.__traceback__))
    logger.error("Gemini request failed: %s\n%s", type(error).__name__, stack)
    return GenerationError(
        tr("Asking Gemini failed in an unforeseen way ({name}).", name=type(error).__name__),
        safe=tr(KEPT),
        next_step=tr("Try again; the log has the details for a report."),
        may_be_billed=True,
    )


def _refused(answer: Answer, call: Call) -> PlantainError:
    from desktop.generation.gemini.refusals import explain_refusal

    error = explain_refusal(answer, call)
    error.details = raw.of_answer(answer, call.key)
    return _detached(error)


def _not_installed(error: ImportError) -> GenerationError:
    return GenerationError(
        tr(
            "Gemini's client library cannot be loaded ({error}).",
            error=one_line(str(error), 120),
        ),
        safe=tr(KEPT),
        next_step=tr("Install Plantain again, or run: pip install google-genai httpx2"),
    )


def _detached(error: PlantainError) -> PlantainError:
    """The error without the frames and foreign exceptions behind it, which saw the key."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
