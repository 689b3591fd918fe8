"""A person's whole journey through the real program; run as a process of its own by a test.

``python -m tests.e2e.journey FOLDER SEEN.json`` drops FOLDER, and writes down what it saw.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from desktop.app import run
from desktop.config.options import EngineOptions
from desktop.qt.shell.session import Session
from tests.e2e.person import Person


def travel(session: Session, folder: Path) -> dict[str, object]:
    """Drop, search, create, find; every step waits for what a person would wait for."""
    person = Person(session)
    person.wait_for_library()
    person.drop(folder)
    person.wait_until("pictures are shown", lambda: bool(person.shown()))
    person.wait_for_quiet()
    dropped = len(person.shown())
    person.search("a red cape")
    first = person.shown()[0]

    person.open_create_panel("gemini")
    person.type_prompt("a red silk cape with gold trim")
    person.wait_for_proposals()
    references = person.create.tray.references()
    person.click_create()
    person.agree_to_what_is_sent()
    person.wait_for_outcome()
    assert person.read_failure() == "", person.read_failure()
    result = person.create.result_card.result
    assert result is not None

    QTest.mouseClick(person.create.result_card.show_button, Qt.MouseButton.LeftButton)
    person.window.centre.search.search_asset(result.asset)
    person.wait_until("it is found", lambda: person.shown()[:1] == [result.asset.path])
    return {
        "dropped": dropped,
        "first": str(first),
        "references": [str(reference.path) for reference in references],
        "made": str(result.asset.path),
        "found": [str(path) for path in person.shown()],
    }


def main(folder: Path, out: Path) -> int:
    problems: list[str] = []

    def on_start(session: Session) -> None:
        def go() -> None:
            try:
                out.write_text(json.dumps(travel(session, folder)), "utf-8")
            except Exception as error:  # noqa: BLE001 - told by the exit code and the output
                problems.append(f"{type(error).__name__}: {error}")
            session.window.close()

        QTimer.singleShot(0, go)

    options = replace(EngineOptions.from_environment(os.environ), model="demo")
    code = run(options, on_start=on_start)
    print("\n".join(problems))
    return 1 if problems else code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
