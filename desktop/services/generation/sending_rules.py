"""What has to be true before anything of the library is sent to a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from desktop.core.asset import displayable_name
from desktop.core.errors import ConsentMissing, RightsForbid, WorkingOffline
from desktop.core.generation_record import GenerationRequest
from desktop.core.rights import Claim
from desktop.core.text import tr
from desktop.library.catalog.rights import RightsTable


class SendingRules:
    """Asked right before a request leaves, whoever queued it and whenever.

    Args:
        is_offline: the person works offline.
        asks_consent: a person is to see what would be sent, once for each endpoint; who types a
            command has said it.
    """

    def __init__(
        self, rights: RightsTable, is_offline: Callable[[], bool], *, asks_consent: bool
    ) -> None:
        self._rights = rights
        self._is_offline = is_offline
        self._asks_consent = asks_consent

    def check_rights(self, request: GenerationRequest) -> None:
        """Whether all its pictures may be sent.

        Args:
            request: with the hashes of what was read.

        Raises:
            RightsForbid: one may not; the message says which and why.
        """
        for name, claims in self._bound(request):
            reason = next((reason for claim in claims if (reason := claim.reason())), "")
            if reason:
                raise RightsForbid(
                    tr("{name} may not be sent. {reason}", name=name, reason=reason),
                    safe=tr("Nothing was sent."),
                    next_step=tr(
                        "Take it out of the references, or change its rights in the details."
                    ),
                )

    def check(self, request: GenerationRequest, endpoint: str) -> None:
        """Whether this may go there now.

        Raises:
            WorkingOffline: nothing may leave this machine.
            RightsForbid: as ``check_rights``.
            ConsentMissing: the person has not seen yet what would be sent there.
        """
        self.require_online()
        self.check_rights(request)
        if self.needs_consent(endpoint):
            raise ConsentMissing(
                tr("You have not agreed yet that this library is sent to {place}.", place=endpoint),
                safe=tr("Nothing was sent."),
                next_step=tr("Look at what would be sent, then decide."),
            )

    def require_online(self) -> None:
        """Raises: WorkingOffline."""
        if self._is_offline():
            raise WorkingOffline(
                tr("Plantain works offline, as you wanted."),
                safe=tr("Nothing was sent."),
                next_step=tr("Go online again, or use the mood board, which needs no network."),
            )

    @property
    def asks_consent(self) -> bool:
        """A person is asked before the first time."""
        return self._asks_consent

    def needs_consent(self, endpoint: str) -> bool:
        """The person is to be asked before anything goes there."""
        return self._asks_consent and endpoint not in self._rights.consents()

    def agree(self, endpoint: str) -> None:
        """The person has seen what would be sent there, and agreed, for this library."""
        self._rights.give_consent(endpoint)

    def withdraw(self, endpoint: str) -> None:
        """And does not agree any more; what was sent is sent."""
        self._rights.withdraw_consent(endpoint)

    def agreed(self) -> dict[str, float]:
        """Endpoint -> when, seconds since the epoch."""
        return dict(self._rights.consents())

    def _bound(self, request: GenerationRequest) -> Iterator[tuple[str, tuple[Claim, ...]]]:
        """Each picture that goes along, by its name, with what binds it."""
        for reference in request.references:
            claims: tuple[Claim, ...] = ()
            if reference.asset_id is not None:
                claims = self._rights.claims([reference.asset_id])[reference.asset_id]
            yield (
                displayable_name(reference.path),
                claims + self._rights.of_content(reference.content_hash),
            )
        if request.parent:
            yield tr("The picture before"), self._rights.of_content(request.parent)
