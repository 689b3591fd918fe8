"""Servers that a Milvus client may meet and should not: one that refuses, one that is silent, and
one behind TLS."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymilvus.grpc_gen import milvus_pb2_grpc


@contextmanager
def refusing_server(
    code: grpc.StatusCode, words: str, certificate: tuple[Path, Path] | None = None
) -> Generator[tuple[str, list[str]]]:
    """A gRPC server that says ``code`` to everything, as Milvus does to a wrong token.

    Yields its address and the tokens that it was shown (base64, as pymilvus sends them).
    """
    shown: list[str] = []

    class Refuse(grpc.ServerInterceptor):
        def intercept_service(
            self, continuation: Callable[..., object], handler_call_details: grpc.HandlerCallDetails
        ) -> grpc.RpcMethodHandler:
            shown.extend(
                str(v) for k, v in handler_call_details.invocation_metadata if k == "authorization"
            )
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: context.abort(code, words)
            )

    pool = ThreadPoolExecutor(2, thread_name_prefix="grpc-fake")
    server = grpc.server(pool, interceptors=[Refuse()])
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(
        milvus_pb2_grpc.MilvusServiceServicer(), server
    )
    if certificate is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        key, chain = (path.read_bytes() for path in certificate)
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, chain)]))
    server.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}", shown
    finally:
        server.stop(None).wait(5)
        pool.shutdown()


@contextmanager
def silent_server() -> Generator[str]:
    """Takes every connection and never says a word; yields host:port."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()  # before its last connection is looked for
        for connection in taken:
            connection.close()


def self_signed_certificate(folder: Path) -> tuple[Path, Path]:
    """Files of a key and of a certificate for 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "server.key", folder / "server.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


@contextmanager
def tls_in_front_of(uri: str, certificate: tuple[Path, Path]) -> Generator[str]:
    """An address that speaks TLS and passes everything on to the plain server at ``uri``.

    One thread does it all: OpenSSL does not let two use one connection at a time.
    """
    host, port = uri.removeprefix("http://").split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    context.set_alpn_protocols(["h2"])
    opened: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    at_work: dict[asyncio.Task[object] | None, list[asyncio.StreamWriter]] = {}

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        target.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = at_work[asyncio.current_task()] = [writer]
        inner_reader, inner_writer = await asyncio.open_connection(host, int(port))
        ends.append(inner_writer)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    async def serve() -> None:
        closing = asyncio.Event()
        server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
        opened.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), closing))
        await closing.wait()
        server.close()
        for end in itertools.chain.from_iterable(at_work.values()):
            end.transport.abort()
        await asyncio.gather(*filter(None, at_work), return_exceptions=True)

    with ThreadPoolExecutor(1) as thread:
        served = thread.submit(asyncio.run, serve())
        outer, loop, closing = opened.result(10)
        try:
            yield f"https://127.0.0.1:{outer}"
        finally:
            loop.call_soon_threadsafe(closing.set)
            served.result(10)
