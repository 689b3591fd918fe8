"""From an open_clip model config to a network, and from the shapes of weights back to the config.

open_clip's factory can fetch configs, tokenizers and tower weights from the network; here models
are put together from their config alone, so that loading a local model never leaves the computer.
"""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from desktop.core.errors import ModelDamaged, ModelError
from desktop.core.text import clauses, listed, ngettext, tr
from desktop.embedding.models.checkpoint import StateDict, damaged
from desktop.embedding.models.manifest import Manifest

if TYPE_CHECKING:
    from torch import nn

Shapes = Mapping[str, tuple[int, ...]]

# File names of weights trained with QuickGELU; it leaves no trace in the weights. From
# open_clip.pretrained, where these tags carry quick_gelu=True.
_QUICKGELU_HINTS = ("openai", "quickgelu", "metaclip", "laion400m", "dfn")

_MOST = {"layers": 1_000, "heads": 1_000, "depth": 1_000, "width": 65_536, "embed_dim": 65_536}
"""Of what a configuration may ask for; the largest CLIP has 48 layers of 1,792."""
_MOST_ANY = 10_000_000
"""Of everything else, vocabularies among it."""


def known_config(architecture: str) -> dict[str, Any] | None:
    """open_clip's own config of an architecture (any case), or None. Imports open_clip."""
    import open_clip

    for name in open_clip.list_models():
        if name.casefold() == architecture.casefold():
            return cast("dict[str, Any]", open_clip.get_model_config(name))
    return None


def known_name(architecture: str) -> str | None:
    """open_clip's spelling of an architecture's name, or None. Imports open_clip."""
    import open_clip

    names = cast("list[str]", open_clip.list_models())
    return next((name for name in names if name.casefold() == architecture.casefold()), None)


def config_of(manifest: Manifest) -> dict[str, Any]:
    """The complete, safe config of a model; see ``full_config``. Raises: ModelError."""
    return full_config(
        manifest.architecture,
        manifest.config,
        quickgelu=manifest.quickgelu,
        has_tokenizer=manifest.tokenizer_file is not None,
    )


def full_config(
    architecture: str,
    config: Mapping[str, Any] | None,
    *,
    quickgelu: bool,
    has_tokenizer: bool = False,
) -> dict[str, Any]:
    """The complete, safe config of a model: open_clip's own, or the given one.

    Args:
        has_tokenizer: the file of its tokenizer is beside the weights.

    Raises:
        ModelError: the architecture is unknown, or of a kind that needs files from elsewhere.
    """
    found = known_config(architecture) if config is None else deepcopy(dict(config))
    if found is None:
        raise ModelError(
            tr(
                'open_clip knows no architecture called "{architecture}".',
                architecture=architecture,
            ),
            next_step=tr("Choose another file of the model."),
            at_terminal=tr(
                "Pass --architecture with one of open_clip's names, for example ViT-B-32."
            ),
        )
    text, vision = dict(found["text_cfg"]), dict(found["vision_cfg"])
    if text.get("hf_model_name"):
        raise ModelError(
            tr(
                "{architecture} reads texts with a network of the transformers library, which "
                "Plantain does without.",
                architecture=architecture,
            ),
            next_step=tr("Choose another one; ViT-B-32-SigLIP2-256 knows many languages."),
        )
    if text.get("hf_tokenizer_name") and not has_tokenizer:
        raise ModelError(
            tr("{architecture} needs its tokenizer, a file of its own.", architecture=architecture),
            next_step=tr("Put the tokenizer.json of the model beside its weights, then try again."),
        )
    if "multimodal_cfg" in found:
        raise ModelError(
            tr(
                "{architecture} writes captions (CoCa); this version only uses plain CLIP models.",
                architecture=architecture,
            ),
            next_step=tr("Choose a plain CLIP model, for example ViT-B-32."),
        )
    if "timm_model_name" in vision:
        vision["timm_model_pretrained"] = False  # True would fetch weights from the network
    found["text_cfg"], found["vision_cfg"] = text, vision
    found["quick_gelu"] = quickgelu or bool(found.get("quick_gelu", False))
    return found


def build(config: Mapping[str, Any], *, with_memory: bool = True) -> nn.Module:
    """A network in evaluation mode with meaningless weights, to be overwritten by a strict load.

    Args:
        config: from ``full_config``.
        with_memory: False gives shapes only (torch's "meta" device): 0.06 s instead of 0.2 s for
            ViT-B-32, and no memory.

    Raises:
        ModelDamaged: open_clip cannot build a model from this config.
    """
    import open_clip
    import torch

    _refuse_endless(config)
    settings = deepcopy(dict(config))
    is_split = settings.pop("custom_text", False)
    kind: Any = open_clip.CustomTextCLIP if is_split else open_clip.CLIP
    try:
        if with_memory:
            with _without_initialisation():
                model = kind(**settings)
        else:
            with torch.device("meta"):
                model = kind(**settings)
    except Exception as error:
        # A config is data from a file; open_clip meets nonsense in it with any exception.
        raise ModelDamaged(
            tr("No model can be built from its configuration: {error}.", error=error),
            safe=tr("Nothing was installed."),
            next_step=tr("Choose another file of the model."),
            at_terminal=tr("Check --architecture and the model's config."),
        ) from error
    return cast("nn.Module", model.eval())


def _refuse_endless(config: Mapping[str, Any]) -> None:
    """Before a layer is made: a description of some bytes can ask for ten million.

    Raises:
        ModelDamaged: no model is so large.
    """
    left: list[tuple[str, Any]] = list(config.items())
    while left:
        name, value = left.pop()
        if isinstance(value, Mapping):
            left += cast("Mapping[str, Any]", value).items()
        elif isinstance(value, list | tuple):
            left += [(name, item) for item in cast("list[Any]", value)]
        elif isinstance(value, int | float) and not 0 <= abs(value) <= _MOST.get(name, _MOST_ANY):
            raise ModelDamaged(
                tr("No model has so many “{name}”: {value}.", name=name, value=f"{value:g}"),
                safe=tr("Nothing was installed."),
                next_step=tr("Choose another file of the model."),
                at_terminal=tr("Check --architecture and the model's config."),
            )


def expected_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights that a model of this config has."""
    model = build(config, with_memory=False)
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def detect(path: Path, shapes: Shapes) -> str:
    """Find the open_clip architecture whose weights have exactly these names and shapes.

    QuickGELU variants have the same shapes and are never returned; see ``hints_at_quickgelu``.

    Raises:
        ModelDamaged: it is no CLIP model, or none that open_clip knows by name.
    """
    import open_clip

    if "visual.conv1.weight" not in shapes or "token_embedding.weight" not in shapes:
        raise damaged(
            path,
            _with_examples(
                tr("its weights are not those of a CLIP model in open_clip's format"), shapes
            ),
            next_step=tr(
                "Choose the open_clip version of the model, usually called "
                "open_clip_model.safetensors."
            ),
            at_terminal=tr(
                "Import the open_clip version of the model (usually called "
                "open_clip_model.safetensors); if it is one, name it with --architecture."
            ),
        )
    nearest: tuple[int, str, dict[str, tuple[int, ...]]] | None = None
    for name in cast("list[str]", open_clip.list_models()):
        config = cast("dict[str, Any]", open_clip.get_model_config(name))
        if not _could_be(config, shapes):
            continue
        expected = expected_shapes(full_config(name, None, quickgelu=False))
        difference = len(set(expected.items()) ^ set(_comparable(shapes, expected).items()))
        if difference == 0:
            return name
        if nearest is None or difference < nearest[0]:
            nearest = (difference, name, expected)
    if nearest is not None:
        raise damaged(
            path,
            tr(
                "it is nearest to {name} but {differences}",
                name=nearest[1],
                differences=_differences(nearest[2], _comparable(shapes, nearest[2])),
            ),
        )
    raise damaged(
        path,
        tr(
            "open_clip knows no CLIP with its sizes (picture width {width}, {tokens} tokens)",
            width=shapes["visual.conv1.weight"][0],
            tokens=shapes["token_embedding.weight"][0],
        ),
        next_step=tr("Put the model's open_clip_config.json beside the file and import it again."),
    )


def hints_at_quickgelu(file_name: str) -> bool:
    """Whether the file's name belongs to weights trained with OpenAI's activation."""
    name = file_name.casefold()
    return any(hint in name for hint in _QUICKGELU_HINTS)


def fitted(path: Path, weights: StateDict, expected: Shapes) -> StateDict:
    """The weights as a model with the ``expected`` names and shapes takes them.

    Old layouts of the text tower are renamed and the temperature reshaped, as open_clip does.

    Raises:
        ModelDamaged: names are missing, unexpected, or of another shape.
    """
    from open_clip.model import convert_to_custom_text_state_dict

    if "text.positional_embedding" in expected and "positional_embedding" in weights:
        weights = cast("StateDict", convert_to_custom_text_state_dict(weights))
    weights = {
        name: tensor.reshape(expected[name])
        if name in ("logit_scale", "logit_bias") and name in expected and tensor.numel() == 1
        else tensor
        for name, tensor in weights.items()
    }
    check_shapes(path, {name: tuple(tensor.shape) for name, tensor in weights.items()}, expected)
    return weights


def check_shapes(path: Path, actual: Shapes, expected: Shapes) -> None:
    """Raises ModelDamaged with a short summary unless names and shapes are the same."""
    if dict(actual) != dict(expected):
        raise damaged(path, _differences(expected, actual))


def _comparable(shapes: Shapes, expected: Shapes) -> Shapes:
    """Shapes with the temperature as the model has it: a scalar and [1] mean the same."""
    fixed = {
        name: expected[name]
        for name in ("logit_scale", "logit_bias")
        if name in expected and shapes.get(name) in ((), (1,))
    }
    return {**shapes, **fixed}


def _could_be(config: Mapping[str, Any], shapes: Shapes) -> bool:
    """A cheap look before a model is built: plain ViT towers, these widths, this vocabulary."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    if (
        config.get("custom_text")
        or config.get("quick_gelu")
        or "multimodal_cfg" in config
        or "timm_model_name" in vision
        or not isinstance(vision.get("layers", 12), int)
        or text.get("hf_model_name")
        or text.get("hf_tokenizer_name")
    ):
        return False
    patch = vision.get("patch_size", 16)
    return shapes["visual.conv1.weight"] == (
        vision.get("width", 768),
        3,
        patch,
        patch,
    ) and shapes["token_embedding.weight"] == (
        text.get("vocab_size", 49408),
        text.get("width", 512),
    )


def _differences(expected: Shapes, actual: Shapes) -> str:
    """A short readable summary of what does not fit."""
    missing = [name for name in expected if name not in actual]
    unexpected = [name for name in actual if name not in expected]
    parts: list[str] = []
    if missing:
        parts.append(
            _with_examples(
                ngettext("{count} weight is missing", "{count} weights are missing", len(missing)),
                missing,
            )
        )
    if unexpected:
        parts.append(
            _with_examples(
                ngettext(
                    "{count} weight is not part of the model",
                    "{count} weights are not part of the model",
                    len(unexpected),
                ),
                unexpected,
            )
        )
    wrong = [name for name in expected if name in actual and actual[name] != expected[name]]
    if wrong:
        name = wrong[0]
        parts.append(
            tr(
                "{count} have another shape (for example {name} is {shape}, not {expected})",
                count=len(wrong),
                name=name,
                shape=list(actual[name]),
                expected=list(expected[name]),
            )
        )
    return clauses(parts)


def _with_examples(told: str, names: Iterable[str]) -> str:
    shown = list(names)[:2]
    return tr("{told} (for example {names})", told=told, names=listed(shown)) if shown else told


def _without_initialisation() -> Any:
    """A context in which ``torch.nn.init`` does nothing: filling ViT-B-32 with random numbers that
    a strict load then overwrites would take 1–2.5 s of every start."""
    import torch
    from torch.overrides import TorchFunctionMode

    class SkipInitialisation(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            if getattr(func, "__module__", None) == torch.nn.init.__name__:
                return kwargs["tensor"] if "tensor" in kwargs else args[0]
            return func(*args, **kwargs)

    return SkipInitialisation()
