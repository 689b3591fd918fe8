"""One line of the tray: a reference with what can be done about it, or a thing without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from desktop.core.brand_kit import is_from_kit
from desktop.core.generation_record import CHOSEN, Reference
from desktop.core.reference_names import reference_name
from desktop.core.text import number, tr
from desktop.qt.create.role_menu import role_button, role_words, weight_words
from desktop.qt.create.tray_items import Empty, TrayItem
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import ElidedLabel
from desktop.qt.widgets.picture_label import PictureLabel

_TOOL = QSize(28, 28)
_PICTURE = 5 * UNIT


@dataclass(frozen=True, slots=True)
class RowActions:
    """What is called when a person does something about a reference.

    Attributes:
        swap: None where there is no other picture of its thing.
    """

    set_role: Callable[[str], object]
    set_weight: Callable[[float | None], object]
    toggle_pin: Callable[[], object]
    remove: Callable[[], object]
    swap: Callable[[], object] | None = None


def reference_row(
    theme: Theme,
    pictures: Pictures,
    cache: PixmapCache,
    item: TrayItem,
    place: int,
    thing: str,
    actions: RowActions,
) -> QFrame:
    """A picture, what is said of it, and its buttons.

    Args:
        place: its number among all, from 0.
        thing: the one that it is the first picture of; empty for others.
    """
    reference = item.reference
    name = reference_name(reference)
    row = QFrame()
    row.setAccessibleName(
        tr("Reference {number}: {file}, for “{words}”", number=place + 1, file=name, words=thing)
        if thing
        else tr("Reference {number}: {file}", number=place + 1, file=name)
    )
    picture = PictureLabel(theme, cache, side=_PICTURE)
    picture.show_picture(pictures.of_reference(reference), reference.crop)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(2, 2, 2, 2)
    layout.setSpacing(UNIT)
    layout.addWidget(picture)
    layout.addLayout(_two_lines(thing or name, _told(reference, thing)), 1)
    tools: list[QToolButton] = []
    if actions.swap is not None:
        tools.append(
            _swap(
                theme,
                tr("Swap it for the next best for “{words}”", words=reference.words),
                actions.swap,
            )
        )
    if not is_from_kit(reference):  # a kit says itself what its pictures are for
        tools.append(role_button(theme, reference, actions.set_role, actions.set_weight))
    tools += [_pin(theme, item, actions.toggle_pin), _remove(theme, actions.remove)]
    buttons = QHBoxLayout()
    buttons.setSpacing(UNIT // 2)
    for made in tools:
        made.setFixedSize(_TOOL)
        buttons.addWidget(made)
    layout.addLayout(buttons)
    return row


def empty_row(theme: Theme, words: str, empty: Empty, fill: Callable[[], object]) -> QFrame:
    """A thing for which nothing goes along, why, and how to change that where one can."""
    why = {
        Empty.MISSING: tr("Not in your library"),
        Empty.SHOWN_ELSEWHERE: tr("Its pictures are here already"),
        Empty.LEFT_OUT: tr("No picture goes along"),
    }[empty]
    row = QFrame()
    row.setAccessibleName(tr("“{words}”: {why}", words=words, why=why))
    row.setToolTip(words)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(2 + _PICTURE + UNIT, 2, 2, 2)
    layout.setSpacing(UNIT)
    layout.addLayout(_two_lines(words, why), 1)
    if empty is Empty.LEFT_OUT:
        made = _swap(theme, tr("Next best picture of “{words}”", words=words), fill)
        made.setFixedSize(_TOOL)
        layout.addWidget(made)
    return row


def _two_lines(title: str, told: str) -> QVBoxLayout:
    faint = ElidedLabel(told)
    faint.setProperty("tone", "faint")
    faint.setProperty("scale", "small")
    lines = QVBoxLayout()
    lines.setSpacing(0)
    lines.addStretch()
    lines.addWidget(ElidedLabel(title))
    lines.addWidget(faint)
    lines.addStretch()
    return lines


def _told(reference: Reference, thing: str) -> str:
    """What stands below its title: what it is for and how much it counts; of the first of a thing
    the file's name where there is nothing to say of that, of others why they are here."""
    # A template's own name for it says what it is for as well.
    called = "" if is_from_kit(reference) else reference.label
    told = [called or role_words(reference.role), weight_words(reference.weight)]
    if not thing:
        is_for = reference.words and reference.reason != CHOSEN
        why = tr("for “{words}”", words=reference.words) if is_for else tr(reference.reason)
        told.append(why[:1].upper() + why[1:])
    elif not any(told):
        told.append(reference_name(reference))
    if reference.score is not None:
        told.append(number(reference.score, 2))
    return " · ".join(filter(None, told))


def _swap(theme: Theme, told: str, clicked: Callable[[], object]) -> QToolButton:
    made = icon_button(theme, "refresh-cw", told, clicked)
    made.setObjectName("swap")
    return made


def _pin(theme: Theme, item: TrayItem, clicked: Callable[[], object]) -> QToolButton:
    words = (
        tr("Unpin: replace it when the prompt changes")
        if item.is_pinned
        else tr("Pin: keep it when the prompt changes")
    )
    made = icon_button(theme, "pin", words, clicked)
    made.setObjectName("pin")
    made.setCheckable(True)
    made.setChecked(item.is_pinned)
    made.setIcon(theme.icon("pin", "text" if item.is_pinned else "text_faint"))
    return made


def _remove(theme: Theme, clicked: Callable[[], object]) -> QToolButton:
    made = icon_button(theme, "x", tr("Remove this reference"), clicked)
    made.setObjectName("remove")
    return made
