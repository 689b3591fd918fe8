"""In a decoder process, where no file can be opened, every picture comes out as it does here."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.core.errors import FileUnreadable
from desktop.media import decode
from desktop.media.formats.format import Encoded, PictureFormat
from desktop.media.sandbox.pool import Sandbox
from desktop.media.video.renditions import read_video
from tests.media import originals, pdfs, psds
from tests.media.formats import test_newer_formats
from tests.media.formats.test_designers_formats import FORMATS, KNOWN, deep_tiffs
from tests.media.formats.test_tiff_kinds import written
from tests.media.samples import encoded
from tests.media.sandbox import sandboxed
from tests.media.test_stated_colour import SPACES, cicp, png, stored, with_codes

CASES = Path(__file__).parents[2] / "data" / "cases"
CARD = [(220, 40, 40), (40, 170, 60), (40, 70, 210), (240, 200, 40)]
"""Its corners, from the upper left to the lower right."""
_PILLOWS: dict[str, tuple[str, dict[str, object]]] = {
    "x.jpg": ("JPEG", {}),
    "progressive.jpg": ("JPEG", {"progressive": True}),
    "x.png": ("PNG", {}),
    "x.gif": ("GIF", {}),
    "x.bmp": ("BMP", {}),
    "x.webp": ("WEBP", {"lossless": True}),
    "deflated.tif": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    "jpeg.tif": ("TIFF", {"compression": "jpeg"}),
    "packed.tif": ("TIFF", {"compression": "packbits"}),
}
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")


@pytest.fixture(scope="module")
def watched() -> Iterator[Sandbox]:
    made = Sandbox(sandboxed.prepare_watched, size=1, idle_s=3600)
    made.run(sandboxed.process_id, b"", Path("x"))  # so that its process is there before
    yield made
    made.close()


def kept_files() -> dict[str, Callable[[], bytes]]:
    return {
        str(path.relative_to(CASES)): path.read_bytes
        for path in sorted(CASES.rglob("*"))
        if path.is_file()
    }


def samples() -> dict[str, Callable[[], bytes]]:
    made: dict[str, Callable[[], bytes]] = {name: make for name, _, make, _ in FORMATS}
    for name, (format_name, options) in _PILLOWS.items():
        made[name] = lambda f=format_name, o=options: encoded(KNOWN, f, **o)
    for kind in deep_tiffs():
        made[f"{kind}.tif"] = lambda kind=kind: deep_tiffs()[kind]
    for mode in MODES:
        made[f"{mode}.tif"] = lambda mode=mode: encoded(_in_mode(mode), "TIFF")
    for mode in ("L", "CMYK", "RGBA"):
        made[f"{mode}.psd"] = lambda mode=mode: originals.psd(KNOWN.convert(mode))
    for kind in pdfs.unembedded():
        made[f"{kind}.pdf"] = lambda kind=kind: pdfs.unembedded()[kind]
    known = originals.known_picture()
    for mode in ("RGB", "L", "CMYK"):
        layers = [(known.convert(mode), (0, 0)), (known.convert(mode).rotate(180), (20, 20))]
        data = psds.layered(layers, (90, 70), mode=mode)
        made[f"{mode}, layers.psd"] = lambda data=data: data
        data = psds.layered(layers, (90, 70), mode=mode, preview=known)
        made[f"{mode}, preview.psd"] = lambda data=data: data
    for name, _, make, _, _ in test_newer_formats.FORMATS:
        made[f"newer, {name}"] = make
    for packing in ("lzw", "zlib", "zstd", "lzma", "jpegxl", "webp", "jpeg2000", "lerc", "png"):
        made[f"{packing}.tif"] = lambda packing=packing: written(
            np.asarray(known), compression=packing, photometric="rgb"
        )
    for space in SPACES:
        codes = SPACES[space][:2]
        made[f"{space}.png"] = lambda space=space, codes=codes: png(
            stored(space, 65535), cicp(*codes), depth=16
        )
        made[f"{space}.heic"] = lambda space=space, codes=codes: with_codes(
            originals.heic(Image.fromarray(stored(space, 255).astype(np.uint8))), *codes
        )
    return made | kept_files()


def _in_mode(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(KNOWN.convert("L")).astype(np.uint16) * 257)
    return KNOWN.convert(mode)


SAMPLES = samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_is_the_same_inside_and_nothing_is_loaded_late(
    name: str, watched: Sandbox
) -> None:
    data = SAMPLES[name]()
    there, late = watched.run(sandboxed.decode_watched, data, Path(name), name, 48)
    here = sandboxed.outcome(data, name, 48)
    assert np.array_equal(here, there)
    assert late == []


def test_a_video_is_the_same_inside_and_nothing_is_loaded_late(watched: Sandbox) -> None:
    path = CASES / "17-video-that-fades-in" / "fade-black.mp4"
    watched.run(sandboxed.forget_late, b"", path)
    with path.open("rb") as file:
        there = watched.run(read_video, file, path, Path(path.name), 96, 160)
        file.seek(0)
        here = read_video(file, path, 96, 160)
    assert [frame.position_ms for frame in here.frames] == [
        frame.position_ms for frame in there.frames
    ]
    for one, other in zip(here.frames, there.frames, strict=True):
        assert np.array_equal(np.asarray(one.image), np.asarray(other.image))
    assert watched.run(sandboxed.forget_late, b"", path) == []


@pytest.mark.parametrize("name", ["with-version-info.psd", "without.psd"])
def test_a_photoshop_document_is_shown_whatever_its_resources(name: str, watched: Sandbox) -> None:
    data = (CASES / "01-psd-unicode-resource" / name).read_bytes()
    there, _ = watched.run(sandboxed.decode_watched, data, Path(name), name, 0)
    assert [tuple(there[y, x].tolist()) for y in (5, -5) for x in (5, -5)] == CARD


def test_out_of_file_descriptors_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_encoded: Encoded) -> None:
        try:
            raise OSError(errno.EMFILE, "Too many open files")
        except OSError as error:
            raise SyntaxError("broken picture") from error  # as decoders pass it on

    failing = PictureFormat(name="PNG", label="PNG picture", suffixes=(), open=fail)  # pyright: ignore[reportArgumentType]
    monkeypatch.setattr(decode, "_format_of", lambda *_: failing)
    with pytest.raises(FileUnreadable, match="too many files are open"):
        decode.load_picture(encoded(KNOWN, "PNG"))
