"""The button that offers templates, earlier prompts, and what can be done with templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from desktop.core.generation_record import GenerationRequest
from desktop.core.text import tr
from desktop.generation.template import CATEGORIES, PromptTemplate, spoken
from desktop.generation.template_files import Templates
from desktop.qt.theme import UNIT, Theme

_LONGEST = 60
"""Characters of an earlier prompt that its line shows."""
_MOST_EARLIER = 20


class TemplateButton(QToolButton):
    """Says which template is in use; its menu holds all others."""

    template_chosen = Signal(str)
    """Its name; empty for none."""
    earlier_chosen = Signal(object)
    """GenerationRequest that was made before."""
    save_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal(str)
    delete_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("choice")
        self.setIcon(theme.icon("chevron-down"))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the words
        self.templates: tuple[PromptTemplate, ...] = ()
        """Those that are offered."""
        self._earlier: list[GenerationRequest] = []
        self._chosen: PromptTemplate | None = None
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._menu = QMenu(self)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.show_chosen(None)

    def show_templates(self, templates: Templates) -> None:
        """Those that there are."""
        self.templates = templates.usable

    def show_earlier(self, requests: Sequence[GenerationRequest]) -> None:
        """What was asked for before, the newest first."""
        self._earlier = [*requests[:_MOST_EARLIER]]

    def note(self, request: GenerationRequest) -> None:
        """This is asked for now."""
        rest = [each for each in self._earlier if each.prompt != request.prompt]
        self._earlier = [request, *rest][:_MOST_EARLIER]

    def show_chosen(self, template: PromptTemplate | None) -> None:
        """The one that is in use."""
        self._chosen = template
        name = template.label(spoken()) if template else ""
        words = name or tr("Template")
        self.setText(self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, 13 * UNIT))
        note = template.note.said(spoken()) if template else tr("Start from a template")
        self.setToolTip("\n".join(part for part in (name, note) if part))
        self.setAccessibleName(tr("Template: {name}", name=name) if name else words)

    def _fill(self) -> None:
        """Made anew each time it opens: what there is changes."""
        menu = self._menu
        for below in menu.findChildren(QMenu):
            below.deleteLater()
        menu.clear()
        language = spoken()
        for category, title in CATEGORIES.items():
            those = [each for each in self.templates if each.category == category]
            if those:
                below = menu.addMenu(tr(title))
                below.setToolTipsVisible(True)
                for template in those:
                    action = below.addAction(_plain(template.label(language)))
                    action.setToolTip(template.note.said(language))
                    action.setCheckable(True)
                    action.setChecked(template == self._chosen)
                    self._calls(action, self.template_chosen.emit, template.name)
        none = menu.addAction(tr("No template"))
        none.setEnabled(self._chosen is not None)
        self._calls(none, self.template_chosen.emit, "")
        menu.addSeparator()
        earlier = menu.addMenu(tr("Earlier prompts"))
        earlier.setEnabled(bool(self._earlier))
        for request in self._earlier:
            line = " ".join(request.prompt.split())
            line = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
            self._calls(earlier.addAction(_plain(line)), self.earlier_chosen.emit, request)
        menu.addSeparator()
        menu.addAction(tr("Save prompt as template…"), self.save_wanted.emit)
        menu.addAction(tr("Import templates…"), self.import_wanted.emit)
        if self._chosen is not None:
            name = self._chosen.name
            menu.addAction(tr("Export this template…"), lambda: self.export_wanted.emit(name))
            if self._chosen.category == "own":
                menu.addAction(tr("Remove this template"), lambda: self.delete_wanted.emit(name))

    def _calls(self, action: QAction, tell: Callable[[object], object], value: object) -> None:
        action.triggered.connect(lambda: tell(value))


def _plain(text: str) -> str:
    """A menu reads "&" as a mark of its own."""
    return text.replace("&", "&&")
