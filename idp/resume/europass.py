"""A résumé as Europass XML: the Candidate document (HR-XML 3 with Europass' own elements) that the Europass site imports."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

import phonenumbers

from idp.resume.content import Resume

EUROPASS, HR, OA = "http://www.europass.eu/1.0", "http://www.hr-xml.org/3", "http://www.openapplications.org/oagis/9"
EURES, XSI = "http://www.europass_eures.eu/1.0", "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {"": EUROPASS, "hr": HR, "oa": OA, "eures": EURES, "xsi": XSI}
for _prefix, _namespace in _PREFIXES.items():
    register_namespace(_prefix, _namespace)


def document(resume: Resume, *, document_id: str) -> bytes:
    """The whole document in UTF-8."""
    root = Element(_name("Candidate"), {_name("xsi:schemaLocation"): f"{EUROPASS} Candidate.xsd"})
    _identifier(root, "hr:DocumentID", document_id, "DocumentIdentifier", "4.0")
    supplier = _add(root, "CandidateSupplier")
    _identifier(supplier, "hr:PartyID", document_id, "PartyID", "1.0")
    _add(supplier, "hr:PartyName", "Owner")
    _person_name(_add(supplier, "PersonContact"), resume.name)
    _add(supplier, "hr:PrecedenceCode", "1")
    _person(_add(root, "CandidatePerson"), resume)
    _profile(_add(root, "CandidateProfile", languageCode=resume.locale), resume, document_id)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _person(person: Element, resume: Resume) -> None:
    told = resume.claims
    _person_name(person, resume.name)
    if email := told.get("email"):
        channel = _add(person, "Communication")
        _add(channel, "ChannelCode", "Email")
        _add(channel, "oa:URI", email)
    if number := told.get("phone_number"):
        _phone(_add(person, "Communication"), number)
    if address := told.get("address"):
        _address(_add(_add(person, "Communication"), "Address", type="home"), address)
    if gender := told.get("gender"):
        _add(person, "hr:GenderCode", gender)
    _add(person, "hr:BirthDate", told.get("birthdate"))


def _person_name(parent: Element, name: str) -> None:
    """Europass wants two names; a single one is a given name, and of several the last one counts as the family's."""
    given, _, family = name.rpartition(" ")
    names = _add(parent, "PersonName")
    _add(names, "oa:GivenName", given or family)
    _add(names, "hr:FamilyName", family if given else None)


def _phone(channel: Element, number: str) -> None:
    parsed = phonenumbers.parse(number)
    _add(channel, "ChannelCode", "Telephone")
    _add(channel, "UseCode", "mobile")
    _add(channel, "CountryDialing", str(parsed.country_code))
    _add(channel, "oa:DialNumber", str(parsed.national_number))
    _add(channel, "CountryCode", (phonenumbers.region_code_for_number(parsed) or "").lower())


def _address(parent: Element, address: Mapping[str, Any]) -> None:
    _add(parent, "oa:AddressLine", address["street_address"])
    _add(parent, "oa:CityName", address["locality"])
    _add(parent, "CountryCode", address["country_code"].lower())
    _add(parent, "oa:PostalCode", address.get("postal_code"))


def _profile(parent: Element, resume: Resume, document_id: str) -> None:
    _identifier(parent, "hr:ID", document_id, "CandidateProfileID", "1.0")
    _add(parent, "hr:ExecutiveSummary", _prose(resume.about))
    jobs = _add(parent, "EmploymentHistory")
    for job in resume.entries("experience"):
        _job(_add(jobs, "EmployerHistory"), job)
    schools = _add(parent, "EducationHistory")
    for school in resume.entries("education"):
        _school(_add(schools, "EducationOrganizationAttendance"), school)
    for course in resume.entries("training"):
        _course(_add(schools, "EducationOrganizationAttendance"), course)
    certificates = _add(parent, "Certifications")
    for certificate in resume.entries("certification"):
        _certificate(_add(certificates, "Certification"), certificate)
    skills = _add(parent, "PersonQualifications")
    for skill in resume.entries("skills"):
        competency = _add(skills, "PersonCompetency")
        _add(competency, "CompetencyID", skill["name"])
        _add(competency, "hr:TaxonomyID", "other")


def _job(parent: Element, job: Mapping[str, Any]) -> None:
    _add(parent, "hr:OrganizationName", job["company"])
    position = _add(parent, "PositionHistory")
    _add(position, "PositionTitle", job["title"], typeCode="FREETEXT")
    period = _add(position, "eures:EmploymentPeriod")
    _dates(period, job, "eures:")
    _add(period, "hr:CurrentIndicator", "true" if job["current"] else "false")
    _add(position, "oa:Description", _prose(job.get("description")))
    _add(position, "City", job["location"])


def _school(parent: Element, school: Mapping[str, Any]) -> None:
    _add(parent, "hr:OrganizationName", school["institution"])
    _attendance(parent, school)
    degree = _add(parent, "EducationDegree")
    _add(degree, "hr:DegreeName", " ".join(filter(None, (school["level"]["name"], school.get("major")))))
    if grade := school.get("grade"):
        _add(_add(degree, "FinalGrade"), "hr:ScoreText", grade)


def _course(parent: Element, course: Mapping[str, Any]) -> None:
    _add(parent, "hr:OrganizationName", course["provider"])
    _attendance(parent, course)
    degree = _add(parent, "EducationDegree")
    _add(degree, "hr:DegreeName", course["program"])
    _add(degree, "OccupationalSkillsCovered", _prose(course.get("description")))


def _attendance(parent: Element, entry: Mapping[str, Any]) -> None:
    period = _add(parent, "AttendancePeriod")
    _dates(period, entry, "")
    _add(period, "Ongoing", "false" if "end" in entry else "true")


def _dates(period: Element, entry: Mapping[str, Any], prefix: str) -> None:
    _add(_add(period, f"{prefix}StartDate"), "hr:FormattedDateTime", entry["start"])
    if "end" in entry:
        _add(_add(period, f"{prefix}EndDate"), "hr:FormattedDateTime", entry["end"])


def _certificate(parent: Element, certificate: Mapping[str, Any]) -> None:
    _add(parent, "hr:CertificationName", certificate["program"])
    _add(_add(parent, "IssuingAuthority"), "hr:OrganizationName", certificate["issuer"])
    _add(_add(parent, "eures:FirstIssuedDate"), "hr:FormattedDateTime", certificate["issued"])
    if "expires" in certificate:
        _add(_add(_add(parent, "eures:EffectivePeriod"), "eures:EndDate"), "hr:FormattedDateTime", certificate["expires"])


def _prose(text: str | None) -> str | None:
    """Europass reads these texts as HTML: what was typed stays text there too."""
    return None if text is None else "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line)


def _identifier(parent: Element, name: str, value: str, scheme: str, version: str) -> None:
    kept = {"schemeID": value, "schemeName": scheme, "schemeAgencyName": "EUROPASS", "schemeVersionID": version}
    SubElement(parent, _name(name), kept)


def _add(parent: Element, name: str, text: str | None = "", **attributes: str) -> Element:
    """A new element; without a text (None) it is made but not put into the document."""
    if text is None:
        return Element(_name(name))
    element = SubElement(parent, _name(name), attributes)
    element.text = text or None
    return element


def _name(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}"
