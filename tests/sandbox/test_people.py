"""The made-up people: who is there from the start, and who is added."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import httpx
import pytest

from tests.outside import ROOT, Outside, nik_of

CASES = [
    "match",
    "unknown",
    "mother_differs",
    "name_one_letter",
    "birthdate_differs",
    "deceased",
    "duplicate",
    "inactive",
    "nik_format",
    "incomplete",
    "login_failed",
    "wrong_ip",
    "quota_used_up",
    "agency_inactive",
    "slow",
    "dropped",
    "http_500",
    "broken_json",
    "empty_content",
]


def test_nobody_can_be_a_living_person(outside: Outside, client: httpx.Client) -> None:
    for person in outside.people():
        assert re.fullmatch(r"99\d{14}", person["nik"])
        assert person.get("phone", "+62812").startswith("+62812")
        assert person.get("email", "@example.id").endswith("@example.id")
    real = {"nik": "3174014804900001", "name": "A", "mother_name": "B"}
    answer = client.post("/people.json", json=real)
    assert (answer.status_code, answer.json()["field"]) == (400, "nik")


def test_every_nik_tells_birth_date_and_sex(outside: Outside) -> None:
    for person in outside.people():
        born = date.fromisoformat(person["birthdate"])
        day = born.day + (40 if person["sex"] == "Perempuan" else 0)
        assert person["nik"][6:12] == f"{day:02d}{born:%m%y}", person["name"]
    niks = [person["nik"] for person in outside.people()]
    assert len(set(niks)) == len(niks)


def test_the_three_with_an_account_are_known(outside: Outside) -> None:
    known = {person["email"]: person for person in outside.people() if person.get("account")}
    assert {email: person["phone"] for email, person in known.items()} == {
        "siti.aminah@example.id": "+6281200000001",
        "budi.santoso@example.id": "+6281200000002",
        "dewi.lestari@example.id": "+6281200000003",
    }
    assert {person["outcome"] for person in known.values()} == {"match"}
    assert re.fullmatch("[A-Z2-7]{16,32}", known["dewi.lestari@example.id"]["authenticator_secret"])


@pytest.mark.parametrize("case", CASES)
def test_somebody_without_an_account_stands_for_every_case(outside: Outside, case: str) -> None:
    assert [person for person in outside.people() if person["outcome"] == case and not person.get("account")]


def test_an_added_person_is_there(outside: Outside, client: httpx.Client) -> None:
    sent = {
        "nik": nik_of(date(1990, 4, 8), "Perempuan", 12_345_678),
        "name": "Nur'aini",
        "mother_name": "Roslina",
        "birthdate": "1990-04-08",
        "birthplace": "Medan",
        "sex": "Perempuan",
        "outcome": "deceased",
    }
    answer = client.post("/people.json", json=sent)
    assert (answer.status_code, answer.json()) == (201, sent)
    assert sent in client.get("/people.json").json()
    changed = client.post("/people.json", json=sent | {"outcome": "match"})
    assert (changed.status_code, changed.json()["outcome"]) == (200, "match")
    assert len([person for person in outside.people() if person["nik"] == sent["nik"]]) == 1


def test_the_nik_fills_in_what_is_left_out(client: httpx.Client) -> None:
    added = client.post("/people.json", json={"nik": "9955555503850001", "name": "A", "mother_name": "B"}).json()
    assert (added["birthdate"], added["sex"], added["outcome"]) == ("1985-03-15", "Perempuan", "match")


@pytest.mark.parametrize(
    ("written", "meant"), [("11", "deceased"), ("Mother differs", "mother_differs"), ("drop-connection", "dropped"), ("500", "http_500")]
)
def test_an_outcome_may_be_said_in_several_ways(outside: Outside, written: str, meant: str) -> None:
    assert outside.add_person(outcome=written)["outcome"] == meant


def test_birth_date_and_sex_are_understood_as_people_write_them(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    added = client.post("/people.json", json=person | {"birthdate": "31-12-1980", "sex": "pria"}).json()
    assert (added["birthdate"], added["sex"]) == ("1980-12-31", "Laki-Laki")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nik", 9901014804900001),
        ("nik", "99010148049000"),
        ("nik", "99٠١٠١٤٨٠٤٩٠٠٠٠١"),
        ("name", ""),
        ("name", None),
        ("name", "A" * 201),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("mother_name", ["B"]),
        ("birthdate", "1990-02-31"),
        ("birthdate", "8 April"),
        ("sex", "X"),
        ("outcome", "sometimes"),
    ],
)
def test_a_bad_field_is_named(outside: Outside, client: httpx.Client, field: str, value: object) -> None:
    before = len(outside.people())
    body = json.dumps(outside.people()[0] | {field: value}).encode()
    answer = client.post("/people.json", content=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert len(outside.people()) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"3", b"\xff"])
def test_what_is_no_person_is_refused(client: httpx.Client, body: bytes) -> None:
    assert client.post("/people.json", content=body).status_code == 400


def test_people_made_for_tests_are_all_different(outside: Outside) -> None:
    made = [outside.add_person(birthdate="1960-12-31", sex="Laki-Laki") for _ in range(30)]
    for field in ("nik", "phone", "email"):
        assert len({person[field] for person in made}) == 30
    assert {person["nik"][6:12] for person in made} == {"311260"}
    assert len({nik_of(date(1990, 1, 1), "Laki-Laki", number) for number in range(9990, 30_010)}) == 20_020


def test_added_people_outlive_a_restart(tmp_path: Path) -> None:
    with Outside(state=tmp_path / "var") as first:
        added = first.add_person(outcome="duplicate")
        seeded = first.people()
    with (tmp_path / "var" / "people.jsonl").open("a") as file:
        file.write('{"nik": "9901')
    with Outside(state=tmp_path / "var") as second:
        assert second.people() == seeded
        assert added in second.people()


def test_it_ends_cleanly_when_asked(tmp_path: Path) -> None:
    world = Outside()
    world.fault(dukcapil="slow", slow_seconds=60)
    assert world.stop() == 0


def test_it_ends_with_the_process_that_started_it() -> None:
    world = Outside()
    assert world.process.stdin is not None
    world.process.stdin.close()
    assert world.process.wait(5) == 0
    world.process.stdin = None
    world.stop()


def test_a_port_in_use_is_said_in_a_sentence(outside: Outside) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sandbox"],
        cwd=ROOT,
        env={"SANDBOX_HTTP_PORT": "0", "SANDBOX_MAIL_PORT": str(outside.mail_port)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert f"port {outside.mail_port} (mail)" in done.stderr
    assert "Traceback" not in done.stderr
