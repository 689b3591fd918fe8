"""References on the command line: ``--ref FILE``, and behind each what is said of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.commands.arguments import moment, part, path, words
from desktop.core.brand_kit import LOGO, STYLE
from desktop.core.generation_record import CHOSEN, LESS, MORE, PERSON, SCENE, Reference
from desktop.core.product_truth import PRODUCT
from desktop.core.text import tr

ROLES = (PRODUCT, PERSON, STYLE, SCENE, LOGO)
_WEIGHTS = {"less": LESS, "same": None, "more": MORE}


def add_reference_options(parser: argparse.ArgumentParser) -> None:
    """``--ref``, ``--product``, and those that speak of the one before them."""
    parser.add_argument(
        "--ref",
        type=path,
        action=_File,
        role="",
        default=(),
        metavar="FILE",
        help=tr("a reference; the next four options are about the one before them"),
    )
    parser.add_argument(
        "--product",
        type=path,
        action=_File,
        role=PRODUCT,
        default=(),
        metavar="FILE",
        help=tr("a reference that must come out as it is; “plantain truth” compares the two"),
    )
    for name, read, metavar, told in (
        ("role", _role, "|".join(ROLES), tr("what the reference is for")),
        ("weight", _weight, "|".join(_WEIGHTS), tr("how much the reference counts")),
        (
            "part",
            _part,
            "X,Y,WIDTH,HEIGHT",
            tr("the part that goes along, in percent: 50,0,50,100 is the right half"),
        ),
        ("at", _moment, "TIME", tr("of a video, the frame that goes along: 0:12.5")),
    ):
        parser.add_argument(
            f"--{name}", type=read, action=_Said, default=None, metavar=metavar, help=told
        )


class _File(argparse.Action):
    """One more reference. Both options keep the order in which they were given."""

    def __init__(self, *arguments: Any, role: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._role = role

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Path | str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(values, Path)
        before: tuple[Reference, ...] = getattr(namespace, self.dest)
        made = Reference(values, reason=CHOSEN, role=self._role)
        setattr(namespace, self.dest, (*before, made))
        namespace.last_reference = self.dest


class _Said(argparse.Action):
    """Something about the reference before it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        last = getattr(namespace, "last_reference", "")
        if not last:
            raise argparse.ArgumentError(
                self, tr("it is about the --ref or --product before it, and there is none")
            )
        *before, reference = getattr(namespace, last)
        field, value = values
        setattr(namespace, last, (*before, replace(reference, **{field: value})))


def read_role(written: str) -> str:
    """One of those that the window offers, or a word of one's own for the model."""
    role = words(written).strip()
    if not role:
        raise argparse.ArgumentTypeError(tr("it is empty"))
    return role


def _role(written: str) -> tuple[str, str]:
    return "role", read_role(written)


def _weight(written: str) -> tuple[str, float | None]:
    if written not in _WEIGHTS:
        raise argparse.ArgumentTypeError(
            tr("“{written}” is none of {known}", written=written, known=", ".join(_WEIGHTS))
        )
    return "weight", _WEIGHTS[written]


def _part(written: str) -> tuple[str, tuple[float, ...]]:
    return "crop", part(written).edges


def _moment(written: str) -> tuple[str, int]:
    return "moment_ms", moment(written)
