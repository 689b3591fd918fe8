"""What the dialog of an edit begins with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.core.generation_record import GenerationRequest, Reference

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EditStart:
    """A picture, and what of an edit of it is known already.

    Attributes:
        path: of the picture.
        is_cut_out: nothing is marked; what it shows is cut out.
        request: words, model, size and other references; None for what was entered before.
        mark: gives what is marked, of a height and width; None for what was marked before.
        product: whose pixels can be laid in.
    """

    path: Path
    is_cut_out: bool = False
    request: GenerationRequest | None = None
    mark: Callable[[int, int], Mask] | None = None
    product: Reference | None = None
