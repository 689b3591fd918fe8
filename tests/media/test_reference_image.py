from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.errors import FileUnreadable
from desktop.media.reference_image import reference_image
from tests.media.samples import encoded, mean_difference, noise


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
