"""Whether a generated picture shows the product that it was given, and what became of it.

Each finding is a sentence; the thresholds were measured on made faults
(``python -m tests.benchmarks.edits``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.core.colour_difference import Direction
from desktop.core.text import Text, marked, number, tr

PRODUCT = "product"
"""``Reference.role`` of what must come out as it is."""

MOST_APART = 5.0
"""ΔE2000 of a part from which on its colour is another: what an eye sees at once. True products in
another light have 1.4 at most, faults of 9 and more have 5.6 at least, by the benchmark."""
LEAST_AGREEMENT = 0.88
"""Of the product's lines that are found at their place. True products have 0.93 and more, those of
another shape 0.92 at most, most of them below 0.8."""
NARROWEST, WIDEST = 0.88, 1.14
"""Width by height, by the reference's. True products, turned a little, have 0.96 to 1.04."""
_BLIND = 20.0
"""ΔE2000 of a part of which nothing is left of its colour."""


class Fault(StrEnum):
    """What is wrong."""

    MISSING = "missing"
    """Nothing like the product was found."""
    LETTERS = "letters"
    COLOUR = "colour"
    SHAPE = "shape"


class Part(StrEnum):
    """Where on a product."""

    LABEL = "label"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between a product and its picture.

    Attributes:
        before, after: of letters, what is written; of a colour, "#1A2B3C" in the picture's light.
        amount: of letters, how many; of a colour, ΔE2000; of a shape, the share of lines that are
            not there, or with a ``stretch`` by how much it is wider (negative: narrower).
        direction: of a colour, in which way it is another.
        part: of a colour, where.
        place: of letters that read as before, which one is drawn differently, counted from 1.
        is_stretch: of a shape, see ``amount``.
    """

    fault: Fault
    before: str = ""
    after: str = ""
    amount: float = 0.0
    direction: Direction | None = None
    part: Part | None = None
    place: int = 0
    is_stretch: bool = False

    def sentence(self) -> Text:
        """For people."""
        match self.fault:
            case Fault.MISSING:
                return tr("The product was not found in the picture.")
            case Fault.LETTERS if self.place:
                return tr(
                    "“{before}” is drawn differently about its letter {place}.",
                    before=self.before,
                    place=number(self.place),
                )
            case Fault.LETTERS if not self.after:
                return tr("“{before}” is gone.", before=self.before)
            case Fault.LETTERS if not self.before:
                return tr("“{after}” was added.", after=self.after)
            case Fault.LETTERS:
                return tr("“{before}” became “{after}”.", before=self.before, after=self.after)
            case Fault.COLOUR:
                return tr(
                    "{part} is {amount} ΔE {direction}.",
                    part=tr(_PARTS[self.part or Part.MIDDLE]),
                    amount=number(self.amount),
                    direction=tr(_DIRECTIONS[self.direction or Direction.WARMER]),
                )
            case Fault.SHAPE if self.is_stretch:
                share = number(100 * abs(self.amount))
                if self.amount < 0:
                    return tr("It is {share} % narrower than the product.", share=share)
                return tr("It is {share} % wider than the product.", share=share)
            case Fault.SHAPE:
                return tr(
                    "Its shape is another: {share} % of its lines are not there.",
                    share=number(100 * self.amount),
                )


@dataclass(frozen=True, slots=True)
class ProductTruth:
    """What became of one product in one picture.

    Attributes:
        findings: nothing: it is the product, as far as can be told.
        score: 1 for as it is, 0 for not there: the share of its lines that are kept, times that of
            its letters, times that of its colours.
        likeness: cosine of the encoder's vectors of both, cut out; None without an encoder.
        area: where it is in the picture, four corners clockwise, as shares of width and height;
            empty for nowhere.
        unread: what is written on it too small to be compared.
        problem: why nothing could be compared, for people, in English; empty where it could.
    """

    findings: tuple[Finding, ...] = ()
    score: float = 0.0
    likeness: float | None = None
    area: tuple[Corner, ...] = ()
    unread: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_true(self) -> bool:
        """It was compared, and nothing was found."""
        return not self.findings and not self.problem


def score_of(agreement: float, stretch: float, letters: float, colours: float) -> float:
    """See ``ProductTruth.score``.

    Args:
        agreement: share of the lines that are there.
        stretch: width by height, by the reference's.
        letters: share of the letters that are kept.
        colours: mean ΔE2000 of its area.
    """
    shape = agreement * min(stretch, 1 / max(stretch, 1e-6))
    return max(0.0, min(1.0, shape * letters * max(0.0, 1 - colours / _BLIND)))


def shape_findings(agreement: float, stretch: float) -> tuple[Finding, ...]:
    """Whether the shape is another."""
    found: list[Finding] = []
    if not NARROWEST <= stretch <= WIDEST:
        found.append(Finding(Fault.SHAPE, amount=stretch - 1, is_stretch=True))
    if agreement < LEAST_AGREEMENT:
        found.append(Finding(Fault.SHAPE, amount=1 - agreement))
    return tuple(found)


_PARTS = {
    Part.LABEL: marked("The label"),
    Part.TOP: marked("The top"),
    Part.MIDDLE: marked("The middle"),
    Part.BOTTOM: marked("The bottom"),
    Part.LEFT: marked("The left"),
    Part.RIGHT: marked("The right"),
}
_DIRECTIONS = {
    Direction.LIGHTER: marked("lighter"),
    Direction.DARKER: marked("darker"),
    Direction.MORE_VIVID: marked("more vivid"),
    Direction.PALER: marked("paler"),
    Direction.WARMER: marked("warmer"),
    Direction.COOLER: marked("cooler"),
    Direction.GREENER: marked("greener"),
    Direction.REDDER: marked("redder"),
}
