"""Missing pictures are forgotten after a question; a backup becomes a library of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.library.exchange.export_json import to_json
from desktop.library.exchange.exported import Exported, ExportedRoot
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.dressing import undress


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A real library without a model: three pictures, two missing, one of them with a tag."""
    made = open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {})
    made.model.installed = lambda: None  # nothing of this needs one
    made.model.vector_space = lambda: None
    folder = tmp_path / "pictures"
    paths = [pictures.save(folder / f"{number}.png", number) for number in (1, 2, 3)]
    finish(made.indexing.run([folder], CancelToken()))
    ids = {asset.name: asset.id for asset in made.catalog.all_assets()}
    made.annotations.tag([ids["1.png"]], ["beach"])
    for path in paths[:2]:
        path.unlink()
    finish(made.indexing.run([folder], CancelToken()))
    return made


@pytest.fixture
def session(engine: Engine, theme: Theme, qtbot: QtBot) -> Iterator[Session]:
    undress()
    made = Session(theme, lambda: engine)
    with qtbot.waitSignal(made.library_shown):
        made.start()
    yield made
    assert made.close(10)


def _question(session: Session, qtbot: QtBot) -> QMessageBox:
    session.window.run_action("missing.forget")
    return _asked(qtbot)


def _asked(qtbot: QtBot) -> QMessageBox:
    def shown() -> list[QMessageBox]:
        tops = QApplication.topLevelWidgets()
        return [box for box in tops if isinstance(box, QMessageBox) and box.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    return shown()[0]


def _press(box: QMessageBox, text: str) -> None:
    [found] = [made for made in box.findChildren(QPushButton) if made.text() == text]
    found.click()


def _names(engine: Engine) -> set[str]:
    return {asset.name for asset in engine.catalog.all_assets()}


def test_what_was_entered_is_kept_unless_one_says_otherwise(
    session: Session, engine: Engine, qtbot: QtBot
) -> None:
    box = _question(session, qtbot)
    assert box.text() == "Forget 2 missing pictures?"
    assert "1 of them has tags" in box.informativeText()
    _press(box, "Forget the other 1")
    qtbot.waitUntil(lambda: _names(engine) == {"1.png", "3.png"})
    qtbot.waitUntil(lambda: session.window.centre.grid.count() == 2)
    _press(_question(session, qtbot), "Forget all")
    qtbot.waitUntil(lambda: _names(engine) == {"3.png"})
    session.window.run_action("missing.forget")
    qtbot.waitUntil(lambda: "No picture is missing" in session.window.centre.notice.text())


def test_cancel_forgets_nothing(session: Session, engine: Engine, qtbot: QtBot) -> None:
    _press(_question(session, qtbot), "Cancel")
    assert _names(engine) == {"1.png", "2.png", "3.png"}


def _export(tmp_path: Path) -> tuple[Path, Path]:
    """An export that names two folders, one of which is there; and that one."""
    there = tmp_path / "theirs"
    pictures.save(there / "heron.png", 9)
    roots = (
        ExportedRoot(str(there), "folder", "Brand"),
        ExportedRoot(str(tmp_path / "gone"), "folder"),
    )
    file = tmp_path / "export.json"
    file.write_bytes(to_json(Exported(roots=roots, ignore_rules=("*.tmp.png",))))
    return file, there


def test_an_import_asks_about_the_folders_of_the_file_and_adds_those_that_are_there(
    session: Session, engine: Engine, tmp_path: Path, qtbot: QtBot
) -> None:
    file, there = _export(tmp_path)
    session.controllers.exchange.import_file(file)
    box = _asked(qtbot)
    told = box.informativeText()
    assert f"{there} (shared as “Brand”)\n" in told
    assert f"{tmp_path / 'gone'}: not on this computer" in told
    assert "*.tmp.png" in told
    assert engine.ignore_rules.patterns() == ()
    _press(box, "Add these folders")
    qtbot.waitUntil(lambda: "heron.png" in _names(engine))
    assert engine.ignore_rules.patterns() == ("*.tmp.png",)
    assert not any(root.path == tmp_path / "gone" for root in engine.catalog.roots.all())
    session.controllers.exchange.import_file(file)
    _press(_asked(qtbot), "Cancel")


@pytest.mark.parametrize("answer", ["Leave them out", "Cancel"])
def test_folders_of_an_import_are_left_out_when_a_person_says_so(
    session: Session, engine: Engine, tmp_path: Path, qtbot: QtBot, answer: str
) -> None:
    file, there = _export(tmp_path)
    session.controllers.exchange.import_file(file)
    _press(_asked(qtbot), answer)
    if answer != "Cancel":
        qtbot.waitUntil(
            lambda: any("were not added" in job.outcome.text for job in session.window.jobs.jobs())
        )
    qtbot.waitUntil(lambda: session.lanes.models.is_idle)
    assert there not in [root.path for root in engine.catalog.roots.all()]
    assert engine.ignore_rules.patterns() == ()


def test_an_import_without_news_of_that_kind_asks_nothing(
    session: Session, engine: Engine, tmp_path: Path, qtbot: QtBot
) -> None:
    engine.exchange.export_to(tmp_path / "own.json")
    engine.annotations.untag([engine.catalog.all_assets()[-1].id], ["beach"])
    session.controllers.exchange.import_file(tmp_path / "own.json")
    qtbot.waitUntil(lambda: [tag.name for tag in engine.annotations.tags()] == ["beach"])
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]


def test_a_backup_becomes_a_library_that_can_be_gone_over_to(
    session: Session, engine: Engine, tmp_path: Path, qtbot: QtBot
) -> None:
    backup, notice = session.controllers.backup, session.window.centre.notice
    templates = engine.generation.templates
    templates.save(replace(templates.all().usable[0], name="mine"))
    engine.team_tables.roots.share("Brand", tmp_path / "pictures")
    backup.back_up(tmp_path / "a.zip")
    qtbot.waitUntil((tmp_path / "a.zip").exists)
    templates.delete("mine")
    with qtbot.waitSignal(backup.settings_found) as found:
        backup.restore(tmp_path / "a.zip", tmp_path / "Restored")
    assert found.args == [tmp_path / "Restored" / "settings.json"]
    qtbot.waitUntil(lambda: "is a library now" in notice.text())
    year = time.strftime("%Y")
    assert re.search(rf"The backup of {year}-\d\d-\d\d \d\d:\d\d is", notice.text())
    assert "1 template of the backup is among your own now" in notice.text()
    assert "not shared with a team there any more: Brand" in notice.text()
    assert templates.all().named("mine").name == "mine"
    with qtbot.waitSignal(session.library_wanted) as told:
        notice.action_button.click()
    assert told.args == [tmp_path / "Restored"]


def test_a_damaged_backup_is_told_and_nothing_is_made(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK no backup at all")
    session.controllers.backup.restore(tmp_path / "bad.zip", tmp_path / "Restored")
    qtbot.waitUntil(lambda: bool(session.window.centre.notice.text()))
    assert not (tmp_path / "Restored").exists()


def test_an_export_is_of_the_kind_that_was_chosen_for_it(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(tmp_path / "notes v1.2"), "CSV for a spreadsheet (*.csv)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: chosen)
    session.controllers.exchange.ask_export()
    qtbot.waitUntil((tmp_path / "notes v1.2.csv").exists)
    qtbot.waitUntil(lambda: session.lanes.models.is_idle)
    assert (tmp_path / "notes v1.2.csv").read_text("utf-8-sig").startswith("kind,")


def test_a_backup_keeps_the_name_that_it_was_given(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(tmp_path / "Studio v1.2")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (chosen, ""))
    session.controllers.backup.ask_back_up()
    qtbot.waitUntil((tmp_path / "Studio v1.2.zip").exists)
    qtbot.waitUntil(lambda: session.lanes.models.is_idle)
