"""Files that went wrong, thousands a format, through the real reading path.

Each is a whole picture with something done to it: flipped bits, an end that is missing, a header
that lies about its size, another format's name. Reading may fail on it, with one reason that a
designer understands; it may not crash, hang, or take more memory than it may.

    python -m tests.reliability.mutations [--quick] [--seed N] [--only FORMAT …]

The first lines of a format run in a process of their own, so that a crash of the program itself
would be counted and not end the run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.errors import FileError
from desktop.core.pixels import PixelSpec
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.indexing.reading import PictureReader, Read
from tests.media import originals
from tests.media.samples import encoded
from tests.reliability.mutations_newer import NEWER
from tests.reliability.mutations_video import VIDEOS

FULL, QUICK = 2_000, 100
_SPEC = PixelSpec(size=32)
_SECONDS = 10.0
_HUNG_S = 2 * _SECONDS + 20
"""A file that was neither read nor given up by then; generous, for machines that are busy."""
_MEMORY = 1024**3
_MOST_TAKEN = 2 * 1024**3
"""What the program and any decoder may hold at their highest: the caps of both, and libraries."""
_SEED = 20_260_101

KNOWN = originals.known_picture()


def _drawing() -> bytes:
    return (
        b'<?xml version="1.0" encoding="utf-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
        b'xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="48" viewBox="0 0 64 48">'
        b'<defs><linearGradient id="g"><stop stop-color="#f5c518"/><stop offset="1" '
        b'stop-color="#1a2b3c"/></linearGradient></defs><rect width="64" height="48" '
        b'fill="url(#g)"/><g transform="rotate(30)"><path d="M5 5h20v10l-9 4z" fill="red"/></g>'
        b'<use xlink:href="#g"/><circle cx="40" cy="20" r="12" opacity=".5"/></svg>'
    )


ORIGINALS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG": (".jpg", lambda: encoded(KNOWN, "JPEG", quality=85)),
    "PNG": (".png", lambda: encoded(KNOWN, "PNG")),
    "WebP": (".webp", lambda: encoded(KNOWN, "WEBP")),
    "GIF": (".gif", lambda: encoded(KNOWN, "GIF", save_all=True, append_images=[KNOWN])),
    "TIFF": (".tif", lambda: encoded(KNOWN, "TIFF", compression="tiff_lzw")),
    "BMP": (".bmp", lambda: encoded(KNOWN, "BMP")),
    "HEIC": (".heic", lambda: originals.heic(KNOWN)),
    "AVIF": (".avif", lambda: encoded(KNOWN, "AVIF")),
    "PSD": (".psd", lambda: originals.psd(KNOWN.convert("RGBA"))),
    "SVG": (".svg", _drawing),
    "PDF": (".pdf", lambda: originals.pdf(KNOWN)),
    "JPEG 2000": (".jp2", lambda: encoded(KNOWN, "JPEG2000")),
    "TGA": (".tga", lambda: encoded(KNOWN, "TGA", compression="tga_rle")),
    "ICO": (".ico", lambda: encoded(KNOWN, "ICO", sizes=[(32, 24), (64, 48)])),
    "RAW": (".dng", lambda: originals.dng(KNOWN)),
    **NEWER,
    **VIDEOS,
}
"""Format -> the suffix of its files, and one that is whole."""


@dataclass
class FormatCount:
    """What became of one format's files.

    Attributes:
        read: opened all the same; most flipped bits change a colour and no more.
        refused: ended with a reason.
        contained: of these, how many ended the decoder's process, or had it ended.
        reasons: the sentences, and how often each was given.
    """

    mutations: int = 0
    read: int = 0
    refused: int = 0
    contained: int = 0
    crashed: int = 0
    hung: int = 0
    over_memory: int = 0
    unreasoned: int = 0
    seconds: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict[str, int])
    wrongs: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class MutationSummary:
    """All formats together; everything but ``mutations`` must be 0.

    Attributes:
        crashed: an error that is none of Plantain's, or a program that ended.
        hung: files that were neither read nor given up in time.
        over_memory: times that more was taken than may be.
        unreasoned: failing files without a reason for people.
    """

    mutations: int
    crashed: int
    hung: int
    over_memory: int
    unreasoned: int
    per_format: dict[str, FormatCount]


def run(
    quick: bool,
    seed: int = _SEED,
    only: tuple[str, ...] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> MutationSummary:
    """Every format's files, each format in a process of its own.

    Args:
        quick: 100 a format instead of 2,000.
        only: these formats; all when empty.
        tell: is told of each format that is done.
    """
    counts: dict[str, FormatCount] = {}
    for name in only or ORIGINALS:
        counts[name] = _in_a_process(name, QUICK if quick else FULL, seed)
        tell(_line(name, counts[name]))
    return summary_of(counts)


def summary_of(counts: dict[str, FormatCount]) -> MutationSummary:
    def total(what: str) -> int:
        return sum(getattr(count, what) for count in counts.values())

    return MutationSummary(
        *(total(what) for what in ("mutations", "crashed", "hung", "over_memory", "unreasoned")),
        per_format=counts,
    )


def _in_a_process(name: str, number: int, seed: int) -> FormatCount:
    command = [sys.executable, "-m", "tests.reliability.mutations", "--worker", name]
    command += ["--count", str(number), "--seed", str(seed)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=3600, check=False)
    except subprocess.TimeoutExpired:
        return FormatCount(mutations=number, hung=1, wrongs=["the program itself hung"])
    if done.returncode:
        words = f"the program itself ended with code {done.returncode}"
        return FormatCount(mutations=number, crashed=1, wrongs=[words])
    return FormatCount(**json.loads(done.stdout))


def read_mutations(name: str, number: int, seed: int, sandbox: Sandbox) -> FormatCount:
    """Make ``number`` files of one format and read each; the same files for the same seed."""
    suffix, make = ORIGINALS[name]
    whole = make()
    count = FormatCount()
    started = time.monotonic()
    # Where this shares its process with others, what those took is not its doing.
    most_before = _most_memory()
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="plantain-mutations-") as folder:
        reader = PictureReader(ThumbnailCache(Path(folder) / "thumbnails"), _SPEC, threads, sandbox)

        def read_one(index: int) -> tuple[Mutation, Read | BaseException, float]:
            mutation = mutate(whole, suffix, random.Random(f"{seed} {name} {index}"))
            path = Path(folder) / f"{index}{mutation.suffix}"
            path.write_bytes(mutation.data)
            asset = Asset(index, folder, path.name, len(mutation.data), 0, 0.0)
            began = time.monotonic()
            try:
                outcome: Read | BaseException = reader.read(asset)
            except BaseException as error:  # noqa: BLE001 (what must not happen is counted)
                outcome = error
            took = time.monotonic() - began
            path.unlink()
            return mutation, outcome, took

        with ThreadPoolExecutor(threads) as pool:
            for index, (mutation, outcome, took) in enumerate(pool.map(read_one, range(number))):
                _judge(count, f"{name} {index}: {mutation.what}", outcome, took)
    if (taken := _most_memory()) > max(_MOST_TAKEN, most_before):
        count.over_memory += 1
        count.wrongs.append(f"{name}: {taken / 2**20:.0f} MB were taken")
    count.seconds = round(time.monotonic() - started, 1)
    return count


def _judge(count: FormatCount, what: str, outcome: Read | BaseException, took: float) -> None:
    count.mutations += 1
    if took > _HUNG_S:
        count.hung += 1
        count.wrongs.append(f"{what}: {took:.0f} s")
    if isinstance(outcome, BaseException):
        count.crashed += 1
        count.wrongs.append(f"{what}: {type(outcome).__name__}: {outcome}")
    elif outcome.error is None:
        count.read += 1
        if outcome.file is None or outcome.pixels is None:
            count.unreasoned += 1
            count.wrongs.append(f"{what}: neither a picture nor a reason")
    else:
        count.refused += 1
        reason = outcome.error.message
        kind = re.sub(r"\d+", "N", reason)
        count.reasons[kind] = count.reasons.get(kind, 0) + 1
        count.contained += "gave up" in reason or "given up" in reason
        if not is_for_people(outcome.error):
            count.unreasoned += 1
            count.wrongs.append(f"{what}: {reason}")


_JARGON = re.compile(
    r"Traceback|\w(Error|Exception|Warning)\b|0x[0-9a-f]|errno|\bNone\b|\bself\b|[{}<>\[\]_]|::|\bb'"
)


def is_for_people(error: FileError) -> bool:
    """One or two plain sentences that do not repeat the path."""
    return is_plain_reason(error.message) and str(error.path) not in error.message


def is_plain_reason(reason: str) -> bool:
    """One or two plain sentences."""
    is_plain = not _JARGON.search(reason) and reason.isprintable() and 10 < len(reason) < 250
    return is_plain and reason[0].isupper() and reason.endswith(".")


def _most_memory() -> int:
    """Bytes that this process, or the largest of its ended children, held at its highest."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) * unit


# -- what goes wrong with files --------------------------------------------------------------------


@dataclass(frozen=True)
class Mutation:
    data: bytes
    suffix: str
    what: str


def mutate(whole: bytes, suffix: str, dice: random.Random) -> Mutation:
    """One thing that went wrong, or two."""
    data, words = bytearray(whole), list[str]()
    for _ in range(1 + (dice.random() < 0.2)):
        act = dice.choices(tuple(_ACTS), weights=tuple(_ACTS.values()))[0]
        words.append(act(data, dice))
    if dice.random() < 0.12:
        others = [other for other, _ in ORIGINALS.values() if other != suffix]
        suffix = dice.choice([*others, ".txt", ".nef", ".tga"])
        words.append(f"called {suffix}")
    return Mutation(bytes(data), suffix, ", ".join(words))


def _place(data: bytearray, dice: random.Random) -> int:
    """Anywhere, but every other time in the header, where it hurts most."""
    end = min(len(data), 256) if dice.random() < 0.5 else len(data)
    return dice.randrange(max(1, end))


def _flip(data: bytearray, dice: random.Random) -> str:
    count = dice.choice((1, 1, 2, 4, 16))
    for _ in range(count if data else 0):
        data[_place(data, dice)] ^= 1 << dice.randrange(8)
    return f"{count} bits flipped"


def _truncate(data: bytearray, dice: random.Random) -> str:
    end = dice.randrange(len(data) + 1)
    del data[end:]
    return f"cut off at {end}"


def _lie(data: bytearray, dice: random.Random) -> str:
    """Where the header has the width or the height, in whatever order of bytes, put another."""
    places = [
        (at, code)
        for code in ("<H", ">H", "<I", ">I")
        for side in (originals.WIDTH, originals.HEIGHT, originals.WIDTH * 2)
        for at in _all_places(data[:2048], struct.pack(code, side))
    ]
    texts = [(found.start(), found.end()) for found in re.finditer(rb"\b(64|48)\b", data[:2048])]
    if texts and (not places or dice.random() < 0.5):
        start, end = dice.choice(texts)
        data[start:end] = dice.choice((b"0", b"-7", b"1e9", b"99999999999", b"30000", b"nan"))
        return f"another number at {start}"
    if not places:
        return _flip(data, dice)
    at, code = dice.choice(places)
    most = (1 << 8 * struct.calcsize(code)) - 1
    lie = dice.choice((0, 1, 7, 9_000, 30_000, 65_535, most // 2, most // 2 + 1, most))
    data[at : at + struct.calcsize(code)] = struct.pack(code, min(lie, most))
    return f"size {lie} at {at}"


def _all_places(data: bytes | bytearray, needle: bytes) -> list[int]:
    places: list[int] = []
    at = data.find(needle)
    while at >= 0:
        places.append(at)
        at = data.find(needle, at + 1)
    return places


def _overwrite(data: bytearray, dice: random.Random) -> str:
    """A block that the disk lost: zeros, ones or noise."""
    start = _place(data, dice)
    length = min(dice.choice((1, 2, 4, 16, 512)), len(data) - start)
    filled = dice.choice((bytes(length), b"\xff" * length, dice.randbytes(length)))
    data[start : start + length] = filled
    return f"{length} bytes overwritten at {start}"


def _displace(data: bytearray, dice: random.Random) -> str:
    """Bytes that are there twice, or not at all."""
    start = _place(data, dice)
    length = dice.choice((1, 2, 4, 8, 64))
    if dice.random() < 0.5:
        del data[start : start + length]
        return f"{length} bytes gone at {start}"
    data[start:start] = data[start : start + length]
    return f"{length} bytes doubled at {start}"


def _extend(data: bytearray, dice: random.Random) -> str:
    """Something else behind the end, as in a polyglot."""
    _, make = ORIGINALS[dice.choice(("JPEG", "PNG", "SVG", "PDF"))]
    data += make()
    return "another picture behind it"


_ACTS = {_flip: 30, _truncate: 20, _lie: 20, _overwrite: 15, _displace: 10, _extend: 2}


# -- as a program ----------------------------------------------------------------------------------


def _line(name: str, count: FormatCount) -> str:
    return (
        f"{name:10} {count.mutations:6,} files  {count.read:6,} read  {count.refused:6,} refused  "
        f"{count.contained:4} ended a decoder  {count.crashed} crashed  {count.hung} hung  "
        f"{count.over_memory} over memory  {count.unreasoned} without a reason  {count.seconds} s"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Reads thousands of broken pictures.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--only", nargs="*", default=(), choices=tuple(ORIGINALS))
    parser.add_argument("--reasons", action="store_true", help="print what people were told")
    parser.add_argument("--worker", choices=tuple(ORIGINALS), help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=FULL, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        sandbox = Sandbox(load_libraries, seconds=_SECONDS, memory=_MEMORY)
        try:
            count = read_mutations(arguments.worker, arguments.count, arguments.seed, sandbox)
        finally:
            sandbox.close()
        json.dump(asdict(count), sys.stdout)
        return 0
    found = run(arguments.quick, arguments.seed, tuple(arguments.only), print)
    for name, count in found.per_format.items():
        if arguments.reasons:
            for reason, times in sorted(count.reasons.items(), key=lambda item: -item[1]):
                print(f"{name:10} {times:6,} {reason}")
        for words in count.wrongs:
            print("  ", words)
    wrong = found.crashed + found.hung + found.over_memory + found.unreasoned
    print(f"{found.mutations:,} files, {wrong} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
