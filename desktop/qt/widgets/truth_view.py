"""Whether a generated picture shows the product that it was given: what is told, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.core.asset import displayable
from desktop.core.text import listed, ngettext, tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.flow_layout import FlowRow, Spare
from desktop.qt.widgets.labels import label

if TYPE_CHECKING:  # not needed to show the window
    from desktop.services.generation.product_check import CheckedProduct, TruthReport


class TruthView(QWidget):
    """A line that says how many things changed, below it which; hidden while nothing is known."""

    change_wanted = Signal()
    """Change a part of the picture."""
    compare_wanted = Signal()
    """Look at it with its products."""

    def __init__(self) -> None:
        super().__init__()
        self.headline = label(wraps=True)
        self.headline.setProperty("weight", "strong")
        self.findings = label(tone="soft", scale="small", wraps=True, selectable=True)
        self.change_button = button(tr("Change only a part…"), self.change_wanted.emit)
        self.compare_button = button(tr("Compare with product"), self.compare_wanted.emit)
        row = FlowRow(self.compare_button, self.change_button, spacing=UNIT, spare=Spare.WITHIN)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self.headline)
        column.addWidget(self.findings)
        column.addWidget(row)
        self.hide()

    def show_running(self) -> None:
        """It is being compared."""
        self._show(tr("Comparing with the product…"))

    def show_report(self, report: TruthReport) -> None:
        """It was compared."""
        products = report.products
        lines = [line for product in products for line in _lines(product, len(products) > 1)]
        self._show(_headline(report), "\n".join(lines))
        changed = any(product.truth.findings for product in products)
        self.change_button.setVisible(changed)
        self.compare_button.setVisible(
            any(product.reference.asset_id is not None for product in products)
        )

    def told(self) -> str:
        """What is said; empty where nothing is."""
        if self.isHidden():
            return ""
        return "\n".join(part for part in (self.headline.text(), self.findings.text()) if part)

    def _show(self, headline: str, findings: str = "") -> None:
        self.headline.setText(headline)
        self.findings.setText(findings)
        self.findings.setVisible(bool(findings))
        self.change_button.hide()
        self.compare_button.hide()
        self.show()


def _headline(report: TruthReport) -> str:
    truths = [product.truth for product in report.products]
    changed = sum(len(truth.findings) for truth in truths)
    if changed:
        return ngettext("{count} thing changed:", "{count} things changed:", changed)
    if any(truth.problem for truth in truths):
        return tr("Not compared with its product:")
    return ngettext("True to its product", "True to its {count} products", len(truths))


def _lines(product: CheckedProduct, is_one_of_several: bool) -> list[str]:
    truth = product.truth
    told = [str(finding.sentence()) for finding in truth.findings]
    if truth.problem:
        told.append(tr(truth.problem))
    if truth.unread:
        texts = listed([tr("“{words}”", words=words) for words in truth.unread])
        told.append(tr("Too small to be read: {texts}.", texts=texts))
    if is_one_of_several:
        name = displayable(product.reference.path.name)
        told = [tr("{name}: {what}", name=name, what=what) for what in told]
    return [f"· {line}" for line in told]
