"""A product that a model got wrong, replaced by the real one: without another call."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset
from desktop.core.errors import AnswerMisfit, FileError
from desktop.core.generation_record import (
    BASE,
    CHOSEN,
    LAID_IN,
    GenerationRecord,
    GenerationRequest,
    Reference,
    Usage,
)
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.content_hash import content_hash
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable
from desktop.media.editing.region import picture_pixels, picture_png
from desktop.media.formats.format import Needed
from desktop.media.product_truth.examination import REFERENCE_SIDE
from desktop.media.product_truth.laying import laid_in
from desktop.media.product_truth.placement import TooPlain
from desktop.media.reference_picture import reference_picture
from desktop.media.sandbox.pool import Sandbox
from desktop.services.generation.keeping import AnswerKeeping


@dataclass(frozen=True, slots=True)
class LaidProduct:
    """What it would be; nothing is kept.

    Attributes:
        path: of the picture.
        before, after: (height, width, 3 or 4) uint8, sRGB; equal but for the product.
    """

    path: Path
    product: Reference
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]


class ProductLaying:
    """Puts a product's own pixels where they belong. Any thread may call; each takes seconds.

    Args:
        keeping: saves what came of it, as it saves a model's answers.
        sandbox: decodes risky pictures; None: this process does.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageTable,
        keeping: AnswerKeeping,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._keeping = keeping
        self._sandbox = sandbox

    def lay(self, path: Path, product: Reference) -> LaidProduct:
        """Look at it.

        Raises:
            FileError: one of the two cannot be read.
            AnswerMisfit: the product is nowhere in the picture.
        """
        pixels, alpha = picture_pixels(path, self._sandbox)
        shown = reference_picture(
            product.path,
            Needed(longer=REFERENCE_SIDE, keeps_alpha=True),
            part=product.crop,
            moment_ms=product.moment_ms,
            sandbox=self._sandbox,
        )
        try:
            laid = laid_in(shown, pixels)
        except TooPlain:
            laid = None
        if laid is None:
            raise AnswerMisfit(
                tr("The product was not found in the picture."),
                safe=tr("Nothing was changed."),
                next_step=tr("Mark the part, and have it changed by a model."),
            )
        after, region = laid
        if alpha is not None:
            pixels = np.dstack([pixels, alpha])
            after = np.dstack([after, np.where(region, np.uint8(255), alpha)])
        return LaidProduct(path, product, pixels, after)

    def keep(self, laid: LaidProduct) -> Asset:
        """Into the library, as a picture of its own with its lineage; the other one stays.

        Raises:
            FileError: the picture that it is laid into is away.
            LibraryError: the picture cannot be written.
        """
        before = self._catalog.asset_at(laid.path)
        known = self._lineage.of(before.id) if before is not None else None
        try:
            digest = content_hash(laid.path)
        except OSError as error:
            raise FileError(laid.path, system_reason(error)) from error
        base = Reference(
            laid.path,
            before.id if before is not None else None,
            reason=CHOSEN,
            content_hash=digest,
            role=BASE,
        )
        made = known or GenerationRecord(GenerationRequest(laid.path.stem))
        request = replace(
            made.request,
            edit=LAID_IN,
            instruction="",
            kit_text="",
            parent="",
            parent_attempt="",
            talk_hash="",
            references=(base, laid.product),
        )
        record = replace(
            made, request=request, text="", usage=Usage(), attempt="", stage="",
            created_at=time.time(),
        )  # fmt: skip
        return self._keeping.keep_made(record, picture_png(laid.after))
