"""What keeps an answer from coming, in sentences that people can act on."""

from __future__ import annotations

import logging
import socket
import ssl
import traceback
from typing import TYPE_CHECKING

from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    Cancelled,
    GenerationError,
    PlantainError,
    ReplyUnreadable,
    ServiceUnavailable,
)
from desktop.core.text import Text, marked, sentences, tr
from desktop.generation.wire.exchange import CONNECT_TIMEOUT_S
from desktop.generation.wire.peer import Peer
from desktop.generation.wire.quoting import KEPT, one_line
from desktop.generation.wire.raw import causes_of, of_exception

if TYPE_CHECKING:
    import httpx2

logger = logging.getLogger(__name__)

_CHECK_PROXY = marked(
    "Try again; if it keeps happening, check whether a proxy changes the answers."
)


def kept_from_coming(
    error: BaseException, peer: Peer, key: str, cancel: CancelToken
) -> PlantainError:
    """The error to show for whatever ended an exchange without an answer."""
    if isinstance(error, PlantainError):  # nothing was sent
        return error
    if cancel.is_cancelled:
        return Cancelled(
            tr(
                "Stopped before {service} answered; {company} may still bill this request.",
                service=peer.service,
                company=peer.company,
            )
        )
    logger.info("%s: %s", peer.service, type(error).__name__)
    if isinstance(error, ImportError):
        return _not_installed(error, peer)
    known = explain(error, peer)
    if known is not None:
        known.details = of_exception(error, key)
        return known
    if not isinstance(error, Exception):
        raise error
    # Where, but not what it says: a library that checks a request quotes the prompt.
    stack = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s: request failed: %s\n%s", peer.service, type(error).__name__, stack)
    return GenerationError(
        tr(
            "Asking {service} failed in an unforeseen way ({name}).",
            service=peer.service,
            name=type(error).__name__,
        ),
        safe=tr(KEPT),
        next_step=tr("Try again; the log has the details for a report."),
        may_be_billed=True,
    )


def explain(error: BaseException, peer: Peer) -> GenerationError | None:
    """The error to show for a foreign one; None for one that is nobody's known failure."""
    import httpx2

    from desktop.generation.wire.bounded import ReplyTooLargeError

    causes = list(causes_of(error))
    if any(isinstance(cause, ReplyTooLargeError) for cause in causes):
        return _too_large(peer)
    if isinstance(error, TimeoutError):  # from asyncio.timeout, around the whole attempt
        return _too_slow(peer)
    # Each library has its own way of wrapping what the network did.
    network = (cause for cause in causes if isinstance(cause, httpx2.HTTPError))
    found = next(network, None)
    return None if found is None else _from_transport(found, peer)


def broken_off(peer: Peer) -> ServiceUnavailable:
    """The connection ended before the answer was whole."""
    return ServiceUnavailable(
        tr("The connection to {host} broke off before the answer was complete.", host=peer.host),
        safe=sentences(tr(KEPT), _may_be_billed(peer)),
        next_step=tr("Check your internet connection, then try again."),
        may_be_billed=True,
    )


def sent_elsewhere(code: int, peer: Peer) -> ReplyUnreadable:
    """A status that no API of these has: a redirect, or something that is no service at all."""
    if 300 <= code < 400:
        return ReplyUnreadable(
            tr(
                "{host} sent Plantain on to another address (HTTP {code}); Plantain did "
                "not follow, so that your key goes nowhere else.",
                host=peer.host,
                code=code,
            ),
            safe=tr(KEPT),
            next_step=tr(
                "Check the {service} address, and whether a sign-in page or a proxy stands in "
                "between.",
                service=peer.service,
            ),
        )
    return ReplyUnreadable(
        tr(
            "{host} gave an answer that {service}'s API does not have (HTTP {code}).",
            host=peer.host,
            service=peer.service,
            code=code,
        ),
        safe=tr(KEPT),
        next_step=tr(
            "Check the {service} address, and whether a proxy stands in between.",
            service=peer.service,
        ),
    )


def _too_large(peer: Peer) -> ReplyUnreadable:
    """The error for an answer that has no end: one came, so it may cost."""
    return ReplyUnreadable(
        tr(
            "{service}'s answer is far longer than any picture, and was given up.",
            service=peer.service,
        ),
        safe=sentences(tr(KEPT), _may_be_billed(peer)),
        next_step=tr(_CHECK_PROXY),
        may_be_billed=True,
    )


def detached(error: PlantainError) -> PlantainError:
    """The error without the frames and foreign exceptions behind it, which saw the key."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _from_transport(error: httpx2.HTTPError, peer: Peer) -> GenerationError:
    import httpx2

    host = peer.host
    if isinstance(error, httpx2.ConnectTimeout):
        return ServiceUnavailable(
            tr(
                "{host} could not be reached within {seconds} seconds.",
                host=host,
                seconds=f"{CONNECT_TIMEOUT_S:g}",
            ),
            safe=tr(KEPT),
            next_step=tr("Check your internet connection, firewall and proxy, then try again."),
        )
    if isinstance(error, httpx2.TimeoutException):
        return _too_slow(peer)
    if isinstance(error, httpx2.ProxyError):
        return ServiceUnavailable(
            tr("The proxy did not let Plantain through to {host}.", host=host),
            safe=tr(KEPT),
            next_step=tr("Check the proxy settings (HTTPS_PROXY, NO_PROXY)."),
        )
    if isinstance(error, httpx2.ConnectError):
        return _unconnected(error, peer)
    if isinstance(error, httpx2.DecodingError):
        return ReplyUnreadable(
            tr("The answer of {host} arrived garbled.", host=host),
            safe=sentences(tr(KEPT), _may_be_billed(peer)),
            next_step=tr(_CHECK_PROXY),
            may_be_billed=True,
        )
    return broken_off(peer)


def _unconnected(error: httpx2.ConnectError, peer: Peer) -> ServiceUnavailable:
    host = peer.host
    causes = list(causes_of(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return ServiceUnavailable(
            tr(
                "The certificate of {host} could not be verified, so no key was sent there.",
                host=host,
            ),
            safe=tr(KEPT),
            next_step=tr(
                "Check this computer's date, and whether a proxy or a virus scanner "
                "opens encrypted connections; its certificate can be named in "
                "SSL_CERT_FILE."
            ),
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ServiceUnavailable(
            tr("No encrypted connection to {host} could be made.", host=host),
            safe=tr(KEPT),
            next_step=tr(
                "Check the {service} address, and whether a proxy stands in between.",
                service=peer.service,
            ),
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ServiceUnavailable(
            tr("The address of {host} could not be found.", host=host),
            safe=tr(KEPT),
            next_step=tr("Check your internet connection, then try again."),
        )
    return ServiceUnavailable(
        tr("{host} does not take connections.", host=host),
        safe=tr(KEPT),
        next_step=tr("Check your internet connection, firewall and proxy, then try again."),
    )


def _too_slow(peer: Peer) -> ServiceUnavailable:
    return ServiceUnavailable(
        tr(
            "{service} did not answer within {seconds} seconds.",
            service=peer.service,
            seconds=f"{peer.timeout_s:g}",
        ),
        safe=sentences(tr(KEPT), _may_be_billed(peer)),
        next_step=tr("Try again later, or choose a faster model or a smaller size."),
        may_be_billed=True,
    )


def _not_installed(error: ImportError, peer: Peer) -> GenerationError:
    return GenerationError(
        tr(
            "The client library for {service} cannot be loaded ({error}).",
            service=peer.service,
            error=one_line(str(error), 120),
        ),
        safe=tr(KEPT),
        next_step=tr("Install Plantain again."),
    )


def _may_be_billed(peer: Peer) -> Text:
    return tr("{company} may still bill this request.", company=peer.company)
