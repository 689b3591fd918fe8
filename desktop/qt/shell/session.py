"""One run of the window: opens the library in a lane, joins everything, closes it in reverse."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop.config.crashes import mark_seen
from desktop.config.window_memory import ShownPlace
from desktop.core.errors import PlantainError
from desktop.core.text import tr
from desktop.files.regular_file import read_guarded
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.jobs.lanes import Lanes
from desktop.qt.shell.error_reporting import ErrorReporting
from desktop.qt.shell.main_window import MainWindow
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.window_place import (
    arrange_panels,
    come_back,
    place_window,
    set_orders,
    shown_place,
    window_state,
)
from desktop.qt.theme import Theme

if TYPE_CHECKING:
    from desktop.config.preferences import Preferences
    from desktop.config.window_memory import WindowMemory
    from desktop.qt.create.controller import CreationController
    from desktop.qt.create.kit_controller import KitController
    from desktop.qt.create.template_controller import TemplateController
    from desktop.qt.jobs.context import Context
    from desktop.qt.manage.settings_controller import SettingsController
    from desktop.qt.shell.controllers import Controllers
    from desktop.qt.shell.recovery import Recovery, Remedies
    from desktop.services.engine import Engine
    from desktop.services.reports import LibraryStatus

_log = logging.getLogger(__name__)


class Session(QObject):
    """Window, lanes and controllers.

    ``panels_built`` comes once the window has its panels, ``library_shown`` once the pictures are
    there.

    Args:
        open_engine: opens the library; called in the index lane, and again on "Try again".
        add: folders and files to add as soon as the library is open.
        report_command: writes a report for whoever helps to the path put behind it.
        crashes: files with the stacks of earlier crashes, the newest first; offered once.
        remedies: what can be tried with a library that does not open.
        preferences: the settings in use; None where they cannot be read.
        memory: where the window was and what it showed; None to begin afresh and keep nothing.
    """

    panels_built = Signal()
    library_shown = Signal()
    library_wanted = Signal(object)
    """Path: close this one, and open that library."""
    demo_wanted = Signal()
    """Close this one, and open the demo."""

    def __init__(
        self,
        theme: Theme,
        open_engine: Callable[[], Engine],
        add: Sequence[Path] = (),
        report_command: Sequence[str] = (),
        crashes: Sequence[Path] = (),
        remedies: Remedies | None = None,
        preferences: Preferences | None = None,
        memory: WindowMemory | None = None,
    ) -> None:
        super().__init__()
        self._open_engine = open_engine
        self._add = tuple(add)
        self._engine: Engine | None = None
        self._crashes = tuple(crashes)
        self._is_closed = False
        self._theme = theme
        self.lanes = Lanes()
        self.pictures = Pictures()
        self.cache = PixmapCache(self.lanes.thumbs)
        self.window = MainWindow(theme)
        if memory is not None:
            place_window(self.window, memory.window)
        self.error_reporting = ErrorReporting(self.window, report_command)
        self.error_reporting.came_again.connect(self._say_it_came_again)
        self._remedies = remedies
        self._preferences = preferences
        self._memory = memory
        self._is_back = False
        self.settings: SettingsController | None = None
        self._recovery: Recovery | None = None
        # Dropped before the library is open: kept, and added as soon as it is.
        self.window.paths_added.connect(self._keep_paths)
        self._controllers: Controllers | None = None
        self.creation: CreationController | None = None
        self.templates: TemplateController | None = None
        self.kits: KitController | None = None

    def start(self) -> None:
        """Show the window at once; its panels and the library come behind that."""
        self.window.first_painted.connect(self._build_panels)
        self.window.show()

    @property
    def is_open(self) -> bool:
        return self._engine is not None

    @property
    def controllers(self) -> Controllers:
        """Of the open library."""
        assert self._controllers is not None, "no library is open"
        return self._controllers

    def ask_for(self, paths: Sequence[Path]) -> None:
        """Come to the front, and add these: somebody has started the program again."""
        window = self.window
        if window.isMinimized():
            window.showNormal()
        window.raise_()
        window.activateWindow()
        if paths:
            window.paths_added.emit(list(paths))

    def report(self, error: BaseException) -> None:
        """An error that nobody foresaw, in words, with the details on request."""
        self.report_text("".join(traceback.format_exception(error)))

    def report_text(self, details: str) -> None:
        """The same from a formatted traceback."""
        self.error_reporting.tell(details)

    def close(self, deadline_s: float = 10.0) -> bool:
        """Stop everything; False when a lane did not stop in time.

        The engine is closed last, when no lane uses it any more. With a lane that hangs it is
        left as it is: both stores survive a kill, but not being closed under a writer.
        """
        if self._is_closed:
            return True
        self._is_closed = True
        self._remember()
        self.error_reporting.close()
        self.window.hide()
        if self._controllers is not None:
            self._controllers.watch.stop()
        is_clean = self.lanes.close(deadline_s)
        engine, self._engine = self._engine, None
        if engine is not None and is_clean:
            try:
                engine.close()
            except Exception:  # noqa: BLE001 (logged; the program is ending)
                _log.exception("closing the library")
        return is_clean

    def let_go(self) -> None:
        """After ``close``: hold nothing large any more."""
        if self.window.has_panels:
            self.window.centre.show_library(())
        if self._controllers is not None:
            self._controllers.library.let_go()
        self.pictures.set_assets({})
        self.cache.clear()

    # ------------------------------------------------------------------ inside

    def _build_panels(self) -> None:
        if self._is_closed:
            return
        from desktop.qt.shell.actions import window_actions
        from desktop.qt.shell.library_switch import LibrarySwitch

        window = self.window
        window.build_panels(self.pictures, self.cache)
        if self._memory is not None:
            arrange_panels(self.window, self._memory.window)
            set_orders(self.window.centre, self._place())
            window.sidebar.folders.close_folders(self._place().closed_folders)
        if self._preferences is not None:
            self._join_settings(self._preferences)
        from desktop.qt.manage.health_controller import HealthController

        self.health = HealthController(
            self._preferences, self._memory, self.lanes, window.centre.notice, window
        )
        recent = () if self._memory is None else self._memory.libraries
        switch = LibrarySwitch(window, window.centre.notice, self.lanes.browse, recent)
        switch.wanted.connect(self.library_wanted)
        switch.demo_wanted.connect(self.demo_wanted)
        self.switch = switch
        window.action_list.add(
            window_actions(window, self._open, switch, self.health, self.settings)
        )
        window.show_recent(switch.recent, switch.open)
        # Now, and not before: every widget that is moved into another one is dressed anew.
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._theme.apply_stylesheet(application)
        if self._remedies is not None:
            from desktop.qt.shell.recovery import Recovery

            self._recovery = Recovery(self._remedies, self.window.centre, self.lanes, self._open)
        self.panels_built.emit()
        self._open()
        if self._crashes:
            self.lanes.browse.submit(lambda _: _tell_once(self._crashes)).finished.connect(
                self._offer_report
            )

    @property
    def _keeps_place(self) -> bool:
        """The person wants to come back to where they were."""
        return self._preferences is None or self._preferences.settings.remembers_place

    def _place(self) -> ShownPlace:
        """Of the library, to come back to."""
        memory = self._memory
        return memory.place if memory is not None and self._keeps_place else ShownPlace()

    def _come_back(self) -> None:
        self._is_back = True
        place = self._place()
        come_back(self.window.centre, place)
        if place.is_stacked and self._controllers is not None:
            self._controllers.stacks.come_back(place.opened)
            self.window.action_list.refresh()

    def _remember(self) -> None:
        """At the end, when nobody waits for the disk any more."""
        window, preferences = self.window, self._preferences
        try:
            if preferences is not None and window.has_panels:
                size = window.centre.results.size_slider.value()
                if size != preferences.settings.tile_size:
                    preferences.change(tile_size=size)
            if self._memory is not None:
                place = (
                    shown_place(
                        window.centre,
                        window.sidebar,
                        is_stacked=self._controllers is not None and self._controllers.stacks.is_on,
                    )
                    if self._is_back
                    else self._memory.place
                )
                self._memory.keep(window_state(window), place if self._keeps_place else None)
        except (OSError, PlantainError):
            _log.warning("what the window showed could not be kept", exc_info=True)

    def _join_settings(self, preferences: Preferences) -> None:
        from desktop.qt.manage.settings_controller import SettingsController

        window = self.window
        self.settings = SettingsController(
            preferences, self.lanes.browse, self._theme, window, window.run_action
        )
        self.settings.changed.connect(self._apply)
        window.centre.results.size_slider.setValue(preferences.settings.tile_size)
        window.centre.grid.set_marks_shown(preferences.settings.tile_marks)
        self.settings.failed.connect(self._tell_failure)
        window.show_offline(preferences.settings.works_offline)

    def _apply(self, name: str, value: object) -> None:
        """Make a setting so at once; others take effect when Plantain is started again."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        if name == "theme":
            self._theme.change_to(str(value), application)
        elif name == "tile_size" and isinstance(value, int):
            self.window.centre.results.size_slider.setValue(value)
        elif name == "tile_marks":
            self.window.centre.grid.set_marks_shown(bool(value))
        elif name == "works_offline":
            self.window.show_offline(bool(value))
            self.window.action_list.refresh()

    def _tell_failure(self, error: object) -> None:
        if isinstance(error, PlantainError):
            self.window.centre.notice.say(error.sentence(), is_failure=True)
        elif isinstance(error, BaseException):
            self.report(error)

    def _open(self) -> None:
        self.window.centre.show_opening()
        handle = self.lanes.index.submit(lambda _: self._open_engine())
        handle.finished.connect(self._on_open)
        handle.failed.connect(self._on_open_failed)

    def _on_open(self, engine: Engine) -> None:
        # Kept even while closing: ``close`` delivers this before it closes the engine.
        self._engine = engine
        if self._is_closed:
            return
        # Behind the first paint, as the engine itself: there is nothing to control before.
        from desktop.qt.jobs.context import Context
        from desktop.qt.shell.actions import library_actions, section_actions
        from desktop.qt.shell.controllers import join_controllers
        from desktop.qt.shell.picture_actions import picture_actions

        window = self.window
        window.action_list.set_state(is_open=True)
        # Before there is anything to see: nobody may begin what may not be done.
        if engine.is_read_only:
            window.show_read_only()
        self.pictures.open(engine.thumbnails.path_for)
        context = Context(
            engine,
            self.lanes,
            window.jobs,
            window.centre.notice,
            self._theme,
            self.pictures,
            self.cache,
            self.report,
            dialog_parent=window,
        )
        window.paths_added.disconnect(self._keep_paths)
        self._controllers = controllers = join_controllers(context, window)
        controllers.library.first_read.connect(self.library_shown)
        controllers.library.first_read.connect(self.health.tell_news_once)
        controllers.backup.restored.connect(self.switch.open)
        if self.settings is not None:
            controllers.backup.settings_found.connect(self.settings.offer)
        if self._memory is not None:
            controllers.library.first_read.connect(self._come_back)
        window.action_list.add(
            library_actions(window, controllers), section_actions(window.sidebar, controllers)
        )
        window.action_list.add(picture_actions(window, controllers))
        self._finish_pictures(context)
        if window.right.has_creation:
            self._join_creation(context)
        window.right.creation_built.connect(lambda: self._join_creation(context))
        if self._add and engine.is_read_only:
            window.centre.notice.say(tr("Nothing was added: this library is open read-only."))
        elif self._add:
            controllers.indexing.add(self._add)

    def _finish_pictures(self, context: Context) -> None:
        """Save what was paid for and came in an earlier run."""
        if context.engine.is_read_only:
            return
        from desktop.qt.create.left_pictures import LeftPictures

        indexing, queue = self.controllers.indexing, self.controllers.queue
        self._left_pictures = LeftPictures(context, queue, indexing.make_searchable)
        self._left_pictures.made.connect(self.controllers.truths.check)
        editing = self.controllers.editing
        self.window.may_close = lambda: queue.may_close() and editing.may_close()

    def _join_creation(self, context: Context) -> None:
        from desktop.qt.create.controller import CreationController
        from desktop.qt.create.kit_controller import KitController
        from desktop.qt.create.matrix_controller import MatrixController
        from desktop.qt.create.template_controller import TemplateController
        from desktop.qt.create.turns_controller import TurnsController

        panel, library = self.window.right.creation, self.controllers.library
        indexing = self.controllers.indexing
        queue, editing = self.controllers.queue, self.controllers.editing
        self.creation = creation = CreationController(
            context, panel, queue, indexing.make_searchable
        )
        self.templates = TemplateController(context, panel, self.window.centre.grid.selected_assets)
        self.matrices = MatrixController(
            context, panel, queue, self.window.centre.grid.selected_assets
        )
        self.matrices.picture_wanted.connect(self.window.navigation.show_in_library)
        self.turns = TurnsController(context, panel, self.controllers.trash.ask)
        lineage = self.window.right.details.lineage
        lineage.turn_wanted.connect(lambda _: self.window.right.show_tab(CREATE))
        lineage.turn_wanted.connect(self.turns.begin)
        self.window.may_close = lambda: all(
            controller.may_close() for controller in (creation, queue, editing)
        )
        card = panel.result_card
        card.part_wanted.connect(lambda result: editing.change_part(result.asset))
        card.product_part_wanted.connect(editing.change_product)
        card.cut_out_wanted.connect(lambda result: editing.cut_out(result.asset))
        truths = self.controllers.truths
        creation.indexed.connect(truths.check)
        truths.begun.connect(card.show_truth)
        truths.checked.connect(card.show_truth)
        truths.left.connect(card.forget_truth)
        card.products_wanted.connect(truths.compare)
        self.kits = KitController(context, panel, self.window.centre.grid.selected_assets)
        self.creation.indexed.connect(self.kits.measure)
        self.window.closing.connect(self.creation.keep_now)
        if self.settings is not None:
            panel.settings_wanted.connect(self.settings.show)
            panel.online_wanted.connect(lambda: self.window.run_action("settings.offline"))
            panel.show_offline(self.settings.settings.works_offline)
        self.creation.proposed.connect(indexing.settle)
        self.controllers.keys.changed.connect(self.creation.show_key)

        def show_key_state(status: LibraryStatus) -> None:
            # A key that is there may have been refused: what the panel says of that stays.
            nonlocal has_key
            if status.has_gemini_key != has_key:
                has_key = status.has_gemini_key
                panel.show_key_state(has_key)

        has_key: bool | None = None

        library.status_read.connect(show_key_state)
        if library.status is not None:
            show_key_state(library.status)

    def _on_open_failed(self, error: object) -> None:
        sentence = getattr(error, "sentence", None)
        if sentence is None:
            self.report(error if isinstance(error, BaseException) else RuntimeError(str(error)))
            words = tr("Something went wrong inside Plantain. Your pictures were not changed.")
        else:
            words = sentence()
        if isinstance(error, PlantainError) and self._recovery is not None:
            self._recovery.offer(error)
        else:
            self.window.centre.show_open_failure(words)

    def _keep_paths(self, paths: Sequence[Path]) -> None:
        self._add += tuple(paths)

    def _offer_report(self, stacks: str) -> None:
        self.window.centre.notice.say(
            tr(
                "Plantain ended unexpectedly the last time. Your pictures "
                "were not touched, and everything that was saved is safe."
            ),
            action=tr("Report…"),
            chosen=lambda: self.error_reporting.tell_crash(stacks),
        )

    def _say_it_came_again(self) -> None:
        if self.window.has_panels:
            self.window.centre.notice.say(
                tr("The same error occurred again. If something does not work, restart Plantain."),
                is_failure=True,
            )


def _tell_once(crashes: Sequence[Path]) -> str:
    """The stacks of the newest crash; none of these is offered again."""
    stacks = read_guarded(crashes[0]).decode("utf-8", "replace")
    for crash in crashes:
        mark_seen(crash)
    return stacks
