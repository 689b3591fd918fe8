"""The manual page, from what the command line says of itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import cast

from product import DESCRIPTION, NAME, PROGRAM, SUMMARY, VERSION

from desktop.cli import whole_parser


def page(date: str) -> str:
    """plantain.1, in roff.

    Args:
        date: of the release, "2026-11-29".
    """
    parser = whole_parser()
    lines = [
        f'.TH {PROGRAM.upper()} 1 "{date}" "{NAME} {VERSION}" "User Commands"',
        ".SH NAME",
        _text(f"{PROGRAM} - {SUMMARY[0].lower()}{SUMMARY[1:]}"),
        ".SH SYNOPSIS",
        f".B {PROGRAM}",
        _text("[OPTION]... [COMMAND [ARGUMENT]...]"),
        ".SH DESCRIPTION",
    ]
    for paragraph in DESCRIPTION:
        lines += [_text(paragraph), ".PP"]
    lines += [_text("Without a command the window opens."), ".SH OPTIONS", *_options(parser)]
    lines.append(".SH COMMANDS")
    lines.append(_text("The options above go with each of them, but those of the window."))
    for name, command in _commands(parser):
        lines += [f".SS {PROGRAM} {_text(name)}", _text(command.description or "")]
        lines += _options(command, besides=parser)
    lines += [
        *(".SH EXIT STATUS", "0: done; 1: failed, with the reason on standard error; 2: the"),
        "command line makes no sense.",
        *(".SH ENVIRONMENT", ".TP", ".B PLANTAIN_LANGUAGE", "of the window and of messages;"),
        "otherwise that of the system.",
        *(".TP", ".B GEMINI_API_KEY", "where none is kept in the system's key store."),
        *(".SH FILES", ".TP", r".I ~/.local/share/Plantain"),
        "settings, models, logs and the library, unless it is kept elsewhere.",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _commands(
    parser: argparse.ArgumentParser, above: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage] - no other way to ask
        if not isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            continue
        choices = cast(dict[str, argparse.ArgumentParser], vars(action)["choices"])
        for name, command in choices.items():
            yield f"{above}{name}", command
            yield from _commands(command, f"{above}{name} ")


def _options(
    parser: argparse.ArgumentParser, besides: argparse.ArgumentParser | None = None
) -> Iterator[str]:
    known = besides._option_string_actions if besides else {}  # pyright: ignore[reportPrivateUsage]
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]
        is_told = bool(action.option_strings) and action.option_strings[-1] in known
        is_command = isinstance(action, argparse._SubParsersAction)  # pyright: ignore[reportPrivateUsage]
        if is_told or is_command or action.help == argparse.SUPPRESS:
            continue
        value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
        yield ".TP"
        names = ", ".join(action.option_strings)
        yield f".B {_text(f'{names} {value}')}"
        yield _text(action.help or "")


def _text(words: str) -> str:
    """Words in roff, to which backslash and "-" mean something, and "." or "'" in front."""
    escaped = " ".join(words.split()).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
