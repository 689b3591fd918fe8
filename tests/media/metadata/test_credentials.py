"""Content Credentials: a signed picture is read, checked, and still validates after its way."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.credentials import Validity
from desktop.core.errors import FileError
from desktop.core.generation_record import TRAINED
from desktop.media.metadata.certificate import make_certificate
from desktop.media.metadata.credentials import load_c2pa, made_manifest, read_credentials, signed
from desktop.media.metadata.lineage import has_credentials
from desktop.media.sandbox.pool import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(load_c2pa, size=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def certificate() -> tuple[bytes, bytes]:
    return make_certificate("Ann Doe")


def plain(form: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((96, 64), 60).convert("RGB").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_what_was_signed_is_told_and_a_change_is_noticed(
    form: str, sandbox: Sandbox, certificate: tuple[bytes, bytes]
) -> None:
    bare = plain(form)
    assert not has_credentials(bare)
    assert read_credentials(bare, sandbox) is None
    whole = signed(bare, made_manifest("cape", "1.0", TRAINED), *certificate, sandbox)
    assert has_credentials(whole)
    told = read_credentials(whole, sandbox)
    assert told is not None
    assert told.validity is Validity.VALID
    assert (told.signer, told.program, told.is_ai) == ("Ann Doe", "Plantain 1.0", True)
    assert told.problems == ()
    assert "unchanged" in told.sentence()
    at = len(whole) - 200 if form != "WEBP" else 200
    changed = whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :]
    broken = read_credentials(changed, sandbox)
    assert broken is not None
    assert broken.validity is Validity.INVALID
    assert broken.problems
    assert "cannot be believed" in broken.sentence()


def test_what_only_looks_like_credentials_costs_itself_alone(sandbox: Sandbox) -> None:
    data = plain("PNG")
    end = data.index(b"IEND") - 4
    body = b"caBX" + b"\0\0\0\x20jumb" + b"\xff" * 60
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    with pytest.raises(FileError):
        read_credentials(data[:end] + chunk + data[end:], sandbox)
    assert read_credentials(plain("PNG"), sandbox) is None


def test_a_picture_of_another_kind_is_left_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.bmp").write_bytes(plain("BMP"))
    assert read_credentials(tmp_path / "a.bmp", sandbox) is None


def test_a_certificate_that_is_none_is_refused_with_a_reason(sandbox: Sandbox) -> None:
    with pytest.raises(FileError, match="could not be signed"):
        signed(plain("PNG"), made_manifest("x", "1", TRAINED), b"no", b"no", sandbox)
