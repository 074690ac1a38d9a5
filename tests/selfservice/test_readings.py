"""`/akun/pembaca`: every release of claims is on record, with the service, what it read, what for, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from idp import audit, audit_chain, oidc, settings
from idp.audit import AuditEvent, Event
from idp.extensions import db, redis
from tests.browsing import Browser
from tests.oidc.party import Party, values_of
from tests.owning import Holder, at_once, sign_in

Reads = Callable[..., dict[str, Any]]


@pytest.fixture
def karirhub(app: Flask) -> Party:
    return Party.register(app, first_party=True, scope="openid profile email phone", purpose="mencocokkan lowongan")


@pytest.fixture
def reads(browser: Browser, karirhub: Party) -> Reads:
    """The service signs Rina in and reads her claims, as a service does."""

    def once(**changes: Any) -> dict[str, Any]:
        browser.request("GET", "/oauth/authorize", query_string=karirhub.parameters(**changes))
        there = {"base_url": settings.current().issuer, "headers": karirhub.authorization()}
        data = {
            "grant_type": "authorization_code", "code": values_of(browser.answer)["code"],
            "redirect_uri": karirhub.metadata.redirect_uris[0], "code_verifier": karirhub.verifier,
        }  # fmt: skip
        tokens = browser.app.test_client().post("/oauth/token", data=data, **there).json
        assert tokens, browser.answer.text
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = browser.app.test_client().get("/oauth/userinfo", base_url=settings.current().issuer, headers=bearer)
        assert answer.status_code == 200
        return dict(answer.json or {})

    return once


def released(app: Flask) -> list[AuditEvent]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.CLAIMS_RELEASED).order_by(AuditEvent.id)))


@pytest.mark.asvs("V16.3.2")
def test_a_reading_is_shown_with_service_claims_purpose_and_time(app, browser, rina, reads, worker):
    told = reads()
    browser.get("/akun/pembaca")
    worker.drain()
    browser.get("/akun/pembaca")
    for words in ("Karirhub", "Nama", "Email", "Untuk: mencocokkan lowongan", "<time datetime="):
        assert words in browser.text
    [row] = released(app)
    assert set(row.facts["claims"]) == set(told) - {"sub"}
    assert row.facts["place"] == "userinfo"
    assert told["email"] not in str(row.facts)
    assert rina.name not in str(row.facts)


def test_what_an_id_token_tells_is_on_record_too(app, reads, worker):
    reads(claims='{"id_token": {"email": null}}')
    worker.drain()
    assert {row.facts["place"]: row.facts["claims"] for row in released(app)}["id_token"] == ["email"]


@pytest.mark.any_database
def test_a_reading_by_the_old_routes_is_on_record_with_what_was_read_only(app: Flask, browser: Browser, rina: Holder, worker: Any) -> None:
    old = {"old_routes": True, "token_endpoint_auth_method": "client_secret_post"}
    party = Party.register(app, first_party=True, scope="openid profile email keahlian organisasi", **old)
    asked = {"response_type": "code", "client_id": party.client_id, "redirect_uri": party.metadata.redirect_uris[0], "scope": "basic email"}
    browser.request("GET", "/auth", query_string=asked)
    document = {
        "grant_type": "authorization_code", "code": values_of(browser.answer)["code"], "client_id": party.client_id,
        "client_secret": party.secret, "redirect_uri": party.metadata.redirect_uris[0],
    }  # fmt: skip
    http, there = browser.app.test_client(), {"base_url": settings.current().issuer}
    bearer = {"Authorization": f"Bearer {http.post('/api/v1/tokens', json=document, **there).json['data']['access_token']}"}
    told = http.get("/api/v1/users/me", headers=bearer, **there).json["data"]
    assert (told["name"], told["email"]) == (rina.name, rina.email)
    assert told["roles"] == [{"id": "pencari_kerja", "name": "pencari_kerja", "label": "Pencari kerja"}]
    http.get(f"/profile/v1/profiles/{told['id']}/skills", headers=bearer, **there)
    worker.drain()
    [row] = released(app)
    assert set(row.facts["claims"]) == {"name", "email", "updated_at", "capacities"}


def test_a_claim_that_the_person_has_not_is_not_said_to_be_read(app, reads, worker):
    assert "phone_number" not in reads(scope="openid email")
    worker.drain()
    [row] = released(app)
    assert "phone_number" not in row.facts["claims"]
    assert "email" in row.facts["claims"]


def test_many_workers_write_a_reading_once_and_the_chain_holds(app, reads):
    for _ in range(3):
        reads()
    at_once(app, lambda _number: oidc.readings.catch_up(), 8)
    with app.app_context():
        oidc.readings.catch_up()
        assert redis.llen(oidc.readings.NOTES) == 0
        audit_chain.catch_up()
        assert audit_chain.verify().findings == ()
    assert len(released(app)) == 3


@pytest.mark.asvs("V8.2.2")
def test_nobody_sees_who_read_the_data_of_another(app, budi, reads, worker, http):
    reads()
    worker.drain()
    other = http.another()
    sign_in(other, budi)
    other.get("/akun/pembaca")
    assert "Belum ada layanan yang membaca datamu." in other.text


def test_a_long_list_has_pages(app: Flask, browser: Browser, rina: Holder, karirhub: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc.readings, "PAGE", 2)
    with app.app_context():
        for _ in range(3):
            redis.execute_command(*oidc.readings.note(rina.account_id, karirhub.client_id, ["name"], "userinfo"))
        assert oidc.readings.catch_up() == 3
        assert audit.Event.CLAIMS_RELEASED in {row.event for row in db.session.scalars(select(AuditEvent))}
    browser.get("/akun/pembaca")
    assert browser.text.count("<strong>Karirhub</strong>") == 2
    browser.get(browser.text.partition("/akun/pembaca?sebelum=")[1] + browser.text.partition("/akun/pembaca?sebelum=")[2].partition('"')[0])
    assert browser.text.count("<strong>Karirhub</strong>") == 1
