from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.errors import FileUnreadable, FileUnsupported
from desktop.media.reference_image import reference_image
from desktop.media.sandbox.pool import Sandbox
from tests.media.samples import encoded, mean_difference, noise
from tests.movies import BLUE, GREEN, RED, make_movie


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_a_reference_is_a_smaller_upright_jpeg_without_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret place"
    path = tmp_path / "x.jpg"
    path.write_bytes(encoded(noise(2000, 1000), "JPEG", exif=exif, comment=b"secret words"))
    data, mime_type = reference_image(path, long_side=600)
    image = opened(data)
    assert mime_type == "image/jpeg"
    assert (image.format, image.size) == ("JPEG", (300, 600))
    assert b"secret" not in data
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def test_a_small_reference_keeps_its_size_and_looks() -> None:
    source = noise(300, 200)
    image = opened(reference_image(encoded(source, "PNG"))[0])
    assert image.size == (300, 200)
    assert mean_difference(image, source) < 5


def test_a_missing_reference_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        reference_image(tmp_path / "gone.png")


@pytest.mark.parametrize("is_confined", [False, True])
def test_a_part_alone_is_sent_with_all_the_pixels_that_it_has(
    tmp_path: Path, is_confined: bool, decoders: Sandbox
) -> None:
    path = tmp_path / "x.png"
    source = Image.new("RGB", (1200, 800), RED)
    source.paste(BLUE, (600, 200, 900, 600))
    source.save(path)
    data, _ = reference_image(
        path,
        long_side=400,
        part=(0.5, 0.25, 0.75, 0.75),
        sandbox=decoders if is_confined else None,
    )
    image = opened(data)
    assert image.size == (300, 400)
    assert mean_difference(image, Image.new("RGB", image.size, BLUE)) < 3


@pytest.mark.parametrize("is_confined", [False, True])
def test_a_moment_of_a_video_is_sent_as_it_is_seen(
    tmp_path: Path, is_confined: bool, decoders: Sandbox
) -> None:
    path = make_movie(tmp_path / "x.mp4", [(RED, 1), (GREEN, 1), (BLUE, 1)])
    for moment, colour in ((300, RED), (1300, GREEN), (2500, BLUE)):
        data, _ = reference_image(path, moment_ms=moment, sandbox=decoders if is_confined else None)
        assert mean_difference(opened(data), Image.new("RGB", opened(data).size, colour)) < 6
    with pytest.raises(FileUnsupported, match="a single frame"):
        reference_image(path)
