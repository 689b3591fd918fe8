"""``plantain completion SHELL``: lets a shell complete commands, options and file names."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, cast

from desktop.commands.arguments import path
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.text import tr

SHELLS = ("bash", "zsh", "fish")


def add_to(commands: Commands, whole: argparse.ArgumentParser) -> None:
    """``completion``; ``whole``: the parser that all commands belong to."""
    parser = commands.add(
        "completion",
        _completion,
        tr("a script that lets your shell complete what you type: bash, zsh or fish"),
    )
    parser.add_argument("shell", choices=SHELLS)
    parser.set_defaults(whole=whole)


def _completion(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    shell: str = arguments.shell
    script = completion_script(arguments.whole, shell)
    if not arguments.json:
        say(script.rstrip("\n"))
    return {"shell": shell, "script": script}


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script, made from the parser itself; ``shell``: one of ``SHELLS``."""
    import shtab

    for action in _actions(parser):
        if action.type is path:
            metavar = str(action.metavar or "")
            is_folder = "DIR" in metavar or "FOLDER" in metavar
            cast(Any, action).complete = shtab.DIRECTORY if is_folder else shtab.FILE
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage] - no other way to ask
        yield action
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            choices = cast(dict[str, argparse.ArgumentParser], vars(action)["choices"])
            for command in choices.values():
                yield from _actions(command)
