"""A picture network whose products are of 8-bit integers, twice to five times as fast on x86.

Layers get a range for what goes into them, taken from pictures that are passed through, and one for
each output channel of their weights; the runtime then multiplies integers (unsigned by signed).
Where a few channels of what goes in are far louder than the others, as behind the normalisations of
trained transformers, they would take all the levels: so half of their loudness, on the logarithmic
scale, is moved into the weights first (Xiao et al., "SmoothQuant", 2023, with alpha = 0.5).

What rounded weights make of a layer's usual input is the same for every picture. Left in, it would
push all vectors to one side, away from those that were made in float32; so it is taken out again
(Nagel et al., "Data-free quantization", 2019).
"""

# openvino's operations are made at run time.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from desktop.embedding.inference import load_openvino

_FEWEST_WEIGHTS = 128 * 128
"""Smaller products are over before their rows are brought to 8 bits."""
_SMALLEST = 1e-6
_LEVELS = 255
_UNEVEN = 8
"""Times as loud as the middle one is the loudest channel where it is worth the extra step."""


class _Layer(NamedTuple):
    """A node of the network, its weights as (out, in, …), and whether they lie transposed."""

    node: Any
    weights: NDArray[np.float32]
    is_transposed: bool

    @property
    def is_product(self) -> bool:
        return self.node.get_type_name() == "MatMul"


class _Input(NamedTuple):
    """What goes into a layer, over all pictures: (in,) each."""

    least: NDArray[np.float32]
    most: NDArray[np.float32]
    mean: NDArray[np.float32]


def quantized(model: Any, pictures: NDArray[np.uint8]) -> Any | None:
    """The network in 8 bits; None when it has no layers that get faster.

    Args:
        model: an ``openvino.Model`` of one input, (n, s, s, 3) uint8. It is left as it is.
        pictures: (n, s, s, 3) uint8, to see how loud each layer's input is.
    """
    load_openvino()
    from openvino import opset13 as operations
    from openvino._offline_transformations import compress_quantize_weights_transformation

    network = model.clone()
    layers = _layers(network)
    if not layers:
        return None
    for together in _by_input(zip(layers, _inputs(model, pictures), strict=True)):
        [(first, heard), *_] = together
        given = first.node.input_value(0)
        scale = _smoothing(heard, [layer for layer, _ in together])
        if scale is not None:
            given = operations.multiply(given, operations.constant(1 / scale)).output(0)
            heard = _Input(*(each / scale for each in heard))
        low, high = (0, _LEVELS) if _is_of_pixels(given) else (heard.least.min(), heard.most.max())
        bounds = [operations.constant(bound) for bound in _with_zero(low, high)]
        given = operations.fake_quantize(given, *bounds, *bounds, _LEVELS + 1).output(0)
        for layer, _ in together:
            weights = layer.weights if scale is None else layer.weights * scale
            axes = tuple(range(1, weights.ndim))
            reach = np.abs(weights).max(axis=axes, keepdims=True).clip(_SMALLEST)
            _add(layer, _lost(weights, reach) @ heard.mean)
            if layer.is_product and not layer.is_transposed:
                weights, reach = np.ascontiguousarray(weights.T), np.ascontiguousarray(reach.T)
            ends = [operations.constant(sign * reach) for sign in (-1, 1, -1, 1)]
            held = operations.fake_quantize(operations.constant(weights), *ends, _LEVELS)
            layer.node.input(0).replace_source_output(given)
            layer.node.input(1).replace_source_output(held.output(0))
    network.validate_nodes_and_infer_types()
    compress_quantize_weights_transformation(network)
    return network


def _lost(weights: NDArray[np.float32], reach: NDArray[np.float32]) -> NDArray[np.float32]:
    """What ``weights`` lose to their levels, (out, in); that of a place's neighbours together."""
    step = reach / (_LEVELS // 2)
    lost = weights - np.rint(weights / step) * step
    return lost.reshape(*lost.shape[:2], -1).sum(axis=2)


def _add(layer: _Layer, constant: NDArray[np.float32]) -> None:
    """Add (out,) to what the layer gives; the runtime makes one of this and of its bias."""
    from openvino import opset13 as operations

    output = layer.node.output(0)
    readers = output.get_target_inputs()
    shape = (-1,) if layer.is_product else (1, -1, *[1] * (layer.weights.ndim - 2))
    added = operations.add(output, operations.constant(constant.reshape(shape)))
    for reader in readers:
        reader.replace_source_output(added.output(0))


def _by_input(
    heard: Iterable[tuple[_Layer, _Input]],
) -> list[list[tuple[_Layer, _Input]]]:
    """Those together that get the same: it is brought to 8 bits once."""
    found: dict[tuple[str, int], list[tuple[_Layer, _Input]]] = {}
    for each in heard:
        source = each[0].node.input_value(0)
        key = source.get_node().get_friendly_name(), source.get_index()
        found.setdefault(key, []).append(each)
    return list(found.values())


def _smoothing(given: _Input, layers: Sequence[_Layer]) -> NDArray[np.float32] | None:
    """What each channel of an input is divided by, and the weights are multiplied by; None where
    no channel is much louder than the others."""
    loud = np.maximum(np.abs(given.least), np.abs(given.most))
    if not layers[0].is_product or loud.max() <= _UNEVEN * np.median(loud):
        return None
    heard = np.max([np.abs(layer.weights).max(axis=0) for layer in layers], axis=0)
    return np.sqrt(loud.clip(_SMALLEST) / heard.clip(_SMALLEST)).astype(np.float32)


def _is_of_pixels(given: Any) -> bool:
    """The picture itself, in other places: its 8 bits are kept as they are."""
    node = given.get_node()
    while node.get_type_name() in ("Convert", "Transpose", "Reshape"):
        node = node.input_value(0).get_node()
    return node.get_type_name() == "Parameter"


def _layers(model: Any) -> list[_Layer]:
    """Products and convolutions by constant weights, in order; without the first convolution,
    which looks at the picture itself, and products of one row a picture, as the last ones, whose
    errors would be those of the vector: both are over soon."""
    found: list[_Layer] = []
    is_first = True
    for node in model.get_ordered_ops():
        kind = node.get_type_name()
        if kind not in ("MatMul", "Convolution"):
            continue
        weights = _constant(node.input_value(1).get_node())
        if weights is None:
            continue
        if kind == "Convolution":
            if not is_first:
                found.append(_Layer(node, weights, is_transposed=False))
            is_first = False
        elif weights.ndim == 2 and weights.size >= _FEWEST_WEIGHTS and not _is_of_one_row(node):
            attributes = node.get_attributes()
            if not attributes["transpose_a"]:
                is_transposed = bool(attributes["transpose_b"])
                found.append(_Layer(node, weights if is_transposed else weights.T, is_transposed))
    return found


def _is_of_one_row(product: Any) -> bool:
    _, *between, _ = product.get_input_partial_shape(0)
    return all(each.is_static and each.get_length() == 1 for each in between)


def _constant(node: Any) -> NDArray[np.float32] | None:
    """What the node always gives; None when it depends on the picture."""
    kind = node.get_type_name()
    if kind == "Constant":
        return np.asarray(node.get_data(), np.float32)
    if kind == "Convert":
        return _constant(node.input_value(0).get_node())
    if kind == "Transpose":
        inner = _constant(node.input_value(0).get_node())
        order = node.input_value(1).get_node()
        return None if inner is None else inner.transpose(order.get_data())
    return None


def _inputs(model: Any, pictures: NDArray[np.uint8]) -> list[_Input]:
    """Of every layer, in order."""
    openvino = load_openvino()
    from openvino import opset13 as operations

    probe = model.clone()
    outputs: list[Any] = []
    for layer in _layers(probe):
        into = layer.node.input_value(0)
        axes = [*range(into.get_partial_shape().rank.get_length())]
        del axes[-1 if layer.is_product else 1]  # that of the channels
        outputs += [
            reduce(into, operations.constant(np.array(axes)))
            for reduce in (operations.reduce_min, operations.reduce_max, operations.reduce_mean)
        ]
    watching = openvino.Model([one.output(0) for one in outputs], probe.get_parameters(), "inputs")
    compiled = openvino.Core().compile_model(watching, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    seen = [compiled(picture[None]) for picture in pictures]
    return [
        _Input(
            np.min([one[at] for one in seen], axis=0),
            np.max([one[at + 1] for one in seen], axis=0),
            np.mean([one[at + 2] for one in seen], axis=0),
        )
        for at in range(0, len(outputs), 3)
    ]


def _with_zero(low: float, high: float) -> tuple[np.float32, np.float32]:
    """The range a little wider, so that zero is one of its levels."""
    low, high = min(float(low), 0.0), max(float(high), _SMALLEST)
    step = (high - low) / _LEVELS
    below = round(-low / step)
    return np.float32(-below * step), np.float32((_LEVELS - below) * step)
