"""What a person is told of a setting, and what they may enter for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from desktop.core.text import marked, number, tr


class SettingGroup(StrEnum):
    """What a person looks for a setting under, in this order."""

    APPEARANCE = marked("Appearance")
    SEARCH = marked("Search and models")
    CREATING = marked("Creating")
    PRIVACY = marked("Privacy")
    ADVANCED = marked("Advanced")


@dataclass(frozen=True, slots=True)
class About:
    """What a person is told of a setting.

    Attributes:
        group: where it is listed.
        title: its name; ``help``: what it does, in a sentence.
        choices: the values that there are, with their names; empty where any will do that ``check``
            lets pass.
        unit: of a number.
        check: says what is wrong with a value that a person entered; "" when nothing is.
        needs_restart: takes effect when Plantain is started the next time.
        set_by: id of the action that changes it, where a value alone would not do.
    """

    group: SettingGroup
    title: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    check: Callable[[Any], str] = lambda _: ""
    needs_restart: bool = False
    set_by: str = ""


def no_address(value: str) -> str:
    """What is wrong with an address of the web; "" is none at all, and fine."""
    if not value or (_names_a_server(value) and not urlsplit(value).username):
        return ""
    return tr("An address begins with https:// and names a server.")


def no_proxy(value: str) -> str:
    """The same of a proxy, whose address may hold a name, but no password: settings lie in
    clear."""
    if not value:
        return ""
    if _names_a_server(value):
        if urlsplit(value).password is None:
            return ""
        return tr(
            "A password would lie unprotected in the settings. Give this proxy to your system "
            "instead (HTTPS_PROXY), and leave this empty."
        )
    return tr("A proxy is written like http://proxy.example.com:8080.")


def _names_a_server(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def no_addresses(value: str) -> str:
    """The same of several, each after the name of its service."""
    for each in value.split():
        name, _, address = each.partition("=")
        if not re.fullmatch(r"[a-z0-9-]+", name) or not address:
            return tr("Write the name of a service, “=” and its address.")
        if problem := no_address(address):
            return problem
    return ""


def no_version(value: str) -> str:
    if re.fullmatch(r"v\d+[a-z0-9]*", value):
        return ""
    return tr("A version is written like v1 or v1beta.")


def no_device(value: str) -> str:
    if re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", value):
        return ""
    return tr("A device is auto, cpu, cuda, cuda:1 or mps.")


def no_image_model(value: str) -> str:
    if re.fullmatch(r"((models/|tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]*)?", value):
        return ""
    return tr("A model's name has letters, digits, points and hyphens.")


def outside(least: float, most: float) -> Callable[[float], str]:
    def check(value: float) -> str:
        if least <= value <= most:
            return ""
        return tr(
            "Enter a number from {least} to {most}.",
            least=number(least, 0 if least >= 1 else 1),
            most=number(most),
        )

    return check
