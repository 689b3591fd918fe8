"""Whatever one file states, holds or does, it costs itself alone: the run goes on."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.core.text import date, moment
from desktop.index.conditions import scalars_of
from desktop.library.catalog.assets import ReadFile
from desktop.media.renditions import Renditions
from desktop.services.engine import Engine
from desktop.services.indexing import encoding, reading
from desktop.services.indexing.reading import Read
from desktop.services.reports import IndexReport
from tests import pictures

_SECOND = 1_000_000_000
_FAR = {
    "1601": -11_644_473_600 * _SECOND,
    "1677": -(2**63) - 1,
    "1969": -1,
    "2262": 2**63,
    "2300": 10_413_792_000 * _SECOND,
    "the year 30,000": 884_541_340_800 * _SECOND,
}


def index(engine: Engine, *paths: Path) -> IndexReport:
    return finish(engine.indexing.run(paths, CancelToken()))


def test_a_file_of_any_date_is_in_the_library(engine: Engine, folder: Path) -> None:
    for name, path in zip(_FAR, pictures.fill(folder, len(_FAR)), strict=False):
        os.utime(path, ns=(_FAR[name], _FAR[name]))
    pictures.save(folder / "of today.png", seed=50)
    report = index(engine, folder)
    assert (report.added, report.failed) == (len(_FAR) + 1, ())
    again = index(engine, folder)
    assert (again.unchanged, again.failed) == (len(_FAR) + 1, ())
    for asset in engine.browsing.all():
        assert date(asset.modified_ns / 1e9)
    next(folder.iterdir()).rename(folder / "moved.png")
    assert index(engine, folder).moved == 1


def test_an_error_that_nobody_foresaw_costs_its_file_alone(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.fill(folder, 4)
    errors = [OverflowError("int too large"), RecursionError(), MemoryError(), KeyError("width")]
    real = reading.load_renditions
    bad = dict(zip(sorted(folder.iterdir()), errors, strict=True))
    pictures.save(folder / "good.png", seed=50)

    def load(path: Path, *arguments: object, **named: object) -> Renditions:
        if path in bad:
            raise bad[path]
        return real(path, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "load_renditions", load)
    report = index(engine, folder)
    assert (report.added, len(report.failed)) == (1, 4)
    for failure in report.failed:
        assert failure.reason.endswith(".")


@pytest.mark.parametrize(
    "numbers",
    [(10**30, 1), (1, -1), (2**31, 1), (float("nan"), 1), (float("inf"), 1)],
)
def test_a_picture_of_impossible_size_is_no_fact(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no picture"):
        ReadFile(1, *numbers, "SVG", "00")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, 0.0])
def test_a_vector_that_is_none_costs_its_picture_alone(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    first, *_ = pictures.fill(folder, 3)
    real = encoding._encode

    def encode(*arguments: object) -> list[Read]:
        reads = real(*arguments)  # type: ignore[arg-type]
        return [
            replace(read, vectors=np.full_like(read.vectors, value))
            if read.asset.path == first
            else read
            for read in reads
        ]

    monkeypatch.setattr(encoding, "_encode", encode)
    report = index(engine, folder)
    assert (report.added, [failure.path for failure in report.failed]) == (2, [first])
    assert len(engine.searching.search(Query("colour")).hits) == 2
    assert len(engine.browsing.all()) == 3


def test_a_reason_that_quotes_half_a_character_is_written_down(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [path] = pictures.fill(folder, 1)

    def load(*_: object, **__: object) -> Renditions:
        raise FileError(path, "It says \ud800\x1b[31m.")

    monkeypatch.setattr(reading, "load_renditions", load)
    assert len(index(engine, folder).failed) == 1
    [asset] = engine.browsing.all()
    assert asset.failure == "It says \ufffd\ufffd[31m."


def test_halves_of_characters_can_be_shown() -> None:
    assert displayable("a\ud800b\udce9c\udfffd") == "a\ufffdb\ufffdc\ufffdd"


def test_a_time_that_no_calendar_has_can_be_shown() -> None:
    for seconds in (1e300, -1e300, float("inf"), float("nan"), 2.0**63):
        assert moment(seconds) == date(seconds) == "an unknown day"


def test_what_the_store_is_told_fits_its_numbers(engine: Engine, folder: Path) -> None:
    pictures.fill(folder, 1)
    index(engine, folder)
    [asset] = engine.browsing.all()
    strange = asset._replace(width=2**40, height=2**40, added_at=float("inf"), size=2**63 - 1)
    told = scalars_of(strange, (), None)
    assert all(-(2**63) <= told[name] < 2**63 for name in ("pixels", "added_at", "size"))  # type: ignore[operator]
