"""Pictures that ``plantain search`` looks for: which, how much each counts, what part of it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desktop.commands.arguments import moment, number, part, path, positive
from desktop.core.errors import FileUnreadable
from desktop.core.query import Example
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog


def add_examples(parser: argparse.ArgumentParser) -> None:
    """``--image FILE [--image-weight N] [--image-part X,Y,WIDTH,HEIGHT] [--image-page N]
    [--image-at TIME]``, as often as is wanted; the examples are ``images`` of what was parsed, None
    where there are none."""
    parser.add_argument(
        "--image",
        type=path,
        action=_AddImage,
        dest="images",
        metavar="FILE",
        help=tr("pictures like this one; may be given several times"),
    )
    parser.add_argument(
        "--image-weight",
        type=_weight,
        action=_WeighImage,
        dest="images",
        metavar="N",
        help=tr("how much the --image before it counts beside words (1); below 0: unlike it"),
    )
    parser.add_argument(
        "--image-part",
        type=part,
        action=_CropImage,
        dest="images",
        metavar="X,Y,WIDTH,HEIGHT",
        help=tr(
            "only this part of the --image before it, in percent: 50,0,50,100 is the right half"
        ),
    )
    parser.add_argument(
        "--image-page",
        type=positive,
        action=_TurnImage,
        dest="images",
        metavar="N",
        help=tr("this page of the --image before it, a PDF or a TIFF of several; the first is 1"),
    )
    parser.add_argument(
        "--image-at",
        type=moment,
        action=_WindImage,
        dest="images",
        metavar="TIME",
        help=tr("what the --image before it, a video or an animation, shows then: 0:12.5"),
    )


def require_there(examples: Sequence[Example], catalog: Catalog) -> None:
    """Raises: FileUnreadable where nothing is at the path of one, nor was when it was indexed."""
    for example in examples:
        image = example.image
        if isinstance(image, bytes) or os.path.lexists(image):
            continue
        if catalog.asset_named(image) is None:
            raise FileUnreadable(
                image, tr("There is nothing at this path."), next_step=tr("Check the path.")
            )


class _AddImage(argparse.Action):
    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        namespace.images = (*(namespace.images or ()), Example(values))


class _OfTheLast(argparse.Action):
    """Says more of the image before it."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        if not namespace.images:
            raise argparse.ArgumentError(self, tr("must come after the --image that it is about"))
        *others, last = namespace.images
        namespace.images = (*others, self._told(last, values))

    def _told(self, example: Example, value: Any) -> Example:
        raise NotImplementedError


class _WeighImage(_OfTheLast):
    def _told(self, example: Example, value: Any) -> Example:
        return replace(example, weight=value)


class _CropImage(_OfTheLast):
    def _told(self, example: Example, value: Any) -> Example:
        return replace(example, crop=value)


class _TurnImage(_OfTheLast):
    def _told(self, example: Example, value: Any) -> Example:
        return replace(example, page=value - 1)


class _WindImage(_OfTheLast):
    def _told(self, example: Example, value: Any) -> Example:
        return replace(example, position_ms=value)


def _weight(text: str) -> float:
    weight = number(text)
    if not weight or abs(weight) > 10:
        raise argparse.ArgumentTypeError(tr("must be -10 to 10, and not 0"))
    return weight
