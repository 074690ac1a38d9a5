"""The integrators' guide says what there is: this installation's addresses, every claim, and schemas that hold."""

import re

import jsonschema_rs
import pytest

from idp.claims import catalogue

pytestmark = pytest.mark.any_database
ISSUER = re.compile(r"https?://localhost:\d+")


@pytest.mark.parametrize(("language", "words"), [("id", "Katalog klaim"), ("en", "Catalogue of claims")])
def test_the_guide_is_open_to_all_and_bears_this_installations_addresses(http, app, language, words):
    issuer = app.extensions["test_settings"].issuer
    page = http.get(f"/pengembang?lang={language}")
    assert page.status_code == 200
    assert words in page.text
    for name in (*catalogue.claims(), *catalogue.scopes()):
        assert f"<code>{name}</code>" in page.text
    assert page.text.count(f"{issuer}/.well-known/openid-configuration") >= 3
    assert set(ISSUER.findall(page.text)) == {issuer}


def test_every_address_that_the_guide_names_is_there(http):
    page = http.get("/pengembang").text
    for path in set(re.findall(r'href="(/[^"#?]*)', page)) - {"/"}:
        assert http.get(path).status_code == 200, path
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r' id="([^"]+)"', page))


def test_every_page_leads_to_the_guide(http):
    assert 'href="/pengembang"' in http.get("/bantuan").text


def test_every_claim_has_a_schema_at_an_address_that_stays_and_an_example_that_fits_it(http):
    listed = {one["name"]: one["schema"] for one in http.get("/pengembang/klaim.json").json["claims"]}
    assert list(listed) == list(catalogue.claims())
    for name, address in listed.items():
        answer = http.get(f"/pengembang/klaim/{name}.json")
        assert answer.mimetype == "application/schema+json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        schema = answer.json
        assert schema["$id"] == address
        jsonschema_rs.meta.validate(schema)
        assert jsonschema_rs.is_valid(schema, schema["examples"][0], validate_formats=True), name


def test_a_claim_that_there_is_not_has_no_schema(http):
    assert http.get("/pengembang/klaim/password.json").status_code == 404


def test_discovery_names_the_guide(http, app):
    assert http.get("/.well-known/openid-configuration").json["service_documentation"].endswith("/pengembang")
