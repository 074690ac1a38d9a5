"""What a client did not register, what nobody supports, and what keys are made of."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey, RSAKey

from idp.oidc import keys
from tests.oidc.house import House
from tests.oidc.party import Party, values_of


@pytest.mark.asvs("V10.4.12", "V10.4.15", "V3.7.2")
def test_an_answer_comes_in_a_registered_way_only_and_details_of_strangers_have_no_effect(register: Any, house: House) -> None:
    party: Party = register(first_party=True, response_modes=["query"])
    browser = party.browser()
    browser.sign_in(house)
    for mode in ("fragment", "form_post", "jwt", "query.jwt"):
        answer = party.ask(browser, response_mode=mode)
        assert "code" not in values_of(answer)
        assert '"code"' not in answer.text
    details = '[{"type": "account", "actions": ["everything"]}]'
    tokens = party.redeem(party.code(browser, authorization_details=details), authorization_details=details).json
    assert "authorization_details" not in tokens
    assert party.userinfo(tokens["access_token"]).json.keys() <= {
        "sub",
        "name",
        "gender",
        "birthdate",
        "locale",
        "updated_at",
        "email",
        "email_verified",
    }


@pytest.mark.asvs("V11.6.1", "V11.2.3")
@pytest.mark.any_database
def test_signing_keys_are_sound(provider: Flask) -> None:
    made = [keys._new_key(alg) for alg in ("RS256", "PS256", "ES256", "EdDSA")]
    for key in made:
        if isinstance(key, RSAKey):
            numbers = key.private_key.private_numbers()
            assert numbers.public_numbers.e == 65537
            assert key.private_key.key_size >= 2048
            assert abs(numbers.p - numbers.q).bit_length() > 900, "primes that are far apart (Fermat)"
        elif isinstance(key, ECKey):
            assert key.curve_name == "P-256"
        else:
            assert key["crv"] == "Ed25519"
