"""``plantain truth``: whether pictures show the products that they were made from."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileUnreadable, UsageError
from desktop.core.text import listed, number, sentences, tr
from desktop.services.engine import Engine
from desktop.services.generation.product_check import CheckedProduct, TruthReport


def add_to(commands: Commands) -> None:
    """``truth``."""
    truth = commands.add(
        "truth", _truth, tr("compare generated pictures with the product in their references")
    )
    truth.add_argument("results", type=path, nargs="+", metavar="RESULT")
    truth.add_argument(
        "--product",
        type=path,
        action="append",
        default=[],
        metavar="FILE",
        help=tr("the product; by default the references that were sent as one"),
    )


def _truth(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    results = [_there(result) for result in arguments.results]
    products = [_there(product) for product in arguments.product]
    with open_to_read(options) as engine, interruptible() as cancel:
        reports = [_compared(engine, result, products, cancel) for result in results]
    reports.sort(key=lambda report: -report.score)  # the truest first
    if not arguments.json:
        for report in reports:
            _tell(report)
    return {"results": [_plain(report) for report in reports]}


def _compared(
    engine: Engine, result: Path, products: list[Path], cancel: CancelToken
) -> TruthReport:
    if products:
        return follow(engine.generation.product_check.check_files(result, products, cancel))
    asset = engine.catalog.asset_at(result)
    if asset is None:
        raise UsageError(
            tr("{path} is not in the library.", path=displayable(result)),
            next_step=tr("Name the product that it is to be compared with: --product FILE."),
        )
    return follow(engine.generation.product_check.check_asset(asset.id, cancel))


def _there(given: Path) -> Path:
    whole = Path(os.path.abspath(given))  # noqa: PTH100 - links stay as they are
    if not os.path.lexists(whole):
        raise FileUnreadable(
            whole, tr("There is nothing at this path."), next_step=tr("Check the path.")
        )
    return whole


def _tell(report: TruthReport) -> None:
    say(f"{number(100 * report.score)} %  {displayable(report.path)}")
    for product in report.products:
        say(f"  {displayable(product.reference.path.name)}: {_words(product)}")


def _words(product: CheckedProduct) -> str:
    truth = product.truth
    told = [finding.sentence() for finding in truth.findings]
    if truth.problem:
        told.append(tr(truth.problem))
    if truth.is_true:
        told.append(tr("As it is."))
    if truth.unread:
        texts = listed([tr("“{words}”", words=words) for words in truth.unread])
        told.append(tr("Too small to be read: {texts}.", texts=texts))
    return sentences(*told)


def _plain(report: TruthReport) -> Json:
    return {
        "path": os.fspath(report.path),
        "asset_id": report.asset_id,
        "score": report.score,
        "is_true": all(product.truth.is_true for product in report.products),
        "products": [_plain_product(product) for product in report.products],
    }


def _plain_product(product: CheckedProduct) -> Json:
    truth = product.truth
    return {
        "path": os.fspath(product.reference.path),
        "found": bool(truth.area),
        "score": truth.score,
        "likeness": truth.likeness,
        "area": truth.area,
        "findings": [
            asdict(finding) | {"sentence": finding.sentence()} for finding in truth.findings
        ],
        "unread": truth.unread,
        "problem": truth.problem,
    }
