"""The talk that led to a picture: what a next turn is asked with, and how one is begun."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, RequestRefused
from desktop.core.generation_record import (
    BASE,
    CHOSEN,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.generation.generator import Turn
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.spool import Spool
from desktop.media.sandbox.pool import Sandbox
from desktop.services.generation.sent_references import prepared

_INTERACTIONS, _GENERATE_CONTENT = "interactions", "generate-content"
_MOST = 50
"""Turns of one talk; a service takes far fewer pictures."""

Earlier = list[tuple[GenerationRequest, Turn]]
"""The oldest first: what was asked, and the turn as it is sent again."""


def earlier_turns(
    request: GenerationRequest,
    attempts: AttemptTable,
    spool: Spool,
    catalog: Catalog,
    sandbox: Sandbox | None,
    cancel: CancelToken,
) -> Generator[Progress, None, Earlier]:
    """All turns before a request.

    Raises:
        RequestRefused: one of them, or a picture that went along, is not there any more.
        Cancelled: nothing was sent.
    """
    found: Earlier = []
    key = request.parent_attempt
    while key:
        attempt, answer = attempts.of(key), spool.turn(key)
        if attempt is None or answer is None or len(found) >= _MOST:
            raise RequestRefused(
                tr("What was said before this picture is not here any more."),
                safe=tr("Nothing was sent."),
                next_step=tr("Use the picture as a base instead, and say what to change."),
            )
        images, used = yield from prepared(attempt.record.request, catalog, sandbox, cancel)
        found.append((used, Turn(used.sent_text, tuple(images), answer.body)))
        key = used.parent_attempt
    return found[::-1]


class Refining:
    """Begins a next turn on a picture."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

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
            raise FileError(asset.path, error.strerror or str(error)) from error
        request = GenerationRequest(
            prompt=words,
            generator=asked.generator,
            model=asked.model,
            aspect_ratio=asked.aspect_ratio,
            image_size=asked.image_size,
            thinking=asked.thinking,
            language=asked.language,
            parent=parent,
        )
        is_of_talk = not record.stage and not asked.edit and self._spool.has_turn(record.attempt)
        if is_of_talk:
            api = _INTERACTIONS if _INTERACTIONS in record.api else _GENERATE_CONTENT
            return replace(request, parent_attempt=record.attempt, api=api)
        base = Reference(asset.path, asset.id, reason=CHOSEN, role=BASE)
        return replace(request, references=(base,))
