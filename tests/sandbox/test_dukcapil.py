"""The registry's wire format: every answer, every refusal, every way to fail."""

import time
from typing import Any

import httpx
import pytest

from tests.outside import Outside

PATH = "/dukcapil/get_json/siapkerja/CALL_VERIFY_BY_ELEMEN"
CREDENTIALS = {"USER_ID": "sandbox", "PASSWORD": "sandbox", "IP_USER": "127.0.0.1", "TRESHOLD": "90"}
ENVELOPE = ["content", "lastPage", "numberOfElements", "sort", "totalElements", "firstPage", "number", "size", "quotaLimiter"]


def elements_of(person: dict[str, Any]) -> dict[str, str]:
    year, month, day = person["birthdate"].split("-")
    return {
        "NIK": person["nik"],
        "NAMA_LGKP": person["name"].upper(),
        "NAMA_LGKP_IBU": person["mother_name"].upper(),
        "TMPT_LHR": person["birthplace"].upper(),
        "TGL_LHR": f"{day}-{month}-{year}",
        "JENIS_KLMIN": person["sex"],
    }


def ask(client: httpx.Client, person: dict[str, Any], path: str = PATH, **changed: Any) -> httpx.Response:
    sent = {key: value for key, value in (CREDENTIALS | elements_of(person) | changed).items() if value is not None}
    return client.post(path, json=sent)


def row(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200
    (found,) = answer.json()["content"]
    return dict(found)


def person_with(outside: Outside, outcome: str) -> dict[str, Any]:
    return next(person for person in outside.people() if person["outcome"] == outcome)


def test_a_match_is_one_page_of_one_row(outside: Outside, client: httpx.Client) -> None:
    answer = ask(client, person_with(outside, "match"))
    page = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert list(page) == ENVELOPE
    assert page["content"] == [
        {
            "NIK": "Sesuai",
            "NAMA_LGKP": "Sesuai (100)",
            "NAMA_LGKP_IBU": "Sesuai (100)",
            "TMPT_LHR": "Sesuai (100)",
            "TGL_LHR": "Sesuai",
            "JENIS_KLMIN": "Sesuai",
        }
    ]
    assert (page["lastPage"], page["firstPage"], page["sort"]) == (True, True, None)
    assert (page["numberOfElements"], page["totalElements"], page["size"], page["number"]) == (1, 1, 1, 0)


def test_only_what_was_sent_is_answered(outside: Outside, client: httpx.Client) -> None:
    answer = ask(client, outside.add_person(), NAMA_LGKP_IBU=None, TMPT_LHR=None, TGL_LHR=None, JENIS_KLMIN=None)
    assert list(row(answer)) == ["NIK", "NAMA_LGKP"]


def test_what_the_registry_does_not_hold_does_not_match(outside: Outside, client: httpx.Client) -> None:
    found = row(ask(client, outside.add_person(), ALAMAT="JALAN MELATI 5", STATUS_KAWIN="KAWIN", NO_PROP="31"))
    assert (found["ALAMAT"], found["STATUS_KAWIN"], found["NO_PROP"]) == ("Tidak Sesuai (0)", "Tidak Sesuai", "Tidak Sesuai")


@pytest.mark.parametrize("path", [PATH, "/dukcapil/get_json/siapkerja/nik_verifby_elemen"])
def test_both_method_names_and_lower_case_keys_are_served(outside: Outside, client: httpx.Client, path: str) -> None:
    person = outside.add_person()
    assert row(ask(client, person, path))["NAMA_LGKP"] == "Sesuai (100)"
    lower = {key.lower(): value for key, value in (CREDENTIALS | elements_of(person)).items()}
    assert row(client.post(path, json=lower))["NAMA_LGKP"] == "Sesuai (100)"


def test_no_method_gives_a_whole_record(outside: Outside, client: httpx.Client) -> None:
    assert ask(client, outside.add_person(), "/dukcapil/get_json/siapkerja/CALL_NIK").status_code == 404


def test_the_score_is_a_real_similarity_and_the_threshold_is_the_callers(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person(name="Siti Aminah", mother_name="Fatimah")
    assert row(ask(client, person, NAMA_LGKP="SITI AMINA"))["NAMA_LGKP"] == "Sesuai (95)"
    assert row(ask(client, person, NAMA_LGKP="SITI AMINA", TRESHOLD="95"))["NAMA_LGKP"] == "Sesuai (95)"
    assert row(ask(client, person, NAMA_LGKP="SITI AMINA", TRESHOLD="96"))["NAMA_LGKP"] == "Tidak Sesuai (95)"
    assert row(ask(client, person, NAMA_LGKP_IBU="FATMA"))["NAMA_LGKP_IBU"] == "Tidak Sesuai (83)"
    assert row(ask(client, person, NAMA_LGKP_IBU="XXXX"))["NAMA_LGKP_IBU"] == "Tidak Sesuai (0)"
    assert row(ask(client, person, NAMA_LGKP_IBU="FATMA", TRESHOLD=80))["NAMA_LGKP_IBU"] == "Sesuai (83)"


def test_exact_elements_match_exactly(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person(birthdate="1992-06-15", sex="Perempuan")
    found = row(ask(client, person, TGL_LHR="16-06-1992", JENIS_KLMIN="Laki-Laki"))
    assert (found["TGL_LHR"], found["JENIS_KLMIN"]) == ("Tidak Sesuai", "Tidak Sesuai")


@pytest.mark.parametrize(
    ("outcome", "element", "word"),
    [
        ("mother_differs", "NAMA_LGKP_IBU", "Tidak Sesuai (40)"),
        ("name_one_letter", "NAMA_LGKP", "Sesuai (95)"),
        ("birthdate_differs", "TGL_LHR", "Tidak Sesuai"),
    ],
)
def test_one_element_of_a_person_differs(outside: Outside, client: httpx.Client, outcome: str, element: str, word: str) -> None:
    for person in (person_with(outside, outcome), outside.add_person(outcome=outcome)):
        found = row(ask(client, person))
        assert found.pop(element) == word
        assert not [other for other in found.values() if other.startswith("Tidak")]


REFUSALS = {
    "unknown": ("13", "Data Tidak Ditemukan, NIK tidak terdapat di database Kependudukan"),
    "deceased": ("11", "Data Ditemukan, Meninggal Dunia"),
    "duplicate": ("12", "Data Ditemukan, Data Ganda"),
    "inactive": ("14", "Data Ditemukan, Status Non Aktif silahkan hubungi Dinas Dukcapil"),
    "nik_format": ("15", "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil"),
    "nik_unprocessable": ("08", "NIK tidak dapat diproses"),
    "incomplete": ("07", "Parameter Tidak Lengkap / Tidak Valid"),
    "login_failed": ("03", "Login Gagal"),
    "wrong_ip": ("04", "IP Address Tidak Sesuai"),
    "quota_used_up": ("05", "Kuota Akses Hari ini telah Habis"),
    "outside_hours": ("06", "Akses di luar jam yang ditentukan"),
    "credentials_missing": ("09", "User, password dan IP tidak boleh kosong"),
    "ip_unregistered": ("10", "IP Client Tidak terdaftar"),
    "agency_inactive": ("16", "Instansi Tidak Aktif"),
    "user_inactive": ("17", "User ID Tidak Aktif"),
}


@pytest.mark.parametrize("outcome", REFUSALS)
def test_a_refusal_is_a_code_and_a_text_and_nothing_of_the_person(outside: Outside, client: httpx.Client, outcome: str) -> None:
    code, text = REFUSALS[outcome]
    for found in (row(ask(client, person_with(outside, outcome))), _switched(outside, client, outcome)):
        assert found.pop("RESPONSE_CODE") == code
        assert list(found.values()) == [text]
        assert list(found) in (["RESPON"], ["RESPONSE"])


def _switched(outside: Outside, client: httpx.Client, outcome: str) -> dict[str, str]:
    outside.fault(dukcapil=outcome)
    return row(ask(client, outside.add_person()))


def test_a_match_may_bear_code_01(outside: Outside, client: httpx.Client) -> None:
    found = row(ask(client, person_with(outside, "match_with_code")))
    assert (found["RESPONSE_CODE"], found["NAMA_LGKP"]) == ("01", "Sesuai (100)")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"USER_ID": ""}, "09"),
        ({"PASSWORD": None}, "09"),
        ({"IP_USER": None}, "09"),
        ({"PASSWORD": "guess"}, "03"),
        ({"USER_ID": "guess"}, "03"),
        ({"IP_USER": "10.9.9.9"}, "04"),
        ({"TRESHOLD": None}, "07"),
        ({"TRESHOLD": "101"}, "07"),
        ({"TRESHOLD": "nine"}, "07"),
        ({"NIK": None}, "07"),
        ({"NAMA_LGKP": ""}, "07"),
        ({"NAMA_LGKP": ["A"]}, "07"),
        ({"NAMA_LGKP": "A" * 500}, "07"),
        ({"TGL_LHR": "1992-06-15"}, "07"),
        ({"JENIS_KLMIN": "P"}, "07"),
        ({"NIK": 9901014804900001}, "07"),
        ({"NIK": "12345"}, "15"),
        ({"NIK": "٩٩٠١٠١٤٨٠٤٩٠٠٠٠١"}, "15"),
        ({"NIK": "9999990101909999"}, "13"),
    ],
)
def test_a_wrong_request_gets_its_code(outside: Outside, client: httpx.Client, changed: dict[str, Any], code: str) -> None:
    assert row(ask(client, outside.add_person(), **changed))["RESPONSE_CODE"] == code


def test_an_unknown_customer_and_a_nik_alone_are_refused(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    assert row(ask(client, person, PATH.replace("siapkerja", "stranger")))["RESPONSE_CODE"] == "16"
    assert row(client.post(PATH, json=CREDENTIALS | {"NIK": person["nik"]}))["RESPONSE_CODE"] == "07"


BODIES = [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"' + b"[" * 5000, b"[" * 100_000, b"{}", b'{"NIK":' + b"9" * 9000 + b"}"]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_object_is_answered(client: httpx.Client, body: bytes) -> None:
    assert row(client.post(PATH, content=body))["RESPONSE_CODE"] == "09"


def test_the_quota_counts_down_to_a_refusal(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    outside.fault(quota=2)
    assert [ask(client, person).json()["quotaLimiter"] for _ in range(2)] == [1, 0]
    assert row(ask(client, person))["RESPONSE_CODE"] == "05"
    assert "quotaLimiter" not in ask(client, person, PASSWORD="guess").json()


def test_the_quota_can_be_unsaid_and_the_nik_echoed(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    outside.fault(quota_limiter="absent", nik_echo=True)
    answer = ask(client, person)
    assert "quotaLimiter" not in answer.json()
    assert row(answer)["NIK"] == person["nik"]


def test_a_dropped_connection_has_no_answer(outside: Outside, client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        ask(client, person_with(outside, "dropped"))
    outside.fault(dukcapil="dropped")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(client, outside.add_person())


def test_slow_answers_later_and_truly(outside: Outside, client: httpx.Client) -> None:
    outside.fault(slow_seconds=0.6)
    began = time.monotonic()
    assert row(ask(client, person_with(outside, "slow")))["NAMA_LGKP"] == "Sesuai (100)"
    outside.fault(dukcapil="slow")
    assert row(ask(client, person_with(outside, "deceased")))["RESPONSE_CODE"] == "11"
    assert time.monotonic() - began > 1.2


def test_a_caller_who_gives_up_meets_a_time_out(outside: Outside) -> None:
    outside.fault(slow_seconds=2)
    with httpx.Client(base_url=outside.url, timeout=httpx.Timeout(10, read=0.3)) as hasty, pytest.raises(httpx.ReadTimeout):
        ask(hasty, person_with(outside, "slow"))


def test_the_transport_breaks_in_each_way(outside: Outside, client: httpx.Client) -> None:
    assert ask(client, person_with(outside, "http_500")).status_code == 500
    broken = ask(client, person_with(outside, "broken_json"))
    assert broken.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        broken.json()
    empty = ask(client, person_with(outside, "empty_content")).json()
    assert (empty["content"], empty["numberOfElements"]) == ([], 0)
    nothing = ask(client, person_with(outside, "empty_body"))
    assert (nothing.status_code, nothing.content) == (200, b"")


def test_a_switch_recognises_nobody_whom_the_registry_would_refuse(outside: Outside, client: httpx.Client) -> None:
    outside.fault(dukcapil="mother_differs")
    assert row(ask(client, person_with(outside, "deceased")))["RESPONSE_CODE"] == "11"
    assert row(ask(client, person_with(outside, "match")))["NAMA_LGKP_IBU"] == "Tidak Sesuai (40)"
    assert row(client.post(PATH, json={}))["RESPONSE_CODE"] == "09"


def test_a_fault_can_hold_for_the_next_calls_only(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    outside.fault(dukcapil="http_500:2")
    assert [ask(client, person).status_code for _ in range(3)] == [500, 500, 200]


def test_calls_are_remembered_without_what_was_in_them(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    ask(client, person, TMPT_LHR=None, TGL_LHR=None, JENIS_KLMIN=None)
    (call,) = outside.calls(person["nik"])
    assert (call["elements"], call["case"]) == (["NAMA_LGKP", "NAMA_LGKP_IBU"], "match")
    assert set(call) == {"nik", "elements", "case", "at"}
