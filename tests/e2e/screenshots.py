"""Takes the README's screenshots from the real program on the demo.

``xvfb-run -s "-screen 0 1440x900x24" python -m tests.e2e.screenshots [FOLDER]``
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from desktop.app import run
from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.qt.browse.asset_grid import DEFAULT_TILE
from desktop.qt.shell.right_panel import DETAILS
from desktop.qt.shell.session import Session
from tests.e2e.person import Person, let_it_run

SMALL_TILE = 136
WIDTH, HEIGHT = 1440, 868
"""Of the window, whatever its first size on this screen is."""
SETTLE_MS = 1_200
"""For thumbnails to arrive and hover effects to end."""


def take_all(session: Session, folder: Path) -> None:
    """Walk through the demo and photograph the window at its stations."""
    person = Person(session)
    window = session.window

    def shoot(name: str) -> None:
        let_it_run(SETTLE_MS)
        window.grab().save(str(folder / f"{name}.png"))

    window.setGeometry(0, 0, WIDTH, HEIGHT)
    person.wait_for_library()
    person.wait_until("pictures are shown", lambda: len(person.shown()) > 100)
    person.wait_for_quiet()
    person.wait_until("all are shown", lambda: len(person.shown()) == 300)
    window.centre.results.size_slider.setValue(SMALL_TILE)
    shoot("grid")
    window.centre.results.size_slider.setValue(DEFAULT_TILE)
    for name, words in (("golden-watch", "a golden watch"), ("red-cape-zh", "红色披风")):
        person.search(words)
        select_first(person)
        window.right.show_tab(DETAILS)
        shoot(f"search-{name}")
    window.centre.search.clear()
    person.open_create_panel("moodboard")
    person.type_prompt("a red silk cape with gold trim")
    person.wait_for_proposals()
    shoot("generate")
    person.click_create()
    person.wait_for_outcome()
    result = person.create.result_card.result
    assert result is not None
    shoot("mood-board")
    QTest.mouseClick(person.create.result_card.show_button, Qt.MouseButton.LeftButton)
    window.centre.search.search_asset(result.asset)
    person.wait_until("it is found", lambda: person.shown()[:1] == [result.asset.path])
    select_first(person)
    window.right.show_tab(DETAILS)
    shoot("mood-board-found")


def select_first(person: Person) -> None:
    let_it_run(SETTLE_MS)
    place = person.grid.visualRect(person.grid.assets.index(0, 0)).center()
    QTest.mouseClick(
        person.grid.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        place,
    )


def main(folder: Path, theme: str) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []

    def on_start(session: Session) -> None:
        def go() -> None:
            try:
                take_all(session, folder)
            except Exception as error:  # noqa: BLE001 - told by the exit code and the output
                problems.append(f"{type(error).__name__}: {error}")
            session.window.close()

        QTimer.singleShot(0, go)

    with tempfile.TemporaryDirectory(prefix="plantain-") as place:
        samples = Path(place) / "Pictures"
        shutil.copytree(resource("demo/pictures"), samples)
        options = EngineOptions(profile_dir=Path(place) / "profile", model="demo")
        code = run(options, add=[samples], theme=theme, on_start=on_start)
    print("\n".join(problems))
    return 1 if problems else code


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else resource("screenshots")
    sys.exit(main(target, sys.argv[2] if len(sys.argv) > 2 else "dark"))
