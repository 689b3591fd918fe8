"""``plantain duplicates``: pictures that are in the library more than once."""

from __future__ import annotations

import argparse
import os

from desktop.commands.arguments import count
from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import column, say
from desktop.config.options import EngineOptions
from desktop.core.asset import Asset, displayable
from desktop.core.errors import UsageError
from desktop.core.text import listed, ngettext, size, tr

_MOST_BITS = 16


def add_to(commands: Commands) -> None:
    """Make the command known."""
    duplicates = commands.add(
        "duplicates", _duplicates, tr("pictures that are in the library more than once")
    )
    duplicates.add_argument(
        "--near", action="store_true", help=tr("those that look the same: scaled, recompressed")
    )
    duplicates.add_argument(
        "--distance", type=count, metavar="BITS", help=tr("how different, of 64 bits (8)")
    )


def _duplicates(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    distance: int | None = arguments.distance
    if distance is not None and (not arguments.near or distance > _MOST_BITS):
        raise UsageError(
            tr("--distance goes with --near and is at most {most_bits}.", most_bits=_MOST_BITS),
            next_step=tr("Leave it out for the usual 8."),
        )
    with open_to_read(options) as engine:
        finder = engine.curation.duplicates
        if not arguments.near:
            groups = finder.exact()
        else:
            groups = finder.near() if distance is None else finder.near(distance)
    spare = sum(group.spare_bytes for group in groups)
    if not arguments.json:
        for position, group in enumerate(groups, start=1):
            say(f"{position}.")
            for place, asset in enumerate(group.assets):
                mark = column(tr("keep") if place == 0 else "", 5)
                shape = f"{asset.width} × {asset.height}"
                say(f"   {mark} {displayable(asset.path)}  ({listed([shape, size(asset.size)])})")
        more = sum(len(group.assets) - 1 for group in groups)
        say(
            ngettext(
                "{count} group; {more} pictures and {size} to gain.",
                "{count} groups; {more} pictures and {size} to gain.",
                len(groups),
                more=more,
                size=size(spare),
            )
            if groups
            else tr("No duplicates.")
        )
    return {
        "groups": [
            {
                "is_exact": group.is_exact,
                "keep": group.assets[0].id,
                "assets": [_described(asset) for asset in group.assets],
            }
            for group in groups
        ],
        "spare_bytes": spare,
    }


def _described(asset: Asset) -> Json:
    return {
        "id": asset.id,
        "path": os.fspath(asset.path),
        "size": asset.size,
        "width": asset.width,
        "height": asset.height,
    }
