"""Which actions the menus offer."""

from __future__ import annotations

from desktop.core.annotations import MAX_RATING
from desktop.core.text import marked

MENU = (
    ("library.add_folder", "library.rescan"),
    ("library.open_other", "library.begin", "library.demo"),
    ("edit.undo", "edit.redo"),
    ("backup.back_up", "backup.restore", "exchange.export", "exchange.import"),
    ("exchange.register",),
    ("duplicates.compare", "missing.forget", "ignore_rules.show"),
    ("server.show", "team.refresh"),
    ("browse.back", "browse.forward", "search.focus"),
    ("search.save", "search.save_board", "search.clear_history"),
    ("create.show", "details.show", "window.right_panel", "browse.single_keys"),
    ("browse.cull", "trash.rejected", "browse.stacks", "browse.open_stack"),
    ("window.commands", "window.shortcuts", "window.guide"),
    ("settings.offline",),
    ("settings.show", "models.show", "create.keys", "create.queue", "create.matrix"),
    ("help.news", "help.update", "help.about"),
    ("window.quit",),
)
"""Ids in groups, as the menu of the window has them."""

ASSET_MENU = (
    ("preview.show",),
    ("create.use_as_reference", "search.similar", "lineage.show"),
    ("create.change_part", "create.cut_out"),
    ("annotations.add_tag", "rating", "annotations.favour", "decision"),
    ("asset.open", "asset.open_with", "asset.reveal"),
    ("asset.copy", "asset.copy_path", "asset.rename"),
    ("annotations.rights", "asset.signed_copy"),
    ("trash.move",),
)
"""The same for the menu of what is selected, one picture or many."""

SUBMENUS = {
    "decision": (
        marked("Keep or reject"),
        (("annotations.keep", "annotations.reject"), ("annotations.undecide",)),
    ),
    "rating": (
        marked("Rating"),
        (
            tuple(f"annotations.rate_{stars}" for stars in range(MAX_RATING, 0, -1)),
            ("annotations.rate_0",),
        ),
    ),
}
"""Name in a menu -> its title and its own groups."""
