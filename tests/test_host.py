"""What services that listen hear of: the real house tells the protocol, and a registered service fetches it."""

from __future__ import annotations

import json

import pytest
from joserfc import jws

from idp.oidc import Signal
from tests.profile.conftest import citizen, rina
from tests.profile.filling import fill
from tests.signing_in import PASSWORD, signed_in

__all__ = ["citizen", "rina"]


@pytest.fixture
def heard(app, idp):
    """What a service of the house is told: `heard()` answers the kinds of events with their bodies, oldest first."""
    made = idp.json(
        "client", "add", "--name", "Sertihub", "--redirect-uri", "https://sertihub.example/callback", "--scope", "openid shared_signals",
        "--grant", "authorization_code", "--grant", "client_credentials", "--auth-method", "client_secret_post", "--first-party",
    )  # fmt: skip
    http = app.test_client()
    named = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    token = http.post("/oauth/token", data={**named, "grant_type": "client_credentials", "scope": "shared_signals"}).json
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    stream = {"delivery": {"method": "urn:ietf:rfc:8936"}, "events_requested": [str(one) for one in Signal]}
    assert http.post("/oauth/events/stream", json=stream, headers=headers).status_code == 201

    def fetch() -> list[tuple[str, dict]]:
        sets = http.post("/oauth/events/poll", json={"returnImmediately": True}, headers=headers).json["sets"]
        claims = [json.loads(jws.extract_compact(one.encode()).payload) for one in sets.values()]
        return [event for one in sorted(claims, key=lambda one: one["jti"]) for event in one["events"].items()]

    return fetch


def test_services_hear_of_a_changed_profile_by_the_names_of_claims_only(app, heard, http, rina):
    with app.app_context():
        fill(rina.account_id)
    changed = [body["changed"] for kind, body in heard() if kind == Signal.PROFILE_CHANGED]
    assert ["gender", "birthdate", "zoneinfo", "address"] in changed
    assert ["skills"] in changed
    told = json.dumps(heard())
    assert rina.registry["nik"] not in told
    assert "Setiabudi" not in told
    before = len(changed)
    signed_in(http, rina.account_id).get("/profil/lengkapi/pendidikan")
    http.submit(go="next")
    assert len([kind for kind, _ in heard() if kind == Signal.PROFILE_CHANGED]) == before, "what was stored already is no change"


def test_services_hear_of_a_changed_password(heard, http, rina):
    http.get("/masuk")
    http.submit(identifier=rina.registry["email"], password=PASSWORD)
    http.get("/akun/password")
    http.submit(present=PASSWORD, password="Kopi!Hangat7pagi")
    (body,) = [body for kind, body in heard() if kind == Signal.CREDENTIAL_CHANGE]
    assert (body["credential_type"], body["change_type"]) == ("password", "update")
