"""OpenVINO, the inference runtime, without what it tells its makers."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

from typing import Any

from desktop.core.telemetry import silence_openvino


def load_openvino() -> Any:
    """The ``openvino`` module; every use of it here begins with this."""
    silence_openvino()
    import openvino

    return openvino
