"""After a generation: is what it shows the product that it was given?

The product is found in the picture and laid straight over its reference; then its letters, colours
and shape are compared, and what came of it is kept in the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.colour_difference import Lab, direction, srgb
from desktop.core.errors import FileError, LibraryError, ModelError
from desktop.core.generation_record import BASE, GenerationRequest, Reference
from desktop.core.lettering import Row, compare, rows_of
from desktop.core.product_truth import (
    MOST_APART,
    PRODUCT,
    Fault,
    Finding,
    Part,
    ProductTruth,
    score_of,
    shape_findings,
)
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.system_errors import system_reason
from desktop.core.text import english, marked, tr
from desktop.files.content_hash import content_hash
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.product_truths import ProductTruths
from desktop.media.decode import load_picture
from desktop.media.encoder_pixels import encoder_pixels
from desktop.media.formats.format import Needed
from desktop.media.product_truth.colours import PartColour
from desktop.media.product_truth.examination import (
    PICTURE_SIDE,
    REFERENCE_SIDE,
    Examination,
    examine,
)
from desktop.media.product_truth.placement import TooPlain
from desktop.media.reference_picture import reference_picture
from desktop.media.sandbox.pool import Sandbox
from desktop.media.text_recognition.text_reader import TextReader
from desktop.services.current_model import CurrentModel

_CHECKER = 2
"""Goes up when something else is found than before."""
_TOO_PLAIN = marked(
    "The product could not be compared: it has too little on it to be recognised by."
)
_MOST_COLOURS = 3
"""Parts that are told of; of more, the product is another."""
_THIRD = 1 / 3
_MOST_OF_A_LABEL = 0.6
"""Of a product's area; a part that is larger is not what is stuck to it."""


@dataclass(frozen=True, slots=True)
class CheckedProduct:
    """A product and what became of it."""

    reference: Reference
    truth: ProductTruth


@dataclass(frozen=True, slots=True)
class TruthReport:
    """What became of all products of one picture.

    Attributes:
        asset_id: of the picture; None for one that is not in the library.
    """

    path: Path
    asset_id: int | None
    products: tuple[CheckedProduct, ...]

    @property
    def score(self) -> float:
        """Of the product that came out worst."""
        return min((product.truth.score for product in self.products), default=1.0)


def products_of(references: Sequence[Reference]) -> dict[int, Reference]:
    """Those that must come out as they are, by their place."""
    return {at: each for at, each in enumerate(references) if each.role == PRODUCT}


class ProductCheck:
    """Compares pictures with their products. Any thread may call; each takes seconds.

    Args:
        sandbox: decodes risky pictures; None: this process does.
    """

    def __init__(
        self,
        catalog: Catalog,
        lineage: LineageTable,
        truths: ProductTruths,
        reader: TextReader,
        model: CurrentModel,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._catalog = catalog
        self._lineage = lineage
        self._truths = truths
        self._reader = reader
        self._model = model
        self._sandbox = sandbox

    @property
    def checker(self) -> str:
        """What compares, and how."""
        return f"{_CHECKER}, {self._reader.name}"

    def has_product(self, asset_id: int) -> bool:
        """There is something that its picture can be compared with."""
        return bool(self._products(asset_id))

    def known(self, asset_id: int) -> TruthReport | None:
        """What was found before; None where nobody has looked, or there is no product."""
        asset = self._catalog.asset(asset_id)
        if asset is None:
            return None
        found = self._truths.of(asset_id, self.checker)
        products = self._products(asset_id)
        if not products or found.keys() != products.keys():
            return None
        return TruthReport(
            asset.path,
            asset_id,
            tuple(CheckedProduct(products[at], truth) for at, truth in found.items()),
        )

    def check_asset(self, asset_id: int, cancel: CancelToken) -> ProgressSteps[TruthReport]:
        """Compare a picture of the library with the products it was made from, and keep it.

        Raises:
            LibraryError: there is no such picture, or no product.
            FileError: the picture cannot be read.
            Cancelled: nothing is kept.
        """
        asset, products = self._asset(asset_id), self._products(asset_id)
        if not products:
            raise LibraryError(
                tr("This picture was made without a product."),
                safe=tr("Nothing was changed."),
                next_step=tr("Name the picture that it is to be compared with."),
            )
        try:
            digest = content_hash(asset.path)
        except OSError as error:  # discarded meanwhile, or on a drive that is away
            raise FileError(asset.path, system_reason(error)) from error
        report = yield from self._report(asset.path, asset_id, list(products.values()), cancel)
        found = (product.truth for product in report.products)
        self._truths.record(asset_id, self.checker, digest, dict(zip(products, found, strict=True)))
        return report

    def check_files(
        self, path: Path, products: Sequence[Path], cancel: CancelToken
    ) -> ProgressSteps[TruthReport]:
        """Compare any picture with any products; nothing is kept.

        Raises:
            FileError: the picture cannot be read.
            Cancelled.
        """
        asset = self._catalog.asset_at(path)
        references = [Reference(product, role=PRODUCT) for product in products]
        return (yield from self._report(path, asset.id if asset else None, references, cancel))

    def _products(self, asset_id: int) -> dict[int, Reference]:
        """Those that a picture has to show: its own, or, of an edit or a next turn without any,
        those of the picture that it goes on from."""
        seen: set[int] = set()
        at: int | None = asset_id
        while at is not None and at not in seen:
            seen.add(at)
            record = self._lineage.of(at)
            if record is None:
                break
            if found := products_of(record.request.references):
                return found
            at = self._before(record.request)
        return {}

    def _before(self, request: GenerationRequest) -> int | None:
        """Id of the picture that a request goes on from; None where it begins anew."""
        if not (request.edit or request.parent or request.parent_attempt):
            return None
        bases = (each.asset_id for each in request.references if each.role == BASE)
        return next(bases, None) or self._lineage.picture_before(request)

    def _asset(self, asset_id: int) -> Asset:
        asset = self._catalog.asset(asset_id)
        if asset is None:
            raise LibraryError(tr("This picture is no longer in the library."))
        return asset

    def _report(
        self, path: Path, asset_id: int | None, products: Sequence[Reference], cancel: CancelToken
    ) -> ProgressSteps[TruthReport]:
        needed = Needed(longer=PICTURE_SIDE)
        picture = load_picture(path, at_least=needed, sandbox=self._sandbox).image
        checked: list[CheckedProduct] = []
        for number, product in enumerate(products, start=1):
            yield Progress(tr("Comparing with the product"), number, len(products))
            cancel.raise_if_cancelled()
            try:
                needed = Needed(longer=REFERENCE_SIDE, keeps_alpha=True)
                shown = reference_picture(
                    product.path,
                    needed,
                    part=product.crop,
                    moment_ms=product.moment_ms,
                    sandbox=self._sandbox,
                )
            except FileError as error:
                truth = ProductTruth(problem=english(error.message))
            else:
                try:
                    truth = self._truth(examine(shown, picture), cancel)
                except TooPlain:
                    truth = ProductTruth(problem=_TOO_PLAIN)
            checked.append(CheckedProduct(product, truth))
        return TruthReport(path, asset_id, tuple(checked))

    def _truth(self, found: Examination | None, cancel: CancelToken) -> ProductTruth:
        if found is None:
            return ProductTruth((Finding(Fault.MISSING),))
        known = self._reader.read_image(found.reference, cancel)
        seen = self._reader.read_image(found.seen, cancel)
        odd = found.odd_letters(known)
        written = compare(known, seen, odd=odd)
        if written.changes:
            # Perhaps only because it is small: what the product itself cannot be read to say.
            small = self._reader.read_image(found.reference_as_small(), cancel)
            written = compare(known, seen, small, odd)
        letters = tuple(
            Finding(Fault.LETTERS, change.before, change.after, change.changed, place=change.place)
            for change in written.changes
        )
        return ProductTruth(
            (
                *letters,
                *_colour_findings(found, rows_of(known)),
                *shape_findings(found.agreement, found.stretch),
            ),
            score_of(found.agreement, found.stretch, written.kept, _mean_difference(found)),
            self._likeness(found),
            found.area,
            written.unread,
        )

    def _likeness(self, found: Examination) -> float | None:
        try:
            encoder = self._model.encoder()
            spec = encoder.info.pixels
            pair = [
                encoder_pixels(each, spec) for each in (found.reference_alone, found.seen_alone)
            ]
            one, other = encoder.encode_images(np.stack(pair))
        except ModelError:
            return None
        return float(one @ other)


def _mean_difference(found: Examination) -> float:
    area = sum(part.share for part in found.colours)
    return sum(part.share * part.difference for part in found.colours) / max(area, 1e-6)


def _colour_findings(found: Examination, written: Sequence[Row]) -> list[Finding]:
    """The parts whose colour is another, one for each place and direction, the worst first."""
    told: dict[tuple[Part, str], Finding] = {}
    for part in sorted(found.colours, key=_weight, reverse=True):
        if part.difference <= MOST_APART:
            continue
        finding = Finding(
            Fault.COLOUR,
            _code(part.before),
            _code(part.after),
            round(part.difference, 1),
            direction(part.after, part.before),
            _part(part, found.box, written),
        )
        told.setdefault((finding.part or Part.MIDDLE, str(finding.direction)), finding)
    return list(told.values())[:_MOST_COLOURS]


def _weight(part: PartColour) -> float:
    return part.share * part.difference


def _part(part: PartColour, box: tuple[float, float, float, float], written: Sequence[Row]) -> Part:
    """What people call it: the label is where something is written."""
    left, top, right, low = part.box
    wide, tall = box[2] - box[0], box[3] - box[1]
    for row in written:
        x = ((row.left + row.right) / 2 - box[0]) / wide
        y = ((row.top + row.bottom) / 2 - box[1]) / tall
        if left <= x <= right and top <= y <= low and part.share < _MOST_OF_A_LABEL:
            return Part.LABEL
    across, down = (left + right) / 2, (top + low) / 2
    if abs(down - 0.5) < _THIRD / 2 and abs(across - 0.5) > _THIRD / 2:
        return Part.LEFT if across < 0.5 else Part.RIGHT
    return Part.TOP if down < _THIRD else Part.MIDDLE if down <= 2 * _THIRD else Part.BOTTOM


def _code(colour: Lab) -> str:
    return "#{:02X}{:02X}{:02X}".format(*srgb(colour))
