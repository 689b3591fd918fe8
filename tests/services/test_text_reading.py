"""Text in pictures is read behind indexing: once, stopped and gone on with at any time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from desktop.cli import main
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.services.indexing import text_reading
from desktop.services.indexing.text_reading import TextReading, TextReport
from tests.fakes.text_reader import FakeTextReader
from tests.written_pictures import CHINESE, is_there, poster, product


@pytest.fixture
def reader() -> FakeTextReader:
    return FakeTextReader()


def reading(engine: Engine, reader: FakeTextReader, *, is_wanted: bool = True) -> TextReading:
    return TextReading(engine.catalog, engine.thumbnails, reader, lambda: is_wanted)


@pytest.fixture
def indexed(engine: Engine, folder: Path) -> list[str]:
    names = ["a.png", "b.png", "c.png"]
    for number, name in enumerate(names):
        Image.new("RGB", (40, 30), (number * 60, 90, 90)).save(folder / name)
    finish(engine.indexing.run([folder], CancelToken()))
    return names


def text_of(engine: Engine, name: str) -> list[str] | None:
    [asset] = [asset for asset in engine.catalog.all_assets() if asset.name == name]
    lines = engine.catalog.texts.lines(asset.content_hash)
    return None if lines is None else [line.text for line in lines]


def test_what_was_indexed_is_read_once(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    reader.written = {"b.png": ["AURORA", "极光"]}
    work = reading(engine, reader)
    assert work.unread_count() == 3
    assert finish(work.run(CancelToken())) == TextReport(3, 1)
    assert [text_of(engine, name) for name in indexed] == [[], ["AURORA", "极光"], []]
    assert work.unread_count() == 0
    assert finish(work.run(CancelToken())) == TextReport(0, 0)
    assert len(reader.read_paths) == 3


def test_pictures_without_a_letter_cost_a_glance(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    reader.has_text_everywhere = False
    assert finish(reading(engine, reader).run(CancelToken())) == TextReport(3, 0)
    assert (reader.glances, reader.read_paths) == (3, [])


def test_a_newer_reader_reads_all_again(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    finish(reading(engine, reader).run(CancelToken()))
    newer = FakeTextReader("fake 2")
    newer.written = {"a.png": ["now it can be read"]}
    assert finish(reading(engine, newer).run(CancelToken())) == TextReport(3, 1)
    assert text_of(engine, "a.png") == ["now it can be read"]


def test_what_was_read_before_a_stop_is_kept(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    cancel = CancelToken()
    steps = reading(engine, reader).run(cancel)
    next(steps)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(steps)
    assert reading(engine, reader).unread_count() == 2
    assert finish(reading(engine, reader).run(CancelToken())) == TextReport(2, 0)


def test_a_file_that_fails_ends_nothing_and_is_not_tried_again(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    reader.broken = {"b.png"}
    assert finish(reading(engine, reader).run(CancelToken())) == TextReport(3, 0)
    assert reading(engine, reader).unread_count() == 0


def test_a_file_that_has_changed_waits_for_indexing(
    engine: Engine, indexed: list[str], reader: FakeTextReader, folder: Path
) -> None:
    (folder / "a.png").write_bytes(b"something else by now")
    (folder / "b.png").unlink()
    assert finish(reading(engine, reader).run(CancelToken())) == TextReport(1, 0)
    assert [path.name for path in reader.read_paths] == ["c.png"]
    assert text_of(engine, "a.png") is None


def test_so_does_one_that_changed_and_is_as_long_as_before(
    engine: Engine, indexed: list[str], reader: FakeTextReader, folder: Path
) -> None:
    (folder / "a.png").write_bytes(bytes((folder / "a.png").stat().st_size))
    assert finish(reading(engine, reader).run(CancelToken())) == TextReport(2, 0)
    assert text_of(engine, "a.png") is None


def test_those_that_cannot_be_read_keep_no_other_from_being_read(
    engine: Engine,
    indexed: list[str],
    reader: FakeTextReader,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_reading, "_AT_ONCE", 1)
    (folder / "b.png").unlink()
    assert finish(reading(engine, reader).run(CancelToken())) == TextReport(2, 0)
    assert reading(engine, reader).unread_count() == 1


def test_nothing_is_read_where_it_is_not_wanted(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    work = reading(engine, reader, is_wanted=False)
    assert work.unread_count() == 0
    assert finish(work.run(CancelToken())) == TextReport()
    assert reader.glances == 0


def test_it_waits_while_something_else_goes_first(
    engine: Engine, indexed: list[str], reader: FakeTextReader
) -> None:
    held = iter([True, True, False, False, False])
    assert finish(reading(engine, reader).run(CancelToken(), lambda: next(held))).read == 3
    assert list(held) == [], "asked while it is held, and before each picture"


@pytest.mark.skipif(not is_there(CHINESE), reason="fonts-wqy-microhei writes it")
def test_a_poster_is_found_by_what_stands_on_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTAIN_READ_TEXT", "yes")
    pictures = tmp_path / "posters"
    pictures.mkdir()
    poster(["Spring sale", "春季大促"], CHINESE).save(pictures / "IMG_0001.png")
    product(3).save(pictures / "IMG_0002.png")
    assert main(["--model", "", "index", str(pictures)]) == 0
    capsys.readouterr()
    for words in ("sale", "大促"):
        assert main(["search", f"text:{words}", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert [Path(hit["path"]).name for hit in told["hits"]] == ["IMG_0001.png"]


@pytest.mark.skipif(not is_there(CHINESE), reason="fonts-wqy-microhei writes it")
def test_indexing_looks_for_text_for_a_while_and_says_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTAIN_READ_TEXT", "yes")
    monkeypatch.setattr("desktop.commands.index._TEXT_S", 0.0)
    pictures = tmp_path / "posters"
    pictures.mkdir()
    for number, word in enumerate(("sale", "spring", "summer")):
        poster([word], CHINESE).save(pictures / f"{number}.png")
    assert main(["--model", "", "index", str(pictures)]) == 0
    assert "not looked for in 2 pictures yet" in capsys.readouterr().err
    assert main(["--model", "", "index", "--text"]) == 0
    assert "not looked for" not in capsys.readouterr().err
    for word in ("sale", "spring", "summer"):
        assert main(["search", f"text:{word}", "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["hits"]) == 1
