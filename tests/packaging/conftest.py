"""The scripts of ``packaging/`` import each other by their bare names, as when build.py is run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
