"""Pictures leave the window: copied, dragged, opened, renamed, binned; never the wrong one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QClipboard, QDesktopServices, QDrag, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.manage.rename_dialog import RenameDialog
from desktop.qt.widgets.dragging import ASSETS_MIME, dropped_assets, dropped_files
from desktop.services.curation import programs
from desktop.services.curation.programs import Program
from tests.qt.curating import Window

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What the system was asked to open."""
    asked: list[Path] = []

    def open_url(url: QUrl) -> bool:
        asked.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return asked


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[QMimeData]:
    """What each drag carried."""
    carried: list[QMimeData] = []

    def begin(drag: QDrag, *_: object) -> Qt.DropAction:
        mime = QMimeData()
        mime.setUrls(drag.mimeData().urls())
        mime.setData(ASSETS_MIME, drag.mimeData().data(ASSETS_MIME))
        carried.append(mime)
        return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", begin)
    return carried


@pytest.fixture
def clipboard() -> QClipboard:
    made = QGuiApplication.clipboard()
    made.setText("before")
    return made


def shown(window: Window, row: int) -> Asset:
    return window.grid.assets.asset(row)


def replace_file(asset: Asset) -> None:
    """Another picture under its name."""
    other = next(path for path in asset.path.parent.iterdir() if path != asset.path)
    shutil.copyfile(other, asset.path)


def notice(window: Window) -> str:
    return window.session.window.centre.notice.text()


def press(
    window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    window.grid.setFocus()
    QTest.keyClick(window.grid, key, modifiers)


class TestCopying:
    def test_one_picture_goes_with_its_pixels_and_its_file(
        self, window: Window, clipboard: QClipboard
    ) -> None:
        window.select(1)
        press(window, Qt.Key.Key_C, CTRL)
        asset = shown(window, 1)
        window.until(lambda: dropped_files(clipboard.mimeData()) == [asset.path])
        image = clipboard.image()
        assert (image.width(), image.height()) == (asset.width, asset.height)

    def test_several_go_as_files_in_the_order_shown(
        self, window: Window, clipboard: QClipboard
    ) -> None:
        window.select(0, 2)
        press(window, Qt.Key.Key_C, CTRL)
        expected = [shown(window, row).path for row in (0, 2)]
        window.until(lambda: dropped_files(clipboard.mimeData()) == expected)
        assert not clipboard.mimeData().hasImage()
        lines = bytes(clipboard.mimeData().data("x-special/gnome-copied-files").data()).split()
        assert lines[0] == b"copy"
        assert len(lines) == 3

    def test_their_paths_go_as_text(self, window: Window, clipboard: QClipboard) -> None:
        window.select(0, 2)
        press(window, Qt.Key.Key_C, CTRL | SHIFT)
        assert clipboard.text() == "\n".join(str(shown(window, row).path) for row in (0, 2))

    def test_a_file_that_was_swapped_is_not_copied_and_it_is_said(
        self, window: Window, clipboard: QClipboard
    ) -> None:
        window.select(1)
        replace_file(shown(window, 1))
        press(window, Qt.Key.Key_C, CTRL)
        window.until(lambda: "holds something else" in notice(window))
        assert not clipboard.mimeData().hasUrls()


class TestDragging:
    def test_the_files_that_are_there_go_along_with_a_count(self, window: Window) -> None:
        window.select(0, 1, 3)
        plain = window.grid.drag_pixmap()
        mime = window.grid.drag_data()
        assert dropped_files(mime) == [shown(window, row).path for row in (0, 1, 3)]
        accent = window.session.window.theme.color("accent").name()
        image = plain.toImage()
        painted = {
            image.pixelColor(x, y).name()
            for x in range(0, image.width(), 2)
            for y in range(0, image.height(), 2)
        }
        assert accent in painted

    def test_a_file_that_was_swapped_does_not_go_along_and_it_is_said(
        self, window: Window, dragged: list[QMimeData]
    ) -> None:
        window.select(0, 1, 2)
        replace_file(shown(window, 1))
        window.grid.startDrag(Qt.DropAction.CopyAction)
        window.until(lambda: bool(dragged))
        assert dropped_files(dragged[0]) == [shown(window, row).path for row in (0, 2)]
        assert dropped_assets(dragged[0]) == [shown(window, row).id for row in (0, 1, 2)]
        assert "holds something else" in notice(window)

    def test_of_what_is_known_to_be_away_nothing_is_said(
        self, window: Window, dragged: list[QMimeData]
    ) -> None:
        shown(window, 0).path.unlink()
        finish(window.engine.indexing.run([shown(window, 0).path.parent], CancelToken()))
        window.session.controllers.library.refresh()
        window.until(lambda: shown(window, 0).is_missing)
        window.select(0)
        before = notice(window)
        window.grid.startDrag(Qt.DropAction.CopyAction)
        window.until(lambda: bool(dragged))
        assert dropped_files(dragged[0]) == []
        assert dropped_assets(dragged[0]) == [shown(window, 0).id]
        assert notice(window) == before

    def test_nothing_is_dragged_once_the_button_was_let_go(
        self, window: Window, dragged: list[QMimeData]
    ) -> None:
        window.select(0)
        window.grid.startDrag(Qt.DropAction.CopyAction)
        QTest.mouseRelease(window.grid.viewport(), Qt.MouseButton.LeftButton)
        window.until(lambda: window.session.lanes.preview.is_idle)
        assert dragged == []


class TestOpening:
    def test_return_with_ctrl_opens_what_is_selected(
        self, window: Window, opened: list[Path]
    ) -> None:
        window.select(0, 1)
        press(window, Qt.Key.Key_Return, CTRL)
        window.until(lambda: opened == [shown(window, row).path for row in (0, 1)])

    def test_one_that_is_gone_is_not_opened_and_it_is_said(
        self, window: Window, opened: list[Path]
    ) -> None:
        window.select(0)
        shown(window, 0).path.unlink()
        press(window, Qt.Key.Key_Return, CTRL)
        window.until(lambda: "no longer where it was" in notice(window))
        assert opened == []

    def test_without_a_program_it_is_said_and_one_can_be_chosen(
        self, window: Window, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[tuple[str, list[Path]]] = []
        monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
        monkeypatch.setattr(programs, "programs_for", lambda _: [Program("Krita", ("krita", "%F"))])
        monkeypatch.setattr(
            programs, "start", lambda program, paths: started.append((program.name, [*paths]))
        )
        window.select(0)
        press(window, Qt.Key.Key_Return, CTRL)
        window.until(lambda: "no program" in notice(window))
        QTest.mouseClick(
            window.session.window.centre.notice.action_button, Qt.MouseButton.LeftButton
        )
        window.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert [action.text() for action in menu.actions()] == ["Krita", "", "Another program…"]
        QTest.keyClick(menu, Qt.Key.Key_Return)
        window.until(lambda: started == [("Krita", [shown(window, 0).path])])

    def test_its_folder_is_shown(
        self, window: Window, opened: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        window.select(2)
        window.session.window.action_list["asset.reveal"].trigger()
        window.until(lambda: opened == [shown(window, 2).path.parent])


class TestRenaming:
    def rename(self, window: Window, row: int, name: str) -> None:
        window.select(row)
        press(window, Qt.Key.Key_F2)
        window.until(lambda: bool(window.session.window.findChildren(RenameDialog)))
        [dialog] = window.session.window.findChildren(RenameDialog)
        QTest.keyClicks(dialog.field, name)
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)

    def test_f2_renames_the_file_and_undo_gives_the_name_back(self, window: Window) -> None:
        asset = shown(window, 1)
        window.engine.annotations.tag([asset.id], ["hero"])
        self.rename(window, 1, "final cover")
        renamed = asset.path.with_name("final cover" + asset.path.suffix)

        def names() -> set[str]:
            return {each.name for each in window.session.window.centre.assets()}

        window.until(lambda: renamed.name in names())
        assert renamed.exists()
        assert not asset.path.exists()
        assert window.said(asset.id).tags == ("hero",)
        undo = window.session.window.action_list["edit.undo"]
        assert undo.text() == f"Undo renaming “{asset.name}”"
        undo.trigger()
        window.until(lambda: asset.name in names())
        assert asset.path.exists()
        window.session.window.action_list["edit.redo"].trigger()
        window.until(lambda: renamed.name in names())

    def test_a_name_that_is_taken_is_said_and_changes_nothing(self, window: Window) -> None:
        asset, other = shown(window, 1), shown(window, 2)
        self.rename(window, 1, other.path.stem)
        window.until(lambda: "already" in notice(window))
        assert asset.path.exists()
        assert not window.session.controllers.history.can_undo

    def test_what_no_file_can_be_called_is_said_in_the_dialog(self, window: Window) -> None:
        window.select(1)
        press(window, Qt.Key.Key_F2)
        [dialog] = window.session.window.findChildren(RenameDialog)
        QTest.keyClicks(dialog.field, "a/b")
        assert "cannot hold" in dialog.problem.text()
        assert not dialog.rename_button.isEnabled()
        QTest.keyClick(dialog.field, Qt.Key.Key_Escape)
        assert shown(window, 1).path.exists()


def test_what_was_binned_comes_back_with_undo(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "home" / "Trash"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", bytes(folder))
    window.select(0, 1)
    paths = [shown(window, row).path for row in (0, 1)]
    press(window, Qt.Key.Key_Delete)
    [box] = window.session.window.findChildren(QMessageBox)
    assert "2 pictures" in box.text()
    QTest.mouseClick(box.defaultButton(), Qt.MouseButton.LeftButton)
    undo = window.session.window.action_list["edit.undo"]
    window.until(lambda: undo.text() == "Undo moving 2 pictures to the trash")
    assert [path.exists() for path in paths] == [False, False]
    undo.trigger()
    window.until(lambda: all(path.exists() for path in paths))
    window.until(lambda: not any(a.is_missing for a in window.session.window.centre.assets()))
    window.session.window.action_list["edit.redo"].trigger()
    window.until(lambda: not any(path.exists() for path in paths))
