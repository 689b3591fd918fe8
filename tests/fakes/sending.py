"""Rights and consent for tests of the window that are about something else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop.core.credentials import Credentials
from desktop.core.rights import Claim, Rights
from desktop.library.catalog.rights import RightsTable
from desktop.services.curation.credentials import PictureCredentials
from desktop.services.generation.sending_rules import SendingRules


class FakeRights(RightsTable):
    """Nobody has said anything."""

    def __init__(self) -> None:
        self.said: dict[str, Rights] = {}

    def claims(self, asset_ids: Sequence[int]) -> dict[int, tuple[Claim, ...]]:
        return dict.fromkeys(asset_ids, ())

    def folders(self) -> dict[str, Rights]:
        return self.said


class FakeCredentials(PictureCredentials):
    """No picture is signed."""

    def __init__(self) -> None:
        self.found: dict[Path, Credentials] = {}

    def of(self, path: Path) -> Credentials | None:
        return self.found.get(path)


class FakeSendingRules(SendingRules):
    """Keeps in memory to whom a person agreed."""

    def __init__(self) -> None:
        self.given: dict[str, float] = {}

    def agree(self, endpoint: str) -> None:
        self.given[endpoint] = 1_700_000_000.0

    def withdraw(self, endpoint: str) -> None:
        self.given.pop(endpoint, None)

    def agreed(self) -> dict[str, float]:
        return dict(self.given)
