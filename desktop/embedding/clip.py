"""CLIP through open_clip: the encoder that Plantain uses."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import functools
import gzip
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelDamaged, ModelError
from desktop.embedding.encoder import EncoderInfo
from desktop.embedding.input_pixels import pixel_spec
from desktop.embedding.manifest import InstalledModel

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# Images a second level off here; larger batches only take memory and delay a cancel.
_PIXELS_A_THREAD = 8 * 224 * 224
_MOST_A_THREAD = 32
_BATCH_ON_MPS = 64
_BATCH_ON_CUDA = 256
_BYTES_PER_IMAGE_ON_CUDA = 64_000_000  # generous for ViT-B/32 in fp32: 224 px, 12 layers
_TEXTS_AT_ONCE = 16
_TRIAL_TEXTS = ("a picture", "a red silk cape with gold trim")

Tokenizer = Callable[[list[str]], "Tensor"]


class ClipEncoder:
    """An ``Encoder`` over one open_clip model in memory. Made by ``load_encoder``.

    On the processor, pictures are encoded a few to a thread, each thread on its own: several
    threads on one product would wait for each other at its end, all the more while other threads
    decode. A single picture gets all threads; a query's few words would only wait for memory.

    Args:
        at_once: pictures in one pass through the network.
        threads: passes side by side; 1 on a GPU.
    """

    def __init__(
        self,
        network: nn.Module,
        tokenizer: Tokenizer,
        info: EncoderInfo,
        normalise: Normalise,
        at_once: int,
        threads: int,
    ) -> None:
        self._network: nn.Module | None = network
        self._tokenizer = tokenizer
        self._info = info
        self._normalise = normalise
        self._at_once = at_once
        self._threads = threads
        self._crew = _crew(threads) if threads > 1 else None

    @property
    def info(self) -> EncoderInfo:
        return self._info

    @property
    def batch_size(self) -> int:
        return self._at_once * self._threads

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
        return self._in_parts(self._images, pixels, self._at_once, self._threads)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n texts -> (n, dimension) float32, unit length. n may be 0.

        What goes beyond the model's context length is cut off, as open_clip does.

        Raises:
            ModelDamaged: the model gave no numbers (NaN).
            ModelError: the encoder is closed, or the device gave up.
        """
        return self._in_parts(self._texts, list(texts), _TEXTS_AT_ONCE, 1)

    def close(self) -> None:
        """Give memory and devices back; later calls raise ModelError."""
        if self._network is None:
            return
        self._network = None
        if self._crew is not None:
            self._crew.shutdown()
        if self._info.device == "cuda":
            import torch

            torch.cuda.empty_cache()

    def _in_parts(
        self,
        encode: Callable[[Any, nn.Module], Tensor],
        items: Any,
        at_once: int,
        threads_alone: int,
    ) -> NDArray[np.float32]:
        """Encode ``items`` in parts of ``at_once``; ``threads_alone``: for a single part."""
        import torch

        network = self._network
        if network is None:
            raise ModelError("The model was closed; load it again.")
        parts = [items[start : start + at_once] for start in range(0, len(items), at_once)]

        def run(part: Any) -> NDArray[np.float32]:
            return self._part(encode, part, network)

        try:
            if self._crew is not None and len(parts) > 1:
                found = list(self._crew.map(run, parts))
            else:
                if self._crew is not None:
                    torch.set_num_threads(threads_alone)  # counts for the calling thread alone
                found = [run(part) for part in parts]
        except RuntimeError as error:  # includes OutOfMemoryError
            raise ModelError(
                f"The model {self._info.name} stopped on {self._info.device}: {error}",
                safe="The index is untouched.",
                next_step="Close other programs that use the device, or choose the CPU.",
            ) from error
        result = np.concatenate([np.zeros((0, self._info.dimension), np.float32), *found])
        if not np.isfinite(result).all():
            raise ModelDamaged(
                f"The model {self._info.name} gives no numbers (NaN); its weights are damaged.",
                safe="The index is untouched.",
                next_step="Install the model again.",
            )
        return result

    def _part(
        self, encode: Callable[[Any, nn.Module], Tensor], items: Any, network: nn.Module
    ) -> NDArray[np.float32]:
        """Encode ``items`` in one pass, or in smaller ones where memory does not suffice."""
        import torch

        try:
            with torch.inference_mode():
                vectors = torch.nn.functional.normalize(encode(items, network).float(), dim=-1)
                return cast("NDArray[np.float32]", vectors.cpu().numpy())
        except torch.OutOfMemoryError:
            if len(items) == 1:
                raise
        half = (len(items) + 1) // 2
        if encode == self._images:  # another program shares the device: be modest from now on
            self._at_once = min(self._at_once, half)
        return np.concatenate(
            [self._part(encode, part, network) for part in (items[:half], items[half:])]
        )

    def _images(self, pixels: NDArray[np.uint8], network: Any) -> Tensor:
        import torch

        # torch wants memory it may write to; decoded pictures can be read-only views.
        writable = np.require(pixels, requirements=["C", "W"])
        return network.encode_image(self._normalise(torch.from_numpy(writable)))

    def _texts(self, texts: list[str], network: nn.Module) -> Tensor:
        from desktop.embedding.tuning import short_texts

        return short_texts.encode_texts(network, self._tokenizer(texts).to(self._normalise.device))


class Normalise:
    """Pixels as a network wants them: the steps of torchvision's ToTensor and Normalize, in order.

    Args:
        device: where the network is.
        dtype: what it computes in.
    """

    def __init__(
        self,
        mean: Sequence[float],
        std: Sequence[float],
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        import torch

        self.device = device
        self._dtype = dtype
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(std, device=device).view(1, 3, 1, 1)

    def __call__(self, pixels: Tensor) -> Tensor:
        """(n, s, s, 3) uint8 -> (n, 3, s, s), channels last in memory, on the device."""
        if self.device.type == "cuda":
            # From pinned memory a copy goes on while the GPU computes.
            pixels = pixels.pin_memory().to(self.device, non_blocking=True)
        batch = pixels.to(self.device).permute(0, 3, 1, 2)
        return batch.float().div_(255).sub_(self._mean).div_(self._std).to(self._dtype)


def _crew(threads: int) -> ThreadPoolExecutor:
    import torch

    return ThreadPoolExecutor(
        threads,
        thread_name_prefix="encode",
        initializer=torch.set_num_threads,  # counts for the thread that calls it alone
        initargs=(1,),
    )


def load_encoder(
    model: InstalledModel, device: str = "auto", precision: str = "auto"
) -> ClipEncoder:
    """Load an installed model; takes seconds (imports torch and open_clip on the first use).

    Nothing is fetched from the network. The weights' header and size are checked, small files
    also against their SHA-256; see ``examining.check_weights_file``.

    Args:
        model: from ``ModelRegistry.resolve``.
        device: "auto" (CUDA, then Apple's MPS, then the CPU), "cpu", "cuda", "cuda:1", "mps".
        precision: "auto" takes faster arithmetic where it gives the same vectors here;
            "float32" never.

    Raises:
        ModelDamaged: the model's files are not what its manifest says.
        ModelError: the device is not there, or has too little memory.
    """
    import torch

    from desktop.embedding import architecture, checkpoint, examining
    from desktop.embedding.tuning import choice, convolutions, short_texts

    place = _device(device)
    manifest = model.manifest
    examining.check_weights_file(model)
    config = architecture.full_config(
        manifest.architecture, manifest.config, quickgelu=manifest.quickgelu
    )
    pixels = pixel_spec(model)
    tokenizer = load_tokenizer(model, config)
    network = architecture.build(config)
    weights = checkpoint.read_weights(model.weights_path)
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(architecture.fitted(model.weights_path, weights, shapes), strict=True)
    del weights
    convolutions.fold_batch_norms(network)
    try:
        network.to(place)
        # Decoded pictures come with their channels last; so nothing has to be moved about.
        network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    except RuntimeError as error:
        raise ModelError(
            f"The model {manifest.name} does not fit on {place}: {error}",
            next_step="Close other programs that use the device, or choose the CPU.",
        ) from error
    preprocess = manifest.preprocess
    pictures, tokens = (
        choice.trial_pictures(4, pixels.size),
        tokenizer(list(_TRIAL_TEXTS)).to(place),
    )

    def trial(network: Any, dtype: torch.dtype) -> Tensor:
        batch = Normalise(preprocess.mean, preprocess.std, place, dtype)(pictures)
        texts = short_texts.encode_texts(network, tokens)
        vectors = torch.cat([network.encode_image(batch), texts])
        return torch.nn.functional.normalize(vectors.float(), dim=-1)

    network, chosen = choice.choose(network, place.type, trial, precision)
    at_once, threads = _sizes(place, pixels.size)
    encoder = ClipEncoder(
        network,
        tokenizer,
        EncoderInfo(
            name=manifest.name,
            fingerprint=model.fingerprint,
            architecture=model.architecture,
            dimension=_dimension(network, config),
            pixels=pixels,
            languages=manifest.languages,
            device=place.type,
            precision=chosen.name,
            why=chosen.why,
        ),
        Normalise(preprocess.mean, preprocess.std, place, chosen.dtype),
        at_once,
        threads,
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


def _sizes(device: torch.device, size: int) -> tuple[int, int]:
    """Pictures in one pass through the network, and passes side by side."""
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return max(8, min(_BATCH_ON_CUDA, free // _BYTES_PER_IMAGE_ON_CUDA)), 1
    if device.type == "mps":
        return _BATCH_ON_MPS, 1
    at_once = max(1, min(_MOST_A_THREAD, _PIXELS_A_THREAD // size**2))
    return at_once, _cores()


@functools.cache
def _cores() -> int:
    """Physical processors, as torch counts them; asked once, since a crew changes the answer."""
    import torch

    return torch.get_num_threads()


def load_tokenizer(model: InstalledModel, config: dict[str, Any]) -> Tokenizer:
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
