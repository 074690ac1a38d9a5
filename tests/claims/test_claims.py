"""What services are told: types, schemas, what is left out, and in which words people see it first."""

from dataclasses import replace

import jsonschema_rs
import pytest
from sqlalchemy import event

from idp import accounts, claims, clock, profile
from idp.claims import catalogue
from idp.extensions import db, redis
from idp.profile.answers import AbroadAddress, Biodata, Proof, Skill, Skills
from tests.profile.filling import BIODATA, WHOLE, fill

EVERYTHING = tuple(catalogue.claims())


@pytest.fixture
def told(app, rina):
    """Everything that is told about Rina, whose profile is complete but for the photo."""
    with app.app_context():
        fill(rina.account_id)
        yield claims.of(rina.account_id, EVERYTHING)


def test_standard_claims_have_the_types_of_the_standard(told, rina):
    assert told["name"] == "Rina Kartikasari"
    assert told["gender"] == "female"
    assert told["birthdate"] == "1992-06-15"
    assert told["zoneinfo"] == "Asia/Jakarta"
    assert told["locale"] == "id"
    assert isinstance(told["updated_at"], int)
    assert told["email"] == rina.registry["email"]
    assert told["email_verified"] is False
    assert told["phone_number"] == rina.registry["phone"]
    assert told["phone_number_verified"] is True
    assert told["nik"] == rina.registry["nik"]


def test_the_address_has_its_parts_and_the_codes_of_the_ministry(told):
    assert told["address"] == {
        "formatted": "Jl. Setiabudi Tengah 3\nSetia Budi, Setiabudi\n"
        "Kota Administrasi Jakarta Selatan\nDaerah Khusus Ibukota Jakarta 12910",
        "street_address": "Jl. Setiabudi Tengah 3",
        "locality": "Kota Administrasi Jakarta Selatan",
        "region": "Daerah Khusus Ibukota Jakarta",
        "postal_code": "12910",
        "country": "Indonesia",
        "country_code": "ID",
        "district": "Setiabudi",
        "village": "Setia Budi",
        "province_code": "31",
        "city_code": "31.74",
        "district_code": "31.74.02",
        "village_code": "31.74.02.1001",
    }


def test_an_address_abroad_has_a_country_and_no_codes(app, rina):
    with app.app_context():
        abroad = AbroadAddress("JP", "Osaka", "1-2-3 Umeda")
        plain = {name: getattr(BIODATA, name) for name in Biodata.__dataclass_fields__}
        fill(rina.account_id, biodata=Biodata(**(plain | {"domicile": abroad})))
        told = claims.of(rina.account_id, EVERYTHING, "en")
    assert told["address"] == {
        "formatted": "1-2-3 Umeda\nOsaka\nJapan",
        "street_address": "1-2-3 Umeda",
        "locality": "Osaka",
        "country": "Japan",
        "country_code": "JP",
    }
    assert "zoneinfo" not in told


def test_the_working_life_is_told_entry_by_entry_with_what_is_verified(told):
    assert told["education"][0] == {
        "level": {"key": "s1", "name": "S1"},
        "institution": "Universitas Padjadjaran",
        "major": "Akuntansi",
        "start": "2010",
        "end": "2014",
        "ongoing": False,
        "grade": "3,51",
        "verified": False,
    }
    assert told["education"][1]["ongoing"] is True
    assert [job["current"] for job in told["experience"]] == [False, True]
    assert told["training"][0]["field"] == {"key": "las", "name": "Las"}
    assert told["certification"][0]["expires"] == "2019-05-01"
    assert told["skills"] == [
        {"name": "Akuntansi", "key": "accounting", "verified": False},
        {"name": "Graphic Design", "key": "graphic-design", "verified": False},
    ]
    assert all(entry["verified"] is False for name in ("education", "experience", "training", "certification") for entry in told[name])


@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_claim_matches_its_published_schema(app, rina, locale):
    with app.app_context():
        fill(rina.account_id)
        told = claims.of(rina.account_id, EVERYTHING, locale)
    assert {"name", "address", "education", "skills"} <= set(told)
    for name, value in told.items():
        jsonschema_rs.validator_for(claims.schema(name)).validate(value)


def test_verified_entries_and_an_address_abroad_match_their_schemas_too(app, rina):
    proof = Proof("BLK Bandung", clock.now())
    vouched = {
        step: replace(WHOLE[step], entries=tuple(replace(entry, proof=proof) for entry in WHOLE[step].entries))
        for step in ("pendidikan", "pengalaman", "pelatihan", "sertifikasi")
    }
    with app.app_context():
        fill(rina.account_id, biodata=replace(BIODATA, domicile=AbroadAddress("JP", "Osaka", "1-2-3 Umeda")), **vouched)
        told = claims.of(rina.account_id, EVERYTHING)
    for name, value in told.items():
        jsonschema_rs.validator_for(claims.schema(name)).validate(value)
    for name in ("education", "experience", "training", "certification"):
        assert {(entry["verified"], entry["verified_by"]) for entry in told[name]} == {(True, "BLK Bandung")}


def test_a_schema_refuses_what_is_misspelt_missing_or_of_another_type(told):
    for name, value in told.items():
        check = jsonschema_rs.validator_for(claims.schema(name))
        one = value[0] if isinstance(value, list) else value
        wrong = [None, {"unknown": 1}, [[]], 1.5]
        if isinstance(one, dict):
            kept = [{**one, "unknown": 1}, *({**one, part: {}} for part in one), {}]
            wrong += [[each] for each in kept] if isinstance(value, list) else kept
        assert [each for each in wrong if check.is_valid(each)] == [], name


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_claim_has_a_sound_schema_and_words_in_both_languages(name):
    jsonschema_rs.meta.validate(claims.schema(name))
    claim = catalogue.claims()[name]
    assert all(claim.label[locale] and claim.description[locale] for locale in ("id", "en"))


@pytest.mark.asvs("V8.2.3", "V15.3.1")
def test_scopes_open_the_claims_of_the_catalogue_and_no_others():
    opened = claims.opened_by()
    assert opened["email"] == ("email", "email_verified")
    assert opened["offline_access"] == ()
    assert {claim for names in opened.values() for claim in names} == set(catalogue.claims())


def test_a_claim_without_a_value_is_left_out(app, rina):
    with app.app_context():
        told = claims.of(rina.account_id, EVERYTHING)
    assert set(told) == {
        "name", "locale", "updated_at", "email", "email_verified", "phone_number", "phone_number_verified", "nik",
        "profile_completeness", "profile_verified", "capacities",
    }  # fmt: skip
    assert told["profile_completeness"] == 0
    assert told["profile_verified"] is False


@pytest.mark.asvs("V15.3.1", "V14.2.6")
def test_only_what_is_asked_for_is_told(app, rina):
    with app.app_context():
        assert set(claims.of(rina.account_id, ("name", "nosuch", "birthdate"))) == {"name"}
        assert claims.of("0" * 32, EVERYTHING) == {}


def test_claims_come_in_the_language_that_is_asked_for(app, rina):
    with app.app_context():
        fill(rina.account_id)
        english = claims.of(rina.account_id, ("experience", "skills"), "en-GB")
        indonesian = claims.of(rina.account_id, ("experience", "skills"), "fr")
    assert english["experience"][0]["employment_type"] == {"key": "full_time", "name": "Full-time"}
    assert [skill["name"] for skill in english["skills"]] == ["Accounting", "Graphic Design"]
    assert [skill["name"] for skill in indonesian["skills"]] == ["Akuntansi", "Graphic Design"]
    assert indonesian["experience"][0]["employment_type"] == {"key": "full_time", "name": "Penuh waktu"}


def test_what_was_told_once_costs_no_statement_more(app, rina, citizen):
    statements = []

    def note(*facts):
        statements.append(facts[2])

    with app.app_context():
        fill(rina.account_id)
        claims.of(citizen().account_id, EVERYTHING)  # the cache's own key is made at first use
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        claims.of(rina.account_id, EVERYTHING)
        first = [statement for statement in statements if statement.startswith("SELECT")]
        claims.of(rina.account_id, EVERYTHING)
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(first) == 7
    assert [statement for statement in statements if statement.startswith("SELECT")] == first


@pytest.mark.asvs("V8.3.2")
def test_a_change_is_told_at_once(app, rina):
    with app.app_context():
        fill(rina.account_id)
        assert len(claims.of(rina.account_id, ("skills",))["skills"]) == 2
        fill(rina.account_id, keahlian=Skills((Skill("python", "Python"),)))
        assert claims.of(rina.account_id, ("skills",))["skills"] == [{"name": "Python", "key": "python", "verified": False}]
        accounts.set_identity_verified(rina.account_id, accounts.find(rina.account_id).created_at)
        assert claims.of(rina.account_id, ("profile_verified",)) == {"profile_verified": True}


@pytest.mark.asvs("V14.2.2")
def test_what_is_kept_in_redis_shows_nobody(app, rina):
    with app.app_context():
        fill(rina.account_id)
        claims.of(rina.account_id, EVERYTHING)
        kept = b"".join(redis.get(key) for key in redis.scan_iter("idp:claims:*"))
    assert kept
    assert b"Rina" not in kept
    assert rina.registry["nik"].encode() not in kept


@pytest.mark.asvs("V10.7.2")
def test_the_consent_page_shows_what_would_be_sent(app, rina):
    with app.app_context():
        fill(rina.account_id)
        lines = claims.describe(
            rina.account_id, ("email", "email_verified", "skills", "birthdate", "address", "experience", "picture"), "id"
        )
    shown = {line.names: line.value for line in lines}
    assert shown == {
        ("picture",): None,
        ("birthdate",): "15 Juni 1992",
        ("email", "email_verified"): f"{rina.registry['email']} (belum terverifikasi)",
        (
            "address",
        ): "Jl. Setiabudi Tengah 3, Setia Budi, Setiabudi, Kota Administrasi Jakarta Selatan, Daerah Khusus Ibukota Jakarta 12910",
        ("experience",): "Staf Akuntansi, PT Maju (2015–2019); Kepala Akuntansi, PT Jaya (2019–sekarang)",
        ("skills",): "Akuntansi, Graphic Design",
    }
    assert [line.label for line in lines if line.names == ("birthdate",)] == ["Tanggal lahir"]


def test_every_claim_can_be_put_into_words(told):
    for name, value in told.items():
        for locale in ("id", "en"):
            text = claims.display(name, value, locale)
            assert text
            assert "{" not in text


def test_a_long_list_is_cut_short_on_the_consent_page():
    many = [{"name": f"Keahlian {n}", "key": str(n)} for n in range(20)]
    assert claims.display("skills", many, "en").endswith("Keahlian 14, and 5 more")


def test_an_identifier_is_a_string_everywhere():
    for claim in catalogue.claims().values():
        for name, part in _parts(claim.name, claim.schema):
            if name in ("nik", "phone_number", "postal_code", "id", "key") or name.endswith("_code"):
                assert part["type"] == "string", (claim.name, name)


def _parts(name, schema):
    yield name, schema
    for inner, part in schema.get("properties", {}).items():
        yield from _parts(inner, part)
    if "items" in schema:
        yield from _parts("", schema["items"])


def test_the_profile_of_nobody_is_empty(app):
    with app.app_context():
        assert profile.of("0" * 32).completeness == 0
