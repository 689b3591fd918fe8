"""Asking Gemini: one request, one answer, stoppable at any moment, and never sent twice."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    Cancelled,
    GenerationError,
    PlantainError,
)
from desktop.generation.capabilities import (
    DEFAULT_MODEL,
    MODELS,
    ModelCapabilities,
    check_request,
    find_model,
)
from desktop.generation.gemini.checks import (
    DEFAULT_BASE_URL,
    check_pictures,
    checked_host,
    checked_key,
    checked_model_id,
    is_loopback,
)
from desktop.generation.gemini.quoting import KEPT, one_line
from desktop.generation.gemini.reply import read_reply
from desktop.generation.request import GenerationRequest, GenerationResult, ReferenceImage

if TYPE_CHECKING:
    import httpx2

CONNECT_TIMEOUT_S = 15.0
"""A server that does not take the connection by then is not there."""

logger = logging.getLogger(__name__)


class GeminiGenerator:
    """An ``ImageGenerator`` on Google's servers.

    Args:
        api_key: asked anew for every generation, so that the key is stored nowhere here.
        base_url: where the API is; plain http only on this machine, for the key travels along.
        api_version: the API's version in the address.
        total_timeout_s: seconds for everything from connecting to the last byte.
        models: the known models; others are tried with permissive limits.
    """

    name: str = "gemini"
    label: str = "Gemini (Nano Banana)"
    is_offline: bool = False
    default_model: str = DEFAULT_MODEL

    def __init__(
        self,
        *,
        api_key: Callable[[], str | None],
        base_url: str = DEFAULT_BASE_URL,
        api_version: str = "v1beta",
        total_timeout_s: float = 180.0,
        models: Sequence[ModelCapabilities] = MODELS,
    ) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._api_version = api_version
        self._total_timeout_s = total_timeout_s
        self._models = models

    def generate(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
    ) -> GenerationResult:
        """Send the prompt and the references once and wait for the answer.

        Blocks; not for the GUI thread nor for a thread that runs an event loop. File names,
        labels and scores of references stay on this machine.

        Raises:
            UsageError: the model does not take such a request; nothing was sent.
            SettingsError: the address is not one that a key may be sent to; nothing was sent.
            GenerationError: everything that Gemini or the network can answer.
            Cancelled: within about a second of ``cancel``.
        """
        model = find_model(request.model, self._models)
        check_request(request, model, reference_count=len(references))
        check_pictures(references)
        cancel.raise_if_cancelled()
        call = _Call(
            host=checked_host(self._base_url),
            base_url=self._base_url,
            api_version=self._api_version,
            model=checked_model_id(model.id),
            total_timeout_s=self._total_timeout_s,
        )
        outcome = _answer_or_error(call, request, references, cancel, self._api_key)
        # Raised here, where no frame holds the key and no foreign exception is being handled:
        # a report that walks the traceback or the chain finds nothing to leak.
        if isinstance(outcome, PlantainError):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True)
class _Call:
    """Where one request goes; holds no secret."""

    host: str
    base_url: str
    api_version: str
    model: str
    total_timeout_s: float


def _answer_or_error(
    call: _Call,
    request: GenerationRequest,
    references: Sequence[ReferenceImage],
    cancel: CancelToken,
    api_key: Callable[[], str | None],
) -> GenerationResult | PlantainError:
    """The result, or the error to raise, stripped of everything that saw the key."""
    try:
        key = checked_key(api_key())
    except PlantainError as error:
        return _detached(error)
    try:
        from desktop.generation.gemini.errors import Attempt, explain
    except ImportError as error:
        return GenerationError(
            f"Gemini's client library cannot be loaded ({one_line(str(error), 120)}).",
            safe=KEPT,
            next_step="Install Plantain again, or run: pip install google-genai httpx2",
        )
    attempt = Attempt(
        key=key,
        host=call.host,
        model=call.model,
        connect_timeout_s=CONNECT_TIMEOUT_S,
        total_timeout_s=call.total_timeout_s,
    )
    try:
        cancel.raise_if_cancelled()
        body = asyncio.run(_post(call, key, request, references, cancel))
        result = read_reply(body, call.model)
    except asyncio.CancelledError:
        if not cancel.is_cancelled:
            raise
        return _cancelled()
    except Cancelled as error:
        return _detached(error)
    except PlantainError as error:
        return _detached(_cancelled() if cancel.is_cancelled else error)
    except Exception as error:  # noqa: BLE001 - the edge: everything foreign ends here
        if cancel.is_cancelled:
            return _cancelled()
        known = explain(error, attempt)
        logger.info("Gemini (%s): %s", call.model, type(error).__name__)
        if known is not None:
            return _detached(known)
        # Where, but not what it says: a library that checks a request quotes the prompt.
        stack = "".join(traceback.format_tb(error.__traceback__))
        logger.error("Gemini request failed: %s\n%s", type(error).__name__, stack)
        return GenerationError(
            f"Asking Gemini failed in an unforeseen way ({type(error).__name__}).",
            safe=KEPT,
            next_step="Try again; the log has the details for a report.",
        )
    logger.info(
        "Gemini (%s): %d picture(s), %d tokens",
        result.model,
        len(result.images),
        result.usage.total_tokens,
    )
    return result


async def _post(
    call: _Call,
    key: str,
    request: GenerationRequest,
    references: Sequence[ReferenceImage],
    cancel: CancelToken,
) -> str:
    """The body of the answer to one ``generateContent``; every client is closed on the way out."""
    import httpx2
    from google import genai
    from google.genai import types

    _silence_key_hint()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(_ImpatientExecutor(thread_name_prefix="gemini-dns"))
    forget = cancel.on_cancel(_waker(loop, asyncio.current_task()))
    try:
        async with (
            asyncio.timeout(call.total_timeout_s),
            # Ours, so that no redirect carries the key elsewhere and nothing is sent twice.
            httpx2.AsyncClient(
                follow_redirects=False,
                trust_env=not is_loopback(call.host),  # no proxy gets to see an unencrypted key
                event_hooks={"request": [_phase_timeouts(call)]},
            ) as http,
        ):
            client = genai.Client(
                api_key=key,
                vertexai=False,  # said aloud, as are key and address: the environment has a say
                http_options=types.HttpOptions(  # in whatever is left out
                    base_url=call.base_url,
                    api_version=call.api_version,
                    timeout=max(1, int(call.total_timeout_s * 1000)),
                    httpx_async_client=http,
                ),
            )
            try:
                response = await client.aio.models.generate_content(
                    model=call.model,
                    contents=[
                        request.prompt,
                        *(
                            types.Part.from_bytes(data=picture.data, mime_type=picture.mime_type)
                            for picture in references
                        ),
                    ],
                    config=types.GenerateContentConfig(
                        response_modalities=["TEXT", "IMAGE"],
                        image_config=types.ImageConfig(
                            aspect_ratio=request.aspect_ratio, image_size=request.image_size
                        ),
                        automatic_continuation=False,
                        automatic_function_calling=types.AutomaticFunctionCallingConfig(
                            disable=True
                        ),
                        # The SDK's own reading of replies warns about reasons it does not know.
                        should_return_http_response=True,
                    ),
                )
            finally:
                await client.aio.aclose()
                client.close()
    finally:
        forget()
    raw = response.sdk_http_response
    return (raw.body if raw else None) or ""


def _phase_timeouts(call: _Call) -> Callable[[httpx2.Request], object]:
    """A request hook: the SDK has one timeout for all phases, connecting deserves a shorter one."""
    total = call.total_timeout_s
    phases = {
        "connect": min(CONNECT_TIMEOUT_S, total),
        "read": total,
        "write": total,
        "pool": total,
    }

    async def set_timeouts(request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "timeout": phases}

    return set_timeouts


def _waker(
    loop: asyncio.AbstractEventLoop, task: asyncio.Task[object] | None
) -> Callable[[], None]:
    def wake() -> None:
        # The loop may have ended between the cancel and this call.
        with contextlib.suppress(RuntimeError):
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

    return wake


class _ImpatientExecutor(concurrent.futures.ThreadPoolExecutor):
    """Resolves host names; ``asyncio.run`` waits for its default executor, and so for a name
    server that does not answer, long after the person cancelled. This one is not waited for."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


def _cancelled() -> Cancelled:
    return Cancelled("Stopped before Gemini answered; Google may still bill this request.")


def _detached(error: PlantainError) -> PlantainError:
    """The error without the frames and foreign exceptions behind it, which saw the key."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _silence_key_hint() -> None:
    """Keep the SDK from saying it uses a key of the environment; it uses the one it was given."""
    # Adding the same filter again changes nothing.
    logging.getLogger("google_genai._api_client").addFilter(_is_not_key_hint)


def _is_not_key_hint(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Both GOOGLE_API_KEY and GEMINI_API_KEY")
