"""Addresses that may carry a password."""

from __future__ import annotations

import re

_USER_INFO = re.compile(r"(?<=://).*@", re.DOTALL)
"""Up to the last @: a password may hold a slash, a number sign or an @ that nobody has encoded.
Rather a part of an odd path is hidden than the end of a password shown."""


def user_info(address: str) -> str:
    """The user name and the password in it; empty where there is neither."""
    found = _USER_INFO.search(address)
    return found[0][:-1] if found else ""


def without_user_info(address: str) -> str:
    """The address without a user name or a password in it."""
    return _USER_INFO.sub("", address)
