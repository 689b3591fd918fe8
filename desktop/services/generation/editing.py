"""Asking for a part of a picture to be changed, or for what it shows to be cut out, and what is
made of the answers."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import AnswerMisfit, LibraryError, PlantainError
from desktop.core.generation_record import (
    AUTO,
    BASE,
    CHOSEN,
    MARKED,
    ON_BLACK,
    ON_WHITE,
    REGION,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.content_hash import content_hash
from desktop.library.kept_file import kept_file
from desktop.media.editing.locking import locked
from desktop.media.editing.matting import cut_out
from desktop.media.editing.region import (
    picture_pixels,
    picture_png,
    read_region,
    region_png,
    small_picture,
)
from desktop.media.sandbox.pool import Sandbox

_LOG = logging.getLogger(__name__)
CUT_OUT_PROMPT = "Cut out"
"""Stands for a person's words where none are needed."""
_CHANGE_PART = (
    "Change a part of the first picture. The second picture is the same one with that part marked "
    "in magenta; the mark itself is not to be seen in the result. Change the marked part as "
    "described below and nothing else: keep framing, size, position, light, colours and all other "
    "details exactly as in the first picture."
)
_PICTURE_ON_WHITE = (
    "Show exactly what the picture shows, unchanged in shape, size, position, light and colours, "
    "on a plain pure white background (#FFFFFF) without any shadow, ground or gradient."
)
_THING_ON_WHITE = (
    "Show what is described below alone on a plain pure white background (#FFFFFF), without any "
    "shadow, ground or gradient, and not cut by the edges of the picture."
)
_ON_BLACK = (
    "Show exactly this picture again, every pixel of the thing unchanged in shape, size, position, "
    "light and colours, but with the background replaced by plain pure black (#000000). What was "
    "seen through the thing and around its soft edges becomes black too."
)


@dataclass(frozen=True, slots=True)
class Finished:
    """A picture made from an answer.

    Attributes:
        data: PNG.
        changed_elsewhere: as in ``EditReport``.
        changes: where that is (height, width), bool; of a cut-out, nothing.
    """

    data: bytes
    changed_elsewhere: float = 0.0
    changes: NDArray[np.bool_] | None = None


class Editing:
    """Makes requests of edits, and pictures of the answers to them.

    Args:
        regions: where marked parts are kept, each under the hash of its content.
        sandbox: decodes what is read; None: this process does.
    """

    def __init__(self, regions: Path, sandbox: Sandbox | None = None) -> None:
        self._regions = regions
        self._sandbox = sandbox

    def to_mark(self, base: Path, long_side: int = 2048) -> NDArray[np.uint8]:
        """A picture in which a person marks a part; shape and Raises as ``small_picture``."""
        return small_picture(base, long_side, self._sandbox)

    def change_part(
        self, request: GenerationRequest, base: Path, region: Path | bytes
    ) -> GenerationRequest:
        """``request`` for a part of ``base`` alone; the part is kept from now on.

        Args:
            request: the words, model and size, and other references.
            region: white where the picture may change, as a picture.

        Raises:
            FileError: one of the two cannot be read.
            UsageError: the part does not fit the picture, or is nothing or nearly all of it.
            LibraryError: the part cannot be kept.
        """
        pixels, _ = picture_pixels(base, self._sandbox)
        mask = read_region(region, (pixels.shape[1], pixels.shape[0]), self._sandbox)
        kept = self._kept(region_png(mask))
        return replace(
            request,
            edit=REGION,
            instruction=_CHANGE_PART,
            aspect_ratio=AUTO,
            references=(
                Reference(_absolute(base), reason=CHOSEN, role=BASE),
                Reference(kept, reason=CHOSEN, role=MARKED),
                *request.references,
            ),
        )

    def on_white(self, request: GenerationRequest, base: Path | None = None) -> GenerationRequest:
        """``request`` for the first half of a cut-out: of what ``base`` shows, or of what the words
        describe."""
        if base is None:
            return replace(request, edit=ON_WHITE, instruction=_THING_ON_WHITE)
        shown = Reference(_absolute(base), reason=CHOSEN, role=BASE)
        return replace(
            request,
            prompt=request.prompt or CUT_OUT_PROMPT,
            edit=ON_WHITE,
            instruction=_PICTURE_ON_WHITE,
            aspect_ratio=AUTO,
            references=(shown, *request.references),
        )

    def on_black(self, first: GenerationRecord, plate: Path) -> GenerationRequest:
        """The request for the second half, once the first has come and is the file ``plate``."""
        shown = Reference(plate, role=BASE, content_hash=content_hash(plate))
        return replace(
            first.request,
            edit=ON_BLACK,
            instruction=_ON_BLACK,
            aspect_ratio=AUTO,
            parent="",
            references=(shown,),
        )

    def finish(self, record: GenerationRecord, answer: bytes) -> Finished:
        """What was wanted, from a model's answer to an edit; the same each time.

        Raises:
            AnswerMisfit: it cannot be made of that answer.
        """
        try:
            base = _base(record.request)
            if base.content_hash and content_hash(base.path) != base.content_hash:
                raise AnswerMisfit(tr("The picture that was to be changed is another one now."))
            if record.request.edit == ON_BLACK:
                white, _ = picture_pixels(base.path, self._sandbox)
                black, _ = picture_pixels(answer, self._sandbox)
                return Finished(picture_png(cut_out(white, black)))
            return self._locked(record.request, answer)
        except AnswerMisfit:
            raise
        except (PlantainError, OSError) as error:
            why = error.headline if isinstance(error, PlantainError) else system_reason(error)
            raise AnswerMisfit(
                tr("The picture that was to be changed cannot be read: {reason}", reason=why)
            ) from error
        except Exception as error:  # an answer that was paid for is kept whatever it does to us
            _LOG.exception("an answer to an edit")
            raise AnswerMisfit(
                tr("Putting it together failed in an unforeseen way ({name}).",
                   name=type(error).__name__)
            ) from error  # fmt: skip

    def _locked(self, request: GenerationRequest, answer: bytes) -> Finished:
        pixels, alpha = picture_pixels(_base(request).path, self._sandbox)
        part = next(each for each in request.references if each.role == MARKED)
        region = read_region(self.region(part), (pixels.shape[1], pixels.shape[0]), self._sandbox)
        whole, _ = picture_pixels(answer, self._sandbox)
        edit = locked(pixels, whole, region)
        made = edit.pixels
        if alpha is not None:  # what is put in is opaque, as every answer is
            made = np.dstack([made, np.where(region, np.uint8(255), alpha)])
        return Finished(picture_png(made), edit.changed_share, edit.changes)

    def region(self, marked: Reference) -> Path:
        """Where the part that an edit's reference names is now."""
        return kept_file(self._regions, marked.path)

    def _kept(self, png: bytes) -> Path:
        path = self._regions / f"{content_hash(png)}.png"
        try:
            self._regions.mkdir(exist_ok=True)
            write_file(path, png, replace=True)
        except OSError as error:
            raise LibraryError(
                tr("The marked part cannot be kept: {reason}.", reason=system_reason(error)),
                safe=tr("Nothing was sent."),
                next_step=tr("Free some space or check the folder's permissions, then try again."),
            ) from error
        return path


def sent_texts(request: GenerationRequest) -> tuple[str, ...]:
    """All words that reach the model for one picture, a text for each call: a cut-out has two."""
    if request.edit != ON_WHITE:
        return (request.sent_text,)
    return request.sent_text, replace(request, edit=ON_BLACK, instruction=_ON_BLACK).sent_text


def second_half(key: str) -> str:
    """Key of the attempt that is the second half of a cut-out: however often the first one is taken
    in, there is one."""
    return content_hash(f"{key} on black".encode())


def _base(request: GenerationRequest) -> Reference:
    """Raises: AnswerMisfit where a record of another making has none."""
    found = next((each for each in request.references if each.role == BASE), None)
    if found is None:
        raise AnswerMisfit(tr("Nobody knows which picture was to be changed."))
    return found


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
