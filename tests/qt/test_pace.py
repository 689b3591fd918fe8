"""The time left is told by what went on lately, and only while that can be told."""

from __future__ import annotations

import pytest

from desktop.qt.jobs.pace import Pace, left_text


class Work:
    """A job with a clock of its own, from second 1,000 on."""

    def __init__(self) -> None:
        self.pace, self.done, self.now = Pace(), 0.0, 1_000.0
        self.pace.take(0, self.now)

    def go_on(self, seconds: float, rate: float, step_s: float = 0.5) -> None:
        for _ in range(round(seconds / step_s)):
            self.done += rate * step_s
            self.now += step_s
            self.pace.take(int(self.done), self.now)


@pytest.fixture
def work() -> Work:
    return Work()


def test_nothing_is_said_before_there_is_something_to_go_by(work: Work) -> None:
    work.go_on(1.5, 40)
    assert work.pace.rate() == 0
    assert work.pace.left_s(1_000) is None
    work.go_on(1, 40)
    assert work.pace.rate() == pytest.approx(40)
    assert work.pace.left_s(1_000) is None
    work.go_on(3.5, 40)
    assert work.pace.left_s(1_240) == pytest.approx(25)


def test_what_was_long_ago_no_longer_counts(work: Work) -> None:
    """Ten fast minutes, of files read before, tell nothing about the slow ones that follow."""
    work.go_on(600, 400)
    work.go_on(120, 4)
    left = work.pace.left_s(int(work.done) + 400)
    assert left is not None
    assert 50 < left < 101  # since the beginning it would be a second


def test_no_end_is_told_while_the_pace_changes(work: Work) -> None:
    work.go_on(60, 100)
    assert work.pace.left_s(100_000) is not None
    work.go_on(8, 5)
    assert work.pace.left_s(100_000) is None
    work.go_on(120, 5)
    assert work.pace.left_s(100_000) is not None


def test_it_does_not_come_and_go_with_batches(work: Work) -> None:
    """Work that ends in bursts, 32 pictures each two seconds, is steady all the same."""
    seen: list[float | None] = []
    for burst in range(40):
        work.go_on(1.5, 0)
        work.go_on(0.5, 64)
        seen += [work.pace.left_s(10_000)] if burst >= 10 else []
    assert None not in seen


def test_a_job_that_hangs_promises_nothing(work: Work) -> None:
    work.go_on(60, 10)
    work.go_on(20, 0)
    assert work.pace.left_s(10_000) is None


def test_what_was_done_before_is_no_pace() -> None:
    pace = Pace()
    for second in range(11):
        pace.take(9_000 + second, second)
    assert pace.rate() == pytest.approx(1)
    assert pace.left_s(9_100) == pytest.approx(90)


def test_a_count_that_begins_anew_is_another_pace(work: Work) -> None:
    work.go_on(30, 50)
    work.pace.take(0, work.now + 1)
    assert work.pace.rate() == 0
    assert work.pace.left_s(100) is None


def test_steps_in_one_tick_of_the_clock_are_counted_once(work: Work) -> None:
    for second in range(1, 11):
        for part in range(5):
            work.pace.take(5 * second + part, 1_000.0 + second)
    assert work.pace.rate() == pytest.approx(5, rel=0.05)


def test_nothing_is_left_of_what_is_done(work: Work) -> None:
    work.go_on(10, 10)
    assert work.pace.left_s(100) is None


def test_in_words_as_people_say_them() -> None:
    minute, hour = 60, 3600
    said = {
        0.2: "a few seconds left",
        14: "a few seconds left",
        33: "half a minute left",
        59: "about 1 minute left",
        4.4 * minute: "about 4 minutes left",
        9.7 * minute: "about 10 minutes left",
        33 * minute: "about 35 minutes left",
        58 * minute: "about 1 hour left",
        1.4 * hour: "about an hour and a half left",
        2.1 * hour: "about 2 hours left",
        2.5 * hour: "about two and a half hours left",
        2.8 * hour: "about 3 hours left",
        9.2 * hour: "about 9 hours left",
        37 * hour: "about 2 days left",
    }
    assert {seconds: str(left_text(seconds)) for seconds in said} == said
