"""Organisations: entered by officers, run by their own admins, joined by whoever proved the invited contact; told as claims."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from idp import accounts, claims, organisations
from idp.accounts import own_contacts
from idp.claims import catalogue
from idp.officers import erase
from idp.organisations import Kind, Role
from idp.organisations.cli import org
from idp.selfservice import download
from tests.browsing import Browser
from tests.owning import Holder, at_once, holder, press, sign_in
from tests.selfservice.test_look import cookies_to
from tests.web.test_accessibility import look_at

NIB = "1234567890123"


def run(app: Flask, *arguments: str) -> Result:
    with app.app_context():
        return CliRunner().invoke(org, arguments, env={"IDP_OFFICER": "Dian"})


@pytest.fixture
def rina(app: Flask) -> Holder:
    return holder(app)


@pytest.fixture
def budi(app: Flask) -> Holder:
    return holder(app, "Budi Santoso")


@pytest.fixture
def company(app: Flask, rina: Holder) -> str:
    """PT Contoh, whose admin is Rina."""
    options = ("--type", "perusahaan", "--identifier", NIB, "--name", "PT Contoh", "--admin", rina.phone, "--json")
    return str(json.loads(run(app, "add", *options).stdout)["id"])


@pytest.fixture
def browser(http: Browser, rina: Holder) -> Browser:
    sign_in(http, rina)
    return http


def invite(browser: Browser, company: str, contact: str, role: str = "member") -> str:
    browser.get(f"/akun/organisasi/{company}")
    number = next(number for number, form in enumerate(browser.forms()) if form["action"].endswith("/undang"))
    browser.submit(form=number, contact=contact, role=role)
    return browser.text


def told(app: Flask, whom: Holder, locale: str = "id") -> dict[str, Any]:
    with app.app_context():
        return claims.of(whom.account_id, ("capacities", "organizations"), locale)


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [("perusahaan", "1234-5678 90123", NIB), ("dinas_provinsi", "31", "31"), ("dinas_kabupaten_kota", "3174", "31.74")],
)
def test_an_organisation_is_entered_under_its_identifier_once(app: Flask, kind: str, raw: str, stored: str) -> None:
    command = ("add", "--type", kind, "--identifier", raw, "--name", "  Satu   Dua ", "--json")
    made = json.loads(run(app, *command).stdout)
    assert (made["identifier"], made["name"]) == (stored, "Satu Dua")
    assert "already" in run(app, *command).output
    assert [one["id"] for one in json.loads(run(app, "list", "--json").stdout)] == [made["id"]]


@pytest.mark.parametrize(("kind", "raw"), [("perusahaan", "123"), ("dinas_provinsi", "31.74"), ("dinas_kabupaten_kota", "99.99")])
def test_what_cannot_be_an_identifier_is_refused_and_said(app: Flask, kind: str, raw: str) -> None:
    done = run(app, "add", "--type", kind, "--identifier", raw, "--name", "X")
    assert done.exit_code == 1
    assert "--identifier" in done.output


def test_officers_put_members_in_and_take_them_out(app: Flask, company: str, rina: Holder, budi: Holder) -> None:
    assert run(app, "member", "add", NIB, budi.email, "--role", "admin").exit_code == 0
    assert run(app, "member", "add", company, rina.account_id, "--role", "member").exit_code == 0
    roles = {one["account"]: one["role"] for one in json.loads(run(app, "member", "list", company, "--json").stdout)}
    assert roles == {rina.account_id: "member", budi.account_id: "admin"}
    assert "last admin" in run(app, "member", "add", company, budi.email, "--role", "member").output
    assert run(app, "member", "remove", company, budi.email).exit_code == 0
    assert run(app, "remove", company).exit_code == 0
    assert told(app, rina) == {"capacities": ["pencari_kerja"]}


def test_an_invitation_says_the_same_whether_or_not_there_is_an_account(
    app: Flask, browser: Browser, company: str, budi: Holder, worker: Any, sandbox: Any
) -> None:
    known = invite(browser, company, budi.email)
    unknown = invite(browser, company, "belum.ada@example.id")
    assert ("Undangan dikirim" in known, "Undangan dikirim" in unknown) == (True, True)
    worker.drain()
    for address in (budi.email, "belum.ada@example.id"):
        mail = sandbox.mail(address)[-1]
        assert "PT Contoh" in mail["subject"]
        assert "/akun/organisasi" in mail["text"]
    assert "Budi" not in browser.text


def test_whoever_proved_the_contact_accepts_and_services_are_told(
    app: Flask, browser: Browser, company: str, budi: Holder, rina: Holder
) -> None:
    invite(browser, company, budi.email, "admin")
    other = browser.another()
    sign_in(other, budi)
    other.get("/akun/organisasi")
    assert "PT Contoh" not in other.text
    assert "Buktikan dulu" in other.text
    with app.app_context():
        own_contacts.email_proven(budi.account_id)
    other.get("/akun/organisasi")
    press(other, "/undangan/", answer="accept")
    assert "Kamu sekarang anggota PT Contoh" in other.text
    member = {"id": company, "type": "perusahaan", "name": "PT Contoh", "role": "admin"}
    assert told(app, budi) == {"capacities": ["pencari_kerja", "perusahaan"], "organizations": [member]}
    with app.app_context():
        for name, value in told(app, budi).items():
            assert jsonschema_rs.is_valid(catalogue.schema(name), value)
        lines = {line.label: line.value for line in claims.describe(budi.account_id, ("capacities", "organizations"))}
    assert lines == {"Peran": "Pencari kerja, Perusahaan", "Organisasi": "PT Contoh (admin)"}
    browser.get(f"/akun/organisasi/{company}")
    assert "Budi Santoso" in browser.text
    assert budi.email not in browser.text


def test_an_invitation_by_sms_is_declined_or_taken_back(
    app: Flask, browser: Browser, company: str, budi: Holder, worker: Any, sandbox: Any
) -> None:
    invite(browser, company, budi.phone)
    worker.drain()
    assert "mengundangmu" in sandbox.sms(budi.phone)[-1]["text"]
    other = browser.another()
    sign_in(other, budi)
    other.get("/akun/organisasi")
    press(other, "/undangan/", answer="decline")
    assert "Undangan ditolak" in other.text
    invite(browser, company, "08123456789012345")
    assert browser.answer.status_code == 400
    assert 'value="08123456789012345"' in browser.text
    invite(browser, company, "siapa@example.id")
    press(browser, "/batal")
    assert "Undangan dibatalkan" in browser.text
    with app.app_context():
        assert organisations.invitations_of(company) == []


def test_roles_change_and_the_last_admin_cannot_leave(app: Flask, browser: Browser, company: str, budi: Holder, rina: Holder) -> None:
    browser.get("/akun/organisasi")
    press(browser, f"{company}/keluar")
    assert "Kamu admin terakhir" in browser.text
    with app.app_context():
        organisations.put_member(company, budi.account_id, Role.MEMBER)
    browser.get(f"/akun/organisasi/{company}")
    press(browser, f"/anggota/{budi.account_id}", role="admin")
    assert "Perannya sudah diubah" in browser.text
    assert told(app, budi)["organizations"][0]["role"] == "admin"
    browser.get("/akun/organisasi")
    press(browser, f"{company}/keluar")
    assert "sudah keluar" in browser.text
    assert "organizations" not in told(app, rina)
    assert browser.get(f"/akun/organisasi/{company}").status_code == 200
    assert "tidak mengurus organisasi itu" in browser.text


def test_a_member_and_a_stranger_change_nothing(app: Flask, http: Browser, company: str, budi: Holder, rina: Holder) -> None:
    sign_in(http, budi)
    for joined in (False, True):
        if joined:
            with app.app_context():
                organisations.put_member(company, budi.account_id, Role.MEMBER)
        http.get("/akun/organisasi")
        token = http.forms()[-1]["fields"]["csrf_token"]
        for path in (f"anggota/{rina.account_id}", f"anggota/{budi.account_id}", "undang"):
            http.post(f"/akun/organisasi/{company}/{path}", {"csrf_token": token, "role": "admin", "contact": "x@example.id"})
        assert http.request("GET", f"/akun/organisasi/{company}").status_code == 303
    with app.app_context():
        roles = {one.account_id: one.role for one in organisations.members(company)}
        assert organisations.invitations_of(company) == []
    assert roles == {rina.account_id: "admin", budi.account_id: "member"}


def test_of_two_admins_who_leave_at_once_one_stays(app: Flask, company: str, rina: Holder, budi: Holder) -> None:
    with app.app_context():
        organisations.put_member(company, budi.account_id, Role.ADMIN)
    both = (rina.account_id, budi.account_id)
    results = at_once(app, lambda number: organisations.remove(company, both[number % 2], by=both[number % 2]), 10)
    assert any(isinstance(one, organisations.LastAdmin) for one in results)
    with app.app_context():
        assert [one.role for one in organisations.members(company)] == ["admin"]


def test_of_many_who_accept_at_once_one_joins(app: Flask, browser: Browser, company: str, budi: Holder) -> None:
    invite(browser, company, budi.phone)

    def accept(_number: int) -> Any:
        account = accounts.find(budi.account_id)
        assert account
        return organisations.accept(account, organisations.waiting(account)[0].id).id if organisations.waiting(account) else None

    results = at_once(app, accept, 20)
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, (organisations.Gone, IndexError))] == []
    with app.app_context():
        assert len(organisations.members(company)) == 2


def test_a_person_chooses_and_one_capacity_is_always_left(app: Flask, browser: Browser, rina: Holder) -> None:
    browser.get("/akun/organisasi")
    press(browser, "/peran", capacities=["pencari_kerja", "peserta_pelatihan"])
    assert told(app, rina)["capacities"] == ["pencari_kerja", "peserta_pelatihan"]
    press(browser, "/peran", capacities=None)
    assert browser.answer.status_code == 400
    assert "Pilih sedikitnya satu" in browser.text
    press(browser, "/peran", capacities=["nonsense"])
    assert browser.answer.status_code == 400


def test_who_acts_for_an_organisation_only_says_so(app: Flask, browser: Browser, company: str, rina: Holder) -> None:
    browser.get("/akun/organisasi")
    press(browser, "/peran", capacities=None)
    assert told(app, rina)["capacities"] == ["perusahaan"]
    run(app, "remove", company)
    assert told(app, rina)["capacities"] == ["pencari_kerja"]


def test_the_download_says_where_one_belongs(app: Flask, company: str, rina: Holder) -> None:
    with app.app_context():
        account = accounts.find(rina.account_id)
        assert account
        belonging = json.loads(download.document(account))["belonging"]
    assert belonging["organizations"][0]["name"] == "PT Contoh"
    assert belonging["capacities"] == ["pencari_kerja", "perusahaan"]


def test_the_end_of_an_account_ends_its_memberships(app: Flask, company: str, rina: Holder) -> None:
    with app.app_context():
        erase(rina.account_id, "Dian")
        assert organisations.members(company) == []
        assert organisations.every(Kind.COMPANY)[0].id == company


def test_admins_are_told_who_comes_and_goes_and_so_is_whoever_did_not_wish_it(
    app: Flask, company: str, rina: Holder, budi: Holder, worker: Any, sandbox: Any
) -> None:
    def subjects(whom: Holder) -> list[str]:
        worker.drain()
        return [mail["subject"] for mail in sandbox.mail(whom.email) if "PT Contoh" in mail["subject"]]

    came, went = "Budi Santoso bergabung dengan PT Contoh", "Budi Santoso tidak lagi di PT Contoh"
    with app.app_context():
        organisations.put_member(company, budi.account_id, Role.MEMBER, own_wish=True)
        organisations.remove(company, budi.account_id, by=budi.account_id)
    assert subjects(rina) == ["Kamu admin PT Contoh", came, went]
    assert subjects(budi) == []
    with app.app_context():
        organisations.put_member(company, budi.account_id, Role.ADMIN)
        organisations.remove(company, budi.account_id, by=rina.account_id)
    assert subjects(rina)[3:] == [came, went]
    assert subjects(budi) == ["Kamu admin PT Contoh", "Kamu bukan lagi anggota PT Contoh"]
    assert "/akun/organisasi" in sandbox.mail(budi.email)[-2]["text"]
    with app.app_context():
        organisations.put_member(company, budi.account_id, Role.MEMBER, own_wish=True)
        erase(budi.account_id, "Dian")
    assert subjects(rina)[5:] == [came, went]
    assert len(subjects(budi)) == 2


@pytest.mark.any_database
def test_the_admins_page_is_fit_for_everybody(
    app: Flask, http: Browser, page: Any, live: Any, company: str, rina: Holder, budi: Holder
) -> None:
    with app.app_context():
        organisations.put_member(company, budi.account_id, Role.MEMBER)
    sign_in(http, rina)
    invite(http, company, "calon@example.id", "admin")
    page.base = live.url
    cookies_to(page, http)
    assert look_at(page, f"/akun/organisasi/{company}") == []
