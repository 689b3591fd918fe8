"""What makes pictures, and what watches over it."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.config.preferences import Preferences
from desktop.generation.moodboard import MoodBoardGenerator
from desktop.generation.template_files import TemplateFiles
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.kits import KitTable
from desktop.library.catalog.matrices import MatrixTable
from desktop.library.catalog.product_truths import ProductTruths
from desktop.library.catalog.queue import QueueTable
from desktop.library.draft import DraftFile
from desktop.library.opening import OpenLibrary
from desktop.library.spool import Spool
from desktop.media.drawing.moodboard import render_board
from desktop.services.current_model import CurrentModel
from desktop.services.engine import GenerationServices
from desktop.services.generation.closeness import ClosenessMeter
from desktop.services.generation.earlier_turns import Refining
from desktop.services.generation.edited_pictures import EditedPictures
from desktop.services.generation.editing import Editing
from desktop.services.generation.generating import Generating
from desktop.services.generation.keeping import AnswerKeeping
from desktop.services.generation.kept_talks import KeptTalks
from desktop.services.generation.kit_files import KitFiles
from desktop.services.generation.left_answers import LeftAnswers
from desktop.services.generation.matrices import Matrices
from desktop.services.generation.preparing import Preparing
from desktop.services.generation.product_check import ProductCheck
from desktop.services.generation.product_laying import ProductLaying
from desktop.services.generation.queueing import GenerationQueue
from desktop.services.generation.rehearsing import Rehearsing
from desktop.services.generation.sending_rules import SendingRules
from desktop.services.generation.sent_references import SentReferences
from desktop.services.generation.spending import Spending
from desktop.wiring.image_services import image_services
from desktop.wiring.processes import Processes
from desktop.wiring.tables import Tables


def generation_services(
    options: EngineOptions,
    environment: Mapping[str, str],
    preferences: Preferences,
    library: OpenLibrary,
    tables: Tables,
    model: CurrentModel,
    processes: Processes,
) -> GenerationServices:
    """All of them; what a killed run left unfinished is settled first."""
    paths, database, profile = library.paths, library.database, options.profile
    catalog, lineage, sandbox = tables.catalog, tables.lineage, processes.sandbox
    rules = SendingRules(
        tables.rights,
        lambda: preferences.settings.works_offline,
        asks_consent=options.asks_consent,
    )
    services = image_services(options, environment, preferences, rules)
    generators = (
        MoodBoardGenerator(render_board),
        *(service.generator for service in services.values()),
    )
    attempts = AttemptTable(database)
    spool = Spool(paths.spool, paths.turns, profile.spool / catalog.library_id())
    if not library.is_read_only:
        attempts.settle(spool.waiting())
    spending = Spending(attempts, lambda: preferences.settings.spending_limit_usd)
    editing = Editing(paths.regions, sandbox)
    keeping = AnswerKeeping(
        catalog,
        lineage,
        attempts,
        spool,
        {generator.name: generator for generator in generators},
        paths.generated,
        editing,
        sandbox,
    )
    references = SentReferences(catalog, paths, sandbox)
    draft = DraftFile(paths.draft, is_read_only=library.is_read_only)
    talks = KeptTalks(spool, attempts, draft.load)
    preparing = Preparing(references, keeping, attempts, spool, rules)
    generating = Generating(catalog, attempts, spool, keeping, spending, rules, preparing, talks)
    left_answers = LeftAnswers(catalog, attempts, spool, keeping)
    queue = GenerationQueue(generating, left_answers, attempts, QueueTable(database, attempts))
    kits = KitTable(database, catalog, paths.kits)
    return GenerationServices(
        generators=generators,
        image_services=services,
        rehearsing=Rehearsing(preparing, rules),
        generating=generating,
        left_answers=left_answers,
        queue=queue,
        refining=Refining(spool, attempts, lineage, catalog, kits),
        talks=talks,
        matrices=Matrices(queue, attempts, MatrixTable(database), catalog, sandbox),
        attempts=attempts,
        editing=editing,
        edited_pictures=EditedPictures(catalog, lineage, editing, sandbox),
        product_check=ProductCheck(
            catalog, lineage, ProductTruths(database), processes.text_reader, model, sandbox
        ),
        product_laying=ProductLaying(catalog, lineage, keeping, sandbox),
        spending=spending,
        sending_rules=rules,
        draft=draft,
        templates=TemplateFiles(resource("prompts"), profile.prompts),
        kits=kits,
        kit_files=KitFiles(kits, catalog, paths.kits),
        closeness=ClosenessMeter(kits, catalog.palettes, tables.vectors, model),
    )
