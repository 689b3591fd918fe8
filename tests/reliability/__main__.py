"""``python -m tests.reliability``: kills, faults, mutations and attacks, and what came of them.

Everything is seeded. Prints a table, and every single thing that went wrong; exit code 1 when
there was one.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# Before anything is forked: what is heavy is imported once.
import milvus_lite.server_manager
import pymilvus

from tests.reliability import attacks, faults, kills, mutations
from tests.reliability.totals import WRONGS, Totals

_LOADED = (milvus_lite.server_manager, pymilvus)
"""Milvus Lite is started in each process that needs it."""
KILLS, QUICK_KILLS = 300, 14
_SEED = 20_261_122
_QUICK_FAULTS = (
    "catalogue: garbage",
    "catalogue: gone",
    "catalogue: torn inside",
    "Milvus: no Parquet files",
    "Milvus: garbage in every file",
    "full disk: indexing",
    "full disk: re-encoding",
    "read-only library",
    "clock: ten years back",
    "two instances",
)
PARTS = ("kills", "faults", "mutations", "attacks")
Told = Callable[[str], None]


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    parts = arguments.parts or PARTS
    logging.disable(logging.CRITICAL)  # what the program notes; here its deeds count
    started = time.monotonic()

    def tell(text: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {text}", file=sys.stderr, flush=True)

    totals = Totals(tell=tell)
    with tempfile.TemporaryDirectory(prefix="plantain-reliability-") as name:
        parts_run = (_kills, _faults, _mutations, _attacks)
        for part, run in zip(PARTS, parts_run, strict=True):
            if part not in parts:
                continue
            try:
                run(arguments, Path(name) / part, totals, tell)
            except Exception:  # noqa: BLE001 (it has found something; the other parts go on)
                totals.add({"crashed": [traceback.format_exc()]}, part)
    _print(totals, time.monotonic() - started)
    if arguments.json:
        arguments.json.write_text(json.dumps(totals.summary(), indent=2) + "\n", "utf-8")
    return 0 if totals.is_clean else 1


def _kills(arguments: argparse.Namespace, folder: Path, totals: Totals, tell: Told) -> None:
    number = arguments.kills or (QUICK_KILLS if arguments.quick else KILLS)
    kills.run(number, arguments.seed, folder, totals, tell, is_quick=arguments.quick)


def _faults(arguments: argparse.Namespace, folder: Path, totals: Totals, tell: Told) -> None:
    wanted = _QUICK_FAULTS if arguments.quick else tuple(faults.all_faults())
    wanted = arguments.only or wanted
    faults.run(folder, totals, tell, lambda fault: fault in wanted)


def _mutations(arguments: argparse.Namespace, folder: Path, totals: Totals, tell: Told) -> None:
    for kind, count in mutations.run(arguments.quick, tell=tell).per_format.items():
        totals.count("mutations", kind, count.mutations)
        told = "; ".join(count.wrongs[:5])
        findings = {
            "crashed": count.crashed + count.over_memory,
            "hung": count.hung,
            "lost": count.unreasoned,
        }
        totals.add({wrong: [told] * number for wrong, number in findings.items()}, kind)


def _attacks(arguments: argparse.Namespace, folder: Path, totals: Totals, tell: Told) -> None:
    wanted = arguments.only

    def is_wanted(name: str) -> bool:
        return not wanted or name in wanted or name.partition(":")[0] in wanted

    for line in attacks.costs(attacks.run(folder, totals, tell, is_wanted)):
        print(line)


def _print(totals: Totals, seconds: float) -> None:
    for what in PARTS:
        kinds = totals.kinds.get(what, {})
        if what in {"faults", "attacks"}:
            groups = Counter[str]()
            for name, number in kinds.items():
                groups[name.partition(":")[0]] += number
            kinds = groups
        print(f"| {what} | {totals.tried[what]:,} | {_listed(kinds)} |")
    for wrong in WRONGS:
        print(f"| {wrong} | {len(totals.wrongs[wrong])} | |")
    print(f"\n{seconds:.0f} s")
    for wrong, words in totals.wrongs.items():
        for text in words:
            print(f"\n{wrong}: {text}")


def _listed(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {number:,}" for kind, number in kinds.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a dozen kills and some faults")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the summary there too")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="that many")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="these faults or attacks alone"
    )
    parser.add_argument(
        "--part", dest="parts", action="append", choices=PARTS, help="only this part"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
