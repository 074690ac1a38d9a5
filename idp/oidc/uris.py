"""Rules for the addresses that a client registers: which may be kept, and when one that it sends equals one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
DEFAULT_PORTS = {"https": ":443", "http": ":80"}
MAX_LENGTH = 2000
# RFC 3986 2: what may stand in a URI at all; no spaces, control characters, backslashes, quotes or letters beyond ASCII.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadUri(ValueError):
    """An address that must not be registered; the text says why, for the client's developer."""


def split(uri: str) -> SplitResult:
    """The parts of an absolute URI without surprises. Raises BadUri."""
    if len(uri) > MAX_LENGTH:
        raise BadUri(f"is longer than {MAX_LENGTH} characters")
    if not _URI.fullmatch(uri) or _BAD_PERCENT.search(uri):
        raise BadUri("is not an absolute URI (RFC 3986)")
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as fault:
        raise BadUri("is not an absolute URI (RFC 3986)") from fault
    if "@" in parts.netloc:
        raise BadUri("must not carry a user name")
    if "#" in uri:
        raise BadUri("must not have a fragment (RFC 6749 3.1.2)")
    return parts


def check_web_address(uri: str) -> str:
    """An https address, or http on this very machine. Raises BadUri."""
    parts = split(uri)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise BadUri("must be an https address")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise BadUri("must be https; http is accepted for localhost only")
    return uri


def check_redirect(uri: str, *, native: bool, implicit: bool) -> str:
    """An address that answers may be sent to (OpenID Connect Registration 2, RFC 8252 7). Raises BadUri."""
    parts = split(uri)
    if "*" in uri:
        raise BadUri("must be one exact address, not a pattern")
    if parts.scheme in ("http", "https"):
        check_web_address(uri)
        if implicit and not native and parts.scheme == "http":
            raise BadUri("must be https for a web client that receives tokens in the front channel")
        return uri
    if not native:
        raise BadUri("must be https; own schemes are for application_type native")
    if "." not in parts.scheme:
        raise BadUri("must be a scheme in reverse domain notation, such as id.go.kemnaker.app:/cb (RFC 8252 7.1)")
    return uri


def origin(uri: str) -> str:
    """Scheme, host and port of an address as browsers write them (RFC 6454 4, 6.2); an own scheme is its own origin."""
    parts = urlsplit(uri)
    if not parts.scheme:
        return ""
    if not parts.netloc:
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(DEFAULT_PORTS.get(parts.scheme, ':'))}"


def host(uri: str) -> str:
    """The host of an address, or the empty string; also of what is none."""
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def owned_hosts(addresses: Iterable[str]) -> tuple[str, ...]:
    """The hosts that belong to somebody, in order: an own scheme has none, and the loopback interface is everybody's."""
    return tuple(dict.fromkeys(one for one in map(host, addresses) if one and one not in LOOPBACK_HOSTS))


def matches(sent: str, registered: str, *, native: bool) -> bool:
    """Byte for byte; a native client may use any port of the loopback interface (RFC 8252 7.3)."""
    if sent == registered:
        return True
    if not native or not registered.startswith("http://"):
        return False
    try:
        ours, theirs = urlsplit(registered), split(sent)
    except BadUri:
        return False
    return ours.hostname in LOOPBACK_ADDRESSES and _without_port(ours) == _without_port(theirs)


def _without_port(parts: SplitResult) -> tuple[str, str | None, str, str, bool]:
    return parts.scheme, parts.hostname, parts.path, parts.query, parts.netloc.endswith(":")


def differences(sent: str, registered: str) -> tuple[str, ...]:
    """Which parts of two addresses differ: scheme, host, port, path, query, fragment."""
    try:
        theirs, ours = urlsplit(sent), urlsplit(registered)
        pairs = {
            "scheme": (theirs.scheme, ours.scheme),
            "host": (theirs.hostname, ours.hostname),
            "port": (theirs.port, ours.port),
            "path": (theirs.path, ours.path),
            "query": (theirs.query, ours.query),
            "fragment": (theirs.fragment, ours.fragment),
        }
    except ValueError:
        return ("uri",)
    return tuple(name for name, (left, right) in pairs.items() if left != right) or ("spelling",)
