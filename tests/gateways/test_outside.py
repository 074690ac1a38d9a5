"""The adapters against the simulated outside world: every made-up person leads to the verdict on their card."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from idp.gateways.dukcapil import Elements, HttpDukcapil, Outcome
from idp.gateways.mail import MailFailed, SmtpMail
from idp.gateways.sms import FormPostSms, SendersInOrder, SmsFailed
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from idp.settings import Settings
from tests.outside import Outside

NO_MATCH = {"mother_differs", "birthdate_differs", "unknown", "deceased", "duplicate", "inactive", "nik_format", "nik_unprocessable"}
MATCH = {"match", "match_with_code", "name_one_letter"}
MAY_BE_TRIED_AGAIN = {"slow", "dropped"}


@pytest.fixture
def world(outside: Outside) -> Iterator[Outside]:
    outside.clear_faults()
    outside.clear_inboxes()
    outside.fault(slow_seconds=2)
    yield outside
    outside.clear_faults()


def registry(world: Outside, **changed: Any) -> HttpDukcapil:
    return HttpDukcapil(Settings(_env_file=None, dukcapil_url=world.url, dukcapil_timeout=0.8, **changed))  # type: ignore[call-arg]


def elements_of(person: dict[str, Any]) -> Elements:
    nik = Nik.parse(person["nik"])
    return Elements(
        nik=nik,
        name=PersonName.parse(person["name"]),
        mother_name=PersonName.parse(person["mother_name"]),
        birthdate=date.fromisoformat(person["birthdate"]),
        birthplace=person["birthplace"],
        sex=nik.sex,
    )


def test_each_made_up_person_gets_the_verdict_of_their_card(world: Outside) -> None:
    asking = registry(world)
    found = {person["name"]: asking.verify(elements_of(person)).outcome for person in world.people()[:31]}
    for person in world.people()[:31]:
        outcome = person["outcome"]
        expected = Outcome.MATCH if outcome in MATCH else Outcome.NO_MATCH if outcome in NO_MATCH else Outcome.UNAVAILABLE
        assert found[person["name"]] == expected, outcome
        assert len(world.calls(person["nik"])) == (2 if outcome in MAY_BE_TRIED_AGAIN else 1), outcome


@pytest.mark.parametrize("changed", [{"dukcapil_method": "nik_verifby_elemen"}, {"dukcapil_lowercase_keys": True}])
def test_older_installations_are_understood(world: Outside, changed: dict[str, Any]) -> None:
    world.fault(nik_echo=True, quota_limiter="absent")
    verdict = registry(world, **changed).verify(elements_of(world.add_person()))
    assert (verdict.outcome, verdict.quota_left) == (Outcome.MATCH, None)


def test_one_dropped_connection_is_made_up_for(world: Outside) -> None:
    world.fault(dukcapil="dropped:1")
    assert registry(world).verify(elements_of(world.add_person())).outcome == Outcome.MATCH


@pytest.mark.parametrize("fault", ["refuse", "down", "dropped"])
def test_the_second_gateway_takes_over_when_the_first_fails(world: Outside, fault: str) -> None:
    person = world.add_person()
    query = "?userkey=sandbox&passkey=sandbox"
    senders = [FormPostSms(f"sms+{world.url}/sms/{path}api/sendsms/{query}") for path in ("", "backup/")]
    world.fault(sms=fault)
    SendersInOrder(senders).send(PhoneNumber.parse(person["phone"]), "Kode 123456")
    assert [message["text"] for message in world.sms(person["phone"])] == ["Kode 123456"]
    with pytest.raises(SmsFailed):
        senders[0].send(PhoneNumber.parse(person["phone"]), "Kode 123456")


def test_mail_arrives_as_it_was_written_or_not_at_all(world: Outside) -> None:
    person = world.add_person()
    mail = SmtpMail(f"smtp://localhost:{world.mail_port}", "SIAPkerja <akun@example.id>")
    mail.send(EmailAddress.parse(person["email"]), "Kata sandi – diganti", "Halo\n", "<p>Halo é</p>\n")
    found = world.wait_for_mail(person["email"])
    assert (found["subject"], found["text"], found["html"]) == ("Kata sandi – diganti", "Halo\n", "<p>Halo é</p>\n")
    for fault in ("refuse", "busy", "down"):
        world.fault(mail=fault)
        with pytest.raises(MailFailed):
            mail.send(EmailAddress.parse(person["email"]), "Lagi", "Halo\n")
    assert len(world.mail(person["email"])) == 1
