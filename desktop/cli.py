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
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import __version__
from desktop.commands.arguments import count, path, positive, words
from desktop.commands.terminal import follow, say, say_error
from desktop.config.logging import log_to_file
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError, PlantainError, UsageError
from desktop.core.query import Query
from desktop.generation.request import ASPECT_RATIOS, GenerationRequest, Reference

if TYPE_CHECKING:
    from desktop.wiring import Engine

Json = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    if getattr(sys, "frozen", False):
        # Started again to be the encoder's process; then this does not return. Imported only
        # there: it costs the window's first paint some milliseconds.
        from multiprocessing import freeze_support

        freeze_support()
    parser = _parser()
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name that this terminal cannot show must not end a run.
            stream.reconfigure(errors="backslashreplace")
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
        with nullcontext() if arguments.run is _window else _log(options):
            result: Json = arguments.run(arguments, options)
    except PlantainError as error:
        if is_json:
            say(json.dumps({"error": _error_json(error)}))
        say_error(error)
        return 2 if isinstance(error, UsageError) else 1
    if is_json:
        say(json.dumps(result))
    return int(result.get("exit_code", 0))


@contextmanager
def _log(options: EngineOptions) -> Generator[None]:
    """What the engine notes goes to the profile's log, not to the terminal."""
    folder = ProfilePaths(options.profile_dir or default_profile()).logs
    try:
        handler = log_to_file(folder)
    except OSError:
        handler = logging.NullHandler()  # opening the library will say what is wrong
        logging.getLogger("desktop").addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger("desktop").removeHandler(handler)
        handler.close()


# -- commands ----------------------------------------------------------------------------------


def _index(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    if arguments.paths and not any(os.path.lexists(path) for path in arguments.paths):
        raise LibraryError(
            f"There is nothing at {', '.join(displayable(path) for path in arguments.paths)}.",
            safe="Nothing was changed.",
            next_step="Check the path.",
        )
    with _open(options) as engine, _interruptible() as cancel:
        if problem := engine.model.problem():
            say(f"{problem} They are browsable, and found by their names.", to=sys.stderr)
        report = follow(
            engine.indexing.run(arguments.paths, cancel, retry_failed=arguments.retry_failed)
        )
    for failure in report.failed:
        say(f"could not use {displayable(failure.path)}: {failure.reason}", to=sys.stderr)
    if not arguments.json:
        nothing = not (report.added or report.updated or report.missing or report.failed)
        say(
            f"{'Nothing to do: ' if nothing else ''}{report.found} pictures found, "
            f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
            f"{report.missing} missing, {len(report.failed)} failed "
            f"in {report.seconds:.1f} s."
        )
    failed = [{"path": displayable(f.path), "reason": f.reason} for f in report.failed]
    return {**asdict(report), "failed": failed, "seconds": round(report.seconds, 3)}


def _search(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    query = Query(text=words(arguments.text), image=arguments.image, limit=arguments.k)
    sheet: Path | None = arguments.contact_sheet
    if sheet is not None and os.path.lexists(sheet):
        raise LibraryError(
            f"{displayable(sheet)} exists already.",
            safe="It was not replaced.",
            next_step="Choose another name.",
        )
    with _open(options) as engine:
        result = engine.searching.search(query)
        if sheet is not None:
            engine.contact_sheets.write(result, sheet)
    if result.notice:
        say(result.notice, to=sys.stderr)
    if not arguments.json:
        for hit in result.hits:
            mark = "  (missing)" if hit.asset.is_missing else ""
            say(f"{hit.rank:3}  {hit.score:6.3f}  {displayable(hit.asset.path)}{mark}")
        if not result.hits:
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
            }
            for hit in result.hits
        ],
        "model": result.model or None,
    }


def _generate(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    prompt = words(arguments.prompt)
    # By real path, so that no picture goes along twice; in the order given.
    chosen = {os.path.realpath(path): Path(os.path.abspath(path)) for path in arguments.ref}  # noqa: PTH100
    with _open(options) as engine, _interruptible() as cancel:
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


def _model_list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(replace(options, model=""), is_reader=True) as engine:
        entries = engine.models.list()
        in_use = engine.model.installed()
    name = in_use.manifest.name if in_use else None
    if not arguments.json:
        for entry in entries:
            state = "installed" if entry.is_installed else f"{entry.size_bytes / 1e6:.0f} MB to get"
            mark = "*" if entry.name == name else " "
            say(f"{mark} {entry.name:24} {state:16} {entry.licence:12} {entry.description}")
    return {"models": [asdict(entry) for entry in entries], "in_use": name}


def _model_import(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(replace(options, model=""), is_reader=True) as engine, _interruptible() as cancel:
        entry = follow(
            engine.models.import_file(
                arguments.file,
                name=arguments.name,
                architecture=arguments.architecture,
                cancel=cancel,
            )
        )
    say(f"Imported as “{entry.name}”. Use it with: plantain model use {entry.name}", to=sys.stderr)
    return asdict(entry)


def _model_download(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(replace(options, model=""), is_reader=True) as engine, _interruptible() as cancel:
        entry = follow(
            engine.models.download(
                arguments.name, endpoint=os.environ.get("HF_ENDPOINT"), cancel=cancel
            )
        )
    say(f"“{entry.name}” is installed.", to=sys.stderr)
    return asdict(entry)


def _model_use(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with _open(replace(options, model=""), is_reader=True) as engine:
        engine.use_model(arguments.name)
        status = engine.status()
    change = status.model_change
    if change is not None:
        then = (
            f" {change.old} answers searches until it has encoded what there is "
            f"({change.done:,} of {change.total:,} pictures so far). Run: plantain index"
        )
    elif status.pending:
        then = f" It has yet to encode {status.pending:,} pictures. Run: plantain index"
    else:
        then = ""
    say(f"“{arguments.name}” is in use from now on.{then}", to=sys.stderr)
    return {"model": arguments.name, "change": asdict(change) if change else None}


def _doctor(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    from desktop.commands.doctor import examine  # imports torch

    report = examine(options)
    if not arguments.json:
        say(json.dumps(report, indent=2, ensure_ascii=False))
    return report


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


def _open(options: EngineOptions, *, is_reader: bool = False) -> Engine:
    # With the first command that works on a library: what the engine is made of (numpy, Pillow,
    # SQLite, HTTP) takes longer to import than the window, which passes here, takes to open.
    from desktop.wiring import Engine

    return Engine(options, is_reader=is_reader)


# -- arguments ---------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--profile-dir", type=path, metavar="DIR", help="settings, models, logs")
    common.add_argument("--library", type=path, metavar="DIR", help="the library to work on")
    common.add_argument("--model", metavar="NAME|PATH|demo", help="the embedding model to use")
    machine = argparse.ArgumentParser(add_help=False)
    machine.add_argument("--json", action="store_true", help="one JSON object on stdout")

    parser = argparse.ArgumentParser(
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
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Callable[..., Json], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, parents=[common, machine], help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    index = command("index", _index, "add folders or files, or look through the known ones again")
    index.add_argument("paths", nargs="*", type=path, metavar="PATH")
    index.add_argument("--retry-failed", action="store_true", help="read failed files again")

    search = command("search", _search, "find pictures by words, a picture, or both")
    search.add_argument("text", nargs="?", default="", metavar="TEXT")
    search.add_argument("--image", type=path, metavar="FILE")
    search.add_argument("-k", type=positive, default=10, metavar="N", help="how many (10)")
    search.add_argument("--contact-sheet", type=path, metavar="OUT.png")

    generate = command("generate", _generate, "create a picture from a prompt and references")
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

    model = commands.add_parser("model", help="the models that pictures are searched with")
    models = model.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, text in (
        ("list", _model_list, "what there is"),
        ("import", _model_import, "install a checkpoint from a file"),
        ("download", _model_download, "install from the hub (HF_ENDPOINT is honoured)"),
        ("use", _model_use, "choose the model to use"),
    ):
        sub = models.add_parser(name, parents=[common, machine], help=text, description=text)
        sub.set_defaults(run=run)
        if name == "import":
            sub.add_argument("file", type=path, metavar="FILE")
            sub.add_argument("--name", default="", help="what to call it")
            sub.add_argument("--architecture", default="", help="open_clip's name of its shape")
        elif name != "list":
            sub.add_argument("name", metavar="NAME")

    command("doctor", _doctor, "what is installed, what is in use, what is wrong")
    return parser


def _options(arguments: argparse.Namespace) -> EngineOptions:
    """The environment, overridden by what the command line says."""
    given = {
        "profile_dir": getattr(arguments, "profile_dir", None),
        "library_dir": getattr(arguments, "library", None),
        "model": getattr(arguments, "model", None),
    }
    options = EngineOptions.from_environment(os.environ)
    return replace(options, **{name: value for name, value in given.items() if value is not None})


def _error_json(error: PlantainError) -> Json:
    return {
        "kind": error.kind,
        "message": f"{error.headline} {error.safe}".strip(),
        "next_step": error.next_step,
    }


@contextmanager
def _interruptible() -> Generator[CancelToken]:
    """Ctrl+C asks the work to stop cleanly; a second one stops it at once."""
    cancel = CancelToken()

    def on_interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        cancel.cancel()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
