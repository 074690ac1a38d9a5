"""What went wrong in other providers (security.md), as requests: none of them may end in a code or a token."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.oidc.party import CALLBACK, ISSUER, Party
from tests.oidc.signer import ASSERTION_TYPE, Signer, unsigned

STRANGER = Signer("ES256")


def _part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@cache
def _bomb() -> str:
    """A JWE whose content would unpack to ten megabytes (2025-62706)."""
    packed = zlib.compress(b"a" * 10_000_000)
    return ".".join((_part({"alg": "dir", "enc": "A128GCM", "zip": "DEF"}), "", _part(b"1" * 12), _part(packed), _part(b"1" * 16)))


def _claims(party: Party) -> dict[str, Any]:
    return {"iss": party.client_id, "sub": party.client_id, "aud": ISSUER, "iat": 1, "exp": 9_999_999_999, "jti": "x"}


# Each gives the changes of an otherwise fitting authorization request.
REQUESTS: dict[str, Callable[[Party], dict[str, Any]]] = {
    "PKCE left out (CVE-2023-48228)": lambda _: {"code_challenge": None, "code_challenge_method": None},
    "PKCE plain": lambda _: {"code_challenge_method": "plain"},
    "redirect URI as a pattern (2024-52289)": lambda _: {"redirect_uri": "https://karirhub-example/kembali"},
    "redirect URI, semicolon": lambda _: {"redirect_uri": f"{CALLBACK};x"},
    "redirect URI, user name": lambda _: {"redirect_uri": "https://karirhub.example@evil.example/kembali"},
    "redirect URI, fragment": lambda _: {"redirect_uri": f"{CALLBACK}#x"},
    "redirect URI, extra query": lambda _: {"redirect_uri": f"{CALLBACK}?next=https://evil.example"},
    "redirect before the URI is validated (2026-44681)": lambda _: {"redirect_uri": "https://evil.example", "scope": "x"},
    "huge scope (2026-4634)": lambda _: {"scope": "openid " + " ".join(f"s{number}" for number in range(900))},
    "algorithm none": lambda party: {"request": unsigned({**party.parameters(redirect_uri="https://evil.example"), "aud": ISSUER})},
    "unknown crit (2025-59420)": lambda party: {"request": f"{_part({'alg': 'ES256', 'crit': ['x'], 'x': 1})}.{_part({})}.AA"},
    "crit that is no list": lambda _: {"request": f"{_part({'alg': 'ES256', 'crit': 1})}.{_part({})}.AA"},
    "oversized token (2025-61920)": lambda _: {"request": f"{_part({'alg': 'ES256', 'x': 'y' * 50_000})}.{_part({})}.AA"},
    "compressed bomb (2025-62706)": lambda _: {"request": _bomb()},
    "id_token_hint of algorithm none": lambda _: {"id_token_hint": unsigned({"iss": ISSUER, "sub": "siti"}), "prompt": "none"},
    "nested JSON": lambda _: {"claims": "[" * 4_000},
    "odd characters": lambda _: {"response_type": 'co"d\\é'},
    "token in the front channel": lambda _: {"response_type": "token"},
}  # fmt: skip


def _confused(party: Party) -> dict[str, str]:
    """HS256 with a public key for its secret (CVE-2024-37568)."""
    public = json.dumps((party.app.test_client().get("/oauth/jwks", base_url=ISSUER).json or {})["keys"][0])
    return {"client_assertion": Signer("HS256", public.ljust(64)).sign(_claims(party))}


# Each gives the form of a token request in which a client proves itself by an assertion.
ASSERTIONS: dict[str, Callable[[Party], dict[str, str]]] = {
    "algorithm confusion (CVE-2024-37568)": _confused,
    "algorithm none (2026-28802)": lambda party: {"client_assertion": unsigned(_claims(party))},
    "key from the token's own header (2026-27962)": lambda party: {
        "client_assertion": STRANGER.sign(_claims(party), jwk=STRANGER.key.as_dict(private=False))
    },
    "crit that is no list": lambda _: {"client_assertion": f"{_part({'alg': 'ES256', 'crit': 1})}.{_part({})}.AA"},
    "compressed bomb": lambda _: {"client_assertion": _bomb()},
    "oversized": lambda _: {"client_assertion": f"{_part({'alg': 'ES256'})}.{_part({'x': 'y' * 50_000})}.AA"},
    "two methods at once": lambda party: {"client_secret": party.secret or "", "client_assertion": "a.b.c"},
    "secret that is no ASCII": lambda _: {"client_secret": "é", "client_assertion": "", "client_assertion_type": ""},
}


def assertion(party: Party, name: str) -> dict[str, str]:
    """The form with that fault."""
    return {"client_id": party.client_id, "client_assertion_type": ASSERTION_TYPE, **ASSERTIONS[name](party)}
