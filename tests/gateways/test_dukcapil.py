"""The civil registry: what it is asked, and what its answers mean."""

import logging
import socket
import ssl
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from idp.gateways.dukcapil import Elements, HttpDukcapil, Outcome
from idp.identity import Nik, PersonName, Sex
from idp.settings import Settings

PASSWORD = "rahasia-dinas"
SITI = Elements(
    nik=Nik("9901014804900001"),
    name=PersonName("Siti  Nur ‘Aini"),
    mother_name=PersonName("Fatimah"),
    birthdate=date(1990, 4, 8),
    birthplace="Bandung",
    sex=Sex.FEMALE,
)
ALL_AGREE = {
    "NIK": "Sesuai",
    "NAMA_LGKP": "Sesuai (100)",
    "NAMA_LGKP_IBU": "Sesuai (95)",
    "TMPT_LHR": "Sesuai (100)",
    "TGL_LHR": "Sesuai",
    "JENIS_KLMIN": "Sesuai",
}


def settings(url, **changes):
    given = {"dukcapil_url": url, "dukcapil_user_id": "dinas", "dukcapil_password": SecretStr(PASSWORD)}
    return Settings(**(given | {"dukcapil_timeout": 0.6} | changes))


def found(quota=56616, **changes):
    record = {name: word for name, word in (ALL_AGREE | changes).items() if word is not None}
    page = {"content": [record], "lastPage": True, "numberOfElements": 1, "sort": None, "totalElements": 1}
    return page | {"firstPage": True, "number": 0, "size": 1} | ({} if quota is None else {"quotaLimiter": quota})


def ask(party, answer=None, elements=SITI, **changes):
    if answer is not None:
        party.answers_with(answer)
    return HttpDukcapil(settings(party.url, **changes)).verify(elements)


def test_the_registry_is_asked_in_its_own_words(party):
    ask(party, found())
    [asked] = party.received
    assert asked.path == "/dukcapil/get_json/siapkerja/CALL_VERIFY_BY_ELEMEN"
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.json == {
        "USER_ID": "dinas",
        "PASSWORD": PASSWORD,
        "IP_USER": "127.0.0.1",
        "TRESHOLD": "90",
        "NIK": "9901014804900001",
        "NAMA_LGKP": "SITI NUR 'AINI",
        "NAMA_LGKP_IBU": "FATIMAH",
        "TMPT_LHR": "BANDUNG",
        "TGL_LHR": "08-04-1990",
        "JENIS_KLMIN": "Perempuan",
    }


def test_an_element_without_a_value_is_left_out(party):
    ask(party, found(), Elements(nik=SITI.nik, name=SITI.name))
    assert set(party.received[0].json) == {"USER_ID", "PASSWORD", "IP_USER", "TRESHOLD", "NIK", "NAMA_LGKP"}


def test_credentials_go_in_lower_case_where_an_installation_wants_them_so(party):
    ask(party, found(), dukcapil_lowercase_keys=True)
    assert set(party.received[0].json) - set(ALL_AGREE) == {"user_id", "password", "ip_user", "treshold"}


def test_an_older_installation_has_another_method(party):
    ask(party, found(), dukcapil_method="nik_verifby_elemen", dukcapil_customer_id="9/a")
    assert party.received[0].path.endswith("/nik_verifby_elemen")


def test_agreement_in_every_element_is_a_match(party):
    verdict = ask(party, found())
    assert (verdict.outcome, verdict.reason, verdict.mismatched, verdict.quota_left) == ("match", "match", (), 56616)
    scores = {"nik": 100, "name": 100, "mother_name": 95, "birthplace": 100, "birthdate": 100, "sex": 100}
    assert verdict.scores == scores


@pytest.mark.parametrize("answer", [found(quota=None), found(quota="56616"), found(RESPONSE_CODE="01"), found(NIK=None)])
def test_what_an_answer_may_lack_or_add_does_not_spoil_a_match(party, answer):
    assert ask(party, answer).outcome is Outcome.MATCH


def test_the_nik_may_be_echoed(party):
    assert ask(party, found(NIK="9901014804900001")).outcome is Outcome.MATCH


@pytest.mark.parametrize(
    ("element", "word", "score"),
    [
        ("name", "Tidak Sesuai (59)", 59),
        ("name", "Tidak Sesuai (95)", 95),
        ("name", "Sesuai (79)", 79),
        ("name", "Sesuai (101)", 0),
        ("name", "", 0),
        ("name", None, 0),
        ("name", "Hampir Sesuai", 0),
        ("name", "SITI NUR 'AINI", 0),
        ("mother_name", "Tidak Sesuai (40)", 40),
        ("birthdate", "Tidak Sesuai", 0),
        ("birthplace", "tidak  sesuai (0)", 0),
        ("sex", "Tidak Sesuai", 0),
    ],
)
def test_one_element_that_disagrees_is_no_match_and_is_named(party, element, word, score):
    wire = {"name": "NAMA_LGKP", "mother_name": "NAMA_LGKP_IBU", "birthdate": "TGL_LHR"}
    wire |= {"birthplace": "TMPT_LHR", "sex": "JENIS_KLMIN"}
    verdict = ask(party, found(**{wire[element]: word}))
    assert (verdict.outcome, verdict.reason, verdict.mismatched) == ("no_match", "elements", (element,))
    assert verdict.scores[element] == score


@pytest.mark.parametrize("word", ["Sesuai (80)", "sesuai (80)", "Sesuai(80)", "SESUAI"])
def test_our_own_least_score_is_enough(party, word):
    assert ask(party, found(NAMA_LGKP=word)).outcome is Outcome.MATCH


def test_our_own_least_score_can_be_raised(party):
    assert ask(party, found(), dukcapil_minimum_score=96).mismatched == ("mother_name",)


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("03", "unavailable", "login"),
        ("04", "unavailable", "address"),
        ("05", "unavailable", "quota"),
        ("06", "unavailable", "hours"),
        ("07", "unavailable", "parameters"),
        ("08", "no_match", "nik_refused"),
        ("09", "unavailable", "credentials_missing"),
        ("10", "unavailable", "address"),
        ("11", "no_match", "deceased"),
        ("12", "no_match", "duplicate"),
        ("13", "no_match", "not_found"),
        ("14", "no_match", "inactive"),
        ("15", "no_match", "nik_format"),
        ("16", "unavailable", "agency_inactive"),
        ("17", "unavailable", "user_inactive"),
        ("99", "unavailable", "unknown_code"),
        (13, "no_match", "not_found"),
        (5, "unavailable", "quota"),
    ],
)
@pytest.mark.parametrize("text", ["RESPON", "RESPONSE"])
def test_every_response_code_has_its_outcome(party, code, outcome, reason, text):
    verdict = ask(party, {"content": [{"RESPONSE_CODE": code, text: "…"}], "quotaLimiter": 7})
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert verdict.quota_left == (0 if reason == "quota" else 7)
    assert verdict.for_review is (reason in ("deceased", "duplicate"))


@pytest.mark.asvs("V16.5.3")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "unreadable"),
        (b"<html>502</html>", "unreadable"),
        (b'{"content": [{"NIK": "Sesuai"', "unreadable"),
        (b"[]", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"[" * 60_000, "unreadable"),
        (b'{"content": [7]}', "unreadable"),
        (b'{"content": "x"}', "unreadable"),
        (b'{"content": [{"HAL": "LAIN"}]}', "unreadable"),
        (b'{"content": [{"RESPON": "Data Ditemukan"}]}', "unreadable"),
        (b"{}", "empty"),
        (b'{"content": []}', "empty"),
        (b'{"content": [{}]}', "empty"),
        (b" " * 70_000, "unreadable"),
    ],
)
def test_a_broken_answer_is_unavailable_and_never_a_verdict(party, body, reason):
    verdict = ask(party, body)
    assert (verdict.outcome, verdict.reason) == ("unavailable", reason)


@pytest.mark.asvs("V15.3.2")
@pytest.mark.parametrize("status", [201, 302, 404, 500, 503])
def test_another_http_status_is_unavailable(party, status):
    party.answers_with(found(), status=status, Location=party.url)
    assert ask(party).reason == "http_status"
    assert len(party.received) == 1


def slow(handler):
    time.sleep(8)


def dropped(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def trickling(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(80):
        handler.wfile.write(b" ")
        time.sleep(0.1)


@pytest.mark.parametrize(("fault", "reason"), [(slow, "timeout"), (dropped, "connection"), (trickling, "timeout")])
def test_a_line_that_fails_is_tried_once_more_and_then_unavailable(party, fault, reason):
    party.answers = [fault]
    begun = time.monotonic()
    verdict = ask(party)
    assert (verdict.outcome, verdict.reason, len(party.received)) == ("unavailable", reason, 2)
    assert time.monotonic() - begun < 6  # the machine may be busy; unbounded it would be 16


@pytest.mark.parametrize("fault", [slow, dropped])
def test_the_second_try_may_bring_the_answer(party, fault):
    party.answers = [fault]
    assert ask(party, found()).outcome is Outcome.MATCH


@pytest.mark.asvs("V13.1.3", "V13.2.6")
def test_a_deadline_bounds_both_tries_together(party):
    party.answers = [slow]
    begun = time.monotonic()
    verdict = HttpDukcapil(settings(party.url), deadline=0.8).verify(SITI)
    assert (verdict.reason, len(party.received)) == ("timeout", 1)
    assert time.monotonic() - begun < 6


def test_nobody_at_the_address_is_unavailable_and_soon_costs_no_more_waiting():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    registry = HttpDukcapil(settings(f"http://127.0.0.1:{port}"))
    reasons = [registry.verify(SITI).reason for _ in range(4)]
    assert reasons == ["connection", "connection", "connection", "resting"]


@pytest.mark.asvs("V16.2.5", "V11.7.2")
def test_neither_credentials_nor_elements_reach_a_log_or_a_representation(party, caplog):
    caplog.set_level(logging.DEBUG)
    verdict = ask(party, found(), replace(SITI, name=PersonName("Kanari")))
    shown = caplog.text + repr(SITI) + str(verdict)
    assert not any(secret in shown for secret in (PASSWORD, "9901014804900001", "KANARI", "FATIMAH", "BANDUNG", "Bandung"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A registry's own certificate for 127.0.0.1: (PEM file with its key, SHA-256)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = builder.sign(key, hashes.SHA256())
    encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password)
    path = tmp_path_factory.mktemp("tls") / "registry.pem"
    path.write_bytes(private + signed.public_bytes(encoding))
    return path, signed.fingerprint(hashes.SHA256()).hex()


@pytest.fixture
def registry_with_tls(start_party, certificate):
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate[0])
    party = start_party(trust)
    party.answers_with(found())
    return party


@pytest.mark.asvs("V12.3.4")
def test_a_certificate_is_trusted_by_its_ca_file(registry_with_tls, certificate):
    assert ask(registry_with_tls, dukcapil_ca_file=certificate[0]).outcome is Outcome.MATCH


@pytest.mark.asvs("V12.3.4")
@pytest.mark.parametrize("style", [str, str.upper, lambda text: "sha256:" + ":".join(text[i : i + 2] for i in range(0, 64, 2))])
def test_a_certificate_is_trusted_by_its_fingerprint(registry_with_tls, certificate, style):
    assert ask(registry_with_tls, dukcapil_fingerprint=style(certificate[1])).outcome is Outcome.MATCH


@pytest.mark.asvs("V12.3.2")
@pytest.mark.parametrize("pin", ["", "0" * 64])
def test_another_certificate_gets_no_credentials(registry_with_tls, pin):
    verdict = ask(registry_with_tls, dukcapil_fingerprint=pin)
    assert (verdict.outcome, verdict.reason) == ("unavailable", "certificate")
    assert registry_with_tls.received == []


def test_a_fingerprint_that_is_none_is_refused_at_start():
    with pytest.raises(ValueError, match="64 hexadecimal"):
        HttpDukcapil(settings("https://127.0.0.1:1", dukcapil_fingerprint="abc"))


def test_another_nik_in_the_echo_is_no_match(party):
    assert ask(party, found(NIK="9901014804900002")).mismatched == ("nik",)
