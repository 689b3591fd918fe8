"""The person's ignore rules in the catalogue, and the assets that they hide."""

from __future__ import annotations

from collections.abc import Set

from desktop.library.catalog.database import Database
from desktop.library.catalog.moved_files import last_place
from desktop.library.folders.ignore import IgnoreRules


class IgnoreRuleTable:
    """The ``ignore_rules`` table, and the mark that it puts on assets.

    What is hidden keeps everything that was said about it, and is back when its rule goes. The
    pictures of a folder that was removed are hidden whatever the rules say.
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
        """Ids of the assets that are hidden now."""
        rows = self._database.read("SELECT id FROM assets WHERE is_ignored")
        return {row["id"] for row in rows}

    def hide_again(self, asset_ids: Set[int]) -> Set[int]:
        """Those of these assets that the rules in force hide; marked, if they were not."""
        marked = self.marked() & asset_ids
        rules = self.rules()
        if not rules.patterns or marked == asset_ids:
            return marked
        # A rule may mean more than it did when the marks were made.
        rows = self._database.read(
            "SELECT assets.id, relative_path FROM assets JOIN roots ON roots.id = root_id"
            " WHERE roots.kind <> 'generated'"
            " AND assets.id IN (SELECT value FROM json_each(?))",
            (str(sorted(asset_ids - marked)),),
        )
        more = {asset_id for asset_id, path in rows if rules.hide(last_place(path))}
        if more:
            with self._database.transaction() as connection:
                connection.executemany(
                    "UPDATE assets SET is_ignored = 1 WHERE id = ?", ((i,) for i in more)
                )
        return marked | more

    def hidden(self, rules: IgnoreRules) -> list[int]:
        """Ids of the assets that are hidden by ``rules``, or because their folder was removed;
        ascending. Generated ones are never hidden."""
        rows = self._database.read(
            "SELECT assets.id, relative_path, is_removed"
            " FROM assets JOIN roots ON roots.id = root_id WHERE roots.kind <> 'generated'"
            + ("" if rules.patterns else " AND is_removed")
            + " ORDER BY assets.id"
        )
        return [i for i, path, is_removed in rows if is_removed or rules.hide(last_place(path))]


def _numbered(rules: IgnoreRules) -> list[tuple[str, int]]:
    return [(pattern, position) for position, pattern in enumerate(rules.patterns)]
