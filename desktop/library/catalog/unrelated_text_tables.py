"""The table of what a model makes of unrelated texts; a module of its own, for the migrations."""

from __future__ import annotations

UNRELATED_TEXTS = """
CREATE TABLE unrelated_texts (
    encoder TEXT NOT NULL,                -- EncoderInfo.identity
    script TEXT NOT NULL,
    version INTEGER NOT NULL,             -- of the texts
    dimension INTEGER NOT NULL,
    vectors BLOB NOT NULL,                -- one after the other, float16, little endian
    PRIMARY KEY (encoder, script)
);
"""
