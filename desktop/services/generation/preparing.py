"""All that a request needs before it can leave: its pictures' bytes, the talk before it, its price.

Looking at what would be sent and sending it both begin here, so that what is sent is what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import ProgressSteps
from desktop.core.scripts import language_of
from desktop.core.text import language, tr
from desktop.generation.cost import estimated_usd
from desktop.generation.generator import ImageGenerator, ReferenceImage, Turn
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.spool import Spool
from desktop.services.generation.earlier_turns import (
    Earlier,
    earlier_tokens,
    earlier_turns,
    talk_hash,
    talk_hash_as_sent,
)
from desktop.services.generation.keeping import AnswerKeeping
from desktop.services.generation.sending_rules import SendingRules
from desktop.services.generation.sent_references import SentReferences


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """What is sent.

    Attributes:
        request: with the hashes of what was read and would be sent.
        images: the very bytes, one for each of its references.
        earlier: the talk before it.
    """

    request: GenerationRequest
    images: list[ReferenceImage]
    earlier: Earlier

    @property
    def turns(self) -> list[Turn]:
        """The talk as it is sent again, the oldest first."""
        return [turn for _, turn in self.earlier]


class Preparing:
    """Reads what goes along with a request.

    Args:
        keeping: knows the generators.
        spool: keeps the talks.
        rules: say whether the talk before a request may be sent again.
    """

    def __init__(
        self,
        references: SentReferences,
        keeping: AnswerKeeping,
        attempts: AttemptTable,
        spool: Spool,
        rules: SendingRules,
    ) -> None:
        self._references = references
        self._keeping = keeping
        self._attempts = attempts
        self._spool = spool
        self._rules = rules

    def generator(self, request: GenerationRequest) -> ImageGenerator:
        """Who is asked.

        Raises:
            UsageError: an empty prompt, an unknown generator, an edit by one that makes none.
        """
        if not request.prompt.strip():
            raise UsageError(
                tr("The prompt is empty."), next_step=tr("Say what the picture should show.")
            )
        generator = self._keeping.generator(request.generator)
        if request.edit and generator.is_offline:
            raise UsageError(
                tr("A mood board changes no picture."),
                next_step=tr("Choose a model that makes pictures."),
            )
        return generator

    def known(self, request: GenerationRequest) -> GenerationRequest:
        """As it is written down when it is queued: by a model, of pictures with their identity.

        Raises: as ``generator``.
        """
        default = self.generator(request).models.default
        said = request.language or language_of(request.prompt, language().code)
        return self._references.known(
            replace(request, model=request.model or default, language=said)
        )

    def as_seen(self, requests: Sequence[GenerationRequest]) -> list[GenerationRequest]:
        """Bound to the pictures and the talk that a person sees now, see ``seen``."""
        return [
            replace(request, talk_hash=talk_hash_as_sent(request, self._spool))
            for request in self._references.as_seen(requests)
        ]

    def prepare(
        self, request: GenerationRequest, generator: ImageGenerator, cancel: CancelToken
    ) -> ProgressSteps[PreparedRequest]:
        """Read the pictures and the talk.

        Raises:
            RequestRefused: one of them cannot be read, or is not there any more.
            RightsForbid: what the talk has sent before may not be sent again.
            Cancelled: nothing was sent.
        """
        images, used = yield from self._references.prepared(request, cancel)
        earlier = yield from earlier_turns(used, self._spool, self._references, cancel)
        if not generator.is_offline:
            for asked, _ in earlier:
                self._rules.check_rights(asked)
        return PreparedRequest(replace(used, talk_hash=talk_hash(earlier)), images, earlier)

    def estimated_usd(self, request: GenerationRequest, generator: ImageGenerator) -> float | None:
        """What it would cost, the talk before it included; None where the price list says
        nothing."""
        if generator.is_offline:
            return 0.0
        before = earlier_tokens(request, self._attempts)
        return estimated_usd(request, generator.models.find(request.model), before)
