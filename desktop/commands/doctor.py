"""The check-up: what is installed, what is in use, what is wrong. Holds no secrets."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from desktop.commands.opening import places
from desktop.config.options import EngineOptions
from desktop.config.paths import LibraryPaths
from desktop.config.secrets import GEMINI_KEY, STORE_TOKEN
from desktop.config.versions import versions
from desktop.core.errors import PlantainError
from desktop.embedding.devices import best_device
from desktop.wiring import Engine

_USER_INFO = re.compile(r"(?<=://)[^/@]*@")
_NO_LIBRARY = "There is no library yet. Add a folder in the window, or run “plantain index FOLDER”."


def examine(options: EngineOptions) -> dict[str, Any]:
    """Look at everything, make and repair nothing; problems are listed, not raised."""
    _, library = places(options)
    with _undisturbed(library) as is_in_use:
        try:
            return _examine(replace(options, is_read_only=True), is_in_use=is_in_use)
        except PlantainError as error:
            return {
                "versions": versions(),
                "model": None,
                "device": best_device(),
                "encoder": None,
                "store": {"uri": _USER_INFO.sub("", options.store_uri), "vectors": None},
                "assets": None,
                "pending": None,
                "missing": None,
                "is_in_use_elsewhere": is_in_use,
                "problems": [error.sentence()],
            }


def _examine(options: EngineOptions, *, is_in_use: bool) -> dict[str, Any]:
    problems: list[str] = []
    with Engine(options) as engine:
        status = engine.status()
        model = engine.model.installed()
        if status.model_problem:
            problems.append(status.model_problem)
        if not engine.library.catalog.exists():
            problems.append(_NO_LIBRARY)
        vectors = None
        try:
            vectors = None if is_in_use else engine.count_vectors()
        except PlantainError as error:
            problems.append(error.sentence())
        encoder = None
        try:
            # Loaded in its own process, as for any work: what it says here is what is used there.
            encoder = engine.model.encoder().info if model else None
        except PlantainError as error:
            problems.append(error.sentence())
        folders = {
            "profile": engine.profile.folder,
            "library": engine.library.folder,
            "models": engine.profile.models,
        }
        return {
            "versions": versions(),
            "model": status.model or None,
            "model_change": asdict(status.model_change) if status.model_change else None,
            "model_languages": list(model.manifest.languages) if model else [],
            "device": encoder.device if encoder else best_device(),
            "encoder": {"precision": encoder.precision, "why": encoder.why} if encoder else None,
            "store": {
                "uri": _USER_INFO.sub("", engine.store_uri),
                "vectors": vectors,
                "has_token": bool(engine.secrets.get(STORE_TOKEN)),
            },
            "assets": status.assets,
            "pending": status.pending,
            "missing": status.missing,
            "is_in_use_elsewhere": is_in_use,
            "failed": engine.catalog.counts()["failed"],
            "gemini": {"has_key": bool(engine.secrets.get(GEMINI_KEY))},
            "folders": {
                name: {"path": str(path), "is_writable": _is_writable(path)}
                for name, path in folders.items()
            },
            "problems": problems,
        }


@contextmanager
def _undisturbed(library: LibraryPaths) -> Generator[bool]:
    """Keep the library to ourselves meanwhile; yields whether another Plantain has it already."""
    if not library.lock.exists():  # nobody can have it open, and nothing is made for asking
        yield False
        return
    lock = FileLock(library.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield True
        return
    except OSError:  # it cannot be written to: then it can be looked at only
        yield False
        return
    try:
        yield False
    finally:
        lock.release()


def _is_writable(folder: Path) -> bool:
    """Tried, not guessed: permission bits say little on network drives. Makes no folder."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=existing):
            return True
    except OSError:
        return False
