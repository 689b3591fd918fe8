"""Labels that give way to what they say."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.qt.theme import Theme
from desktop.qt.widgets.labels import MessageLabel
from desktop.qt.widgets.notice_bar import NoticeBar

NAME = f"{'wet_sand_' * 20}final.jpg"


def shown(label: MessageLabel) -> str:
    return QLabel.text(label)


@pytest.fixture
def message(qtbot: QtBot) -> MessageLabel:
    made = MessageLabel()
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    return made


def test_a_name_that_fits_no_line_is_elided_and_whole_in_the_tool_tip(
    message: MessageLabel,
) -> None:
    said = f"It is another one now: {NAME}. Nothing was sent."
    message.setText(said)
    assert shown(message).startswith("It is another one now: wet_sand_")
    assert shown(message).endswith("Nothing was sent.")
    assert "…" in shown(message)
    assert message.text() == message.toolTip() == said
    message.resize(4000, 100)
    assert (shown(message), message.toolTip()) == (said, "")


@pytest.mark.parametrize(
    "said",
    [
        "Several words that take more than one line, each short",
        "这张图片与添加到队列时看到的不同，因此没有发送任何内容，请先查看再决定。" * 2,
        "🍌🍌 " * 30,
    ],
)
def test_what_can_be_broken_is_broken(message: MessageLabel, said: str) -> None:
    message.setText(said)
    assert shown(message) == said
    assert message.toolTip() == ""
    assert message.heightForWidth(200) > message.fontMetrics().height()


def test_a_narrow_notice_has_its_button_below_its_words(theme: Theme, qtbot: QtBot) -> None:
    bar = NoticeBar(theme)
    qtbot.addWidget(bar)
    bar.say("Not as you have seen it. " * 6, action="See what would be sent…")
    bar.resize(900, 200)
    qtbot.waitUntil(lambda: bar.action_button.x() > bar._message.geometry().right())
    bar.resize(380, 400)
    qtbot.waitUntil(lambda: bar.action_button.y() > bar._message.geometry().bottom())
    assert bar.action_button.width() >= bar.action_button.sizeHint().width()
    assert bar._message.width() > bar.width() / 2
