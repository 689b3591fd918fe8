"""What a reference is for, and how much it counts: the button that tells and changes both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QComboBox, QMenu, QToolButton

from desktop.core.brand_kit import LOGO, STYLE
from desktop.core.generation_record import LESS, MORE, PERSON, SCENE, Reference
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

_WEIGHTS = {
    MORE: marked("Counts more"),
    None: marked("Counts as the others"),
    LESS: marked("Counts less"),
}


def weight_words(weight: float | None) -> str:
    """What is said of one that counts more or less; empty of any other."""
    return tr(_WEIGHTS[weight]) if weight in (MORE, LESS) else ""


def role_words(role: str) -> str:
    """A role as people call it; one of a template's own as the template does."""
    known = _ROLES.get(role)
    return tr(known) if known else role


def role_choice(name: str) -> QComboBox:
    """A list of the roles; its data is the role, "" for none."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    for each in ("", *_ROLES):
        made.addItem(role_words(each) or tr("No special role"), each)
    return made


def role_button(
    theme: Theme,
    reference: Reference,
    choose: Callable[[str], object],
    weigh: Callable[[float | None], object],
) -> QToolButton:
    """Opens a menu of roles and weights.

    Args:
        choose: called with the new role, "" for none.
        weigh: called with the new weight, None for that of the others.
    """
    role = reference.role
    made = icon_button(theme, "tag", tr("What this reference is for, and how much it counts"))
    made.setObjectName("role")
    is_special = role or reference.weight is not None
    made.setIcon(theme.icon("tag", "text" if is_special else "text_faint"))
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
    menu.addSeparator()
    weights = menu.addMenu(tr("How much it counts"))
    one_weight = QActionGroup(weights)
    for weight, words in _WEIGHTS.items():
        action = weights.addAction(tr(words))
        action.setCheckable(True)
        action.setChecked(weight == reference.weight)
        action.triggered.connect(partial(_choose, weigh, weight))
        one_weight.addAction(action)
    made.setMenu(menu)
    return made


def _choose(choose: Callable[[Any], object], value: Any, _is_checked: bool = False) -> None:
    choose(value)
