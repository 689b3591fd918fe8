"""An edit afterwards: what came of it beside what it began with, and all of the answer instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset
from desktop.core.errors import AnswerMisfit, FileError, UsageError
from desktop.core.generation_record import (
    BASE,
    LAID_IN,
    MARKED,
    ON_BLACK,
    PARTLY_TAKEN,
    PLATE,
    REGION,
    WHOLE,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.text import tr
from desktop.files.regular_file import read_regular_file
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable
from desktop.media.editing.region import picture_pixels, read_region
from desktop.media.formats.format import DecodeLimits
from desktop.media.sandbox.pool import Sandbox
from desktop.services.generation.editing import CUT_OUT_PROMPT, Editing


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What there is to see of an edit; every picture (height, width, 3 or 4) uint8, sRGB.

    Attributes:
        picture: the wanted one, or the whole answer where it could not be used.
        whole: all that the model gave back.
        before: what it began with; of a cut-out, the picture on white. None where it is gone.
        after: the wanted picture. None where the answer could not be used.
        answer: of ``whole``.
        changes: where the answer had changed ``before`` beside the part that it was to change.
        region: that part; of a cut-out, None, as ``changes``.
        misfit: why the answer could not be used, for the person; empty when it could.
        is_whole_taken: a person chose the whole answer.
    """

    picture: Asset
    whole: Asset
    before: NDArray[np.uint8] | None
    after: NDArray[np.uint8] | None
    answer: NDArray[np.uint8]
    changes: NDArray[np.bool_] | None = None
    region: NDArray[np.bool_] | None = None
    misfit: str = ""
    is_whole_taken: bool = False


@dataclass(frozen=True, slots=True)
class EditInputs:
    """What an edit was asked for with.

    Attributes:
        request: words, model, size, and what went along beside the picture.
        region: the part that was marked, white on black; None for a cut-out.
    """

    base: Path
    request: GenerationRequest
    region: Path | None

    def mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """The part, as large as its picture is shown. Raises: FileError, UsageError."""
        assert self.region is not None
        return read_region(self.region, (width, height), None)


class EditedPictures:
    """Looks at edits that are in the library.

    Args:
        editing: makes of an answer again what was made of it then.
        sandbox: decodes what is read; None: this process does.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageTable,
        editing: Editing,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._editing = editing
        self._sandbox = sandbox

    def outcome(self, asset_id: int) -> EditOutcome:
        """What came of the edit that this picture is of; takes seconds.

        Raises:
            UsageError: it is of none.
            FileError: the answer cannot be read any more.
        """
        record = self._record(asset_id)
        whole_id, wanted_id = self._pair(record)
        assets = self._catalog.assets_by_id([whole_id, *([wanted_id] if wanted_id else [])])
        whole = assets[whole_id]
        answer = self._pixels(whole.path)
        before = self._before(record)
        changes, misfit = None, ""
        try:
            made = self._editing.finish(
                record, read_regular_file(whole.path, DecodeLimits().max_bytes)
            )
            changes = made.changes
        except AnswerMisfit as error:
            misfit = error.message
        except OSError:
            pass  # it was read a moment ago; the pictures are shown all the same
        wanted = assets.get(wanted_id) if wanted_id else None
        after = self._pixels(wanted.path) if wanted else None
        is_taken = wanted_id is not None and self._lineage_stage(wanted_id) == PARTLY_TAKEN
        return EditOutcome(
            picture=whole if wanted is None or is_taken else wanted,
            whole=whole,
            before=before,
            after=after,
            answer=answer,
            changes=changes,
            region=self._region(record, before),
            misfit="" if wanted else misfit,
            is_whole_taken=is_taken,
        )

    def again(self, record: GenerationRecord) -> EditInputs:
        """To ask for the same edit once more, or with one thing changed.

        Raises:
            UsageError: what it began with is not known any more.
        """
        request = record.request
        if request.edit == ON_BLACK:
            plate = _with_role(record, BASE)
            first = self._lineage.of(plate.asset_id or 0) if plate is not None else None
            if first is None:
                raise UsageError(tr("What this was cut out of is not in the library any more."))
            return self.again(first)
        base, part = _with_role(record, BASE), _with_role(record, MARKED)
        if base is None or (part is None) == (request.edit == REGION):
            raise UsageError(tr("Nobody knows which picture was to be changed."))
        others = tuple(each for each in request.references if each not in (base, part))
        words = "" if request.prompt == CUT_OUT_PROMPT else request.prompt
        asked = replace(request, prompt=words, references=others, edit="", instruction="")
        return EditInputs(base.path, asked, self._editing.region(part) if part else None)

    def take_whole(self, asset_id: int, *, is_whole: bool = True) -> Asset:
        """The model's whole answer is the picture from now on; or, with ``is_whole`` False, its
        part in the picture again. Both stay in the library.

        Raises:
            UsageError: this picture is of no edit that has both.
        """
        record = self._record(asset_id)
        whole_id, wanted_id = self._pair(record)
        if wanted_id is None:
            raise UsageError(tr("There is only the model's whole answer."))
        both = self._lineage.of_attempt(record.attempt)
        final, aside = both[wanted_id], both[whole_id]
        if (final.stage == PARTLY_TAKEN) != is_whole:
            stages = ("", PARTLY_TAKEN) if is_whole else (WHOLE, "")
            with self._catalog.all_or_nothing():
                # The words and the usage of the call go with the picture that counts.
                self._lineage.record(whole_id, replace(final, stage=stages[0]))
                self._lineage.record(wanted_id, replace(aside, stage=stages[1]))
        return self._catalog.assets_by_id([whole_id])[whole_id] if is_whole else (
            self._catalog.assets_by_id([wanted_id])[wanted_id]
        )  # fmt: skip

    def _record(self, asset_id: int) -> GenerationRecord:
        record = self._lineage.of(asset_id)
        if record is None or record.request.edit in {"", LAID_IN}:
            raise UsageError(tr("This picture was not made by changing another."))
        return record

    def _pair(self, record: GenerationRecord) -> tuple[int, int | None]:
        """Ids of the whole answer and of what was made of it, None where nothing could be.

        The files are saved, and so numbered, in that order, the drafts before them.
        """
        made = self._lineage.of_attempt(record.attempt)
        finals = [asset_id for asset_id, each in made.items() if each.stage in {"", PARTLY_TAKEN}]
        wholes = [asset_id for asset_id, each in made.items() if each.stage in {WHOLE, PLATE}]
        if any(each.stage == PARTLY_TAKEN for each in made.values()):
            by_stage = {each.stage: asset_id for asset_id, each in made.items()}
            return by_stage[""], by_stage[PARTLY_TAKEN]
        if not wholes:
            raise UsageError(tr("The model's whole answer is not in the library any more."))
        return wholes[-1], finals[-1] if finals else None

    def _lineage_stage(self, asset_id: int) -> str:
        record = self._lineage.of(asset_id)
        return record.stage if record else ""

    def _before(self, record: GenerationRecord) -> NDArray[np.uint8] | None:
        base = _with_role(record, BASE)
        try:
            return self._pixels(base.path) if base else None
        except FileError:
            return None

    def _region(
        self, record: GenerationRecord, before: NDArray[np.uint8] | None
    ) -> NDArray[np.bool_] | None:
        part = _with_role(record, MARKED)
        if part is None or before is None:
            return None
        try:
            size = (before.shape[1], before.shape[0])
            return read_region(self._editing.region(part), size, self._sandbox)
        except (FileError, UsageError):
            return None

    def _pixels(self, path: Path) -> NDArray[np.uint8]:
        pixels, alpha = picture_pixels(path, self._sandbox)
        return pixels if alpha is None else np.dstack([pixels, alpha])


def _with_role(record: GenerationRecord, role: str) -> Reference | None:
    return next((each for each in record.request.references if each.role == role), None)
