"""``plantain queue``: pictures that were decided on and not made yet, and what became of others."""

from __future__ import annotations

import argparse

from desktop.commands.opening import interruptible, open_library, open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import follow, say
from desktop.config.options import EngineOptions
from desktop.core.asset import displayable
from desktop.core.attempt import Attempt, AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import UsageError
from desktop.core.text import marked, tr
from desktop.services.engine import Engine
from desktop.services.reports import GeneratedPicture

_LISTED = 50
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


def add_to(commands: Commands) -> None:
    """``queue list``, ``resume``, ``cancel`` and ``retry``."""
    queue = commands.group(
        "queue", tr("pictures that wait to be created, and what became of others")
    )
    queue.add("list", _list, tr("the latest requests, the newest first"))
    queue.add("resume", _resume, tr("create what waits, and save what was answered"))
    cancel = queue.add("cancel", _cancel, tr("give up what waits"))
    cancel.add_argument("ids", nargs="*", metavar="ATTEMPT")
    retry = queue.add("retry", _retry, tr("ask for the same once more, as a new request"))
    retry.add_argument("id", metavar="ATTEMPT")


def _list(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        attempts = engine.attempts.latest(_LISTED)
    if not arguments.json:
        for attempt in attempts:
            prompt = attempt.record.request.prompt
            say(f"{attempt.key[:8]}  {tr(_STATES[attempt.state])}  {prompt[:60]}")
    return {"attempts": [_json(attempt) for attempt in attempts]}


def _resume(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        made = [*engine.generating.finish_left()]
        made += (
            follow(engine.generating.run_queued(attempt.key, cancel))
            for attempt in engine.generating.unfinished()
            if attempt.state is AttemptState.QUEUED
        )
        return _made(made, engine, is_json=arguments.json)


def _cancel(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine:
        waiting = [a for a in engine.generating.unfinished() if a.state is AttemptState.QUEUED]
        chosen = [a for a in waiting if not arguments.ids or _is_named(a, arguments.ids)]
        for attempt in chosen:
            engine.generating.forget(attempt.key)
    return {"cancelled": [attempt.key for attempt in chosen]}


def _retry(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_library(options) as engine, interruptible() as cancel:
        found = [a for a in engine.attempts.latest(10_000) if _is_named(a, [arguments.id])]
        if len(found) != 1:
            raise UsageError(
                tr("There is no single request “{key}”.", key=arguments.id),
                next_step=tr("See: {command} --help", command="plantain queue"),
            )
        request = found[0].record.request
        return _made(
            [follow(engine.generating.run(request, cancel))], engine, is_json=arguments.json
        )


def _made(made: list[GeneratedPicture], engine: Engine, *, is_json: bool) -> Json:
    ids = [asset_id for picture in made for asset_id in picture.asset_ids]
    follow(engine.indexing.make_searchable(ids, CancelToken()))
    assets = [asset for picture in made for asset in picture.assets]
    if not is_json:
        for asset in assets:
            say(displayable(asset.path))
    return {"images": [{"path": str(asset.path), "asset_id": asset.id} for asset in assets]}


def _is_named(attempt: Attempt, keys: list[str]) -> bool:
    return any(key and attempt.key.startswith(key) for key in keys)


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
    }
