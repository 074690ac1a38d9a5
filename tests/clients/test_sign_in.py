"""Signing in at a service, and every answer of a provider that must not sign anybody in."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from clients import relying_party
from clients.store import Store
from tests.clients.conftest import CREATE, Visitor, local, query
from tests.clients.standin import StandIn


@pytest.mark.asvs("V10.5.2")
def test_a_citizen_signs_in_and_the_page_shows_their_data(karirhub: Visitor) -> None:
    assert karirhub.sign_in().location == "/"
    page = karirhub.get("/").text
    assert "Halo, Siti" in page
    assert "siti.aminah@example.id" in page


@pytest.mark.asvs("V10.2.1")
def test_the_request_bears_pkce_state_and_nonce_and_the_registered_scopes(karirhub: Visitor) -> None:
    asked = query(karirhub.get("/login").location)
    assert asked["code_challenge_method"] == "S256"
    assert {"code_challenge", "state", "nonce"} <= set(asked)
    assert asked["scope"] == "openid profile email phone address keahlian pengalaman pendidikan profil_status offline_access"
    assert asked["ui_locales"] == "id"
    assert "prompt" not in asked


def test_asking_again_for_consent_says_so_to_the_provider(karirhub: Visitor) -> None:
    assert query(karirhub.get("/login?ask=again").location)["prompt"] == "consent"


@pytest.mark.asvs("V10.5.1", "V10.5.4", "V10.1.2")
@pytest.mark.parametrize(
    "fault", ["nonce", "iss", "aud", "expired", "at_hash", "forged", "no id token", "other person", "mix-up", "tokens refused"]
)
def test_a_wrong_answer_signs_nobody_in(karirhub: Visitor, provider: StandIn, fault: str) -> None:
    provider.faults.add(fault)
    answer = karirhub.sign_in()
    assert answer.status_code == 400
    assert "Coba masuk lagi" in answer.text
    assert not karirhub.signed_in


@pytest.mark.asvs("V10.2.2")
def test_an_answer_without_its_issuer_is_refused_when_the_provider_promises_it(karirhub: Visitor) -> None:
    address = karirhub.answer_of_provider()
    without = address[: address.index("&iss=")] + address[address.index("&code=") :]
    assert karirhub.get(without).status_code == 400
    assert not karirhub.signed_in


@pytest.mark.asvs("V10.5.3")
def test_a_discovery_document_of_another_issuer_is_not_believed(karirhub: Visitor, provider: StandIn) -> None:
    provider.faults.add("other issuer")
    assert karirhub.get("/login").status_code == 503


def test_refusing_consent_leads_to_a_kind_page(karirhub: Visitor, provider: StandIn) -> None:
    provider.faults.add("deny")
    answer = karirhub.sign_in()
    assert answer.status_code == 200
    assert "Tidak apa-apa" in answer.text
    assert "end-user said no" not in answer.text


@pytest.mark.asvs("V10.1.2")
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(karirhub: Visitor) -> None:
    stolen = karirhub.answer_of_provider()
    other = Visitor(karirhub.app)
    assert other.get(stolen).status_code == 400
    assert not other.signed_in


def test_an_answer_works_once(karirhub: Visitor) -> None:
    address = karirhub.answer_of_provider()
    assert karirhub.get(address).status_code == 302
    assert karirhub.get(address).status_code == 400


def test_many_started_sign_ins_leave_a_small_cookie(karirhub: Visitor) -> None:
    for _round in range(30):
        karirhub.get("/login")
    cookie = karirhub.at.get_cookie("karirhub_session")
    assert cookie is not None
    assert len(cookie.value) < 1500
    assert karirhub.sign_in().status_code == 302


@pytest.mark.parametrize("path", ["/", "/login", "/lowongan"])
def test_a_provider_that_is_down_gives_a_clear_page(karirhub: Visitor, provider: StandIn, path: str) -> None:
    provider.faults.add("down")
    answer = karirhub.get(path)
    assert answer.status_code == (503 if path == "/login" else 200)
    if path == "/login":
        assert "SIAPkerja sedang tidak bisa dihubungi" in answer.text
        assert answer.headers["Retry-After"]


@pytest.mark.parametrize("fault", ["token down", "userinfo down"])
def test_a_provider_that_breaks_while_signing_in_gives_a_clear_page(karirhub: Visitor, provider: StandIn, fault: str) -> None:
    provider.faults.add(fault)
    answer = karirhub.sign_in()
    assert answer.status_code == 503
    assert not karirhub.signed_in


def test_a_provider_that_is_gone_gives_a_clear_page(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.stop()
    assert "Halo, Siti" in karirhub.get("/").text
    assert "belum bisa dihubungi" in karirhub.at.get(local(karirhub.press("/refresh").location)).text


def test_without_credentials_the_page_says_that_the_service_is_not_registered(karirhub: Visitor) -> None:
    relying_party_service = karirhub.app.extensions["relying_party"].service
    relying_party_service.credentials_file.unlink()
    assert karirhub.get("/").status_code == 200
    answer = karirhub.get("/login")
    assert answer.status_code == 503
    assert "belum didaftarkan" in answer.text


def test_credentials_that_change_are_read_without_a_restart(karirhub: Visitor, provider: StandIn) -> None:
    file = karirhub.app.extensions["relying_party"].service.credentials_file
    good = file.read_text()
    file.write_text(good.replace("a secret", "an old secret"))
    assert karirhub.sign_in().status_code == 400
    file.write_text(good)
    assert karirhub.sign_in().status_code == 302


# Third-party initiated login: OpenID Connect Core 1.0, 4


def test_a_tile_of_our_issuer_starts_signing_in_and_leads_to_its_target(karirhub: Visitor, provider: StandIn) -> None:
    target = quote("http://localhost:8001/lowongan/juru-las-batam?dari=portal")
    assert (
        karirhub.sign_in(f"/login?iss={quote(provider.issuer)}&target_link_uri={target}").location == "/lowongan/juru-las-batam?dari=portal"
    )


def test_a_tile_may_post(karirhub: Visitor, provider: StandIn) -> None:
    answer = karirhub.at.post("/login", data={"iss": provider.issuer, "login_hint": "siti"})
    assert answer.status_code == 302
    assert query(answer.location)["login_hint"] == "siti"


def test_another_issuer_cannot_start_signing_in(karirhub: Visitor) -> None:
    answer = karirhub.get("/login?iss=https://evil.example")
    assert answer.status_code == 400
    assert "Alamat masuk tidak cocok" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http://localhost:8001@evil.example/",
        "http://localhost:8001.evil.example/",
        "http://localhost:8001//evil.example/",
        "https://localhost:8001/",
        "/\t/evil.example",
        "http:evil",
        "evil",
    ],
)
def test_a_target_elsewhere_is_not_followed(target: str) -> None:
    assert relying_party.local_path(target, "http://localhost:8001") == "/"


@pytest.mark.parametrize(("target", "path"), [("/a?b=c", "/a?b=c"), ("http://localhost:8001/x", "/x"), ("http://localhost:8001", "/")])
def test_a_target_here_is_followed(target: str, path: str) -> None:
    assert relying_party.local_path(target, "http://localhost:8001") == path


# The session


@pytest.mark.asvs("V3.3.4", "V10.1.1")
def test_the_cookie_holds_no_token_and_no_claim_and_is_for_this_service_only(karirhub: Visitor) -> None:
    answer = karirhub.sign_in()
    header = answer.headers["Set-Cookie"]
    assert header.startswith("karirhub_session=")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    cookie = karirhub.at.get_cookie("karirhub_session")
    assert cookie is not None
    read = karirhub.app.session_interface.get_signing_serializer(karirhub.app).loads(cookie.value)  # type: ignore[attr-defined]
    assert set(read) == {"local"}


def test_the_store_is_readable_by_its_owner_only_and_knows_no_cookie(karirhub: Visitor) -> None:
    karirhub.sign_in()
    store: Store = karirhub.app.extensions["relying_party"].store
    file = karirhub.app.extensions["relying_party"].service.store_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with karirhub.at.session_transaction() as session:
        secret = session["local"]
    assert store.find(secret) is not None
    with sqlite3.connect(file) as db:
        assert secret not in str(db.execute("SELECT * FROM sessions").fetchall())


def test_signing_in_gives_a_new_session_and_ends_the_old_one(karirhub: Visitor) -> None:
    karirhub.sign_in()
    before = karirhub.at.get_cookie("karirhub_session")
    karirhub.sign_in()
    other = Visitor(karirhub.app)
    assert before is not None
    other.at.set_cookie("karirhub_session", before.value)
    assert not other.signed_in
    assert karirhub.signed_in


def test_a_session_outlives_a_restart_of_the_service(karirhub: Visitor) -> None:
    karirhub.sign_in()
    again = Visitor(CREATE["karirhub"](karirhub.app.extensions["relying_party"].service))
    cookie = karirhub.at.get_cookie("karirhub_session")
    assert cookie is not None
    again.at.set_cookie("karirhub_session", cookie.value)
    assert again.signed_in


# Refreshing


def test_the_button_brings_what_has_changed_in_the_profile(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.claims["name"] = "Siti Aminah Putri"
    assert "Putri" not in karirhub.get("/").text
    assert karirhub.press("/refresh").status_code == 302
    assert "Siti Aminah Putri" in karirhub.get("/").text


def test_an_expired_access_token_is_refreshed_and_the_refresh_token_rotates(karirhub: Visitor, provider: StandIn) -> None:
    provider.access_seconds = 1
    karirhub.sign_in()
    for _round in range(3):
        karirhub.press("/refresh")
    assert provider.refreshes >= 3
    assert karirhub.signed_in


def test_an_access_token_withdrawn_early_is_refreshed(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.spend_access_tokens()
    karirhub.press("/refresh")
    assert provider.refreshes == 1
    assert karirhub.signed_in


def test_parallel_pages_spend_each_refresh_token_once(karirhub: Visitor, provider: StandIn) -> None:
    provider.access_seconds = 1
    karirhub.sign_in()
    token = karirhub.get("/").text.split('name="csrf_token" value="')[1].split('"')[0]
    cookie = karirhub.at.get_cookie("karirhub_session")
    assert cookie is not None

    def renew(_round: int) -> int:
        browser = karirhub.app.test_client()
        browser.set_cookie("karirhub_session", cookie.value)
        return browser.post("/refresh", data={"csrf_token": token}).status_code

    with ThreadPoolExecutor(8) as at_once:
        assert set(at_once.map(renew, range(16))) == {302}
    assert provider.refreshes >= 16
    assert karirhub.signed_in


def test_when_consent_is_withdrawn_the_session_ends_with_a_clear_page(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.withdraw_everything()
    answer = karirhub.press("/refresh")
    assert "izinnya dicabut" in answer.text
    assert not karirhub.signed_in


def test_renewing_while_the_provider_is_down_keeps_the_session(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.faults.add("userinfo down")
    karirhub.press("/refresh")
    assert karirhub.signed_in


def test_a_rotated_signing_key_is_learnt(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.new_key()
    assert karirhub.sign_in().status_code == 302
