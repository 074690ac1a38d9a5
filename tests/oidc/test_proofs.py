"""What a relying party signs: client assertions, request objects, pushed requests, DPoP proofs."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Barrier, Thread
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp import clock
from idp.oidc.jose import peek_header
from tests.oidc.fapi import Fapi
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party, values_of
from tests.oidc.signer import ASSERTION_TYPE, Signer, unsigned

PROBE = {"grant_type": "authorization_code", "code": "x"}


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def signing(register: Any, signer: Signer) -> Party:
    """A client with a key of its own."""
    return register(first_party=True, token_endpoint_auth_method="private_key_jwt", jwks=signer.jwks)


def bare(party: Party, data: dict[str, Any], path: str = "/oauth/token", **headers: str) -> TestResponse:
    return party.app.test_client().post(path, data=data, headers=headers, base_url=ISSUER)


def signed_in(party: Party, house: House) -> Browser:
    browser = party.browser()
    browser.sign_in(house)
    return browser


class TestAssertions:
    @pytest.mark.asvs("V10.4.16")
    @pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA", "RS256"])
    def test_a_signed_assertion_proves_a_client(self, register: Any, house: House, alg: str) -> None:
        signer = Signer(alg)
        party: Party = register(first_party=True, token_endpoint_auth_method="private_key_jwt", jwks=signer.jwks)
        code = party.code(signed_in(party, house))
        party.secret = None
        assert party.redeem(code, **signer.assertion(party.client_id)).status_code == 200

    @pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
    def test_a_client_may_sign_with_its_secret(self, register: Any, alg: str) -> None:
        party: Party = register(token_endpoint_auth_method="client_secret_jwt")
        signer = Signer(alg, party.secret)
        assert bare(party, {**PROBE, **signer.assertion(party.client_id)}).json["error"] == "invalid_grant"
        assert bare(party, {**PROBE, **Signer(alg, "wrong" * 10).assertion(party.client_id)}).status_code == 401

    @pytest.mark.asvs("V2.3.4", "V10.4.16", "V15.4.2")
    def test_an_assertion_works_once_under_fifty_threads(self, signing: Party, signer: Signer) -> None:
        assertion, barrier = signer.assertion(signing.client_id), Barrier(50)

        def try_it(_: int) -> str:
            barrier.wait()
            return str(bare(signing, {**PROBE, **assertion}).json["error"])

        with ThreadPoolExecutor(50) as pool:
            told = list(pool.map(try_it, range(50)))
        assert told.count("invalid_grant") == 1

    @pytest.mark.asvs("V9.2.1", "V9.2.3", "V15.3.5")
    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "https://other.example"},
            {"aud": None},
            {"aud": 5},
            {"exp": None},
            {"exp": 1},
            {"exp": 2**62},
            {"exp": "soon"},
            {"exp": True},
            {"jti": None},
            {"jti": 5},
            {"iss": "other"},
            {"sub": "other"},
            {"nbf": 2**40},
            {"iat": 2**40},
            {"exp": 10**400},
            {"sub": ["x"]},
        ],
    )
    def test_assertions_with_a_fault_prove_nothing(self, signing: Party, signer: Signer, changes: dict[str, Any]) -> None:
        answer = bare(signing, {**PROBE, **signer.assertion(signing.client_id, **changes)})
        assert answer.status_code == 401
        assert answer.json["error"] == "invalid_client"

    @pytest.mark.any_database
    @pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke", "/oauth/device"])
    def test_the_endpoint_itself_may_be_the_audience_and_unknown_header_members_are_ignored(
        self, signing: Party, signer: Signer, path: str
    ) -> None:
        """RFC 7523 3, RFC 7515 4."""
        now = clock.timestamp()
        claims = {"iss": signing.client_id, "sub": signing.client_id, "aud": ISSUER + path, "exp": now + 60, "jti": "a"}
        own = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.sign(claims, unknown={"a": 1})}
        assert bare(signing, {**PROBE, **own}, path).json.get("error") != "invalid_client"

    @pytest.mark.asvs("V9.1.1", "V9.1.2", "V9.1.3")
    def test_forged_assertions_prove_nothing(self, signing: Party, signer: Signer) -> None:
        good = signer.assertion(signing.client_id)
        header, body, signature = good["client_assertion"].split(".")
        stranger = Signer().assertion(signing.client_id)["client_assertion"]
        public = json.dumps(signer.key.as_dict(private=False))
        confused = Signer("HS256", public).assertion(signing.client_id)["client_assertion"]
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        thief = Signer()
        own_key = thief.sign({**claims, "jti": "a"}, jwk=thief.key.as_dict(private=False), kid=signer.key.thumbprint())
        critical = base64.urlsafe_b64encode(b'{"alg": "ES256", "crit": 1}').rstrip(b"=").decode()
        stripped = (f"{header}.{body}.", f"{header}..{signature}", f"{critical}.{body}.{signature}")
        for forged in (own_key, stranger, confused, unsigned(claims), *stripped, "a.b.c", "", "." * 5000):
            answer = bare(signing, {**PROBE, **good, "client_assertion": forged})
            assert answer.status_code in (400, 401), forged
            assert answer.json["error"] in ("invalid_client", "invalid_request")

    @pytest.mark.asvs("V9.1.3")
    def test_keys_are_fetched_and_changed_ones_noticed(self, register: Any, signer: Signer) -> None:
        document: dict[str, Any] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        document.update(signer.jwks)
        party: Party = register(token_endpoint_auth_method="private_key_jwt", jwks_uri=f"http://127.0.0.1:{server.server_port}/jwks")
        assert bare(party, {**PROBE, **signer.assertion(party.client_id)}).json["error"] == "invalid_grant"
        changed = Signer()
        document.update(changed.jwks)
        time.sleep(1.1)
        assert bare(party, {**PROBE, **changed.assertion(party.client_id)}).json["error"] == "invalid_grant"
        assert bare(party, {**PROBE, **signer.assertion(party.client_id)}).status_code == 401
        server.shutdown()
        server.server_close()


class TestRequestObjects:
    def test_parameters_in_a_signed_object_count(self, signing: Party, signer: Signer, house: House) -> None:
        token = signer.request({**signing.parameters(state="inside"), "max_age": 1000, "claims": {"userinfo": {"name": None}}})
        told = values_of(signing.ask(signed_in(signing, house), request=token, state="outside", redirect_uri="https://evil.example/"))
        assert told["state"] == "inside"
        assert "code" in told

    def test_an_object_is_fetched_from_a_registered_address(self, register: Any, signer: Signer, house: House) -> None:
        objects: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(objects[0].encode())

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/object"
        party: Party = register(first_party=True, jwks=signer.jwks, request_uris=[address + "#hash"])
        objects.append(signer.request(party.parameters(state="inside")))
        browser = signed_in(party, house)
        assert values_of(party.ask(browser, request_uri=address + "#hash"))["state"] == "inside"
        objects[0] = unsigned(party.parameters(state="unsigned"))
        assert values_of(party.ask(browser, request_uri=address + "#hash"))["state"] == "unsigned"
        assert values_of(party.ask(browser, request_uri=address))["error"] == "invalid_request_uri"
        server.shutdown()
        server.server_close()
        assert values_of(party.ask(browser, request_uri=address + "#hash"))["error"] == "invalid_request_uri"

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "https://other.example"},
            {"iss": "other"},
            {"exp": 1},
            {"exp": "x"},
            {"nbf": 2**40},
            {"request": "x"},
            {"request_uri": "x"},
            {"response_type": "id_token"},
            {"client_id": "other"},
        ],
    )
    def test_objects_with_a_fault_are_refused(self, signing: Party, signer: Signer, house: House, changes: dict[str, Any]) -> None:
        token = signer.request(signing.parameters(), **changes)
        assert values_of(signing.ask(signed_in(signing, house), request=token))["error"] == "invalid_request_object"

    @pytest.mark.asvs("V9.1.1", "V9.1.2")
    def test_forged_and_unsigned_objects_are_refused_of_a_client_that_signs(self, register: Any, signer: Signer, house: House) -> None:
        party: Party = register(first_party=True, jwks=signer.jwks, request_object_signing_alg="ES256", require_signed_request_object=True)
        browser = signed_in(party, house)
        good = signer.request(party.parameters(state="inside"))
        for bad in (Signer().request(party.parameters()), unsigned(party.parameters()), good[:-8] + "AAAAAAAA", "x", "a.b.c"):
            assert values_of(party.ask(browser, request=bad))["error"] == "invalid_request_object"
        assert values_of(party.ask(browser))["error"] == "invalid_request"
        assert values_of(party.ask(browser, request=good))["state"] == "inside"

    def test_a_bad_object_without_an_address_gets_a_page(self, signing: Party, house: House) -> None:
        answer = signing.ask(signed_in(signing, house), request="x", redirect_uri=None)
        assert answer.status_code == 400


class TestPushedRequests:
    def push(self, party: Party, **changes: Any) -> TestResponse:
        return party.post("/oauth/par", party.parameters(**changes))

    @pytest.mark.asvs("V10.4.13")
    def test_a_pushed_request_is_used_once(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True, require_pushed_authorization_requests=True)
        browser, pushed = signed_in(party, house), self.push(party, state="pushed")
        assert pushed.status_code == 201
        assert pushed.json["expires_in"] == 60
        uri = pushed.json["request_uri"]
        query = {"client_id": party.client_id, "request_uri": uri}
        told = values_of(browser.get("/oauth/authorize", query_string=query))
        assert told["state"] == "pushed"
        assert party.redeem(told["code"]).status_code == 200
        assert browser.get("/oauth/authorize", query_string=query).status_code == 400
        assert values_of(party.ask(browser))["error"] == "invalid_request", "this client has to push"

    def test_it_ends_after_a_minute_and_belongs_to_its_client(self, party: Party, register: Any, house: House) -> None:
        other: Party = register()
        browser, uri = signed_in(party, house), self.push(party).json["request_uri"]
        assert values_of(other.ask(browser, request_uri=uri))["error"] == "invalid_request_uri"
        uri = self.push(party).json["request_uri"]
        clock.shift(61)
        assert values_of(party.ask(browser, request_uri=uri))["error"] == "invalid_request_uri"

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"redirect_uri": "https://evil.example"}, "invalid_request"),
            ({"scope": "nik"}, "invalid_scope"),
            ({"request_uri": "urn:x"}, "invalid_request"),
            ({"client_id": "other"}, "invalid_request"),
            ({"code_challenge": None}, "invalid_request"),
            ({"response_type": "token"}, "unsupported_response_type"),
        ],
    )
    def test_faults_are_told_at_once(self, party: Party, changes: dict[str, Any], error: str) -> None:
        answer = self.push(party, **changes)
        assert answer.status_code == 400
        assert answer.json["error"] == error

    def test_only_the_client_itself_may_push(self, party: Party) -> None:
        assert bare(party, party.parameters(), "/oauth/par").status_code == 401

    @pytest.mark.asvs("V2.3.4")
    def test_of_fifty_that_use_it_one_wins(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True)
        uri, barrier = self.push(party).json["request_uri"], Barrier(50)
        browsers = [signed_in(party, house) for _ in range(50)]

        def use(browser: Browser) -> bool:
            barrier.wait()
            return "code" in values_of(party.ask(browser, request_uri=uri))

        with ThreadPoolExecutor(50) as pool:
            assert sum(pool.map(use, browsers)) == 1


class TestDPoP:
    def tokens(self, party: Party, browser: Browser, signer: Signer, **changes: Any) -> dict[str, Any]:
        code = party.code(browser, scope="openid email offline_access", **changes)
        usual = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.metadata.redirect_uris[0]}
        answer = party.post("/oauth/token", {**usual, "code_verifier": party.verifier}, DPoP=signer.proof("/oauth/token"))
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def userinfo(self, party: Party, token: str, proof: str | None, scheme: str = "DPoP") -> TestResponse:
        headers = {"Authorization": f"{scheme} {token}", **({"DPoP": proof} if proof else {})}
        return party.app.test_client().get("/oauth/userinfo", headers=headers, base_url=ISSUER)

    @pytest.mark.asvs("V10.3.5", "V10.4.14")
    @pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
    def test_a_bound_token_works_with_its_key_only(self, register: Any, house: House, alg: str) -> None:
        party: Party = register(first_party=True, dpop_bound_access_tokens=True)
        signer, path = Signer(alg), "/oauth/userinfo"
        tokens = self.tokens(party, signed_in(party, house), signer)
        token = tokens["access_token"]
        assert tokens["token_type"] == "DPoP"
        proof = signer.proof(path, "GET", token)
        assert self.userinfo(party, token, proof).status_code == 200
        for bad in (
            proof, None, signer.proof(path, "GET"), signer.proof(path, "POST", token), signer.proof("/oauth/token", "GET", token),
            Signer().proof(path, "GET", token), signer.proof(path, "GET", token, iat=clock.timestamp() - 400),
            signer.proof(path, "GET", token, iat=clock.timestamp() + 400), signer.proof(path, "GET", token, jti=None),
            signer.proof(path, "GET", token, iat="x"), signer.proof(path, "GET", token, nonce="x"), "x", "a.b.c", f"{proof},{proof}",
        ):  # fmt: skip
            answer = self.userinfo(party, token, bad)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("DPoP")
        assert self.userinfo(party, token, None, "Bearer").status_code == 401

    def test_a_nonce_of_ours_is_accepted(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True)
        signer, path = Signer(), "/oauth/userinfo"
        token = self.tokens(party, signed_in(party, house), signer)["access_token"]
        nonce = self.userinfo(party, token, signer.proof(path, "GET", token, nonce="old")).headers["DPoP-Nonce"]
        assert self.userinfo(party, token, signer.proof(path, "GET", token, nonce=nonce)).status_code == 200
        clock.shift(601)
        answer = self.userinfo(party, token, signer.proof(path, "GET", token, nonce=nonce))
        assert answer.status_code == 401

    def test_a_client_registered_so_needs_a_proof(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True, dpop_bound_access_tokens=True)
        assert party.redeem(party.code(signed_in(party, house))).json["error"] == "invalid_request"

    def test_a_code_that_was_bound_needs_that_key(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True)
        browser, signer = signed_in(party, house), Signer()
        code = party.code(browser, dpop_jkt=signer.key.thumbprint())
        assert party.redeem(code).json["error"] == "invalid_grant"
        self.tokens(party, browser, signer, dpop_jkt=signer.key.thumbprint())

    def test_a_public_clients_refresh_token_is_bound(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True, token_endpoint_auth_method="none")
        signer, data = Signer(), {"grant_type": "refresh_token"}
        token = self.tokens(party, signed_in(party, house), signer)["refresh_token"]
        data["refresh_token"] = token
        refused = party.post("/oauth/token", data, DPoP=Signer().proof("/oauth/token")).json
        assert refused == {
            "error": "invalid_grant",
            "error_description": "The refresh token is unknown, used, expired, revoked, or not this client's.",
        }
        assert party.post("/oauth/token", data).json["error"] == "invalid_grant"
        answer = party.post("/oauth/token", data, DPoP=signer.proof("/oauth/token"))
        assert (answer.status_code, answer.json["token_type"]) == (200, "DPoP")

    @pytest.mark.any_database
    def test_a_token_for_a_resource_names_the_key_that_it_is_bound_to(self, register: Any, house: House) -> None:
        """RFC 9449 6.1; a confidential client's refresh token is bound by its secret, so that its keys may change (RFC 9449 5)."""
        api = "https://api.skillhub.example"
        party: Party = register(first_party=True, resources=[api])
        first, second = Signer(), Signer()
        tokens = self.tokens(party, signed_in(party, house), first, resource=api)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = party.post("/oauth/token", data, DPoP=second.proof("/oauth/token")).json
        for signer, one in ((first, tokens), (second, renewed)):
            token = one["access_token"]
            assert one["token_type"] == "DPoP"
            assert peek_header(token)["typ"] == "at+jwt"
            assert party.verified(token)["cnf"] == {"jkt": signer.key.thumbprint()}
            told = party.post("/oauth/introspect", {"token": token}).json
            assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": signer.key.thumbprint()})

    @pytest.mark.any_database
    def test_under_fapi_a_refresh_token_stays_and_lives_on_with_its_use(self, register: Any, house: House) -> None:
        client = Fapi(register, house, "fapi2-security")
        given = client.tokens(scope="openid offline_access")["refresh_token"]
        for _ in range(2):
            clock.shift(13 * 86400)
            answer = client.with_nonce("/oauth/token", {"grant_type": "refresh_token", "refresh_token": given})
            assert (answer.status_code, answer.json.get("refresh_token")) == (200, given)

    def test_a_proof_that_holds_a_private_or_symmetric_key_is_refused(self, party: Party) -> None:
        signer = Signer()
        now = {"htm": "POST", "htu": ISSUER + "/oauth/token", "iat": clock.timestamp(), "jti": "x"}
        with_private = signer.sign(now, typ="dpop+jwt", jwk=signer.key.as_dict(private=True))
        symmetric = Signer("HS256", "s" * 40).sign(now, typ="dpop+jwt", jwk={"kty": "oct", "k": "c3M"})
        for bad in (with_private, symmetric, signer.sign(now, jwk=signer.key.as_dict(private=False)), signer.sign(now, typ="dpop+jwt")):
            assert party.post("/oauth/token", PROBE, DPoP=bad).json["error"] == "invalid_dpop_proof"
