"""Train the demo CLIP: `python -m tests.demo_world.train`.

Draws its own pictures first (two processes), then trains both towers from nothing on the CPU.
Seeded; the same machine gives the same model up to the rounding of threads.

Why the loss looks as it does: a batch of drawn scenes is full of sentences that are true of
several pictures ("a red cape"), which the usual CLIP loss would punish. We know what every
sentence claims, so the target of a sentence is spread over all pictures it is true of.
"""

from __future__ import annotations

import argparse
import copy
import io
import math
import multiprocessing
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import open_clip
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from tests.demo_world import model as files
from tests.demo_world.captions import FIELDS, LANGUAGES, Caption, caption, random_fields
from tests.demo_world.tokens import CONTEXT_LENGTH, load_tokenizer, train_merges, write_merges
from tests.demo_world.vocabulary import (
    COLOURS,
    MATERIALS,
    SETTINGS,
    THINGS,
    TRIMS,
    Scene,
    random_scene,
)

SEED = 20_261
VALUES: dict[str, list[str]] = {
    "thing": list(THINGS),
    "colour": list(COLOURS),
    "material": list(MATERIALS),
    "trim": list(TRIMS),
    "setting": list(SETTINGS),
}
LIKENESS = (10.0, 2.0, 1.0, 1.0, 1.0)
"""How much each attribute of `FIELDS` counts between two pictures; the thing outweighs the rest."""
_INDEX = {field: {value: i for i, value in enumerate(values)} for field, values in VALUES.items()}


def training_scene(rng: random.Random) -> Scene:
    """A random scene that is not held out."""
    while (scene := random_scene(rng)).is_held_out():
        pass
    return scene


def _codes(scene: Scene) -> list[int]:
    return [_INDEX[field][getattr(scene, field)] for field in FIELDS]


def draw_chunk(job: tuple[int, int]) -> tuple[np.ndarray, list[Scene]]:
    """Draw `count` training pictures from `seed`: (count, S, S, 3) uint8 and their scenes.

    Drawn about twice too large, sometimes through JPEG, then reduced with Pillow's bicubic
    filter, as the product reduces a designer's files.
    """
    from tests.demo_world.draw import draw, to_array

    seed, count = job
    rng = random.Random(seed)
    size = files.IMAGE_SIZE
    pixels = np.empty((count, size, size, 3), np.uint8)
    scenes = []
    for i in range(count):
        scene = training_scene(rng)
        side = rng.choice((128, 144, 160, 176)) if rng.random() < 0.98 else 640
        wide = round(side * rng.choice((1.0, 1.0, 1.2, 1.4)))
        w, h = (wide, side) if rng.random() < 0.5 else (side, wide)
        picture = Image.fromarray(to_array(draw(scene, rng.randrange(1 << 40), w, h)))
        if rng.random() < 0.4:
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=rng.randrange(70, 96))
            picture = Image.open(buffer)
        scale = size / side
        picture = picture.resize((round(w * scale), round(h * scale)), Image.Resampling.BICUBIC)
        left, top = (picture.width - size) // 2, (picture.height - size) // 2
        pixels[i] = np.asarray(picture.crop((left, top, left + size, top + size)))
        scenes.append(scene)
    return pixels, scenes


def draw_pool(count: int, processes: int) -> tuple[np.ndarray, list[Scene]]:
    """All training pictures, drawn in `processes` processes in a fixed order."""
    chunk = 500
    jobs = [(SEED * 1000 + i, chunk) for i in range(math.ceil(count / chunk))]
    parts, scenes = [], []
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for pixels, names in pool.imap(draw_chunk, jobs):
            parts.append(pixels)
            scenes += names
    return np.concatenate(parts), scenes


class Batches:
    """Endless batches of picture numbers: half at random, half look-alikes.

    The look-alikes share thing and colour, so that material, trim and setting have to be told
    apart; at random such near misses would be too rare to learn from.
    """

    def __init__(self, scenes: list[Scene], size: int, rng: np.random.Generator) -> None:
        self._rng = rng
        self._size = size
        self._count = len(scenes)
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i, scene in enumerate(scenes):
            groups[scene.thing, scene.colour].append(i)
        self._groups = [np.array(group) for group in groups.values()]

    def __iter__(self) -> Iterator[np.ndarray]:
        order, at = self._rng.permutation(self._count), 0
        half = self._size // 2
        while True:
            if at + half > self._count:
                order, at = self._rng.permutation(self._count), 0
            alike = [
                self._rng.choice(self._groups[g], 8)
                for g in self._rng.integers(len(self._groups), size=(self._size - half) // 8)
            ]
            yield np.concatenate([order[at : at + half], *alike])
            at += half


def augment(pixels: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Mirror, shift, and change light a little: (n, S, S, 3) uint8 to (n, 3, S, S) float32."""
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
    n, _, size, _ = x.shape
    mirrored = torch.from_numpy(rng.random(n) < 0.5)
    x[mirrored] = x[mirrored].flip(3)
    dx, dy = rng.integers(-4, 5, size=2)  # one shift for the whole batch is cheap and enough
    top, left = 4 + dy, 4 + dx
    x = functional.pad(x, (4, 4, 4, 4), mode="replicate")[
        :, :, top : top + size, left : left + size
    ]
    gain = torch.from_numpy(rng.uniform(0.9, 1.1, (n, 1, 1, 1)).astype(np.float32))
    lift = torch.from_numpy(rng.uniform(-0.04, 0.04, (n, 1, 1, 1)).astype(np.float32))
    x = (x * gain + lift).clamp_(0, 1)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (files.MEAN, files.STD))
    return ((x - mean) / std).contiguous(memory_format=torch.channels_last)


def encode_text(model: open_clip.CLIP, tokens: Tensor) -> Tensor:
    """`model.encode_text` without the padding that no sentence of the batch reaches.

    The text tower is causal and reads its answer at the last token, so the result is the same.
    """
    length = int((tokens != 0).sum(1).max())
    tokens = tokens[:, :length]
    embedding, final = cast("nn.Module", model.token_embedding), cast("nn.Module", model.ln_final)
    places, mask = cast("Tensor", model.positional_embedding), cast("Tensor", model.attn_mask)
    x = embedding(tokens) + places[:length]
    x = final(model.transformer(x, attn_mask=mask[:length, :length]))
    x = x[torch.arange(len(x)), tokens.argmax(1)]
    return x @ model.text_projection


def with_noise(text: str, language: str, rng: random.Random) -> str:
    """Now and then a word that means nothing to the model, so that it learns to pass over it."""
    if rng.random() > 0.08:
        return text
    if language == "en":
        word = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randrange(2, 8)))
        words = text.split(" ")
        words.insert(rng.randrange(len(words) + 1), word)
        return " ".join(words)
    word = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(rng.randrange(1, 3)))
    return rng.choice((word + "的", word)) + text if rng.random() < 0.5 else text + word


def loss_of(
    image: Tensor, text: Tensor, claims: Tensor, codes: Tensor, scale: Tensor, heads: nn.ModuleList
) -> Tensor:
    """The training loss.

    Args:
        image: (n, 512) unit length. text: (m, 512) unit length.
        claims: (m, 5) attribute values a sentence names, -1 where it is silent.
        codes: (n, 5) attribute values of the pictures.
        heads: one linear classifier an attribute, shared by both towers; only for training.
    """
    silent = claims < 0
    true = ((claims[:, None, :] == codes[None]) | silent[:, None, :]).all(2).float()  # (m, n)
    logits = scale * text @ image.T
    spread = true / true.sum(1, keepdim=True)
    by_text = -(spread * functional.log_softmax(logits, 1)).sum(1).mean()
    # From picture to sentence only whole descriptions compete: they are either right or wrong.
    whole = ~silent.any(1)
    rows = logits[whole].T
    right = rows.masked_fill(true[whole].T == 0, float("-inf"))
    by_image = rows.logsumexp(1) - right.logsumexp(1)
    by_image = by_image[torch.isfinite(by_image)].mean()
    named = image.new_zeros(())
    for i, head in enumerate(heads):
        named = named + functional.cross_entropy(head(image * 16), codes[:, i])
        known = ~silent[:, i]
        named = named + functional.cross_entropy(head(text[known] * 16), claims[known, i])
    return by_text + 0.5 * by_image + 0.3 * named + 1.5 * likeness_loss(image, codes)


def likeness_loss(image: Tensor, codes: Tensor) -> Tensor:
    """Pictures rank each other as a designer would: same thing first, then colour, then the rest.

    Left to the sentences alone, two pictures of one beach would be nearer to each other than two
    watches.
    """
    weights = torch.tensor(LIKENESS)
    wanted = ((codes[:, None, :] == codes[None]) * weights).sum(2)
    itself = torch.eye(len(codes), dtype=torch.bool)
    wanted = wanted.masked_fill(itself, float("-inf")).softmax(1)
    found = functional.log_softmax((16 * image @ image.T).masked_fill(itself, -1e4), 1)
    return -(wanted * found).sum(1).mean()


def train(
    folder: Path, steps: int, pictures: int, batch: int, rate: float, cache: Path | None
) -> None:
    """Draw, train and write the model folder."""
    began = time.perf_counter()
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)
    rng, numbers = random.Random(SEED), np.random.default_rng(SEED)
    merges = train_merges()
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / "merges.training.gz"
    write_merges(scratch, merges)
    tokenizer = load_tokenizer(scratch)
    scratch.unlink()
    if cache is not None and cache.exists():
        stored = np.load(cache)
        pixels, scenes = stored["pixels"], [Scene(*row) for row in stored["scenes"]]
    else:
        pixels, scenes = draw_pool(pictures, processes=2)
        if cache is not None:
            table = np.array([[getattr(s, f) for f in FIELDS] for s in scenes])
            np.savez(cache, pixels=pixels, scenes=table)
    all_codes = torch.tensor([_codes(scene) for scene in scenes])
    print(f"{len(scenes)} pictures drawn in {time.perf_counter() - began:.0f} s", flush=True)

    config = files.make_config(tokenizer.vocab_size, CONTEXT_LENGTH)
    model = files.build(config).to(memory_format=torch.channels_last)
    model.logit_scale.data.fill_(math.log(20))
    heads = nn.ModuleList(nn.Linear(config["embed_dim"], len(v)) for v in VALUES.values())
    smooth = copy.deepcopy(model).eval()
    print(f"{sum(p.numel() for p in model.parameters()):,} weights, "
          f"{tokenizer.vocab_size} tokens", flush=True)  # fmt: skip
    trained = [*model.parameters(), *heads.parameters()]
    matrices = [p for p in trained if p.ndim > 1]
    vectors = [p for p in trained if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
        lr=rate, betas=(0.9, 0.98),
    )  # fmt: skip
    warm = min(150, steps // 10)
    model.train()
    mean_loss = 0.0
    for step, chosen in zip(range(steps), Batches(scenes, batch, numbers), strict=False):
        now = (
            (step + 1) / warm
            if step < warm
            else 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))
        )
        for group in optimizer.param_groups:
            group["lr"] = rate * now + 1e-6
        images = augment(pixels[chosen], numbers)
        if step < 0.5 * steps:  # smaller pictures first: the same lessons at two thirds the cost
            images = functional.interpolate(images, size=(64, 64), mode="bilinear", antialias=True)
            images = images.contiguous(memory_format=torch.channels_last)
        said: list[Caption] = []
        texts: list[str] = []
        for i in chosen:
            language = rng.choice(LANGUAGES)
            one = caption(scenes[i], rng, language, random_fields(rng))
            said.append(one)
            texts.append(with_noise(one.text, language, rng))
        claims = torch.full((len(said), len(FIELDS)), -1)
        for row, one in enumerate(said):
            for field, value in one.claims:
                claims[row, FIELDS.index(field)] = _INDEX[field][value]
        image = functional.normalize(model.encode_image(images), dim=-1)
        text = functional.normalize(encode_text(model, tokenizer(texts)), dim=-1)
        codes = all_codes[torch.from_numpy(chosen)]
        loss = loss_of(image, text, claims, codes, model.logit_scale.exp(), heads)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(60))
            keep = min(0.99, (step + 1) / (step + 10))
            for slow, fast in zip(
                smooth.state_dict().values(), model.state_dict().values(), strict=True
            ):
                if slow.is_floating_point():
                    slow.lerp_(fast, 1 - keep)
                else:
                    slow.copy_(fast)
        mean_loss += (loss.item() - mean_loss) / min(step + 1, 50)
        if step % 50 == 49 or step == 4:
            spent = time.perf_counter() - began
            print(f"step {step + 1}/{steps}  loss {mean_loss:.3f}  {spent:.0f} s", flush=True)
    files.save(folder, smooth, config, merges)
    print(f"trained in {(time.perf_counter() - began) / 60:.1f} min", flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train the demo CLIP.")
    parser.add_argument("--out", type=Path, default=files.FOLDER)
    parser.add_argument("--steps", type=int, default=1100)
    parser.add_argument("--pictures", type=int, default=18_000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--cache", type=Path, help="keep the drawn pictures here between runs")
    options = parser.parse_args()
    train(options.out, options.steps, options.pictures, options.batch, options.rate, options.cache)


if __name__ == "__main__":
    main()
