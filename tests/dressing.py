"""The style sheet comes last, as in the program."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication


def undress() -> None:
    """Take the style sheet off before a session is begun, which puts it on when its panels are
    there: where it is on before, every widget that is moved into another one is dressed anew."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyleSheet("")
