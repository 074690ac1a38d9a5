"""Nothing that anybody sends makes the provider fail: hostile requests over every route, no 5xx and no hang."""

from __future__ import annotations

import os
import random
import re

import pytest

from tests.browsing import Browser
from tests.volley import MINIMUM, Volley

PARTS = 4
POISON = (
    "",
    " ",
    "0",
    "-1",
    "9" * 400,
    "1e999",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    '{"a":',
    "é",
    "日本語",
    "\u202e",
    "\u0000",
    "a\r\nX-Evil: 1",
    "%0d%0aX: 1",
    "%",
    "%zz",
    "%252f",
    "../../etc/passwd",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "${7*7}",
    "{{7*7}}",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "x" * 9_000,
    '"',
    "\\",
    "a b c",
    "a=b&c=d",
    ";",
    "@",
    "#",
    "?x=1",
    "\uff11\uff12",
    "eyJhbGciOiJub25lIn0.e30.",
    "eyJhbGciOiJSUzI1NiIsImNyaXQiOjF9.e30.AA",
    "Basic !!!",
    "+62812",
    "9901014804900001",
)
FIELDS = """
    identifier password nik name mother_name email phone code next lang ui_locales csrf_token decision claim response_type client_id
    client_secret redirect_uri scope state nonce prompt max_age login_hint id_token_hint acr_values claims request request_uri
    code_challenge code_challenge_method code_verifier grant_type refresh_token token token_type_hint client_assertion
    client_assertion_type post_logout_redirect_uri resource audience subject_token device_code user_code response_mode display
    province city district village postal_code skills birthdate sex version direction
""".split()
HEADERS = (
    "Authorization",
    "Cookie",
    "Accept-Language",
    "Accept",
    "X-Forwarded-For",
    "Content-Type",
    "Origin",
    "DPoP",
    "If-None-Match",
    "Range",
    "Referer",
)
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO")


def hostile_path(dice: random.Random, rule: str) -> str:
    return re.sub(r"<[^>]+>", lambda _: dice.choice(POISON).replace("\x00", "%00").replace("?", "%3F").replace("#", "%23")[:200], rule)


def hostile_fields(dice: random.Random) -> list[tuple[str, str]]:
    chosen = [(dice.choice(FIELDS), dice.choice(POISON)) for _ in range(dice.randrange(0, 8))]
    return chosen + chosen[:1] * dice.randrange(0, 2)  # sometimes the same one twice


def hostile_headers(dice: random.Random) -> dict[str, str]:
    chosen = {dice.choice(HEADERS): dice.choice(POISON) for _ in range(dice.randrange(0, 3))}
    return {name: re.sub(r"[\r\n\x00]", "", value).encode("utf-8").decode("latin-1") for name, value in chosen.items()}


def send(volley: Volley, browser: Browser, dice: random.Random, rules: list[str]) -> None:
    method = dice.choice(METHODS[:2] if dice.random() < 0.8 else METHODS)
    path, fields, headers = hostile_path(dice, dice.choice(rules)), hostile_fields(dice), hostile_headers(dice)
    options: dict[str, object] = {"headers": headers}
    if dice.random() < 0.5:
        options["query_string"] = fields
    if method not in ("GET", "HEAD"):
        body = dice.choice([fields, "\x00\xff" * 20, '{"a": [1,', "[" * 5_000, '{"jwks": {"keys": [{"kty": 1}]}}', ""])
        if isinstance(body, list):
            options["data"] = dict(fields)
        else:
            options |= {
                "data": body,
                "content_type": dice.choice(["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]),
            }
    volley.send(lambda: browser.request(method, path, **options), f"{method} {path[:80]} {fields!r:.300} {headers!r:.200}")


@pytest.mark.asvs("V1.2.4", "V15.3.5", "V1.4.3")
@pytest.mark.parametrize("seed", range(PARTS))
def test_hostile_requests_over_every_route_never_fail(app, http, configured, seed):
    configured(limits="off")
    dice = random.Random(seed)
    rules = sorted({rule.rule for rule in app.url_map.iter_rules()})
    open_before = len(os.listdir("/proc/self/fd"))
    with Volley("routes", part_of=PARTS) as volley:
        while volley.sent < volley.least:
            send(volley, http, dice, rules)
    assert len(os.listdir("/proc/self/fd")) <= open_before + 5, "files and connections are given back"


def test_every_run_sends_ten_thousand_hostile_requests():
    assert sum(MINIMUM.values()) >= 10_000
