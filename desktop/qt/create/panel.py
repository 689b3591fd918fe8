"""Create: a prompt, references proposed by the library, a generator, and what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.asset import Asset
from desktop.core.errors import (
    AnswerNotKept,
    GenerationError,
    KeyMissing,
    KeyRefused,
    PlantainError,
    Remedy,
)
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.generation.generator import ImageGenerator
from desktop.generation.provider import Provider
from desktop.generation.template import PromptTemplate
from desktop.qt.create.choices import Choices
from desktop.qt.create.failure_card import FailureCard
from desktop.qt.create.foot import CreateFoot
from desktop.qt.create.key_form import KeyForm
from desktop.qt.create.kit_row import KitRow
from desktop.qt.create.prompt_edit import PromptEdit
from desktop.qt.create.reference_tray import ReferenceTray
from desktop.qt.create.restoring import not_restored
from desktop.qt.create.result_card import ResultCard
from desktop.qt.create.template_form import TemplateForm
from desktop.qt.create.turn_row import TurnRow
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.flow_layout import FlowRow, Spare
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.panel_scroll import PanelScroll
from desktop.services.reports import GeneratedPicture
from desktop.services.search.proposals import ThingProposals

DEBOUNCE_MS = 350
"""Longer than the search bar's: a sentence is being written, and proposals move the tray."""

EACH = 12
"""So many pictures are looked for of each thing; those that are not shown are the next best."""

_USUAL = "gemini"
"""The service whose key is asked for where nothing else is chosen."""


class GenerationPanel(QWidget):
    """Everything that one generation needs; keeps its inputs whatever happens."""

    proposals_wanted = Signal(str, int)
    """(prompt, how many pictures of each thing that it names)."""
    proposals_unwanted = Signal()
    generate_requested = Signal(object)
    """tuple[GenerationRequest, ...]: one for each variant."""
    queue_requested = Signal(object)
    """The same, to be made behind what waits."""
    queue_wanted = Signal()
    matrix_wanted = Signal()
    base_wanted = Signal(object)
    """GenerationRequest whose talk cannot be gone on with: ask it of the picture itself."""
    save_again_requested = Signal()
    """Of an answer that a full disk left."""
    save_elsewhere_requested = Signal(str)
    """Key of the attempt whose answer is in memory alone."""
    settings_wanted = Signal()
    sending_wanted = Signal(object)
    """tuple[GenerationRequest, ...]: show what would be sent."""
    online_wanted = Signal()
    """The person does not want to work offline any more."""
    draft_changed = Signal()
    """What was entered is another, and may be kept."""
    cancel_requested = Signal()
    key_entered = Signal(str, bool)
    """The key, and whether it is for this session only."""
    key_state_wanted = Signal()
    link_opened = Signal(str)
    show_in_library_requested = Signal(int)

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._proposed_for = ""
        self._asked: tuple[GenerationRequest, ...] = ()
        self._services: Mapping[str, Provider] = {}
        self._with_key: set[str] = set()
        self._is_key_asked = False
        self._is_running = False
        self._is_offline = False

        self.prompt = PromptEdit()
        self.prompt.textChanged.connect(self._on_prompt)
        self.prompt.submitted.connect(self._generate)
        self.templates = TemplateForm(self.prompt, theme, pictures, cache)
        self.templates.changed.connect(self.draft_changed)
        self.templates.chosen.connect(self._on_template)
        self.templates.variants_proposed.connect(lambda n: self.choices.propose_variants(n))
        self.templates.menu_button.earlier_chosen.connect(self.use_request)
        self.propose_check = QCheckBox(tr("Propose from my library"))
        self.propose_check.setChecked(True)
        self.propose_check.toggled.connect(self._on_propose)
        self.tray = ReferenceTray(theme, pictures, cache)
        self.tray.changed.connect(self._refresh)
        self.tray.changed.connect(self.draft_changed)
        self.tray.changed.connect(lambda: self.templates.keep_references(self.tray.references()))
        self.templates.references_changed.connect(self.tray.exchange)
        self.kits = KitRow(theme)
        self.kits.references_changed.connect(self.tray.exchange)
        self.kits.chosen.connect(self._refresh)
        self.kits.chosen.connect(self.draft_changed)
        self.turn = TurnRow()
        self.turn.changed.connect(self._refresh)
        self.turn.changed.connect(self.draft_changed)
        self._count = label(tone="faint", scale="small")
        self.choices = Choices()
        self.choices.changed.connect(self._on_choice)
        self.generator_combo = self.choices.generator_combo
        self.generator_combo.currentIndexChanged.connect(self._on_generator)
        self.key_form = KeyForm(theme)
        self.key_form.key_entered.connect(self.key_entered)
        self.key_form.link_opened.connect(self.link_opened)
        self.foot = CreateFoot(self.choices.price_label)
        self.foot.generate_wanted.connect(self._generate)
        self.foot.cancel_wanted.connect(self.cancel_requested)
        self.foot.sending_wanted.connect(self._ask_sending)
        self.sending_button = self.foot.sending_button
        self.generate_button = self.foot.generate_button
        self.cancel_button = self.foot.cancel_button
        self.queue_row = self.foot.queue_row
        self.queue_row.added.connect(self._queue)
        self.queue_row.show_wanted.connect(self.queue_wanted)
        self.queue_row.matrix_wanted.connect(self.matrix_wanted)
        self.failure = FailureCard()
        self.failure.remedy_chosen.connect(self._do_about)
        self.key_form.other_wanted.connect(self._try_other_key)
        for details in (self.failure.details, self.key_form.details):
            details.opened.connect(lambda shown=details: self._scroll.ensureWidgetVisible(shown))
        self.result_card = ResultCard(theme, pictures, cache)
        self.result_card.show_requested.connect(self.show_in_library_requested)
        self.result_card.reference_wanted.connect(self.add_references)
        for hidden in (self.failure, self.result_card, self.key_form):
            hidden.hide()

        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask_proposals)
        self._lay_out()
        self._refresh()

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(UNIT)
        title.addWidget(label(tr("References"), weight="strong"))
        title.addWidget(self._count)
        titled = QWidget()
        titled.setLayout(title)
        title.setContentsMargins(0, 0, 0, 0)
        references = FlowRow(titled, self.propose_check, spacing=UNIT, spare=Spare.BETWEEN)

        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, UNIT // 2, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(self.templates)
        column.addWidget(self.prompt)
        column.addWidget(self.turn)
        column.addSpacing(UNIT)
        column.addWidget(references)
        column.addWidget(self.tray)
        column.addSpacing(UNIT)
        column.addWidget(self.kits)
        column.addSpacing(UNIT)
        column.addWidget(self.choices)
        column.addWidget(self.key_form)
        column.addWidget(self.failure)
        column.addWidget(self.result_card)
        column.addStretch(1)  # or the references share what is left of the height
        self._scroll = PanelScroll(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self.foot)

    # ------------------------------------------------------------------ told from outside

    def show_generators(
        self,
        generators: Sequence[ImageGenerator],
        services: Mapping[str, Provider] = MappingProxyType({}),
    ) -> None:
        """Who can make pictures; ``services``: what is known of those that need a key, by name."""
        self._services = services
        self._show_key_service()
        self.choices.show_generators(generators)
        self._refresh()

    def show_key_state(self, has_key: bool, service: str = _USUAL) -> None:
        """Whether a key of this service is known."""
        (self._with_key.add if has_key else self._with_key.discard)(service)
        if service == self.key_service():
            self._is_key_asked = False
            self.key_form.ask()
        self._refresh()

    def show_models_again(self) -> None:
        """A service has said which models it has."""
        self.choices.refresh_models()

    def ask_key(self) -> None:
        """A person wants to enter a key, or another one."""
        self._is_key_asked = True
        self._refresh()
        self.key_form.field.setFocus()
        self._scroll.ensureWidgetVisible(self.key_form.get_button)

    def show_key_problem(self, error: PlantainError) -> None:
        """The key could not be kept, or Gemini refused it; another one can be entered."""
        service = self.key_service()
        title = ""
        if isinstance(error, KeyRefused):
            title = tr("{service} did not accept the key", service=self._service_name(service))
        else:
            self._with_key.discard(service)
        self._is_key_asked = True
        details = error.details if isinstance(error, GenerationError) else ""
        self.key_form.ask(title, error.sentence(), details)
        self._refresh()

    def offer_other_key(self, service: str) -> None:
        """Beside the one that was refused there is one."""
        if service == self.key_service() and self._is_key_asked:
            self.key_form.offer_other()

    def show_offline(self, is_offline: bool) -> None:
        """Whether anything may leave this computer."""
        self._is_offline = is_offline
        self._refresh()

    def show_proposals(self, prompt: str, things: Sequence[ThingProposals]) -> None:
        """What the library proposes for that prompt, which may not be the one shown any more, thing
        by thing."""
        if self.propose_check.isChecked() and prompt == self.templates.sought():
            self._proposed_for = prompt
            self.tray.propose(things)
            self.tray.set_current(True)

    def add_references(self, assets: Sequence[Asset]) -> None:
        """A person chose these from the library."""
        self.tray.add_assets(assets)

    def use_request(self, request: GenerationRequest) -> None:
        """Start from an earlier request: exactly what it asked for; what cannot be had is told."""
        self.failure.clear()
        self.propose_check.setChecked(False)
        self.templates.use(request, request.references)
        self.kits.use(request)
        self.prompt.setPlainText(request.prompt)
        self.tray.replace_all(request.references)
        self.choices.use(request)
        self.turn.use(request)
        self._refresh()
        self.foot.clear()
        if told := not_restored(request, self.request()):
            self.foot.say(told)
        self.prompt.setFocus()

    def look_at(self, shown: GeneratedPicture, talk: Sequence[GeneratedPicture]) -> None:
        """Show a picture of the library as one that was just made; its next turn can be asked for.

        Args:
            talk: the turns before and beside it.
        """
        turns = self.result_card.turns
        turns.know(talk)
        self.result_card.show_results((shown,))
        self.result_card.show()
        turns.words.setFocus()
        QTimer.singleShot(0, turns, lambda: self._scroll.ensureWidgetVisible(turns))

    def go_on(self, request: GenerationRequest) -> None:
        """Create a next turn on the picture that is shown, which stays in sight."""
        self._begin((request,), keeps_result=True)

    def show_progress(self, progress: Progress) -> None:
        """The generation came further; one that has ended has no further to come."""
        if not self._is_running:
            return
        self.foot.show_progress(progress)
        self._refresh()

    def show_results(self, results: Sequence[GeneratedPicture]) -> None:
        """The pictures are there, with the drafts on the way to them; the last one is shown."""
        self._end()
        self.show_so_far(results)

    def show_so_far(self, results: Sequence[GeneratedPicture]) -> None:
        """The same, while others are still to come."""
        self.result_card.show_results(results)
        self.result_card.show()
        # The layout has to know the card before it can be scrolled to.
        QTimer.singleShot(0, self.result_card, self._reveal_result)

    def show_whether_searchable(self, result: GeneratedPicture, is_searchable: bool) -> None:
        """Indexing the picture has ended; without a word when it went well, as it should."""
        self.result_card.show_whether_searchable(result, is_searchable)

    def show_failure(self, error: PlantainError) -> None:
        """It did not work; prompt and references stay as they are."""
        self._end()
        is_of_key = isinstance(error, (KeyMissing, KeyRefused))
        if is_of_key and self.asked_service() == self.key_service():
            self.show_key_problem(error)
            self.key_form.field.setFocus()
            return
        self.failure.show_error(error)
        QTimer.singleShot(0, self.failure, lambda: self._scroll.ensureWidgetVisible(self.failure))

    def show_stopped(self) -> None:
        """A person stopped it."""
        self._end()
        self.foot.say(tr("Stopped. Your prompt and references are still here."))

    def request(self) -> GenerationRequest:
        """What the panel holds now: the words, and the pictures that were shown for them."""
        request = GenerationRequest(prompt=self._words(), references=self.tray.references())
        request = self.kits.in_request(self.templates.in_request(request))
        return self.turn.in_request(self.choices.in_request(request))

    def draft(self) -> GenerationRequest:
        """What was entered: the words as they are, and the pictures that a person chose."""
        request = GenerationRequest(self.prompt.toPlainText(), self.tray.pinned())
        request = self.kits.in_request(self.templates.in_draft(request))
        return self.turn.in_request(self.choices.in_request(request))

    def restore(self, draft: GenerationRequest) -> None:
        """Go on with what was entered before the window was closed, unless something is."""
        if not self.prompt.toPlainText() and self.kits.only_kits(self.request()):
            self.choices.use(draft)
            self.templates.use(draft, draft.references)
            self.kits.use(draft)
            self.tray.replace_all(draft.references)
            self.turn.use(draft)
            self.prompt.setPlainText(draft.prompt)

    @property
    def is_running(self) -> bool:
        """A picture is being made."""
        return self._is_running

    def failure_text(self) -> str:
        """What went wrong; empty when nothing did."""
        return self.failure.text()

    # ------------------------------------------------------------------ inside

    def _words(self) -> str:
        return self.prompt.toPlainText().strip()

    def _generator(self) -> ImageGenerator | None:
        return self.choices.generator()

    def key_service(self) -> str:
        """Name of the service whose key is asked for."""
        made = self._generator()
        return _USUAL if made is None or made.is_offline else made.name

    def asked_service(self) -> str:
        """Name of the service that was asked; another one may be chosen by now."""
        return self._asked[0].generator if self._asked else self.key_service()

    def _service_name(self, name: str) -> str:
        return self._services[name].service if name in self._services else name

    def _show_key_service(self) -> None:
        provider = self._services.get(self.key_service())
        if provider is not None:
            self.key_form.show_provider(provider)

    def _needs_key(self) -> bool:
        made = self._generator()
        return made is not None and not made.is_offline and made.name not in self._with_key

    def _refresh(self) -> None:
        count = len(self.tray.references())
        self._count.setText(
            tr("{count} of {limit}", count=count, limit=self.tray.limit) if count else ""
        )
        made = self._generator()
        request = self.request()
        self.foot.show_recipient(
            made, count, is_offline=self._is_offline, is_turn=bool(request.parent_attempt)
        )
        self.key_form.setVisible(self._needs_key() or self._is_key_asked)
        can_begin = bool(self._words()) and made is not None and not self._needs_key()
        self.foot.show_possible(
            can_begin=can_begin, can_look=bool(self._words()), is_running=self._is_running
        )
        self.choices.show_price(request, self.turn.tokens_before)
        self.kits.tell(request)

    def _generate(self) -> None:
        if self.generate_button.isEnabled():
            self.templates.menu_button.note(self.request())
            self._begin(self._variants())

    def _ask_sending(self) -> None:
        self.sending_wanted.emit(self._variants())

    def _queue(self) -> None:
        self.queue_requested.emit(self._variants())

    def _variants(self) -> tuple[GenerationRequest, ...]:
        return self.templates.variants(self.request(), self.choices.variant_count())

    def _begin(
        self, requests: tuple[GenerationRequest, ...], *, keeps_result: bool = False
    ) -> None:
        if self._is_running:
            return
        self._asked = requests
        self.failure.clear()
        self.result_card.setVisible(keeps_result)
        was_on_button = self.generate_button.hasFocus()
        self._is_running = True
        self.show_progress(Progress(tr("Starting")))
        if was_on_button:
            # Qt would pass the focus of a disabled button on to whatever comes next.
            self.cancel_button.setFocus()
        self.generate_requested.emit(requests)

    def _end(self) -> None:
        was_on_button = self.cancel_button.hasFocus()
        self._is_running = False
        self.foot.clear()
        self.failure.clear()
        # Enabled before the other one is hidden, so that the focus has where to go.
        self.generate_button.setEnabled(True)
        if was_on_button:
            self.generate_button.setFocus()
        self._refresh()

    def _reveal_result(self) -> None:
        self._scroll.ensureWidgetVisible(self.result_card, 0, 2 * UNIT)

    def _on_prompt(self) -> None:
        # Pictures that were proposed for other words are not sent with these.
        self.tray.set_current(self.templates.sought() == self._proposed_for)
        self._refresh()
        self._timer.start()
        self.draft_changed.emit()

    def _on_template(self, template: PromptTemplate) -> None:
        if template.ratio:
            self.choices.choose_ratio(template.ratio)

    def _on_propose(self, is_on: bool) -> None:
        if is_on:
            self._ask_proposals()
        else:
            self._timer.stop()
            self._drop_proposals()

    def _on_generator(self) -> None:
        self.failure.clear()
        self._is_key_asked = False
        self._show_key_service()
        if self._needs_key():
            self.key_state_wanted.emit()

    def _on_choice(self) -> None:
        model = self.choices.model()
        if model is not None:
            self.tray.set_limit(model.max_references)
        self._refresh()
        self.draft_changed.emit()

    def _try_other_key(self) -> None:
        self._is_key_asked = False
        self._begin(self._asked or self._variants())

    def _do_about(self, remedy: Remedy, error: PlantainError) -> None:
        """The next step that the failure offers."""
        match remedy:
            case Remedy.TRY_AGAIN | Remedy.WAIT:
                if not isinstance(error, GenerationError) or isinstance(error, AnswerNotKept):
                    self.save_again_requested.emit()
                elif self._asked:
                    self._begin(self._asked)
            case Remedy.REWORD:
                self.prompt.setFocus()
                self.prompt.selectAll()
            case Remedy.CHOOSE_MODEL:
                self.choices.choose_another_model()
            case Remedy.ENTER_KEY:
                self.ask_key()
            case Remedy.FEWER_REFERENCES:
                self._scroll.ensureWidgetVisible(self.tray)
                self.tray.focus_first()
            case Remedy.OPEN_PAGE if isinstance(error, GenerationError):
                self.link_opened.emit(error.page)
            case Remedy.SAVE_ELSEWHERE if isinstance(error, AnswerNotKept):
                self.save_elsewhere_requested.emit(error.key)
            case Remedy.RAISE_LIMIT:
                self.settings_wanted.emit()
            case Remedy.GO_ONLINE:
                self.failure.clear()
                self.online_wanted.emit()
            case Remedy.SEE_WHAT_IS_SENT if self._asked is not None:
                self._begin(self._asked)
            case Remedy.USE_AS_BASE if self._asked:
                self.base_wanted.emit(self._asked[0])
            case _:
                pass

    def _ask_proposals(self) -> None:
        prompt = self.templates.sought()
        if not self.propose_check.isChecked():
            return
        if prompt:
            self.proposals_wanted.emit(prompt, EACH)
        else:
            self.tray.forget_refused()
            self._drop_proposals()

    def _drop_proposals(self) -> None:
        self.proposals_unwanted.emit()
        self.tray.propose(())
