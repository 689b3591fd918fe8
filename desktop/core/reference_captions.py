"""What a model is told of each picture that goes along, right before it.

In English, as models are trained, whatever the prompt is written in; the person sees it on the
sheet of what is sent. No name of a file or a folder is among it.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.core.brand_kit import LOGO, STYLE
from desktop.core.generation_record import BASE, MARKED, PERSON, SCENE, Reference
from desktop.core.product_truth import PRODUCT

_ROLES = {
    "": "",
    PRODUCT: "the product, to be shown exactly as it is",
    PERSON: "who is to be seen",
    SCENE: "where it takes place",
    STYLE: "for its style alone",
    LOGO: "the logo, to be shown exactly as it is",
    BASE: "the picture to change",
    MARKED: "the same picture, with the part to change marked",
}


def captions(references: Iterable[Reference]) -> tuple[str, ...]:
    """One for each, in their order, with its number: the words of a kit go by that."""
    return tuple(_caption(number, each) for number, each in enumerate(references, start=1))


def _caption(number: int, reference: Reference) -> str:
    """Its role, the words of the prompt that it stands for or the name that they have for it, and
    whether it counts more or less.

    A role of a template's own is said as it is.
    """
    called = " ".join((reference.words or reference.label).split())
    weight = 1.0 if reference.weight is None else reference.weight
    counts = "" if weight == 1.0 else f"counts {'more' if weight > 1.0 else 'less'} than the others"
    role = _ROLES.get(reference.role, reference.role)
    told = (role, f"for “{called}”" if called else "", counts)
    said = ", ".join(filter(None, told))
    return f"Reference picture {number}: {said}." if said else f"Reference picture {number}."
