"""The check-up: what is installed, what is in use, what is wrong. Holds no secrets."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.config.options import EngineOptions
from desktop.config.secrets import GEMINI_KEY, STORE_TOKEN
from desktop.core.errors import LibraryInUse, PlantainError
from desktop.embedding.clip import best_device
from desktop.wiring import Engine

_PACKAGES = (
    *("torch", "open_clip_torch", "pymilvus", "milvus-lite", "google-genai"),
    *("PySide6-Essentials", "pillow", "numpy"),
)
_USER_INFO = re.compile(r"(?<=://)[^/@]*@")


def examine(options: EngineOptions) -> dict[str, Any]:
    """Look at everything and repair nothing; problems are listed, not raised."""
    try:
        return _examine(options)
    except PlantainError as error:
        return {
            "versions": _versions(),
            "model": None,
            "device": best_device(),
            "encoder": None,
            "store": {"uri": _USER_INFO.sub("", options.store_uri), "vectors": None},
            "assets": None,
            "pending": None,
            "missing": None,
            "problems": [error.sentence()],
        }


def _examine(options: EngineOptions) -> dict[str, Any]:
    problems: list[str] = []
    try:
        engine, is_in_use = Engine(options), False
    except LibraryInUse:
        engine, is_in_use = Engine(options, is_reader=True), True
    with engine:
        status = engine.status()
        model = engine.model.installed()
        if status.model_problem:
            problems.append(status.model_problem)
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
            "versions": _versions(),
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


def _versions() -> dict[str, str]:
    versions = {
        "plantain": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "is_frozen": str(bool(getattr(sys, "frozen", False))).lower(),
    }
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


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
