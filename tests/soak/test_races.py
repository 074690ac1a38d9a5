"""Fifty at once, round after round, on both databases: of every one-time thing one wins, and the others are refused in order.

What pages answer to fifty at once is tried in every test run; here the deeds below the pages race, so that there is time for
a thousand rounds."""

from __future__ import annotations

import itertools
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from idp import accounts, clock, otp
from idp.extensions import unit_of_work
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from idp.oidc import client_assertions, families, grants, pushed_requests
from idp.oidc.grants import AccessRecord, Authorization
from idp.oidc.parameters import Parameters
from idp.recovery import attempts, flow
from idp.recovery.models import Step
from tests.outside import nik_of
from tests.owning import at_once, holder

# Nine things, a thousand rounds together on each database; SOAK_RACES=1000 gives each thing a thousand.
ROUNDS = int(os.environ.get("SOAK_RACES", "112"))
CROWD = 50
BORN = clock.now().date().replace(year=1990, month=1, day=1)
_numbers = itertools.count(10_000_000)


@dataclass(frozen=True)
class Race:
    """One round: what each of the crowd does, and by what those who come too late are refused."""

    deed: Callable[[int], Any]
    refusals: tuple[type[Exception], ...] = ()

    def run(self, app: Flask) -> int:
        """Let the crowd go at once; answers how many won."""
        results = at_once(app, self.deed, CROWD)
        lost = [one for one in results if isinstance(one, self.refusals) or one is False]
        strange = [repr(one) for one in results if isinstance(one, Exception) and not isinstance(one, self.refusals)]
        assert strange == []
        return CROWD - len(lost)


def claims_of(same: str) -> Callable[[Flask], Race]:
    """Fifty unfinished accounts that claim one NIK, e-mail address or phone."""

    def prepare(app: Flask) -> Race:
        shared, ids = next(_numbers), []
        with app.app_context():
            for own in itertools.islice(_numbers, CROWD):
                nik, email, phone = (shared if same == what else own for what in ("nik", "email", "phone"))
                newcomer = accounts.Newcomer(
                    Nik(nik_of(BORN, "Laki-laki", nik)), PersonName("Rina Kartikasari"), EmailAddress(f"rina.{email}@example.id"),
                    PhoneNumber(f"+62813{phone:08d}"), "no hash", "id", accounts.TERMS_VERSION, clock.now(), clock.now(),
                )  # fmt: skip
                ids.append(accounts.open_pending(newcomer).id)
        return Race(lambda number: accounts.activate(ids[number]), (accounts.AlreadyTaken,))

    return prepare


def authorization() -> Authorization:
    now = clock.timestamp()
    return Authorization(
        grant_id=grants.new_grant_id(), client_id="racer", subject="rina", scope=("openid",), issued_at=now, code_expires_at=now + 60
    )


def code(app: Flask) -> Race:
    bought = authorization()
    with app.app_context():
        text, _ = grants.issue_code(bought)

    def redeem(_: int) -> Authorization:
        return grants.redeem(text, grants.new_token(bought.grant_id, 600), AccessRecord(issued_at=clock.timestamp()))

    return Race(redeem, (grants.ReplayedCode,))


def refresh_token(app: Flask) -> Race:
    with app.app_context():
        text = families.begin(authorization(), None)
    return Race(lambda _: families.rotate(families.find(text, "racer")), (families.ReplayedToken, families.UnknownToken))


def one_time_code(app: Flask) -> Race:
    owner = holder(app)
    errand = otp.Errand(otp.Purpose.SIGN_IN, owner.account_id, PhoneNumber(owner.phone), secrets.token_urlsafe(16))
    with app.app_context():
        issued = otp.issue(errand, address="192.0.2.1", proofed=True)
    return Race(lambda _: otp.verify(errand, issued.code), (otp.Expired, otp.TooManyTries))


def jti(app: Flask) -> Race:
    class Caller:
        client_id = "racer"

    claims = {"jti": secrets.token_urlsafe(16), "exp": clock.timestamp() + 60}
    return Race(lambda _: client_assertions._is_first_use(claims, Caller))  # type: ignore[arg-type]


def reset_link(app: Flask) -> Race:
    owner, token = holder(app), secrets.token_urlsafe(32)

    def asking(browser: str) -> attempts.Asking:
        return attempts.Asking("racer" if browser else None, browser or "racer", "192.0.2.1", "id")

    with app.app_context(), unit_of_work():
        attempt = attempts.open_attempt(asking(""), Step.LINK, identifier=owner.email)
        account = accounts.find(owner.account_id)
        assert account is not None
        attempt.account_id, attempt.password_mark, attempt.link_hash = account.id, attempts.mark(account), flow.link_hash(token)
        attempt.browser = "racer"
    return Race(lambda number: flow.use_link(token, asking(f"{token[:20]}{number}")), (flow.LinkGone,))


def pushed_request(app: Flask) -> Race:
    with app.app_context():
        name = pushed_requests.keep(Parameters({"client_id": "racer"})).removeprefix(pushed_requests.PREFIX)
    return Race(lambda _: pushed_requests.spend(name))


THINGS: dict[str, Callable[[Flask], Race]] = {
    "nik": claims_of("nik"),
    "email": claims_of("email"),
    "phone": claims_of("phone"),
    "code": code,
    "refresh token": refresh_token,
    "one-time code": one_time_code,
    "jti": jti,
    "reset link": reset_link,
    "pushed request": pushed_request,
}


@pytest.mark.parametrize("thing", THINGS)
def test_of_fifty_at_once_one_wins_in_every_round(app: Flask, configured: Any, thing: str) -> None:
    configured(limits="off", threads=CROWD)
    began = time.monotonic()
    assert [THINGS[thing](app).run(app) for _ in range(ROUNDS)] == [1] * ROUNDS
    print(f"\n{thing}: {ROUNDS} rounds of {CROWD} in {time.monotonic() - began:.0f} s, one winner each")
