"""What a person saw of a request when it was queued: hashes that what is sent is held to.

A queued record holds them, and an empty one binds nothing. Of a picture from the library it is the
content that the library shows; once the person has looked at the bytes themselves, or these were
sent, it is the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.core.asset import displayable_name
from desktop.core.errors import PicturesChanged
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.text import listed, tr


def unbound(request: GenerationRequest) -> GenerationRequest:
    """Whatever its pictures are when they are sent."""
    free = (replace(each, content_hash="", sent_hash="") for each in request.references)
    return replace(request, references=tuple(free), talk_hash="")


def require_seen(seen: GenerationRequest, sent: GenerationRequest) -> None:
    """Whether ``sent`` is, to the byte, what the person saw as ``seen``.

    Args:
        sent: the same request, with the hashes of what was read and would be sent.

    Raises:
        PicturesChanged: the message names each picture that is another one now.
    """
    changed = [*dict.fromkeys(_changed(seen, sent))]
    if changed:
        raise PicturesChanged(
            tr(
                "Not as you have seen it when this was added to the queue: {things}.",
                things=listed(changed),
            ),
            safe=tr("Nothing was sent."),
            next_step=tr("Look at what would be sent, then decide."),
        )


def _changed(seen: GenerationRequest, sent: GenerationRequest) -> Iterator[str]:
    for before, now in zip(seen.references, sent.references, strict=True):
        if not _is_same(before, now):
            yield displayable_name(before.path)
    if seen.talk_hash not in ("", sent.talk_hash):
        yield tr("what was said before")


def _is_same(before: Reference, now: Reference) -> bool:
    if before.sent_hash:
        return before.sent_hash == now.sent_hash
    return before.content_hash in ("", now.content_hash)
