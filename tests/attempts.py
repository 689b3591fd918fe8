"""What a process of ours that was taken over would try, each harmless; tried inside each of them.

Every attempt returns when it succeeded, and raises what the system says when it did not.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

KEYS = {
    "GEMINI_API_KEY": "key-of-gemini-8231",
    "GOOGLE_API_KEY": "key-of-google-8231",
    "PLANTAIN_STORE_TOKEN": "token-of-the-store-8231",
    "AWS_SECRET_ACCESS_KEY": "key-of-amazon-8231",
    "SSH_AUTH_SOCK": "agent-8231",
}
"""An environment that the tests put keys into."""

_LIBC = ctypes.CDLL(None, use_errno=True)
_IS_X86 = platform.machine() == "x86_64"


def prepare(folder: Path) -> Path:
    """Files and folders that the attempts are made on."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file.txt").write_text("the person's own")
    (folder / "empty").mkdir()
    return folder


def reached(folder: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """The names of the attempts that succeeded, all but some."""
    found: list[str] = []
    for name, attempt in _attempts(Path(folder)).items():
        if name in but:
            continue
        try:
            attempt()
        except (OSError, LookupError):
            continue
        found.append(name)
    return found


def _attempts(folder: Path) -> dict[str, Callable[[], object]]:
    file, new = folder / "file.txt", folder / "new"
    name = os.fsencode(file)
    parent = os.getppid()
    here = ctypes.create_string_buffer(8)
    vector = struct.pack("QQ", ctypes.addressof(here), 8)
    return {
        "delete": file.unlink,
        "delete by number": lambda: _call(263 if _IS_X86 else 35, -100, name, 0),
        "rename": lambda: file.rename(new),
        "truncate": lambda: os.truncate(file, 0),
        "write": lambda: file.write_text("mine"),
        "append": lambda: file.open("a").close(),
        "make a file": lambda: new.write_text("mine"),
        "make a folder": new.mkdir,
        "remove a folder": (folder / "empty").rmdir,
        "make a link": lambda: new.symlink_to(file),
        "make a hard link": lambda: os.link(file, new),
        "make a pipe in a folder": lambda: os.mkfifo(new),
        "change rights": lambda: file.chmod(0o777),
        "change the owner": lambda: os.chown(file, os.getuid(), os.getgid()),
        "change times": lambda: os.utime(file, (0, 0)),
        "set an attribute": lambda: os.setxattr(file, "user.mine", b"1"),
        "move in a copy": lambda: shutil.copyfile(file, new),
        "fork": _fork,
        "start a program": lambda: subprocess.run(["true"], check=False),
        "start a shell": _shell,
        "become a program": lambda: os.execv("/nowhere/to/be/found", ["x"]) and None,
        "signal the parent": lambda: os.kill(parent, 0),
        "interrupt the parent": lambda: os.kill(parent, signal.SIGURG),
        "signal everyone": lambda: _call(62 if _IS_X86 else 129, -1, 0),
        "hold the parent": lambda: os.pidfd_open(parent),
        "trace the parent": lambda: _call(101 if _IS_X86 else 117, 16, parent, 0, 0),
        "read the parent": lambda: _call(310 if _IS_X86 else 270, parent, vector, 1, vector, 1, 0),
        "the internet": lambda: socket.socket().close(),
        "the internet 6": lambda: socket.socket(socket.AF_INET6).close(),
        "datagrams": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "local sockets": lambda: socket.socket(socket.AF_UNIX).close(),
        "the kernel's own sockets": lambda: socket.socket(16, socket.SOCK_RAW).close(),
        "io_uring": lambda: _call(425, 1, ctypes.create_string_buffer(120)),
        "bpf": lambda: _call(321 if _IS_X86 else 280, 0, ctypes.create_string_buffer(128), 128),
        "the key ring": lambda: _call(250 if _IS_X86 else 219, 0, -3, 0),
        "another name space": lambda: _call(272 if _IS_X86 else 97, 0x10000000),
        "faults of its own": lambda: _call(323 if _IS_X86 else 282, 1),
        "a file by handle": lambda: _call(304 if _IS_X86 else 265, -100, b"\0" * 64, 0),
        "keys in the environment": lambda: _keys(dict(os.environ)),
        "keys it began with": _keys_it_began_with,
        "keys of the parent": lambda: _keys_of(f"/proc/{parent}/environ"),
        "read a file": file.read_text,
        "read a file after close(0)": lambda: _read_after_closing(file),
        "read a folder": lambda: list(folder.iterdir()),
        "read who has accounts": Path("/etc/passwd").read_text,
        "map a file": lambda: _map(file),
    }


ONLY_READING = (
    *("read a file", "read a file after close(0)", "read a folder", "read who has accounts"),
    "map a file",
)
"""What an encoder may: its model is read from the disk, in parts when they are needed."""


def _call(number: int, *arguments: object) -> None:
    if _LIBC.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _fork() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _shell() -> None:
    if subprocess.call("true", shell=True):
        raise OSError("refused")


def _keys(environment: dict[str, str]) -> None:
    if not any("8231" in value for value in environment.values()):
        raise LookupError("no key")


def _keys_it_began_with() -> None:
    """In the memory that the kernel filled when the process began."""
    block = ctypes.POINTER(ctypes.c_char_p).in_dll(_LIBC, "environ")
    at = 0
    while block and block[at]:
        if b"8231" in (block[at] or b""):
            return
        at += 1
    _keys_of("/proc/self/environ")


def _keys_of(file: str) -> None:
    if b"8231" not in Path(file).read_bytes():
        raise LookupError("no key")


def _read_after_closing(file: Path) -> None:
    os.close(0)
    try:
        file.read_text()
    finally:
        if sys.platform == "linux":
            os.dup2(1, 0)


def _map(file: Path) -> None:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ):
        pass
