"""One request to one of Google's two APIs, sent once, and the HTTP answer to it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.generation.gemini.checks import is_loopback
from desktop.generation.gemini.turns import (
    earlier_contents,
    earlier_steps,
    interaction_content,
)
from desktop.generation.generator import ReferenceImage, Turn

if TYPE_CHECKING:
    import httpx2
    from google import genai

    from desktop.generation.wire.bounded import Answer

CONNECT_TIMEOUT_S = 15.0
"""A server that does not take the connection by then is not there."""

GENERATE_CONTENT = "generate-content"
INTERACTIONS = "interactions"

Asked = Callable[["genai.Client"], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Call:
    """Where one request goes.

    Attributes:
        key: never shown; see ``repr``.
        host: the server's name.
        api: ``GENERATE_CONTENT`` or ``INTERACTIONS``.
        model: its id, checked.
        total_timeout_s: seconds for everything from connecting to the last byte.
    """

    key: str = field(repr=False)
    host: str
    base_url: str
    api_version: str
    api: str
    model: str
    total_timeout_s: float


def send(
    call: Call,
    request: GenerationRequest,
    references: Sequence[ReferenceImage],
    cancel: CancelToken,
    sending: Callable[[], None],
    history: Sequence[Turn] = (),
) -> Answer | BaseException:
    """Ask for pictures. The answer, whatever it says; or what kept it from coming.

    Args:
        sending: called when everything is ready and nothing has left; what it raises comes back.
    """
    ask = _interaction if call.api == INTERACTIONS else _content

    def asked(client: genai.Client) -> Awaitable[object]:
        sending()
        return ask(client, call, request, references, history)

    return _run(call, cancel, asked)


def list_models(call: Call, cancel: CancelToken) -> Answer | BaseException:
    """Ask which models the key may use: costs nothing."""
    from google.genai import types

    config = types.ListModelsConfig(page_size=1000)
    return _run(call, cancel, lambda client: client.aio.models.list(config=config))


def _run(call: Call, cancel: CancelToken, asked: Asked) -> Answer | BaseException:
    from desktop.generation.wire.bounded import BoundedTransport

    is_near = is_loopback(call.host)
    transport = BoundedTransport(call.base_url, with_proxy=not is_near)
    try:
        asyncio.run(_ask(call, cancel, asked, transport))
    except (KeyboardInterrupt, SystemExit):
        if transport.answer is None:
            raise
    except BaseException as error:  # noqa: BLE001 - the edge: the caller explains it
        return transport.answer or error
    return transport.answer or ConnectionError("no answer")


async def _ask(
    call: Call, cancel: CancelToken, asked: Asked, transport: httpx2.AsyncBaseTransport
) -> None:
    """Every client is closed on the way out."""
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
                # No proxy gets to see an unencrypted key.
                trust_env=not is_loopback(call.host),
                transport=transport,
                event_hooks={"request": [_phase_timeouts(call)]},
            ) as http,
        ):
            client = genai.Client(
                api_key=call.key,
                vertexai=False,  # said aloud, as are key and address: the environment has a say
                http_options=types.HttpOptions(  # in whatever is left out
                    base_url=call.base_url,
                    api_version=call.api_version,
                    timeout=max(1, int(call.total_timeout_s * 1000)),
                    httpx_async_client=http,
                    # Without this the Interactions API sends a refused request five times.
                    retry_options=types.HttpRetryOptions(attempts=1),
                ),
            )
            try:
                await asked(client)
            finally:
                await client.aio.aclose()
                client.close()
    finally:
        forget()


def _content(
    client: genai.Client,
    call: Call,
    request: GenerationRequest,
    references: Sequence[ReferenceImage],
    history: Sequence[Turn],
) -> Any:
    from google.genai import types

    return client.aio.models.generate_content(
        model=call.model,
        contents=[
            request.sent_text,
            *(
                types.Part.from_bytes(data=picture.data, mime_type=picture.mime_type)
                for picture in references
            ),
        ],
        config=types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(
                aspect_ratio=None if request.aspect_ratio == AUTO else request.aspect_ratio,
                image_size=request.image_size,
            ),
            thinking_config=types.ThinkingConfig(
                thinking_level=types.ThinkingLevel(request.thinking.upper())
            )
            if request.thinking
            else None,
            automatic_continuation=False,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            # The SDK would write the earlier turns anew, signatures included.
            http_options=types.HttpOptions(
                extra_body={"contents": earlier_contents(history, request.sent_text, references)}
            )
            if history
            else None,
            # The SDK's own reading of replies warns about reasons it does not know.
            should_return_http_response=True,
        ),
    )


def _interaction(
    client: genai.Client,
    call: Call,
    request: GenerationRequest,
    references: Sequence[ReferenceImage],
    history: Sequence[Turn],
) -> Any:
    image = {"image_size": request.image_size}
    if request.aspect_ratio != AUTO:
        image["aspect_ratio"] = request.aspect_ratio
    config: dict[str, object] = {"image_config": image}
    if request.thinking:
        config["thinking_level"] = request.thinking
    body: dict[str, object] = {
        # As fields of the SDK's own these warn that they are going; the API documents them.
        "response_modalities": ["image", "text"],
        "generation_config": config,
    }
    if history:
        body["input"] = earlier_steps(history, request.sent_text, references)
    interactions: Any = client.aio.interactions  # the types of its arguments are incomplete
    return interactions.create(
        model=call.model,
        input=list(interaction_content(request.sent_text, references)),
        store=False,  # it would keep every interaction, pictures included
        extra_body=body,
    )


def _phase_timeouts(call: Call) -> Callable[[httpx2.Request], object]:
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


def _silence_key_hint() -> None:
    """Keep the SDK from saying it uses a key of the environment; it uses the one it was given."""
    # Adding the same filter again changes nothing.
    logging.getLogger("google_genai._api_client").addFilter(_is_not_key_hint)


def _is_not_key_hint(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Both GOOGLE_API_KEY and GEMINI_API_KEY")
