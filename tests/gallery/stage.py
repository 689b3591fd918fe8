"""What the screens are shown on: the window on a scripted library, waited for instead of slept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QEvent,
    QEventLoop,
    QPoint,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QMessageBox, QWidget

from desktop.config.paths import resource
from desktop.config.preferences import Preferences
from desktop.core.annotations import Annotation, Board, Consensus, NameCount, TagColour
from desktop.core.asset import Asset
from desktop.qt.shell.recovery import Remedies
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from tests.dressing import undress
from tests.fakes.services import FakeAnnotations, FakeEngine, FakeLargePictures, make_asset

PATIENCE_MS = 10_000
LOOK_MS = 5

NAMES = (
    "red sandals on sand.jpg",
    "蓝色敞篷车和棕榈树.png",
    "a very long file name that a camera or a download made up 2024-08-17 final (3) copy.jpeg",
    "IMG_2041.JPG",
    "hat straw.png",
    "香蕉味的夏日海报_最终版_定稿_v12_打印用_带出血.psd",
    "watch-gold.webp",
    "Übergrößenträger.tiff",
    "heels.png",
)
FOLDERS = ("/home/ann/shoots/2024 beach", "/home/ann/shoots", "/home/ann/products/鞋子")
VIDEO = 15
SCENES = [0, 8_000, 24_500, 41_000, 62_000, 75_000]
"""Where the scenes of the video begin, ms."""
CHANGES: dict[int, dict[str, object]] = {
    5: {"is_generated": True},
    7: {"is_missing": True},
    9: {"failure": "The picture is empty (0 bytes).", "content_hash": ""},
    11: {"is_offline": True},
    13: {"is_offline": True, "is_elsewhere": True},
    VIDEO: {"duration_ms": 83_000, "format": "VIDEO", "frame_count": 12, "name": "trailer.mp4"},
    17: {"rating": 4},
    19: {"content_hash": f"{18:064x}"},
    21: {"format": "GIF", "frame_count": 0, "name": "ping.gif"},
    23: {"format": "PDF", "frame_count": 5, "name": "lookbook.pdf"},
}
"""Asset number -> what is special about it."""
PICTURES = 63


class Screen(NamedTuple):
    """Something to look at.

    Attributes:
        name: of its picture, in the order of the gallery.
        show: brings it about on a stage of its own, and returns the widget to look at.
    """

    name: str
    show: Callable[[Stage], QWidget]


class Tagged(FakeAnnotations):
    """Tags, boards, stars and a note on the pictures of the gallery."""

    def of(self, asset_ids: Sequence[int]) -> dict[int, Annotation]:
        said = Annotation(4, "Shot in the morning.", ("beach", "red"), ("Summer 2027",))
        return {asset_id: said if asset_id % 2 else Annotation() for asset_id in asset_ids}

    def together(self, asset_ids: Sequence[int]) -> Consensus:
        count = len(asset_ids)
        if count == 1:
            note = "Shot in the morning; the second light was off."
            return Consensus(1, 4, note, {"beach": 1, "red": 1, "草编": 1}, {"Summer 2027": 1})
        return Consensus(count, None, None, {"beach": count, "red": 2}, {"Summer 2027": 1})

    def tags(self) -> list[NameCount]:
        return [NameCount("beach", 21), NameCount("red", 12), NameCount("草编", 3)]

    def tag_colours(self) -> dict[str, TagColour]:
        return {"beach": TagColour.BLUE, "red": TagColour.RED, "草编": TagColour.YELLOW}

    def boards(self) -> list[NameCount]:
        return [NameCount("Summer 2027", 9), NameCount("Empty board", 0)]

    def tagged(self, name: str) -> list[int]:
        return [*range(1, PICTURES, 3)]

    def board(self, name: str) -> Board:
        return Board(() if name == "Empty board" else (*range(2, 20, 2),))


class Stage:
    """Opens the window as a screen needs it, and puts everything away afterwards.

    Args:
        theme: applied to the application already.
        thumbnails: folder of ``write_thumbnails``.
    """

    def __init__(self, theme: Theme, thumbnails: Path) -> None:
        self.theme = theme
        self.thumbnails = thumbnails
        self.engine = FakeEngine([], thumbnails)
        self._opened: list[QWidget] = []
        self._sessions: list[Session] = []
        self._endings: list[Callable[[], object]] = []

    # -- opening -------------------------------------------------------------------------------

    def begin(
        self,
        open_engine: Callable[[], FakeEngine],
        *,
        add: Sequence[Path] = (),
        crashes: Sequence[Path] = (),
        remedies: Remedies | None = None,
        preferences: Preferences | None = None,
    ) -> Session:
        """Start a session, and wait until the window has its panels."""
        undress()
        session = Session(self.theme, open_engine, add, ["report"], crashes, remedies, preferences)
        self._sessions.append(session)
        session.start()
        self.until(lambda: session.window.has_panels)
        return session

    def library(
        self, engine: FakeEngine | None = None, *, preferences: Preferences | None = None
    ) -> Session:
        """The window with its library shown; the full one unless an engine is given."""
        self.engine = engine or full_library(self.thumbnails)
        session = self.begin(lambda: self.engine, preferences=preferences)
        self.until(lambda: session.is_open and session.lanes.browse.is_idle)
        self.rest()
        return session

    def keep(self, widget: QWidget) -> QWidget:
        """Show a widget that belongs to no session."""
        self._opened.append(widget)
        widget.show()
        return widget

    def on_clear(self, end: Callable[[], object]) -> None:
        """Do this before anything is closed: open a gate at which a lane waits."""
        self._endings.append(end)

    # -- waiting -------------------------------------------------------------------------------

    def until(self, is_so: Callable[[], bool]) -> None:
        """Let the event loop run until it is so; sleep where nothing happens."""
        deadline = QDeadlineTimer(PATIENCE_MS)
        look = QTimer()  # what other threads do need not be told by an event
        look.start(LOOK_MS)
        while not is_so():
            if deadline.hasExpired():
                raise AssertionError(f"waited in vain for {is_so}")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def rest(self) -> None:
        """Let every lane finish what it was asked to do, and the window show it."""
        for session in self._sessions:
            lanes = session.lanes
            busy = (lanes.browse, lanes.search, lanes.models, lanes.index, lanes.network)
            self.until(lambda busy=busy: all(lane.is_idle for lane in busy))
        self.paint()

    def paint(self) -> None:
        """Let what is visible get its pictures and be laid out."""
        for _ in range(2):
            for session in self._sessions:
                self.until(lambda session=session: _is_still(session))
            QCoreApplication.sendPostedEvents()
            QCoreApplication.processEvents()

    # -- finding what was opened ---------------------------------------------------------------

    def dialog(self) -> QDialog:
        """The dialog that is open, once there is one."""
        self.until(lambda: self._dialog() is not None)
        self.paint()
        found = self._dialog()
        assert found is not None
        return found

    def _dialog(self) -> QDialog | None:
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        return next((dialog for dialog in shown if dialog.isVisible()), None)

    def question(self) -> QMessageBox:
        """The question that is asked."""
        found = self.dialog()
        assert isinstance(found, QMessageBox)
        return found

    def menu(self) -> QMenu:
        """The menu that popped up."""
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        found = QApplication.activePopupWidget()
        assert isinstance(found, QMenu)
        return found

    def pop_up(self, menu: QMenu) -> QMenu:
        """Open a menu that a button would open."""
        menu.popup(QPoint(0, 0))
        return self.menu()

    # -- putting away --------------------------------------------------------------------------

    def clear(self) -> None:
        """Close everything that a screen opened."""
        for end in self._endings:
            end()
        self._endings.clear()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, (QDialog, QMenu)):
                widget.close()
        for widget in self._opened:
            widget.close()
            widget.deleteLater()
        for session in self._sessions:
            assert session.close(5), "a lane did not stop"
            session.window.deleteLater()
        self._opened.clear()
        self._sessions.clear()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def full_library(
    thumbnails: Path,
    *,
    large_pictures: FakeLargePictures | None = None,
    is_read_only: bool = False,
) -> FakeEngine:
    """Sixty-three pictures, among them one of everything that can be wrong with a file."""
    assets = [picture(number) for number in range(1, PICTURES + 1)]
    return FakeEngine(
        assets,
        thumbnails,
        annotations=Tagged(),
        large_pictures=large_pictures,
        is_read_only=is_read_only,
    )


def picture(number: int) -> Asset:
    """The asset of this number, with its thumbnail at hand."""
    changes = dict(CHANGES.get(number, {}))
    name = str(changes.pop("name", NAMES[number % len(NAMES)]))
    return make_asset(number, name, FOLDERS[number % len(FOLDERS)], **changes)


def write_thumbnails(folder: Path, side: int = 512) -> None:
    """Thumbnails for every picture of the gallery, from the sample pictures.

    Args:
        side: the longer one, in pixels; the default is what Plantain makes.
    """
    samples = sorted(resource("demo/pictures").rglob("*.webp"))
    size = QSize(side, side)
    shown = [QImage(str(path)).scaled(size, Qt.AspectRatioMode.KeepAspectRatio) for path in samples]
    for number in (*range(1, PICTURES + 1), *range(1001, 1004)):
        path = folder / f"{number:064x}.jpg"
        assert shown[number % len(shown)].save(str(path), quality=90), path
    for number, at_ms in enumerate(SCENES):
        assert shown[number].save(str(folder / f"{VIDEO:064x}@{at_ms}.jpg"), quality=90)


def _is_still(session: Session) -> bool:
    """Nothing is about to happen by itself, and every picture that was wanted has come."""
    about = any(t.isActive() and t.isSingleShot() for t in session.window.findChildren(QTimer))
    thumbs = session.lanes.thumbs
    return not (about or thumbs._running or thumbs._single or thumbs._visible or thumbs._outbox)
