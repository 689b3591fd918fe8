"""Libraries that report their use to their makers, kept from doing so."""

from __future__ import annotations

import sys
from typing import Any, cast


def silence_openvino() -> None:
    """To be called before ``openvino`` is imported, by us or by another library.

    On import and on every conversion it would report that, over the network, by a library of its
    own, which it does without when that cannot be imported.
    """
    modules = cast("dict[str, Any]", sys.modules)
    modules["openvino_telemetry"] = None  # to import it is an ImportError from now on
