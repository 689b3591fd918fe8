"""``plantain spend``: what generations have cost."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from desktop.commands.opening import open_to_read
from desktop.commands.parser import Commands, Json
from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.core.text import listed, marked, ngettext, number, sentences, tr
from desktop.library.catalog.attempts import Spent

_SPANS = {"today": marked("Today"), "month": marked("This month"), "total": marked("In all")}


def add_to(commands: Commands) -> None:
    """``spend``."""
    commands.add("spend", _spend, tr("what created pictures have cost, by the dated price list"))


def _spend(arguments: argparse.Namespace, options: EngineOptions) -> Json:
    with open_to_read(options) as engine:
        report = engine.generation.spending.report()
    sums: dict[str, Spent] = {
        "today": report.today,
        "month": report.month,
        "total": report.total,
    }
    if not arguments.json:
        for span, spent in sums.items():
            say(tr("{span}: {told}", span=tr(_SPANS[span]), told=_told(spent)))
        if report.limit_usd:
            say(tr("Limit of a month: ${limit}", limit=number(report.limit_usd, 2)))
    return {**{span: asdict(spent) for span, spent in sums.items()}, "limit_usd": report.limit_usd}


def _told(spent: Spent) -> str:
    told = ngettext(
        "${usd} for {count} request.",
        "${usd} for {count} requests.",
        spent.calls,
        usd=number(spent.usd, 4),
    )
    unknown = ngettext(
        "{count} got no answer and was perhaps billed.",
        "{count} got no answer and were perhaps billed.",
        spent.unknown,
    )
    unpriced = ngettext(
        "The price of {count} is not known.", "The prices of {count} are not known.", spent.unpriced
    )
    kinds = {
        marked("words"): spent.text_tokens_sent,
        marked("pictures"): spent.image_tokens_sent,
        marked("sound"): spent.audio_tokens_sent,
    }
    sent = listed(f"{tr(kind)} {number(count)}" for kind, count in kinds.items() if count)
    tokens = tr("Tokens sent: {kinds}.", kinds=sent) if sent else ""
    return sentences(
        told, tokens, unknown if spent.unknown else "", unpriced if spent.unpriced else ""
    )
