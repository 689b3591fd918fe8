"""What is said of attempts and of a queue that waits."""

from __future__ import annotations

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.text import marked, moment, ngettext, number, sentences, tr
from desktop.generation.cost import estimated_usd
from desktop.generation.generator import ImageGenerator
from desktop.services.generation.spending import SpendReport

STATES = {
    AttemptState.QUEUED: marked("Waits"),
    AttemptState.SENT: marked("Being made"),
    AttemptState.ANSWERED: marked("Answered, not saved yet"),
    AttemptState.DONE: marked("Done"),
    AttemptState.DECLINED: marked("Declined"),
    AttemptState.FAILED: marked("Failed"),
    AttemptState.STOPPED: marked("Given up"),
    AttemptState.UNKNOWN: marked("No answer, perhaps billed"),
}
_WAITS = {
    WaitReason.PERSON: marked("Paused."),
    WaitReason.QUOTA: marked("The service takes no more requests for now."),
    WaitReason.OFFLINE: marked("The service cannot be reached."),
    WaitReason.CONSENT: marked("Nobody has agreed yet to what would be sent."),
    WaitReason.CHANGED: marked("A picture is another one now than when this was added."),
    WaitReason.BUDGET: marked("This month's limit would be passed."),
}


def wait_words(wait: Wait | None) -> str:
    """The one reason, in a sentence; empty where there is none."""
    if wait is None:
        return ""
    until = tr("Goes on at {time}.", time=moment(wait.until)) if wait.until else ""
    return sentences(wait.said or tr(_WAITS[wait.reason]), until)


def short_wait_words(wait: Wait | None) -> str:
    """The same without what was said of it."""
    if wait is None:
        return ""
    until = tr("Goes on at {time}.", time=moment(wait.until)) if wait.until else ""
    return sentences(tr(_WAITS[wait.reason]), until)


def needs_look(wait: Wait | None) -> bool:
    """A look at what would be sent is what it waits for."""
    return wait is not None and wait.reason in (WaitReason.CONSENT, WaitReason.CHANGED)


def count_words(count: int) -> str:
    """How many wait."""
    return ngettext("{count} picture waits", "{count} pictures wait", count)


def price(
    attempt: Attempt, generators: dict[str, ImageGenerator], tokens_before: int = 0
) -> float | None:
    """What it cost, or is estimated to; None where nobody knows. 0.0 for what costs nothing.

    Args:
        tokens_before: of the talk that goes along.
    """
    if attempt.cost_usd is not None:
        return attempt.cost_usd
    generator = generators.get(attempt.record.request.generator)
    if generator is None or generator.is_offline:
        return 0.0
    if attempt.state in (AttemptState.FAILED, AttemptState.STOPPED):
        return 0.0
    request = attempt.record.request
    return estimated_usd(request, generator.models.find(request.model), tokens_before)


def price_words(attempt: Attempt, usd: float | None) -> str:
    """A price, by its kind; empty for nothing."""
    if usd is None:
        return tr("not known")
    if not usd:
        return ""
    text = f"${number(usd, 4)}"
    return text if attempt.cost_usd is not None else tr("about {price}", price=text)


def spent_words(report: SpendReport) -> str:
    """What was spent today, in this month and in all; the cost of some calls nobody knows."""
    today, month, total = (
        number(each.usd, 2) for each in (report.today, report.month, report.total)
    )
    said = tr("Spent: ${today} today, ${month} this month", today=today, month=month)
    if report.limit_usd:
        limit = number(report.limit_usd, 2)
        said = tr(
            "Spent: ${today} today, ${month} of ${limit} this month",
            today=today,
            month=month,
            limit=limit,
        )
    count = report.total.unpriced + report.total.unknown
    unknown = ngettext(
        "What {count} request cost is not known.", "What {count} requests cost is not known.", count
    )
    return sentences(
        tr("{spent}, ${total} in all.", spent=said, total=total), unknown if count else ""
    )
