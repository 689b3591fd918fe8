"""What the person prefers, in one typed value; a damaged file never stops the program."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from desktop.core.errors import SettingsError

SETTINGS_VERSION = 1
_LONGEST = 1e9
"""Of a time, seconds or minutes: JSON knows Infinity, for which nothing can wait."""
_USER_INFO = re.compile(r"(?<=://)[^/@]*@")
CONSISTENCY = ("Strong", "Session", "Bounded", "Eventually")
"""Milvus' levels: all that anybody wrote, all that this program wrote, some seconds old, any."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Preferences of one profile.

    Attributes:
        model: name or path of the embedding model; empty for the default one.
        store_uri: Milvus address or file; empty for the library's own file.
        store_certificate: PEM file of a Milvus server's own certificate, or of who signed it.
        store_consistency: how fresh a server's answers to searches are: one of CONSISTENCY.
        team: name of the team that this library shares pictures with; empty for none.
        team_uri: Milvus address at which the team meets.
        gemini_base_url: where Gemini is asked; empty for Google's own address.
        gemini_api_version: path component of the API ("v1beta" has the image options).
        gemini_timeout_s: how long one generation may take in all, seconds.
        theme: "dark", "light" or "system".
        encoder_device: "auto" for a GPU where one works, "cpu", "cuda", "cuda:1", "mps".
        encoder_precision: "auto" for the fastest arithmetic that gives the same vectors on this
            computer, "float32" for the models' own.
        encoder_idle_minutes: after this time without a search or a picture to index, the
            model's process ends and its memory comes back.
    """

    model: str = ""
    store_uri: str = ""
    store_certificate: str = ""
    store_consistency: str = "Session"
    team: str = ""
    team_uri: str = ""
    gemini_base_url: str = ""
    gemini_api_version: str = "v1beta"
    gemini_timeout_s: float = 180.0
    theme: str = "dark"
    encoder_device: str = "auto"
    encoder_precision: str = "auto"
    encoder_idle_minutes: float = 5.0


def load_settings(path: Path) -> Settings:
    """Read settings; a missing file gives the defaults, a damaged one is kept aside.

    Unknown keys and values of the wrong type are passed over, so that one bad line costs one
    setting.

    Raises:
        SettingsError: the file is from a newer Plantain, or cannot be read.
    """
    try:
        raw: Any = json.loads(path.read_text("utf-8"))
        if not isinstance(raw, dict):
            raise ValueError("not an object")
    except FileNotFoundError:
        return Settings()
    except (ValueError, RecursionError):  # brackets upon brackets
        with contextlib.suppress(OSError):  # a profile that cannot be written to still opens
            path.rename(path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"))
        return Settings()
    except OSError as error:
        raise SettingsError(
            f"The settings {path} cannot be read: {error.strerror}.",
            safe="Nothing was changed.",
            next_step="Check the file's permissions.",
        ) from error
    values = cast("dict[str, Any]", raw)
    version = values.get("version", 1)
    if isinstance(version, int) and version > SETTINGS_VERSION:
        raise SettingsError(
            f"The settings {path} were written by a newer Plantain.",
            safe="They were not changed.",
            next_step="Update Plantain, or use another profile with --profile-dir.",
        )
    defaults = asdict(Settings())
    fitting = {k: v for k, v in values.items() if _fits(v, defaults.get(k))}
    if fitting.get("store_consistency", CONSISTENCY[0]) not in CONSISTENCY:
        del fitting["store_consistency"]
    return Settings(**fitting)


def _fits(value: object, default: object) -> bool:
    """A value of the default's type; a whole number will do for a float, but not True."""
    if isinstance(default, float):
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST
        )
    return isinstance(default, str) and isinstance(value, str)


def save_settings(path: Path, settings: Settings) -> None:
    """Write settings whole or not at all.

    Raises:
        SettingsError: the profile folder cannot be written to.
    """
    text = json.dumps({"version": SETTINGS_VERSION, **asdict(settings)}, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".settings-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The settings could not be saved in {path.parent}: {error.strerror}.",
            safe="The old settings are kept.",
            next_step="Free some space or check the folder's permissions.",
        ) from error


def without_secrets(settings: Settings) -> dict[str, object]:
    """The settings as they may leave this computer; an address loses its user and password."""
    raw = {"version": SETTINGS_VERSION, **asdict(settings)}
    return {
        name: _USER_INFO.sub("", value) if isinstance(value, str) else value
        for name, value in raw.items()
    }
