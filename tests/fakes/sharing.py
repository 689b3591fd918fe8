"""The server and the team as the window sees them: scripted answers, and what was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.index.examination import Examination
from desktop.library.team import SharedRoot
from desktop.services.places import Chosen, PlacesState
from desktop.services.team import TeamReport


class FakePlaces:
    def __init__(self) -> None:
        self.error: Exception | None = None
        self.token = ""
        self.roots: list[SharedRoot] = []
        self.chosen = Chosen("", "", "", "")

    def state(self) -> PlacesState:
        return PlacesState(self.chosen, bool(self.token), tuple(self.roots), 2, 3)

    def test(self, uri: str, certificate: str | None) -> Examination:
        self._fail()
        return Examination(uri, "2.6.1", 12.0, has_collection=False)

    def keep_at(self, uri: str, certificate: str | None) -> None:
        self._fail()
        self.chosen = replace(self.chosen, store_uri=uri, certificate=certificate or "")

    def save_token(self, token: str) -> None:
        self.token = token

    def join(self, team: str, uri: str, certificate: str | None) -> None:
        self._fail()
        self.chosen = replace(self.chosen, team=team, team_uri=uri)

    def leave(self) -> None:
        self.chosen = replace(self.chosen, team="", team_uri="")

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class FakeMoving:
    def run(self, cancel: CancelToken) -> ProgressSteps[int]:
        yield Progress("Sending vectors", 500, 1_200, unit="vectors")
        return 1_200


class FakeTeam:
    def __init__(self, places: FakePlaces) -> None:
        self._places = places
        self.refreshes = 0

    def share(self, name: str, folder: Path) -> SharedRoot:
        self._places.roots.append(SharedRoot(name, folder))
        return self._places.roots[-1]

    def sync(self, cancel: CancelToken) -> ProgressSteps[TeamReport]:
        yield Progress("Looking at what the team has")
        self.refreshes += 1
        return TeamReport(received=3, sent=2, told=1, here=2, elsewhere=3)
