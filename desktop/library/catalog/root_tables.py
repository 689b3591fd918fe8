"""What the catalogue has of its folders since version 6."""

from __future__ import annotations

REMOVED_ROOTS = """
ALTER TABLE roots ADD COLUMN is_removed INTEGER NOT NULL DEFAULT 0;  -- neither watched nor shown
"""
