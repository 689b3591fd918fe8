"""Where a collection lies: a file, or a server that is knocked at before it is asked anything.

gRPC keeps to itself why a connection fails, and tries again until its time is up. One plain
connection first tells refused from unknown, silent and untrusted, at once.
"""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop.core.errors import StoreUnreachable, StoreUntrusted

_KNOCK_TIMEOUT_S = 5.0
_PORTS = {"http": 19_530, "https": 443}
_USER_INFO = re.compile(r"(?<=://)[^/@]*@")
_UNTOUCHED = "Your pictures and the catalogue are untouched."


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
        return _USER_INFO.sub("", self.uri)

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
                f"“{self.shown}” is not an address of a vector store.",
                safe="Nothing was changed.",
                next_step="Give http://host:port of a Milvus server, or a file that ends in .db.",
            )
        try:
            connection = socket.create_connection((host, port), _KNOCK_TIMEOUT_S)
        except socket.gaierror as error:
            raise self._unreachable(
                f"The host “{host}” is not known.", "Check the address and your network."
            ) from error
        except ConnectionRefusedError as error:
            raise self._unreachable(
                f"The vector store {self.shown} does not answer: nobody listens there.",
                "Check the address and that the server runs, then try again.",
            ) from error
        except TimeoutError as error:
            raise self._unreachable(
                f"The vector store {self.shown} does not answer within {_KNOCK_TIMEOUT_S:.0f} s.",
                "Check the address, the network and the server's firewall, then try again.",
            ) from error
        except OSError as error:
            raise self._unreachable(
                f"The vector store {self.shown} does not answer: {error.strerror or error}.",
                "Check the address and your network, then try again.",
            ) from error
        with connection:
            if parts.scheme == "https":
                self._shake_hands(connection, host)

    def _shake_hands(self, connection: socket.socket, host: str) -> None:
        try:
            context = ssl.create_default_context(cafile=self.certificate or None)
        except (OSError, ssl.SSLError) as error:
            raise StoreUntrusted(
                f"The certificate {self.certificate} cannot be read: {error.strerror or error}.",
                safe="Nothing was sent.",
                next_step="Give a PEM file: it begins with “-----BEGIN CERTIFICATE-----”.",
            ) from error
        context.set_alpn_protocols(["h2"])  # what gRPC speaks
        try:
            with context.wrap_socket(connection, server_hostname=host):
                return
        except ssl.SSLCertVerificationError as error:
            raise StoreUntrusted(
                f"The certificate of {self.shown} is not trusted: {error.verify_message}.",
                safe="Nothing was sent, not even the token.",
                next_step="If it is your own server, give its certificate with --certificate FILE; "
                "otherwise ask whoever runs it.",
            ) from error
        except TimeoutError as error:
            raise self._unreachable(
                f"The vector store {self.shown} does not answer within {_KNOCK_TIMEOUT_S:.0f} s.",
                "Check that TLS is switched on there, then try again.",
            ) from error
        except OSError as error:
            raise StoreUntrusted(
                f"The server at {self.shown} does not speak TLS ({_reason(error)}).",
                safe="Nothing was sent, not even the token.",
                next_step="Switch TLS on there, or use http:// in a network that you trust.",
            ) from error

    def _unreachable(self, message: str, next_step: str) -> StoreUnreachable:
        return StoreUnreachable(message, safe=_UNTOUCHED, next_step=next_step)


def is_file(uri: str) -> bool:
    """True for a Milvus Lite file, False for the address of a server."""
    return "://" not in uri


def _reason(error: OSError) -> str:
    name = getattr(error, "reason", "") or error.strerror or str(error)
    return str(name).replace("_", " ").lower()
