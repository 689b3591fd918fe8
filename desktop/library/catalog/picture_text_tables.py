"""The tables of what is written in pictures; see ``picture_texts``."""

from __future__ import annotations

PICTURE_TEXTS = """
CREATE TABLE picture_texts (
    id INTEGER PRIMARY KEY,               -- of its words in picture_words too
    content_hash TEXT NOT NULL UNIQUE,
    reader TEXT NOT NULL,                 -- TextReader.name: what has read it
    lines TEXT NOT NULL                   -- JSON, a list of core.picture_text.TextLine; may be []
);
CREATE VIRTUAL TABLE picture_words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
"""
