"""What the installers of every system say of Plantain, once."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "Plantain"
PROGRAM = "plantain"
"""Of the command, the package, the icon and the desktop entry."""
BUNDLE_ID = "io.github.plantain.plantain"
PUBLISHER = "The Plantain authors"
CONTACT = "The Plantain authors <plantain@users.noreply.github.com>"
SUMMARY = "Search pictures by meaning, create from what you find"
DESCRIPTION = (
    "Plantain finds the pictures in your folders by what they show: by words, by another picture, "
    "or by both, whatever the files are called. It makes new pictures from what you find, with "
    "Gemini's image models or as a mood board without a network, and keeps how each was made.",
    "Your library stays on your machine. Originals are never changed, copied or moved.",
)
SLIM = (
    "This is the slim edition, without PyTorch. It runs models that a full edition has converted, "
    "on the processor: the demo model, and model folders that are imported with their converted "
    "form. It does not read, download or convert checkpoints, and uses no GPU for searching."
)
LICENCE = "Apache-2.0"
CATEGORIES = ("Graphics", "2DGraphics", "RasterGraphics", "Viewer", "Photography", "Qt")
KEYWORDS = ("pictures", "images", "photos", "assets", "search", "CLIP", "mood board", "designer")

MIME_TYPES = (
    "inode/directory",
    *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp"),
    *("image/avif", "image/heic", "image/heif", "image/jxl", "image/jp2", "image/svg+xml"),
    *("image/vnd.adobe.photoshop", "image/x-exr", "image/vnd.radiance", "image/vnd-ms.dds"),
    *("image/x-portable-anymap", "image/x-portable-bitmap", "image/x-portable-graymap"),
    *("image/x-portable-pixmap", "image/vnd.zbrush.pcx", "image/x-sgi", "image/x-icns"),
    *("image/vnd.microsoft.icon", "image/jxr", "image/qoi"),
)
"""What "open with" offers Plantain for. Not what other programs are made for and Plantain only
shows: PDF, films."""


def version() -> str:
    """As ``desktop/__init__.py`` says, without importing anything."""
    for line in (ROOT / "desktop" / "__init__.py").read_text("utf-8").splitlines():
        if line.startswith("__version__"):
            return str(ast.literal_eval(line.partition("=")[2].strip()))
    raise ValueError("desktop/__init__.py says no version")


def dependencies() -> list[str]:
    """The names of Plantain and of what it is installed with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked: list[str] = project["dependencies"]
    names = [re.split(r"[^\w.\-]", line, maxsplit=1)[0] for line in asked]
    return list(dict.fromkeys([PROGRAM, *names]))


VERSION = version()
