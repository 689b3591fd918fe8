"""What was said about pictures, field by field, as the members of a team exchange it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from desktop.core.annotations import Edits, check_rating, clean_name, clean_note
from desktop.core.errors import UsageError
from desktop.core.rights import Rights, clean_rights
from desktop.core.team import FieldEdit, FieldEdits
from desktop.files.checked_json import MalformedJson
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.database import Database
from desktop.library.catalog.rights import load_rights


class TeamEdits:
    """Of each field the last change counts, whoever made it."""

    def __init__(self, database: Database, annotations: Annotations) -> None:
        self._database = database
        self._annotations = annotations

    def all(self, only: int | None = None) -> Mapping[int, FieldEdits]:
        """Asset id -> the last change of each of its fields, with the value it has now; of one
        asset or of all."""
        one = "" if only is None else " WHERE asset_id = :asset"
        values = {"asset": only}
        tags = {
            (asset_id, key): name
            for asset_id, key, name in self._database.read(
                "SELECT asset_id, key, name FROM asset_tags JOIN tags ON tags.id = tag_id" + one,
                values,
            )
        }
        found: dict[int, dict[str, FieldEdit]] = defaultdict(dict)
        for asset_id, name, at, editor, rating, note, rights in self._database.read(
            "SELECT edits.asset_id, field, CAST(edited_at AS REAL), editor,"
            " CAST(rating AS INTEGER), note,"
            " json_array(COALESCE(is_private, 0), COALESCE(licence, ''), COALESCE(expires, ''))"
            " FROM edits JOIN assets ON assets.id = edits.asset_id"
            " LEFT JOIN asset_rights ON asset_rights.asset_id = edits.asset_id"
            + ("" if only is None else " WHERE edits.asset_id = :asset"),
            values,
        ):
            kind, _, key = name.partition(":")
            if kind == "tag":
                tag = tags.get((asset_id, key))
                edit = FieldEdit(tag is not None, at, editor, tag or key)
            else:
                now = {"rating": rating, "note": note, "rights": rights}
                if kind not in now:
                    continue  # of a newer Plantain, or a stranger's
                edit = FieldEdit(now[kind], at, editor)
            found[asset_id][name] = edit
        return found

    def merge(self, asset_id: int, edits: FieldEdits) -> bool:
        """Take over what was changed later than it was here; True where that is news."""
        by_stamp: dict[tuple[float, str], dict[str, FieldEdit]] = defaultdict(dict)
        for name, edit in edits.items():
            by_stamp[edit.edited_at, edit.editor][name] = edit
        is_news = False
        for stamp, fields in by_stamp.items():
            wanted = _as_edits(asset_id, fields)
            is_news |= not self._annotations.apply(wanted, received=stamp).is_empty
        return is_news

    def make_one(self, connection: sqlite3.Connection, old: int, new: int) -> None:
        """Two assets are one picture: the other one takes over what was said, and the boards."""
        self.merge(new, self.all(old).get(old, {}))
        values = {"old": old, "new": new}
        for table in ("board_assets", "team_assets"):
            connection.execute(
                f"UPDATE OR IGNORE {table} SET asset_id = :new WHERE asset_id = :old", values
            )
        connection.execute(
            "UPDATE lineage_references SET reference_id = :new WHERE reference_id = :old", values
        )
        connection.execute("DELETE FROM assets WHERE id = ?", (old,))


def _as_edits(asset_id: int, fields: FieldEdits) -> Edits:
    """Without what could not have been entered here: it is not taken from elsewhere either."""
    ratings: dict[int, int] = {}
    notes: dict[int, str] = {}
    tags: dict[tuple[int, str], bool] = {}
    rights: dict[int, Rights] = {}
    for name, edit in fields.items():
        with suppress(UsageError, MalformedJson):
            match edit.value:
                case bool() as has if name.startswith("tag:") and edit.name:
                    tags[asset_id, clean_name(edit.name)] = has
                case bool():
                    pass
                case int() as stars if name == "rating":
                    ratings[asset_id] = check_rating(stars)
                case str() as note if name == "note":
                    notes[asset_id] = clean_note(note)
                case str() as said if name == "rights":
                    rights[asset_id] = clean_rights(load_rights(said))
                case _:
                    pass
    return Edits(ratings=ratings, notes=notes, tags=tags, rights=rights)
