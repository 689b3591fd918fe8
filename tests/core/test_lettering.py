"""Letters of a product are compared one by one, and only as far as they can be read."""

from __future__ import annotations

from desktop.core.lettering import Compared, compare, letters_of, rows_of
from desktop.core.picture_text import TextLine


def line(text: str, row: int = 0, column: int = 0, confidence: float = 0.95) -> TextLine:
    left, top = 0.1 + 0.3 * column, 0.1 + 0.2 * row
    right, low = left + 0.25, top + 0.1
    return TextLine(text, confidence, ((left, top), (right, top), (right, low), (left, low)))


def told(found: Compared) -> list[tuple[str, str, int]]:
    return [(change.before, change.after, change.changed) for change in found.changes]


def test_a_letter_that_became_another_is_told() -> None:
    found = compare([line("AURORA"), line("EAU DE PARFUM", 1)],
                    [line("AUR0RA"), line("EAU DE PARFUM", 1)], None)  # fmt: skip
    assert told(found) == [("AURORA", "AUR0RA", 1)]
    assert found.letters == 17
    assert found.kept == 16 / 17


def test_spaces_case_and_widths_do_not_count() -> None:
    assert letters_of("Ａｕ Ro-ra。") == "aurora"
    assert told(compare([line("VITAMIN C 12")], [line("Vitamin C12")], None)) == []


def test_a_letter_that_is_gone_or_doubled_is_told() -> None:
    assert told(compare([line("VELVET")], [line("VEVET")], None)) == [("VELVET", "VEVET", 1)]
    assert told(compare([line("VELVET")], [line("VELVVET")], None)) == [("VELVET", "VELVVET", 1)]
    assert told(compare([line("极光香水")], [line("板光香水")], None)) == [
        ("极光香水", "板光香水", 1)
    ]


def test_a_line_that_was_read_in_two_pieces_is_one() -> None:
    seen = [line("PARFUM", column=1), line("EAU DE")]
    assert told(compare([line("EAU DE PARFUM")], seen, None)) == []
    assert [row.text for row in rows_of(seen)] == ["EAU DE PARFUM"]


def test_a_line_that_is_gone_and_one_that_was_added() -> None:
    found = compare([line("AURORA")], [line("BODY LOTION", 2)], None)
    assert told(found) == [("AURORA", "", 6), ("", "BODY LOTION", 10)]


def test_what_the_product_itself_cannot_be_read_to_say_at_that_size_is_no_fault() -> None:
    known, seen = [line("HARBOR"), line("50 ML", 1)], [line("HARB0R"), line("SOM", 1)]
    small = [line("HARBQR"), line("5", 1)]
    found = compare(known, seen, small)
    assert told(found) == []
    assert found.unread == ("50 ML",)
    assert told(compare(known, seen, known)) == [("HARBOR", "HARB0R", 1), ("50 ML", "SOM", 3)]


def test_a_letter_that_reads_as_before_and_is_drawn_differently() -> None:
    known = [line("AURORA"), line("PARFUM", 1)]
    [change] = compare(known, known, None, {0: 0.6}).changes
    assert (change.before, change.after, change.place) == ("AURORA", "AURORA", 4)
    # Where it reads otherwise as well, that says it.
    [change] = compare(known, [line("AUR0RA"), known[1]], None, {0: 0.6}).changes
    assert (change.after, change.place) == ("AUR0RA", 0)


def test_what_was_read_without_confidence_says_nothing() -> None:
    unsure = line("~l1", 2, confidence=0.6)
    assert told(compare([line("AURORA")], [line("AURORA"), unsure], None)) == []
    assert compare([unsure], [], None) == Compared()
