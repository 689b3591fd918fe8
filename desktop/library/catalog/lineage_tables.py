"""What the lineage graph adds to the catalogue."""

from __future__ import annotations

LINEAGE_GRAPH = """
CREATE INDEX lineage_by_parent ON lineage (json_extract(record, '$.request.parent'));
"""
"""The next turns on a picture, of which a service that keeps the talk is not sent the picture."""
