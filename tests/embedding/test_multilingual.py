"""Models with a tokenizer of their own, as the multilingual ones have: SigLIP 2's shape, tiny."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from desktop.core.cancellation import CancelToken
from desktop.core.errors import DownloadFailed, ModelDamaged, ModelError
from desktop.core.progress import finish
from desktop.embedding.models.architecture import build
from desktop.embedding.models.known_models import KNOWN_MODELS, KnownModel
from desktop.embedding.models.manifest import InstalledModel, Preprocess, read_manifest
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.tokenizer import load_tokenizer
from tests.fakes.hub import FakeHub

LENGTH, VOCABULARY = 16, 400
SENTENCES = ("a red silk cape with gold trim", "红色丝绸披风", "una capa roja", "赤いマント")
CONFIG: dict[str, Any] = {
    "embed_dim": 24,
    "init_logit_bias": -10,
    "custom_text": True,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16},
    "text_cfg": {
        "context_length": LENGTH,
        "vocab_size": VOCABULARY,
        "hf_tokenizer_name": "plantain/many",
        "tokenizer_kwargs": {"clean": "canonicalize"},
        "width": 16,
        "heads": 1,
        "layers": 2,
        "no_causal_mask": True,
        "proj_bias": True,
        "pool_type": "last",
    },
}
KNOWN = KnownModel(
    name="many",
    repository="plantain/many",
    file="open_clip_model.safetensors",
    architecture="plantain-many",
    quickgelu=False,
    licence="Apache-2.0",
    languages=("en", "zh", "es", "ja"),
    approximate_bytes=3_400_000,
    description="A tiny model of several languages for tests.",
    config=CONFIG,
    tokenizer="tokenizer.json",
    preprocess=Preprocess(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5), resize_mode="squash"),
)


def tokenizer() -> Tokenizer:
    """As SigLIP 2's: pieces of bytes, an end behind each text, padding of its own."""
    made = Tokenizer(models.BPE(byte_fallback=True))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<pad>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(SENTENCES, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="$A <eos>", special_tokens=[("<eos>", 1)]
    )
    return made


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Weights, configuration and tokenizer side by side, as a repository has them."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    torch.manual_seed(3)
    network = build(CONFIG)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.2)
    path = folder / "open_clip_model.safetensors"
    save_file({name: value.clone() for name, value in network.state_dict().items()}, path)
    told = {"model_cfg": CONFIG, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    (folder / "open_clip_config.json").write_text(json.dumps(told), "utf-8")
    tokenizer().save(str(folder / "tokenizer.json"))
    return path


def imported(checkpoint: Path, registry: ModelRegistry) -> InstalledModel:
    finish(registry.import_file(checkpoint, name="many", cancel=CancelToken()))
    return registry.resolve("many")


def test_it_is_imported_with_its_tokenizer_and_encodes_any_script(
    checkpoint: Path, registry: ModelRegistry
) -> None:
    model = imported(checkpoint, registry)
    assert sorted(path.name for path in model.folder.iterdir()) == [
        *("model.json", "model.safetensors", "tokenizer.json")
    ]
    encoder = load_encoder(model, "cpu")
    vectors = encoder.encode_texts([*SENTENCES, SENTENCES[1]])
    assert vectors.shape == (5, 24)
    np.testing.assert_allclose(vectors[1], vectors[4], atol=1e-5)
    assert float(vectors[0] @ vectors[1]) < 0.9999
    assert encoder.encode_images(np.zeros((1, 32, 32, 3), np.uint8)).shape == (1, 24)


def test_its_tokens_are_those_of_the_file_cut_and_padded(
    checkpoint: Path, registry: ModelRegistry
) -> None:
    model = imported(checkpoint, registry)
    tokenize = load_tokenizer(model, CONFIG)
    short, long = tokenize(["Red Silk, cape!", "红" * 99]).tolist()
    plain = tokenizer().encode("red silk cape").ids
    assert short == plain + [0] * (LENGTH - len(plain)), "canonical: no case, no punctuation"
    assert len(long) == LENGTH
    assert long[-1] == 1, "what is cut off leaves the end in its place"


def test_texts_are_padded_for_a_network_that_reads_the_padding(
    checkpoint: Path, registry: ModelRegistry
) -> None:
    model = imported(checkpoint, registry)
    encoder = load_encoder(model, "cpu", "float32")
    network: Any = build(CONFIG)
    network.load_state_dict(load_file(model.weights_path))
    with torch.inference_mode():
        tokens = torch.from_numpy(load_tokenizer(model, CONFIG)(["赤いマント"]))
        expected = torch.nn.functional.normalize(network.encode_text(tokens), dim=-1).numpy()
    np.testing.assert_allclose(encoder.encode_texts(["赤いマント"]), expected, atol=1e-4)


def test_it_is_downloaded_with_its_tokenizer(
    checkpoint: Path, hub: FakeHub, tmp_path: Path
) -> None:
    registry = ModelRegistry(tmp_path / "models", known=(KNOWN,), retry_delays_s=(0.01,) * 3)
    hub.add(KNOWN.repository, KNOWN.file, checkpoint)
    hub.add(KNOWN.repository, KNOWN.tokenizer, checkpoint.with_name("tokenizer.json"))
    hub.behaviour.drops_after = [2_000, 100_000]
    entry = finish(registry.download("many", endpoint=hub.endpoint, cancel=CancelToken()))
    assert entry.is_installed
    model = registry.resolve("many")
    assert sorted(path.name for path in model.folder.iterdir()) == [
        *("model.json", "model.safetensors", "tokenizer.json")
    ]
    assert model.manifest.preprocess.resize_mode == "squash"
    assert load_encoder(model, "cpu").encode_texts(["红色"]).shape == (1, 24)


def test_what_arrived_of_either_file_is_not_fetched_again(
    checkpoint: Path, hub: FakeHub, tmp_path: Path
) -> None:
    registry = ModelRegistry(tmp_path / "models", known=(KNOWN,), retry_delays_s=())
    hub.add(KNOWN.repository, KNOWN.tokenizer, checkpoint.with_name("tokenizer.json"))
    hub.add(KNOWN.repository, KNOWN.file, checkpoint)
    hub.behaviour.drops_after = [10**9, 50_000]
    with pytest.raises(DownloadFailed):
        finish(registry.download("many", endpoint=hub.endpoint, cancel=CancelToken()))
    before = len(hub.downloads())
    finish(registry.download("many", endpoint=hub.endpoint, cancel=CancelToken()))
    [rest] = hub.downloads()[before:]
    assert rest.path.endswith(KNOWN.file), "the tokenizer is there already"
    assert rest.range_start


def test_without_its_tokenizer_it_says_what_is_missing(
    checkpoint: Path, registry: ModelRegistry
) -> None:
    checkpoint.with_name("tokenizer.json").unlink()
    with pytest.raises(ModelError, match="needs its tokenizer") as caught:
        imported(checkpoint, registry)
    assert "tokenizer.json" in caught.value.next_step


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"version": "1.0", "model": 3}'])
def test_a_tokenizer_that_cannot_be_read_is_named(
    checkpoint: Path, registry: ModelRegistry, content: bytes
) -> None:
    model = imported(checkpoint, registry)
    assert model.tokenizer_path is not None
    model.tokenizer_path.write_bytes(content)
    with pytest.raises(ModelDamaged, match=r"tokenizer\.json"):
        load_encoder(model, "cpu")


def test_a_tokenizer_of_another_model_is_refused(checkpoint: Path, registry: ModelRegistry) -> None:
    model = imported(checkpoint, registry)
    small = {**CONFIG, "text_cfg": {**CONFIG["text_cfg"], "vocab_size": 20}}
    with pytest.raises(ModelDamaged, match="tokens, the model has 20"):
        load_tokenizer(replace(model), small)


def test_a_model_that_is_copied_takes_its_tokenizer_along(
    checkpoint: Path, registry: ModelRegistry, tmp_path: Path
) -> None:
    model = imported(checkpoint, registry)
    other = ModelRegistry(tmp_path / "elsewhere")
    finish(other.import_file(model.folder, cancel=CancelToken()))
    assert read_manifest(other.resolve("many").folder).manifest.tokenizer_file == "tokenizer.json"
    assert load_encoder(other.resolve("many"), "cpu").encode_texts(["a"]).shape == (1, 24)


def test_a_model_whose_words_need_another_library_is_refused_with_one_that_does_not(
    checkpoint: Path, registry: ModelRegistry
) -> None:
    with pytest.raises(ModelError, match="transformers") as caught:
        finish(
            registry.import_file(
                checkpoint, architecture="xlm-roberta-base-ViT-B-32", cancel=CancelToken()
            )
        )
    named = next(known.name for known in KNOWN_MODELS if "zh" in known.languages)
    assert named in caught.value.next_step
