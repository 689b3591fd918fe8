"""OpenVINO, the inference runtime, without what it tells its makers."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import sys
from typing import Any, cast


def load_openvino() -> Any:
    """The ``openvino`` module; every use of it begins here.

    On import and on every conversion it would report that, over the network, by a library of its
    own, which it does without when that cannot be imported.
    """
    modules = cast("dict[str, Any]", sys.modules)
    modules["openvino_telemetry"] = None  # to import it is an ImportError from now on
    import openvino

    return openvino
