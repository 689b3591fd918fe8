"""Pictures in a row, each beside what looks like it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.services.search.look_order import in_a_row


def clustered(count: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, 64) unit vectors in no order, and the group of each."""
    rng = np.random.default_rng(5)
    group = rng.integers(0, groups, count)
    centres = rng.normal(size=(groups, 64))
    vectors = centres[group] + 0.3 * rng.normal(size=(count, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), group


@pytest.mark.parametrize("count", [1, 2, 300, 5_000])
def test_each_comes_once_and_what_is_alike_is_together(count: int) -> None:
    vectors, group = clustered(count, groups=20)
    row = in_a_row(vectors, np.arange(count), vectors[0], CancelToken())
    assert row[0] == 0
    assert sorted(row) == list(range(count))
    changes = np.count_nonzero(np.diff(group[row]))
    # By chance a neighbour is of another group 19 times in 20; parts that were halved have more
    # ends than groups.
    assert changes <= max(count // 20, 25)


def test_it_can_be_given_up() -> None:
    vectors, _ = clustered(100, groups=2)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        in_a_row(vectors, np.arange(100), vectors[0], cancel)


def test_in_a_library_and_without_a_vector(engine: Engine, folder: Path) -> None:
    for number in range(12):
        colour = (250, 5 * number, 0) if number % 2 else (0, 5 * number, 250)
        Image.new("RGB", (64, 64), colour).save(folder / f"{number:02}.png")
    finish(engine.indexing.run([folder], CancelToken()))
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    finish(engine.indexing.run([folder], CancelToken()))
    assets = {asset.id: asset for asset in engine.browsing.all()}
    [broken] = [asset.id for asset in assets.values() if asset.name == "broken.png"]
    asked = [broken, *(i for i in sorted(assets) if i != broken)]
    row = engine.look_order.order(asked, CancelToken())
    assert sorted(row) == sorted(asked)
    assert row[0] == asked[1], "it begins with the first that is known"
    assert row[-1] == broken
    colours = [int(assets[asset_id].name[:2]) % 2 for asset_id in row[:-1]]
    assert sum(one != other for one, other in pairwise(colours)) == 1
