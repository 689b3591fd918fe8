"""What a run counted, and every single thing that went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

WRONGS = ("lost", "doubled", "altered", "crashed", "hung")
"""The ways in which something can go wrong; each is a key of ``Findings``.

lost: what was acknowledged is not there, or the stores do not agree. doubled: it is there twice.
altered: a person's file changed, or something was left behind. crashed: a process ended with an
error that is none of Plantain's own. hung: it did not end in time, or a helper outlived it.
"""

Findings = dict[str, list[str]]


@dataclass
class Totals:
    """Counts of one run; ``wrongs`` has the words for each, which are told at once."""

    tried: Counter[str] = field(default_factory=Counter[str])
    kinds: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    wrongs: Findings = field(default_factory=lambda: {wrong: [] for wrong in WRONGS})
    tell: Callable[[str], None] = lambda _: None

    def count(self, what: str, kind: str, number: int = 1) -> None:
        """``what``: "kills", "faults", "mutations" or "attacks"; ``kind``: of what."""
        self.tried[what] += number
        self.kinds.setdefault(what, Counter())[kind] += number

    def add(self, findings: Findings, where: str) -> None:
        for wrong, words in findings.items():
            for text in words:
                self.tell(f"{wrong.upper()} {where}: {text}")
                self.wrongs[wrong].append(f"{where}: {text}")

    @property
    def is_clean(self) -> bool:
        return not any(self.wrongs.values())

    def summary(self) -> dict[str, int]:
        tried = {what: self.tried[what] for what in ("kills", "faults", "mutations", "attacks")}
        return {**tried, **{wrong: len(words) for wrong, words in self.wrongs.items()}}
