"""Which language to speak: what the environment says, the setting, or else the system."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from desktop.config.paths import resource
from desktop.core.text import DOMAIN, ENGLISH, Language

SYSTEM = "system"
"""The setting that follows the system."""

OWN_NAMES = {"en": "English", "zh_CN": "简体中文"}
"""Every language there is a catalogue of, as it calls itself: to be found also by who reads no
other."""

_TRADITIONAL = frozenset({"HANT", "TW", "HK", "MO"})
"""Scripts and territories that do not write Chinese in simplified characters."""


def choose_language(environment: Mapping[str, str], setting: str = SYSTEM) -> Language:
    """The first language asked for that there is a catalogue of; else English.

    Args:
        environment: ``PLANTAIN_LANGUAGE`` goes before the setting.
        setting: a language, or "system".
    """
    asked = environment.get("PLANTAIN_LANGUAGE") or setting
    names = _of_the_system(environment) if asked in ("", SYSTEM) else [asked]
    try:
        folder = resource("translations")
    except FileNotFoundError:
        return Language()
    return first_spoken(names, folder)


def first_spoken(names: Iterable[str], folder: Path) -> Language:
    """The first of these that is English or has a catalogue in ``folder``; else English.

    Args:
        names: as systems spell them: "zh_CN.UTF-8", "zh-Hans-CN", "de", "C".
    """
    for name in names:
        for code in _codes(name):
            if code == ENGLISH:
                return Language()
            if (folder / code / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file():
                return Language(code, folder)
    return Language()


def _codes(name: str) -> list[str]:
    """Names of catalogues that serve a language, the nearest first."""
    parts = name.partition(".")[0].partition("@")[0].replace("-", "_").split("_")
    base, rest = parts[0].lower(), [part.upper() for part in parts[1:]]
    if base in ("c", "posix", ENGLISH):
        return [ENGLISH]
    if base == "zh":
        is_simplified = "HANS" in rest or not _TRADITIONAL & {*rest}
        return ["zh_CN" if is_simplified else "zh_TW"]
    territory = [f"{base}_{part}" for part in rest if len(part) == 2]
    return [code for code in (*territory, base) if code.replace("_", "").isalpha()]


def _of_the_system(environment: Mapping[str, str]) -> list[str]:
    if sys.platform == "win32":
        return [_of_windows()]
    named = next(
        (environment[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(n)), ""
    )
    if sys.platform == "darwin" and not named:
        return _of_macos()  # a program that is not started in a terminal has no such variables
    if _codes(named or "C") == [ENGLISH] and not named.lower().startswith(ENGLISH):
        return [ENGLISH]  # as gettext has it: in the C locale LANGUAGE says nothing
    return [*filter(None, environment.get("LANGUAGE", "").split(":")), named]


def _of_windows() -> str:
    """The language of menus and dialogs, which may differ from that of numbers and dates."""
    if sys.platform != "win32":
        return ENGLISH
    import ctypes  # both take as long as a tenth of the window's own way to its first paint
    import locale

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), ENGLISH)


def _of_macos() -> list[str]:
    """Those of the system's settings, the preferred first ("zh-Hans-CN"), by Core Foundation."""
    import ctypes  # as above

    try:
        core = ctypes.CDLL("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation")
        pointer, index = ctypes.c_void_p, ctypes.c_long
        core.CFLocaleCopyPreferredLanguages.restype = pointer
        core.CFArrayGetCount.argtypes, core.CFArrayGetCount.restype = [pointer], index
        core.CFArrayGetValueAtIndex.argtypes = [pointer, index]
        core.CFArrayGetValueAtIndex.restype = pointer
        core.CFStringGetCString.argtypes = [pointer, ctypes.c_char_p, index, ctypes.c_uint32]
        core.CFRelease.argtypes = [pointer]
        array = core.CFLocaleCopyPreferredLanguages()
    except (OSError, AttributeError):
        return []
    names: list[str] = []
    buffer = ctypes.create_string_buffer(64)
    for at in range(core.CFArrayGetCount(array)):
        text = core.CFArrayGetValueAtIndex(array, at)
        if core.CFStringGetCString(text, buffer, len(buffer), 0x08000100):  # UTF-8
            names.append(buffer.value.decode())
    core.CFRelease(array)
    return names
