"""The encoder gives what open_clip itself gives, for any model, and says clearly when it cannot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from desktop.core.errors import ModelDamaged, ModelError
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel, read_manifest
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.files.content_hash import sha256_of
from tests.embedding import tiny

TEXTS = ["a red velvet sofa", "a golden dress on the beach", "红色的包 🎒", "", "word " * 200]


def pictures(count: int, size: int) -> np.ndarray:
    """Smooth random pictures, uint8 (n, size, size, 3): noise alone looks the same to a model."""
    rng = np.random.default_rng(3)
    small = rng.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(one).resize((size, size))) for one in small])


def cosines(ours: np.ndarray, theirs: torch.Tensor) -> np.ndarray:
    reference = torch.nn.functional.normalize(theirs, dim=-1).numpy()
    return (ours * reference).sum(axis=1)


@pytest.fixture(scope="module")
def vit_encoder(vit_b_32: Path) -> Iterator[Encoder]:
    """A real ViT-B-32, used straight from its checkpoint."""
    model = ModelRegistry(vit_b_32.parent / "none").resolve(str(vit_b_32))
    encoder = load_encoder(model, "cpu", "float32")
    yield encoder
    encoder.close()


def test_vit_b_32_embeds_as_open_clips_own_reference_path(
    vit_encoder: Encoder, vit_b_32: Path
) -> None:
    model, _, prepare = open_clip.create_model_and_transforms("ViT-B-32", pretrained=str(vit_b_32))
    model = cast("Any", model).eval()
    pixels = pictures(4, 224)
    with torch.inference_mode():
        # At 224 pixels open_clip's resize and crop change nothing: both see the same pixels.
        batch = torch.stack([cast("Any", prepare)(Image.fromarray(one)) for one in pixels])
        images = model.encode_image(batch)
        texts = model.encode_text(open_clip.get_tokenizer("ViT-B-32")(TEXTS))
    ours = vit_encoder.encode_images(pixels)
    assert cosines(ours, images).min() >= 0.99999
    assert cosines(vit_encoder.encode_texts(TEXTS), texts).min() >= 0.99999
    # The bound means something: different pictures are further apart than it.
    assert (ours[0] * ours[1]).sum() < 0.999


def test_vit_b_32_says_what_it_is(vit_encoder: Encoder) -> None:
    info = vit_encoder.info
    assert (info.architecture, info.dimension) == ("ViT-B-32", 512)
    assert (info.pixels.size, info.pixels.resize_mode) == (224, "shortest")
    assert info.pixels.interpolation == "bicubic"
    assert len(info.weights_hash) == 12


def test_quickgelu_gives_other_vectors_from_the_same_weights(
    vit_encoder: Encoder, vit_b_32: Path
) -> None:
    plain = ModelRegistry(vit_b_32.parent / "none").resolve(str(vit_b_32))
    manifest = replace(plain.manifest, architecture="ViT-B-32-quickgelu", quickgelu=True)
    quick = load_encoder(InstalledModel(plain.folder, manifest), "cpu")
    one, other = vit_encoder.encode_texts(TEXTS[:1]), quick.encode_texts(TEXTS[:1])
    assert float((one * other).sum()) < 0.9999
    assert quick.info.weights_hash == vit_encoder.info.weights_hash
    assert quick.info.identity != vit_encoder.info.identity


@pytest.fixture
def own_words(tmp_path: Path) -> InstalledModel:
    """A tiny model with merges and channel statistics of its own, like the demo model."""
    return read_manifest(tiny.make_folder(tmp_path / "own words"))


@pytest.fixture
def encoder(own_words: InstalledModel) -> Iterator[Encoder]:
    encoder = load_encoder(own_words, "cpu")
    yield encoder
    encoder.close()


def test_a_custom_model_embeds_as_open_clip_would(
    encoder: Encoder, own_words: InstalledModel, tmp_path: Path
) -> None:
    model = tiny.make_model(tiny.OWN_WORDS_CONFIG)
    pixels = pictures(3, 32)
    prepare = open_clip.image_transform(
        32, is_train=False, mean=(0.4, 0.5, 0.6), std=(0.2, 0.25, 0.3)
    )
    packed = tiny.make_folder(tmp_path / "packed", is_packed=True) / "merges.txt"
    tokenizer = open_clip.SimpleTokenizer(bpe_path=str(packed), context_length=16)
    with torch.inference_mode():
        batch = torch.stack([cast("Any", prepare)(Image.fromarray(one)) for one in pixels])
        images, texts = model.encode_image(batch), model.encode_text(tokenizer(TEXTS))
    assert cosines(encoder.encode_images(pixels), images).min() >= 0.99999
    assert cosines(encoder.encode_texts(TEXTS), texts).min() >= 0.99999
    assert encoder.info.languages == ("en", "zh")
    assert encoder.info.identity == own_words.identity


def test_a_manifest_can_ask_for_quickgelu(own_words: InstalledModel) -> None:
    quick = load_encoder(rewritten(own_words, quickgelu=True), "cpu")
    model = tiny.make_model({**tiny.OWN_WORDS_CONFIG, "quick_gelu": True})
    pixels = pictures(2, 32)
    batch = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(c).view(1, 3, 1, 1) for c in ((0.4, 0.5, 0.6), (0.2, 0.25, 0.3)))
    with torch.inference_mode():
        images = model.encode_image((batch - mean) / std)
    assert cosines(quick.encode_images(pixels), images).min() >= 0.99999
    assert quick.info.architecture == "plantain-tiny-quickgelu"


def test_merges_may_be_packed_or_plain(encoder: Encoder, tmp_path: Path) -> None:
    packed = load_encoder(
        read_manifest(tiny.make_folder(tmp_path / "packed", is_packed=True)), "cpu"
    )
    assert np.array_equal(packed.encode_texts(TEXTS), encoder.encode_texts(TEXTS))


def test_the_dimension_is_the_models(encoder: Encoder) -> None:
    assert encoder.info.dimension == 24
    assert encoder.info.pixels.size == 32


def test_vectors_are_float32_of_unit_length(encoder: Encoder) -> None:
    for vectors in (encoder.encode_images(pictures(3, 32)), encoder.encode_texts(TEXTS[:3])):
        assert vectors.dtype == np.float32
        assert vectors.shape == (3, 24)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_gives_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_images(np.zeros((0, 32, 32, 3), np.uint8)).shape == (0, 24)
    assert encoder.encode_texts([]).shape == (0, 24)


def test_more_pictures_than_a_batch_come_back_in_order(encoder: Encoder) -> None:
    pixels = pictures(encoder.batch_size * 2 + 3, 32)
    together = encoder.encode_images(pixels)
    alone = np.concatenate([encoder.encode_images(one[None]) for one in pixels])
    assert np.allclose(together, alone, atol=1e-5)


def test_read_only_and_strided_pictures_are_fine(encoder: Encoder) -> None:
    pixels = pictures(4, 32)
    expected = encoder.encode_images(pixels[::2].copy())
    pixels.flags.writeable = False
    assert np.array_equal(encoder.encode_images(pixels[::2]), expected)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((1, 31, 32, 3), np.uint8),
        np.zeros((1, 32, 32, 4), np.uint8),
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((1, 32, 32, 3), np.float32),
    ],
)
def test_other_pictures_are_a_programming_error(encoder: Encoder, pixels: Any) -> None:
    with pytest.raises(ValueError, match=r"expected \(n, 32, 32, 3\) uint8"):
        encoder.encode_images(pixels)


def test_a_closed_encoder_says_so(encoder: Encoder) -> None:
    encoder.close()
    encoder.close()
    with pytest.raises(ModelError, match="closed"):
        encoder.encode_texts(["a"])


def test_when_memory_runs_out_the_batch_is_halved(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = cast("Any", encoder)._network
    encode, sizes = network.encode_image, []

    def narrow(batch: torch.Tensor) -> torch.Tensor:
        sizes.append(len(batch))
        if len(batch) > 4:
            raise torch.OutOfMemoryError("too much")
        return encode(batch)

    pixels = pictures(10, 32)
    expected = encoder.encode_images(pixels)
    monkeypatch.setattr(network, "encode_image", narrow)
    assert np.allclose(encoder.encode_images(pixels), expected, atol=1e-5)
    assert sizes == [10, 5, 3, 2, 5, 3, 2]
    sizes.clear()
    encoder.encode_images(pixels)
    assert max(sizes) == 3  # whoever took the memory may still have it


@pytest.mark.parametrize("device", ["cuda:99", "tpu", "nonsense", ""])
def test_an_absent_device_is_refused_in_words(own_words: InstalledModel, device: str) -> None:
    with pytest.raises(ModelError, match="has no device"):
        load_encoder(own_words, device)


def test_a_gpu_that_does_not_work_is_not_taken_and_the_reason_is_told(
    own_words: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As torch says of a GPU that it was not built for: there, but of no use.
    monkeypatch.setattr("desktop.embedding.runtime.loading.may_have_gpu", lambda: True)
    monkeypatch.setattr("desktop.embedding.runtime.devices.best_device", lambda: "cuda:99")
    encoder = load_encoder(own_words)
    told = encoder.arithmetic()
    assert told.device == "cpu"
    assert "does not run on cuda:99: " in told.why
    assert told.why.endswith(load_encoder(own_words, "cpu").arithmetic().why)
    assert encoder.encode_texts(["a red cape"]).shape == (1, encoder.info.dimension)


def rewritten(model: InstalledModel, **changes: Any) -> InstalledModel:
    return InstalledModel(model.folder, replace(model.manifest, **changes))


def truncate(model: InstalledModel) -> None:
    model.weights_path.write_bytes(model.weights_path.read_bytes()[:-100])


def flip_a_bit(model: InstalledModel) -> None:
    content = bytearray(model.weights_path.read_bytes())
    content[-50] ^= 1
    model.weights_path.write_bytes(content)


def delete_weights(model: InstalledModel) -> None:
    model.weights_path.unlink()


def delete_merges(model: InstalledModel) -> None:
    cast("Path", model.merges_path).unlink()


def add_merges(model: InstalledModel) -> None:
    path = cast("Path", model.merges_path)
    path.write_bytes(path.read_bytes() + b"\nx y")


@pytest.mark.parametrize("harm", [truncate, flip_a_bit, delete_weights, delete_merges, add_merges])
def test_a_model_that_changed_on_disk_does_not_load(
    own_words: InstalledModel, harm: Callable[[InstalledModel], None]
) -> None:
    harm(own_words)
    with pytest.raises(ModelDamaged) as caught:
        load_encoder(own_words, "cpu")
    assert caught.value.next_step


def test_weights_that_are_not_numbers_do_not_load(own_words: InstalledModel) -> None:
    weights = load_file(own_words.weights_path)
    weights = {name: tensor * float("nan") for name, tensor in weights.items()}
    save_file(weights, own_words.weights_path)
    model = rewritten(own_words, sha256=sha256_of(own_words.weights_path))
    with pytest.raises(ModelDamaged, match="NaN"):
        load_encoder(model, "cpu")


@pytest.mark.parametrize(
    "config",
    [
        {**tiny.OWN_WORDS_CONFIG, "embed_dim": 25},
        {**tiny.OWN_WORDS_CONFIG, "embed_dim": 10**12},
        {**tiny.OWN_WORDS_CONFIG, "vision_cfg": {"layers": "many"}},
        {**tiny.OWN_WORDS_CONFIG, "surprise": 1},
    ],
    ids=["other dimension", "absurd dimension", "nonsense", "unknown key"],
)
def test_a_config_that_does_not_fit_the_weights_does_not_load(
    own_words: InstalledModel, config: dict[str, Any]
) -> None:
    with pytest.raises(ModelDamaged):
        load_encoder(rewritten(own_words, config=config), "cpu")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"config": None, "architecture": "ViT-Z-99"}, "knows no architecture"),
        ({"config": None, "architecture": "xlm-roberta-base-ViT-B-32"}, "transformers library"),
        ({"config": None, "architecture": "ViT-B-16-SigLIP2"}, "needs its tokenizer"),
        ({"config": None, "architecture": "coca_ViT-B-32"}, "CoCa"),
    ],
)
def test_architectures_that_need_more_are_refused_in_words(
    own_words: InstalledModel, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        load_encoder(rewritten(own_words, **changes), "cpu")


def in_another_process(program: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_importing_the_room_imports_no_heavy_library() -> None:
    output = in_another_process(
        "import sys\n"
        "import desktop.embedding.runtime.clip, desktop.embedding.runtime.loading\n"
        "import desktop.embedding.models.registry, desktop.embedding.conversion.kept\n"
        "import desktop.embedding.models.download\n"
        "import desktop.embedding.models.importing, desktop.embedding.models.checkpoint_probe\n"
        "heavy = {'torch', 'open_clip', 'openvino', 'huggingface_hub', 'safetensors', 'timm',"
        " 'httpx2', 'PySide6', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert output.strip() == "[]"


def test_loading_a_model_never_touches_the_network(own_words: InstalledModel) -> None:
    output = in_another_process(
        "import sys\n"
        "from pathlib import Path\n"
        "def watch(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.bind'):\n"
        "        print(event, arguments)\n"
        "sys.addaudithook(watch)\n"
        "from desktop.embedding.runtime.loading import load_encoder\n"
        "from desktop.embedding.models.manifest import read_manifest\n"
        "encoder = load_encoder(read_manifest(Path(sys.argv[1])), 'cpu')\n"
        "encoder.encode_texts(['a cat'])\n",
        str(own_words.folder),
    )
    assert output == ""
