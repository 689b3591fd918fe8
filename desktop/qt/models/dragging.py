"""What a drag carries: assets of this window, or files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMimeData, QUrl

if TYPE_CHECKING:  # not needed to show the window
    from desktop.core.asset import Asset

ASSETS_MIME = "application/x-plantain-assets"
"""A JSON list of asset ids, beside the file URLs that other programs take."""


def assets_mime(assets: Sequence[Asset]) -> QMimeData:
    """Assets on their way to another panel or another program."""
    mime = QMimeData()
    ids = json.dumps([asset.id for asset in assets])
    mime.setData(ASSETS_MIME, QByteArray(ids.encode()))
    mime.setUrls([QUrl.fromLocalFile(str(asset.path)) for asset in assets])
    return mime


def dropped_assets(mime: QMimeData) -> list[int]:
    """Asset ids in a drop from this window; empty for anything else."""
    if not mime.hasFormat(ASSETS_MIME):
        return []
    try:
        ids = json.loads(bytes(mime.data(ASSETS_MIME).data()))
    except ValueError:
        return []
    return [item for item in ids if isinstance(item, int)] if isinstance(ids, list) else []


def dropped_files(mime: QMimeData) -> list[Path]:
    """Local files and folders in a drop."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
