"""``plantain update-check``: whether there is a newer version. Nothing asks by itself."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from desktop import __version__
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.config.settings import load_settings
from desktop.core.cancellation import CancelToken
from desktop.core.text import sentences, tr


def add_to(commands: Commands) -> None:
    """``update-check``."""
    commands.add("update-check", _check, tr("ask whether there is a newer version; only now"))


def _check(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.services.newer_version import ask_for_newest

    settings = load_settings(options.profile.settings)
    found = ask_for_newest(
        settings.update_address, __version__, CancelToken(), is_offline=settings.works_offline
    )
    if not arguments.json:
        if found.is_newer:
            say(sentences(tr("Version {version} is there.", version=found.newest), found.page))
        else:
            say(tr("This is the newest version, {version}.", version=found.current))
    return {**asdict(found), "is_newer": found.is_newer}
