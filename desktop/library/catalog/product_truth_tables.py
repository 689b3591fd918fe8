"""The table of what became of products in generated pictures; see ``product_truths``."""

from __future__ import annotations

PRODUCT_TRUTHS = """
CREATE TABLE product_truths (
    asset_id INTEGER NOT NULL REFERENCES lineage (asset_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,            -- of the product among the references, from 0
    checker TEXT NOT NULL,                -- what has compared them
    content_hash TEXT NOT NULL,           -- of the picture that was compared
    score REAL NOT NULL,
    truth TEXT NOT NULL,                  -- JSON, a core.product_truth.ProductTruth
    PRIMARY KEY (asset_id, position)
) WITHOUT ROWID;
"""
