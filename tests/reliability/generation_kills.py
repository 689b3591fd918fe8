"""Queued generations, killed again and again: nothing is lost, doubled or sent twice.

::

    python -m tests.reliability.generation_kills --kills 20 --queued 100

A process works off a queue against the stand-in for Gemini, by both APIs, which fails at random. It
is killed at random moments and started again. What the wire saw is held against what the library
says. With ``--small-disk FOLDER``, which has a disk of its own (``mount -t tmpfs -o size=120m``),
the library lies there, and every third run finds the disk full while it works.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from desktop.config.options import EngineOptions
from desktop.core.attempt import Attempt, AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.errors import AnswerNotKept, LibraryError
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure

_KEY = {"GEMINI_API_KEY": "AIza-test"}
_FAILURES = (
    *(None, None, None, None),
    *(Failure.QUOTA, Failure.FINISH_IMAGE_SAFETY, Failure.DROP_BEFORE_REPLY, Failure.INTERNAL),
)
_LONGEST_S = 60.0
_BALLAST = "ballast"
_FULL_S = 1.0
_LOOK_S = 0.1
"""How often it is looked whether the process has ended; requests are waited for."""
_MODULE = "tests.reliability.generation_kills"


class _Moody(GeminiServer):
    """The stand-in, each of whose answers fails or not at random."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def next_failure(self) -> Failure | None:
        return self._chance.choice(_FAILURES)


@dataclass
class Outcome:
    """What the library says, and what the wire saw.

    Attributes:
        sent: how often each prompt came over the wire.
        pictures: how many pictures of each prompt are in the library.
        problems: promises that were not kept; empty when all were.
    """

    attempts: list[Attempt]
    sent: Counter[str]
    pictures: Counter[str]
    kills: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def states(self) -> Counter[str]:
        return Counter(attempt.state.value for attempt in self.attempts)


def run(
    profile: Path, *, queued: int, kills: int, seed: int = 1, is_small: bool = False
) -> Outcome:
    """Queue, kill, start again, and look at what is left.

    Args:
        is_small: the disk of the profile may be filled up.
    """
    chance = random.Random(seed)
    with _Moody(chance) as server:
        options = EngineOptions(profile_dir=profile, gemini_base_url=server.base_url)
        with open_engine(options, _KEY) as engine:
            apis = ("generate-content", "interactions")
            engine.generation.queue.add(
                [
                    GenerationRequest(
                        f"cape {n}", (), "gemini", image_size="1K", api=apis[n % len(apis)]
                    )
                    for n in range(queued)
                ]
            )
        done = 0
        for number in range(kills):
            done += _until_killed(server, profile, chance, fills_up=is_small and number % 3 == 2)
        _start(server, profile).wait()
        with open_engine(options, _KEY) as engine:
            list(engine.generation.left_answers.finish())
            outcome = _outcome(engine, server)
    outcome.kills = done
    _judge(outcome, queued)
    return outcome


def _start(server: GeminiServer, profile: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", _MODULE, "--work", server.base_url, str(profile)]
    return subprocess.Popen(words)


def _until_killed(
    server: GeminiServer, profile: Path, chance: random.Random, *, fills_up: bool = False
) -> int:
    """1 when it was killed at work, 0 when it had ended before.

    Args:
        fills_up: the disk is full from the first of its requests until some time after the last.
    """
    wanted = len(server.requests) + chance.randrange(1, 4)
    process = _start(server, profile)
    until = time.monotonic() + _LONGEST_S
    while process.poll() is None and len(server.requests) < wanted:
        server.request_arrived.wait(_LOOK_S)
        server.request_arrived.clear()
        if fills_up:
            _fill(profile.parent / _BALLAST)
            wanted = 0
        assert time.monotonic() < until, "it does not work at all"
    if fills_up:
        time.sleep(chance.choice((0.1, _FULL_S)))
        if chance.random() < 0.5:  # there is room again before the end
            (profile.parent / _BALLAST).unlink()
            time.sleep(_FULL_S)
    time.sleep(chance.random() * 0.08)  # before, while and after the answer is saved
    is_at_work = process.poll() is None
    process.kill()
    process.wait()
    (profile.parent / _BALLAST).unlink(missing_ok=True)
    return int(is_at_work)


def _fill(ballast: Path) -> None:
    """No byte is left on that disk."""
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass


def _work(base_url: str, profile: Path) -> None:
    """In the process that is killed."""
    options = EngineOptions(profile_dir=profile, gemini_base_url=base_url)
    with open_engine(options, _KEY) as engine:
        list(engine.generation.left_answers.finish())
        while engine.generation.queue.view().waiting:
            engine.generation.queue.resume()  # as a person who does not wait for the end of a limit
            step = finish(engine.generation.queue.run_next(CancelToken()))
            if isinstance(step.error, (LibraryError, AnswerNotKept)):
                time.sleep(_LOOK_S)  # as a person who frees some space


def _outcome(engine: Engine, server: GeminiServer) -> Outcome:
    finish(engine.indexing.run([], CancelToken()))  # finds what was saved and not written down
    pictures: Counter[str] = Counter()
    for asset in engine.browsing.all():
        lineage = engine.browsing.details(asset.id).lineage
        pictures[lineage.request.prompt if lineage else "?"] += 1
    sent = Counter(request.text for request in server.requests)
    return Outcome(engine.generation.attempts.latest(10_000), sent, pictures)


def _judge(outcome: Outcome, queued: int) -> None:
    """A request that was refused unpaid is asked for again, as an attempt of its own; every other
    one is asked for once."""
    problems = outcome.problems
    tried: dict[str, list[Attempt]] = {}
    for attempt in reversed(outcome.attempts):  # the oldest first
        tried.setdefault(attempt.record.request.prompt, []).append(attempt)
    if len(tried) != queued:
        problems.append(f"{len(tried)} wishes of {queued}")
    for prompt, attempts in tried.items():
        sent, made = outcome.sent[prompt], outcome.pictures[prompt]
        written = sum(attempt.sent_at > 0 for attempt in attempts)
        done = [attempt for attempt in attempts if attempt.state is AttemptState.DONE]
        # One that was killed between writing it down and sending it came over no wire.
        unanswered = sum(attempt.state is AttemptState.UNKNOWN for attempt in attempts)
        if not written - unanswered <= sent <= written:
            problems.append(f"{prompt}: sent {sent} times in {written} attempts")
        if len(done) > 1 or made != len(done):
            problems.append(f"{prompt}: done {len(done)} times with {made} pictures")
        for attempt in attempts[:-1]:
            if attempt.state is not AttemptState.FAILED:
                problems.append(f"{prompt}: asked for again after {attempt.state.value}")
        if attempts[-1].state is AttemptState.FAILED:
            problems.append(f"{prompt}: given up, though it can be asked for again")
        for attempt in attempts:
            if not attempt.is_over:
                problems.append(f"{prompt}: {attempt.state.value} at the end")
        if any(not attempt.cost_usd for attempt in done):
            problems.append(f"{prompt}: done without a cost")
    if outcome.pictures["?"]:
        problems.append(f"{outcome.pictures['?']} pictures without a lineage")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--queued", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small-disk", type=Path, metavar="FOLDER")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        _work(arguments.work[0], Path(arguments.work[1]))
        return
    small: Path | None = arguments.small_disk
    with tempfile.TemporaryDirectory(dir=small) as folder:
        outcome = run(
            Path(folder) / "profile",
            queued=arguments.queued,
            kills=arguments.kills,
            seed=arguments.seed,
            is_small=small is not None,
        )
    print(f"kills at work: {outcome.kills}; attempts: {dict(outcome.states)}")
    print(f"requests: {outcome.sent.total()}; pictures: {outcome.pictures.total()}")
    print("\n".join(outcome.problems) or "nothing lost, doubled or sent twice")
    sys.exit(bool(outcome.problems))


if __name__ == "__main__":
    main()
