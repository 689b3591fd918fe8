"""CLIP through open_clip: the encoder that Plantain uses."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelDamaged, ModelError
from desktop.core.text import tr
from desktop.embedding.encoder import EncoderInfo
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime import devices
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.embedding.runtime.tokenizer import Tokenizer, load_tokenizer

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

_LOG = logging.getLogger(__name__)
_TEXTS_AT_ONCE = 16
_TRIAL_TEXTS = ("a picture", "a red silk cape with gold trim")


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
            raise ModelError(tr("The model was closed; load it again."))
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
                tr(
                    "The model {name} stopped on {device}: {error}",
                    name=self._info.name,
                    device=self._info.device,
                    error=error,
                ),
                safe=tr("The index is untouched."),
                next_step=tr(
                    'Close other programs that use the device, or set "encoder_device": '
                    '"cpu" in the settings.'
                ),
            ) from error
        result = np.concatenate([np.zeros((0, self._info.dimension), np.float32), *found])
        if not np.isfinite(result).all():
            raise ModelDamaged(
                tr(
                    "The model {name} gives no numbers (NaN); its weights are damaged.",
                    name=self._info.name,
                ),
                safe=tr("The index is untouched."),
                next_step=tr("Install the model again."),
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
        from desktop.embedding.runtime.tuning import short_texts

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
    also against their SHA-256; see ``checkpoint_probe.check_weights_file``.

    Args:
        model: from ``ModelRegistry.resolve``.
        device: "auto" (CUDA, then Apple's MPS, then the CPU; the CPU as well where a GPU is there
            and does not work), "cpu", "cuda", "cuda:1", "mps".
        precision: "auto" takes faster arithmetic where it gives the same vectors here;
            "float32" never.

    Raises:
        ModelDamaged: the model's files are not what its manifest says.
        ModelError: the device is not there, or has too little memory.
    """
    import torch

    place = devices.find_device(device)
    try:
        return _load_on(place, model, precision)
    except ModelDamaged:
        raise
    except ModelError as error:
        if device != "auto" or place.type == "cpu":
            raise
        # As with a GPU that this PyTorch was not built for, or that other programs have filled.
        _LOG.warning("the CPU instead of %s: %s", place, error.message)
        return _load_on(torch.device("cpu"), model, precision, f"{error.headline} ")


def _load_on(
    place: torch.device, model: InstalledModel, precision: str, before: str = ""
) -> ClipEncoder:
    """As ``load_encoder``; ``before``: why another device was not taken."""
    import torch

    from desktop.embedding.models import architecture, checkpoint, checkpoint_probe
    from desktop.embedding.runtime.tuning import arithmetic, convolutions, short_texts

    manifest = model.manifest
    checkpoint_probe.check_weights_file(model)
    config = architecture.config_of(manifest)
    pixels = pixel_spec(model)
    tokenizer = load_tokenizer(model, config)
    network = architecture.build(config)
    weights = checkpoint.read_weights(model.weights_path)
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(architecture.fitted(model.weights_path, weights, shapes), strict=True)
    del weights
    convolutions.fold_batch_norms(network)
    preprocess = manifest.preprocess
    pictures, tokens = arithmetic.trial_pictures(4, pixels.size), tokenizer(list(_TRIAL_TEXTS))

    def trial(network: Any, dtype: torch.dtype) -> Tensor:
        batch = Normalise(preprocess.mean, preprocess.std, place, dtype)(pictures)
        texts = short_texts.encode_texts(network, tokens.to(place))
        vectors = torch.cat([network.encode_image(batch), texts])
        return torch.nn.functional.normalize(vectors.float(), dim=-1)

    try:
        network.to(place)
        # Decoded pictures come with their channels last; so nothing has to be moved about.
        network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        network, chosen = arithmetic.choose(network, place.type, trial, precision)
        at_once, threads = devices.sizes(place, pixels.size)
    except (RuntimeError, AssertionError) as error:  # asserts in a torch built without the device
        # CUDA adds advice for programmers in further lines.
        reason = str(error).partition("\n")[0].rstrip(".")
        raise ModelError(
            tr(
                "The model {name} does not run on {place}: {reason}.",
                name=manifest.name,
                place=place,
                reason=reason,
            ),
            next_step=tr(
                'Close other programs that use the device, or set "encoder_device": '
                '"cpu" in the settings.'
            ),
        ) from error
    encoder = ClipEncoder(
        network,
        tokenizer,
        EncoderInfo(
            name=manifest.name,
            weights_hash=model.weights_hash,
            architecture=model.architecture,
            dimension=_dimension(network, config),
            pixels=pixels,
            languages=manifest.languages,
            device=place.type,
            precision=chosen.name,
            why=f"{before}{chosen.why}",
        ),
        Normalise(preprocess.mean, preprocess.std, place, chosen.dtype),
        at_once,
        threads,
    )
    _try_out(encoder)
    return encoder


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
            tr(
                "The model {name} gives vectors of {shape} numbers for pictures and "
                "{shape2} for texts; both should have {expected}.",
                name=encoder.info.name,
                shape=picture.shape[1],
                shape2=text.shape[1],
                expected=expected[1],
            ),
            safe=tr("The index is untouched."),
            next_step=tr("Install the model again."),
        )
