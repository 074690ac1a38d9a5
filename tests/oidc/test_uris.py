"""Addresses of clients: which may be registered, when one that is sent is one of them, and what differs if it is not."""

from __future__ import annotations

import pytest

from idp.oidc import uris

ABSOLUTE = "is not an absolute URI (RFC 3986)"
HTTPS = "must be an https address"
LOCAL = "must be https; http is accepted for localhost only"
SCHEME = "must be a scheme in reverse domain notation, such as id.go.kemnaker.app:/cb (RFC 8252 7.1)"
LONGEST = "https://a.example/" + "x" * (2000 - len("https://a.example/"))


def refusal(check, uri: str, **how: bool) -> str:
    """Why it is refused; the empty string if it is not."""
    try:
        assert check(uri, **how) == uri
    except uris.BadUri as bad:
        return str(bad)
    return ""


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("https://a.example/cb?x=1", ""),
        ("https://a.example:8443", ""),
        ("https://a.example/%2F%aF", ""),
        (LONGEST, ""),
        ("http://localhost:8001/cb", ""),
        ("http://127.0.0.1/cb", ""),
        ("http://[::1]:9/cb", ""),
        (LONGEST + "x", "is longer than 2000 characters"),
        ("http://a.example/", LOCAL),
        ("http://localhost.evil.example/", LOCAL),
        ("ftp://a.example/", HTTPS),
        ("https:/a.example/", HTTPS),
        ("https:a.example", HTTPS),
        ("/cb", ABSOLUTE),
        ("//a.example/cb", ABSOLUTE),
        ("1https://a.example/", ABSOLUTE),
        ("https://a.example/ x", ABSOLUTE),
        ("https://a.example/\\x", ABSOLUTE),
        ("https://a.example/\n", ABSOLUTE),
        ("https://ä.example/", ABSOLUTE),
        ("https://a.example/%2", ABSOLUTE),
        ("https://a.example/%zz", ABSOLUTE),
        ("https://a.example:port/", ABSOLUTE),
        ("https://a.example:65536/", ABSOLUTE),
        ("https://[::1/", ABSOLUTE),
        ("https://me@a.example/", "must not carry a user name"),
        ("https://a.example/#", "must not have a fragment (RFC 6749 3.1.2)"),
    ],
)
def test_web_addresses_are_https_or_of_this_very_machine(uri: str, why: str) -> None:
    assert refusal(uris.check_web_address, uri) == why


@pytest.mark.asvs("V10.4.1")
@pytest.mark.parametrize(
    ("uri", "native", "implicit", "why"),
    [
        ("https://a.example/cb", False, False, ""),
        ("https://a.example/cb", False, True, ""),
        ("http://localhost/cb", False, False, ""),
        ("http://localhost/cb", True, True, ""),
        ("http://localhost/cb", False, True, "must be https for a web client that receives tokens in the front channel"),
        ("http://a.example/cb", True, False, LOCAL),
        ("https:a", True, False, HTTPS),
        ("https://*.example/cb", False, False, "must be one exact address, not a pattern"),
        ("id.go.kemnaker.app:/*", True, False, "must be one exact address, not a pattern"),
        ("id.go.kemnaker.app:/cb", True, False, ""),
        ("id.go.kemnaker.app:/cb", False, False, "must be https; own schemes are for application_type native"),
        ("javascript:alert", True, False, SCHEME),
        ("app://cb.id", True, False, SCHEME),
        ("https://a.example/cb#x", False, False, "must not have a fragment (RFC 6749 3.1.2)"),
    ],
)
def test_answers_go_to_exact_addresses_and_own_schemes_of_native_clients(uri: str, native: bool, implicit: bool, why: str) -> None:
    assert refusal(uris.check_redirect, uri, native=native, implicit=implicit) == why


@pytest.mark.asvs("V10.4.1")
@pytest.mark.parametrize(
    ("sent", "registered", "web", "native"),
    [
        ("https://a.example/cb", "https://a.example/cb", True, True),
        ("https://a.example/cb/", "https://a.example/cb", False, False),
        ("https://A.example/cb", "https://a.example/cb", False, False),
        ("https://a.example:443/cb", "https://a.example/cb", False, False),
        ("https://127.0.0.1:9/cb", "https://127.0.0.1/cb", False, False),
        ("http://127.0.0.1:50001/cb", "http://127.0.0.1/cb", False, True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:50001/cb", False, True),
        ("http://[::1]:50001/cb?x=1", "http://[::1]/cb?x=1", False, True),
        ("http://localhost:50001/cb", "http://localhost/cb", False, False),
        ("http://127.0.0.1:/cb", "http://127.0.0.1/cb", False, False),
        ("http://127.0.0.1:50001/other", "http://127.0.0.1/cb", False, False),
        ("http://127.0.0.1:50001/cb?x=1", "http://127.0.0.1/cb", False, False),
        ("http://127.0.0.2:50001/cb", "http://127.0.0.1/cb", False, False),
        ("http://[::1]:50001/cb", "http://127.0.0.1/cb", False, False),
        ("https://127.0.0.1:50001/cb", "http://127.0.0.1/cb", False, False),
        ("http://me@127.0.0.1:50001/cb", "http://127.0.0.1/cb", False, False),
        ("http://127.0.0.1:50001/cb#x", "http://127.0.0.1/cb", False, False),
        ("http://127.0.0.1:99999/cb", "http://127.0.0.1/cb", False, False),
        ("id.go.app:/cb", "id.go.app:/other", False, False),
    ],
)
def test_an_address_is_compared_byte_for_byte_but_for_a_native_clients_port_on_loopback(
    sent: str, registered: str, web: bool, native: bool
) -> None:
    assert uris.matches(sent, registered, native=False) is web
    assert uris.matches(sent, registered, native=True) is native


@pytest.mark.parametrize(
    ("uri", "origin", "host"),
    [
        ("https://A.example:443/cb", "https://a.example", "a.example"),
        ("https://a.example:8443/cb", "https://a.example:8443", "a.example"),
        ("https://a.example:80/cb", "https://a.example:80", "a.example"),
        ("http://localhost:80/cb", "http://localhost", "localhost"),
        ("http://localhost:8001/cb", "http://localhost:8001", "localhost"),
        ("http://[::1]:9/cb", "http://[::1]:9", "::1"),
        ("ws://a.example:/x", "ws://a.example", "a.example"),
        ("id.go.app:/cb", "id.go.app:", ""),
        ("/cb", "", ""),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(uri: str, origin: str, host: str) -> None:
    assert (uris.origin(uri), uris.host(uri)) == (origin, host)
    assert uris.host("https://[::1/") == ""


@pytest.mark.parametrize(
    ("sent", "differs"),
    [
        ("http://a.example:1/cb?x=1#f", ("scheme",)),
        ("https://b.example:1/cb?x=1#f", ("host",)),
        ("https://a.example:2/cb?x=1#f", ("port",)),
        ("https://a.example:1/cb/?x=1#f", ("path",)),
        ("https://a.example:1/cb?x=2#f", ("query",)),
        ("https://a.example:1/cb?x=1#g", ("fragment",)),
        ("http://b.example", ("scheme", "host", "port", "path", "query", "fragment")),
        ("HTTPS://a.example:1/cb?x=1#f", ("spelling",)),
        ("https://a.example:port/cb", ("uri",)),
    ],
)
def test_a_developer_is_told_which_parts_differ(sent: str, differs: tuple[str, ...]) -> None:
    assert uris.differences(sent, "https://a.example:1/cb?x=1#f") == differs


def test_the_hosts_of_a_client_are_named_once_and_without_this_very_machine() -> None:
    addresses = ["https://b.example/x", "https://a.example/", "https://b.example/y", "http://localhost/", "id.go.app:/cb", "https://[::1/"]
    assert uris.owned_hosts(addresses) == ("b.example", "a.example")
