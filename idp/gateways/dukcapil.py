"""Dukcapil, the civil registry: do these data belong together? Match, no match, or unavailable.

Only verdicts and scores leave this module, never the registry's data; `CALL_NIK`, which returns a whole record, is
never called. "Unavailable" means that nobody answered: it says nothing about the citizen.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, Protocol

import httpx

from idp.gateways import dukcapil_answer, tls
from idp.identity import Nik, PersonName, Sex, registry_form
from idp.settings import Settings

MAX_ANSWER_BYTES = 65_536
LEAST_TIME_FOR_ANOTHER_TRY = 0.5
FAILURES_BEFORE_REST = 3
REST_SECONDS = 5.0

_SEX_WORDS: Final = {Sex.MALE: "Laki-Laki", Sex.FEMALE: "Perempuan"}


class Outcome(StrEnum):
    """A check has three outcomes, never two."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Elements:
    """What is put to the registry. An element without a value is not asked about."""

    nik: Nik
    name: PersonName | None = None
    mother_name: PersonName | None = None
    birthdate: date | None = None
    birthplace: str | None = field(default=None, repr=False)
    sex: str | None = None

    def wire(self) -> dict[str, str]:
        """The elements by the registry's names: upper case, one space between words, dates DD-MM-YYYY."""
        elements = {
            "NIK": self.nik.value,
            "NAMA_LGKP": self.name and self.name.normalised,
            "NAMA_LGKP_IBU": self.mother_name and self.mother_name.normalised,
            "TMPT_LHR": self.birthplace and registry_form(self.birthplace),
            "TGL_LHR": self.birthdate and self.birthdate.strftime("%d-%m-%Y"),
            "JENIS_KLMIN": self.sex and _SEX_WORDS[Sex(self.sex)],
        }
        return {name: value for name, value in elements.items() if value}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the registry said.

    `reason` is a stable key for staff ("match", "elements", "not_found", "deceased", "timeout", …); `scores` and
    `mismatched` go by the field names of `Elements`; `quota_left` is the number of calls left today, if it was told.
    """

    outcome: Outcome
    reason: str
    scores: Mapping[str, int] = field(default_factory=dict)
    mismatched: tuple[str, ...] = ()
    quota_left: int | None = None

    @property
    def for_review(self) -> bool:
        """Whether staff should look at it: the registry knows the NIK as deceased or as given out twice."""
        return self.reason in ("deceased", "duplicate")


class Dukcapil(Protocol):
    """Whoever can say whether data belong together."""

    def verify(self, elements: Elements) -> Verdict:
        """Ask. Never raises for what the other side does: that is UNAVAILABLE."""


class _NoAnswer(Exception):
    """One try brought nothing; `again` says whether another one may."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class HttpDukcapil:
    """The real registry over HTTP: `POST {base}/dukcapil/get_json/{customer_id}/{method}`.

    `deadline` bounds a whole check in seconds; without it each of the two tries has `settings.dukcapil_timeout`.
    One instance serves all threads of a process.
    """

    def __init__(self, settings: Settings, *, deadline: float | None = None) -> None:
        self._settings = settings
        self._deadline = deadline if deadline is not None else 2 * settings.dukcapil_timeout
        self._url = "/".join(
            (
                settings.dukcapil_url.rstrip("/"),
                "dukcapil/get_json",
                settings.dukcapil_customer_id,
                settings.dukcapil_method,
            )
        )
        self._client = httpx.Client(
            verify=tls.context(settings.dukcapil_ca_file, settings.dukcapil_fingerprint),
            follow_redirects=False,
            trust_env=False,
        )
        self._breaker = _Breaker()

    def verify(self, elements: Elements) -> Verdict:
        """Ask the registry, with one more try when the line and not the answer was at fault."""
        if self._breaker.resting():
            return Verdict(Outcome.UNAVAILABLE, "resting")
        try:
            answer = self._ask(self._body(elements))
        except _NoAnswer as nothing:
            return Verdict(Outcome.UNAVAILABLE, nothing.reason)
        return judge(answer, elements, self._settings.dukcapil_minimum_score)

    def _body(self, elements: Elements) -> bytes:
        settings = self._settings
        credentials = {
            "USER_ID": settings.dukcapil_user_id,
            "PASSWORD": settings.dukcapil_password.get_secret_value(),
            "IP_USER": settings.dukcapil_ip_user,
            "TRESHOLD": str(settings.dukcapil_threshold),
        }
        if settings.dukcapil_lowercase_keys:
            credentials = {name.lower(): value for name, value in credentials.items()}
        return json.dumps(credentials | elements.wire()).encode()

    def _ask(self, body: bytes) -> bytes:
        give_up_at = time.monotonic() + self._deadline
        try:
            return self._try(body, give_up_at)
        except _NoAnswer as nothing:
            if not nothing.again or give_up_at - time.monotonic() < LEAST_TIME_FOR_ANOTHER_TRY:
                raise
        return self._try(body, give_up_at)

    def _try(self, body: bytes, give_up_at: float) -> bytes:
        patience = min(self._settings.dukcapil_timeout, give_up_at - time.monotonic())
        try:
            answer = self._post(body, patience)
        except httpx.ConnectError as error:
            self._breaker.failed()
            raise _NoAnswer("certificate" if tls.is_mistrust(error) else "connection", again=True) from None
        except httpx.ConnectTimeout:
            self._breaker.failed()
            raise _NoAnswer("timeout", again=True) from None
        except httpx.TimeoutException:
            raise _NoAnswer("timeout", again=True) from None
        except httpx.HTTPError:
            raise _NoAnswer("connection", again=True) from None
        self._breaker.worked()
        return answer

    def _post(self, body: bytes, patience: float) -> bytes:
        # The library's time-out is for each read; a registry that trickles its answer must not hold us longer.
        last_moment = time.monotonic() + patience
        answer = bytearray()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        with self._client.stream("POST", self._url, content=body, headers=headers, timeout=patience) as response:
            if response.status_code != httpx.codes.OK:
                raise _NoAnswer("http_status", again=False)
            for chunk in response.iter_bytes():
                answer += chunk
                if len(answer) > MAX_ANSWER_BYTES:
                    raise _NoAnswer("unreadable", again=False)
                if time.monotonic() > last_moment:
                    raise _NoAnswer("timeout", again=True)
        return bytes(answer)


class _Breaker:
    """Spares the pages the wait while the registry's host cannot be reached at all.

    Only failures to connect count: a slow or broken answer may be about one NIK alone.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._rest_until = 0.0

    def resting(self) -> bool:
        return self._now() < self._rest_until

    def failed(self) -> None:
        self._failures += 1
        # Two tries are one failed check.
        if self._failures >= 2 * FAILURES_BEFORE_REST:
            self._rest_until = self._now() + REST_SECONDS

    def worked(self) -> None:
        self._failures = 0


def judge(answer: bytes, elements: Elements, minimum_score: int) -> Verdict:
    """Read an answer and decide: an element matches when the registry says so and its score reaches ours."""
    try:
        content, quota = dukcapil_answer.read(answer)
    except dukcapil_answer.Unreadable as fault:
        return Verdict(Outcome.UNAVAILABLE, fault.reason)
    code = dukcapil_answer.code(content)
    if code is not None and code != dukcapil_answer.FOUND:
        outcome, reason = _REFUSALS.get(code, (Outcome.UNAVAILABLE, "unknown_code"))
        return Verdict(outcome, reason, quota_left=0 if reason == "quota" else quota)
    if code is None and not any(wire_name in content for wire_name in _FIELDS):
        return Verdict(Outcome.UNAVAILABLE, "unreadable", quota_left=quota)
    return _judge_elements(content, elements, minimum_score, quota)


def _judge_elements(content: Mapping[str, Any], elements: Elements, minimum: int, quota: int | None) -> Verdict:
    asked = elements.wire()
    if "NIK" not in content:  # some installations leave it out of what they found by it
        asked.pop("NIK")
    judged = {_FIELDS[name]: dukcapil_answer.score(content.get(name), asked=value) for name, value in asked.items()}
    mismatched = tuple(name for name, (agrees, score) in judged.items() if not agrees or score < minimum)
    return Verdict(
        Outcome.NO_MATCH if mismatched else Outcome.MATCH,
        "elements" if mismatched else "match",
        {name: score for name, (_, score) in judged.items()},
        mismatched,
        quota,
    )


_FIELDS: Final = {
    "NIK": "nik",
    "NAMA_LGKP": "name",
    "NAMA_LGKP_IBU": "mother_name",
    "TMPT_LHR": "birthplace",
    "TGL_LHR": "birthdate",
    "JENIS_KLMIN": "sex",
}
_REFUSALS: Final[Mapping[str, tuple[Outcome, str]]] = {
    "03": (Outcome.UNAVAILABLE, "login"),
    "04": (Outcome.UNAVAILABLE, "address"),
    "05": (Outcome.UNAVAILABLE, "quota"),
    "06": (Outcome.UNAVAILABLE, "hours"),
    "07": (Outcome.UNAVAILABLE, "parameters"),
    "08": (Outcome.NO_MATCH, "nik_refused"),
    "09": (Outcome.UNAVAILABLE, "credentials_missing"),
    "10": (Outcome.UNAVAILABLE, "address"),
    "11": (Outcome.NO_MATCH, "deceased"),
    "12": (Outcome.NO_MATCH, "duplicate"),
    "13": (Outcome.NO_MATCH, "not_found"),
    "14": (Outcome.NO_MATCH, "inactive"),
    "15": (Outcome.NO_MATCH, "nik_format"),
    "16": (Outcome.UNAVAILABLE, "agency_inactive"),
    "17": (Outcome.UNAVAILABLE, "user_inactive"),
}
