"""``plantain backup`` and ``restore``: the whole library as one file."""

from __future__ import annotations

import argparse
import os
import sys

from desktop.commands.arguments import path
from desktop.commands.opening import interruptible, open_unchanged
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile, resource
from desktop.config.restored_settings import ADDRESSES, without_addresses
from desktop.config.settings import load_settings, save_settings
from desktop.core.addresses import without_user_info
from desktop.core.asset import displayable
from desktop.core.text import duration, ngettext, size, tr
from desktop.generation.template_files import TemplateFiles


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    backup = commands.add(
        "backup", _backup, tr("the whole library as one file, while it is in use")
    )
    backup.add_argument("file", type=path, metavar="FILE.zip")
    backup.add_argument(
        "--with-thumbnails",
        action="store_true",
        help=tr("include thumbnails: larger, but shown at once when restored"),
    )
    restore = commands.add("restore", _restore, tr("make a new library from a backup"))
    restore.add_argument("file", type=path, metavar="FILE.zip")
    restore.add_argument("folder", type=path, metavar="NEW_LIBRARY_DIR")
    restore.add_argument(
        "--with-addresses",
        action="store_true",
        help=tr("trust its addresses of servers, and share with its team what it shared"),
    )


def _backup(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_unchanged(options) as engine, interruptible() as cancel:
        made = follow(
            engine.backup.run(arguments.file, cancel, with_thumbnails=arguments.with_thumbnails)
        )
    if not arguments.json:
        say(
            tr(
                "Backed up to {path}: {size} with {generated} generated pictures, in {time}. Your "
                "own pictures are not in it.",
                path=displayable(made.path),
                size=size(made.size),
                generated=made.generated,
                time=duration(made.seconds),
            )
        )
    return {"path": os.fspath(made.path), "size": made.size, "generated": made.generated}


def _restore(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.services.backup.restore import restore  # SQLite, which the window imports later

    with interruptible() as cancel:
        is_trusted: bool = arguments.with_addresses
        made = follow(restore(arguments.file, arguments.folder, cancel, is_shared=is_trusted))
    # On a new computer the settings come back too; nobody's own are replaced.
    profile = ProfilePaths(options.profile_dir or default_profile())
    templates = TemplateFiles(resource("prompts"), profile.prompts).take_over(made.templates)
    own = profile.settings
    addresses: dict[str, str] = {}
    if not own.exists():
        settings = load_settings(made.settings)
        addresses = {name: value for name in ADDRESSES if (value := getattr(settings, name))}
        # A key or a token would be sent there: a backup may be anybody's.
        save_settings(own, settings if is_trusted else without_addresses(settings))
    if not is_trusted:
        for name, value in addresses.items():
            shown = without_user_info(value)
            say(tr("not taken over: {name} = {value}", name=name, value=shown), to=sys.stderr)
        for name in made.shared:
            say(tr("no longer shared here: “{name}”", name=name), to=sys.stderr)
        if addresses or made.shared:
            say(tr("To take them over too, restore with --with-addresses."), to=sys.stderr)
    if not arguments.json:
        say(
            tr(
                "Restored {files} files ({size}) of {made_at}. Open it with: "
                "plantain --library {folder}",
                files=made.files,
                size=size(made.size),
                made_at=made.made_at,
                folder=displayable(made.folder),
            )
        )
        if templates:
            say(
                ngettext(
                    "{count} template of the backup is among your own now.",
                    "{count} templates of the backup are among your own now.",
                    len(templates),
                )
            )
    return {
        "folder": os.fspath(made.folder),
        "files": made.files,
        "made_at": made.made_at,
        "templates": [template.name for template in templates],
    }
