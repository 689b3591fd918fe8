"""One window for a library: a second start hands what it was given to the first, and ends."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.files.checked_json import MalformedJson, decode_json

if TYPE_CHECKING:  # takes as long to import as a part of the window, and is seldom needed at first
    from PySide6.QtNetwork import QLocalSocket

ANSWER_MS = 2000
"""How long a second start waits for the first window, which may be busy for a moment."""
_TOKEN = "XDG_ACTIVATION_TOKEN"
"""By which a Wayland desktop lets the program that a person has just started come to the front."""
_LONGEST = 1 << 20
_THANKS = b"+"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a second start says.

    Attributes:
        add: the bytes of paths as hexadecimal digits: not every one is Unicode.
        token: lets the window come to the front.
    """

    add: tuple[str, ...] = ()
    token: str = ""


def name_for(library: Path) -> str:
    """Of the socket at which the window on a library listens; another for each person."""
    person = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    told = f"{person}\0{os.path.normcase(library)}".encode("utf-8", "surrogateescape")
    name = f"plantain-{hashlib.sha256(told).hexdigest()[:24]}"
    # A pipe has a name, a socket a place, where it can be looked for without Qt's network.
    return name if os.name == "nt" else str(Path(tempfile.gettempdir(), name))


def hand_over(library: Path, add: Sequence[Path]) -> bool:
    """Give these to the window that has the library open, and bring it to the front.

    Returns:
        False when there is no such window, or it does not answer.
    """
    name = name_for(library)
    if os.name != "nt" and not os.path.lexists(name):
        return False
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(ANSWER_MS):
        return False
    told = _Told(
        tuple(os.fsencode(path.absolute()).hex() for path in add), os.environ.get(_TOKEN, "")
    )
    socket.write(json.dumps(asdict(told)).encode() + b"\n")
    is_taken = socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()) == _THANKS
    socket.disconnectFromServer()
    return is_taken


class FirstWindow(QObject):
    """Listens for later starts while the window on a library is open.

    Args:
        library: its folder.
    """

    asked = Signal(object)
    """list[Path]: come to the front, and add these."""

    def __init__(self, library: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        self._visits: list[QLocalSocket] = []
        name = name_for(library)
        if not self._server.listen(name):
            # Of a program that was killed: nobody answered there a moment ago.
            QLocalServer.removeServer(name)
            self._server.listen(name)

    def close(self) -> None:
        """Listen no more, and end what is being said."""
        self._server.close()
        for socket in self._visits:
            socket.abort()
        self._see_off()

    def _greet(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            self._see_off()
            self._visits.append(socket)
            # Not a lambda: the socket would hold this object, which holds the socket, and the one
            # that Python lets go of last would be deleted while it is being deleted.
            socket.readyRead.connect(self._hear)
            self._hear()

    def _see_off(self) -> None:
        """Delete the sockets of those that have gone."""
        for socket in self._visits.copy():
            if socket.state() == socket.LocalSocketState.UnconnectedState:
                self._visits.remove(socket)
                socket.deleteLater()

    def _hear(self) -> None:
        for socket in self._visits.copy():  # who is told may close this
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            elif socket.canReadLine():
                paths = _paths_in(bytes(socket.readLine().data()))
                socket.write(_THANKS)
                socket.flush()
                if paths is not None:
                    self.asked.emit(paths)


def _paths_in(line: bytes) -> list[Path] | None:
    try:
        told = decode_json(line, _Told)
        paths = [Path(os.fsdecode(bytes.fromhex(each))) for each in told.add]
    except (MalformedJson, ValueError):
        return None
    if told.token:
        os.environ[_TOKEN] = told.token
    return paths
