"""One exchange with a service: sent once, stoppable until the answer is there, never redirected."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from desktop.core.cancellation import CancelToken
from desktop.generation.wire.peer import Peer, is_loopback

if TYPE_CHECKING:
    import httpx2

    from desktop.generation.wire.bounded import Answer

CONNECT_TIMEOUT_S = 15.0
"""A server that does not take the connection by then is not there."""

Asked = Callable[["httpx2.AsyncClient"], Awaitable[object]]


def exchange(peer: Peer, cancel: CancelToken, asked: Asked) -> Answer | BaseException:
    """Ask by way of a client of ours; the last whole answer, or what kept it from coming.

    Blocks; not for a thread that runs an event loop.

    Args:
        asked: sends what there is to send by the client that it is given; what it returns is not
            looked at, for a library may fail over an answer that is there.
    """
    from desktop.generation.wire.bounded import BoundedTransport

    transport = BoundedTransport(peer.base_url, with_proxy=not is_loopback(peer.host))
    try:
        asyncio.run(_ask(peer, cancel, asked, transport))
    except (KeyboardInterrupt, SystemExit):
        if transport.answer is None:
            raise
    except BaseException as error:  # noqa: BLE001 - the edge: the caller explains it
        return transport.answer or error
    return transport.answer or ConnectionError("no answer")


async def _ask(
    peer: Peer, cancel: CancelToken, asked: Asked, transport: httpx2.AsyncBaseTransport
) -> None:
    import httpx2

    loop = asyncio.get_running_loop()
    loop.set_default_executor(_ImpatientExecutor(thread_name_prefix="dns"))
    forget = cancel.on_cancel(_waker(loop, asyncio.current_task()))
    try:
        async with (
            asyncio.timeout(peer.timeout_s),
            httpx2.AsyncClient(
                follow_redirects=False,  # none carries the key elsewhere
                # No proxy gets to see an unencrypted key.
                trust_env=not is_loopback(peer.host),
                transport=transport,
                event_hooks={"request": [_phase_timeouts(peer.timeout_s)]},
            ) as http,
        ):
            await asked(http)
    finally:
        forget()


def _phase_timeouts(total: float) -> Callable[[httpx2.Request], Awaitable[None]]:
    """A request hook: there is one timeout for all phases, connecting deserves a shorter one."""
    phases = {
        "connect": min(CONNECT_TIMEOUT_S, total),
        "read": total,
        "write": total,
        "pool": total,
    }

    async def set_timeouts(request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "timeout": phases}

    return set_timeouts


def _waker(
    loop: asyncio.AbstractEventLoop, task: asyncio.Task[object] | None
) -> Callable[[], None]:
    def wake() -> None:
        # The loop may have ended between the cancel and this call.
        with contextlib.suppress(RuntimeError):
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

    return wake


class _ImpatientExecutor(concurrent.futures.ThreadPoolExecutor):
    """Resolves host names; ``asyncio.run`` waits for its default executor, and so for a name
    server that does not answer, long after the person cancelled. This one is not waited for."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)
