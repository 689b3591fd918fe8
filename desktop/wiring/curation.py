"""What people do with pictures: tidy up, tag, hand out, sign."""

from __future__ import annotations

from desktop.config.options import EngineOptions
from desktop.library.catalog.forgetting import Forgetting
from desktop.library.opening import OpenLibrary
from desktop.services.curation.board_copies import BoardCopies
from desktop.services.curation.credentials import PictureCredentials
from desktop.services.curation.duplicates import Duplicates
from desktop.services.curation.handing_out import HandingOut
from desktop.services.curation.register import Register
from desktop.services.curation.renaming import Renaming
from desktop.services.curation.sidecars import Sidecars
from desktop.services.curation.tag_suggestions import TagSuggestions
from desktop.services.curation.trash import Trash
from desktop.services.current_model import CurrentModel
from desktop.services.engine import CurationServices
from desktop.services.search.browsing import Browsing
from desktop.services.vectors.vector_index import VectorIndex
from desktop.wiring.processes import Processes
from desktop.wiring.tables import Tables


def curation_services(
    options: EngineOptions,
    library: OpenLibrary,
    tables: Tables,
    vectors: VectorIndex,
    model: CurrentModel,
    browsing: Browsing,
    processes: Processes,
) -> CurationServices:
    """All of them."""
    catalog, annotations = tables.catalog, tables.annotations
    trash = Trash(catalog)
    credentials = PictureCredentials(processes.signatures, options.profile.certificate)
    return CurationServices(
        duplicates=Duplicates(catalog, annotations, trash, tables.thumbnails),
        trash=trash,
        forgetting=Forgetting(library.database),
        renaming=Renaming(catalog, tables.moved_files),
        tag_suggestions=TagSuggestions(annotations, tables.vectors, vectors, model),
        board_copies=BoardCopies(browsing.details, credentials),
        credentials=credentials,
        register=Register(catalog, tables.lineage, tables.rights),
        handing_out=HandingOut(catalog),
        sidecars=Sidecars(catalog, annotations, tables.rights),
    )
