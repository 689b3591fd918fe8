"""One request to one of Google's two APIs, sent once, and the HTTP answer to it."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.generation.gemini.service_account import ServiceAccount, access_token
from desktop.generation.gemini.turns import (
    earlier_contents,
    earlier_steps,
    interaction_content,
)
from desktop.generation.generator import ReferenceImage, Turn
from desktop.generation.wire.certificates import trusted
from desktop.generation.wire.exchange import exchange
from desktop.generation.wire.peer import Peer

if TYPE_CHECKING:
    import httpx2
    from google import genai

    from desktop.generation.wire.bounded import Answer

GENERATE_CONTENT = "generate-content"
INTERACTIONS = "interactions"

Asked = Callable[["genai.Client"], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Call:
    """Where one request goes.

    Attributes:
        key: never shown; see ``repr``.
        api: ``GENERATE_CONTENT`` or ``INTERACTIONS``.
        model: its id, checked.
        account: by which Vertex is asked, in place of a key.
    """

    peer: Peer
    key: str = field(repr=False)
    api_version: str
    api: str
    model: str
    account: ServiceAccount | None = None


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
    return _run(
        call, cancel, lambda client: ask(client, call, request, references, history), sending
    )


def list_models(call: Call, cancel: CancelToken, page: str = "") -> Answer | BaseException:
    """Ask which models the key may use: costs nothing.

    Args:
        page: the token of the one that is wanted; empty for the first.
    """

    def asked(client: genai.Client) -> Awaitable[object]:
        from google.genai import types

        return client.aio.models.list(
            config=types.ListModelsConfig(page_size=1000, page_token=page or None)
        )

    return _run(call, cancel, asked, lambda: None)


def _run(
    call: Call, cancel: CancelToken, asked: Asked, sending: Callable[[], None]
) -> Answer | BaseException:
    async def ask(http: httpx2.AsyncClient) -> None:
        importlib.import_module("google.genai")  # takes seconds, and is none of what is sent

        _silence_key_hint()
        sending()  # for Vertex, a token is asked for first of all
        client = await _client(call, http)
        try:
            await asked(client)
        finally:
            await client.aio.aclose()
            client.close()

    return exchange(call.peer, cancel, ask)


async def _client(call: Call, http: httpx2.AsyncClient) -> genai.Client:
    """Everything is said aloud: the environment has a say in whatever is left out."""
    from google import genai
    from google.genai import types

    options = types.HttpOptions(
        base_url=call.peer.base_url,
        api_version=call.api_version,
        timeout=max(1, int(call.peer.timeout_s * 1000)),
        httpx_async_client=http,
        # It makes a client and a socket of its own beside ours, and none of them is used.
        client_args={"verify": trusted()},
        async_client_args={"ssl": trusted()},
        # Without this the Interactions API sends a refused request five times.
        retry_options=types.HttpRetryOptions(attempts=1),
    )
    if call.account is None:
        return genai.Client(api_key=call.key, vertexai=False, http_options=options)
    from google.oauth2.credentials import Credentials

    token = await access_token(call.account)
    return genai.Client(
        vertexai=True,
        credentials=Credentials(token),
        project=call.account.project_id,
        location=location_of(call.peer.host),
        http_options=options,
    )


def location_of(host: str) -> str:
    """The region that an address of Vertex stands for: ``europe-west4-aiplatform.googleapis.com``;
    "global" for the one without a region."""
    region, _, rest = host.partition("-aiplatform.")
    return region if rest else "global"


def _content(
    client: genai.Client,
    call: Call,
    request: GenerationRequest,
    references: Sequence[ReferenceImage],
    history: Sequence[Turn],
) -> Any:
    from google.genai import types

    contents: list[Any] = [request.sent_text]
    for picture in references:
        if picture.caption:
            contents.append(picture.caption)
        contents.append(types.Part.from_bytes(data=picture.data, mime_type=picture.mime_type))
    return client.aio.models.generate_content(
        model=call.model,
        contents=contents,
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
    # Nobody reads that it did not; doing this again changes nothing.
    warnings.filterwarnings("ignore", "Interaction stopped before completion")
    interactions: Any = client.aio.interactions  # the types of its arguments are incomplete
    return interactions.create(
        model=call.model,
        input=list(interaction_content(request.sent_text, references)),
        store=False,  # it would keep every interaction, pictures included
        # It would ask on by itself where an answer is cut off: one more request, billed as well.
        automatic_continuation=False,
        extra_body=body,
    )


def _silence_key_hint() -> None:
    """Keep the SDK from saying it uses a key of the environment; it uses the one it was given."""
    # Adding the same filter again changes nothing.
    logging.getLogger("google_genai._api_client").addFilter(_is_not_key_hint)


def _is_not_key_hint(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Both GOOGLE_API_KEY and GEMINI_API_KEY")
