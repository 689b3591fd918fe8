"""What can be done with the pictures that are selected in an open library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from desktop.core.annotations import MAX_RATING
from desktop.core.asset import Asset
from desktop.core.text import marked, ngettext, tr
from desktop.qt.details.tag_offers import ACCEPT_KEY
from desktop.qt.shell.action_list import (
    Action,
    ActionState,
    one_selected,
    selected,
    selected_and_writable,
    writable,
)

if TYPE_CHECKING:
    from desktop.qt.shell.controllers import Controllers
    from desktop.qt.shell.main_window import MainWindow


def picture_actions(window: MainWindow, controllers: Controllers) -> tuple[Action, ...]:
    """Getting them out, and saying something of them."""
    return (
        *_file_actions(window, controllers),
        *_edit_actions(window, controllers),
        *_said_actions(window, controllers),
        *_board_actions(window),
        Action(
            "lineage.show",
            lambda: tr("Lineage…"),
            lambda: controllers.lineage.show(window.centre.grid.selected_assets()[0].id),
            keys=("Ctrl+Shift+L",),
            when=one_selected,
        ),
        Action(
            "browse.stacks",
            lambda: tr("Stack near-duplicates"),
            controllers.stacks.toggle,
            icon="layers",
            when=lambda now: not now.has_own_order,
            is_checked=lambda: controllers.stacks.is_on,
        ),
        Action(
            "browse.open_stack",
            lambda: tr("Open or close the stack"),
            window.centre.open_stack,
            keys=("Ctrl+E",),
            when=lambda now: selected(now) and not now.has_own_order,
            in_grid=True,
        ),
    )


def _file_actions(window: MainWindow, controllers: Controllers) -> tuple[Action, ...]:
    grid, files = window.centre.grid, controllers.files

    def of_selected(do: Callable[[Sequence[Asset]], object]) -> Callable[[], object]:
        return lambda: do(grid.selected_assets())

    return (
        Action(
            "asset.open",
            lambda: tr("Open"),
            of_selected(files.open),
            keys=("Ctrl+Return",),
            icon="image",
            when=selected,
            in_grid=True,
        ),
        Action(
            "asset.open_with", lambda: tr("Open with…"), of_selected(files.open_with), when=selected
        ),
        Action(
            "asset.reveal",
            lambda: tr("Show in file manager"),
            of_selected(files.reveal),
            icon="folder-open",
            when=selected,
        ),
        Action(
            "asset.copy",
            lambda: tr("Copy"),
            of_selected(lambda assets: controllers.preview.copy_page() or files.copy(assets)),
            keys=("Ctrl+C",),
            icon="copy",
            when=selected,
            in_grid=True,
        ),
        Action(
            "asset.copy_path",
            lambda: tr("Copy path"),
            of_selected(files.copy_paths),
            keys=("Ctrl+Shift+C",),
            when=selected,
            in_grid=True,
        ),
        Action(
            "asset.signed_copy",
            lambda: tr("Save a signed copy…"),
            of_selected(controllers.provenance.ask_signed_copy),
            when=one_selected,
        ),
        Action(
            "asset.rename",
            lambda: tr("Rename…"),
            of_selected(files.ask_name),
            keys=("F2",),
            when=_one_and_writable,
            in_grid=True,
        ),
        Action(
            "trash.move",
            lambda: tr("Move to trash…"),
            of_selected(controllers.trash.ask),
            keys=("Del",),
            when=selected_and_writable,
            in_grid=True,
        ),
    )


def _edit_actions(window: MainWindow, controllers: Controllers) -> tuple[Action, ...]:
    """Having a model change what is selected."""
    grid, editing = window.centre.grid, controllers.editing

    def with_first(do: Callable[[Asset], object]) -> Callable[[], None]:
        def run() -> None:
            for asset in grid.selected_assets()[:1]:
                do(asset)

        return run

    return (
        Action(
            "create.change_part",
            lambda: tr("Change only a part…"),
            with_first(editing.change_part),
            keys=("Ctrl+Shift+E",),
            icon="brush",
            when=_one_and_writable,
        ),
        Action(
            "create.cut_out",
            lambda: tr("Cut out…"),
            with_first(editing.cut_out),
            icon="scissors",
            when=_one_and_writable,
        ),
        Action(
            "create.show_edit",
            lambda: tr("What the edit changed…"),
            with_first(lambda asset: editing.show_outcome(asset.id)),
            when=one_selected,
        ),
    )


def _board_actions(window: MainWindow) -> tuple[Action, ...]:
    """Where what is shown is in the order of a board."""
    grid = window.centre.grid
    return tuple(
        Action(
            f"annotations.{name}",
            partial(tr, text),
            partial(grid.move_selected, by),
            keys=(keys,),
            when=selected_and_writable,
            in_grid=True,
        )
        for name, text, by, keys in (
            ("earlier", marked("Earlier on the board"), -1, "Ctrl+Shift+Left"),
            ("later", marked("Later on the board"), 1, "Ctrl+Shift+Right"),
        )
    )


def _said_actions(window: MainWindow, controllers: Controllers) -> tuple[Action, ...]:
    annotations, culling = controllers.annotations, controllers.culling
    return (
        Action(
            "annotations.accept_suggestion",
            lambda: tr("Add the suggested tag"),
            window.right.details.annotations.suggested.accept_first,
            keys=(ACCEPT_KEY,),
            when=selected_and_writable,
        ),
        Action(
            "annotations.favour",
            lambda: tr("Favourite"),
            culling.favour,
            keys=("Ctrl+L",),
            icon="heart",
            when=selected_and_writable,
            in_grid=True,
            single_key="F",
        ),
        Action(
            "annotations.keep",
            lambda: tr("Keep"),
            culling.keep,
            when=selected_and_writable,
            in_grid=True,
            single_key="K",
        ),
        Action(
            "annotations.reject",
            lambda: tr("Reject"),
            culling.reject,
            when=selected_and_writable,
            in_grid=True,
            single_key="X",
        ),
        Action(
            "annotations.undecide",
            lambda: tr("Neither kept nor rejected"),
            culling.undecide,
            when=selected_and_writable,
            in_grid=True,
            single_key="U",
        ),
        Action(
            "trash.rejected",
            lambda: tr("Move the rejected to the trash…"),
            culling.bin_rejected,
            when=writable,
        ),
        Action(
            "annotations.rights",
            lambda: tr("Rights…"),
            lambda: controllers.rights.ask_pictures(window.centre.grid.selected_assets()),
            when=selected_and_writable,
        ),
        Action(
            "annotations.add_tag",
            lambda: tr("Add a tag"),
            annotations.focus_tags,
            keys=("Ctrl+T",),
            when=selected_and_writable,
            in_grid=True,
            single_key="T",
        ),
        *(
            Action(
                f"annotations.rate_{stars}",
                partial(_rating_text, stars),
                partial(culling.rate, stars),
                keys=(f"Ctrl+{stars}",),
                when=selected_and_writable,
                in_grid=True,
                single_key=str(stars),
            )
            for stars in range(MAX_RATING + 1)
        ),
    )


def _one_and_writable(now: ActionState) -> bool:
    return one_selected(now) and writable(now)


def _rating_text(stars: int) -> str:
    if stars == 0:
        return tr("No stars")
    return ngettext("{count} star", "{count} stars", stars)
