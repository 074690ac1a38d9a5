"""Who is not yet 18 by their NIK gets an account when a parent or guardian agrees, by a code to their own phone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp import accounts, audit, clock, otp
from idp.extensions import db
from tests.owning import at_once
from tests.registration.walking import code_of, register, to_the_code, wrong
from tests.web.test_accessibility import look_at

GUARDIAN = "+6281388877701"


def born(years: int, *, days: int = 0) -> str:
    today = clock.now().date()
    return (today.replace(year=today.year - years, day=min(today.day, 28)) + timedelta(days=days)).isoformat()


@pytest.fixture
def child(sandbox):
    """Somebody of sixteen whom the registry knows."""
    return sandbox.add_person(birthdate=born(16))


@pytest.fixture
def at_guardian(http, sandbox, worker, child):
    """The child's phone is proven."""
    register(http, sandbox, worker, child)
    assert http.path.startswith("/daftar/wali")
    return http


def account_of(app, person):
    with app.app_context():
        return accounts.owner_of_email(accounts.lookup.EmailAddress.parse(person["email"]))


def test_a_minor_is_active_only_once_a_guardian_agreed(app, at_guardian, sandbox, worker, child):
    assert account_of(app, child) is None
    assert at_guardian.request("GET", "/akun").status_code == 303
    at_guardian.get("/daftar/wali")
    at_guardian.submit(phone=GUARDIAN)
    assert "orang tua" in at_guardian.text
    code = code_of(sandbox, worker, GUARDIAN)
    text = sandbox.sms(GUARDIAN)[-1]["text"]
    assert child["name"].split()[0] in text
    assert at_guardian.submit(code=wrong(code)).status_code == 400
    at_guardian.submit(code=code)
    assert at_guardian.path == "/"
    account = account_of(app, child)
    with app.app_context():
        account = accounts.find(account.id)
        assert accounts.may_act(account)
        assert account.guardian_phone.e164 == GUARDIAN
        assert account.guardian_agreed_at is not None
        assert audit.Event.GUARDIAN_AGREED in {row.event for row in db.session.query(audit.AuditEvent)}


@pytest.mark.parametrize(("years", "days", "needs"), [(18, -1, False), (17, 0, True), (40, 0, False)])
def test_the_age_is_that_of_the_nik(http, sandbox, worker, years, days, needs):
    register(http, sandbox, worker, sandbox.add_person(birthdate=born(years, days=days)))
    assert http.path.startswith("/daftar/wali") is needs


def test_the_setting_turns_it_off(http, sandbox, worker, child, configured):
    configured(guardian_below_age=0)
    register(http, sandbox, worker, child)
    assert http.path == "/"


def test_ones_own_phone_is_no_guardians(at_guardian, child):
    at_guardian.submit(phone=child["phone"])
    assert at_guardian.answer.status_code == 400
    assert "Ini nomormu sendiri" in at_guardian.text
    at_guardian.submit(phone="021 555 0100")
    assert at_guardian.answer.status_code == 400


def test_the_code_of_the_childs_own_phone_is_not_the_guardians(app, http, sandbox, worker, child):
    to_the_code(http, child)
    own = code_of(sandbox, worker, child["phone"])
    http.submit(code=own)
    http.submit(phone=GUARDIAN)
    assert http.submit(code=own).status_code == 400
    assert account_of(app, child) is None


def test_no_step_can_be_skipped(app, http, sandbox, worker, child):
    to_the_code(http, child)
    for path in ("/daftar/wali", "/daftar/wali/kode"):
        token = http.forms()[0]["fields"]["csrf_token"]
        http.post(path, {"csrf_token": token, "phone": GUARDIAN, "code": "123456"})
        assert http.answer.status_code == 303
        http.get("/daftar/verifikasi")
    assert sandbox.sms(GUARDIAN) == [one for one in sandbox.sms(GUARDIAN) if child["name"] not in one["text"]]
    assert account_of(app, child) is None


def test_who_comes_back_later_goes_on_at_the_guardian(at_guardian):
    at_guardian.get("/daftar")
    assert "pendaftaran yang belum selesai" in at_guardian.text
    at_guardian.submit(form=0)
    assert at_guardian.path.startswith("/daftar/wali")


def test_of_fifty_who_enter_the_guardians_code_at_once_one_wins(app, at_guardian, sandbox, worker, child):
    at_guardian.submit(phone=GUARDIAN)
    code = code_of(sandbox, worker, GUARDIAN)
    with app.app_context():
        [pending] = db.session.query(accounts.Account).filter_by(state="pending")
        from_here = db.session.execute(db.text("select device_hash from registrations")).scalar_one()
    errand = otp.Errand(otp.Purpose.GUARDIAN, pending.id, accounts.lookup.PhoneNumber(GUARDIAN), from_here)
    answers = at_once(app, lambda _number: otp.verify(errand, code))
    assert answers.count(None) == 1


@pytest.mark.any_database
def test_the_pages_are_fit_for_everybody(page, live, at_guardian):
    page.base = live.url
    for name in ("daftar", "browser"):
        if value := at_guardian.cookie(name):
            page.context.add_cookies([{"name": name, "value": value, "url": live.url}])
    assert look_at(page, "/daftar/wali") == []
    page.goto("/daftar/wali")
    page.get_by_label("Nomor HP orang tua atau wali").fill("0813 8887 7702")
    page.get_by_role("button", name="Kirim kode ke orang tua atau wali").click()
    page.get_by_role("heading", name="Kode dari orang tua atau wali").wait_for()
    assert look_at(page, "/daftar/wali/kode") == []
