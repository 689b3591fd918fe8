"""The library's part in a team: which roots are shared, what the team holds, what is to be sent.

What a member has sent becomes an asset here too. Where its file is not in this library's folder,
it is "elsewhere": browsable and searchable, marked missing, with ``shared_by`` saying whose it is.
"""

from __future__ import annotations

from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.team.edits import TeamEdits
from desktop.library.catalog.team.incoming import IncomingAssets
from desktop.library.catalog.team.outgoing import OutgoingAssets
from desktop.library.catalog.team.roots import TeamRoots
from desktop.library.catalog.team.sent import SentTable


class TeamTables:
    """Attributes:
    roots: the folders that the team knows.
    sent: what the team's collection is known to hold.
    incoming: takes in what others have sent.
    outgoing: reads what is to be sent.
    """

    def __init__(self, database: Database, catalog: Catalog, annotations: Annotations) -> None:
        edits = TeamEdits(database, annotations)
        self.roots = TeamRoots(database, catalog, edits)
        self.sent = SentTable(database)
        self.incoming = IncomingAssets(database, self.roots, edits, self.sent)
        self.outgoing = OutgoingAssets(database, catalog, edits)
