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
from dataclasses import asdict, replace
from pathlib import Path

from desktop import __version__
from desktop.commands import annotating, diagnosis, leaving, models, repair, server, team, tidying
from desktop.commands.arguments import count, path, positive, words
from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json, Parser
from desktop.commands.terminal import follow, say, say_error, say_failures
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile
from desktop.config.recording import Recording
from desktop.core.asset import displayable
from desktop.core.errors import FileUnreadable, LibraryError, PlantainError, UsageError
from desktop.core.query import Query
from desktop.core.timecode import timecode
from desktop.generation.request import ASPECT_RATIOS, GenerationRequest, Reference

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
        arguments = _parser().parse_args(given)
    except UsageError as error:
        _tell(error, is_json="--json" in given)
        raise SystemExit(2) from None
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        say("plantain: stopped.", to=sys.stderr)
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
    with Recording(logs, f"command {arguments.run.__name__.strip('_')}"):
        try:
            return arguments.run(arguments, options)
        except (PlantainError, BrokenPipeError):
            raise
        except Exception as error:
            _LOG.critical("unforeseen error", exc_info=True)
            raise PlantainError(
                f"Something went wrong inside Plantain ({type(error).__name__}).",
                next_step=f"The log in {logs} says more. To have it looked at, send the file that "
                "“plantain doctor --report FILE.zip” makes.",
            ) from error


def _tell(error: PlantainError, *, is_json: bool) -> None:
    if is_json:
        say(json.dumps({"error": _error_json(error)}))
    say_error(error)


# -- commands ----------------------------------------------------------------------------------


def _index(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    if arguments.paths and not any(os.path.lexists(path) for path in arguments.paths):
        raise LibraryError(
            f"There is nothing at {', '.join(displayable(path) for path in arguments.paths)}.",
            safe="Nothing was changed.",
            next_step="Check the path.",
        )
    with open_library(options) as engine, interruptible() as cancel:
        if problem := engine.model.problem():
            say(f"{problem} They are browsable, and found by their names.", to=sys.stderr)
        report = follow(
            engine.indexing.run(arguments.paths, cancel, retry_failed=arguments.retry_failed)
        )
    say_failures(report.failed)
    if not arguments.json:
        nothing = not (
            report.added or report.updated or report.moved or report.missing or report.failed
        )
        say(
            f"{'Nothing to do: ' if nothing else ''}{report.found} pictures found, "
            f"{report.added} added, {report.updated} updated, {report.moved} moved, "
            f"{report.unchanged} unchanged, "
            f"{report.missing} missing, {len(report.failed)} failed "
            f"in {report.seconds:.1f} s."
        )
    failed = [{"path": displayable(f.path), "reason": f.reason} for f in report.failed]
    told = asdict(report)
    told["updated"] += told.pop("moved")  # the contract's keys are fixed
    return {**told, "failed": failed, "seconds": round(report.seconds, 3)}


def _search(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    query = Query(text=words(arguments.text), image=arguments.image, limit=arguments.k)
    if arguments.image is not None and not os.path.lexists(arguments.image):
        raise FileUnreadable(
            arguments.image, "There is nothing at this path.", next_step="Check the path."
        )
    sheet: Path | None = arguments.contact_sheet
    if sheet is not None and os.path.lexists(sheet):
        raise LibraryError(
            f"{displayable(sheet)} exists already.",
            safe="It was not replaced.",
            next_step="Choose another name.",
        )
    with open_to_read(options) as engine:
        result = engine.searching.search(query)
        if sheet is not None:
            engine.contact_sheets.write(result, sheet)
        is_empty = not result.hits and not engine.catalog.counts()["assets"]
    if result.notice:
        say(result.notice, to=sys.stderr)
    if not arguments.json:
        for hit in result.hits:
            mark = "  (offline)" if hit.asset.is_offline else ""
            mark = "  (missing)" if hit.asset.is_missing else mark
            mark = "  (a team-mate's)" if hit.asset.is_elsewhere else mark
            at = "" if hit.position_ms is None else f" @ {timecode(hit.position_ms)}"
            say(f"{hit.rank:3}  {hit.score:6.3f}  {displayable(hit.asset.path)}{at}{mark}")
        if is_empty:
            say("The library is empty. Add pictures: plantain index FOLDER")
        elif not result.hits:
            say("Nothing found.")
        if sheet is not None:
            say(f"Contact sheet: {displayable(sheet)}")
    return {
        "hits": [
            {
                "rank": hit.rank,
                "asset_id": hit.asset.id,
                "path": os.fspath(hit.asset.path),
                "filename": hit.asset.filename,
                "score": round(hit.score, 6),
                **({} if hit.position_ms is None else {"position_ms": hit.position_ms}),
            }
            for hit in result.hits
        ],
        "model": result.model or None,
    }


def _generate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    prompt = words(arguments.prompt)
    # By real path, so that no picture goes along twice; in the order given.
    chosen = {os.path.realpath(path): Path(os.path.abspath(path)) for path in arguments.ref}  # noqa: PTH100
    with open_library(options) as engine, interruptible() as cancel:
        proposed = [
            reference
            for reference in engine.searching.propose(prompt, arguments.auto_ref + len(chosen))
            if os.path.realpath(reference.path) not in chosen
        ]
        request = GenerationRequest(
            prompt=prompt,
            references=(
                *(Reference(path, reason="chosen by you") for path in chosen.values()),
                *proposed[: arguments.auto_ref],
            ),
            generator=arguments.generator,
            model=arguments.image_model,
            aspect_ratio=arguments.aspect_ratio,
            image_size=arguments.size,
        )
        made = follow(engine.generating.run(request, cancel, out=arguments.out))
    if not made.is_searchable:
        say("It cannot be found by meaning yet; run “plantain index” later.", to=sys.stderr)
    if not arguments.json:
        for reference in request.references:
            score = "" if reference.score is None else f" ({reference.score:.3f})"
            say(f"reference: {displayable(reference.path)}, {reference.reason}{score}")
        for asset in (made.asset, *made.others):
            say(f"{made.generator}: {displayable(asset.path)}")
        if made.text:
            say(made.text)
    return {
        "path": os.fspath(made.asset.path),
        "asset_id": made.asset.id,
        "text": made.text,
        "generator": request.generator,
        "model": made.model,
        "references": [
            {"path": os.fspath(r.path), "score": r.score, "reason": r.reason}
            for r in request.references
        ],
        "usage": asdict(made.usage),
    }


def _window(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    if importlib.util.find_spec("PySide6") is None:
        raise UsageError(
            "The window needs PySide6, which is not installed.",
            next_step="Run “pip install PySide6-Essentials”, or use the commands: plantain --help.",
        )
    if arguments.self_test:
        from desktop.commands.self_test import run_self_test

        return {"exit_code": run_self_test()}
    if arguments.demo:
        from desktop.commands.demo import run_demo

        return {"exit_code": run_demo()}
    from desktop.app import run  # PySide6: the command line works without it

    return {"exit_code": run(options)}


# -- arguments ---------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--profile-dir", type=path, metavar="DIR", help="settings, models, logs")
    common.add_argument("--library", type=path, metavar="DIR", help="the library to work on")
    common.add_argument(
        "--read-only",
        dest="is_read_only",
        action="store_true",
        help="change nothing; works beside a Plantain that has the library open",
    )
    common.add_argument("--model", metavar="NAME|PATH|demo", help="the embedding model to use")
    machine = argparse.ArgumentParser(add_help=False)
    machine.add_argument("--json", action="store_true", help="one JSON object on stdout")

    parser = Parser(
        prog="plantain",
        parents=[common],
        description="Search pictures by meaning, create from what you find. Without a command "
        "the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"plantain {__version__}")
    parser.add_argument(
        "--demo", action="store_true", help="a throw-away library of sample pictures"
    )
    parser.add_argument(
        "--self-test", action="store_true", help="check that this installation does its job"
    )
    parser.set_defaults(run=_window)
    commands = Commands(parser, common, machine)

    index = commands.add(
        "index", _index, "add folders or files, or look through the known ones again"
    )
    index.add_argument("paths", nargs="*", type=path, metavar="PATH")
    index.add_argument("--retry-failed", action="store_true", help="read failed files again")

    search = commands.add("search", _search, "find pictures by words, a picture, or both")
    search.add_argument("text", nargs="?", default="", metavar="TEXT")
    search.add_argument("--image", type=path, metavar="FILE")
    search.add_argument("-k", type=positive, default=10, metavar="N", help="how many (10)")
    search.add_argument("--contact-sheet", type=path, metavar="OUT.png")

    generate = commands.add("generate", _generate, "create a picture from a prompt and references")
    generate.add_argument("prompt", metavar="PROMPT")
    generate.add_argument("--ref", type=path, action="append", default=[], metavar="FILE")
    generate.add_argument(
        "--auto-ref", type=count, default=0, metavar="N", help="add the N best from the library"
    )
    generate.add_argument("--generator", choices=("gemini", "moodboard"), default="gemini")
    generate.add_argument("--image-model", default="", metavar="ID", help="Gemini model id")
    generate.add_argument("--aspect-ratio", choices=ASPECT_RATIOS, default="1:1", metavar="W:H")
    generate.add_argument("--size", choices=("512", "1K", "2K", "4K"), default="1K")
    generate.add_argument("--out", type=path, metavar="FILE")

    annotating.add_to(commands)
    leaving.add_to(commands)
    models.add_to(commands)
    server.add_to(commands)
    team.add_to(commands)
    tidying.add_to(commands)
    repair.add_to(commands)
    diagnosis.add_to(commands)
    return parser


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


def _error_json(error: PlantainError) -> Json:
    return {
        "kind": error.kind,
        "message": f"{error.headline} {error.safe}".strip(),
        "next_step": error.next_step,
    }
