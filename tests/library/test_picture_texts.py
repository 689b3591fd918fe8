"""What is written in pictures is kept by content, and found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.filter import Filter
from desktop.core.picture_text import TextLine
from desktop.core.query_language import parse
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.picture_texts import PictureTexts
from desktop.library.folders.scan import FoundFile

READER = "reader 1"


def line(text: str) -> TextLine:
    return TextLine(text, 0.987654, ((0.1, 0.2), (0.5, 0.2), (0.5, 0.30001), (0.1, 0.3)))


class Place:
    """A catalogue with pictures that were read."""

    def __init__(self, folder: Path) -> None:
        (folder / "pictures").mkdir()
        self.database = Database(folder / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.texts = PictureTexts(self.database)
        self.root = self.catalog.roots.add(folder / "pictures")

    def add(self, name: str, content: str, duration_ms: int = 0) -> int:
        [made] = self.catalog.add_files(self.root, [FoundFile(name.encode(), 10, 10)])
        facts = ReadFile(made, 9, 9, "PNG", content * 32, (), "", duration_ms=duration_ms)
        self.catalog.record_read([facts])
        return made

    def unread(self, reader: str = READER) -> list[int]:
        return self.texts.unread(reader, [self.root.id], 100)

    def found(self, words: str) -> list[int]:
        return self.catalog.filters.ids(parse(f'text:"{words}"').filter).tolist()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.database.close()


def test_each_content_is_read_once_the_newest_first(place: Place) -> None:
    first, copy = place.add("a.png", "a"), place.add("copy.png", "a")
    other = place.add("b.png", "b")
    assert place.unread() == [other, copy]
    assert place.texts.unread_count(READER, [place.root.id]) == 2
    place.texts.record(READER, {"a" * 32: [line("AURORA")]})
    assert place.unread() == [other]
    assert place.found("aurora") == [first, copy]


def test_a_picture_without_text_is_not_looked_at_again_but_by_another_reader(place: Place) -> None:
    still = place.add("a.png", "a")
    place.texts.record(READER, {"a" * 32: []})
    assert place.unread() == []
    assert place.texts.lines("a" * 32) == ()
    assert place.unread("reader 2") == [still]


def test_videos_hidden_and_missing_pictures_and_other_roots_are_left_alone(place: Place) -> None:
    place.add("film.mp4", "a", duration_ms=9_000)
    gone = place.add("gone.png", "b")
    place.catalog.mark_missing([gone], is_missing=True)
    assert place.unread() == []
    place.add("here.png", "c")
    assert place.texts.unread_count(READER, []) == 0


def test_another_reading_takes_the_place_of_the_one_before(place: Place) -> None:
    asset = place.add("a.png", "a")
    place.texts.record(READER, {"a" * 32: [line("AUR0RA")]})
    place.texts.record("reader 2", {"a" * 32: [line("AURORA 极光"), line("silk")]})
    assert place.found("aur0ra") == []
    assert place.found("极光") == [asset]
    assert place.found("silk aurora") == [asset], "on whatever line"
    kept = place.texts.lines("a" * 32)
    assert kept is not None
    assert [told.text for told in kept] == ["AURORA 极光", "silk"]
    assert kept[0].corners[2] == (0.5, 0.3), "as exact as a pixel"


def test_what_was_never_looked_at_has_no_answer(place: Place) -> None:
    assert place.texts.lines("f" * 32) is None
    assert place.catalog.filters.ids(Filter(text="–")).tolist() == []


def test_words_in_the_picture_are_a_condition_like_any_other(place: Place) -> None:
    label, other = place.add("label.png", "a"), place.add("other.png", "b")
    place.texts.record(READER, {"a" * 32: [line("Made in Lyon")], "b" * 32: [line("Lyon, 1925")]})
    assert place.found("lyon") == [label, other]
    ids = place.catalog.filters.ids(parse('text:lyon -text:"made in"').filter)
    assert ids.tolist() == [other]
    assert place.catalog.filters.ids(Filter(text="paris")).tolist() == []


def test_a_phrase_is_found_in_a_picture_too_and_left_out_with_it(place: Place) -> None:
    poster, other = place.add("a.png", "a"), place.add("b.png", "b")
    named, unread = place.add("summer sale.png", "c"), place.add("d.png", "d")
    place.texts.record(READER, {"a" * 32: [line("SUMMER SALE")], "b" * 32: [line("Sale, summer")]})

    def found(text: str) -> list[int]:
        return sorted(place.catalog.filters.ids(parse(text).filter).tolist())

    assert found('"summer sale"') == [poster, named]
    assert found('-"summer sale"') == [other, unread]
    assert found("-summer") == [unread]
