"""What became of a product is found by the real parts, kept, and forgotten with its picture."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from desktop.cli import main
from desktop.core.cancellation import CancelToken
from desktop.core.colour_difference import Direction
from desktop.core.errors import AnswerMisfit, FileError, LibraryError
from desktop.core.generation_record import (
    BASE,
    LAID_IN,
    REGION,
    GenerationRecord,
    GenerationRequest,
    Reference,
)
from desktop.core.product_truth import PRODUCT, Fault, Finding, Part
from desktop.core.progress import finish
from desktop.files.content_hash import content_hash
from desktop.media.product_truth.laying import area_mask
from desktop.qt.details.reuse import why_not_again
from desktop.services.engine import Engine
from tests import pictures
from tests.benchmarks.edit_figures.made_products import Product, packshot, placed

AURORA = Product(
    "bottle", 1, "#2350C4", "#E2AF35", lines=("AURORA", "EAU DE PARFUM"), wide=1.1, shoulder=0.4
)
WRONG = replace(AURORA, lines=("AURQRA", "EAU DE PARFUM"))


@pytest.fixture
def made(qapp: object, engine: Engine, folder: Path) -> tuple[int, int]:
    """A result whose label and cap are wrong, in the library, and the product."""
    packshot(AURORA).save(folder / "aurora.png")
    picture = placed(packshot(WRONG, ("cap", (2.0, 4.0, -30.0))), random.Random(5))
    picture.save(folder / "result.jpg", quality=90)
    finish(engine.indexing.run([folder], CancelToken()))
    ids = {asset.filename: asset.id for asset in engine.catalog.all_assets()}
    reference = Reference(folder / "aurora.png", role=PRODUCT, asset_id=ids["aurora.png"])
    style = Reference(folder / "result.jpg", role="style", asset_id=ids["result.jpg"])
    request = GenerationRequest("a bottle on a beach", (style, reference))
    engine.lineage.record(ids["result.jpg"], GenerationRecord(request, created_at=1.0))
    return ids["result.jpg"], ids["aurora.png"]


def test_what_is_wrong_is_told_in_words_and_kept(
    engine: Engine, made: tuple[int, int], folder: Path
) -> None:
    result, product = made
    assert engine.generation.product_check.known(result) is None
    report = finish(engine.generation.product_check.check_asset(result, CancelToken()))
    [checked] = report.products
    assert checked.reference.asset_id == product
    letters, colour = checked.truth.findings
    assert letters == Finding(Fault.LETTERS, "AURORA", "AURQRA", 1)
    assert letters.sentence() == "“AURORA” became “AURQRA”."
    assert (colour.fault, colour.part) == (Fault.COLOUR, Part.TOP)
    assert colour.direction in {Direction.PALER, Direction.COOLER}
    assert 5 < colour.amount < 25
    assert "ΔE" in colour.sentence()
    assert 0.3 < checked.truth.score < 0.95
    assert checked.truth.likeness is not None
    assert len(checked.truth.area) == 4

    known = engine.generation.product_check.known(result)
    assert known == report
    # Another record, and nothing is known of what was made from it.
    engine.lineage.record(result, GenerationRecord(GenerationRequest("again")))
    assert engine.generation.product_check.known(result) is None


def test_a_product_that_cannot_be_read_is_no_fault_of_the_picture(
    engine: Engine, made: tuple[int, int], folder: Path
) -> None:
    (folder / "aurora.png").unlink()
    report = finish(engine.generation.product_check.check_asset(made[0], CancelToken()))
    [checked] = report.products
    assert checked.truth.findings == ()
    assert checked.truth.problem
    assert not checked.truth.is_true


def test_a_picture_that_is_not_there_any_more_is_no_fault_of_ours(
    engine: Engine, made: tuple[int, int]
) -> None:
    asset = engine.catalog.asset(made[0])
    assert asset is not None
    asset.path.unlink()
    with pytest.raises(FileError):
        finish(engine.generation.product_check.check_asset(asset.id, CancelToken()))


def test_a_product_with_nothing_on_it_could_not_be_compared(
    engine: Engine, made: tuple[int, int], folder: Path
) -> None:
    Image.new("RGB", (300, 300), "#2350C4").save(folder / "aurora.png")
    report = finish(engine.generation.product_check.check_asset(made[0], CancelToken()))
    [checked] = report.products
    assert "could not be compared" in checked.truth.problem
    assert not checked.truth.is_true


def test_a_picture_without_a_product_says_so(engine: Engine, folder: Path) -> None:
    Image.new("RGB", (40, 30), "red").save(folder / "plain.png")
    finish(engine.indexing.run([folder], CancelToken()))
    [asset] = engine.catalog.all_assets()
    with pytest.raises(LibraryError, match="without a product"):
        finish(engine.generation.product_check.check_asset(asset.id, CancelToken()))


def test_an_edit_and_a_next_turn_are_held_against_the_product_of_the_first_picture(
    engine: Engine, made: tuple[int, int], folder: Path
) -> None:
    result, product = made
    first = engine.catalog.asset(result)
    assert first is not None
    for number, name in enumerate(("edit.png", "turn.png", "style.png"), start=2):
        pictures.save(folder / name, number)
    finish(engine.indexing.run([folder], CancelToken()))
    ids = {asset.filename: asset.id for asset in engine.catalog.all_assets()}
    base = Reference(first.path, result, role=BASE)
    for name, request in (
        ("edit.png", GenerationRequest("in red", (base,), edit=REGION)),
        ("turn.png", GenerationRequest("at night", parent=content_hash(folder / "edit.png"))),
        ("style.png", GenerationRequest("like it", (replace(base, role="style"),))),
    ):
        engine.lineage.record(ids[name], GenerationRecord(request, created_at=2.0))
    for name in ("edit.png", "turn.png"):
        assert engine.generation.product_check.has_product(ids[name]), name
        report = finish(engine.generation.product_check.check_asset(ids[name], CancelToken()))
        assert [each.reference.asset_id for each in report.products] == [product]
        assert engine.generation.product_check.known(ids[name]) == report
    assert not engine.generation.product_check.has_product(ids["style.png"]), "it begins anew"


def test_the_command_line_sorts_results_by_it(
    qapp: object,
    engine: Engine,
    made: tuple[int, int],
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine.close()
    placed(packshot(AURORA), random.Random(5)).save(folder / "true.jpg", quality=90)
    files = [str(folder / "result.jpg"), str(folder / "true.jpg")]
    product = ["--product", str(folder / "aurora.png")]
    common = ["--profile-dir", str(tmp_path / "profile"), "--json"]
    assert main(["truth", *files, *product, *common]) == 0
    told = json.loads(capsys.readouterr().out)["results"]
    assert [Path(each["path"]).name for each in told] == ["true.jpg", "result.jpg"]
    assert [each["is_true"] for each in told] == [True, False]
    [wrong] = told[1]["products"]
    assert wrong["findings"][0]["sentence"] == "“AURORA” became “AURQRA”."
    assert wrong["findings"][0]["fault"] == "letters"
    assert main(["truth", files[1], *common]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "--product" in error["next_step"]


def test_the_real_product_is_laid_in_and_nothing_else_changes(
    engine: Engine, made: tuple[int, int], folder: Path
) -> None:
    result, product = made
    report = finish(engine.generation.product_check.check_asset(result, CancelToken()))
    [checked] = report.products
    laying = engine.generation.product_laying
    laid = laying.lay(report.path, checked.reference)
    within = area_mask(checked.truth.area, *laid.before.shape[:2])
    grown = cv2.dilate(within.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    assert (laid.after[~grown] == laid.before[~grown]).all()
    assert (laid.after != laid.before).any()
    before = {asset.id for asset in engine.catalog.all_assets()}
    kept = laying.keep(laid)
    assert kept.id not in before
    with Image.open(kept.path) as saved:
        assert (np.asarray(saved.convert("RGB")) == laid.after).all()
    record = engine.lineage.of(kept.id)
    assert record is not None
    assert (record.request.prompt, record.request.edit) == ("a bottle on a beach", LAID_IN)
    assert [(each.role, each.asset_id) for each in record.request.references] == [
        *((BASE, result), (PRODUCT, product))
    ]
    assert why_not_again(record)
    again = finish(engine.generation.product_check.check_asset(kept.id, CancelToken()))
    assert again.products[0].truth.is_true, "AURORA, with its own cap"


def test_a_product_that_is_nowhere_cannot_be_laid_in(engine: Engine, folder: Path) -> None:
    packshot(AURORA).save(folder / "aurora.png")
    empty = pictures.save(folder / "empty.png", 3)
    with pytest.raises(AnswerMisfit) as caught:
        engine.generation.product_laying.lay(empty, Reference(folder / "aurora.png", role=PRODUCT))
    assert caught.value.next_step
