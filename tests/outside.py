"""The outside world for tests: `python -m sandbox` as a process of its own, spoken to over HTTP and SMTP.

outside = Outside()                     # one for each worker process of pytest
rina = outside.add_person(outcome="mother_differs")
outside.fault(sms="down")
outside.wait_for_sms(rina["phone"])["text"]
"""

import itertools
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parent.parent

Message = dict[str, str]


class Outside:
    """The simulated world on free ports of this machine; ends with `stop`, or with the process that started it."""

    def __init__(self, state: Path | None = None, **environment: str) -> None:
        """Start it, with added people kept in `state`. `environment` is for the settings of `python -m sandbox`."""
        settings = {"SANDBOX_HTTP_PORT": "0", "SANDBOX_MAIL_PORT": "0", "SANDBOX_END_WITH_STDIN": "1"} | environment
        if state is not None:
            settings["SANDBOX_STATE"] = str(state)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox"],
            cwd=ROOT,
            env=os.environ | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        started = json.loads(self.process.stdout.readline() or "{}")
        if not started:
            raise RuntimeError("the sandbox did not start; its reason stands on stderr")
        self.url: str = started["url"]
        self.mail_port: int = started["mail_port"]
        self._http = httpx.Client(base_url=self.url, timeout=30)
        self.faulty = False  # whether a switch was turned from here

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """End it as an administrator would, and return its exit status."""
        self._http.close()
        self.process.terminate()
        status = self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return status

    def sms(self, phone: str) -> list[Message]:
        """Everything that a phone got, newest last: {to, text, at}."""
        return self._inbox(f"/sms/{phone}.json")

    def mail(self, address: str) -> list[Message]:
        """Everything that an address got, newest last: {to, subject, text, html, at}."""
        return self._inbox(f"/mail/{address}.json")

    def wait_for_sms(self, phone: str, after: int = 0, timeout: float = 20) -> Message:
        """The newest SMS of a phone, once it has more than `after` of them. Raises: TimeoutError."""
        return _wait(lambda: self.sms(phone), after, timeout, f"SMS to {phone}")

    def wait_for_mail(self, address: str, after: int = 0, timeout: float = 20) -> Message:
        """The newest mail to an address, once it has more than `after` of them. Raises: TimeoutError."""
        return _wait(lambda: self.mail(address), after, timeout, f"mail to {address}")

    def calls(self, nik: str | None = None) -> list[dict[str, Any]]:
        """The registry calls so far, oldest first, of one NIK or all: {nik, elements, case, at}."""
        calls = self._http.get("/dukcapil/calls.json").raise_for_status().json()
        return [call for call in calls if nik in (None, call["nik"])]

    def add_person(self, **fields: str) -> dict[str, Any]:
        """A new made-up person with a NIK, phone and e-mail that nobody else has, also in tests that run beside this one.

        Any field of `POST /people.json` can be given; the NIK follows birth date ("YYYY-MM-DD") and sex.
        """
        number = next(_numbers)
        born = date.fromisoformat(fields.get("birthdate", "1992-06-15"))
        sex = fields.get("sex", "Perempuan")
        person = {
            "nik": nik_of(born, sex, number),
            "name": "Rina Kartikasari",
            "mother_name": "Euis Rohayati",
            "birthdate": born.isoformat(),
            "birthplace": "Bandung",
            "sex": sex,
            "outcome": "match",
            "phone": f"+62812{number:08d}",
            "email": f"rina.{number}@example.id",
        } | fields
        answer = self._http.post("/people.json", json=person)
        assert answer.is_success, answer.text
        added: dict[str, Any] = answer.json()
        return added

    def people(self) -> list[dict[str, Any]]:
        """Everybody who exists."""
        everybody: list[dict[str, Any]] = self._http.get("/people.json").raise_for_status().json()
        return everybody

    def fault(self, **switches: str | float | bool) -> None:
        """Turn switches: `fault(dukcapil="slow", slow_seconds=2)`, `fault(sms="refuse:1")` for the next one only."""
        self.faulty = True
        answer = self._http.post("/faults", json=switches)
        assert answer.is_success, answer.text

    def clear_faults(self) -> None:
        """Mend everything."""
        self._http.post("/faults/clear")
        self.faulty = False

    def clear_inboxes(self) -> None:
        """Empty all inboxes and the list of registry calls."""
        self._http.post("/inboxes/clear")

    def _inbox(self, path: str) -> list[Message]:
        messages: list[Message] = self._http.get(path).raise_for_status().json()
        return messages


def nik_of(born: date, sex: str, number: int) -> str:
    """A NIK of region 99 for that birth date and sex; `number` (below 10**8) makes it differ from others of the day."""
    region, serial = divmod(number, 9999)
    day = born.day + (40 if sex == "Perempuan" else 0)
    return f"99{region % 9000 + 1000:04d}{day:02d}{born:%m%y}{serial + 1:04d}"


def _wait(messages: Callable[[], list[Message]], after: int, timeout: float, what: str) -> Message:
    until = time.monotonic() + timeout
    while True:
        arrived = messages()
        if len(arrived) > after:
            return arrived[-1]
        if time.monotonic() > until:
            raise TimeoutError(f"no {what} within {timeout} s: {len(arrived)} there, waiting for more than {after}")
        time.sleep(0.05)


# From a random place onwards: two processes would have to start within a few thousand of ninety million to meet.
# Clear of the low numbers, which the phones of the seeded people have.
_numbers = itertools.count(1_000_000 + secrets.randbelow(88_000_000))
