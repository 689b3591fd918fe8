"""How a command is made known to the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from desktop.config.options import EngineOptions
from desktop.core.errors import UsageError

Json = dict[str, Any]
"""What a command answers with ``--json``; "exit_code" in it ends the program with another code."""

Run = Callable[[argparse.Namespace, EngineOptions], Json]


class Parser(argparse.ArgumentParser):
    """Raises what it does not understand, so that it is told like any other error."""

    def error(self, message: str) -> NoReturn:
        """Raises: UsageError."""
        sentence = message[:1].upper() + message[1:].removesuffix(".") + "."
        raise UsageError(sentence, next_step=f"See: {self.prog} --help")


class Commands:
    """The commands of one parser, or those below one of them ("plantain tag add").

    Args:
        shared: parsers whose options every command takes.
    """

    def __init__(self, parser: argparse.ArgumentParser, *shared: argparse.ArgumentParser) -> None:
        self._shared = list(shared)
        self._parsers = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """A command that calls ``run``; returns its parser, which takes its own arguments."""
        parser = self._parsers.add_parser(name, parents=self._shared, help=text, description=text)
        parser.set_defaults(run=run)
        return parser

    def group(self, name: str, text: str) -> Commands:
        """A command that has commands of its own."""
        parser = self._parsers.add_parser(name, help=text, description=text)
        group = Commands(parser, *self._shared)
        group._parsers.required = True
        return group
