"""A password in an address is hidden whole, whatever it holds."""

from __future__ import annotations

import pytest

from desktop.config.redaction import Redactor
from desktop.core.addresses import user_info, without_user_info
from desktop.index.address import StoreAddress

_PASSWORDS = ["plain", "sl/ash", "a@t", "ha#sh", "que?ry", "p/a@s#s?w:d", "%2F%40", "a//b@://c@"]


@pytest.mark.parametrize("password", _PASSWORDS)
def test_no_part_of_a_password_is_shown(password: str) -> None:
    address = f"http://ann:{password}@milvus.example:19530"
    assert without_user_info(address) == "http://milvus.example:19530"
    assert StoreAddress(address).shown == "http://milvus.example:19530"
    assert user_info(address) == f"ann:{password}"
    said = Redactor()(f"cannot reach {address}, gave up")
    assert said == "cannot reach http://[hidden]@milvus.example:19530, gave up"


@pytest.mark.parametrize("address", ["http://host:1", "vectors.db", "", "/a@b/c.db"])
def test_an_address_without_one_stays_as_it_is(address: str) -> None:
    assert without_user_info(address) == address
    assert user_info(address) == ""


def test_a_password_that_no_rule_sees_is_hidden_once_it_is_known() -> None:
    redact = Redactor()
    address = "http://ann:two words 'quoted'@host"
    redact.hide(user_info(address))
    assert "quoted" not in redact(f"at {address}")
