"""Plans fapi2-security-profile and fapi2-message-signing (Final): private_key_jwt and DPoP, with and without signed requests.

The ID2 and ID1 plans try the same but for the audience of client assertions, where the Final text is stricter and ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp import clock
from idp.oidc import jose
from tests.oidc.fapi import Fapi, signer_of
from tests.oidc.house import House
from tests.oidc.party import CALLBACK, ISSUER, values_of
from tests.oidc.signer import Signer, unsigned

pytestmark = pytest.mark.any_database

TOKEN, PAR = "/oauth/token", "/oauth/par"


@pytest.fixture(params=["fapi2-security", "fapi2-message-signing"])
def fapi(register: Any, house: House, request: pytest.FixtureRequest) -> Fapi:
    return Fapi(register, house, request.param)


@pytest.fixture
def plain(register: Any, house: House) -> Fapi:
    return Fapi(register, house, "fapi2-security")


@pytest.fixture
def signing(register: Any, house: House) -> Fapi:
    return Fapi(register, house, "fapi2-message-signing")


@pytest.fixture
def other(register: Any, house: House) -> Fapi:
    return Fapi(register, house, "fapi2-security", "two")


def test_discovery_end_point_verification(plain: Fapi) -> None:
    told = plain.party.app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    strong = {"PS256", "ES256", "EdDSA"}
    for name in ("dpop", "request_object", "id_token", "userinfo", "authorization", "token_endpoint_auth"):
        assert strong <= set(told[f"{name}_signing_alg_values_supported"])
    assert told["pushed_authorization_request_endpoint"] == ISSUER + PAR
    assert told["require_pushed_authorization_requests"] is False
    assert told["authorization_response_iss_parameter_supported"] is True
    assert {"jwt", "query.jwt"} <= set(told["response_modes_supported"])
    assert "S256" in told["code_challenge_methods_supported"]
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]


def test_happy_flow(fapi: Fapi) -> None:
    told = fapi.opened(values_of(fapi.visit(fapi.pushed())))
    assert (told["state"], told["iss"]) == ("st4te", ISSUER)
    if fapi.signs_requests:
        assert told["aud"] == fapi.id
        assert told["exp"] - clock.timestamp() <= 600
    answer = fapi.redeem(told["code"])
    assert answer.json["token_type"] == "DPoP"
    claims = fapi.party.verified(answer.json["id_token"], "PS256")
    assert claims["nonce"] == "n0nce"
    assert fapi.userinfo(answer.json["access_token"]).json["sub"] == claims["sub"]


def test_user_rejects_authentication(register: Any, house: House) -> None:
    for profile in ("fapi2-security", "fapi2-message-signing"):
        fapi = Fapi(register, house, profile, first_party=False)
        fapi.visit(fapi.pushed())
        fapi.browser.follow()
        told = fapi.opened(values_of(fapi.browser.decide("deny")))
        assert (told["error"], told["state"], told["iss"]) == ("access_denied", "st4te", ISSUER)


def test_ensure_server_accepts_request_object_with_multiple_aud(signing: Fapi) -> None:
    assert signing.push_signed(aud=[ISSUER, "https://other.example"]).status_code == 201


def test_ensure_authorization_request_without_state_success(fapi: Fapi) -> None:
    told = fapi.opened(values_of(fapi.visit(fapi.pushed(state=None))))
    assert "code" in told
    assert "state" not in told


def test_ensure_authorization_request_without_nonce_success(fapi: Fapi) -> None:
    assert "nonce" not in fapi.party.verified(fapi.tokens(nonce=None)["id_token"], "PS256")


@pytest.mark.parametrize("length", [64, 384])
def test_ensure_request_object_with_long_nonce(fapi: Fapi, length: int) -> None:
    assert fapi.party.verified(fapi.tokens(nonce="n" * length)["id_token"], "PS256")["nonce"] == "n" * length


test_ensure_request_object_with_64_char_nonce_success = test_ensure_request_object_with_long_nonce


def test_ensure_request_object_with_long_state(fapi: Fapi) -> None:
    assert fapi.opened(values_of(fapi.visit(fapi.pushed(state="s" * 384))))["state"] == "s" * 384


def test_ensure_other_scope_order_succeeds(fapi: Fapi) -> None:
    assert fapi.tokens(scope="email profile openid")["id_token"]


def test_test_claims_parameter_identity_claims(fapi: Fapi) -> None:
    asks = {"name": None, "email": {"essential": True}, "gender": {"essential": False}, "8f2c": {"value": "x"}, "9d1e": {"values": ["x"]}}
    claims = {"userinfo": asks, "id_token": asks, "4a7b": asks}
    tokens = fapi.tokens(scope="openid", claims=json.dumps(claims))
    for told in (fapi.party.verified(tokens["id_token"], "PS256"), fapi.userinfo(tokens["access_token"]).json):
        assert {"name", "email", "gender"} <= set(told)
        assert not {"8f2c", "9d1e", "4a7b"} & set(told)


@pytest.mark.parametrize("scheme", ["dpop", "DPOP", "DPoP"])
def test_access_token_type_header_case_sensitivity(plain: Fapi, scheme: str) -> None:
    assert plain.userinfo(plain.tokens()["access_token"], scheme).status_code == 200


@pytest.mark.parametrize(("ahead", "status"), [(8, 201), (70, 400)])
def test_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(signing: Fapi, ahead: int, status: int) -> None:
    assert signing.push_signed(nbf=clock.timestamp() + ahead).status_code == status


def test_check_dpop_proof_nbf_exp(plain: Fapi) -> None:
    now = clock.timestamp()
    assert plain.with_nonce(TOKEN, plain.for_code(plain.code()), {"nbf": now, "exp": now + 300}).status_code == 200


@pytest.mark.parametrize("away", [-10, 10])
def test_ensure_dpop_proof_with_iat_10_seconds_before_succeeds(plain: Fapi, away: int) -> None:
    moment = clock.timestamp() + away
    tokens = plain.with_nonce(TOKEN, plain.for_code(plain.code()), {"iat": moment}).json
    assert plain.userinfo(tokens["access_token"], iat=moment).status_code == 200


test_ensure_dpop_proof_with_iat_10_seconds_after_succeeds = test_ensure_dpop_proof_with_iat_10_seconds_before_succeeds


def test_ensure_mismatched_dpop_jkt_fails(plain: Fapi) -> None:
    data = plain.party.parameters(dpop_jkt=Signer().key.thumbprint())
    assert plain.with_nonce(PAR, data).json["error"] == "invalid_request"


def test_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(plain: Fapi) -> None:
    pushed = plain.with_nonce(PAR, plain.party.parameters())
    code = values_of(plain.answer(pushed))["code"]
    plain.proofs = Signer("ES256")
    assert plain.redeem(code).json["error"] == "invalid_grant"


def test_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(plain: Fapi) -> None:
    assert plain.redeem(plain.code(dpop_jkt=Signer().key.thumbprint())).json["error"] == "invalid_grant"


def test_ensure_dpop_proof_at_par_endpoint_binding_success(plain: Fapi) -> None:
    code = values_of(plain.answer(plain.with_nonce(PAR, plain.party.parameters())))["code"]
    assert plain.redeem(code).status_code == 200


def test_ensure_dpop_auth_code_binding_success(fapi: Fapi) -> None:
    assert fapi.redeem(fapi.code(dpop_jkt=fapi.proofs.key.thumbprint())).status_code == 200


def test_ensure_different_nonce_inside_and_outside_request_object(signing: Fapi) -> None:
    pushed = signing.push_signed(outside={"nonce": "outside", "state": "outside"})
    told = signing.opened(values_of(signing.visit(pushed.json["request_uri"], state="outside", nonce="outside")))
    assert told["state"] == "st4te"
    assert signing.party.verified(signing.redeem(told["code"]).json["id_token"], "PS256")["nonce"] == "n0nce"


test_ensure_different_state_inside_and_outside_request_object = test_ensure_different_nonce_inside_and_outside_request_object


def test_state_only_outside_request_object_not_used(signing: Fapi) -> None:
    pushed = signing.push_signed(outside={"state": "outside"}, state=None)
    assert "state" not in signing.opened(values_of(signing.visit(pushed.json["request_uri"], state="outside")))


HOUR = 3600


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"exp": None}, "invalid_request_object"),
        ({"nbf": None}, "invalid_request_object"),
        ({"exp": -300}, "invalid_request_object"),
        ({"exp": HOUR + 600}, "invalid_request_object"),
        ({"nbf": -HOUR - 600}, "invalid_request_object"),
        ({"aud": ISSUER + "/other"}, "invalid_request_object"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request_object"),
    ],
)
def test_ensure_request_object_without_exp_fails(signing: Fapi, changes: dict[str, Any], error: str) -> None:
    moments = {name: clock.timestamp() + value if isinstance(value, int) else value for name, value in changes.items()}
    answer = signing.push_signed(**moments)
    assert (answer.status_code, answer.json["error"]) == (400, error)


test_ensure_request_object_without_nbf_fails = test_ensure_request_object_without_exp_fails
test_ensure_expired_request_object_fails = test_ensure_request_object_without_exp_fails
test_ensure_request_object_with_exp_over_60_fails = test_ensure_request_object_without_exp_fails
test_ensure_request_object_with_nbf_over_60_fails = test_ensure_request_object_without_exp_fails
test_ensure_request_object_with_bad_aud_fails = test_ensure_request_object_without_exp_fails
test_ensure_request_object_without_redirect_uri_fails = test_ensure_request_object_without_exp_fails
test_par_authorization_request_containing_request_uri = test_ensure_request_object_without_exp_fails


def as_rs256(signer: Signer) -> Signer:
    weaker = Signer.__new__(Signer)
    weaker.alg, weaker.key = "RS256", signer.key
    return weaker


def test_ensure_signed_request_object_with_rs256_fails(signing: Fapi) -> None:
    assert signing.push_signed(signer=as_rs256(signing.signer)).json["error"] == "invalid_request_object"


def test_ensure_matching_key_in_authorization_request(signing: Fapi) -> None:
    assert signing.push_signed(signer=signer_of("PS256:two")).json["error"] == "invalid_request_object"


def test_ensure_request_object_signature_algorithm_is_not_none(signing: Fapi) -> None:
    now = clock.timestamp()
    inside = {**signing.party.parameters(response_mode="jwt"), "aud": ISSUER, "nbf": now, "exp": now + 60}
    assert signing.post(PAR, {"request": unsigned(inside)}).json["error"] == "invalid_request_object"


def test_ensure_request_object_with_invalid_signature_fails(signing: Fapi) -> None:
    token = signing.signer.request(signing.party.parameters(response_mode="jwt"))
    head, _, signature = token.rpartition(".")
    assert signing.post(PAR, {"request": f"{head}.{signature[::-1]}"}).json["error"] == "invalid_request_object"


def test_ensure_unsigned_request_at_par_endpoint_fails(signing: Fapi) -> None:
    assert signing.push(response_mode="jwt").json["error"] == "invalid_request"


def test_ensure_registered_redirect_uri(fapi: Fapi) -> None:
    push = fapi.push_signed if fapi.signs_requests else fapi.push
    assert push(redirect_uri=CALLBACK + "/other").json["error"] == "invalid_request"


test_plain_fapi_ensure_registered_redirect_uri = test_ensure_registered_redirect_uri


def test_ensure_unsigned_authorization_request_without_using_par_fails(fapi: Fapi) -> None:
    told = values_of(fapi.party.ask(fapi.browser))
    assert (told["error"], told["state"]) == ("invalid_request", "st4te")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ],
)
def test_ensure_redirect_uri_in_authorization_request(plain: Fapi, changes: dict[str, Any], error: str) -> None:
    answer = plain.push(**changes)
    assert (answer.status_code, answer.json["error"]) == (400, error)


test_ensure_response_type_code_idtoken_fails = test_ensure_redirect_uri_in_authorization_request
test_ensure_response_type_token_fails = test_ensure_redirect_uri_in_authorization_request
test_par_pkce_required = test_ensure_redirect_uri_in_authorization_request
test_par_plain_pkce_rejected = test_ensure_redirect_uri_in_authorization_request
test_par_authorization_request_containing_request_uri_form_param = test_ensure_redirect_uri_in_authorization_request


def test_ensure_client_id_in_token_endpoint(plain: Fapi, other: Fapi) -> None:
    data = {**plain.for_code(plain.code()), **plain.signer.assertion(other.id)}
    answer = plain.send(TOKEN, data, plain.proofs.proof(TOKEN))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_ensure_holder_of_key_required(plain: Fapi) -> None:
    answer = plain.post(TOKEN, plain.for_code(plain.code()))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_ensure_authorization_code_is_bound_to_client(plain: Fapi, other: Fapi) -> None:
    answer = other.with_nonce(TOKEN, plain.for_code(plain.code()))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_grant")


def test_attempt_reuse_authorization_code_after_one_second(plain: Fapi) -> None:
    code = plain.code()
    token = plain.redeem(code).json["access_token"]
    clock.shift(1)
    assert plain.redeem(code).json["error"] == "invalid_grant"
    assert plain.userinfo(token).status_code == 401


def test_attempt_to_use_expired_auth_code(plain: Fapi) -> None:
    code = plain.code()
    clock.shift(61)
    assert plain.redeem(code).json["error"] == "invalid_grant"


def test_ensure_signed_client_assertion_with_rs256_fails(plain: Fapi) -> None:
    data = {**plain.for_code(plain.code()), **as_rs256(plain.signer).assertion(plain.id)}
    answer = plain.send(TOKEN, data, plain.proofs.proof(TOKEN))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


def test_ensure_client_assertion_in_token_endpoint(plain: Fapi) -> None:
    answer = plain.send(TOKEN, {**plain.for_code(plain.code()), "client_id": plain.id}, plain.proofs.proof(TOKEN))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("path", [TOKEN, PAR])
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": -300}, {"aud": ISSUER + "/other"}, {"sub": None}, {"aud": [ISSUER + PAR]}, {"aud": ISSUER + PAR}, {"aud": ISSUER + TOKEN},
        {"nbf": 70, "iat": 70}, {"jti": None}, {"iss": None}, {"exp": None},
    ],
)  # fmt: skip
def test_ensure_client_assertion_with_no_sub_fails(plain: Fapi, changes: dict[str, Any], path: str) -> None:
    changes = {name: clock.timestamp() + value if isinstance(value, int) else value for name, value in changes.items()}
    answer = plain.post(path, plain.party.parameters() if path == PAR else plain.for_code("x"), **changes)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


test_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails = test_ensure_client_assertion_with_no_sub_fails
test_ensure_client_assertion_with_wrong_aud_fails = test_ensure_client_assertion_with_no_sub_fails
test_par_ensure_jwt_client_assertion_nbf_over_60_seconds_in_the_future_fails = test_ensure_client_assertion_with_no_sub_fails
test_par_endpoint_as_array_audience_fails = test_ensure_client_assertion_with_no_sub_fails
test_par_endpoint_as_audience_fails = test_ensure_client_assertion_with_no_sub_fails
test_par_token_endpoint_as_audience_fails = test_ensure_client_assertion_with_no_sub_fails


def test_par_ensure_jwt_client_assertion_nbf_8_seconds_in_the_future_is_accepted(plain: Fapi) -> None:
    moment = clock.timestamp() + 8
    assert plain.post(PAR, plain.party.parameters(), iat=moment, nbf=moment).status_code == 201


def test_dpop_negative_tests(plain: Fapi) -> None:
    """Each fault of a proof at the resource, then what must be taken, then that the token was good all the time."""
    token, path, now = plain.tokens()["access_token"], "/oauth/userinfo", clock.timestamp()
    own, public = plain.proofs, plain.proofs.key.as_dict(private=False)
    good = own.proof(path, "GET", token)
    claims = jose.peek_claims(good)
    bad = [
        f"{good},{own.proof(path, 'GET', token)}", "no.jwt", own.sign({**claims, "jti": "a"}, jwk=public),
        own.sign({**claims, "jti": "b"}, typ="dpop+jwt"), own.sign({**claims, "jti": "c"}, typ="JWT", jwk=public),
        own.sign({**claims, "jti": "d"}, typ="dpop+jwt", jwk=own.key.as_dict(private=True)),
        unsigned({**claims, "jti": "e"}), good[:-6] + "AAAAAA", Signer("ES256").proof(path, "GET", token),
        *(own.proof(path, "GET", token, **{name: None}) for name in ("jti", "htm", "htu", "iat", "ath")),
        own.proof(path, "PUT", token), own.proof(path, "GET", token, htu=ISSUER + "/other"), own.proof(path, "GET", token, ath="x"),
        own.proof(path, "GET", token, iat=now - HOUR), own.proof(path, "GET", token, iat=now + HOUR),
        as_rs256(signer_of("PS256:proofs")).proof(path, "GET", token),
    ]  # fmt: skip
    for proof in bad:
        answer = plain.userinfo(token, proof=proof)
        assert answer.status_code == 401, proof
        assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    fine = [
        {"htu": f"{ISSUER}{path}?a=b#c"}, {"htu": f"HTTPS://AKUN.EXAMPLE{path}"}, {"htu": f"https://akun.example:443{path}"},
        {"more": "than needed", "header": {"more": {"than": "known"}}},
    ]  # fmt: skip
    assert [plain.userinfo(token, **changes).status_code for changes in fine] == [200] * len(fine)
    assert [plain.userinfo(token, proof=good).status_code for _ in range(2)] == [200, 401], "a proof works once"
    assert plain.userinfo(token, "Bearer").status_code == 401
    assert plain.userinfo(token).status_code == 200


def test_refresh_token(plain: Fapi, other: Fapi) -> None:
    tokens = plain.tokens(scope="openid offline_access")
    data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "openid offline_access"}
    again = plain.with_nonce(TOKEN, data).json
    assert again["access_token"] != tokens["access_token"]
    assert again["refresh_token"] == tokens["refresh_token"], "the client's key protects it: it does not rotate"
    before, after = (plain.party.verified(one["id_token"], "PS256") for one in (tokens, again))
    assert {name: before[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: after[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    without_proof = plain.post(TOKEN, data)
    assert (without_proof.status_code, without_proof.json["error"]) == (400, "invalid_request")
    assert other.with_nonce(TOKEN, data).json["error"] == "invalid_grant"
    assert plain.userinfo(again["access_token"]).status_code == 200


def test_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(fapi: Fapi, house: House) -> None:
    uri, somebody = fapi.pushed(), fapi.party.browser()
    query = {"client_id": fapi.id, "request_uri": uri}
    for _ in range(2):
        somebody.get("/oauth/authorize", query_string=query)
        assert somebody.follow().text == "<h1>Masuk</h1>"
    clock.shift(120)  # the page lay open for longer than the request_uri lives
    somebody.post(somebody.answer.request.full_path)
    somebody.follow()
    assert "code" in fapi.opened(values_of(somebody.answer))
    assert values_of(fapi.visit(uri)) == {}


def test_par_attempt_reuse_request_uri(fapi: Fapi) -> None:
    uri = fapi.pushed()
    assert "code" in fapi.opened(values_of(fapi.visit(uri)))
    answer = fapi.visit(uri)
    assert answer.status_code == 400
    assert "invalid_request_uri" in answer.text


def test_par_attempt_to_use_expired_request_uri(fapi: Fapi) -> None:
    uri = fapi.pushed()
    clock.shift(61)
    assert "invalid_request_uri" in fapi.visit(uri).text


def test_par_attempt_to_use_request_uri_for_different_client(plain: Fapi, other: Fapi) -> None:
    uri = plain.pushed()
    assert "invalid_request_uri" in other.visit(uri).text
    assert "code" in values_of(plain.visit(uri)), "another's attempt costs the client nothing"


def test_par_attempt_invalid_http_method(plain: Fapi) -> None:
    http = plain.party.app.test_client()
    assert [http.open(PAR, method=method, base_url=ISSUER).status_code for method in ("PUT", "GET")] == [405, 405]


def test_par_pkce_code_verifier_required(plain: Fapi) -> None:
    assert plain.redeem(plain.code(), code_verifier=None).json["error"] == "invalid_grant"


def test_par_incorrect_pkce_code_verifier_rejected(plain: Fapi) -> None:
    assert plain.redeem(plain.code(), code_verifier="x" * 43).json["error"] == "invalid_grant"


def test_par_without_duplicate_parameters(fapi: Fapi) -> None:
    assert "code" in fapi.opened(values_of(fapi.visit(fapi.pushed())))


def test_two_tabs_of_one_pushed_request_get_one_answer(fapi: Fapi, house: House) -> None:
    uri, first, second = fapi.pushed(), fapi.party.browser(), fapi.party.browser()
    for browser in (first, second):
        browser.get("/oauth/authorize", query_string={"client_id": fapi.id, "request_uri": uri})
        browser.follow()
    for browser in (first, second):
        browser.post(browser.answer.request.full_path)
        browser.follow()
    assert "code" in fapi.opened(values_of(first.answer))
    assert second.answer.status_code == 400
    assert "Location" not in second.answer.headers
