"""What a model is told of each picture that goes along, right before it.

In English, as models are trained, whatever the prompt is written in; the person sees it on the
sheet of what is sent. No name of a file or a folder is among it.
"""

from __future__ import annotations

from desktop.core.brand_kit import LOGO, STYLE
from desktop.core.generation_record import BASE, MARKED, PERSON, SCENE, Reference
from desktop.core.product_truth import PRODUCT

_ROLES = {
    "": "A reference",
    PRODUCT: "The product, to be shown exactly as it is",
    PERSON: "Who is to be seen",
    SCENE: "Where it takes place",
    STYLE: "For its style alone",
    LOGO: "The logo, to be shown exactly as it is",
    BASE: "The picture to change",
    MARKED: "The same picture, with the part to change marked",
}


def caption(reference: Reference) -> str:
    """Its role, and the words of the prompt that it stands for or the name that they have for it.

    A role of a template's own is said as it is.
    """
    role = _ROLES.get(reference.role, reference.role)
    called = " ".join((reference.words or reference.label).split())
    return f"{role}, for “{called}”:" if called else f"{role}:"
