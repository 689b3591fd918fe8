from __future__ import annotations

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.progress import Progress, ProgressSteps, finish


def test_a_token_is_quiet_until_it_is_cancelled() -> None:
    token = CancelToken()
    token.raise_if_cancelled()
    assert not token.is_cancelled
    token.cancel()
    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_callbacks_run_once_even_when_cancelled_twice() -> None:
    token = CancelToken()
    calls: list[str] = []
    token.on_cancel(lambda: calls.append("first"))
    token.cancel()
    token.cancel()
    assert calls == ["first"]


def test_a_callback_that_comes_late_runs_at_once() -> None:
    token = CancelToken()
    token.cancel()
    calls: list[str] = []
    token.on_cancel(lambda: calls.append("late"))
    assert calls == ["late"]


def test_a_callback_can_be_taken_back() -> None:
    token = CancelToken()
    calls: list[str] = []
    forget = token.on_cancel(lambda: calls.append("never"))
    forget()
    token.cancel()
    assert calls == []


def test_finish_runs_work_to_its_end_and_returns_its_result() -> None:
    def work() -> ProgressSteps[int]:
        yield Progress("one", 1)
        yield Progress("two", 2)
        return 42

    assert finish(work()) == 42
