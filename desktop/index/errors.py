"""What pymilvus and gRPC raise, as errors that people can act on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

from desktop.core.errors import (
    StoreError,
    StoreRefused,
    StoreUnreachable,
)
from desktop.core.text import marked, sentences, tr
from desktop.index.address import StoreAddress

_UNTOUCHED = marked("Your pictures and the catalogue are untouched.")
_FAILED = {
    "opened": marked("The vector store {store} could not be opened: {reason}"),
    "asked": marked("The vector store {store} could not be queried: {reason}"),
    "read": marked("The vector store {store} could not be read: {reason}"),
    "searched": marked("The vector store {store} could not be searched: {reason}"),
    "written to": marked("The vector store {store} could not be written to: {reason}"),
    "deleted": marked("The vector store {store} could not be deleted: {reason}"),
    "released": marked("The vector store {store} could not be released: {reason}"),
}
"""By what was done to it."""


@contextmanager
def mapped(address: StoreAddress, verb: str) -> Generator[None]:
    """Run calls of pymilvus; ``verb`` is what is done to the store, one of those above.

    Raises:
        StoreRefused: the server does not accept the token, or it may not do that.
        StoreUnreachable: the store does not answer, or not in time, or failed.
    """
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError, OSError) as error:
        raise store_error(address, verb, error) from error


def store_error(address: StoreAddress, verb: str, error: BaseException) -> StoreError:
    """What ``error`` means, by the gRPC status that lies at its bottom."""
    import grpc

    codes = set(_status_codes(error))
    text = one_line(error)
    if grpc.StatusCode.UNAUTHENTICATED in codes or "auth check failure" in text:
        return StoreRefused(
            tr("The vector store {store} does not accept the token.", store=address.shown)
            if address.token
            else tr("The vector store {store} asks for a token.", store=address.shown),
            safe=tr(_UNTOUCHED),
            next_step=tr(
                "Enter the right one, user:password or an API key, in “Server and team…” of the "
                "window's menu, save it with “plantain server token”, or set PLANTAIN_STORE_TOKEN."
            ),
        )
    if grpc.StatusCode.PERMISSION_DENIED in codes or "permission deny" in text:
        return StoreRefused(
            tr(
                "The vector store {shown} does not allow this user to do that: {text}",
                shown=address.shown,
                text=text,
            ),
            safe=tr(_UNTOUCHED),
            next_step=tr(
                "Ask whoever runs the server for the right to read, write and make collections."
            ),
        )
    if grpc.StatusCode.DEADLINE_EXCEEDED in codes:
        return StoreUnreachable(
            tr("The vector store {store} did not answer in time.", store=address.shown),
            safe=tr(_UNTOUCHED),
            next_step=tr(
                "Check that a Milvus server runs there and is not overloaded, then try again."
            ),
        )
    if not address.is_file and _is_lost(error, codes):
        return StoreUnreachable(
            tr("The vector store {store} does not answer any more.", store=address.shown),
            safe=sentences(
                tr(_UNTOUCHED),
                tr("What was read so far is kept, and is sent by the next run."),
            ),
            next_step=tr("Check that the server runs, then try again."),
        )
    return StoreUnreachable(
        tr(_FAILED[verb], store=address.shown, reason=text),
        safe=tr(_UNTOUCHED),
        next_step=tr("Try again; if it stays so, run “plantain doctor”."),
    )


def one_line(error: BaseException) -> str:
    """What the error says, fit for a sentence."""
    text = " ".join(str(getattr(error, "message", "") or error).split())[:300]
    return text if text.endswith(".") else f"{text}."


def _is_lost(error: BaseException, codes: set[object]) -> bool:
    import grpc
    from pymilvus.client.types import Status

    return grpc.StatusCode.UNAVAILABLE in codes or (
        getattr(error, "code", None) == Status.CONNECT_FAILED
    )


def _status_codes(error: BaseException | None) -> Iterator[object]:
    """gRPC's codes along the chain of causes; pymilvus wraps what it catches."""
    import grpc

    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "code", None)
        found = code() if callable(code) else code
        if isinstance(found, grpc.StatusCode):
            yield found
        error = error.__cause__ or error.__context__
