"""Provenance in the window: what a signature says, a signed copy, the register."""

from __future__ import annotations

import json
from pathlib import Path

from desktop.core.credentials import Validity
from tests.qt.curating import Window


def test_a_signed_copy_is_told_in_the_details_and_the_register_is_written(
    window: Window, tmp_path: Path
) -> None:
    [asset_id] = window.select(0)
    details = window.session.window.right.details
    provenance = window.session.controllers.provenance
    asset = window.engine.catalog.asset(asset_id)
    assert asset is not None
    field = details.rights.fields["credentials"]
    copy = tmp_path / "pictures" / "signed.png"
    provenance.sign(asset, copy)
    window.until(copy.exists)
    found = window.engine.curation.credentials.of(copy)
    assert found is not None
    assert found.validity is Validity.VALID
    window.session.controllers.indexing.add([copy.parent])
    centre = window.session.window.centre
    window.until(lambda: any(each.filename == "signed.png" for each in centre.assets()))
    [signed] = [each for each in centre.assets() if each.filename == "signed.png"]
    window.grid.select_asset(signed.id)
    window.until(lambda: "unchanged since" in field.value)
    assert details.signed.text() == field.value
    window.grid.select_asset(asset_id)
    window.until(lambda: "unchanged since" not in field.value)
    provenance.write_register(tmp_path / "register.json")
    window.until((tmp_path / "register.json").exists)
    window.until(lambda: window.session.lanes.models.is_idle)
    assert json.loads((tmp_path / "register.json").read_text("utf-8")) == {"pictures": []}
