"""A relying party that keeps to the standards, and a browser between it and the provider."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from idp.oidc import clients
from idp.oidc.client_form import for_new_client
from tests.oidc.house import COOKIE, House

ISSUER = "https://akun.example"
CALLBACK = "https://karirhub.example/kembali"
EVERYTHING = "openid profile email phone address keahlian offline_access"
SIGNING = ["RS256", "ES256", "PS256", "EdDSA"]


class Browser:
    """One browser: cookies, and the page that it shows."""

    def __init__(self, app: Flask) -> None:
        self.http: FlaskClient = app.test_client()
        self.answer: TestResponse

    def get(self, path: str, **options: Any) -> TestResponse:
        self.answer = self.http.get(path, base_url=ISSUER, **options)
        return self.answer

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        self.answer = self.http.post(path, data=data, base_url=ISSUER, **options)
        return self.answer

    def sign_in(self, house: House, subject: str = "siti", **how: Any) -> None:
        self.http.set_cookie(COOKIE, house.sign_in(subject, **how), domain="akun.example", secure=True)

    @property
    def at(self) -> str:
        """Where the answer sends the browser."""
        return self.answer.headers["Location"]

    def follow(self) -> TestResponse:
        """Go on within the provider as long as it redirects."""
        while self.answer.status_code == 303 and self.at.startswith("/"):
            self.get(self.at)
        return self.answer

    def csrf(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.answer.text)
        assert found, self.answer.text
        return found.group(1)

    def ticked(self) -> list[str]:
        """The tick boxes that are ticked and can be unticked."""
        boxes = re.findall(r'<input type="checkbox"[^>]*name="claim"[^>]*>', self.answer.text)
        return [re.search(r'value="([^"]+)"', box).group(1) for box in boxes if " checked" in box]  # type: ignore[union-attr]

    def decide(self, decision: str, without: tuple[str, ...] = ()) -> TestResponse:
        """Press a button of the consent page."""
        data = {"csrf_token": self.csrf(), "decision": decision, "claim": [one for one in self.ticked() if one not in without]}
        return self.post(self.answer.request.path, data)


def values_of(answer: TestResponse) -> dict[str, str]:
    """What an answer tells the relying party: in the query, the fragment or a form."""
    if "Location" in answer.headers:
        parts = urlsplit(answer.headers["Location"])
        return dict(parse_qsl(parts.fragment or parts.query))
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)}


@dataclass
class Party:
    """A registered client."""

    app: Flask
    client_id: str
    secret: str | None
    metadata: Any
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @classmethod
    def register(cls, app: Flask, **metadata: Any) -> Party:
        given = {"client_name": "Karirhub", "redirect_uris": [CALLBACK], "scope": EVERYTHING, "purpose": "mencocokkan lowongan", **metadata}
        with app.app_context():
            done = clients.add(for_new_client(given))
        return cls(app, done.client.client_id, done.secret, done.client.metadata)

    def browser(self) -> Browser:
        return Browser(self.app)

    @property
    def challenge(self) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """An authorization request; None leaves a parameter out."""
        usual = {
            "client_id": self.client_id, "redirect_uri": self.metadata.redirect_uris[0] if self.metadata.redirect_uris else None,
            "response_type": "code", "scope": "openid profile email", "state": "st4te", "nonce": "n0nce",
            "code_challenge": self.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def ask(self, browser: Browser, **changes: Any) -> TestResponse:
        """Send the browser to the authorization endpoint."""
        return browser.get("/oauth/authorize", query_string=self.parameters(**changes))

    def code(self, browser: Browser, **changes: Any) -> str:
        """Walk through consent, if it is asked, to a code."""
        self.ask(browser, **changes)
        if browser.follow().status_code == 200:
            browser.decide("allow")
        return values_of(browser.answer)["code"]

    def authorization(self) -> dict[str, str]:
        if self.secret is None:
            return {}
        text = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
        return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}

    def post(self, path: str, data: dict[str, Any], **headers: str) -> TestResponse:
        own = {} if self.secret else {"client_id": self.client_id}
        return self.app.test_client().post(path, data={**own, **data}, headers={**self.authorization(), **headers}, base_url=ISSUER)

    def redeem(self, code: str, **changes: Any) -> TestResponse:
        usual = {
            "grant_type": "authorization_code", "code": code,
            "redirect_uri": self.metadata.redirect_uris[0], "code_verifier": self.verifier,
        }  # fmt: skip
        return self.post("/oauth/token", {name: value for name, value in {**usual, **changes}.items() if value is not None})

    def refresh(self, token: str, **changes: Any) -> TestResponse:
        return self.post("/oauth/token", {"grant_type": "refresh_token", "refresh_token": token, **changes})

    def tokens(self, browser: Browser, **changes: Any) -> dict[str, Any]:
        answer = self.redeem(self.code(browser, **changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def userinfo(self, token: str) -> TestResponse:
        return self.app.test_client().get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}, base_url=ISSUER)

    def verified(self, token: str, alg: str = "RS256") -> dict[str, Any]:
        """The claims of a token that the provider signed with this algorithm."""
        keys = KeySet.import_key_set(self.app.test_client().get("/oauth/jwks", base_url=ISSUER).json)  # type: ignore[arg-type]
        done = jwt.decode(token, keys, algorithms=[alg])
        assert done.header["kid"]
        return dict(done.claims)
