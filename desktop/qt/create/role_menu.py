"""What a reference is for: the button that tells and changes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from desktop.core.brand_kit import LOGO, STYLE
from desktop.core.generation_record import PERSON, SCENE
from desktop.core.product_truth import PRODUCT
from desktop.core.text import marked, tr
from desktop.qt.theme import Theme
from desktop.qt.widgets.buttons import icon_button

_ROLES = {
    PRODUCT: marked("Product"),
    PERSON: marked("Person"),
    STYLE: marked("Style"),
    SCENE: marked("Scene"),
    LOGO: marked("Logo"),
}


def role_words(role: str) -> str:
    """A role as people call it; one of a template's own as the template does."""
    known = _ROLES.get(role)
    return tr(known) if known else role


def role_button(theme: Theme, role: str, choose: Callable[[str], object]) -> QToolButton:
    """Opens a menu of roles; ``choose`` is called with the new one, "" for none."""
    made = icon_button(theme, "tag", tr("What this reference is for"))
    made.setObjectName("role")
    made.setIcon(theme.icon("tag", "text" if role else "text_faint"))
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(made)
    menu.setToolTipsVisible(True)
    only_one = QActionGroup(menu)
    own = () if role in _ROLES or not role else (role,)
    for each in ("", *_ROLES, *own):
        action = menu.addAction(role_words(each) or tr("No special role"))
        action.setCheckable(True)
        action.setChecked(each == role)
        if each == PRODUCT:
            action.setToolTip(tr("The result is compared with it: letters, colours and shape"))
        action.triggered.connect(partial(_choose, choose, each))
        only_one.addAction(action)
    made.setMenu(menu)
    return made


def _choose(choose: Callable[[str], object], role: str, _is_checked: bool = False) -> None:
    choose(role)
