"""The real window follows the real disk: saving, renaming, unplugging, binning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.config.options import EngineOptions
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.e2e.person import Person


@pytest.fixture
def person(qapp: QApplication, tmp_path: Path) -> Iterator[Person]:
    """At a window on a library of two pictures, without a model."""
    pictures.fill(tmp_path / "pictures", 2)
    theme = Theme.named("dark")
    theme.apply(qapp)
    options = EngineOptions(profile_dir=tmp_path / "profile")
    session = Session(theme, lambda: open_engine(options, {}), [tmp_path / "pictures"])
    session.start()
    person = Person(session)
    person.wait_for_library()
    person.wait_until("both pictures are shown", lambda: len(person.shown()) == 2)
    person.wait_for_quiet()
    yield person
    assert session.close()
    session.window.deleteLater()


def test_the_window_follows_what_people_do_with_their_files(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, bin_folder = tmp_path / "pictures", tmp_path / "home" / "Trash"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", bytes(bin_folder))

    def names() -> set[str]:
        model = person.grid.assets
        return {model.asset(row).name for row in range(model.rowCount())}

    pictures.save(folder / "new.png", 7)
    person.wait_until("the new file is shown", lambda: "new.png" in names())
    (folder / "new.png").rename(folder / "renamed.png")
    person.wait_until(
        "its new name is shown", lambda: names() == {"0000.png", "0001.png", "renamed.png"}
    )

    def are_offline() -> list[bool]:
        model = person.grid.assets
        return [model.asset(row).is_offline for row in range(model.rowCount())]

    folder.rename(tmp_path / "unplugged")
    person.wait_until("all are marked as offline", lambda: all(are_offline()))
    (tmp_path / "unplugged").rename(folder)
    person.wait_until("none is any more", lambda: not any(are_offline()))

    person.grid.setCurrentIndex(person.grid.assets.index(0, 0))
    chosen = person.grid.selected_assets()[0]
    person.grid.setFocus()
    QTest.keyClick(person.grid, Qt.Key.Key_Delete)
    [box] = person.window.findChildren(QMessageBox)
    QTest.mouseClick(box.defaultButton(), Qt.MouseButton.LeftButton)
    person.wait_until("it is in the trash", lambda: not chosen.path.exists())
    assert [path.name for path in (bin_folder / "files").iterdir()] == [chosen.name]
