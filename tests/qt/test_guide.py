"""The user's guide: complete in both languages, and found, read and left by keys."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.config.language import choose_language
from desktop.core.text import Language, speak
from desktop.qt.shell.guide import Guide, pages
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeEngine
from tests.qt.conftest import Opener


@pytest.fixture
def guide(qtbot: QtBot) -> Guide:
    made = Guide()
    qtbot.addWidget(made)
    made.show()
    return made


def titles(guide: Guide) -> list[str]:
    return [guide.list.item(row).text() for row in range(guide.list.count())]


def test_every_page_is_there_in_every_language() -> None:
    english, chinese = pages("en"), pages("zh_CN")
    assert len(english) >= 10
    assert [page.name for page in chinese] == [page.name for page in english]
    for page in (*english, *chinese):
        assert page.title
        assert page.text.startswith("# ")
    assert all(re.search(r"[\u4e00-\u9fff]", page.title) for page in chinese)
    assert pages("pt_BR") == english


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_links_lead_to_pages_of_the_guide(code: str) -> None:
    made = pages(code)
    names = {page.name for page in made}
    links = {link for page in made for link in re.findall(r"\]\(([^)]+)\)", page.text)}
    assert links
    assert links <= names


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_keys_that_the_guide_names_are_those_of_the_window(code: str, open_session: Opener) -> None:
    actions = open_session(FakeEngine([])).window.action_list
    known = {key for action in actions.all() for key in action.keys}
    named = {
        key for page in pages(code) for key in re.findall(r"Ctrl\+(?:Shift\+)?[A-Z0-5/]", page.text)
    }
    assert named - known <= {"Ctrl+V"}  # paste is a key of the search bar


def test_f1_opens_it_in_the_language_of_the_window(open_session: Opener, qtbot: QtBot) -> None:
    speak(choose_language({"PLANTAIN_LANGUAGE": "zh_CN"}))
    try:
        session: Session = open_session(FakeEngine([]))
        QTest.keyClick(session.window, Qt.Key.Key_F1)
        [opened] = session.window.findChildren(Guide)
        assert opened.isVisible()
        assert titles(opened) == [page.title for page in pages("zh_CN")]
        assert "Plantain" in opened.text.toPlainText()
        QTest.keyClick(opened, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not session.window.findChildren(Guide))
    finally:
        speak(Language())


def test_words_find_pages_and_are_marked(guide: Guide) -> None:
    guide.field.setFocus()
    QTest.keyClicks(guide.field, "contact sheet")
    assert titles(guide) == ["Tags, stars and boards"]
    assert guide.text.textCursor().selectedText() == "contact"
    guide.field.clear()
    assert len(titles(guide)) == len(pages("en"))
    assert guide.list.currentItem().text() == "Tags, stars and boards"
    QTest.keyClicks(guide.field, "xyzzy")
    assert titles(guide) == []
    assert guide.none_found.isVisible()


def test_a_link_turns_to_its_page_and_nothing_leads_out(guide: Guide) -> None:
    guide.show_page("10-trouble.md")
    guide.text.anchorClicked.emit(QUrl("08-models.md"))
    assert guide.list.currentItem().text() == "Models and languages"
    guide.text.anchorClicked.emit(QUrl("https://example.com/elsewhere"))
    assert guide.list.currentItem().text() == "Models and languages"
