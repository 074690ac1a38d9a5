"""Leaving: by the citizen's own button, and by word of the provider."""

from __future__ import annotations

import base64
import hmac
import json
import time

import pytest
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests.clients.conftest import OUTSIDE, Visitor, local
from tests.clients.standin import CLIENT_ID, LOGOUT_EVENT, StandIn


def tell(visitor: Visitor, token: str) -> TestResponse:
    """The provider's call, which bears no cookie."""
    return visitor.app.test_client().post("/backchannel-logout", data={"logout_token": token})


def test_signing_out_ends_this_session_and_asks_the_provider_to_end_all(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    answer = karirhub.press("/logout")
    assert answer.location.startswith(f"{provider.issuer}/logout?")
    assert "id_token_hint=" in answer.location
    assert "state=" in answer.location
    assert f"client_id={CLIENT_ID}" in answer.location
    assert not karirhub.signed_in


def test_coming_back_from_the_providers_sign_out_says_that_both_are_over(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    back = OUTSIDE.get(karirhub.press("/logout").location).headers["Location"]
    page = karirhub.get(local(back)).text
    assert "dan dari SIAPkerja" in page
    assert provider.left[0]["post_logout_redirect_uri"] == "http://localhost:8001/signed-out"


def test_a_forged_return_claims_nothing(karirhub: Visitor) -> None:
    page = karirhub.get("/signed-out?state=forged").text
    assert "dan dari SIAPkerja" not in page


def test_signing_out_gives_the_refresh_token_back(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    karirhub.press("/logout")
    assert len(provider.revoked) == 1


def test_signing_out_here_only_leaves_the_provider_alone(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    answer = karirhub.press("/logout", only="here")
    assert answer.location.startswith("/signed-out")
    assert "mungkin masih terbuka" in karirhub.get(answer.location).text
    assert not karirhub.signed_in


def test_signing_out_works_while_the_provider_is_down(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.stop()
    answer = karirhub.press("/logout")
    assert "tidak bisa dihubungi" in karirhub.get(answer.location).text
    assert not karirhub.signed_in


def test_another_page_cannot_sign_somebody_out(karirhub: Visitor) -> None:
    karirhub.sign_in()
    assert karirhub.at.post("/logout").status_code == 400
    assert karirhub.signed_in


# Back-channel: OpenID Connect Back-Channel Logout 1.0


def test_a_logout_token_ends_the_session(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    answer = tell(karirhub, provider.logout_token())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not karirhub.signed_in


def test_a_logout_token_with_a_subject_only_ends_all_their_sessions(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    elsewhere = Visitor(karirhub.app)
    provider.sid = "session-2"
    elsewhere.sign_in()
    assert tell(karirhub, provider.logout_token(sid=None)).status_code == 200
    assert not karirhub.signed_in
    assert not elsewhere.signed_in


def test_a_logout_token_for_one_session_leaves_the_others(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    elsewhere = Visitor(karirhub.app)
    provider.sid = "session-2"
    elsewhere.sign_in()
    assert tell(karirhub, provider.logout_token(sub=None)).status_code == 200
    assert karirhub.signed_in
    assert not elsewhere.signed_in


def test_a_session_that_ended_while_signing_in_does_not_begin(karirhub: Visitor, provider: StandIn) -> None:
    address = karirhub.answer_of_provider()
    tell(karirhub, provider.logout_token())
    assert "Sesimu baru saja berakhir" in karirhub.get(address).text
    assert not karirhub.signed_in


@pytest.mark.asvs("V10.5.5", "V9.2.2")
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": 1},
        {"iat": 99999999999},
        {"exp": None},
        {"exp": 1},
        {"jti": None},
        {"jti": 7},
        {"events": None},
        {"events": {}},
        {"events": [LOGOUT_EVENT]},
        {"events": {LOGOUT_EVENT: True}},
        {"nonce": "n"},
        {"sub": None, "sid": None},
        {"sub": 5},
        {"sid": ["session-1"]},
    ],
)
def test_a_logout_token_that_breaks_a_rule_ends_nothing(karirhub: Visitor, provider: StandIn, changes: dict[str, object]) -> None:
    karirhub.sign_in()
    answer = tell(karirhub, provider.logout_token(**changes))
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_request"
    assert karirhub.signed_in


@pytest.mark.asvs("V10.5.5", "V9.2.2")
def test_an_id_token_is_no_logout_token(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    assert tell(karirhub, provider.logout_token(typ="JWT")).status_code == 400
    assert karirhub.signed_in


def test_a_logout_token_of_another_key_ends_nothing(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    stranger = ECKey.generate_key("P-256", {"kid": provider.key.kid})
    assert tell(karirhub, provider.logout_token(key=stranger)).status_code == 400
    unknown = ECKey.generate_key("P-256", {"kid": "never-published"})
    assert tell(karirhub, provider.logout_token(key=unknown)).status_code == 400
    assert karirhub.signed_in


@pytest.mark.asvs("V9.1.2")
def test_a_logout_token_signed_with_the_public_key_as_a_secret_ends_nothing(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "jti": "1", "events": {LOGOUT_EVENT: {}}, "sub": "s"}
    head = {"alg": "HS256", "typ": "logout+jwt", "kid": provider.key.kid}
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, claims))
    mac = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert tell(karirhub, forged).status_code == 400
    assert karirhub.signed_in


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é", "a" * 20000, "..", "eyJjcml0IjoxfQ.e30.AA"])
def test_garbage_ends_nothing(karirhub: Visitor, token: str) -> None:
    assert tell(karirhub, token).status_code == 400


@pytest.mark.asvs("V10.5.5")
def test_a_logout_token_works_once(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    token = provider.logout_token(sid=None)
    assert tell(karirhub, token).status_code == 200
    provider.sid = "session-2"
    karirhub.sign_in()
    assert tell(karirhub, token).status_code == 400
    assert karirhub.signed_in


def test_a_logout_token_under_a_new_key_is_understood(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.new_key()
    assert tell(karirhub, provider.logout_token()).status_code == 200
    assert not karirhub.signed_in


def test_while_the_keys_cannot_be_read_the_sender_is_asked_to_try_again(karirhub: Visitor, provider: StandIn) -> None:
    token = provider.logout_token()
    provider.stop()
    assert tell(karirhub, token).status_code == 503


# Front-channel: OpenID Connect Front-Channel Logout 1.0


def test_the_sign_out_frame_ends_the_named_session(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    answer = karirhub.get(f"/frontchannel-logout?iss={provider.issuer}&sid={provider.sid}")
    assert answer.status_code == 200
    assert f"frame-ancestors {provider.issuer}" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not karirhub.signed_in


@pytest.mark.parametrize(
    "asked", ["", "?sid=session-1", "?iss=https://evil.example&sid=session-1", "?iss={issuer}", "?iss={issuer}&sid=other"]
)
def test_a_frame_that_names_no_session_of_ours_ends_nothing(karirhub: Visitor, provider: StandIn, asked: str) -> None:
    karirhub.sign_in()
    karirhub.get("/frontchannel-logout" + asked.format(issuer=provider.issuer))
    assert karirhub.signed_in
