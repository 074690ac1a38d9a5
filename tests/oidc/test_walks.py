"""Walks that nobody planned: authorize, consent, token, refresh, revoke, logout, in any order, by owners and by thieves.

Whatever the order: what was spent or revoked never works again, one client's things are worth nothing to another, nobody is told what
the person declined, and none of the faults of others (`faults_of_others.py`) ends in a code or a token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from werkzeug.test import TestResponse

from idp import clock
from idp import settings as idp_settings
from tests.oidc import faults_of_others
from tests.oidc.house import TOGETHER, House
from tests.oidc.party import ISSUER, Browser, Party, values_of
from tests.volley import TIMES, Volley, Watch

pytestmark = pytest.mark.any_database

WALKS = 85 * TIMES
STEPS = 40
SCOPES = ["openid", "openid profile", "openid profile email phone", "openid email offline_access", "openid profile keahlian offline_access"]
WHO = st.sampled_from([0, 1])
WHICH = st.integers(0, 3)
WAITS = [61, 601]  # longer than a code lives, longer than an access token lives
CODE_LIFE, ACCESS_LIFE = 60, 600


@dataclass
class Grant:
    """What one decision of the person bought."""

    owner: int
    scope: str
    declined: set[str]
    sid: str
    alive: bool = True


@dataclass
class Code:
    grant: Grant
    text: str
    expires: float
    spent: bool = False


@dataclass
class Access:
    grant: Grant
    text: str
    expires: float
    revoked: bool = False


@dataclass
class Refresh:
    grant: Grant
    text: str
    stale: bool = False


T = TypeVar("T")


def newest(kept: list[T], which: int) -> T:
    """The newest, or one of those before it."""
    return kept[-1 - which % len(kept)]


class Walk(RuleBasedStateMachine):
    """One person in one browser, and two clients: each is the other's thief."""

    app: Flask
    house: House
    parties: list[Party]
    watch: Watch

    def __init__(self) -> None:
        super().__init__()
        clock.reset()
        self.house.reset()
        self.grants: list[Grant] = []
        self.codes: list[Code] = []
        self.accesses: list[Access] = []
        self.refreshes: list[Refresh] = []
        self.browser: Browser = self.parties[0].browser()
        self.browser.sign_in(self.house)
        self.authorize_(0, SCOPES[-1], kept=5)
        self.redeem_(self.codes[0])

    @property
    def sid(self) -> str | None:
        return next((one.sid for one in self.house.sessions.values()), None)

    @property
    def suspended(self) -> bool:
        return "siti" in self.house.suspended

    @property
    def can_allow(self) -> bool:
        return self.sid is not None and not self.suspended

    def works(self, access: Access) -> bool:
        return access.grant.alive and not access.revoked and not self.suspended and access.expires > clock.seconds()

    def expect(self, answer: TestResponse, works: bool) -> None:
        """Tokens, or an error of the protocol without any."""
        assert (answer.status_code == 200) == works, (answer.status_code, answer.text)
        assert works or not {"access_token", "refresh_token", "id_token"} & set(answer.json or {})

    def keep(self, answer: TestResponse, grant: Grant) -> None:
        if answer.status_code == 200:
            told = answer.json or {}
            self.accesses.append(Access(grant, told["access_token"], clock.seconds() + ACCESS_LIFE))
            if "refresh_token" in told:
                self.refreshes.append(Refresh(grant, told["refresh_token"]))

    # What people and clients do

    @precondition(lambda self: self.can_allow)
    @rule(who=WHO, scope=st.sampled_from(SCOPES), kept=st.integers(0, 5), at_once=st.sampled_from([True, True, False]))
    def authorize(self, who: int, scope: str, kept: int, at_once: bool) -> None:
        self.authorize_(who, scope, kept)
        if at_once:
            self.redeem_(self.codes[-1])

    def authorize_(self, who: int, scope: str, kept: int) -> None:
        self.parties[who].ask(self.browser, scope=scope, prompt="consent")
        assert self.browser.follow().status_code == 200
        boxes = re.findall(r'<input type="checkbox"[^>]*name="claim" value="([^"]+)"', self.browser.answer.text)
        allowed = {*boxes[:kept], "offline_access"}
        form = {"csrf_token": self.browser.csrf(), "decision": "allow", "claim": sorted(allowed)}
        told = values_of(self.browser.post(self.browser.answer.request.path, form))
        declined = {claim for box in set(boxes) - allowed for claim in next((one for one in TOGETHER if box in one), (box,))}
        grant = Grant(who, scope, declined, self.sid or "")
        self.grants.append(grant)
        self.codes.append(Code(grant, told["code"], clock.seconds() + CODE_LIFE))

    @precondition(lambda self: self.can_allow)
    @rule(who=WHO)
    def decline_everything(self, who: int) -> None:
        self.parties[who].ask(self.browser, prompt="consent")
        self.browser.follow()
        told = values_of(self.browser.decide("deny"))
        assert told["error"] == "access_denied"
        assert "code" not in told

    @precondition(lambda self: self.codes)
    @rule(which=WHICH)
    def redeem(self, which: int) -> None:
        self.redeem_(newest(self.codes, which))

    def redeem_(self, code: Code) -> None:
        works = not code.spent and code.grant.alive and code.expires > clock.seconds() and not self.suspended
        answer = self.parties[code.grant.owner].redeem(code.text)
        code.grant.alive, code.spent = works, True
        self.expect(answer, works)
        self.keep(answer, code.grant)

    @precondition(lambda self: self.codes)
    @rule(which=WHICH, how=st.sampled_from(["thief", "verifier", "no verifier", "redirect_uri"]))
    def steal_code(self, which: int, how: str) -> None:
        """The code of client A at client B (2026-16089); a verifier or an address that is not the request's."""
        code = newest(self.codes, which)
        owner = self.parties[code.grant.owner]
        changes: dict[str, dict[str, Any]] = {
            "verifier": {"code_verifier": "v" * 43},
            "no verifier": {"code_verifier": None},
            "redirect_uri": {"redirect_uri": "https://evil.example"},
            "thief": {"code_verifier": owner.verifier},
        }
        party = self.parties[1 - code.grant.owner] if how == "thief" else owner
        self.expect(party.redeem(code.text, **changes[how]), False)
        code.grant.alive, code.spent = False, True

    @precondition(lambda self: self.refreshes)
    @rule(which=WHICH)
    def refresh(self, which: int) -> None:
        self.refresh_(newest(self.refreshes, which))

    def refresh_(self, token: Refresh) -> None:
        works = token.grant.alive and not token.stale and not self.suspended
        answer = self.parties[token.grant.owner].refresh(token.text)
        if token.stale or self.suspended:
            token.grant.alive = False
        token.stale = token.stale or works
        self.expect(answer, works)
        self.keep(answer, token.grant)

    @precondition(lambda self: any(one.grant.alive and not one.stale for one in self.refreshes))
    @rule()
    def refresh_in_good_order(self) -> None:
        self.refresh_(next(one for one in reversed(self.refreshes) if one.grant.alive and not one.stale))

    @precondition(lambda self: self.refreshes and not self.suspended)
    @rule(which=WHICH, how=st.sampled_from(["thief", "more scope"]))
    def misuse_refresh_token(self, which: int, how: str) -> None:
        token = newest(self.refreshes, which)
        if how == "thief":
            self.expect(self.parties[1 - token.grant.owner].refresh(token.text), False)
        elif not token.stale:
            self.expect(self.parties[token.grant.owner].refresh(token.text, scope=f"{token.grant.scope} nik"), False)

    @precondition(lambda self: self.accesses)
    @rule(which=WHICH)
    def userinfo(self, which: int) -> None:
        access = newest(self.accesses, which)
        answer = self.parties[0].userinfo(access.text)
        assert (answer.status_code == 200) == self.works(access), (answer.status_code, access)
        if answer.status_code == 200:
            assert not access.grant.declined & set(answer.json or {}), "a claim that the person declined was told"

    @precondition(lambda self: self.accesses)
    @rule(which=WHICH)
    def introspect(self, which: int) -> None:
        """What a token is good for concerns its own client only (2026-37979)."""
        access = newest(self.accesses, which)
        assert self.parties[1 - access.grant.owner].post("/oauth/introspect", {"token": access.text}).json == {"active": False}
        told = self.parties[access.grant.owner].post("/oauth/introspect", {"token": access.text}).json or {}
        assert told["active"] == self.works(access)

    @precondition(lambda self: self.accesses)
    @rule(which=WHICH, by_owner=st.booleans())
    def revoke_access(self, which: int, by_owner: bool) -> None:
        access = newest(self.accesses, which)
        caller = self.parties[access.grant.owner if by_owner else 1 - access.grant.owner]
        assert caller.post("/oauth/revoke", {"token": access.text}).status_code == 200
        access.revoked = access.revoked or by_owner

    @precondition(lambda self: self.refreshes)
    @rule(which=WHICH, by_owner=st.booleans())
    def revoke_refresh(self, which: int, by_owner: bool) -> None:
        token = newest(self.refreshes, which)
        caller = self.parties[token.grant.owner if by_owner else 1 - token.grant.owner]
        assert caller.post("/oauth/revoke", {"token": token.text}).status_code == 200
        token.grant.alive = token.grant.alive and not by_owner

    @precondition(lambda self: self.sid is not None)
    @rule(stay=st.booleans())
    def logout(self, stay: bool) -> None:
        ended = self.sid
        self.browser.get("/oauth/logout")
        self.browser.follow()
        form = {"csrf_token": self.browser.csrf(), "decision": "stay" if stay else "logout"}
        self.browser.post(self.browser.answer.request.path, form)
        assert (self.sid is None) != stay
        for grant in self.grants:
            if not stay and grant.sid == ended and "offline_access" not in grant.scope:
                grant.alive = False

    @precondition(lambda self: self.sid is None)
    @rule()
    def sign_in(self) -> None:
        self.browser.sign_in(self.house)

    @precondition(lambda self: self.accesses and not self.suspended)
    @rule()
    def suspend(self) -> None:
        self.house.suspended.add("siti")

    @precondition(lambda self: self.suspended)
    @rule()
    def restore(self) -> None:
        self.house.suspended.discard("siti")

    @precondition(lambda self: self.codes)
    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        clock.shift(seconds)

    # What thieves and broken programs try

    @rule(who=WHO, name=st.sampled_from(sorted(faults_of_others.REQUESTS)))
    def faulty_request(self, who: int, name: str) -> None:
        party = self.parties[who]
        answer = party.ask(self.browser, **faults_of_others.REQUESTS[name](party))
        assert "evil.example" not in answer.headers.get("Location", ""), name
        assert "code" not in values_of(answer), name

    @rule(who=WHO, again=st.sampled_from(["client_id", "redirect_uri", "state", "scope", "code_challenge"]))
    def duplicate_parameter(self, who: int, again: str) -> None:
        """2026-9689."""
        query = [*self.parties[who].parameters().items(), (again, "https://evil.example")]
        answer = self.browser.get("/oauth/authorize", query_string=query)
        assert "code" not in values_of(answer)
        assert not answer.headers.get("Location", "").startswith("https://evil.example")

    @rule(who=WHO, name=st.sampled_from(sorted(faults_of_others.ASSERTIONS)))
    def faulty_assertion(self, who: int, name: str) -> None:
        form = {"grant_type": "client_credentials", **faults_of_others.assertion(self.parties[who], name)}
        answer = self.app.test_client().post("/oauth/token", data=form, base_url=ISSUER)
        assert answer.status_code in (400, 401), name
        assert "access_token" not in (answer.json or {})

    @precondition(lambda self: self.can_allow)
    @rule(who=WHO, how=st.sampled_from(["empty", "no csrf", "twice", "another browser"]))
    def skip_a_step(self, who: int, how: str) -> None:
        """An empty POST (2026-49443), a form from elsewhere, a decision made twice, a flow of another browser (2026-7507)."""
        self.parties[who].ask(self.browser, prompt="consent")
        path, poster = self.browser.at, self.browser
        self.browser.follow()
        form = {"csrf_token": self.browser.csrf(), "decision": "allow"}
        if how == "empty":
            form.pop("decision")
        elif how == "no csrf":
            form.pop("csrf_token")
        elif how == "twice":
            self.browser.decide("deny")
        else:
            poster = self.parties[who].browser()
            poster.get("/oauth/device")
            form["csrf_token"] = poster.csrf()
            poster.sign_in(self.house)
        answer = poster.post(path, form)
        if poster is not self.browser:
            del self.house.sessions[list(self.house.sessions)[-1]]
        assert "code" not in values_of(answer), how

    @rule(text=st.sampled_from(["x", "a.b", "A" * 22 + "." + "B" * 43, "é", "\x00", "A" * 9_000]))
    def guess(self, text: str) -> None:
        self.expect(self.parties[0].redeem(text), False)
        self.expect(self.parties[0].refresh(text), False)

    @invariant()
    def nothing_failed(self) -> None:
        assert self.watch.failed == []


def test_no_walk_ends_where_it_must_not(provider: Flask, house: House, register: Any) -> None:
    idp_settings.use(idp_settings.current().model_copy(update={"limits": "off"}))
    often = settings(
        max_examples=WALKS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
    )
    parties = [register(client_name=name, id_token_signed_response_alg="ES256") for name in ("Karirhub", "Skillhub")]
    with Volley("walks") as volley, Watch(provider, volley) as watch:
        world = {"app": provider, "house": house, "parties": parties, "watch": watch}
        run_state_machine_as_test(type("Walk", (Walk,), world), settings=often)
