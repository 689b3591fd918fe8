"""The check-up: what is installed, what is in use, what is wrong. Holds no secrets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from desktop.commands.terminal import error_sentence
from desktop.config.options import EngineOptions
from desktop.config.versions import versions
from desktop.core.addresses import without_user_info
from desktop.core.asset import displayable
from desktop.core.confinement.rights import held
from desktop.core.errors import PlantainError
from desktop.core.text import marked, tr
from desktop.embedding.runtime.devices import best_device
from desktop.library.folders.passed_over import PassedOverFiles
from desktop.library.paths import LibraryPaths
from desktop.wiring.engine import open_engine

_NO_LIBRARY = marked(
    "There is no library at {folder}. If there was one, its folder was moved or deleted: put it "
    "back, or name where it is with --library. For a new one add a folder in the window, or run "
    "“plantain index FOLDER”."
)


def examine(options: EngineOptions) -> dict[str, Any]:
    """Look at everything, make and repair nothing; problems are listed, not raised."""
    with _undisturbed(options.library) as is_in_use:
        try:
            return _examine(replace(options, is_read_only=True), is_in_use=is_in_use)
        except PlantainError as error:
            return {
                "versions": versions(),
                "model": None,
                "device": best_device(),
                "encoder": None,
                "store": {"uri": without_user_info(options.store_uri), "vectors": None},
                "assets": None,
                "pending": None,
                "left_by_a_stop": None,
                "missing": None,
                "is_in_use_elsewhere": is_in_use,
                "problems": [error_sentence(error)],
            }


def _examine(options: EngineOptions, *, is_in_use: bool) -> dict[str, Any]:
    problems: list[str] = []
    with open_engine(options) as engine:
        status = engine.status.read()
        model = engine.model.installed()
        if status.model_problem:
            problems.append(status.model_problem)
        if not engine.library.paths.catalog.exists():
            problems.append(tr(_NO_LIBRARY, folder=engine.library.paths.folder))
        vectors = None
        try:
            vectors = None if is_in_use else engine.index_check.count()
        except PlantainError as error:
            problems.append(error_sentence(error))
        arithmetic = None
        try:
            # Loaded in its own process, as for any work: what it says here is what is used there.
            arithmetic = engine.model.encoder().arithmetic() if model else None
        except PlantainError as error:
            problems.append(error_sentence(error))
        roots = [root.id for root in engine.catalog.roots.all()]
        passed_over = PassedOverFiles(engine.library.paths.passed_over).total(roots)
        folders = {
            "profile": options.profile.folder,
            "library": engine.library.paths.folder,
            "models": options.profile.models,
        }
        return {
            "versions": versions(),
            "model": status.model or None,
            "model_change": asdict(status.model_change) if status.model_change else None,
            "model_languages": list(model.manifest.languages) if model else [],
            "device": arithmetic.device if arithmetic else best_device(),
            "encoder": asdict(arithmetic) if arithmetic else None,
            "store": {
                "uri": without_user_info(engine.endpoints.uri),
                "vectors": vectors,
                "has_token": engine.endpoints.token.is_set(),
            },
            "assets": status.assets,
            "pending": status.pending,
            "left_by_a_stop": engine.indexing_stop.left(),
            "missing": status.missing,
            "is_in_use_elsewhere": is_in_use,
            "failed": engine.catalog.counts()["failed"],
            "passed_over": {displayable(kind): count for kind, count in passed_over.items()},
            "answers_kept": engine.generation.talks.kept(),
            "gemini": {"has_key": engine.generation.image_services["gemini"].key.is_set()},
            "image_services": {
                name: {"address": without_user_info(each.base_url), "key": each.key.source()}
                for name, each in engine.generation.image_services.items()
            },
            "decoders_cannot": held(),
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
