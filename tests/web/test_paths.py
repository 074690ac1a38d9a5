"""Where a page may lead: within the provider, and back to what a browser can open."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.web import paths, safe_path


@pytest.mark.asvs("V3.7.2")
@pytest.mark.parametrize("inside", ["/", "/akun?x=1&y=2#z", "/a:b", "/" + "x" * 1999, "/a//b", "/!~", "/AXYZ"])
def test_a_page_leads_on_within_the_provider(inside: str) -> None:
    assert safe_path(inside) == safe_path(inside, "/x") == inside


@pytest.mark.asvs("V3.7.2")
@pytest.mark.parametrize(
    "outside",
    [
        None,
        "",
        "akun",
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/" + "x" * 2000,
        *(f"/a{one}b" for one in '\x00\n\x1f "<>`\\\x7f'),
    ],
)
def test_a_page_leads_nowhere_else(outside: str | None) -> None:
    assert safe_path(outside) == "/"
    assert safe_path(outside, "/akun") == "/akun"


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/masuk", "/masuk"),
        ("/masuk?next=/akun", "/masuk?next=/akun"),
        ("/masuk/passkey", "/masuk"),
        ("/masuk/passkey/opsi?next=/akun", "/masuk?next=/akun"),
        ("/oauth/token", "/"),
        ("/nothing/here", "/nothing/here"),
        ("/", "/"),
        ("/masuk?x=%C3%A9", "/masuk?x=%C3%A9"),
    ],
)
def test_the_way_back_is_a_page_that_can_be_opened(app: Flask, asked: str, back: str) -> None:
    with app.test_request_context(asked, method="POST"):
        assert paths.way_back() == back
    with app.test_request_context(asked, method="POST", environ_overrides={"QUERY_STRING": "x=\xe9"}):
        assert paths.way_back() == f"{back.partition('?')[0]}?x=\ufffd"
