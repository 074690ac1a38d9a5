"""What the authorization endpoint refuses, with which error, and where it says so."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from tests.oidc.house import House
from tests.oidc.party import CALLBACK, ISSUER, Browser, Party, values_of
from tests.oidc.signer import unsigned

pytestmark = pytest.mark.any_database


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


@pytest.mark.asvs("V10.4.1", "V3.7.2", "V1.2.2")
@pytest.mark.parametrize(
    ("redirect_uri", "differs"),
    [
        ("https://karirhub.example/kembali/", "path"), ("https://karirhub.example/kembali?x=1", "query"),
        ("https://karirhub.example/kembali#x", "fragment"), ("http://karirhub.example/kembali", "scheme"),
        ("https://karirhub.example:444/kembali", "port"), ("https://evil.example/kembali", "host"),
        ("https://karirhub.example@evil.example/kembali", "host"), ("https://karirhub.example/Kembali", "path"),
        ("https://karirhub.example/kembali;x", "path"), ("https://karirhub.example/lain/../kembali", "path"),
        ("javascript:alert(1)", "scheme"), ("https://[", "uri"), ("", ""),
    ],
)  # fmt: skip
def test_nothing_is_sent_to_an_address_that_is_not_registered(browser: Browser, party: Party, redirect_uri: str, differs: str) -> None:
    answer = party.ask(browser, redirect_uri=redirect_uri)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert f"<code>{differs}</code>" in answer.text or not differs
    assert "https://karirhub.example/kembali<" not in answer.text, "a stranger learns no registered address"


@pytest.mark.asvs("V1.2.1")
@pytest.mark.parametrize("client_id", ["unknown", "", "x" * 300, "a\x00b", "<script>"])
def test_an_unknown_client_gets_a_page(browser: Browser, party: Party, client_id: str) -> None:
    answer = party.ask(browser, client_id=client_id)
    assert answer.status_code == 400
    assert "<script>" not in answer.text.replace("<script type", "")


@pytest.mark.asvs("V15.3.7")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_address_gets_a_page(browser: Browser, party: Party, name: str) -> None:
    query = [*party.parameters().items(), (name, "https://evil.example")]
    assert browser.get("/oauth/authorize", query_string=query).status_code == 400


@pytest.mark.asvs("V10.2.2", "V10.4.6", "V10.4.11", "V1.4.2", "V10.6.1")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"registration": "{}"}, "registration_not_supported"),
        ({"response_type": None}, "invalid_request"), ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"), ({"response_type": "id_token"}, "unauthorized_client"),
        ({"response_type": "code id_token"}, "unauthorized_client"), ({"response_mode": "magic"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"), ({"scope": "nik"}, "invalid_scope"), ({"scope": "x " * 2000}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"), ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"), ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "magic"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"), ({"max_age": "soon"}, "invalid_request"), ({"max_age": "9" * 30}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"), ({"claims": "[]"}, "invalid_request"), ({"claims": '{"userinfo": 1}'}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": 1}}'}, "invalid_request"), ({"claims": "[" * 5000}, "invalid_request"),
        ({"claims": '{"userinfo": {"name": {"essential": "yes"}}}'}, "invalid_request"), ({"id_token_hint": "x.y.z"}, "invalid_request"),
        ({"nonce": "n" * 2000}, "invalid_request"), ({"resource": "https://api.example"}, "invalid_target"),
        ({"dpop_jkt": "short"}, "invalid_request"),
    ],
)  # fmt: skip
def test_faults_are_told_at_the_service_with_state_and_issuer(browser: Browser, party: Party, changes: dict[str, Any], error: str) -> None:
    told = values_of(party.ask(browser, **changes))
    assert told["error"] == error
    assert told["state"] == "st4te"
    assert told["iss"] == ISSUER


@pytest.mark.asvs("V15.3.7")
@pytest.mark.parametrize("name", ["state", "scope", "nonce", "response_type", "prompt", "code_challenge"])
def test_repeated_parameters_are_refused(browser: Browser, party: Party, name: str) -> None:
    query = [*party.parameters().items(), (name, "again")]
    assert values_of(browser.get("/oauth/authorize", query_string=query))["error"] == "invalid_request"


def test_unknown_parameters_are_ignored(browser: Browser, party: Party) -> None:
    party.ask(browser, extra="1", foo="bar")
    assert browser.follow().status_code == 200


@pytest.mark.asvs("V1.1.1", "V15.3.5")
@pytest.mark.parametrize("odd", ["é", '"', "\\", "\x00", "\n", "😀", "\ud800".encode("utf-16", "surrogatepass")])
def test_odd_characters_anywhere_never_break_the_provider(browser: Browser, party: Party, odd: Any) -> None:
    for name in party.parameters():
        assert party.ask(browser, **{name: odd}).status_code < 500
    for name in ("grant_type", "code", "refresh_token", "code_verifier", "client_id", "client_secret"):
        assert party.post("/oauth/token", {"grant_type": "authorization_code", name: odd}).status_code < 500


class TestClientAuthentication:
    @pytest.mark.asvs("V11.2.4")
    @pytest.mark.parametrize(
        "header",
        [
            "Basic",
            "Basic ",
            "Basic x",
            "Basic 8J+YgA==",
            "Basic Og==",
            "Basic eDo=",
            "Basic 4oKs",
            "Bearer x",
            "Negotiate x",
            "basic w6k6w6k=",
        ],
    )
    def test_malformed_credentials_are_refused_without_a_trace_of_a_stumble(self, party: Party, header: str) -> None:
        answer = party.app.test_client().post(
            "/oauth/token", data={"grant_type": "authorization_code", "code": "x"}, headers={"Authorization": header}, base_url=ISSUER
        )
        assert answer.status_code == 401
        assert answer.json["error"] == "invalid_client"
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert answer.headers["Cache-Control"] == "no-store"

    def test_an_unknown_client_and_a_wrong_secret_are_told_alike(self, party: Party) -> None:
        party.secret = "wrong é"
        wrong = party.post("/oauth/token", {"grant_type": "authorization_code", "code": "x"})
        party.client_id = "nobody"
        unknown = party.post("/oauth/token", {"grant_type": "authorization_code", "code": "x"})
        assert (wrong.status_code, wrong.json) == (unknown.status_code, unknown.json)

    @pytest.mark.asvs("V10.4.10")
    def test_two_ways_at_once_are_refused(self, party: Party) -> None:
        answer = party.post("/oauth/token", {"grant_type": "authorization_code", "code": "x", "client_secret": party.secret})
        assert answer.json["error"] == "invalid_request"

    @pytest.mark.asvs("V10.4.10")
    def test_a_client_proves_itself_only_in_the_way_that_it_registered(self, party: Party) -> None:
        body = {"grant_type": "authorization_code", "code": "x", "client_id": party.client_id}
        for tried in (body, {**body, "client_secret": party.secret}):
            answer = party.app.test_client().post("/oauth/token", data=tried, base_url=ISSUER)
            assert answer.json["error"] == "invalid_client"

    @pytest.mark.asvs("V2.4.1")
    def test_after_twenty_failures_a_client_has_to_wait(self, party: Party) -> None:
        party.secret, right = "wrong", party.secret
        answers = [party.post("/oauth/token", {"grant_type": "authorization_code", "code": "x"}) for _ in range(21)]
        assert [one.status_code for one in answers] == [401] * 20 + [429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        party.secret = right
        assert party.post("/oauth/token", {"grant_type": "authorization_code", "code": "x"}).status_code == 429

    @pytest.mark.parametrize(("method", "field"), [("client_secret_post", "client_secret"), ("none", None)])
    def test_other_registered_ways_work(self, register: Any, house: House, method: str, field: str | None) -> None:
        party: Party = register(token_endpoint_auth_method=method, first_party=True)
        browser = party.browser()
        browser.sign_in(house)
        own = {field: party.secret} if field else {}
        party.secret = None
        assert party.redeem(party.code(browser), **own).status_code == 200


HALF, BOUNDLESS = "\ud800", float("inf")  # Python reads both in JSON and writes neither: not as UTF-8, not as a number
DEEP: Any = functools.reduce(lambda inner, _: [inner], range(300), 1)  # deeper than what writes it down later


@pytest.mark.parametrize("odd", [HALF, {"a": HALF}, BOUNDLESS, [float("nan")], DEEP])
def test_json_that_cannot_be_written_again_is_none(browser: Browser, party: Party, odd: Any) -> None:
    for name in ("state", "nonce", "login_hint", "redirect_uri", "claims"):
        inside = {**party.parameters(), name: odd}
        browser.get("/oauth/authorize", query_string={**party.parameters(), "request": unsigned(inside)})
        assert values_of(browser.answer)["error"] == "invalid_request_object", name
        assert party.post("/oauth/par", {"request": unsigned(inside)}).json["error"] == "invalid_request_object", name
    for member in ({"name": {"value": odd}}, {"verified_claims": {"verification": {"trust_framework": odd}, "claims": {"name": None}}}):
        party.ask(browser, claims=json.dumps({"userinfo": member}), prompt="none")
        assert values_of(browser.answer)["error"] == "invalid_request"
    told = party.app.test_client().post("/oauth/register", json={"redirect_uris": [CALLBACK], "contacts": odd}, base_url=ISSUER)
    assert told.status_code == 400


@pytest.mark.asvs("V10.4.4")
def test_grants_that_do_not_exist_are_refused(party: Party) -> None:
    for grant in ("password", "implicit", "authorization_code ", "client_credentials"):
        assert party.post("/oauth/token", {"grant_type": grant}).json["error"] in ("unsupported_grant_type", "unauthorized_client")
    for none in ({"code": "x"}, {"code": "x", "grant_type": ""}):  # RFC 6749 5.2; sent without a value is not sent (3.2)
        assert party.post("/oauth/token", none).json["error"] == "invalid_request"


class TestUserinfo:
    def test_without_a_token_it_challenges_without_an_error(self, party: Party) -> None:
        answer = party.app.test_client().get("/oauth/userinfo", base_url=ISSUER)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="siapkerja"'

    @pytest.mark.asvs("V9.1.1")
    @pytest.mark.parametrize("token", ["x", "a.b", "é", "." * 66, "a" * 22 + "." + "b" * 43, "x" * 9000])
    def test_unknown_tokens_are_refused(self, party: Party, token: str) -> None:
        answer = party.userinfo(token.encode().decode("latin-1"))
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]

    @pytest.mark.asvs("V15.3.7", "V14.2.1")
    def test_the_token_may_come_in_a_form_and_not_in_a_query(self, party: Party, browser: Browser) -> None:
        token, http = party.tokens(browser)["access_token"], party.app.test_client()
        assert http.post("/oauth/userinfo", data={"access_token": token}, base_url=ISSUER).status_code == 200
        assert http.post("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}, base_url=ISSUER).status_code == 200
        assert http.get(f"/oauth/userinfo?access_token={token}", base_url=ISSUER).status_code == 401
        both = http.post("/oauth/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}, base_url=ISSUER)
        assert both.status_code == 400

    @pytest.mark.asvs("V10.3.2")
    def test_it_needs_the_scope_openid(self, party: Party, browser: Browser) -> None:
        tokens = party.tokens(browser, scope="email")
        assert "id_token" not in tokens
        assert party.userinfo(tokens["access_token"]).status_code == 403
