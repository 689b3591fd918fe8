"""Asking the stand-in for Gemini, in few words."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence

from PIL import Image

from desktop.config.paths import resource
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.generation_record import GenerationRequest
from desktop.generation.capabilities import load_models
from desktop.generation.gemini import GeminiGenerator
from desktop.generation.gemini.reply import read_content
from desktop.generation.generator import GenerationResult, ImageGenerator, ReferenceImage
from tests.fakes.gemini import GeminiServer

KEY = "AIzaSyTestKeyThatMustNeverBeSeenAnywhere"


def picture(seed: int = 0, mime_type: str = "image/jpeg") -> ReferenceImage:
    """A noisy reference: its bytes hold what base64 writes as - and _."""
    noise = Image.frombytes("RGB", (24, 16), bytes((i * (seed + 7)) % 256 for i in range(1152)))
    out = io.BytesIO()
    noise.save(out, mime_type.removeprefix("image/"))
    return ReferenceImage(
        data=out.getvalue(), mime_type=mime_type, label=f"confidential-{seed}.jpg", score=0.31
    )


TOTAL_TIMEOUT_S = 40.0

MODELS = load_models(resource("capabilities/gemini.json"))


def at(
    base_url: str,
    api_key: Callable[[], str | None] = lambda: KEY,
    *,
    api_version: str = "v1beta",
    total_timeout_s: float = TOTAL_TIMEOUT_S,
) -> GeminiGenerator:
    return GeminiGenerator(
        api_key=api_key,
        models=MODELS,
        base_url=base_url,
        api_version=api_version,
        total_timeout_s=total_timeout_s,
    )


def generator(
    server: GeminiServer, *, key: str | None = KEY, total_timeout_s: float = TOTAL_TIMEOUT_S
) -> GeminiGenerator:
    return at(server.base_url, lambda: key, total_timeout_s=total_timeout_s)


def generate(
    asked: ImageGenerator,
    wish: GenerationRequest,
    references: Sequence[ReferenceImage],
    cancel: CancelToken,
) -> GenerationResult:
    """Ask and read, as a generation does. Raises what was wrong with either."""
    result = asked.read(asked.ask(wish, references, cancel, lambda: None))
    if result.problem is not None:
        raise result.problem
    return result


def request(
    prompt: str = "a kettle on linen",
    *,
    model: str = "",
    aspect_ratio: str = "1:1",
    image_size: str = "1K",
    thinking: str = "",
    api: str = "",
) -> GenerationRequest:
    return GenerationRequest(
        prompt,
        generator="gemini",
        model=model,
        aspect_ratio=aspect_ratio,
        image_size=image_size,
        thinking=thinking,
        api=api,
    )


def ask(
    server: GeminiServer,
    wish: GenerationRequest | None = None,
    references: Sequence[ReferenceImage] = (),
) -> GenerationResult:
    return generate(generator(server), wish or request(), references, CancelToken())


def read_reply(body: str, model: str) -> GenerationResult:
    """What an answer of ``generateContent`` holds. Raises what is wrong with it."""
    result = read_content(body.encode("utf-8", "surrogatepass"), model)
    if result.problem is not None:
        raise result.problem
    return result


def error_of(
    asked: ImageGenerator,
    references: Sequence[ReferenceImage] = (),
    wish: GenerationRequest | None = None,
) -> PlantainError:
    """The error that asking ends in."""
    try:
        generate(asked, wish or request(), references, CancelToken())
    except PlantainError as error:
        return error
    raise AssertionError("nothing failed")


class Asking(threading.Thread):
    """A generation in a worker thread, as a lane runs it.

    Attributes:
        cancel: its token.
        error: how it ended; None while it runs or when it succeeded.
    """

    def __init__(self, asked: ImageGenerator) -> None:
        super().__init__(name="asking")
        self.asked = asked
        self.cancel = CancelToken()
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            generate(self.asked, request(), (), self.cancel)
        except BaseException as error:  # noqa: BLE001 - handed to the test, whatever it is
            self.error = error

    def stop(self) -> None:
        """Cancel, and wait for the end: much sooner than the limit of the whole attempt."""
        self.cancel.cancel()
        self.join(timeout=TOTAL_TIMEOUT_S / 2)
        assert not self.is_alive(), "still running long after the cancel"
