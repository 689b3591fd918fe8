"""The command line: the whole engine without Qt, and the way into the window.

Results go to stdout (``--json`` for programs), progress and errors to stderr. Exit code 0: done;
1: failed; 2: the command line itself makes no sense.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from desktop import __version__
from desktop.commands.arguments import path
from desktop.commands.parser import Commands, Json, Parser, translate_argparse
from desktop.commands.terminal import error_json, say, say_error
from desktop.config.language import SYSTEM, choose_language
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile
from desktop.config.process_log import ProcessLog
from desktop.config.settings import load_settings
from desktop.core.errors import PlantainError, SettingsError, UsageError
from desktop.core.text import speak, tr

_LOG = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    if getattr(sys, "frozen", False):
        # Started again to be the encoder's process; then this does not return. Imported only
        # there: it costs the window's first paint some milliseconds.
        from multiprocessing import freeze_support

        freeze_support()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name that this terminal cannot show must not end a run.
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if argv is None else argv
    try:
        arguments = _parse(given)
    except UsageError as error:
        _tell(error, is_json="--json" in given)
        raise SystemExit(2) from None
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        say(tr("plantain: stopped."), to=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output has seen enough ("plantain … | head"). Python would complain
        # about the rest when it flushes at the end, hence nowhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: argparse.Namespace) -> int:
    is_json: bool = getattr(arguments, "json", False)
    options = _options(arguments)
    try:
        # The window keeps its own log, and the demo touches nobody's profile.
        is_recorded = arguments.run is not _window
        result: Json = (_recorded if is_recorded else arguments.run)(arguments, options)
    except PlantainError as error:
        _tell(error, is_json=is_json)
        return 2 if isinstance(error, UsageError) else 1
    if is_json:
        say(json.dumps(result))
    return int(result.get("exit_code", 0))


def _recorded(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    """Run a command; what the engine notes goes to the profile's log, not to the terminal."""
    logs = ProfilePaths(options.profile_dir or default_profile()).logs
    with ProcessLog(logs, f"command {arguments.run.__name__.strip('_')}"):
        try:
            return arguments.run(arguments, options)
        except (PlantainError, BrokenPipeError):
            raise
        except Exception as error:
            _LOG.critical("unforeseen error", exc_info=True)
            raise PlantainError(
                tr("Something went wrong inside Plantain ({error}).", error=type(error).__name__),
                next_step=tr(
                    "The log in {folder} says more. To have it looked at, send the file that "
                    "“plantain doctor --report FILE.zip” makes.",
                    folder=logs,
                ),
            ) from error


def _tell(error: PlantainError, *, is_json: bool) -> None:
    if is_json:
        say(json.dumps({"error": error_json(error)}))
    say_error(error)


def _window(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    if importlib.util.find_spec("PySide6") is None:
        raise UsageError(
            tr("The window needs PySide6, which is not installed."),
            next_step=tr(
                "Run “pip install PySide6-Essentials”, or use the commands: plantain --help."
            ),
        )
    if arguments.self_test:
        from desktop.commands.self_test import run_self_test

        return {"exit_code": run_self_test()}
    if arguments.demo:
        from desktop.commands.demo import run_demo

        return {"exit_code": run_demo()}
    from desktop.app import run  # PySide6: the command line works without it

    return {"exit_code": run(options, add=arguments.add)}


# -- arguments ---------------------------------------------------------------------------------


def _parse(given: Sequence[str]) -> argparse.Namespace:
    """Raises: UsageError."""
    # The window passes here, and would be shown a fiftieth of a second later with all commands
    # imported. So they are only where the window's own options, written out, are not all that is
    # given; what is short for one of these may be short for another option of a command.
    translate_argparse()
    if _are_files(given):
        given = ["--add", *given]
    speak(choose_language(os.environ))  # of what is wrong with these very arguments
    arguments, rest = _parser(add_help=False, allow_abbrev=False).parse_known_args(given)
    speak(choose_language(os.environ, _preferred_language(arguments)))
    if not rest:
        return arguments
    return whole_parser().parse_args(given)


def _are_files(given: Sequence[str]) -> bool:
    """As a file manager hands them over that knows nothing of ``--add``: no command is called so,
    with a folder before its name or a suffix behind it."""
    return all(Path(name).name != name or Path(name).suffix for name in given) and bool(
        given and all(map(os.path.lexists, given))
    )


def whole_parser() -> Parser:
    """Of all there is: the window's own options, and every command."""
    parser = _parser()
    parser.add_argument(
        "--version",
        action="version",
        version=f"plantain {__version__}",
        help=tr("show the version and exit"),
    )
    _add_commands(parser)
    return parser


def _preferred_language(arguments: argparse.Namespace) -> str:
    profile = ProfilePaths(_options(arguments).profile_dir or default_profile())
    try:
        return load_settings(profile.settings).language
    except SettingsError:  # told by whatever needs the settings
        return SYSTEM


def _parser(*, add_help: bool = True, allow_abbrev: bool = True) -> Parser:
    """Of the window."""
    parser = Parser(
        prog="plantain",
        parents=[_common()],
        add_help=add_help,
        allow_abbrev=allow_abbrev,
        description=tr(
            "Search pictures by meaning, create from what you find. Without a command the window "
            "opens."
        ),
    )
    parser.add_argument(
        "--demo", action="store_true", help=tr("a throw-away library of sample pictures")
    )
    parser.add_argument(
        "--self-test", action="store_true", help=tr("check that this installation does its job")
    )
    parser.add_argument(
        "--add",
        type=path,
        nargs="*",
        default=(),
        metavar="PATH",
        help=tr("add these folders or files, as if they were dropped into the window"),
    )
    parser.set_defaults(run=_window)
    return parser


def _common() -> argparse.ArgumentParser:
    """What every command takes as well."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--profile-dir", type=path, metavar="DIR", help=tr("settings, models, logs")
    )
    common.add_argument("--library", type=path, metavar="DIR", help=tr("the library to work on"))
    common.add_argument(
        "--read-only",
        dest="is_read_only",
        action="store_true",
        help=tr("change nothing; works beside a Plantain that has the library open"),
    )
    common.add_argument("--model", metavar="NAME|PATH|demo", help=tr("the embedding model to use"))
    return common


def _add_commands(parser: Parser) -> None:
    from desktop.commands import (
        annotate,
        backup,
        completion,
        doctor,
        duplicates,
        exchange,
        flag,
        folders,
        generate,
        generation_queue,
        ignore,
        image_models,
        index,
        kit,
        matrix,
        model,
        propose,
        provenance,
        relocate,
        rename,
        repair,
        rights,
        search,
        server,
        sidecars,
        spend,
        team,
        template,
        trash,
        truth,
        update_check,
    )

    machine = argparse.ArgumentParser(add_help=False)
    machine.add_argument("--json", action="store_true", help=tr("one JSON object on stdout"))
    commands = Commands(parser, _common(), machine)
    for noun in (
        *(index, search, annotate, flag, rename),
        *(propose, generate, matrix, truth, template, kit, image_models, generation_queue, spend),
        *(rights, provenance),
        *(backup, relocate, exchange, sidecars),
        *(model, server, team),
        *(duplicates, trash, ignore, folders),
        *(repair, doctor, update_check),
    ):
        noun.add_to(commands)
    completion.add_to(commands, parser)


def _options(arguments: argparse.Namespace) -> EngineOptions:
    """The environment, overridden by what the command line says."""
    given = {
        "profile_dir": getattr(arguments, "profile_dir", None),
        "library_dir": getattr(arguments, "library", None),
        "model": getattr(arguments, "model", None),
        "is_read_only": getattr(arguments, "is_read_only", None),
    }
    options = EngineOptions.from_environment(os.environ)
    return replace(options, **{name: value for name, value in given.items() if value is not None})
