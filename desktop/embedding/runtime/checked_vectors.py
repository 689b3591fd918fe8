"""What a network gave, in one piece, once it is known to be numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelDamaged
from desktop.core.text import tr
from desktop.embedding.encoder import EncoderInfo


def checked_vectors(parts: Sequence[NDArray[np.float32]], info: EncoderInfo) -> NDArray[np.float32]:
    """(n, d) of all ``parts``, each (some, d), in their order; (0, d) of none.

    Raises:
        ModelDamaged: the model gave no numbers (NaN).
    """
    joined = np.concatenate([np.zeros((0, info.dimension), np.float32), *parts])
    if not np.isfinite(joined).all():
        raise ModelDamaged(
            tr("The model {name} gives no numbers (NaN); its weights are damaged.", name=info.name),
            safe=tr("The index is untouched."),
            next_step=tr("Install the model again."),
        )
    return joined
