"""CLIP through torch and open_clip: reads any checkpoint, and encodes on GPUs."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelDamaged, ModelError
from desktop.core.text import sentences, tr
from desktop.embedding.conversion.trial import TRIAL_PICTURES, TRIAL_TEXTS, trial_pictures
from desktop.embedding.encoder import Arithmetic, Encoder, EncoderInfo
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime import devices
from desktop.embedding.runtime.checked_vectors import checked_vectors
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.embedding.runtime.tokenizer import Tokenizer, load_tokenizer

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

_TEXTS_AT_ONCE = 16


class ClipEncoder:
    """An ``Encoder`` over one open_clip model in memory. Made by ``load_on``.

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
        arithmetic: Arithmetic,
        normalise: Normalise,
        at_once: int,
        threads: int,
    ) -> None:
        self._network: nn.Module | None = network
        self._tokenizer = tokenizer
        self._info = info
        self._arithmetic = arithmetic
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

    def prepare(self) -> None:
        """It is loaded."""

    def loading(self) -> None:
        """It is loaded."""

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

    def arithmetic(self) -> Arithmetic:
        """See ``Encoder``; it was chosen when the model was loaded."""
        return self._arithmetic

    def close(self) -> None:
        """Give memory and devices back; later calls raise ModelError."""
        if self._network is None:
            return
        self._network = None
        if self._crew is not None:
            self._crew.shutdown()
        if self._arithmetic.device == "cuda":
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
                    device=self._arithmetic.device,
                    error=error,
                ),
                safe=tr("The index is untouched."),
                next_step=tr(
                    'Close other programs that use the device, or set "encoder_device": '
                    '"cpu" in the settings.'
                ),
            ) from error
        return checked_vectors(found, self._info)

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
        return _encode_texts(network, self._tokenizer(texts), self._normalise.device)


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


def _encode_texts(network: Any, tokens: NDArray[np.int64], device: torch.device) -> Tensor:
    """(n, context length) tokens -> (n, d), not normalised; without padding where that is exact."""
    import torch

    from desktop.embedding.runtime.tuning import short_texts

    if short_texts.are_enough(network):
        given = torch.from_numpy(short_texts.cut(tokens)).to(device)
        return short_texts.encode(network, given)
    return network.encode_text(torch.from_numpy(tokens).to(device))


@dataclass(frozen=True, slots=True)
class LoadedNetwork:
    """A checkpoint as torch has it: on the processor, in float32.

    Attributes:
        config: open_clip's, complete.
    """

    network: nn.Module
    tokenizer: Tokenizer
    config: dict[str, Any]


def load_network(model: InstalledModel) -> LoadedNetwork:
    """Read a checkpoint; takes seconds (imports torch and open_clip on the first use).

    The weights' header and size are checked, small files also against their SHA-256; see
    ``checkpoint_probe.check_weights_file``.

    Raises:
        ModelDamaged: the model's files are not what its manifest says.
        ModelError: its architecture cannot be used.
    """
    from desktop.embedding.models import architecture, checkpoint, checkpoint_probe
    from desktop.embedding.runtime.tuning import convolutions

    checkpoint_probe.check_weights_file(model)
    config = architecture.config_of(model.manifest)
    tokenizer = load_tokenizer(model, config)
    network = architecture.build(config)
    weights = checkpoint.read_weights(model.weights_path)
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(architecture.fitted(model.weights_path, weights, shapes), strict=True)
    convolutions.fold_batch_norms(network)
    return LoadedNetwork(network, tokenizer, config)


def load_on(
    place: torch.device, model: InstalledModel, precision: str, before: str = ""
) -> ClipEncoder:
    """Load an installed model with torch. Nothing is fetched from the network.

    Args:
        precision: "auto" takes half precision on a GPU where it gives the same vectors;
            "float32" never.
        before: why nothing better was taken; the first part of the reason for this.

    Raises:
        ModelDamaged, ModelError: as ``load_network``; or the device is not there, or has too
            little memory.
    """
    import torch

    from desktop.embedding.runtime.tuning import arithmetic

    loaded = load_network(model)
    network, manifest, pixels = loaded.network, model.manifest, pixel_spec(model)
    preprocess = manifest.preprocess
    pictures = torch.from_numpy(trial_pictures(TRIAL_PICTURES, pixels.size))
    tokens = loaded.tokenizer(list(TRIAL_TEXTS))

    def trial(network: Any, dtype: torch.dtype) -> Tensor:
        batch = Normalise(preprocess.mean, preprocess.std, place, dtype)(pictures)
        vectors = torch.cat([network.encode_image(batch), _encode_texts(network, tokens, place)])
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
        loaded.tokenizer,
        EncoderInfo(
            name=manifest.name,
            weights_hash=model.weights_hash,
            architecture=model.architecture,
            dimension=_dimension(network, loaded.config),
            pixels=pixels,
            languages=manifest.languages,
        ),
        Arithmetic(
            runtime=f"PyTorch {torch.__version__}",
            device=place.type,
            precision=chosen.name,
            why=sentences(before, chosen.why),
        ),
        Normalise(preprocess.mean, preprocess.std, place, chosen.dtype),
        at_once,
        threads,
    )
    try_out(encoder)
    return encoder


def _dimension(network: Any, config: dict[str, Any]) -> int:
    return int(getattr(network.visual, "output_dim", config["embed_dim"]))


def try_out(encoder: Encoder) -> None:
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
