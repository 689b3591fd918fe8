"""How a command is made known to the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from desktop.config.options import EngineOptions
from desktop.core.errors import UsageError
from desktop.core.text import marked, tr, translations

Json = dict[str, Any]
"""What a command answers with ``--json``; "exit_code" in it ends the program with another code."""

Run = Callable[[argparse.Namespace, EngineOptions], Json]


class Parser(argparse.ArgumentParser):
    """Raises what it does not understand, so that it is told like any other error."""

    def error(self, message: str) -> NoReturn:
        """Raises: UsageError."""
        problem = message[:1].upper() + message[1:].removesuffix(".")
        raise UsageError(
            tr("{problem}.", problem=problem),
            next_step=tr("See: {command} --help", command=self.prog),
        )


class Commands:
    """The commands of one parser, or those below one of them ("plantain tag add").

    Args:
        shared: parsers whose options every command takes.
    """

    def __init__(self, parser: argparse.ArgumentParser, *shared: argparse.ArgumentParser) -> None:
        self._shared = list(shared)
        self._parsers = parser.add_subparsers(title=tr("commands"), metavar="COMMAND")

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


def translate_argparse() -> None:
    """Let the words of argparse's own go through our catalogue; it looks them up at each use."""
    # Its gettext would look for a catalogue of the language of the environment, which is not
    # always ours.
    words: Any = argparse
    words._ = lambda message: translations().gettext(message)  # pyright: ignore
    words.ngettext = lambda one, many, count: translations().ngettext(one, many, count)  # pyright: ignore


_WORDS_OF_ARGPARSE = (
    marked("usage: "),
    marked("positional arguments"),
    marked("options"),
    marked("show this help message and exit"),
    marked("argument %(argument_name)s: %(message)s"),
    marked("the following arguments are required: %s"),
    marked("unrecognized arguments: %s"),
    marked("expected one argument"),
    marked("expected at most one argument"),
    marked("expected at least one argument"),
    marked("invalid %(type)s value: %(value)r"),
    marked("invalid choice: %(value)r (choose from %(choices)s)"),
    marked("invalid choice: %(value)s (choose from %(choices)s)"),
    marked("ambiguous option: %(option)s could match %(matches)s"),
    marked("ignored explicit argument %r"),
    marked("not allowed with argument %s"),
    marked("one of the arguments %s is required"),
    marked("unknown parser %(parser_name)r (choices: %(choices)s)"),
)
"""Those that our parsers can show, for the catalogue."""
