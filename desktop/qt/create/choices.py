"""How a picture is to be made: by whom, by which model, in which shape and size, and its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.core.text import marked, number, tr
from desktop.generation.capabilities import ModelCapabilities
from desktop.generation.cost import estimated_usd
from desktop.generation.generator import ImageGenerator
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label

MOST_VARIANTS = 8
_THINKING = {
    "minimal": marked("Hardly"),
    "low": marked("A little"),
    "medium": marked("Medium"),
    "high": marked("Long"),
}


class Choices(QWidget):
    """What of a request is chosen from lists; each list has what the one above allows."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._generators: dict[str, ImageGenerator] = {}
        self._asked_api = ""
        self._proposed = 1
        self.generator_combo = _combo(tr("Made by"))
        self.model_combo = _combo(tr("Model"))
        self.ratio_combo = _combo(tr("Shape"))
        self.size_combo = _combo(tr("Size"))
        self.thinking_combo = _combo(tr("Thinking"))
        self.variants = _combo(tr("Variants"))
        for count in range(1, MOST_VARIANTS + 1):
            self.variants.addItem(number(count), count)
        # Laid out by the panel, beside what it would buy.
        self.price_label = label(tone="faint", scale="small", wraps=True)
        self._grid = grid = QGridLayout()
        grid.setHorizontalSpacing(UNIT)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 3)
        self._captions: dict[QWidget, QLabel] = {}
        for at, widget in enumerate(
            (
                *(self.generator_combo, self.ratio_combo),
                *(self.model_combo, self.size_combo),
                *(self.thinking_combo, self.variants),
            )
        ):
            caption = label(widget.accessibleName(), tone="faint", scale="small")
            caption.setBuddy(widget)
            caption.setContentsMargins(0, UNIT // 2 if at > 1 else 0, 0, 0)
            self._captions[widget] = caption
            grid.addWidget(caption, at // 2 * 2, at % 2)
            grid.addWidget(widget, at // 2 * 2 + 1, at % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addLayout(grid)
        self.generator_combo.currentIndexChanged.connect(self._on_generator)
        self.model_combo.currentIndexChanged.connect(self._on_model)
        for combo in (self.ratio_combo, self.size_combo, self.thinking_combo, self.variants):
            combo.currentIndexChanged.connect(self.changed)

    def show_generators(self, generators: Sequence[ImageGenerator]) -> None:
        """Who can make pictures; offline ones first, so that the first picture needs no key."""
        self._generators = {made.name: made for made in generators}
        self.generator_combo.clear()
        for made in sorted(generators, key=lambda made: not made.is_offline):
            self.generator_combo.addItem(tr(made.label), made.name)

    def generator(self) -> ImageGenerator | None:
        """Who makes it."""
        return self._generators.get(self.generator_combo.currentData() or "")

    def model(self) -> ModelCapabilities | None:
        """By which model; None while there is nobody to make it."""
        made = self.generator()
        return made.models.find(self.model_combo.currentData() or "") if made else None

    def variant_count(self) -> int:
        """How many pictures of the request."""
        return self.variants.currentData() or 1

    def propose_variants(self, count: int) -> None:
        """So many, as far as they go; a mood board is one."""
        self._proposed = min(count, MOST_VARIANTS)
        if self.variants.isVisibleTo(self):
            _choose(self.variants, self._proposed)

    def in_request(self, request: GenerationRequest) -> GenerationRequest:
        """The request with what is chosen here."""
        return replace(
            request,
            generator=self.generator_combo.currentData() or "",
            model=self.model_combo.currentData() or "",
            aspect_ratio=self.ratio_combo.currentData() or "1:1",
            image_size=self.size_combo.currentData() or "1K",
            thinking=self.thinking_combo.currentData() or "",
            api=self._asked_api,
        )

    def use(self, request: GenerationRequest) -> None:
        """Choose what an earlier request had, a model that is no longer offered included."""
        _choose(self.generator_combo, request.generator)
        made = self.generator()
        if made is not None and request.model and self.model_combo.findData(request.model) < 0:
            self.model_combo.addItem(made.models.find(request.model).title, request.model)
        _choose(self.model_combo, request.model or (made.models.default if made else ""))
        _choose(self.ratio_combo, request.aspect_ratio)
        _choose(self.size_combo, request.image_size)
        _choose(self.thinking_combo, request.thinking)
        self._asked_api = request.api

    def choose_ratio(self, ratio: str) -> None:
        """This one, where the model makes it."""
        _choose(self.ratio_combo, ratio)

    def refresh_models(self) -> None:
        """The list of models may be another by now; what is chosen stays where it can."""
        if self.generator() is not None:
            self._on_generator()

    def choose_another_model(self) -> None:
        """The one that was asked for is gone: the list opens on those that answer."""
        self.model_combo.setFocus()
        self.model_combo.showPopup()

    def show_price(self, request: GenerationRequest, tokens_before: int = 0) -> None:
        """What this would cost; ``tokens_before``: of the talk that goes along."""
        made, model = self.generator(), self.model()
        if made is None or model is None or made.is_offline:
            self.price_label.setText("")
            return
        each = estimated_usd(request, model, tokens_before)
        count = self.variant_count()
        if each is None:
            self.price_label.setText(tr("What it costs is not known."))
        elif count > 1:
            self.price_label.setText(
                tr(
                    "About ${total}: {count} pictures at ${each}.",
                    total=number(each * count, 3),
                    count=count,
                    each=number(each, 3),
                )
            )
        else:
            self.price_label.setText(tr("About ${total}.", total=number(each, 3)))

    def price(self) -> str:
        """What is said of the cost."""
        return self.price_label.text()

    def _on_generator(self) -> None:
        made = self.generator()
        models = made.models.offered() if made else ()
        _fill(self.model_combo, [(model.title, model.id) for model in models])
        is_online = made is not None and not made.is_offline
        was_online = self.variants.isVisibleTo(self)
        for widget in (self.model_combo, self.variants):
            widget.setVisible(is_online)
            self._captions[widget].setVisible(is_online)
        if is_online != was_online:
            _choose(self.variants, self._proposed if is_online else 1)
        # Beside the model, or where it would be.
        for row, widget in ((2, self._captions[self.size_combo]), (3, self.size_combo)):
            self._grid.addWidget(widget, row, 1 if is_online else 0)
        self.price_label.setVisible(is_online)
        self._on_model()

    def _on_model(self) -> None:
        model = self.model()
        self._asked_api = ""
        _fill(
            self.ratio_combo,
            [(_ratio_text(ratio), ratio) for ratio in (model.ratios if model else ())]
            + ([(tr("The model decides"), AUTO)] if self.model_combo.isVisibleTo(self) else []),
        )
        sizes = [(size, size) for size in (model.sizes if model else ())]
        _fill(self.size_combo, sizes)
        thinking = model.thinking if model and self.model_combo.isVisibleTo(self) else ()
        _fill(
            self.thinking_combo,
            [(tr("As usual"), "")]
            + [(tr(_THINKING[level]), level) for level in thinking if level in _THINKING],
        )
        self.thinking_combo.setVisible(bool(thinking))
        self._captions[self.thinking_combo].setVisible(bool(thinking))
        self.changed.emit()


def _combo(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(6)
    return made


def _fill(combo: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    """Other items; what was chosen stays so where it is among them."""
    before = combo.currentData()
    combo.blockSignals(True)
    combo.clear()
    for text, value in items:
        combo.addItem(text, value)
    _choose(combo, before)
    combo.blockSignals(False)


def _choose(combo: QComboBox, value: object) -> None:
    at = combo.findData(value)
    if at >= 0:
        combo.setCurrentIndex(at)


def _ratio_text(ratio: str) -> str:
    width, height = (int(side) for side in ratio.split(":"))
    if width == height:
        return tr("{ratio} square", ratio=ratio)
    return tr("{ratio} wide", ratio=ratio) if width > height else tr("{ratio} tall", ratio=ratio)
