"""Everything that sending does up to the moment of sending, and nothing after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import ProgressSteps
from desktop.generation.cost import total_usd
from desktop.generation.generator import Reply
from desktop.services.generation.editing import sent_texts
from desktop.services.generation.preparing import Preparing
from desktop.services.generation.rehearsal import Rehearsal, said_before
from desktop.services.generation.sending_rules import SendingRules


class Rehearsing:
    """Shows what would be sent.

    Args:
        preparing: reads what would be sent, as it does for what is sent.
        rules: say whether a person has to see it first.
    """

    def __init__(self, preparing: Preparing, rules: SendingRules) -> None:
        self._preparing = preparing
        self._rules = rules

    def rehearse(self, request: GenerationRequest, cancel: CancelToken) -> ProgressSteps[Rehearsal]:
        """What one call would send.

        Raises:
            UsageError: an empty prompt, an unknown generator.
            RequestRefused: a reference cannot be read; the message names it.
            RightsForbid: it may not be sent.
            Cancelled: nothing was shown.
        """
        generator = self._preparing.generator(request)
        prepared = yield from self._preparing.prepare(request, generator, cancel)
        used, earlier = prepared.request, prepared.earlier
        destination = generator.destination(used, prepared.images)
        if not generator.is_offline:
            self._rules.check_rights(used)
        answers = [
            generator.read(Reply(turn.answer, used.model, destination.api)) for _, turn in earlier
        ]
        return Rehearsal(
            used,
            tuple(prepared.images),
            destination,
            self._preparing.estimated_usd(used, generator),
            sent_texts(used),
            tuple(prepared.turns),
            *said_before(earlier, answers),
        )

    def rehearse_all(
        self, requests: Sequence[GenerationRequest], cancel: CancelToken
    ) -> ProgressSteps[Rehearsal]:
        """As ``rehearse``, of the variants of one idea: every picture once, and the price of all.

        Raises: as ``rehearse``.
        """
        differing: list[GenerationRequest] = []
        for request in requests:
            if all(request.references != other.references for other in differing):
                differing.append(request)
        rehearsals: list[Rehearsal] = []
        for request in differing:
            rehearsals.append((yield from self.rehearse(request, cancel)))  # noqa: PERF401
        first = rehearsals[0]
        if len(requests) == 1:
            return first
        pictures = {
            (image.caption, reference.sent_hash): (reference, image)
            for each in rehearsals
            for reference, image in zip(each.request.references, each.images, strict=True)
        }
        generator = self._preparing.generator(first.request)
        costs = [self._preparing.estimated_usd(each, generator) for each in requests]
        return replace(
            first,
            request=replace(first.request, references=tuple(used for used, _ in pictures.values())),
            images=tuple(image for _, image in pictures.values()),
            estimated_usd=total_usd(costs),
            texts=tuple(dict.fromkeys(chain.from_iterable(map(sent_texts, requests)))),
        )

    def unseen(
        self, requests: Sequence[GenerationRequest], cancel: CancelToken
    ) -> ProgressSteps[Rehearsal | None]:
        """What a person has to see and to agree to before these are sent; None where they have, or
        need not.

        Raises: as ``rehearse``; WorkingOffline.
        """
        request = requests[0]
        generator = self._preparing.generator(request)
        if generator.is_offline or not self._rules.asks_consent:
            return None
        self._rules.require_online()
        bare = replace(request, references=())
        if not self._rules.needs_consent(generator.destination(bare, ()).endpoint):
            return None
        return (yield from self.rehearse_all(requests, cancel))
