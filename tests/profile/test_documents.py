"""Documents of entries: taken in, kept beside faults, given back to their owner only, gone with what they belong to."""

import io
from pathlib import Path

import pytest

from idp import accounts, claims, profile, settings, throttle
from idp.profile import files
from tests.profile.test_history import ENTRIES, HELD
from tests.signing_in import signed_in
from tests.uploads import hostile

pytestmark = pytest.mark.any_database


def send(browser, step, content, *, name="Ijazah Rina.pdf", path=None, **changes):
    """Fill in the form of an entry with a document, as a browser without JavaScript does."""
    path = path or f"/profil/lengkapi/{step}/baru"
    browser.get(path)
    fields = {key: values[0] for key, values in browser.forms()[0]["fields"].items()}
    data = fields | ENTRIES[step] | changes | ({"document": (io.BytesIO(content), name)} if content else {})
    return browser.request("POST", path, data=data, follow=True)


def stored():
    folder = Path(settings.current().storage_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()]


def documents(app, citizen, step):
    with app.app_context():
        return [entry.document for entry in getattr(profile.of(citizen.account_id), HELD[step]).entries]


def address(page):
    return "/profil/berkas/" + page.text.partition("/profil/berkas/")[2].partition('"')[0]


@pytest.mark.asvs("V8.2.2", "V3.2.1", "V5.4.1", "V5.4.2")
@pytest.mark.parametrize("step", ENTRIES)
def test_an_entry_has_a_document_that_only_its_owner_reads(app, rina, browser, citizen, step):
    page = send(browser, step, hostile.sound()["ijazah.pdf"])
    assert "Ijazah Rina.pdf" in page.text
    answer = browser.request("GET", address(page))
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Ijazah Rina.pdf"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    stranger = signed_in(browser.another(), citizen().account_id)
    assert stranger.request("GET", address(page)).status_code == 404
    assert browser.another().request("GET", address(page)).status_code == 303
    (document,) = documents(app, rina, step)
    assert (document.title, document.media_type) == ("Ijazah Rina.pdf", "application/pdf")
    assert all(not path.read_bytes().startswith(b"%PDF") for path in stored())


def test_a_refused_document_leaves_everything_that_was_typed(browser):
    for name, says in (
        ("script on opening.pdf", "skrip"),
        ("41 pages.pdf", "40 halaman"),
        ("exe as ijazah.pdf", "bukan jpg, png, atau pdf"),
    ):
        answer = send(browser, "pengalaman", dict(hostile.uploads())[name])
        assert answer.status_code == 422
        assert says in answer.text
        assert browser.forms()[0]["fields"]["company"] == ["PT Maju"]
    assert stored() == []


@pytest.mark.asvs("V5.2.1")
def test_a_document_that_is_far_too_long_is_refused_beside_what_was_typed(browser):
    answer = send(browser, "pengalaman", b"\0" * 9_000_000)
    assert answer.status_code == 422
    assert "paling besar 5 MB" in answer.text
    assert browser.forms()[0]["fields"]["company"] == ["PT Maju"]
    assert (
        browser.request("POST", "/profil/lengkapi/pengalaman/baru", data={"document": (io.BytesIO(b"\0" * 26_000_000), "x")}).status_code
        == 413
    )


def test_a_document_need_not_be_chosen_again_when_something_else_is_wrong(app, rina, browser):
    answer = send(browser, "pendidikan", hostile.sound()["foto.jpg"], name="ijazah.png", end_year="1999")
    assert answer.status_code == 422
    assert "ijazah.jpg" in answer.text
    browser.submit(end_year="2014")
    (document,) = documents(app, rina, "pendidikan")
    assert (document.title, document.media_type) == ("ijazah.jpg", "image/jpeg")


def test_a_document_is_replaced_and_taken_away(app, rina, browser, worker):
    page = send(browser, "sertifikasi", hostile.sound()["ijazah.pdf"])
    first, path = address(page), page.text.partition("/hapus")[0].rpartition('"')[2]
    page = send(browser, "sertifikasi", hostile.sound()["foto.jpg"], name="b.jpg", path=path)
    assert "b.jpg" in page.text
    worker.drain()
    assert browser.request("GET", first).status_code == 404
    assert len(stored()) == 1
    send(browser, "sertifikasi", None, path=path)
    assert documents(app, rina, "sertifikasi")[0].title == "b.jpg"
    send(browser, "sertifikasi", None, path=path, drop="y")
    worker.drain()
    assert documents(app, rina, "sertifikasi") == [None]
    assert stored() == []


@pytest.mark.asvs("V14.2.7")
def test_files_go_with_their_entry_and_with_their_account(app, rina, browser, worker):
    page = send(browser, "pelatihan", hostile.sound()["ijazah.pdf"])
    asked = browser.get(f"{page.text.partition('/hapus')[0].rpartition(chr(34))[2]}/hapus")
    assert "Ijazah Rina.pdf" in asked.text
    browser.submit()
    worker.drain()
    assert stored() == []
    send(browser, "pelatihan", hostile.sound()["ijazah.pdf"])
    send(browser, "pendidikan", hostile.sound()["foto.png"], name="x.png", end_year="1999")
    assert len(stored()) == 2
    with app.app_context():
        accounts.erasure.erase(rina.account_id)
    worker.drain()
    assert stored() == []


def ask(browser, content, name="ijazah.pdf"):
    browser.get("/profil/lengkapi/pendidikan/baru")
    token = browser.forms()[0]["fields"]["csrf_token"][0]
    data = {"csrf_token": token, "document": (io.BytesIO(content), name)}
    return browser.request("POST", "/profil/lengkapi/pendidikan/berkas", data=data)


def test_a_script_sends_the_document_before_the_entry(app, rina, browser, citizen):
    answer = ask(browser, hostile.sound()["ijazah.pdf"])
    assert (answer.status_code, answer.json["title"]) == (201, "ijazah.pdf")
    name = answer.json["name"]
    stranger = signed_in(browser.another(), citizen().account_id)
    send(stranger, "pendidikan", None, kept=name)
    assert stranger.request("GET", answer.json["address"]).status_code == 404
    send(browser, "pendidikan", None, kept=name)
    assert [document.name for document in documents(app, rina, "pendidikan")] == [name]
    # One file belongs to one entry: nobody's deleting takes it from another one.
    send(browser, "sertifikasi", None, kept=name)
    assert documents(app, rina, "sertifikasi") == [None]
    assert "skrip" in ask(browser, dict(hostile.uploads())["script on opening.pdf"]).json["error"]


@pytest.mark.asvs("V5.2.4")
def test_there_is_room_for_so_much_and_what_nobody_attached_makes_room_again(app, rina, browser, clock, monkeypatch, worker):
    monkeypatch.setattr(files, "QUOTA_BYTES", 1000)
    assert ask(browser, hostile.sound()["ijazah.pdf"]).status_code == 201
    full = ask(browser, hostile.sound()["ijazah.pdf"])
    assert (full.status_code, "penuh" in full.json["error"]) == (422, True)
    clock.shift(25 * 3600)
    signed_in(browser, rina.account_id)
    assert ask(browser, hostile.sound()["ijazah.pdf"]).status_code == 201
    worker.drain()
    assert len(stored()) == 1


@pytest.mark.asvs("V5.2.4", "V2.4.1")
def test_uploads_are_counted(app, rina, browser):
    with app.app_context():
        for _ in range(59):
            throttle.hit("uploads_per_account", rina.account_id)
    assert [ask(browser, b"%PDF-").status_code for _ in range(2)] == [422, 429]


def test_where_the_storage_cannot_be_reached_nothing_typed_is_lost(browser, configured, tmp_path):
    (tmp_path / "no folder").write_text("")
    configured(storage_url=f"file://{tmp_path / 'no folder'}")
    answer = send(browser, "pengalaman", hostile.sound()["ijazah.pdf"])
    assert answer.status_code == 422
    assert "gangguan di pihak kami" in answer.text
    assert browser.forms()[0]["fields"]["company"] == ["PT Maju"]


def test_claims_say_nothing_of_documents(app, rina, browser):
    send(browser, "pendidikan", hostile.sound()["ijazah.pdf"])
    with app.app_context():
        (told,) = claims.of(rina.account_id, ["education"])["education"]
    assert set(told) <= set(claims.schema("education")["items"]["properties"])
