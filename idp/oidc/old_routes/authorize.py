"""GET /auth: the authorization request of old, put into the words of today."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import Response

from idp.oidc import answers, dispatcher, parameters, trust
from idp.oidc.authorization_request import understand
from idp.oidc.authorize import untrusted
from idp.oidc.clients import Client
from idp.oidc.faults import OAuth2Error
from idp.oidc.old_routes import admission
from idp.oidc.parameters import Parameters
from idp.oidc.routes import blueprint

KNOWN = frozenset({"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"})
BASIC = "basic"
# What `basic` stood for: less than the scope profile does today.
BASIC_CLAIMS = ("name", "updated_at", "capacities")
# What the old request had no words for is asked along where the client is registered for it; it can be declined.
ALONG = ("address", "nik", "pendidikan", "pengalaman", "pelatihan", "sertifikasi", "keahlian")


@blueprint.get("/auth")
def authorize_as_before() -> Response:
    """Take a request and answer it, or begin its steps."""
    given = in_todays_words(parameters.of_request())
    try:
        client = admission.check(trust.client_of(given))
        redirect_uri = trust.redirect_uri_of(given, client)
    except trust.Untrusted as fault:
        return untrusted(fault)
    try:
        asked = with_what_is_registered(given, client)
        return dispatcher.begin(understand(asked, admission.without_challenge(client), redirect_uri), client)
    except OAuth2Error as fault:
        return answers.fault(answers.address_of(given, client, redirect_uri), fault)


def in_todays_words(given: Parameters) -> Parameters:
    """The parameters that there were, others left out; `basic` is a sign-in with a name."""
    values = {name: value for name, value in given.items() if name in KNOWN}
    asked = given.words("scope") or (BASIC,)
    values["scope"] = " ".join(["openid", *(word for word in asked if word != BASIC)])
    if BASIC in asked:
        values["claims"] = json.dumps({"userinfo": dict.fromkeys(BASIC_CLAIMS)})
    return Parameters(values, repeated=given.repeated & KNOWN, oversized=given.oversized & KNOWN)


def with_what_is_registered(given: Parameters, client: Client) -> Parameters:
    """And what the old interface gave without being asked: the working life, and a refresh token."""
    lasting = ("offline_access",) if client.check_grant_type("refresh_token") else ()
    along = [one for one in (*ALONG, *lasting) if one in client.metadata.scopes]
    return replace(given, values_={**given, "scope": " ".join((given["scope"], *along))})
