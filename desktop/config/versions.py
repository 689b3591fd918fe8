"""What runs here: Plantain, Python, the system, and the libraries that matter."""

from __future__ import annotations

import logging
import platform
import re
import sys
from importlib import metadata

from desktop import __version__

_WHEN_UNKNOWN = (
    *("torch", "open_clip_torch", "pymilvus", "milvus-lite", "google-genai"),
    *("PySide6-Essentials", "pillow", "numpy"),
)
"""For builds that carry no metadata of their own."""

_LOG = logging.getLogger(__name__)


def versions() -> dict[str, str]:
    """Name -> version; of libraries, those that Plantain asks for by name."""
    found = {
        "plantain": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "is_frozen": str(bool(getattr(sys, "frozen", False))).lower(),
    }
    for name in _dependencies():
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def log_versions() -> None:
    """Takes some hundredths of a second: not before the window is there."""
    _LOG.info("%s", ", ".join(f"{name} {version}" for name, version in versions().items()))


def _dependencies() -> tuple[str, ...]:
    try:
        asked = metadata.requires("plantain") or ()
    except metadata.PackageNotFoundError:
        return _WHEN_UNKNOWN
    names = [re.split(r"[^\w.\-]", line, maxsplit=1)[0] for line in asked if "extra ==" not in line]
    return tuple(dict.fromkeys(names)) or _WHEN_UNKNOWN
