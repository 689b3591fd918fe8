"""Renders every screen in both themes and all languages: ``python -m tests.gallery OUT_DIR``.

``--languages en zh_CN`` and ``--themes dark light`` choose some, ``--only NAME…`` some screens (all
whose name holds one of the words). ``OUT_DIR/index.html`` shows each screen in all its forms side
by side. ``QT_SCALE_FACTOR=2`` in the environment renders for a high-resolution screen.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from desktop.config.paths import resource
from desktop.core.text import ENGLISH, Language, speak
from desktop.qt.theme import Theme
from tests.gallery import SCREENS, Screen, Stage, write_thumbnails

THEMES = ("dark", "light")
TRANSLATIONS = "translations"


def languages() -> tuple[Language, ...]:
    """English, and every language with a catalogue."""
    folder = resource(TRANSLATIONS)
    found = sorted(path.parents[1].name for path in folder.glob("*/LC_MESSAGES/*.mo"))
    return (Language(ENGLISH), *(Language(code, folder) for code in found))


def render(
    screens: Sequence[Screen], folder: Path, theme_name: str, language: Language
) -> list[str]:
    """Save ``folder/NAME.THEME.LANGUAGE.png`` for each screen.

    Returns:
        The screens that could not be shown, with the reason.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    speak(language)
    theme = Theme.named(theme_name)
    theme.apply(application)
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        thumbnails = Path(temporary)
        write_thumbnails(thumbnails)
        for screen in screens:
            stage = Stage(theme, thumbnails)
            try:
                shown = screen.show(stage)
                stage.paint()
                path = folder / f"{screen.name}.{theme_name}.{language.code}.png"
                if not shown.grab().save(str(path), quality=90):  # quick, and a little larger
                    failed.append(f"{screen.name}: could not be saved")
            except Exception as error:  # noqa: BLE001 - told at the end; the others are shown
                failed.append(f"{screen.name}: {type(error).__name__}: {error}")
            finally:
                stage.clear()
    speak(Language())
    return failed


def write_index(
    folder: Path, screens: Sequence[Screen], themes: Sequence[str], codes: Sequence[str]
) -> None:
    """A page with one row a screen and one column a theme and language."""
    forms = [f"{theme}.{code}" for code in codes for theme in themes]
    rows = [
        f"<h2>{html.escape(screen.name)}</h2><p>"
        + "".join(
            f'<a href="{name}"><img loading="lazy" src="{name}" title="{name}"></a>'
            for name in (f"{screen.name}.{form}.png" for form in forms)
        )
        + "</p>"
        for screen in screens
    ]
    page = (
        "<!doctype html><meta charset='utf-8'><title>Plantain, every screen</title>"
        "<style>body{font:14px sans-serif;background:#777;color:#fff;margin:2em}"
        "img{max-width:48%;margin:0 1% 1em 0;vertical-align:top}</style>"
    )
    (folder / "index.html").write_text(page + "\n".join(rows), encoding="utf-8")


def main() -> int:
    known = {language.code: language for language in languages()}
    parser = argparse.ArgumentParser(prog="python -m tests.gallery")
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--languages", nargs="+", choices=[*known], default=[*known])
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    screens = [screen for screen in SCREENS if any(word in screen.name for word in chosen.only)]
    failed: list[str] = []
    for code in chosen.languages:
        for theme in chosen.themes:
            began = time.monotonic()
            failed += [
                f"{theme} {code} {problem}"
                for problem in render(screens, chosen.folder, theme, known[code])
            ]
            print(f"{len(screens)} screens, {theme}, {code}: {time.monotonic() - began:.0f} s")
    write_index(chosen.folder, screens, chosen.themes, chosen.languages)
    print("\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
