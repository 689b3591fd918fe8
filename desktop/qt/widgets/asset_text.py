"""What people read, or have read to them, about an asset."""

from __future__ import annotations

from desktop.core.asset import PAGED_FORMATS, Asset
from desktop.core.text import listed, ngettext, tr
from desktop.core.timecode import timecode


def several_text(asset: Asset) -> str:
    """That a file holds more than the picture that is shown; empty for a still or a video."""
    if asset.frame_count == 1 or asset.duration_ms:
        return ""
    if asset.format not in PAGED_FORMATS:
        return tr("animated")
    if not asset.frame_count:
        return tr("several pages")
    return ngettext("{count} page", "{count} pages", asset.frame_count)


def accessible_text(asset: Asset, moment: int | None = None) -> str:
    """What a screen reader says about a tile.

    Args:
        moment: of a video that was found, the time of the frame that fits, ms.
    """
    parts = [asset.filename]
    if asset.duration_ms:
        parts.append(tr("video, {time}", time=timecode(asset.duration_ms)))
    if several := several_text(asset):
        parts.append(several)
    if moment is not None:
        parts.append(tr("found at {time}", time=timecode(moment)))
    if asset.is_generated:
        parts.append(tr("generated"))
    if asset.is_missing:
        parts.append(tr("missing"))
    if asset.is_elsewhere:
        parts.append(tr("in a teammate's folder"))
    elif asset.is_offline:
        parts.append(tr("its drive is not connected"))
    if asset.failure:
        parts.append(tr("could not be read"))
    return listed(parts)
