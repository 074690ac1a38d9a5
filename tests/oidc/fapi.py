"""A client bound to a FAPI 2.0 profile, as the Foundation's suite drives one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from werkzeug.test import TestResponse

from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party, values_of
from tests.oidc.signer import Signer


@lru_cache
def signer_of(which: str) -> Signer:
    """A key of that name; RSA keys take their time, so that all tests share them."""
    return Signer(which.split(":", maxsplit=1)[0])


class Fapi:
    """A client bound to a profile, with its keys, in a browser where a person is signed in."""

    def __init__(self, register: Any, house: House, profile: str, name: str = "one", **metadata: Any) -> None:
        self.signer, self.proofs = signer_of(f"PS256:{name}"), Signer("ES256")
        usual = {"first_party": True, "jwks": self.signer.jwks, "grant_types": ["authorization_code", "refresh_token"]}
        self.party: Party = register(profile=profile, **{**usual, **metadata})
        self.signs_requests = profile == "fapi2-message-signing"
        self.browser: Browser = self.party.browser()
        self.browser.sign_in(house)

    @property
    def id(self) -> str:
        return self.party.client_id

    def post(self, path: str, data: dict[str, Any], proof: str | None = None, **assertion: Any) -> TestResponse:
        """With a fresh client assertion."""
        return self.send(path, {**data, **self.signer.assertion(self.id, **assertion)}, proof)

    def send(self, path: str, data: dict[str, Any], proof: str | None = None) -> TestResponse:
        headers = {"DPoP": proof} if proof else {}
        return self.party.app.test_client().post(path, data=data, headers=headers, base_url=ISSUER)

    def push(self, *, proof: str | None = None, **changes: Any) -> TestResponse:
        return self.post("/oauth/par", self.party.parameters(**changes), proof)

    def push_signed(self, *, signer: Signer | None = None, outside: dict[str, Any] | None = None, **changes: Any) -> TestResponse:
        inside = self.party.parameters(response_mode="jwt")
        return self.post("/oauth/par", {**(outside or {}), "request": (signer or self.signer).request(inside, **changes)})

    def pushed(self, **changes: Any) -> str:
        answer = self.push_signed(**changes) if self.signs_requests else self.push(**changes)
        assert answer.status_code == 201, answer.text
        assert answer.json["expires_in"] == 60
        return str(answer.json["request_uri"])

    def visit(self, request_uri: str, **more: Any) -> TestResponse:
        return self.browser.get("/oauth/authorize", query_string={"client_id": self.id, "request_uri": request_uri, **more})

    def answer(self, pushed: TestResponse) -> TestResponse:
        return self.visit(pushed.json["request_uri"])

    def code(self, **changes: Any) -> str:
        told = values_of(self.visit(self.pushed(**changes)))
        return str(self.opened(told)["code"])

    def opened(self, told: dict[str, str]) -> dict[str, Any]:
        """The answer, out of its JWT where it comes in one."""
        return self.party.verified(told["response"], "PS256") if "response" in told else dict(told)

    def for_code(self, code: str, **changes: Any) -> dict[str, Any]:
        usual = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.party.metadata.redirect_uris[0],
            "code_verifier": self.party.verifier,
        }  # fmt: skip
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def redeem(self, code: str, **changes: Any) -> TestResponse:
        return self.with_nonce("/oauth/token", self.for_code(code, **changes))

    def with_nonce(self, path: str, data: dict[str, Any], proof: dict[str, Any] | None = None, **assertion: Any) -> TestResponse:
        """As RFC 9449 8 has it and the suite does it: once without a nonce, then the very same with the one that came."""
        data = {**data, **self.signer.assertion(self.id, **assertion)}
        first = self.send(path, data, self.proofs.proof(path, **(proof or {})))
        assert first.json["error"] == "use_dpop_nonce"
        return self.send(path, data, self.proofs.proof(path, nonce=first.headers["DPoP-Nonce"], **(proof or {})))

    def tokens(self, **changes: Any) -> dict[str, Any]:
        answer = self.redeem(self.code(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def userinfo(self, token: str, scheme: str = "DPoP", proof: str | None = None, **changes: Any) -> TestResponse:
        proof = proof or self.proofs.proof("/oauth/userinfo", "GET", token, **changes)
        headers = {"Authorization": f"{scheme} {token}", "DPoP": proof}
        return self.party.app.test_client().get("/oauth/userinfo", headers=headers, base_url=ISSUER)
