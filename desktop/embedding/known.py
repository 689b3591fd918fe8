"""The models that Plantain can fetch by name.

Repositories, normalisation and activation follow open_clip's own table (``open_clip.pretrained``);
only models whose tokenizer ships with open_clip are listed, so that a model works offline once its
weights are there. (The multilingual ones need a Hugging Face tokenizer and are left out for now.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_MODEL = "ViT-B-32"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One downloadable checkpoint.

    Attributes:
        name: what people type.
        repository: the Hugging Face repository.
        file: the weights inside it, safetensors.
        architecture: open_clip's name for it.
        quickgelu: trained with OpenAI's QuickGELU activation.
        licence: of the weights.
        languages: ISO codes of the training captions.
        approximate_bytes: for the person who decides; the hub says the exact size.
        description: one sentence for people.
        config: an open_clip model config, for architectures that open_clip does not know.
    """

    name: str
    repository: str
    file: str
    architecture: str
    quickgelu: bool
    licence: str
    languages: tuple[str, ...]
    approximate_bytes: int
    description: str
    config: Mapping[str, Any] | None = None


KNOWN_MODELS: tuple[KnownModel, ...] = (
    KnownModel(
        name=DEFAULT_MODEL,
        repository="laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K",
        file="open_clip_model.safetensors",
        architecture="ViT-B-32",
        quickgelu=False,
        licence="MIT",
        languages=("en",),
        approximate_bytes=605_000_000,
        description="CLIP ViT-B/32 trained on DataComp-XL: the best of its size, the default.",
    ),
    KnownModel(
        name="ViT-B-32-laion2b",
        repository="laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        file="open_clip_model.safetensors",
        architecture="ViT-B-32",
        quickgelu=False,
        licence="MIT",
        languages=("en",),
        approximate_bytes=605_000_000,
        description="CLIP ViT-B/32 trained on LAION-2B.",
    ),
    KnownModel(
        name="ViT-B-32-openai",
        repository="timm/vit_base_patch32_clip_224.openai",
        file="open_clip_model.safetensors",
        architecture="ViT-B-32-quickgelu",
        quickgelu=True,
        licence="MIT",
        languages=("en",),
        approximate_bytes=605_000_000,
        description="The first CLIP ViT-B/32, by OpenAI.",
    ),
)
