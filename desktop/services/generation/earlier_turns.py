"""The talk that led to a picture: what a next turn is asked with, and how one is begun."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace

from desktop.core.asset import Asset
from desktop.core.brand_kit import attached, with_kit
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, LibraryError, Remedy, RequestRefused
from desktop.core.generation_record import (
    BASE,
    CHOSEN,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.progress import Progress
from desktop.core.reference_captions import captions
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.generation.generator import Turn
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.kits import KitTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.spool import Spool, SpooledAnswer
from desktop.services.generation.sent_references import SentReferences

_INTERACTIONS, _GENERATE_CONTENT = "interactions", "generate-content"
_MOST = 50
"""Turns of one talk; a service takes far fewer pictures."""

Earlier = list[tuple[GenerationRequest, Turn]]
"""The oldest first: what was asked, and the turn as it is sent again."""


def earlier_turns(
    request: GenerationRequest, spool: Spool, references: SentReferences, cancel: CancelToken
) -> Generator[Progress, None, Earlier]:
    """All turns before a request.

    Raises:
        RequestRefused: one of them, or a picture that went along, is not there any more.
        Cancelled: nothing was sent.
    """
    found: Earlier = []
    for answer in _answers(request, spool):
        images, used = yield from references.prepared(answer.record.request, cancel)
        found.append((used, Turn(used.sent_text, tuple(images), answer.body)))
    return found[::-1]


def talk_hash(earlier: Earlier) -> str:
    """The identity of a talk as it is sent: of its words, its pictures and its answers; empty where
    there is none."""
    return _talk_hash((asked, turn.answer) for asked, turn in earlier)


def talk_hash_as_sent(request: GenerationRequest, spool: Spool) -> str:
    """The same of the talk before a request as it was sent when it was held; empty where nobody
    knows."""
    try:
        answers = list(_answers(request, spool))
    except RequestRefused:
        return ""
    asked = [answer.record.request for answer in answers]
    if not all(reference.sent_hash for each in asked for reference in each.references):
        return ""
    return _talk_hash((each.record.request, each.body) for each in reversed(answers))


def earlier_tokens(request: GenerationRequest, attempts: AttemptTable) -> int:
    """What the talk before a request adds to its input: all that the turn before it read and wrote,
    as the service counted it. 0 where there is no talk, or nobody counted."""
    attempt = attempts.of(request.parent_attempt) if request.parent_attempt else None
    if attempt is None:
        return 0
    usage = attempt.record.usage
    return usage.prompt_tokens + usage.output_tokens


def _answers(request: GenerationRequest, spool: Spool) -> Iterator[SpooledAnswer]:
    """Those before a request, the latest first. Raises: RequestRefused where one is gone."""
    key, count = request.parent_attempt, 0
    while key:
        answer = spool.turn(key)
        if answer is None or count >= _MOST:
            raise RequestRefused(
                tr("What was said before this picture is not here any more."),
                safe=tr("Nothing was sent."),
                next_step=tr("Use the picture as a base instead, and say what to change."),
                remedy=Remedy.USE_AS_BASE,
            )
        yield answer
        key, count = answer.record.request.parent_attempt, count + 1


def _talk_hash(turns: Iterable[tuple[GenerationRequest, bytes]]) -> str:
    said = [
        [
            asked.sent_text,
            captions(asked.references),
            [each.sent_hash for each in asked.references],
            content_hash(answer),
        ]
        for asked, answer in turns
    ]
    return content_hash(json.dumps(said).encode("ascii")) if said else ""


class Refining:
    """Begins a next turn on a picture. Its brand kit goes on with it, in the same version."""

    def __init__(
        self,
        spool: Spool,
        attempts: AttemptTable,
        lineage: LineageTable,
        catalog: Catalog,
        kits: KitTable,
    ) -> None:
        self._spool = spool
        self._attempts = attempts
        self._lineage = lineage
        self._catalog = catalog
        self._kits = kits

    def next_turn(self, asset: Asset, record: GenerationRecord, words: str) -> GenerationRequest:
        """What to ask, by the model that made it.

        The whole talk goes along where it is here and led to this very picture; otherwise the
        picture itself does, as a base.

        Raises:
            FileUnreadable: the picture is not there.
        """
        asked = record.request
        try:
            parent = content_hash(asset.path)
        except OSError as error:
            raise FileError(asset.path, system_reason(error)) from error
        request = GenerationRequest(
            prompt=words,
            generator=asked.generator,
            model=asked.model,
            aspect_ratio=asked.aspect_ratio,
            image_size=asked.image_size,
            thinking=asked.thinking,
            language=asked.language,
            parent=parent,
            kit=asked.kit,
            kit_version=asked.kit_version,
        )
        is_of_talk = not record.stage and not asked.edit and self._spool.has_turn(record.attempt)
        if is_of_talk:
            api = _INTERACTIONS if _INTERACTIONS in record.api else _GENERATE_CONTENT
            kit = self._kits.of_request(request)
            request = replace(request, parent_attempt=record.attempt, api=api)
            # Its pictures are in the talk.
            return with_kit(request, kit) if kit is not None else request
        return self._on_base(request, asset)

    def from_base(self, request: GenerationRequest) -> GenerationRequest:
        """A next turn asked anew: with the picture itself as a base, without the talk before it.

        Raises:
            LibraryError: that picture is not in the library any more.
        """
        found = self._lineage.picture_before(request)
        asset = self._catalog.asset(found) if found is not None else None
        if asset is None:
            raise LibraryError(
                tr("The picture before is not in the library any more."),
                safe=tr("Your words are kept."),
                next_step=tr("Add a picture like it to the references, and say what to change."),
            )
        return self._on_base(request, asset)

    def tokens_before(self, request: GenerationRequest) -> int:
        """Of the talk that goes along with a request, see ``earlier_tokens``."""
        return earlier_tokens(request, self._attempts)

    def _on_base(self, request: GenerationRequest, asset: Asset) -> GenerationRequest:
        base = Reference(asset.path, asset.id, reason=CHOSEN, role=BASE)
        references = (base, *(each for each in request.references if each.role != BASE))
        request = replace(request, parent_attempt="", api="", references=references)
        kit = self._kits.of_request(request)
        return attached(request, kit) if kit is not None else request
