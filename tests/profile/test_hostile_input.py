"""Whatever is sent to the wizard: an answer, never a fault of ours."""

import random

import pytest

from idp.profile.steps import STEPS
from tests.profile.filling import fill

pytestmark = pytest.mark.any_database

NASTY = (
    "", "\x00", "\ud7ff", "\uffff", "\u202e", "🙂" * 300, "x" * 20_000, "-1", "9" * 60, "1e9", "null", "[]", "{}", "%s%n",
    "../../etc/passwd", "' OR 1=1 --", "<script>alert(1)</script>", "{{ 7*7 }}", "31.74.02.1001", "0000-00-00", "9999-12-31",
    "01-01-0001", "JP", "yes", "no", "domestic", "abroad",
)  # fmt: skip
FIELDS = (
    "birthplace", "birthdate", "sex", "marital_status", "id_card_address", "about", "location", "province", "city", "district",
    "village", "postal_code", "offered_postal_code", "street", "country", "foreign_city", "foreign_street", "declared", "level",
    "institution", "start_year", "end_year", "ongoing", "position", "company", "employment_type", "location_type", "start",
    "end", "program", "field", "issued", "expires", "skill", "search", "photo", "document", "kept", "drop", "description",
    "description_html", "place",
)  # fmt: skip
BUTTONS = (
    "next",
    "back",
    "add",
    "search",
    "upload",
    "",
    "pick:",
    "pick:province",
    "find",
    "place:",
    "place:31.74",
    "place:\x00",
    "review",
    "pick:\x00",
    "known:python",
    "known:",
    "remove:",
    "remove:x",
    "🙂:🙂",
)


@pytest.mark.asvs("V1.3.3", "V2.2.2")
def test_no_input_makes_a_step_fail(app, rina, browser):
    with app.app_context():
        fill(rina.account_id)
    browser.get("/profil/lengkapi/biodata")
    token = browser.forms()[0]["fields"]["csrf_token"]
    chance = random.Random(7)
    seen = set()
    for _ in range(150):
        name = chance.choice(STEPS).name
        path = f"/profil/lengkapi/{name}" + chance.choice(("", "", "", "/baru", "/e1", "/e1/hapus", "/x", "/berkas"))
        fields = {field: chance.choices(NASTY, k=chance.choice((1, 1, 1, 3))) for field in chance.sample(FIELDS, 25)}
        sent = fields | {"csrf_token": token, "go": chance.choice(BUTTONS), "version": chance.choice(("0", "1", "2", "x", "-5", "9" * 30))}
        answer = browser.post(path, sent)
        assert answer.status_code < 500, (path, sent)
        seen.add(answer.status_code)
    assert {200, 303, 409, 422} <= seen
    for path in ("/profil", *(f"/profil/lengkapi/{step.name}" for step in STEPS)):
        assert browser.get(path).status_code == 200


def test_no_query_makes_a_lookup_fail(http):
    for text in NASTY:
        for path in ("/profil/wilayah", "/profil/keahlian/saran"):
            assert http.request("GET", path, query_string={"induk": text, "cari": text}).status_code == 200
