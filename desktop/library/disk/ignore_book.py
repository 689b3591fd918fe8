"""The person's ignore rules in the catalogue, and the assets that they hide."""

from __future__ import annotations

from desktop.library.database import Database
from desktop.library.disk.ignore import IgnoreRules
from desktop.library.disk.moves import last_place


class IgnoreBook:
    """The ``ignore_rules`` table, and the mark that it puts on assets.

    What is hidden keeps everything that was said about it, and is back when its rule goes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self) -> IgnoreRules:
        rows = self._database.read("SELECT pattern FROM ignore_rules ORDER BY position")
        return IgnoreRules([row["pattern"] for row in rows])

    def keep(self, rules: IgnoreRules) -> None:
        """From now on these rules are in force."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM ignore_rules")
            connection.executemany("INSERT INTO ignore_rules VALUES (?, ?)", _numbered(rules))
            connection.executemany(
                "UPDATE assets SET is_ignored = NOT is_ignored WHERE id = ?",
                ((asset_id,) for asset_id in self.marked() ^ set(self.hidden(rules))),
            )

    def marked(self) -> set[int]:
        """Ids of the assets that the rules in force hide."""
        rows = self._database.read("SELECT id FROM assets WHERE is_ignored")
        return {row["id"] for row in rows}

    def hidden(self, rules: IgnoreRules) -> list[int]:
        """Ids of the assets that ``rules`` hide, ascending; generated ones are never hidden."""
        if not rules.patterns:
            return []
        rows = self._database.read(
            "SELECT assets.id, relative_path FROM assets JOIN roots ON roots.id = root_id"
            " WHERE roots.kind <> 'generated' ORDER BY assets.id"
        )
        return [asset_id for asset_id, path in rows if rules.hide(last_place(path))]


def _numbered(rules: IgnoreRules) -> list[tuple[str, int]]:
    return [(pattern, position) for position, pattern in enumerate(rules.patterns)]
