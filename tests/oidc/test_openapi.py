"""`/openapi.json` against what the endpoints do: generated requests, fitting and unfitting, from strangers, from a registered
client, and poisoned. No answer is a 5xx; every answer is one that the document describes."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import TestResponse

from idp import settings as idp_settings
from idp.oidc import clients, openapi
from idp.oidc.client_form import for_new_client
from idp.oidc.metadata import DEVICE, EXCHANGE
from idp.oidc.signal_streams import SCOPE
from tests.oidc.house import House
from tests.oidc.party import CALLBACK, EVERYTHING, ISSUER, Browser, Party
from tests.oidc.test_hostile import NASTY
from tests.volley import MINIMUM, Volley

pytestmark = pytest.mark.any_database

PARTS = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
GRANTS = ["authorization_code", "refresh_token", "client_credentials", DEVICE, EXCHANGE]
VARIED = [one for one in openapi.OPERATIONS if one.query or one.form or one.json or "{" in one.path or one.security]
EXAMPLES = MINIMUM["openapi"] // PARTS // (len(VARIED) // PARTS) // 5 + 1  # each is sent five times


class Insider:
    """What a registered client and a signed-in browser hold, so that generated requests get further than the door."""

    # Other ways to prove oneself, and requests within requests: beside what is put in they would be refused at the door.
    LEFT_OUT = ("client_secret", "client_assertion", "client_assertion_type", "access_token", "request", "request_uri")

    def __init__(self, party: Party, house: House) -> None:
        self.party = party
        self.browser = party.browser()
        self.browser.sign_in(house)
        self.access_token = party.tokens(self.browser)["access_token"]
        self.signals = (party.post("/oauth/token", {"grant_type": "client_credentials", "scope": SCOPE}).json or {})["access_token"]
        self.browser.http.post("/oauth/events/stream", json={}, headers={"Authorization": f"Bearer {self.signals}"}, base_url=ISSUER)
        self.browser.get("/oauth/device")
        self.csrf_token = self.browser.csrf()

    def step_in(self, case: Case) -> None:
        """Put into a request what only this client and this browser have."""
        case.headers["Authorization"] = self._proof(case)
        if "pending_id" in case.path_parameters:
            asked = self.party.ask(self.browser, prompt="consent")
            case.path_parameters["pending_id"] = asked.headers["Location"].rpartition("/")[2]
        own = self._own_fields(case)
        for given_ in (case.query, case.body):
            if isinstance(given_, dict):
                for name in self.LEFT_OUT:
                    given_.pop(name, None)
                given_.update(own)

    def _own_fields(self, case: Case) -> dict[str, Any]:
        if "client_id" in case.path_parameters:
            return {"client_id": case.path_parameters["client_id"], "redirect_uris": [CALLBACK]}
        if case.path in ("/oauth/authorize", "/oauth/par"):
            return self.party.parameters()
        if case.path == "/oauth/register":
            return {"redirect_uris": [CALLBACK]}
        if case.path.startswith("/oauth/events"):
            return {}
        if case.path == "/oauth/device":
            return {"scope": "openid", "client_id": self.party.client_id}
        return {"client_id": self.party.client_id, "csrf_token": self.csrf_token}

    def _proof(self, case: Case) -> str:
        if "client_id" in case.path_parameters:
            return f"Bearer {self._another_registration(case)}"
        if case.path.startswith("/oauth/events"):
            return f"Bearer {self.signals}"
        if case.path == "/oauth/userinfo":
            return f"Bearer {self.access_token}"
        return self.party.authorization()["Authorization"]

    def _another_registration(self, case: Case) -> str:
        with self.party.app.app_context():
            done = clients.add(for_new_client({"client_name": "X", "redirect_uris": [CALLBACK]}), self_registered=True)
        case.path_parameters["client_id"] = done.client.client_id
        return done.registration_token or ""


@pytest.fixture
def insider(provider: Flask, register: Any, house: House) -> Insider:
    idp_settings.use(idp_settings.current().model_copy(update={"open_registration": True, "limits": "off"}))
    return Insider(register(grant_types=GRANTS, scope=f"{EVERYTHING} {SCOPE}", first_party=False), house)


def poison(case: Case, nasty: str, which: int) -> None:
    """Put what nobody expects into one of the parameters."""
    for given_ in (case.query, case.body):
        if isinstance(given_, dict) and given_:
            names = sorted(given_, key=str)
            given_[names[which % len(names)]] = nasty


def send(browser: Browser, case: Case) -> TestResponse:
    return browser.http.open(**case.as_transport_kwargs(base_url=ISSUER))


def operations(app: Flask, part: int) -> list[Any]:
    """Every fourth operation that anything can be varied in."""
    with app.test_request_context(base_url=ISSUER):
        described = schemathesis.openapi.from_dict(openapi.document())
    described.app = app
    wanted = {(one.method, one.path) for one in VARIED[part::PARTS]}
    return [one.ok() for one in described.get_all_operations() if (one.ok().method, one.ok().path) in wanted]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_to_a_generated_request_is_one_that_the_document_describes(insider: Insider, part: int) -> None:
    with Volley("openapi", part_of=PARTS) as volley:
        for operation in operations(insider.party.app, part):
            fitting, unfitting = (operation.as_strategy(generation_mode=one) for one in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=True,
                database=None,
                phases=[Phase.generate],
            )
            @given(case=fitting | unfitting, nasty=st.tuples(*[st.sampled_from(NASTY)] * 3))
            def trial(case: Case, nasty: tuple[str, ...]) -> None:
                stranger = insider.party.browser()
                case.validate_response(volley.send(lambda: send(stranger, case), case), checks=CHECKS)
                insider.step_in(case)
                case.validate_response(volley.send(lambda: send(insider.browser, case), case), checks=CHECKS)
                for which, one in enumerate(nasty):
                    poison(case, one, which)
                    volley.send(lambda: send(insider.browser, case), case)

            trial()
