"""``plantain queue``: pictures that were decided on and not made yet, and what became of others."""

from __future__ import annotations

import argparse
import sys

from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import error_sentence, follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.attempt import Attempt, AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PicturesChanged, PlantainError, UsageError
from desktop.core.failure import Failure
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.text import english, marked, moment, tr
from desktop.services.engine import Engine
from desktop.services.reports import GeneratedPicture

_STATES = {
    AttemptState.QUEUED: marked("waiting"),
    AttemptState.SENT: marked("sent"),
    AttemptState.ANSWERED: marked("answered, not saved yet"),
    AttemptState.DONE: marked("done"),
    AttemptState.DECLINED: marked("declined"),
    AttemptState.FAILED: marked("failed"),
    AttemptState.STOPPED: marked("stopped"),
    AttemptState.UNKNOWN: marked("unknown, perhaps billed"),
}


_WAITS = {
    WaitReason.PERSON: marked("stopped until “plantain queue resume”"),
    WaitReason.QUOTA: marked("the service takes no more requests for now"),
    WaitReason.OFFLINE: marked("the service cannot be reached"),
    WaitReason.CONSENT: marked("in the window somebody has to see what would be sent"),
    WaitReason.CHANGED: marked("a picture is another one now than when this was added"),
    WaitReason.BUDGET: marked("the month's limit is reached"),
}


def add_to(commands: Commands) -> None:
    """``queue list``, ``pause``, ``resume``, ``cancel`` and ``retry``."""
    queue = commands.group(
        "queue", tr("pictures that wait to be created, and what became of others")
    )
    shown = queue.add("list", _list, tr("what waits, and the latest requests, the newest first"))
    shown.add_argument(
        "--details", action="store_true", help=tr("say also what the service answered")
    )
    queue.add("pause", _pause, tr("ask for nothing more until the queue is resumed"))
    resume = queue.add("resume", _resume, tr("create what waits, and save what was answered"))
    _add_as_they_are(resume)
    cancel = queue.add("cancel", _cancel, tr("give up what waits"))
    cancel.add_argument("ids", nargs="*", metavar="ATTEMPT")
    retry = queue.add("retry", _retry, tr("ask for the same once more, as a new request"))
    retry.add_argument("id", metavar="ATTEMPT")
    _add_as_they_are(retry)


def _add_as_they_are(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-they-are",
        action="store_true",
        help=tr("send pictures that have changed since as they are now"),
    )


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        view = engine.generation.queue.view()
    attempts = sorted((*view.waiting, *view.others), key=lambda a: a.queued_at, reverse=True)
    if not arguments.json:
        if view.wait is not None and view.waiting:
            say(wait_line(view.wait))
        for attempt in (*view.waiting, *view.others):
            prompt = attempt.record.request.prompt
            say(f"{attempt.key[:8]}  {tr(_STATES[attempt.state])}  {prompt[:60]}")
            if attempt.failure is not None:
                _tell_failure(attempt.failure, has_details=arguments.details)
    return {
        "attempts": [_json(attempt) for attempt in attempts],
        "waiting": [attempt.key for attempt in view.waiting],
        "wait": wait_json(view.wait),
    }


def _tell_failure(failure: Failure, *, has_details: bool) -> None:
    """Below the request that failed: why, and what can be done about it."""
    told = [failure.sentence(), failure.page]
    if has_details:
        told += failure.details.splitlines()
    for line in filter(None, told):
        say(f"          {line}")


def _pause(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        engine.generation.queue.pause()
        wait = engine.generation.queue.view().wait
    if not arguments.json:
        say(tr("Nothing more is asked for until “plantain queue resume”."))
    return {"wait": wait_json(wait)}


def _resume(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        made = [*engine.generation.left_answers.finish()]
        queue = engine.generation.queue
        if arguments.as_they_are:
            queue.take_as_they_are([attempt.key for attempt in queue.view().waiting])
        queue.resume()
        more, failed = work_off(engine, cancel)
        made += more
        view = queue.view()
        if view.wait is not None and view.wait.reason is WaitReason.CHANGED:
            _say_as_they_are("plantain queue resume --as-they-are")
        return {
            **told(made, engine, is_json=arguments.json),
            "failed": [english(error.message) for error in failed],
            "waiting": [attempt.key for attempt in view.waiting],
            "wait": wait_json(view.wait),
        }


def _cancel(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        waiting = engine.generation.queue.view().waiting
        chosen = [a.key for a in waiting if not arguments.ids or _is_named(a, arguments.ids)]
        engine.generation.queue.cancel(chosen)
    return {"cancelled": chosen}


def _retry(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        found = [
            a for a in engine.generation.attempts.latest(10_000) if _is_named(a, [arguments.id])
        ]
        if len(found) != 1:
            raise UsageError(
                tr("There is no single request “{key}”.", key=arguments.id),
                next_step=tr("See: {command} --help", command="plantain queue"),
            )
        key = engine.generation.queue.retry(found[0].key)
        if arguments.as_they_are:
            engine.generation.queue.take_as_they_are([key])
        try:
            made = follow(engine.generation.generating.run_queued(key, cancel))
        except PicturesChanged:
            _say_as_they_are(f"plantain queue retry {arguments.id} --as-they-are")
            raise
        return told([made], engine, is_json=arguments.json)


def _say_as_they_are(command: str) -> None:
    say(tr("To send them as they are now: {command}", command=command), to=sys.stderr)


def work_off(
    engine: Engine, cancel: CancelToken
) -> tuple[list[GeneratedPicture], list[PlantainError]]:
    """Ask for one after the other until none is left, or there is a reason to wait; what was made,
    and what failed, which is told at once.

    Raises:
        Cancelled: the queue waits for a person.
    """
    made: list[GeneratedPicture] = []
    failed: list[PlantainError] = []
    while True:
        step = follow(engine.generation.queue.run_next(cancel))
        if step.picture is not None:
            made.append(step.picture)
        if step.error is not None:
            failed.append(step.error)
            say(error_sentence(step.error), to=sys.stderr)
        if step.is_over:
            return made, failed


def told(made: list[GeneratedPicture], engine: Engine, *, is_json: bool) -> Json:
    """The pictures, which can be found from now on."""
    ids = [asset_id for picture in made for asset_id in picture.asset_ids]
    follow(engine.indexing.make_searchable(ids, CancelToken()))
    assets = [asset for picture in made for asset in picture.assets]
    if not is_json:
        for asset in assets:
            say(displayable(asset.path))
    return {
        "images": [
            {"path": str(asset.path), "asset_id": asset.id, "is_final": asset is picture.asset}
            for picture in made
            for asset in picture.assets
        ]
    }


def _is_named(attempt: Attempt, keys: list[str]) -> bool:
    return any(key and attempt.key.startswith(key) for key in keys)


def wait_line(wait: Wait) -> str:
    """Why nothing more is asked for."""
    reason = tr(_WAITS[wait.reason])
    if wait.until:
        return tr("waits until {time}: {reason}", time=moment(wait.until), reason=reason)
    return tr("waits: {reason}", reason=reason)


def wait_json(wait: Wait | None) -> Json | None:
    """The same for programs."""
    if wait is None:
        return None
    return {"reason": wait.reason.value, "until": wait.until or None, "said": wait.said}


def _failure_json(failure: Failure | None) -> Json | None:
    if failure is None:
        return None
    return {
        "kind": failure.kind,
        "message": english(failure.message),
        "safe": english(failure.safe),
        "next_step": english(failure.next_step),
        "action": failure.remedy.value if failure.remedy is not None else None,
        "page": failure.page or None,
        "details": failure.details,
    }


def _json(attempt: Attempt) -> Json:
    return {
        "attempt_id": attempt.key,
        "state": attempt.state.value,
        "prompt": attempt.record.request.prompt,
        "model": attempt.record.request.model,
        "queued_at": attempt.queued_at,
        "sent_at": attempt.sent_at,
        "answered_at": attempt.answered_at,
        "ended_at": attempt.ended_at,
        "cost_usd": attempt.cost_usd,
        "error": attempt.error,
        "failure": _failure_json(attempt.failure),
    }
