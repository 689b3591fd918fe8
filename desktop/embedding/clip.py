"""CLIP through open_clip: the encoder that Plantain uses."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelDamaged, ModelError
from desktop.core.pixels import PixelSpec
from desktop.embedding.encoder import EncoderInfo
from desktop.embedding.manifest import InstalledModel

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# Images a second level off here; larger batches only take memory and delay a cancel.
_BATCH_ON_CPU = 16
_BATCH_ON_MPS = 64
_BATCH_ON_CUDA = 256
_BYTES_PER_IMAGE_ON_CUDA = 64_000_000  # generous for ViT-B/32 in fp32: 224 px, 12 layers
_TEXTS_AT_ONCE = 64

Tokenizer = Callable[[list[str]], "Tensor"]


class ClipEncoder:
    """An ``Encoder`` over one open_clip model in memory. Made by ``load_encoder``."""

    def __init__(
        self,
        network: nn.Module,
        tokenizer: Tokenizer,
        info: EncoderInfo,
        mean: Tensor,
        std: Tensor,
        batch_size: int,
    ) -> None:
        self._network: nn.Module | None = network
        self._tokenizer = tokenizer
        self._info = info
        self._mean = mean
        self._std = std
        self._batch_size = batch_size

    @property
    def info(self) -> EncoderInfo:
        return self._info

    @property
    def batch_size(self) -> int:
        return self._batch_size

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, size, size, 3) uint8 RGB -> (n, dimension) float32, unit length. n may be 0.

        More pictures than ``batch_size`` are encoded in turns.

        Raises:
            ValueError: another shape or dtype.
            ModelDamaged: the model gave no numbers (NaN).
            ModelError: the encoder is closed, or the device gave up.
        """
        size = self._info.pixels.size
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (size, size, 3):
            raise ValueError(
                f"expected (n, {size}, {size}, 3) uint8, got {pixels.shape} {pixels.dtype}"
            )
        return self._in_turns(self._images, pixels, self._batch_size)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n texts -> (n, dimension) float32, unit length. n may be 0.

        What goes beyond the model's context length is cut off, as open_clip does.

        Raises:
            ModelDamaged: the model gave no numbers (NaN).
            ModelError: the encoder is closed, or the device gave up.
        """
        return self._in_turns(self._texts, list(texts), _TEXTS_AT_ONCE)

    def close(self) -> None:
        """Give memory and devices back; later calls raise ModelError."""
        if self._network is None:
            return
        self._network = None
        if self._info.device == "cuda":
            import torch

            torch.cuda.empty_cache()

    def _in_turns(
        self, encode: Callable[[Any, nn.Module], Tensor], items: Any, at_once: int
    ) -> NDArray[np.float32]:
        import torch

        network = self._network
        if network is None:
            raise ModelError("The model was closed; load it again.")
        if len(items) == 0:
            return np.zeros((0, self._info.dimension), np.float32)
        parts: list[NDArray[np.float32]] = []
        start = 0
        try:
            with torch.inference_mode():
                while start < len(items):
                    try:
                        vectors = encode(items[start : start + at_once], network)
                        vectors = torch.nn.functional.normalize(vectors.float(), dim=-1)
                        parts.append(cast("NDArray[np.float32]", vectors.cpu().numpy()))
                    except torch.OutOfMemoryError:
                        if at_once == 1:
                            raise
                        at_once = (at_once + 1) // 2  # another program may share the device
                        continue
                    start += at_once
        except RuntimeError as error:  # includes OutOfMemoryError
            raise ModelError(
                f"The model {self._info.name} stopped on {self._info.device}: {error}",
                safe="The index is untouched.",
                next_step="Close other programs that use the device, or choose the CPU.",
            ) from error
        result = np.concatenate(parts)
        if not np.isfinite(result).all():
            raise ModelDamaged(
                f"The model {self._info.name} gives no numbers (NaN); its weights are damaged.",
                safe="The index is untouched.",
                next_step="Install the model again.",
            )
        return result

    def _images(self, pixels: NDArray[np.uint8], network: Any) -> Tensor:
        import torch

        # torch wants memory it may write to; decoded pictures can be read-only views.
        writable = np.require(pixels, requirements=["C", "W"])
        batch = torch.from_numpy(writable).to(self._mean.device).permute(0, 3, 1, 2)
        # The same steps in the same order as torchvision's ToTensor and Normalize.
        batch = batch.float().div(255).sub(self._mean).div(self._std)
        return network.encode_image(batch)

    def _texts(self, texts: list[str], network: Any) -> Tensor:
        return network.encode_text(self._tokenizer(texts).to(self._mean.device))


def load_encoder(model: InstalledModel, device: str = "auto") -> ClipEncoder:
    """Load an installed model; takes seconds (imports torch and open_clip on the first use).

    Nothing is fetched from the network. The weights' header and size are checked, small files
    also against their SHA-256; see ``examining.check_weights_file``.

    Args:
        model: from ``ModelRegistry.resolve``.
        device: "auto" (CUDA, then Apple's MPS, then the CPU), "cpu", "cuda", "cuda:1", "mps".

    Raises:
        ModelDamaged: the model's files are not what its manifest says.
        ModelError: the device is not there, or has too little memory.
    """
    import torch

    from desktop.embedding import architecture, checkpoint, examining

    place = _device(device)
    manifest = model.manifest
    examining.check_weights_file(model)
    config = architecture.full_config(
        manifest.architecture, manifest.config, quickgelu=manifest.quickgelu
    )
    size = _square_size(model, config)
    tokenizer = _tokenizer(model, config)
    network = architecture.build(config)
    weights = checkpoint.read_weights(model.weights_path)
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(architecture.fitted(model.weights_path, weights, shapes), strict=True)
    try:
        network.to(place)
    except RuntimeError as error:
        raise ModelError(
            f"The model {manifest.name} does not fit on {place}: {error}",
            next_step="Close other programs that use the device, or choose the CPU.",
        ) from error
    preprocess = manifest.preprocess
    encoder = ClipEncoder(
        network,
        tokenizer,
        EncoderInfo(
            name=manifest.name,
            fingerprint=model.fingerprint,
            architecture=model.architecture,
            dimension=_dimension(network, config),
            pixels=PixelSpec(size, preprocess.resize_mode, preprocess.interpolation),
            languages=manifest.languages,
            device=place.type,
        ),
        torch.tensor(preprocess.mean, device=place).view(1, 3, 1, 1),
        torch.tensor(preprocess.std, device=place).view(1, 3, 1, 1),
        _batch_size(place),
    )
    _try_out(encoder)
    return encoder


def best_device() -> str:
    """What "auto" means on this computer: "cuda", "mps" or "cpu". Imports torch."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _device(wanted: str) -> torch.device:
    """Raises ModelError unless the device is there."""
    import torch

    if wanted == "auto":
        return torch.device(best_device())
    try:
        device = torch.device(wanted)
    except RuntimeError:
        device = None
    is_there = device is not None and (
        device.type == "cpu"
        or (device.type == "cuda" and (device.index or 0) < torch.cuda.device_count())
        or (device.type == "mps" and torch.backends.mps.is_available())
    )
    if device is None or not is_there:
        raise ModelError(
            f'This computer (or its PyTorch) has no device "{wanted}".',
            next_step='Choose "auto" or "cpu".',
        )
    return device


def _batch_size(device: torch.device) -> int:
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return max(_BATCH_ON_CPU, min(_BATCH_ON_CUDA, free // _BYTES_PER_IMAGE_ON_CUDA))
    return _BATCH_ON_MPS if device.type == "mps" else _BATCH_ON_CPU


def _square_size(model: InstalledModel, config: dict[str, Any]) -> int:
    size: object = config["vision_cfg"].get("image_size", 224)
    if isinstance(size, list | tuple):
        sides = list(cast("Sequence[object]", size))
        size = sides[0] if sides and all(side == sides[0] for side in sides) else None
    if not isinstance(size, int) or size < 1:
        raise ModelError(
            f"The model {model.manifest.name} does not take square pictures; Plantain needs that.",
            next_step="Choose another model.",
        )
    return size


def _tokenizer(model: InstalledModel, config: dict[str, Any]) -> Tokenizer:
    """open_clip's byte-pair tokenizer with CLIP's merges or the model's own.

    Raises:
        ModelDamaged: the merges cannot be read or do not belong to the model.
    """
    from open_clip import SimpleTokenizer

    text: dict[str, Any] = config["text_cfg"]
    options: dict[str, Any] = dict(text.get("tokenizer_kwargs") or {})
    options["context_length"] = text.get("context_length", 77)
    path = model.merges_path
    try:
        if path is None:
            return cast("Tokenizer", SimpleTokenizer(**options))
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        # SimpleTokenizer would count an empty last line as one more token.
        packed = io.BytesIO(gzip.compress(content.rstrip(b"\r\n"), compresslevel=1))
        tokenizer: Any = SimpleTokenizer(bpe_path=cast("str", packed), **options)
    except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
        raise _wrong_merges(model, "cannot be read") from error
    if tokenizer.vocab_size != text.get("vocab_size"):
        raise _wrong_merges(
            model, f"make {tokenizer.vocab_size} tokens, the model has {text.get('vocab_size')}"
        )
    return cast("Tokenizer", tokenizer)


def _wrong_merges(model: InstalledModel, why: str) -> ModelDamaged:
    return ModelDamaged(
        f"The word pieces of the model {model.manifest.name} ({model.merges_path}) {why}.",
        safe="The index is untouched.",
        next_step="Install the model again.",
    )


def _dimension(network: Any, config: dict[str, Any]) -> int:
    return int(getattr(network.visual, "output_dim", config["embed_dim"]))


def _try_out(encoder: ClipEncoder) -> None:
    """Encode one picture and one text: damage shows now, and the first real search is fast."""
    size = encoder.info.pixels.size
    picture = encoder.encode_images(np.zeros((1, size, size, 3), np.uint8))
    text = encoder.encode_texts(["a picture"])
    expected = (1, encoder.info.dimension)
    if picture.shape != expected or text.shape != expected:
        raise ModelDamaged(
            f"The model {encoder.info.name} gives vectors of {picture.shape[1]} numbers for "
            f"pictures and {text.shape[1]} for texts; both should have {expected[1]}.",
            safe="The index is untouched.",
            next_step="Install the model again.",
        )
