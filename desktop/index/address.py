"""Where a collection lies: a file, or a server that is knocked at before it is asked anything.

gRPC keeps to itself why a connection fails, and tries again until its time is up. One plain
connection first tells refused from unknown, silent and untrusted, at once.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop.core.addresses import without_user_info
from desktop.core.errors import StoreUnreachable, StoreUntrusted
from desktop.core.system_errors import system_reason
from desktop.core.text import marked, number, tr

_KNOCK_TIMEOUT_S = 5.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 19_530, "https": 443}
_UNTOUCHED = marked("Your pictures and the catalogue are untouched.")


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A Milvus Lite file, or a server with what it takes to be let in.

    Attributes:
        uri: path of a file (``….db``), or ``http(s)://host:port``.
        token: ``user:password`` or an API key; empty for none.
        certificate: PEM file of the server's own certificate or of who signed it; empty for the
            authorities that every browser trusts.
    """

    uri: str
    token: str = field(default="", repr=False)
    certificate: str = ""

    @property
    def is_file(self) -> bool:
        return is_file(self.uri)

    @property
    def shown(self) -> str:
        """The address without a user name or a password in it."""
        return without_user_info(self.uri)

    def knock(self) -> None:
        """Reach the server once, without a word of Milvus.

        Raises:
            StoreUnreachable: the address is none, is unknown, refuses, or is silent.
            StoreUntrusted: it does not speak TLS, or shows a certificate that is not trusted.
        """
        parts = urlsplit(self.uri)
        try:
            usual_port = _PORTS[parts.scheme]
            host, port = parts.hostname, parts.port or usual_port
        except (KeyError, ValueError):
            host = port = None
        if not host or not port:
            raise StoreUnreachable(
                tr("“{shown}” is not an address of a vector store.", shown=self.shown),
                safe=tr("Nothing was changed."),
                next_step=tr(
                    "Give http://host:port of a Milvus server, or a file that ends in .db."
                ),
            )
        try:
            connection = socket.create_connection((host, port), _KNOCK_TIMEOUT_S)
        except socket.gaierror as error:
            raise self._unreachable(
                tr("The host “{host}” is not known.", host=host),
                tr("Check the address and your network."),
            ) from error
        except ConnectionRefusedError as error:
            raise self._unreachable(
                tr(
                    "The vector store {shown} does not answer: nobody listens there.",
                    shown=self.shown,
                ),
                tr("Check the address and that the server runs, then try again."),
            ) from error
        except TimeoutError as error:
            raise self._unreachable(
                tr(
                    "The vector store {shown} does not answer within {knock_timeout_s} s.",
                    shown=self.shown,
                    knock_timeout_s=number(_KNOCK_TIMEOUT_S),
                ),
                tr("Check the address, the network and the server's firewall, then try again."),
            ) from error
        except OSError as error:
            raise self._unreachable(
                tr(
                    "The vector store {shown} does not answer: {reason}.",
                    shown=self.shown,
                    reason=system_reason(error),
                ),
                tr("Check the address and your network, then try again."),
            ) from error
        with connection:
            if parts.scheme == "https":
                self._shake_hands(connection, host)

    def _shake_hands(self, connection: socket.socket, host: str) -> None:
        try:
            context = ssl.create_default_context(cafile=self.certificate or None)
        except (OSError, ssl.SSLError) as error:
            raise StoreUntrusted(
                tr(
                    "The certificate {certificate} cannot be read: {reason}.",
                    certificate=self.certificate,
                    reason=system_reason(error),
                ),
                safe=tr("Nothing was sent."),
                next_step=tr("Give a PEM file: it begins with “-----BEGIN CERTIFICATE-----”."),
            ) from error
        context.set_alpn_protocols(["h2"])  # what gRPC speaks
        try:
            with context.wrap_socket(connection, server_hostname=host):
                return
        except ssl.SSLCertVerificationError as error:
            raise StoreUntrusted(
                tr(
                    "The certificate of {shown} is not trusted: {verify_message}.",
                    shown=self.shown,
                    verify_message=error.verify_message,
                ),
                safe=tr("Nothing was sent, not even the token."),
                next_step=tr(
                    "If it is your own server, give its certificate with --certificate FILE; "
                    "otherwise ask whoever runs it."
                ),
            ) from error
        except TimeoutError as error:
            raise self._unreachable(
                tr(
                    "The vector store {shown} does not answer within {knock_timeout_s} s.",
                    shown=self.shown,
                    knock_timeout_s=number(_KNOCK_TIMEOUT_S),
                ),
                tr("Check that TLS is switched on there, then try again."),
            ) from error
        except OSError as error:
            raise StoreUntrusted(
                tr(
                    "The server at {shown} does not speak TLS ({reason}).",
                    shown=self.shown,
                    reason=_reason(error),
                ),
                safe=tr("Nothing was sent, not even the token."),
                next_step=tr("Switch TLS on there, or use http:// in a network that you trust."),
            ) from error

    def _unreachable(self, message: str, next_step: str) -> StoreUnreachable:
        return StoreUnreachable(message, safe=tr(_UNTOUCHED), next_step=next_step)


def is_file(uri: str) -> bool:
    """True for a Milvus Lite file, False for the address of a server."""
    return "://" not in uri


def is_here(uri: str) -> bool:
    """True for a server on this machine, where nothing crosses a network."""
    try:
        return (urlsplit(uri).hostname or "") in _LOOPBACK
    except ValueError:
        return False


def _reason(error: OSError) -> str:
    name = getattr(error, "reason", "") or error.strerror or str(error)
    return str(name).replace("_", " ").lower()
