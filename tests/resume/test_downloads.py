"""The owner's own copies: read back by the programs and schemas of others, in both languages, with nothing in them that runs."""

import html
import io
import json
import re
from datetime import date
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from pypdf import PdfReader

from idp import accounts, clock, settings
from idp.extensions import unit_of_work
from idp.profile.answers import (
    Biodata,
    Certification,
    CertificationHistory,
    Education,
    EducationHistory,
    Experience,
    ExperienceHistory,
    Proof,
    Skill,
    Skills,
    Training,
    TrainingHistory,
)
from idp.resume import content, pdf
from idp.web.assets import OWN
from tests.installing import LIBRARIES
from tests.owning import holder, sign_in
from tests.profile.filling import BIODATA, HOME, fill
from tests.resume.json_resume_schema import SCHEMA

pytestmark = pytest.mark.any_database

POISON = "<script>alert(1)</script>{nb}**b**&amp;]]>'\"(/JS)\\) é ő 日本"
FILES = ("resume-id.pdf", "resume-en.pdf", "resume.json", "europass.xml")
NS = {"": "http://www.europass.eu/1.0", "hr": "http://www.hr-xml.org/3", "oa": "http://www.openapplications.org/oagis/9",
      "eures": "http://www.europass_eures.eu/1.0"}  # fmt: skip


@pytest.fixture
def rina(app):
    return holder(app, "Rina Kartikasari")


@pytest.fixture
def browser(http, rina):
    sign_in(http, rina)
    return http


@pytest.fixture
def told(app, rina):
    """Rina's whole profile, verified, one of her jobs too."""
    with app.app_context():
        proof = Proof("PT Maju", clock.now())
        jobs = (
            Experience("x2", "Kepala Akuntansi", "PT Jaya", "contract", "abroad", "Osaka", date(2019, 4, 1), None, "Memimpin tim."),
            Experience("x1", "Staf", "PT Maju", "full_time", "domestic", "Bandung", date(2015, 1, 5), date(2019, 3, 1), None, proof),
        )
        fill(rina.account_id, pengalaman=ExperienceHistory(True, jobs))
        with unit_of_work():
            accounts.set_identity_verified(rina.account_id, clock.now())


@pytest.fixture
def poisoned(app, rina):
    """Rina's profile with hostile text in every field that takes text."""
    p, day = POISON, date(2020, 1, 6)
    with app.app_context():
        fill(
            rina.account_id,
            biodata=Biodata(p, date(1992, 6, 15), BIODATA.sex, "single", p, HOME, p),
            pendidikan=EducationHistory(True, (Education("e", "s1", p, 2010, p, 2014, p),)),
            pengalaman=ExperienceHistory(True, (Experience("x", p, p, "full_time", "domestic", p, day, None, p),)),
            pelatihan=TrainingHistory(True, (Training("t", p, p, "las", "domestic", p, day, day, p, p),)),
            sertifikasi=CertificationHistory(True, (Certification("c", p, p, day, p, day),)),
            keahlian=Skills((Skill("x", p),)),
        )


def fetched(browser, name):
    answer = browser.request("GET", f"/profil/unduh/{name}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="siapkerja-{name}"'
    return answer.data


def text_of(document):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages).split())


def test_the_pdf_tells_everything_in_either_language_with_what_is_verified(browser, told, rina):
    indonesian, english = (text_of(fetched(browser, f"resume-{one}.pdf")) for one in ("id", "en"))
    year = clock.now().year
    for words in (
        "Rina Kartikasari", "Identitas terverifikasi Dukcapil", rina.email, "Jl. Setiabudi Tengah 3", "Lahir Bandung, 15 Juni 1992",
        "Tentang saya Suka belajar.", "Pengalaman Kerja Kepala Akuntansi PT Jaya · Kontrak · Osaka 1 April 2019 – sekarang Memimpin tim.",
        "Terverifikasi oleh PT Maju", "Universitas Padjadjaran S1 · Akuntansi · Nilai 3,51 2010 – 2014", "Las Dasar", "Teknisi Akuntansi",
        "berlaku sampai 1 Mei 2019", "Akuntansi · Graphic Design", "halaman 1",
    ):  # fmt: skip
        assert words in indonesian
    for words in ("Identity verified by the civil registry", "Work experience", "Contract · Osaka", "1 April 2019 – present", "page 1"):
        assert words.casefold() in english.casefold()
    assert str(year) in english
    reader = PdfReader(io.BytesIO(fetched(browser, "resume-en.pdf")))
    assert reader.metadata.title == "Résumé Rina Kartikasari"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert [fonts for page in reader.pages for fonts in page["/Resources"]["/Font"]]


def test_the_json_is_json_resume(browser, told, rina):
    document = json.loads(fetched(browser, "resume.json"))
    jsonschema_rs.validator_for(SCHEMA).validate(document)
    assert document["basics"] == {
        "name": "Rina Kartikasari", "label": "Kepala Akuntansi", "email": rina.email, "phone": rina.phone, "summary": "Suka belajar.",
        "location": {
            "address": "Jl. Setiabudi Tengah 3", "postalCode": "12910", "city": "Kota Administrasi Jakarta Selatan", "countryCode": "ID",
            "region": "Daerah Khusus Ibukota Jakarta",
        },
    }  # fmt: skip
    assert document["work"][0] == {
        "name": "PT Jaya", "location": "Osaka", "position": "Kepala Akuntansi", "startDate": "2019-04-01", "summary": "Memimpin tim.",
    }  # fmt: skip
    assert [one["institution"] for one in document["education"]] == ["Universitas Padjadjaran", "Universitas Indonesia", "BLK Bandung"]
    assert document["certificates"] == [{"name": "Teknisi Akuntansi", "date": "2016-05-01", "issuer": "LSP TA"}]
    assert document["skills"] == [{"name": "Akuntansi"}, {"name": "Graphic Design"}]


@pytest.mark.node
def test_the_published_schema_of_json_resume_accepts_it(browser, told):
    published = json.loads((LIBRARIES / "@jsonresume/schema/schema.json").read_text())
    check = jsonschema_rs.validator_for(published)
    check.validate(json.loads(fetched(browser, "resume.json")))
    assert not check.is_valid({"basics": {"email": 7}})


def test_the_xml_is_a_europass_candidate(browser, told, rina):
    root = ElementTree.fromstring(fetched(browser, "europass.xml"))
    assert root.tag == "{http://www.europass.eu/1.0}Candidate"
    assert [one.tag.partition("}")[2] for one in root] == ["DocumentID", "CandidateSupplier", "CandidatePerson", "CandidateProfile"]
    said = {
        "CandidatePerson/PersonName/oa:GivenName": "Rina", "CandidatePerson/PersonName/hr:FamilyName": "Kartikasari",
        "CandidatePerson/Communication/oa:URI": rina.email, "CandidatePerson/Communication/CountryDialing": "62",
        "CandidatePerson/Communication/Address/oa:PostalCode": "12910", "CandidatePerson/hr:BirthDate": "1992-06-15",
        "CandidateProfile/EmploymentHistory/EmployerHistory/hr:OrganizationName": "PT Jaya",
        "CandidateProfile/EmploymentHistory/EmployerHistory/PositionHistory/PositionTitle": "Kepala Akuntansi",
        "CandidateProfile/EducationHistory/EducationOrganizationAttendance/EducationDegree/hr:DegreeName": "S1 Akuntansi",
        "CandidateProfile/Certifications/Certification/hr:CertificationName": "Teknisi Akuntansi",
        "CandidateProfile/PersonQualifications/PersonCompetency/CompetencyID": "Akuntansi",
    }  # fmt: skip
    assert {path: root.findtext(path, namespaces=NS) for path in said} == said
    period = "CandidateProfile/EmploymentHistory/EmployerHistory/PositionHistory/eures:EmploymentPeriod"
    assert [one.findtext("hr:CurrentIndicator", namespaces=NS) for one in root.iterfind(period, NS)] == ["true", "false"]
    assert all(re.fullmatch(r"\d{4}(-\d{2}-\d{2})?", one.text) for one in root.iter(f"{{{NS['hr']}}}FormattedDateTime"))
    order = ["ID", "ExecutiveSummary", "EmploymentHistory", "EducationHistory", "Certifications", "PersonQualifications"]
    assert [one.tag.partition("}")[2] for one in root.find("CandidateProfile", NS)] == order


def test_nothing_typed_runs_or_breaks_out_anywhere(browser, poisoned, caplog):
    for name in FILES[:2]:
        document = fetched(browser, name)
        reader = PdfReader(io.BytesIO(document))
        root = reader.trailer["/Root"]
        assert not {"/AA", "/AcroForm", "/Names"} & set(root)
        assert isinstance(root["/OpenAction"], list)  # where on the first page one begins to read, no action
        assert not [one for page in reader.pages for one in page.get("/Annots", [])]
        text = text_of(document)
        assert text.count("<script>alert(1)</script>{nb}**b**") >= 10
        assert "é ő ??" in text
    document = json.loads(fetched(browser, "resume.json"))
    jsonschema_rs.validator_for(SCHEMA).validate(document)
    assert document["work"][0]["position"] == POISON
    root = ElementTree.fromstring(fetched(browser, "europass.xml"))
    assert "script" not in {one.tag.rpartition("}")[2] for one in root.iter()}
    assert root.findtext("CandidateProfile/EmploymentHistory/EmployerHistory/hr:OrganizationName", namespaces=NS) == POISON
    prose = root.findtext("CandidateProfile/EmploymentHistory/EmployerHistory/PositionHistory/oa:Description", namespaces=NS)
    assert prose == f"<p>{html.escape(POISON)}</p>"  # Europass reads this one as HTML
    assert "日" not in caplog.text
    browser.get("/resume/tautan/baru")
    page = browser.submit(parts=list(content.NAMES), days="7", purpose=POISON[:60]).text
    shown = browser.another().get(re.search(r'id="address" value="([^"]+)"', page)[1].removeprefix(settings.current().issuer)).text
    for one in (page, shown, browser.get("/profil").text, browser.get("/resume").text):
        assert "<script>alert" not in one
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 10


def test_an_empty_profile_is_a_short_but_sound_resume(browser):
    assert "Identitas belum terverifikasi" in text_of(fetched(browser, "resume-id.pdf"))
    jsonschema_rs.validator_for(SCHEMA).validate(json.loads(fetched(browser, "resume.json")))
    assert ElementTree.fromstring(fetched(browser, "europass.xml")).find("CandidatePerson/PersonName", NS) is not None


def test_only_the_owner_downloads_and_not_without_end(browser):
    stranger = browser.another()
    for name in FILES:
        assert stranger.request("GET", f"/profil/unduh/{name}").status_code == 303
    assert browser.get("/profil/unduh/nosuch.pdf").status_code == 404
    page = browser.get("/resume").text
    assert all(f'href="/profil/unduh/{name}"' in page for name in FILES)
    for _ in range(30):
        browser.request("GET", "/profil/unduh/resume.json")
    refused = browser.request("GET", "/profil/unduh/resume.json")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_the_pdf_wears_the_colours_of_the_house():
    found = re.findall(r"--sk-([\w-]+): (#[0-9a-f]{6})", (OWN / "theme.css").read_text())
    tokens = dict(reversed(found))  # the first word counts; the later ones are for paper
    named = {"ink": pdf.INK, "ink-soft": pdf.SOFT, "blue": pdf.BLUE, "green": pdf.GREEN, "line": pdf.LINE}
    assert {name: tokens[name] for name in named} == named
