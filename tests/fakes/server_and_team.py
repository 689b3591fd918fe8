"""The server and the team as the window sees them: scripted answers, and what was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.config.secrets import KEY_STORE
from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.index.server_probe import ServerAnswer
from desktop.library.catalog.team.roots import SharedRoot
from desktop.services.credential import Credential
from desktop.services.team.sync import Team, TeamReport
from desktop.services.vectors.copies import Copies
from desktop.services.vectors.endpoints import Chosen, Endpoints, EndpointsState
from desktop.services.vectors.migrate_store import StoreMigration


class FakeKeyStore:
    """Keeps one secret.

    Attributes:
        error: raised instead of keeping one.
    """

    def __init__(self) -> None:
        self.secret = ""
        self.error: Exception | None = None
        self.credential = Credential(
            lambda: self.secret,
            self._keep,
            source=lambda: KEY_STORE if self.secret else "",
            forget=lambda: self._keep(""),
        )

    def _keep(self, secret: str) -> None:
        if self.error is not None:
            raise self.error
        self.secret = secret


class FakeEndpoints(Endpoints):
    def __init__(self) -> None:
        self.error: Exception | None = None
        self.token = FakeKeyStore().credential
        self.roots: list[SharedRoot] = []
        self.chosen = Chosen("", "", "", "")
        self.answer = ServerAnswer("", "2.6.1", 12.0, has_collection=False)

    @property
    def uri(self) -> str:
        return self.chosen.store_uri

    @property
    def certificate(self) -> str:
        return self.chosen.certificate

    def state(self) -> EndpointsState:
        return EndpointsState(self.chosen, self.token.is_set(), tuple(self.roots), 2, 3)

    def test(self, uri: str = "", certificate: str | None = None) -> ServerAnswer:
        self._fail()
        return replace(self.answer, uri=uri)

    def keep_at(self, uri: str, certificate: str | None = None) -> None:
        self._fail()
        self.chosen = replace(self.chosen, store_uri=uri, certificate=certificate or "")

    def join(self, team: str, uri: str, certificate: str | None = None) -> None:
        self._fail()
        self.chosen = replace(self.chosen, team=team, team_uri=uri)

    def leave(self) -> None:
        self.chosen = replace(self.chosen, team="", team_uri="")

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class FakeStoreMigration(StoreMigration):
    def __init__(self) -> None:
        pass

    def run(self, cancel: CancelToken) -> ProgressSteps[int]:
        yield Progress("Sending vectors", 500, 1_200, unit="vectors")
        return 1_200


class FakeCopies(Copies):
    """
    Attributes:
        asked: what was chosen, in words.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []

    def take_over(
        self, cancel: CancelToken, uri: str = "", certificate: str | None = None
    ) -> ProgressSteps[None]:
        yield Progress("Waiting for the other copy to notice", 5, 40, unit="seconds")
        self.asked.append(f"take over {uri} {certificate}")

    def separate(self) -> None:
        self.asked.append("separate")


class FakeTeam(Team):
    def __init__(self, endpoints: FakeEndpoints) -> None:
        self._endpoints = endpoints
        self.refreshes = 0
        self.report = TeamReport(received=3, sent=2, told=1, here=2, elsewhere=3)

    def share(self, name: str, folder: Path) -> SharedRoot:
        self._endpoints.roots.append(SharedRoot(name, folder))
        return self._endpoints.roots[-1]

    def sync(self, cancel: CancelToken, *, is_full: bool = False) -> ProgressSteps[TeamReport]:
        yield Progress("Looking at what the team has")
        self.refreshes += 1
        return self.report
