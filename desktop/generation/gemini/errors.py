"""What keeps an answer from coming, in sentences that people can act on."""

from __future__ import annotations

import socket
import ssl

import httpx2

from desktop.core.errors import GenerationError, ReplyUnreadable, ServiceUnavailable
from desktop.core.text import marked, sentences, tr
from desktop.generation.gemini.reply import too_large
from desktop.generation.gemini.sending import CONNECT_TIMEOUT_S, Call
from desktop.generation.wire.bounded import ReplyTooLargeError
from desktop.generation.wire.quoting import KEPT
from desktop.generation.wire.raw import causes_of

_MAY_BE_BILLED = marked("Google may still bill this request.")


def explain(error: BaseException, call: Call) -> GenerationError | None:
    """The error to show for a foreign one; None for one that is nobody's known failure."""
    causes = list(causes_of(error))
    if any(isinstance(cause, ReplyTooLargeError) for cause in causes):
        return too_large()
    if isinstance(error, TimeoutError):  # from asyncio.timeout, around the whole attempt
        return _too_slow(call)
    # Each API of the SDK has its own way of wrapping what the network did.
    network = (cause for cause in causes if isinstance(cause, httpx2.HTTPError))
    found = next(network, None)
    return None if found is None else _from_transport(found, call)


def broken_off(call: Call) -> ServiceUnavailable:
    """The connection ended before the answer was whole."""
    return ServiceUnavailable(
        tr("The connection to {host} broke off before the answer was complete.", host=call.host),
        safe=sentences(tr(KEPT), tr(_MAY_BE_BILLED)),
        next_step=tr("Check your internet connection, then try again."),
        may_be_billed=True,
    )


def _from_transport(error: httpx2.HTTPError, call: Call) -> GenerationError:
    host = call.host
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
        return _too_slow(call)
    if isinstance(error, httpx2.ProxyError):
        return ServiceUnavailable(
            tr("The proxy did not let Plantain through to {host}.", host=host),
            safe=tr(KEPT),
            next_step=tr("Check the proxy settings (HTTPS_PROXY, NO_PROXY)."),
        )
    if isinstance(error, httpx2.ConnectError):
        return _unconnected(error, host)
    if isinstance(error, httpx2.DecodingError):
        return ReplyUnreadable(
            tr("The answer of {host} arrived garbled.", host=host),
            safe=sentences(tr(KEPT), tr(_MAY_BE_BILLED)),
            next_step=tr(
                "Try again; if it keeps happening, check whether a proxy changes the answers."
            ),
            may_be_billed=True,
        )
    return broken_off(call)


def _unconnected(error: httpx2.ConnectError, host: str) -> ServiceUnavailable:
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
            next_step=tr("Check the Gemini address, and whether a proxy stands in between."),
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


def _too_slow(call: Call) -> ServiceUnavailable:
    return ServiceUnavailable(
        tr(
            "Gemini did not answer within {seconds} seconds.",
            seconds=f"{call.total_timeout_s:g}",
        ),
        safe=sentences(tr(KEPT), tr(_MAY_BE_BILLED)),
        next_step=tr("Try again later, or choose a faster model or a smaller size."),
        may_be_billed=True,
    )
