"""A folder of the library has moved: its pictures keep their identity and all that was said."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.errors import LibraryError
from desktop.library.catalog import Catalog, Root, RootKind
from desktop.library.database import Database
from desktop.library.disk.scan import identity
from desktop.library.vector_ledger import VectorLedger
from desktop.library.word_index import index_words

_SAMPLE = 400
_ENOUGH = 0.5
"""Share of the sample that must be in the new folder."""


@dataclass(frozen=True, slots=True)
class Relocation:
    """A root that is somewhere else now; ``found`` of the ``asked`` files were seen there."""

    folder: Path
    assets: int
    found: int
    asked: int


class Relocating:
    """Gives roots another folder.

    Args:
        private: the library's own folder, in which no root can be.
    """

    def __init__(
        self, database: Database, catalog: Catalog, ledger: VectorLedger, private: Path
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._ledger = ledger
        self._private = private

    def relocate(self, old: Path, new: Path, *, is_forced: bool = False) -> Relocation:
        """The root ``old``, which need not be there any more, is the folder ``new`` from now on.

        Nothing is looked at but a sample of file names; index the folder afterwards. What Milvus
        knows of the paths is sent again then.

        Args:
            is_forced: also when few of the known files are in ``new``.

        Raises:
            LibraryError: there is no such root, ``new`` is no folder or another root's, or few of
                the files are there; nothing is changed.
        """
        root = self._root(old)
        new = Path(os.path.abspath(new))  # noqa: PTH100 - people know folders by their own names
        self._check(root, new)
        sample = self._sample(root)
        found = sum(_is_there(new / os.fsdecode(place), size) for place, size in sample)
        if found < _ENOUGH * len(sample) and not is_forced:
            raise LibraryError(
                f"Of {len(sample):,} pictures of {displayable(root.path)}, {found:,} are in "
                f"{displayable(new)}.",
                safe="Nothing was changed.",
                next_step="Choose the folder in which they are, or insist with --force.",
            )
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE roots SET path = ?, real_path = ?, folder_id = ? WHERE id = ?",
                (
                    os.fsencode(new),
                    os.fsencode(os.path.realpath(new)),
                    identity(new.stat()),
                    root.id,
                ),
            )
            places = connection.execute(
                "SELECT id, relative_path FROM assets WHERE root_id = ?", (root.id,)
            ).fetchall()
            connection.executemany(
                "UPDATE lineage_references SET path = ? WHERE reference_id = ?",
                ((os.fsencode(new / os.fsdecode(place)), asset_id) for asset_id, place in places),
            )
            ids = [asset_id for asset_id, _ in places]
            index_words(connection, ids)
            self._ledger.send_again(ids)
        return Relocation(new, len(ids), found, len(sample))

    def root_of(self, folder: Path) -> Path:
        """The root that holds this folder of the library; raises as ``relocate``."""
        for root in self._catalog.roots():
            if folder.is_relative_to(root.path):
                return root.path
        return self._root(folder).path

    def _root(self, old: Path) -> Root:
        place = Path(os.path.abspath(old))  # noqa: PTH100 - as above
        roots = [root for root in self._catalog.roots() if root.kind is not RootKind.GENERATED]
        for root in roots:
            if place in (root.path, root.real_path):
                return root
        known = ", ".join(displayable(root.path) for root in roots) or "none"
        raise LibraryError(
            f"{displayable(old)} is no folder of the library.",
            safe="Nothing was changed.",
            next_step=f"Its folders are: {known}.",
        )

    def _check(self, root: Root, new: Path) -> None:
        if not new.is_dir():
            raise LibraryError(
                f"There is no folder at {displayable(new)}.",
                safe="Nothing was changed.",
                next_step="Check the path; is its drive connected?",
            )
        real = Path(os.path.realpath(new))
        private = Path(os.path.realpath(self._private))
        taken = [other.real_path for other in self._catalog.roots() if other.id != root.id]
        for other in (private, *taken):
            if real.is_relative_to(other) or other.is_relative_to(real):
                raise LibraryError(
                    f"{displayable(new)} is in the library already, as {displayable(other)}.",
                    safe="Nothing was changed.",
                    next_step="Choose a folder that neither holds it nor lies in it.",
                )

    def _sample(self, root: Root) -> Sequence[tuple[bytes, int]]:
        """Place and size of up to ``_SAMPLE`` files, from all over the root."""
        rows = self._database.read(
            "SELECT relative_path, size, is_missing FROM assets"
            " WHERE root_id = ? AND NOT instr(relative_path, x'00') ORDER BY relative_path",
            (root.id,),
        )
        there = [row for row in rows if not row["is_missing"]] or rows
        step = max(1, len(there) // _SAMPLE)
        return [(row["relative_path"], row["size"]) for row in there[::step][:_SAMPLE]]


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except (OSError, ValueError):
        return False
