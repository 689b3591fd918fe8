"""How quickly a job goes on, and for how long still, as its last half minute tells."""

from __future__ import annotations

import math

from desktop.core.text import ngettext, tr

_LONG_S, _SHORT_S = 15.0, 5.0
"""What lies so far back counts a third (1/e) of what is new: in the rate, of which the last half
minute makes seven eighths, and in what it is checked by."""
_FIRST_RATE_S, _FIRST_END_S = 2.0, 5.0
"""For how long a job is looked at before anything is said about it."""
_ALIKE, _STILL_ALIKE = 1.5, 2.0
"""How far both rates may be apart, before the time left is said and once it is."""


class Pace:
    """The rate of one stage; every time is in seconds of one monotonic clock.

    Pictures, disks and models are of very different speed, so the mean since the beginning misleads
    for minutes: the past fades. An end is told only while the last seconds agree with the rate.
    """

    def __init__(self) -> None:
        self._last: tuple[int, float] | None = None
        self._begin()

    def _begin(self) -> None:
        self._watched = 0.0
        self._long = _Average(_LONG_S)
        self._short = _Average(_SHORT_S)
        self._is_steady = False

    def take(self, done: int, now: float) -> None:
        """So much was done by ``now``. What the first call tells was done before, by nobody knows
        whom."""
        if self._last is None or done < self._last[0]:
            self._begin()
        elif now > self._last[1]:
            span, more = now - self._last[1], done - self._last[0]
            self._watched += span
            for average in (self._long, self._short):
                average.take(more, span)
            self._is_steady = self._agrees()
        else:
            return  # two steps in one tick of the clock: the next one counts both
        self._last = done, now

    def rate(self) -> float:
        """Steps a second; 0 while that is not known."""
        return self._long.rate() if self._watched >= _FIRST_RATE_S else 0.0

    def left_s(self, total: int) -> float | None:
        """Seconds until ``total`` are done; None while nobody can say."""
        rate = self.rate()
        if self._last is None or not rate or not self._is_steady or self._last[0] >= total:
            return None
        return (total - self._last[0]) / rate

    def _agrees(self) -> bool:
        if self._watched < _FIRST_END_S:
            return False
        long, short = self._long.rate(), self._short.rate()
        most = _STILL_ALIKE if self._is_steady else _ALIKE
        return long <= short * most and short <= long * most


class _Average:
    """A rate in which the past fades."""

    def __init__(self, fades_in_s: float) -> None:
        self._fades_in_s = fades_in_s
        self._done = self._seconds = 0.0

    def take(self, done: int, seconds: float) -> None:
        kept = math.exp(-seconds / self._fades_in_s)
        weight = self._fades_in_s * (1 - kept)
        self._done = self._done * kept + done / seconds * weight
        self._seconds = self._seconds * kept + weight

    def rate(self) -> float:
        return self._done / self._seconds if self._seconds else 0.0


def left_text(seconds: float) -> str:
    """For how long still, as people say it."""
    minutes = seconds / 60
    if seconds < 15:
        return tr("a few seconds left")
    if seconds < 45:
        return tr("half a minute left")
    if minutes < 55:
        rounded = round(minutes) if minutes < 10 else 5 * round(minutes / 5)
        return ngettext("about {count} minute left", "about {count} minutes left", max(1, rounded))
    hours = round(minutes / 30) / 2 if minutes < 165 else round(minutes / 60)
    if hours == 1.5:
        return tr("about an hour and a half left")
    if hours == 2.5:
        return tr("about two and a half hours left")
    if hours > 36:
        return ngettext("about {count} day left", "about {count} days left", round(hours / 24))
    return ngettext("about {count} hour left", "about {count} hours left", int(hours))
