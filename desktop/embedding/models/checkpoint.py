"""Reads the weights of a model from untrusted files.

Two kinds are understood: safetensors, which holds numbers only, and PyTorch checkpoints, read with
``torch.load(weights_only=True)`` so that nothing in them can run. Every way in which such a file
can be wrong ends in ``ModelDamaged`` with a sentence that names it.
"""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from desktop.core.errors import ModelDamaged, ModelMissing
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.regular_file import open_guarded

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["safetensors", "torch"]
StateDict = dict[str, "Tensor"]

CHECKPOINT_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")

# What training frameworks put in front of every name; open_clip's own trainer writes "module.".
_WRAPPERS = ("module.", "_orig_mod.", "model.")
_CONTAINERS = ("state_dict", "model_state_dict", "model")
# OpenAI's files carry these numbers beside the weights; open_clip drops them too.
_NOT_WEIGHTS = frozenset({"input_resolution", "context_length", "vocab_size"})
_LARGEST_HEADER_BYTES = 100_000_000  # safetensors' own limit


def damaged(path: Path, why: str, *, next_step: str = "", at_terminal: str = "") -> ModelDamaged:
    """The one shape of "this checkpoint is no good", naming the file and what is safe."""
    return ModelDamaged(
        tr("{name} cannot be used as a model: {why}.", name=path.name, why=why),
        safe=tr("The file was not changed and nothing was installed."),
        next_step=next_step
        or tr("Fetch the file again and compare its size with the original, or download a model."),
        at_terminal=at_terminal,
    )


_MOST_TIMES_LARGER = 4
"""Tensors may share what is stored, but not all with each other."""


def identify(path: Path) -> Kind:
    """Tell from the first bytes, not from the name, what a checkpoint file is.

    Raises:
        ModelMissing: there is no such file.
        ModelDamaged: it is empty, unreadable or of no kind that is understood.
    """
    try:
        size = path.stat().st_size
        with open_guarded(path) as file:
            head = file.read(512)
    except FileNotFoundError:
        raise ModelMissing(
            tr("There is no file {path}.", path=path),
            next_step=tr("Choose it again, or another model in “Models…” of the window's menu."),
            at_terminal=tr(
                "Check the path; “Models…” in the window's menu and `plantain model list` have "
                "models by name."
            ),
        ) from None
    except IsADirectoryError:
        raise damaged(path, tr("it is a folder, not a checkpoint file")) from None
    except OSError as error:
        raise damaged(
            path, tr("it cannot be read ({reason})", reason=system_reason(error))
        ) from error
    if not head:
        raise damaged(path, tr("it is empty"))
    if head.startswith(b"PK\x03\x04"):
        _refuse_torchscript(path)
        return "torch"
    if head.startswith(b"\x80"):  # the pickle protocol mark of PyTorch's older files
        return "torch"
    header_length = int.from_bytes(head[:8], "little")
    if len(head) > 8 and head[8:9] == b"{":
        if header_length > min(size - 8, _LARGEST_HEADER_BYTES):
            raise damaged(path, tr("it is cut off, or its header is wrong"))
        return "safetensors"
    if head.startswith(b"version https://git-lfs"):
        raise damaged(
            path,
            tr("it is a Git LFS pointer, not the weights themselves"),
            next_step=tr("Run `git lfs pull` where you cloned the model, then import it again."),
        )
    if head.lstrip()[:1] == b"<":
        raise damaged(
            path, tr("it is a web page, probably an error or a sign-in page saved in its place")
        )
    raise damaged(path, tr("it is neither safetensors nor a PyTorch checkpoint"))


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes in a safetensors file, from its header alone.

    Raises:
        ModelDamaged: the header is broken or does not match the length of the file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return {
                name: tuple(cast("list[int]", file.get_slice(name).get_shape()))
                for name in cast("list[str]", file.keys())
            }
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(path, tr("it is cut off or damaged")) from error


def read_weights(path: Path) -> StateDict:
    """All weights of a checkpoint by name, on the CPU, in the precision they are stored in.

    Wrappers that training frameworks add are taken off. The tensors may be backed by the file.

    Raises:
        ModelMissing: there is no such file.
        ModelDamaged: the file cannot be read, or holds something else than weights.
    """
    kind = identify(path)
    raw = _read_safetensors(path) if kind == "safetensors" else _read_torch(path)
    weights = _unwrapped(path, raw)
    stated = sum(tensor.numel() * tensor.element_size() for tensor in weights.values())
    if stated > _MOST_TIMES_LARGER * path.stat().st_size:
        raise damaged(path, tr("it states more weights than it holds"))
    return weights


def check_numbers(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Refuse weights that are not floating point, or hold NaN or infinity.

    Raises:
        ModelDamaged: naming the first such weight.
    """
    import torch

    for name, tensor in weights.items():
        if name.endswith(".num_batches_tracked"):
            continue  # a counter that batch normalisation keeps; unused after training
        if not torch.is_floating_point(tensor):
            raise damaged(
                path,
                tr(
                    '"{name}" holds {dtype} values; quantised models and optimiser states '
                    "are not supported",
                    name=name,
                    dtype=tensor.dtype,
                ),
            )
        if not bool(torch.isfinite(tensor).all()):
            raise damaged(
                path, tr('"{name}" holds values that are not numbers (NaN or infinity)', name=name)
            )


def _read_safetensors(path: Path) -> Mapping[Any, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path, device="cpu")
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(path, tr("it is cut off or damaged")) from error


def _read_torch(path: Path) -> Mapping[Any, Any]:
    import pickle

    import torch

    try:
        content: object = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if re.search("unsupported (global|class)", str(error), re.IGNORECASE):
            raise damaged(
                path,
                tr("it holds more than weights, and loading that could run code on this computer"),
                next_step=tr(
                    "Ask its maker for a .safetensors file, or save only "
                    "`model.state_dict()` again."
                ),
            ) from error
        raise damaged(path, tr("it is cut off or damaged")) from error
    except Exception as error:
        # Bytes that only look like a pickle make torch raise nearly anything.
        raise damaged(path, tr("it is cut off or damaged")) from error
    if not isinstance(content, Mapping):
        raise damaged(path, tr("it does not hold named weights"))
    return cast("Mapping[Any, Any]", content)


def _unwrapped(path: Path, raw: Mapping[Any, Any]) -> StateDict:
    import torch

    for container in _CONTAINERS:
        inner = raw.get(container)
        if isinstance(inner, Mapping):
            raw = cast("Mapping[Any, Any]", inner)
            break
    weights: StateDict = {}
    for name, value in raw.items():
        if name in _NOT_WEIGHTS:
            continue
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise damaged(path, tr("it does not hold named weights alone"))
        weights[name] = value
    if not weights:
        raise damaged(path, tr("it holds no weights"))
    while wrapper := next(
        (mark for mark in _WRAPPERS if all(name.startswith(mark) for name in weights)), None
    ):
        weights = {name.removeprefix(wrapper): tensor for name, tensor in weights.items()}
    return weights


def _refuse_torchscript(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise damaged(path, tr("it is cut off or damaged")) from error
    # Weights are not compressed: what unpacks to more than the file is made to fill the memory.
    unpacked = sum(info.file_size for info in infos)
    structure = sum(info.file_size for info in infos if info.filename.endswith(".pkl"))
    if unpacked > path.stat().st_size or structure > _LARGEST_HEADER_BYTES:
        raise damaged(path, tr("it would become larger than it can be"))
    # TorchScript keeps its program in "<root>/code/" and "<root>/constants.pkl"; plain
    # checkpoints have neither (torch/serialization.py, _is_torchscript_zip).
    if any(name.split("/", 1)[-1] == "constants.pkl" for name in names):
        raise damaged(
            path,
            tr(
                "it is a TorchScript program (as OpenAI's own ViT-B-32.pt is), and "
                "loading it would run code"
            ),
            next_step=tr(
                "For OpenAI's weights take ViT-B-32-openai in “Models…” of the window's menu; "
                "otherwise choose a .safetensors file of the same model."
            ),
            at_terminal=tr(
                "For OpenAI's weights take ViT-B-32-openai in “Models…” of the window's menu, or "
                "`plantain model download ViT-B-32-openai`; otherwise import a .safetensors "
                "file of the same model."
            ),
        )
