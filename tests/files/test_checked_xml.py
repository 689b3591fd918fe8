"""XML from outside ends nothing, however it is made."""

from __future__ import annotations

import pytest

from desktop.files.checked_xml import MAX_DEPTH, MalformedXml, check_xml


def test_what_other_programs_write_is_fine() -> None:
    check_xml(b"<a xmlns:x='u'><x:b c='1'/>" + b"<i>" * 90 + b"</i>" * 90 + b"</a>")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xml",
        b"<a>",
        b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1),
        b"<a>" * 3_000,
        b"<a>" * 60_000,
        b"<a" + b"".join(b" a%d='1'" % n for n in range(20_000)) + b"/>",
        b"<a>" + b"<b/>" * 1_100_000 + b"</a>",
        b"<!DOCTYPE a><a/>",
        b"<!DOCTYPE l [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><a>&b;</a>",
        b"<?xml version='1.0' encoding='nonsense'?><a/>",
        "<a>\u20ac</a>".encode("cp1252"),
        b"<a>\x00</a>",
        b"<a>&#x1;</a>",
    ],
)
def test_what_is_more_than_is_read_is_refused_soon(data: bytes) -> None:
    with pytest.raises(MalformedXml):
        check_xml(data)
