"""The front page, the switches, and bad input: no answer of its own accord is a 5xx."""

import json
import random
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.outside import Outside


def test_the_front_page_says_who_everybody_is(outside: Outside, client: httpx.Client) -> None:
    page = client.get("/").text
    for person in outside.people()[:30]:
        assert person["nik"] in page
        assert f'href="/sms/{person["phone"]}"' in page
        assert f'href="/mail/{person["email"]}"' in page
    secret = next(person["authenticator_secret"] for person in outside.people() if "authenticator_secret" in person)
    assert secret in page
    for english in ("Already have an account", "No account yet", "Inboxes", "Faults"):
        assert english in page


def test_a_person_is_added_by_the_form(outside: Outside, client: httpx.Client) -> None:
    person = outside.add_person()
    form = {"nik": person["nik"], "name": "Tuti", "mother_name": "Tati", "birthdate": "", "sex": "Perempuan", "outcome": "match"}
    answer = client.post("/people", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#{person['nik']}")
    assert [found["name"] for found in outside.people() if found["nik"] == person["nik"]] == ["Tuti"]
    refused = client.post("/people", data=form | {"nik": "3174", "name": "Tuti & Co"})
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert "Tuti &amp; Co" in refused.text


def test_switches_are_turned_by_json_and_by_form(outside: Outside, client: httpx.Client) -> None:
    assert client.get("/faults.json").json()["dukcapil"] == "ok"
    answer = client.post("/faults", json={"dukcapil": "slow", "sms": "down"})
    assert (answer.json()["dukcapil"], answer.json()["sms"], answer.json()["mail"]) == ("slow", "down", "ok")
    assert client.post("/faults", data={"mail": "refuse", "quota": "7"}).status_code == 303
    now = client.get("/faults.json").json()
    assert (now["dukcapil"], now["mail"], now["quota"]) == ("slow", "refuse", 7)
    assert "Sedang ada gangguan" in client.get("/").text
    outside.fault(sms="")
    assert client.get("/faults.json").json()["sms"] == "ok"
    assert client.post("/faults/clear").status_code == 303
    assert set(client.get("/faults.json").json().values()) == {"ok", 1_000_000, 35}


@pytest.mark.parametrize(
    "positions",
    [
        {"dukcapil": "sometimes"},
        {"weather": "rain"},
        {"sms": "down", "mail": 3},
        {"quota": "many"},
        {"quota": -1},
        {"slow_seconds": "nan"},
        {"sms": "down:x"},
        {"sms": ["down"]},
        [],
        "down",
    ],
)
def test_an_unknown_position_turns_nothing(client: httpx.Client, positions: Any) -> None:
    before = client.get("/faults.json").json()
    answer = client.post("/faults", json=positions)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert client.get("/faults.json").json() == before


def test_an_inbox_is_found_by_phone_and_by_address(client: httpx.Client) -> None:
    assert client.get("/inboxes", params={"owner": "0812 0000 0001"}).headers["location"] == "/sms/+6281200000001"
    assert client.get("/inboxes", params={"owner": "Siti@Example.id"}).headers["location"] == "/mail/siti@example.id"
    assert client.get("/inboxes", params={"owner": "siti"}).headers["location"] == "/#kotak-masuk"


def test_what_is_not_there_is_said(client: httpx.Client) -> None:
    assert "Kembali ke halaman depan" in client.get("/nowhere").text
    assert client.get("/nowhere.json").json() == {"error": "Not Found"}
    assert client.get("/faults").status_code == 405
    assert client.post("/people.json", content=b"x" * 2_000_000).status_code == 413


def test_hostile_input_is_never_a_5xx(outside: Outside, client: httpx.Client) -> None:
    dice = random.Random(20)
    nasty = [
        "",
        "\x00",
        "\ud800",
        "%ff",
        "9" * 5000,
        "../../etc/passwd",
        "{{7*7}}",
        "<b>",
        "🦜",
        "-1",
        "nan",
        "+62812",
        "a@b",
        "[]",
        "null",
    ]
    values: list[Any] = [*nasty, None, True, 3, -1e300, [], {}, {"a": ["b"]}, 10**300]
    fields = ["nik", "name", "about", "outcome", "NIK", "TRESHOLD", "USER_ID", "to", "message", "dukcapil", "quota", "sms", "owner"]
    paths = ["/", "/people.json", "/people", "/faults", "/inboxes", "/sms/api/sendsms/", "/dukcapil/get_json/siapkerja/nik_verifby_elemen"]
    for _ in range(400):
        path = dice.choice(
            [*paths, f"/sms/{dice.choice(nasty)}", f"/mail/{dice.choice(nasty)}.json", f"/mail/a@b/{dice.choice(nasty)}.html"]
        )
        sent = {dice.choice(fields): dice.choice(values) for _ in range(dice.randrange(4))}
        target = quote(path, safe="/%", errors="replace")
        answer = client.request(dice.choice(["GET", "POST", "POST", "DELETE"]), target, **_body(dice, sent))
        assert answer.status_code < 500, (path, sent)


def _body(dice: random.Random, sent: dict[str, Any]) -> dict[str, Any]:
    if dice.random() < 0.5:
        return {"content": json.dumps(sent).encode(), "headers": {"Content-Type": "application/json"}}
    form = "&".join(f"{name}={value}" for name, value in sent.items())
    return {"content": form.encode("utf-8", "replace"), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
