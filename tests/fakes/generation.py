"""Scriptable generations for tests of the window: no network, no disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from desktop.config.paths import resource
from desktop.core.asset import Asset
from desktop.core.attempt import Attempt, AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.generation.capabilities import ModelTable, load_models
from desktop.generation.generator import (
    Destination,
    GenerationResult,
    ReferenceImage,
    Reply,
    Turn,
)
from desktop.generation.provider import providers
from desktop.library.catalog.attempts import AttemptTable, Spent
from desktop.library.catalog.matrices import MatrixRow
from desktop.library.draft import DraftFile
from desktop.services.credential import Credential
from desktop.services.generation.earlier_turns import Refining
from desktop.services.generation.generating import Generating, OnFailed
from desktop.services.generation.image_services import ImageService
from desktop.services.generation.kept_talks import KeptTalks
from desktop.services.generation.left_answers import LeftAnswers
from desktop.services.generation.matrices import Matrices, MatrixView
from desktop.services.generation.queueing import GenerationQueue, QueueStep, QueueView
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.generation.rehearsing import Rehearsing
from desktop.services.generation.spending import Spending, SpendReport
from desktop.services.reports import GeneratedPicture

FAKE_MODELS = load_models(resource("capabilities/gemini.json"))

_LABELS = {
    "gemini": "Gemini (Nano Banana)",
    "vertex": "Gemini on Vertex AI",
    "openai-images": "OpenAI (GPT Image)",
}
Keep = Callable[[Asset, GenerationRecord], None]


class FakeGenerating(Generating):
    """Makes a picture of each request; with ``gate`` set it waits for it, or for a cancel.

    Args:
        keep: takes each picture into the library.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self.requests: list[GenerationRequest] = []
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.text = "Here is your picture."
        self.waiting: list[Attempt] = []
        self.drafts = 0

    def run(
        self, request: GenerationRequest, cancel: CancelToken, *, out: Path | None = None
    ) -> Generator[Progress, None, GeneratedPicture]:
        self.requests.append(request)
        yield Progress(tr("Preparing references"), 1, max(1, len(request.references)))
        yield Progress(tr("Waiting for {generator}", generator="Mood board"), unit="")
        if self.gate is not None:
            forget = cancel.on_cancel(self.gate.set)
            self.gate.wait(10)
            forget()
            cancel.raise_if_cancelled()
        if self.error is not None:
            raise self.error
        return self.picture(request)

    def picture(self, request: GenerationRequest) -> GeneratedPicture:
        """One that was made of this request, in the library."""
        number = 1000 + 10 * len(self.requests)
        record = GenerationRecord(request, "fake-1", text=self.text, created_at=1_700_000_000.0)
        drafts = tuple(_asset(number + at, f"draft {at}.png") for at in range(1, self.drafts + 1))
        made = _asset(number, f"{request.prompt[:20]}.png")
        for asset in (*drafts, made):
            self._keep(asset, record)
        return GeneratedPicture(made, record, "Mood board (offline)", drafts, cost_usd=0.0344)

    def run_all(
        self,
        requests: Sequence[GenerationRequest],
        cancel: CancelToken,
        *,
        out: Path | None = None,
        seen: Rehearsal | None = None,
        on_made: Callable[[GeneratedPicture], object] = lambda _: None,
    ) -> Generator[Progress, None, list[GeneratedPicture]]:
        made: list[GeneratedPicture] = []
        for request in requests:
            picture = yield from self.run(request, cancel)
            made.append(picture)
            on_made(picture)
        return made

    def unfinished(self) -> list[Attempt]:
        return [*self.waiting]

    def run_queued(
        self,
        key: str,
        cancel: CancelToken,
        on_failed: OnFailed = lambda _key, _error: False,
        *,
        seen: Rehearsal | None = None,
    ) -> Generator[Progress, None, GeneratedPicture]:
        [attempt] = [attempt for attempt in self.waiting if attempt.key == key]
        self.waiting.remove(attempt)
        return (yield from self.run(attempt.record.request, cancel))


class FakeRehearsing(Rehearsing):
    """Has what is in ``to_see`` to be looked at first."""

    def __init__(self) -> None:
        self.to_see: Rehearsal | None = None

    def unseen(
        self, requests: Sequence[GenerationRequest], cancel: CancelToken
    ) -> Generator[Progress, None, Rehearsal | None]:
        yield from ()
        return self.to_see

    def rehearse_all(
        self, requests: Sequence[GenerationRequest], cancel: CancelToken
    ) -> Generator[Progress, None, Rehearsal]:
        yield from ()
        assert self.to_see is not None
        return self.to_see


class FakeLeftAnswers(LeftAnswers):
    """Saves what is in ``pictures``, and fails with ``problem`` behind them."""

    def __init__(self) -> None:
        self.pictures: list[GeneratedPicture] = []
        self.problem: Exception | None = None
        self.at_risk = False

    @property
    def is_at_risk(self) -> bool:
        return self.at_risk

    def finish(self) -> Iterator[GeneratedPicture]:
        while self.pictures:
            yield self.pictures.pop(0)
        if self.problem is not None:
            raise self.problem


class FakeAttempts(AttemptTable):
    """What was asked for before."""

    def __init__(self) -> None:
        self.earlier: list[GenerationRequest] = []

    def history(self, most: int = 200) -> list[GenerationRequest]:
        return self.earlier[:most]


class FakeDraft(DraftFile):
    def __init__(self) -> None:
        self.request: GenerationRequest | None = None

    def load(self) -> GenerationRequest | None:
        return self.request

    def save(self, request: GenerationRequest) -> None:
        self.request = request


class FakeTalks(KeptTalks):
    """Keeps no answers."""

    def __init__(self) -> None:
        pass

    def forget_unneeded(self) -> int:
        return 0

    def forget_oldest(self, latest: str = "") -> int:
        return 0


class FakeRefining(Refining):
    """Knows how much each talk was."""

    def __init__(self) -> None:
        pass

    def tokens_before(self, request: GenerationRequest) -> int:
        return 2475


class FakeGenerator:
    def __init__(
        self,
        name: str,
        label: str,
        *,
        is_offline: bool,
        recipient: str = "",
        models: ModelTable = FAKE_MODELS,
    ) -> None:
        self.name = name
        self.label = label
        self.is_offline = is_offline
        self.recipient = recipient
        self.models = models

    def destination(
        self, request: GenerationRequest, references: Sequence[ReferenceImage]
    ) -> Destination:
        raise NotImplementedError

    def ask(
        self,
        request: GenerationRequest,
        references: Sequence[ReferenceImage],
        cancel: CancelToken,
        sending: Callable[[], None],
        history: Sequence[Turn] = (),
    ) -> Reply:
        raise NotImplementedError

    def read(self, reply: Reply) -> GenerationResult:
        raise NotImplementedError

    def usable_models(self, key: str | None = None) -> tuple[str, ...]:
        return ()

    def offer(self, ids: tuple[str, ...]) -> None:
        self.models = self.models.with_listed(ids)


def fake_image_services(gemini_key: Credential) -> dict[str, ImageService]:
    """As many as there are, with a key for Gemini alone."""
    return {
        provider.name: ImageService(
            provider,
            FakeGenerator(
                provider.name,
                _LABELS.get(provider.name, provider.service),
                is_offline=False,
                recipient="OpenAI" if provider.service == "OpenAI" else "Google",
                models=FAKE_MODELS if isinstance(provider.models, str) else provider.models,
            ),
            provider.base_url,
            gemini_key if provider.name == "gemini" else Credential(lambda: "", lambda _: None),
            lambda: ("gemini-nano-banana-2.1",),
        )
        for provider in providers()
    }


def _asset(number: int, name: str) -> Asset:
    return Asset(
        id=number,
        folder="/made",
        name=name,
        size=1_234_567,
        modified_ns=1_700_000_000_000_000_000,
        added_at=1_700_000_000.0 + number,
        width=1200,
        height=800,
        format="PNG",
        content_hash=f"{number:064x}",
        is_generated=True,
    )


class FakeQueue(GenerationQueue):
    """The queue in memory; what is made of it, ``FakeGenerating`` makes."""

    def __init__(self, generating: FakeGenerating) -> None:
        self._made = generating
        self.others: list[Attempt] = []
        self.reason: Wait | None = None

    def add(self, requests: Sequence[GenerationRequest]) -> list[str]:
        keys = [f"{len(self._made.waiting) + n:032x}" for n in range(len(requests))]
        for key, request in zip(keys, requests, strict=True):
            record = GenerationRecord(request, attempt=key)
            self._made.waiting.append(Attempt(key, AttemptState.QUEUED, record))
        return keys

    def view(self) -> QueueView:
        return QueueView(self.reason, tuple(self._made.waiting), tuple(self.others))

    def pause(self) -> None:
        self.reason = Wait(WaitReason.PERSON)

    def resume(self) -> None:
        self.reason = None

    def run_next(self, cancel: CancelToken) -> Generator[Progress, None, QueueStep]:
        if not self._made.waiting or self.reason is not None:
            return QueueStep(is_over=True)
        return QueueStep((yield from self._made.run_queued(self._made.waiting[0].key, cancel)))


class FakeMatrices(Matrices):
    """Those that a test puts there."""

    def __init__(self) -> None:
        self.made: list[MatrixView] = []

    def latest(self) -> list[MatrixRow]:
        return [view.matrix for view in self.made]

    def view(self, matrix: MatrixRow) -> MatrixView:
        return next(view for view in self.made if view.matrix == matrix)


class FakeSpending(Spending):
    """Some of the month's limit was spent."""

    def __init__(self) -> None: ...

    def report(self) -> SpendReport:
        return SpendReport(Spent(), Spent(usd=3.2), Spent(), 5.0)
