"""Provenance: a signed picture still validates after its way through the library, and what a model
made is told: in the file, beside it, and in the register."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.credentials import Validity
from desktop.core.errors import FileError
from desktop.core.generation_record import TRAINED, WHOLE, GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.media.metadata.certificate import make_certificate
from desktop.media.metadata.credentials import load_c2pa, made_manifest, signed
from desktop.media.metadata.lineage import read_record, record_beside
from desktop.media.metadata.sidecar import sidecar_path
from desktop.media.sandbox.pool import Sandbox
from desktop.services.curation.board_copies import _copy
from desktop.services.engine import Engine
from desktop.services.reports import GeneratedPicture
from tests import pictures
from tests.fakes.gemini import GeminiServer
from tests.fakes.services import make_asset
from tests.services.conftest import OpenEngine

PROMPT = "a red silk cape, 红色丝绸披风"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


def sign(data: bytes) -> bytes:
    sandbox = Sandbox(load_c2pa, size=1)
    try:
        manifest = made_manifest("cape", "2.1", TRAINED)
        return signed(data, manifest, *make_certificate("A maker of models"), sandbox)
    finally:
        sandbox.close()


def png(seed: int = 3) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((128, 96), 20 + seed).convert("RGB").save(out, "PNG")
    return out.getvalue()


def validity(engine: Engine, path: Path) -> Validity | None:
    found = engine.curation.credentials.of(path)
    return found.validity if found else None


def run(engine: Engine, out: Path | None = None) -> GeneratedPicture:
    request = GenerationRequest(PROMPT, generator="gemini")
    return finish(engine.generation.generating.run(request, CancelToken(), out=out))


def test_a_signed_picture_validates_after_its_way_through_the_library(
    open_engine: OpenEngine,
    server: GeminiServer,
    tmp_path: Path,
) -> None:
    original = sign(png())
    server.paint = lambda _: original
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    made = run(engine).asset
    assert made.path.read_bytes() == original, "byte for byte"
    assert validity(engine, made.path) is Validity.VALID
    assert read_record(original) is None
    beside = record_beside(made.path)
    assert beside is not None
    assert beside.request.prompt == PROMPT
    assert TRAINED in sidecar_path(made.path).read_text("utf-8")
    named = run(engine, tmp_path / "named.png").asset
    assert named.path.read_bytes() == original
    # Imported into another library with its side-car, it is known for what it is.
    other_folder = tmp_path / "given away"
    other_folder.mkdir()
    for path in (made.path, sidecar_path(made.path)):
        (other_folder / path.name).write_bytes(path.read_bytes())
    other = open_engine(profile_dir=tmp_path / "other")
    finish(other.indexing.run([other_folder], CancelToken()))
    [asset] = other.browsing.all()
    assert asset.is_generated
    lineage = other.lineage.of(asset.id)
    assert lineage is not None
    assert lineage.request.prompt == PROMPT
    # Tagged, with side-cars written, on a board, and copied out again.
    other.annotations.tag([asset.id], ["cape"])
    finish(other.curation.sidecars.write([asset.id], CancelToken()))
    assert record_beside(asset.path) is not None, "what was there stays"
    other.annotations.create_board("Out", [asset.id])
    report = finish(
        other.curation.board_copies.run(
            other.browsing.board("Out"), tmp_path / "copies", CancelToken()
        )
    )
    for path in (asset.path, *report.copied):
        assert path.read_bytes() == original
        assert validity(other, path) is Validity.VALID
    other.exchange.export_to(tmp_path / "export.json")
    assert asset.path.read_bytes() == original


def test_a_format_without_room_for_its_record_has_it_beside(
    open_engine: OpenEngine, server: GeminiServer, tmp_path: Path
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "GIF")
    server.paint = lambda _: out.getvalue()
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    made = run(engine).asset
    assert made.path.suffix == ".gif"
    assert made.path.read_bytes() == out.getvalue()
    beside = record_beside(made.path)
    assert beside is not None
    assert beside.request.prompt == PROMPT
    assert TRAINED in sidecar_path(made.path).read_text("utf-8")


def test_what_an_edit_got_and_cannot_use_says_how_it_was_made_too(
    open_engine: OpenEngine, server: GeminiServer, tmp_path: Path
) -> None:
    base, region = tmp_path / "base.png", tmp_path / "region.png"
    pictures.save(base, 5, size=(96, 72))
    mark = Image.new("1", (96, 72))
    mark.paste(1, (30, 20, 60, 50))
    mark.save(region)
    server.paint = lambda _: png()
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    asked = GenerationRequest("a teapot", generator="gemini")
    request = engine.generation.editing.change_part(asked, base, region)
    made = finish(engine.generation.generating.run(request, CancelToken()))
    assert made.edited is not None
    assert made.edited.misfit
    record = read_record(made.edited.whole.path)
    assert record is not None
    assert (record.request.prompt, record.stage) == ("a teapot", WHOLE)


def test_an_unsigned_picture_says_in_itself_that_a_model_made_it(
    open_engine: OpenEngine, server: GeminiServer, folder: Path
) -> None:
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    made = run(engine).asset
    data = made.path.read_bytes()
    assert b"DigitalSourceType>" + TRAINED.encode() + b"<" in data
    assert not sidecar_path(made.path).exists()
    assert engine.curation.credentials.of(made.path) is None


def test_a_copy_is_signed_by_the_person_and_the_file_stays(
    open_engine: OpenEngine, server: GeminiServer, tmp_path: Path
) -> None:
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    original = sign(png())
    server.paint = lambda _: original
    made = run(engine).asset
    out = tmp_path / "signed.png"
    engine.curation.credentials.hand_out(made.path, out, engine.lineage.of(made.id))
    told = engine.curation.credentials.of(out)
    assert told is not None
    assert (told.validity, told.is_ai) == (Validity.VALID, True)
    assert told.ingredients, "what it was signed with before is its parent"
    assert made.path.read_bytes() == original
    key = tmp_path / "profile" / "certificate" / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    first = key.read_bytes()
    engine.curation.credentials.hand_out(made.path, tmp_path / "again.png", None)
    assert key.read_bytes() == first, "made once"
    theirs = make_certificate("Ann Doe Studio")
    engine.curation.credentials.hand_out(made.path, tmp_path / "theirs.png", None, theirs)
    told = engine.curation.credentials.of(tmp_path / "theirs.png")
    assert told is not None
    assert told.signer == "Ann Doe Studio"


def test_the_copies_of_a_board_are_signed_with_one_certificate(
    open_engine: OpenEngine, server: GeminiServer, folder: Path, tmp_path: Path
) -> None:
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    server.paint = lambda _: png()
    made = run(engine).asset
    photo = pictures.save(folder / "photo.jpg", 1)
    unsignable = pictures.save(folder / "old.bmp", 2)
    finish(engine.indexing.run([folder], CancelToken()))
    there = [engine.catalog.asset_at(path) for path in (photo, unsignable)]
    ids = [made.id, *(asset.id for asset in there if asset is not None)]
    engine.annotations.create_board("Out", ids)
    theirs = make_certificate("Ann Doe Studio")
    report = finish(
        engine.curation.board_copies.run(
            engine.browsing.board("Out"), tmp_path / "out", CancelToken(), certificate=theirs
        )
    )
    told = [engine.curation.credentials.of(copy) for copy in report.copied]
    assert [found.signer if found else None for found in told] == [
        *("Ann Doe Studio", "Ann Doe Studio", None)
    ]
    assert [found.is_ai for found in told if found] == [True, False]
    assert [failure.path for failure in report.unsigned] == [report.copied[2]]
    assert report.copied[2].read_bytes() == unsignable.read_bytes()
    assert report.failed == ()
    assert b"Ann Doe" not in photo.read_bytes(), "the originals are as they were"


def test_the_register_lists_what_a_model_made_and_nothing_else(
    open_engine: OpenEngine, server: GeminiServer, folder: Path, tmp_path: Path
) -> None:
    [picture] = pictures.fill(folder, 1)
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    finish(engine.indexing.run([folder], CancelToken()))
    request = GenerationRequest("=a cape", (Reference(picture),), "gemini")
    made = finish(engine.generation.generating.run(request, CancelToken()))
    finish(
        engine.generation.generating.run(
            GenerationRequest("a board", generator="moodboard"), CancelToken()
        )
    )
    [entry] = engine.curation.register.entries()
    assert (entry.path, entry.source_type) == (made.asset.path, TRAINED)
    assert (entry.model, entry.endpoint) == (made.record.model, server.base_url)
    assert entry.made_from == (str(picture),)
    assert entry.created_at == made.record.created_at
    engine.curation.register.write(tmp_path / "register.csv")
    engine.curation.register.write(tmp_path / "register.json")
    [plain] = json.loads((tmp_path / "register.json").read_text("utf-8"))["pictures"]
    [row] = csv.DictReader(
        io.StringIO((tmp_path / "register.csv").read_text("utf-8-sig"), newline="")
    )
    assert plain == entry.plain()
    assert row["model"] == entry.model
    assert row["prompt"] == "'=a cape", "no cell is a formula"


def test_a_next_turn_is_made_from_the_picture_before_it(
    open_engine: OpenEngine, server: GeminiServer
) -> None:
    engine = open_engine(gemini_base_url=server.base_url)
    engine.generation.image_services["gemini"].key.use_now("AIza-test")
    generation = engine.generation
    asked = GenerationRequest("a cape", generator="gemini")
    first = finish(generation.generating.run(asked, CancelToken()))
    turn = generation.refining.next_turn(first.asset, first.record, "in red")
    second = finish(generation.generating.run(turn, CancelToken()))
    [_, entry] = engine.curation.register.entries()
    assert entry.made_from == (str(first.asset.path),)
    assert engine.browsing.details(second.asset.id).made_from == (first.asset.path,)


def test_a_drive_that_takes_no_times_gets_the_copies_all_the_same(
    engine: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = pictures.save(folder / "a.png", 1)
    finish(engine.indexing.run([folder], CancelToken()))
    [asset] = engine.browsing.all()
    engine.annotations.create_board("Out", [asset.id])

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "utime", refuse)
    report = finish(
        engine.curation.board_copies.run(
            engine.browsing.board("Out"), tmp_path / "copies", CancelToken()
        )
    )
    assert report.failed == ()
    [copy] = report.copied
    assert copy.read_bytes() == original.read_bytes()
    assert (tmp_path / "copies" / "credits.csv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc has a file that cannot be read")
def test_a_picture_that_cannot_be_read_to_its_end_is_named_and_not_the_copy(
    tmp_path: Path,
) -> None:
    (tmp_path / "torn.png").symlink_to("/proc/self/mem")
    with pytest.raises(FileError, match="could not be read") as refused:
        _copy(make_asset(1, "torn.png", str(tmp_path)), tmp_path / "copy.png")
    assert refused.value.path == tmp_path / "torn.png"
    assert not (tmp_path / "copy.png").exists()


def test_a_picture_that_was_forgotten_meanwhile_is_told_and_the_rest_copied(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    pictures.fill(folder, 3)
    finish(engine.indexing.run([folder], CancelToken()))
    assets = engine.browsing.all()
    steps = engine.curation.board_copies.run(assets, tmp_path / "out", CancelToken())
    next(steps)
    assets[1].path.unlink()
    finish(engine.indexing.run([], CancelToken()))
    engine.curation.forgetting.forget([assets[1].id])
    report = finish(steps)
    assert [copy.name for copy in report.copied] == [f"01 {assets[0].name}", f"03 {assets[2].name}"]
    assert [failure.path for failure in report.failed] == [assets[1].path]
