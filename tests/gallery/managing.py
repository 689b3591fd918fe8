"""Jobs, and the dialogs that look after a library."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.core.errors import StoreTaken, StoreUnreachable
from desktop.core.progress import Progress
from desktop.core.rights import Claim, Origin, Rights
from desktop.core.text import moment, ngettext, tr
from desktop.qt.jobs.job_list import JobState, Outcome
from desktop.qt.jobs.pace import Pace
from desktop.qt.manage.duplicates_dialog import DuplicatesDialog
from desktop.qt.manage.failures_dialog import FailuresDialog
from desktop.qt.manage.ignore_rules_dialog import IgnoreRulesDialog
from desktop.qt.manage.models_dialog import ModelsDialog
from desktop.qt.manage.rights_dialog import RightsDialog
from desktop.qt.manage.server_dialog import ServerDialog
from desktop.qt.shell.session import Session
from desktop.services.curation.duplicates import DuplicateGroup
from desktop.services.reports import FileFailure
from tests.fakes.services import FakeEngine
from tests.gallery.stage import NAMES, Screen, Stage, full_library, picture


def failed_files() -> tuple[FileFailure, ...]:
    """Files of the gallery that could not be read, told in the language of today."""
    reasons = (
        tr("The picture is empty (0 bytes)."),
        tr("This is not a picture that Plantain can read."),
    )
    return tuple(
        FileFailure(Path(f"/home/ann/shoots/{name}"), reason)
        for name in NAMES
        for reason in reasons
    )


# -- jobs ----------------------------------------------------------------------------------------


def _with_jobs(stage: Stage) -> Session:
    session = stage.library()
    jobs = session.window.jobs
    outcome = tr("{count} added", count=31), tr("{count} could not be read", count=1)
    done = jobs.add(tr("Add {name}", name="products"), lambda: None)
    jobs.end(done, JobState.DONE, Outcome(" · ".join(outcome), failed_files()[:1]))
    failed = jobs.add(tr("Back up to {name}", name="Plantain 2026-11-29.zip"), lambda: None)
    jobs.end(
        failed,
        JobState.FAILED,
        Outcome(tr("The disk that holds {place} is full.", place="/mnt/nas")),
    )
    stopped = jobs.add(tr("Download {name}", name="ViT-B-32"), lambda: None)
    jobs.end(stopped, JobState.STOPPED, Outcome(tr("Stopped")))
    running = jobs.add(tr("Add {name}", name="2024 beach"), lambda: None)
    jobs.report(running, Progress(tr("Reading pictures"), 40, 248, "a/b.jpg"))
    row = jobs.job(running)
    assert row is not None
    row.pace = Pace()
    for second in range(9):
        row.pace.take(28 + 14 * second, time.monotonic() - 8 + second)
    jobs.report(running, Progress(tr("Reading pictures"), 140, 248, "a/b.jpg", failed=2))
    jobs.add(tr("Look for changes"), lambda: None)
    stage.paint()
    return session


def job(stage: Stage) -> QWidget:
    return _with_jobs(stage).window


def jobs(stage: Stage) -> QWidget:
    window = _with_jobs(stage).window
    window.jobs_panel.toggle.click()
    stage.paint()
    return window


def failures(stage: Stage) -> QWidget:
    return stage.keep(FailuresDialog(failed_files()))


# -- models --------------------------------------------------------------------------------------


def models(stage: Stage) -> QWidget:
    return stage.keep(ModelsDialog(FakeEngine().models.list(), ""))


def models_in_use(stage: Stage) -> QWidget:
    known, demo = FakeEngine().models.list()
    damaged = replace(
        known,
        name="my-model",
        source="imported",
        description="",
        is_installed=True,
        problem=tr("The weights in {folder} are missing.", folder="/home/mei/models/my-model"),
    )
    return stage.keep(ModelsDialog((known, demo, damaged), "demo"))


# -- rights --------------------------------------------------------------------------------------


def rights(stage: Stage) -> QWidget:
    said = Rights(True, "Stock 1234, web only", "2026-12-31")
    elsewhere = Claim(Origin.SOURCE, "red sandals on sand.jpg", Rights(expires="2026-05-31"))
    return stage.keep(RightsDialog("hat straw.png", said, (), (elsewhere.reason(),)))


def rights_of_several(stage: Stage) -> QWidget:
    about = ngettext("{count} picture", "{count} pictures", 12)
    differing = ("is_private", "licence", "expires")
    return stage.keep(RightsDialog(about, Rights(), differing))


# -- duplicates and the trash --------------------------------------------------------------------


def _duplicates(stage: Stage, *, is_near: bool = False) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.curation.duplicates.exact_groups = [
        DuplicateGroup((picture(1), picture(2)), is_exact=True),
        DuplicateGroup((picture(3), picture(4), picture(6)), is_exact=True),
    ]
    engine.curation.duplicates.near_groups = [
        DuplicateGroup((picture(8), picture(10)), is_exact=False),
    ]
    return _open_duplicates(stage, engine, is_near=is_near)


def _open_duplicates(stage: Stage, engine: FakeEngine, *, is_near: bool = False) -> QWidget:
    session = stage.library(engine)
    session.window.action_list["duplicates.compare"].trigger()
    dialog = stage.dialog()
    assert isinstance(dialog, DuplicatesDialog)
    stage.rest()
    if is_near:
        dialog.kinds.setCurrentIndex(1)
        stage.rest()
    return dialog


def duplicates(stage: Stage) -> QWidget:
    return _duplicates(stage)


def near_duplicates(stage: Stage) -> QWidget:
    return _duplicates(stage, is_near=True)


def no_duplicates(stage: Stage) -> QWidget:
    return _open_duplicates(stage, full_library(stage.thumbnails))


def trash_question(stage: Stage) -> QWidget:
    session = stage.library()
    session.window.centre.grid.select_asset(2)
    session.window.action_list["trash.move"].trigger()
    return stage.question()


# -- ignore rules --------------------------------------------------------------------------------


def _ignore_rules(stage: Stage) -> IgnoreRulesDialog:
    session = stage.library()
    session.window.action_list["ignore_rules.show"].trigger()
    dialog = stage.dialog()
    assert isinstance(dialog, IgnoreRulesDialog)
    stage.rest()
    return dialog


def ignore_rules_none(stage: Stage) -> QWidget:
    return _ignore_rules(stage)


def _preview(stage: Stage, pattern: str) -> QWidget:
    dialog = _ignore_rules(stage)
    asked = len(stage.engine.ignore_rules.previewed)
    dialog.pattern.setText(pattern)
    stage.until(lambda: len(stage.engine.ignore_rules.previewed) > asked)
    stage.rest()
    return dialog


def ignore_rule_preview(stage: Stage) -> QWidget:
    return _preview(stage, "products")


def ignore_rule_refused(stage: Stage) -> QWidget:
    return _preview(stage, "# products")


def ignore_rule_nothing(stage: Stage) -> QWidget:
    return _preview(stage, "winter")


def ignore_rules(stage: Stage) -> QWidget:
    dialog = _ignore_rules(stage)
    for rule in ("*.psd", "hat", "IMG_2041"):
        stage.engine.ignore_rules.add(rule)
    dialog.pattern.setText("sandals")
    stage.until(dialog.apply_button.isEnabled)
    dialog.apply_button.click()
    stage.rest()
    return dialog


# -- server and team -----------------------------------------------------------------------------


def _server(stage: Stage, engine: FakeEngine | None = None) -> ServerDialog:
    session = stage.library(engine)
    session.window.action_list["server.show"].trigger()
    dialog = stage.dialog()
    assert isinstance(dialog, ServerDialog)
    stage.rest()
    return dialog


def server(stage: Stage) -> QWidget:
    return _server(stage)


def server_answers(stage: Stage) -> QWidget:
    dialog = _server(stage)
    dialog.address.setText("https://milvus.example:19530")
    dialog.test_button.click()
    stage.rest()
    return dialog


def server_fails(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.endpoints.error = StoreUnreachable(
        tr(
            "The vector store {shown} does not answer: nobody listens there.",
            shown="https://milvus.example:19530",
        ),
        safe=tr("Your pictures and the catalogue are untouched."),
        next_step=tr("Check the address and that the server runs, then try again."),
    )
    dialog = _server(stage, engine)
    dialog.address.setText("https://milvus.example:19530")
    dialog.test_button.click()
    stage.rest()
    return dialog


def _taken() -> StoreTaken:
    store = "https://milvus.example:19530"
    return StoreTaken(
        tr(
            "Another copy of this library writes its vectors on {store}: the one in {folder} "
            "on {machine}, since {moment}.",
            store=store,
            folder="/home/ann/pictures/library",
            machine="studio",
            moment=moment(1_795_000_000),
        ),
        store=store,
        safe=tr(
            "Nothing was sent there, and nothing is lost: every vector of this copy is in its "
            "catalogue."
        ),
    )


def server_taken(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.searching.error = _taken()
    session = stage.library(engine)
    session.window.centre.search.text_field.setText("a hat")
    stage.until(lambda: bool(session.window.centre.notice.text()))
    return session.window


def server_two_copies(stage: Stage) -> QWidget:
    stage.library().controllers.server.choose_writer(_taken())
    return stage.question()


def team(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.endpoints.join("Studio", "https://milvus.example:19530", None)
    engine.team.share("Campaigns", Path("/home/ann/Campaigns"))
    engine.team.share("Products", Path("/home/ann/products"))
    return _server(stage, engine)


def refreshed(stage: Stage) -> QWidget:
    engine = full_library(stage.thumbnails)
    engine.endpoints.join("Studio", "https://milvus.example:19530", None)
    session = stage.library(engine)
    session.window.action_list["team.refresh"].trigger()
    stage.rest()
    return session.window


SCREENS = (
    Screen("74-rights", rights),
    Screen("75-rights-of-several", rights_of_several),
    Screen("70-job", job),
    Screen("71-jobs", jobs),
    Screen("72-failures", failures),
    Screen("73-models", models),
    Screen("74-models-in-use", models_in_use),
    Screen("75-duplicates", duplicates),
    Screen("76-near-duplicates", near_duplicates),
    Screen("77-no-duplicates", no_duplicates),
    Screen("78-trash-question", trash_question),
    Screen("79-ignore-rules-none", ignore_rules_none),
    Screen("80-ignore-rule-preview", ignore_rule_preview),
    Screen("81-ignore-rule-refused", ignore_rule_refused),
    Screen("82-ignore-rule-nothing", ignore_rule_nothing),
    Screen("83-ignore-rules", ignore_rules),
    Screen("84-server", server),
    Screen("85-server-answers", server_answers),
    Screen("86-server-fails", server_fails),
    Screen("86-server-taken", server_taken),
    Screen("86-server-two-copies", server_two_copies),
    Screen("87-team", team),
    Screen("88-team-refreshed", refreshed),
)
