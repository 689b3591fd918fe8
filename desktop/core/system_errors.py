"""Why the operating system refused something, in the language of the person."""

from __future__ import annotations

import errno
import os

from desktop.core.text import marked, tr

_REASONS = {
    errno.EACCES: marked("Permission denied"),
    errno.EBUSY: marked("Device or resource busy"),
    errno.ECONNREFUSED: marked("Connection refused"),
    errno.ECONNRESET: marked("Connection reset by peer"),
    errno.EEXIST: marked("File exists"),
    errno.EFBIG: marked("File too large"),
    errno.EHOSTUNREACH: marked("No route to host"),
    errno.EINVAL: marked("Invalid argument"),
    errno.EIO: marked("Input/output error"),
    errno.EISDIR: marked("Is a directory"),
    errno.ELOOP: marked("Too many levels of symbolic links"),
    errno.EMFILE: marked("Too many open files"),
    errno.ENAMETOOLONG: marked("File name too long"),
    errno.ENETUNREACH: marked("Network is unreachable"),
    errno.ENODEV: marked("No such device"),
    errno.ENOENT: marked("No such file or directory"),
    errno.ENOEXEC: marked("Exec format error"),
    errno.ENOMEM: marked("Cannot allocate memory"),
    errno.ENOSPC: marked("No space left on device"),
    errno.ENOTDIR: marked("Not a directory"),
    errno.ENOTEMPTY: marked("Directory not empty"),
    errno.EOPNOTSUPP: marked("Operation not supported"),
    errno.EPERM: marked("Operation not permitted"),
    errno.EROFS: marked("Read-only file system"),
    errno.ETIMEDOUT: marked("Connection timed out"),
    errno.EXDEV: marked("Invalid cross-device link"),
}
"""The words of the GNU C library, so that a person finds them on the web."""


def system_reason(error: OSError) -> str:
    """Why, without the file: that is named beside it. What a library put in the place of the
    system's words stays."""
    code, said = error.errno, error.strerror
    if code in _REASONS and said in (None, os.strerror(code)):
        return tr(_REASONS[code])
    return said or str(error)
