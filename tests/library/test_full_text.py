from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.library.catalog.word_tokens import match_expression, searchable


def is_found(query: str, text: str) -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text)")
        connection.execute("INSERT INTO words VALUES (?)", (searchable(text),))
        expression = match_expression(query)
        rows = connection.execute("SELECT 1 FROM words WHERE words MATCH ?", (expression,))
        return bool(expression) and rows.fetchone() is not None
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("gold watch", "/shop/goldWatch_01.png"),
        ("goldwatch", "/shop/goldWatch_01.png"),
        ("wat", "gold watch.png"),
        ("披风", "红色披风.png"),
        ("色披", "红色披风.png"),
        ("红色 cape", "cape-红色.png"),
        ("IMG_0412", "IMG_0412.jpg"),
        ("0412", "IMG_0412.jpg"),
        ("CAPE", "cape.png"),
        # Signs.
        ("🌊", "wave 🌊.png"),
        ("👍", "👍🏽"),
        ("👩‍🎨", "the 👩‍🎨 at work"),
        ("🎨", "👩‍🎨"),
        ("❤", "❤️"),
        ("❤️", "love❤"),
        ("🇨🇭", "🇩🇪🇨🇭"),
        ("1️⃣", "1️⃣"),
        ("★★", "★★★ best"),
        ("→", "left→right"),
        ("€", "5 €"),
        ("♥ red", "red ♥"),
        ("#", "#1"),
        ("?!", "what?!"),
        ("\ue001", "\ue001 of an icon font"),
        # Scripts without spaces.
        ("น้ำ", "แม่น้ำเจ้าพระยา"),
        ("เจ้าพระยา", "ภาพแม่น้ำเจ้าพระยา.png"),
        ("ແມ່ນ້ຳ", "ຮູບແມ່ນ້ຳຂອງ"),
        ("ទន្លេ", "រូបភាពទន្លេមេគង្គ"),
        ("មេគង្គ", "ទន្លេ\u200bមេគង្គ"),
        ("မြစ်", "ဧရာဝတီမြစ်ပုံ"),
        ("マント", "赤いマントの女"),
        ("の女", "赤いマントの女"),
        ("ﾏﾝﾄ", "赤いマント"),
        ("人々", "街の人々と犬"),
        ("망토", "빨간망토소녀"),
        ("བོད", "བོད་སྐད"),
        # Marks are parts of words elsewhere.
        ("हिन्दी", "हिन्दी चित्र"),
        ("Étude", "e\u0301tude 1"),
    ],
)
def test_finds(query: str, text: str) -> None:
    assert is_found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("silver watch", "gold watch.png"),
        ("披红", "红色披风.png"),
        ("tch", "watch.png"),
        ("🌊", "🌋"),
        ("มา", "มี"),
        ("ทำ", "ที่"),
        ("★", "☆"),
        ("👩‍🎨", "👩 and 🎨"),
        ("🔥 red", "red"),
        ("น้ำแม่", "แม่น้ำ"),
    ],
)
def test_does_not_find(query: str, text: str) -> None:
    assert not is_found(query, text)


def test_signs_beside_words_decide_nothing_unless_they_are_rare() -> None:
    assert is_found("sunset!", "sunset.png")
    assert is_found("black & white", "white black.png")


def test_a_query_without_words_is_no_expression() -> None:
    assert match_expression(" \"*()-'… ") == ""


letters = st.characters(categories=("L", "N", "M", "P", "S", "Z"))
"""Any script, marks and signs."""
names = st.text(letters, max_size=30) | st.text("aZ0-_ .é\u0301红ｶﾞ한Ⅷ²ﬁ😀'\"*()", max_size=30)


@given(query=st.text(max_size=40) | names, text=names)
def test_no_text_breaks_the_query_language(query: str, text: str) -> None:
    if match_expression(query):
        is_found(query, text)


@given(names, names)
def test_every_word_of_a_name_finds_it(name: str, more: str) -> None:
    for word in name.split():
        if match_expression(word):
            assert is_found(word, f"/pictures/{name} {more}.png")


@given(names)
def test_every_name_is_found_by_itself(name: str) -> None:
    if match_expression(name):
        assert is_found(name, name)


@given(st.text("abcdefgh", min_size=2, max_size=12), st.data())
def test_the_beginning_of_a_word_finds_it(word: str, data: st.DataObject) -> None:
    begun = word[: data.draw(st.integers(1, len(word)))]
    assert is_found(begun, f"an {word}_2.png")


@given(st.text("红色披风夏日海报", min_size=1, max_size=12), st.data())
def test_any_part_of_a_chinese_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    assert is_found(part, f"2024 {name}终稿.png")


def test_a_page_that_is_pasted_into_the_search_is_answered_at_once() -> None:
    page = " ".join(f"word{number} red" for number in range(20_000))
    assert match_expression(page).count(" AND ") == 49
    assert match_expression("red " * 20_000) == '"red"*'
    assert len(match_expression("红" * 20_000)) < 300
    assert len(match_expression("a" * 20_000)) < 300
