from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.library.words import match_expression, searchable


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
    ],
)
def test_finds(query: str, text: str) -> None:
    assert is_found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [("silver watch", "gold watch.png"), ("披红", "红色披风.png"), ("tch", "watch.png")],
)
def test_does_not_find(query: str, text: str) -> None:
    assert not is_found(query, text)


def test_a_query_without_words_is_no_expression() -> None:
    assert match_expression(" \"*()-'… ") == ""


@given(query=st.text(max_size=40), text=st.text(max_size=40))
def test_no_text_breaks_the_query_language(query: str, text: str) -> None:
    if match_expression(query):
        is_found(query, text)


@given(st.text(alphabet="abz红色披风 -_", min_size=1, max_size=20))
def test_every_text_is_found_by_itself(text: str) -> None:
    if match_expression(text):
        assert is_found(text, text)
