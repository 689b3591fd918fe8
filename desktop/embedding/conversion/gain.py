"""How much faster another arithmetic is on this processor: tried out, since no flag tells."""

# openvino's operations are made at run time.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from __future__ import annotations

import time
from typing import Any

import numpy as np

from desktop.embedding.inference import load_openvino

_ROWS, _WIDTH, _HIDDEN = 100, 768, 3072
"""A layer of ViT-B/32, with the tokens of two pictures."""
_TURNS = 8


def gain(core: Any, precision: str, *, in_8_bits: bool) -> float:
    """How many times as fast as float32 a layer of ViT-B/32 is here, on one thread.

    The best of several turns counts: other programs can only make a turn slower.

    Args:
        core: an ``openvino.Core``.
        precision: what is not in 8 bits is computed in this, "f32" or "bf16".
    """
    exact = _layer(core, "f32", in_8_bits=False)
    other = _layer(core, precision, in_8_bits=in_8_bits)
    rows = np.random.default_rng(1).standard_normal((_ROWS, _WIDTH), np.float32)
    best = [float("inf"), float("inf")]
    for _ in range(_TURNS):
        for which, request in enumerate((exact, other)):
            started = time.perf_counter()
            request.infer([rows])
            best[which] = min(best[which], time.perf_counter() - started)
    return best[0] / best[1]


def _layer(core: Any, precision: str, *, in_8_bits: bool) -> Any:
    openvino = load_openvino()
    from openvino import opset13 as operations

    rows = operations.parameter([_ROWS, _WIDTH], np.float32)
    weights = np.random.default_rng(2).standard_normal((_HIDDEN, _WIDTH), np.float32)
    given, held = rows, operations.constant(weights)
    if in_8_bits:
        given = operations.fake_quantize(rows, *map(np.float32, (-4, 4, -4, 4)), 256)
        held = operations.fake_quantize(held, *map(np.float32, (-4, 4, -4, 4)), 255)
    product = operations.matmul(given, held, False, True)
    # What follows a layer; a bare product would be measured with the copy of its result.
    model = openvino.Model([operations.reduce_max(product, np.array([1]))], [rows], "layer")
    config = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1}
    return core.compile_model(model, "CPU", config).create_infer_request()
