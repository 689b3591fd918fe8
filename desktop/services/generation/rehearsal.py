"""What would be sent, to the byte: this request, and the talk that goes along with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.core.generation_record import GenerationRequest
from desktop.core.reference_captions import captions
from desktop.core.reference_names import reference_name
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.generation.generator import Destination, GenerationResult, ReferenceImage, Turn
from desktop.media.reference_image import as_it_came
from desktop.services.generation.earlier_turns import Earlier


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture on its way. Attributes: sent_hash: of its bytes, as ``files.content_hash``."""

    name: str
    image: ReferenceImage
    sent_hash: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would be sent.

    Attributes:
        request: with the hashes of what was read and would be sent.
        images: the very bytes, one for each of its references.
        estimated_usd: for all pictures; None where the price list says nothing.
        texts: all words of this turn, of each variant.
        turns: those before it, the oldest first.
        earlier_texts: their words, and the model's own.
        earlier: their pictures, and those that the model gave back.
    """

    request: GenerationRequest
    images: tuple[ReferenceImage, ...]
    destination: Destination
    estimated_usd: float | None
    texts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    earlier_texts: tuple[str, ...] = ()
    earlier: tuple[SentPicture, ...] = ()

    @property
    def pictures(self) -> tuple[SentPicture, ...]:
        """All of them, those of the talk first."""
        return (*self.earlier, *_pictures(self.request, self.images))

    def has_shown(self, request: GenerationRequest, turns: Sequence[Turn]) -> bool:
        """Nothing else would be sent: the same words and pictures, and the same talk before."""
        shown = {
            (image.caption, each.sent_hash)
            for each, image in zip(self.request.references, self.images, strict=True)
        }
        hashes = (each.sent_hash for each in request.references)
        sent = set(zip(captions(request.references), hashes, strict=True))
        return sent <= shown and request.sent_text in self.texts and tuple(turns) == self.turns


def said_before(
    earlier: Earlier, answers: Sequence[GenerationResult]
) -> tuple[tuple[str, ...], tuple[SentPicture, ...]]:
    """Words and pictures of the turns before, in their order.

    Args:
        answers: what each of them was answered.
    """
    texts: list[str] = []
    pictures: list[SentPicture] = []
    for (request, turn), answer in zip(earlier, answers, strict=True):
        texts += filter(None, (turn.text, answer.thought_text, answer.text))
        pictures += _pictures(request, turn.references)
        pictures += [_of_answer(data) for data in (*answer.thought_images, *answer.images)]
    return tuple(texts), tuple(pictures)


def _pictures(
    request: GenerationRequest, images: Sequence[ReferenceImage]
) -> tuple[SentPicture, ...]:
    return tuple(
        SentPicture(reference_name(reference), image, reference.sent_hash)
        for reference, image in zip(request.references, images, strict=True)
    )


def _of_answer(data: bytes) -> SentPicture:
    mime_type, width, height = as_it_came(data)
    image = ReferenceImage(data, mime_type, width=width, height=height)
    return SentPicture(tr("Answer of the model"), image, content_hash(data))
