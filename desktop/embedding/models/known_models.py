"""The models that Plantain can fetch by name.

Repositories, normalisation and activation follow open_clip's own table (``open_clip.pretrained``).
What a model needs besides its weights is fetched with them, so that it works offline from then on.
Multilingual ones bring a tokenizer of their own; those whose texts are read by a network of the
transformers library (xlm-roberta-base-ViT-B-32) would need that library, and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desktop.core.text import marked
from desktop.embedding.models.manifest import Preprocess

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
        tokenizer: the file of its own tokenizer in the repository; empty for CLIP's.
        preprocess: how pictures are prepared.
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
    tokenizer: str = ""
    preprocess: Preprocess = field(default_factory=Preprocess)


DEMO_DESCRIPTION = marked(
    "A small CLIP that knows the eighteen things of Plantain's own sample pictures, in English and "
    "Chinese, and nothing else."
)
"""As in the model.json that comes with Plantain; here for the catalogue of sentences."""


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
        description=marked(
            "CLIP ViT-B/32 trained on DataComp-XL: the best of its size, the default."
        ),
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
        description=marked("CLIP ViT-B/32 trained on LAION-2B."),
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
        description=marked("The first CLIP ViT-B/32, by OpenAI."),
    ),
    KnownModel(
        name="ViT-B-32-SigLIP2-256",
        repository="timm/ViT-B-32-SigLIP2-256",
        file="open_clip_model.safetensors",
        architecture="ViT-B-32-SigLIP2-256",
        quickgelu=False,
        licence="Apache-2.0",
        # The languages of XM3600, on which its paper (arXiv 2502.14786) reports; it saw 109.
        languages=(
            *("en", "zh", "ja", "ko", "th", "vi", "id", "hi", "bn", "te", "ar", "fa", "he", "ru"),
            *("uk", "bg", "pl", "cs", "hr", "ro", "hu", "el", "tr", "de", "nl", "sv", "da", "no"),
            *("fi", "fr", "es", "pt", "it", "sw", "fil", "mi", "quz"),
        ),
        approximate_bytes=1_500_000_000,
        description=marked(
            "SigLIP 2 ViT-B/32: understands more than a hundred languages, Chinese among them."
        ),
        tokenizer="tokenizer.json",
        # open_clip.pretrained._slpcfg
        preprocess=Preprocess(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), resize_mode="squash"),
    ),
)
