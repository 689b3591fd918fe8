"""PyTorch, which reads and converts checkpoints and runs them on GPUs: is it here at all?

The small edition of the built program comes without it, and runs models that were converted
elsewhere.
"""

from __future__ import annotations

import importlib.util

from desktop.core.errors import ModelError
from desktop.core.text import sentences, tr


def has_pytorch() -> bool:
    """Whether it could be imported; it is not."""
    return importlib.util.find_spec("torch") is not None


def require_pytorch(name: str) -> None:
    """Raises: ModelError: PyTorch is not here, so the checkpoint ``name`` cannot be read."""
    if not has_pytorch():
        raise not_without_pytorch(
            tr(
                "{name} is a checkpoint, which PyTorch reads, and this small edition of Plantain "
                "comes without PyTorch.",
                name=name,
            )
        )


def not_without_pytorch(message: str, first: str = "") -> ModelError:
    """What to do about it is always the same.

    Args:
        message: what cannot be done.
        first: to be done before anything else.
    """
    return ModelError(
        message,
        safe=tr("The index is untouched."),
        next_step=sentences(
            first,
            tr(
                "Install the full edition. Or use the model once with a full edition on any "
                "computer, which converts it, and import its folder here: “Choose a model folder…” "
                "in “Models…” of the window's menu, or `plantain model import FOLDER`."
            ),
        ),
    )
