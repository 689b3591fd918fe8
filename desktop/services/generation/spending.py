"""What generations have cost, and the person's own limit, which stops one before it is sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop.core.errors import SpendingLimit
from desktop.core.text import number, tr
from desktop.library.catalog.attempts import AttemptTable, Spent


@dataclass(frozen=True, slots=True)
class SpendReport:
    """US dollars without tax, by the dated price list: never a bill.

    Attributes:
        today, month: of the calendar of this computer.
        limit_usd: of a month; 0 for none.
    """

    today: Spent
    month: Spent
    total: Spent
    limit_usd: float


class Spending:
    """Adds up what calls cost.

    Args:
        limit_usd: the most that a month may cost; 0 for no limit. Asked anew each time.
    """

    def __init__(self, attempts: AttemptTable, limit_usd: Callable[[], float]) -> None:
        self._attempts = attempts
        self._limit_usd = limit_usd

    def report(self) -> SpendReport:
        """The sums at this moment."""
        now = time.localtime()
        return SpendReport(
            self._attempts.spent(_midnight(now, now.tm_mday)),
            self._attempts.spent(_midnight(now, 1)),
            self._attempts.spent(),
            self._limit_usd(),
        )

    def check(self, estimate_usd: float | None) -> None:
        """Whether one more call of that price keeps within the month's limit.

        A call whose cost nobody knows, or that got no answer, counts as this one does: it is better
        to stop one too early.

        Args:
            estimate_usd: None where the price list says nothing: no limit can be kept to then.

        Raises:
            SpendingLimit: nothing was sent.
        """
        limit = self._limit_usd()
        if limit <= 0:
            return
        if estimate_usd is None:
            raise SpendingLimit(
                tr(
                    "Nobody knows what this picture would cost, so this month's limit of ${limit} "
                    "cannot be kept to.",
                    limit=number(limit, 2),
                ),
                safe=tr("Nothing was sent."),
                next_step=tr(
                    "Choose a model whose price is known, or take the limit out of the settings."
                ),
            )
        each = estimate_usd
        month = self._attempts.spent(_midnight(time.localtime(), 1))
        spent = month.usd + (month.unpriced + month.unknown) * each
        if spent + each > limit:
            raise SpendingLimit(
                tr(
                    "This picture would cost about ${price}, and ${spent} of this month's "
                    "limit of ${limit} are spent.",
                    price=number(each, 3),
                    spent=number(spent, 2),
                    limit=number(limit, 2),
                ),
                safe=tr("Nothing was sent."),
                next_step=tr("Raise the limit in the settings, or wait for next month."),
            )


def _midnight(now: time.struct_time, day: int) -> float:
    """When that day of this month began."""
    return time.mktime((now.tm_year, now.tm_mon, day, 0, 0, 0, 0, 0, -1))
