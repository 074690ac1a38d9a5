"""`idp client` and `idp keys`: what an administrator types, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from idp.oidc import cli
from tests.oidc.house import House
from tests.oidc.party import Party

TOML = """
client_name = "Skillhub"
redirect_uris = ["http://localhost:8002/kembali"]
initiate_login_uri = "http://localhost:8002/masuk"
scope = "openid profile offline_access"
tile = true
"""


@pytest.fixture
def run(provider: Flask) -> Any:
    def command(*words: str, stdin: str | None = None) -> Result:
        with provider.app_context():
            return CliRunner().invoke(cli.keys if words[0] == "keys" else cli.client, list(words[1:]), input=stdin)

    return command


def test_a_client_is_added_and_its_secret_shown_once(run: Any) -> None:
    done = run("client", "add", "--name", "Karirhub", "--redirect-uri", "https://karirhub.kemnaker.go.id/kembali", "--json")
    assert done.exit_code == 0
    client = json.loads(done.stdout)
    assert len(client["client_secret"]) == 43
    assert client["sector"] == "siapkerja"
    shown = json.loads(run("client", "show", client["client_id"], "--json").stdout)
    assert "client_secret" not in shown
    assert shown["redirect_uris"] == ["https://karirhub.kemnaker.go.id/kembali"]
    assert [one["client_id"] for one in json.loads(run("client", "list", "--json").stdout)] == [client["client_id"]]


@pytest.mark.parametrize("given", [TOML, TOML.replace("client_name", "name").replace("redirect_uris", "redirect_uri"), "[client]" + TOML])
def test_a_client_is_added_from_a_file(run: Any, given: str) -> None:
    done = run("client", "add", "--file", "-", "--json", stdin=given)
    assert done.exit_code == 0, done.output
    client = json.loads(done.stdout)
    assert client["tile"] is True
    assert client["grant_types"] == ["authorization_code", "refresh_token"]
    assert client["redirect_uris"] == ["http://localhost:8002/kembali"]


@pytest.mark.asvs("V10.4.7")
@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--redirect-uri", "https://x.example/*"), "redirect_uris"), (("--redirect-uri", "http://x.example/"), "redirect_uris"),
        (("--redirect-uri", "https://x.example/#f"), "redirect_uris"), (("--redirect-uri", "https://a@x.example/"), "redirect_uris"),
        (("--redirect-uri", "app:/cb"), "redirect_uris"), ((), "redirect_uris"),
        (("--redirect-uri", "https://x.example/", "--scope", "openid magic"), "scope"),
        (("--redirect-uri", "https://x.example/", "--grant", "password"), "grant_types"),
        (("--redirect-uri", "https://x.example/", "--tile"), "initiate_login_uri"),
        (("--redirect-uri", "https://x.example/", "--auth-method", "private_key_jwt"), "jwks"),
        (("--redirect-uri", "https://x.example/", "--auth-method", "none", "--pkce", "optional"), "pkce"),
        (("--redirect-uri", "https://x.example/", "--backchannel-logout-uri", "http://x.example/"), "backchannel_logout_uri"),
        (("--redirect-uri", "https://x.example/", "--redirect-uri", "https://y.example/"), "sector"),
    ],
)  # fmt: skip
def test_bad_metadata_are_refused_by_field_and_reason(run: Any, words: tuple[str, ...], field: str) -> None:
    done = run("client", "add", "--name", "X", *words, "--json")
    assert done.exit_code == 1
    refused = json.loads(done.stdout)
    assert field in [one["field"] for one in refused["faults"]]
    assert all(one["reason"] for one in refused["faults"])
    assert f"refused: {field}: " in done.stderr


def test_wrong_usage_is_told_apart_from_refusal(run: Any) -> None:
    assert run("client", "add").exit_code == 2
    assert run("client", "add", "--magic").exit_code == 2
    assert run("client", "show").exit_code == 2
    assert run("client", "show", "nobody").exit_code == 1


def test_a_client_is_edited_suspended_restored_and_removed(run: Any, party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    assert json.loads(run("client", "edit", party.client_id, "--name", "Baru", "--first-party", "--json").stdout)["client_name"] == "Baru"
    assert party.ask(browser).status_code == 303
    assert run("client", "suspend", party.client_id).exit_code == 0
    assert party.ask(browser).status_code == 400
    assert run("client", "restore", party.client_id).exit_code == 0
    assert party.ask(browser).status_code == 303
    assert run("client", "remove", party.client_id, "--json").exit_code == 0
    assert party.ask(browser).status_code == 400
    assert run("client", "remove", party.client_id).exit_code == 1


@pytest.mark.asvs("V13.1.4")
def test_a_new_secret_takes_the_place_of_the_old_at_once(run: Any, party: Party) -> None:
    secret = json.loads(run("client", "rotate-secret", party.client_id, "--json").stdout)["client_secret"]
    probe = {"grant_type": "authorization_code", "code": "x"}
    assert party.post("/oauth/token", probe).status_code == 401
    party.secret = secret
    assert party.post("/oauth/token", probe).status_code == 400


@pytest.mark.asvs("V11.1.1", "V11.2.2", "V13.3.4")
def test_keys_rotate_without_a_relying_party_noticing(run: Any, register: Any, house: House) -> None:
    party: Party = register(first_party=True)
    browser = party.browser()
    browser.sign_in(house)
    before = party.tokens(browser)["id_token"]
    listed = json.loads(run("keys", "list", "--json").stdout)
    assert {(one["alg"], one["state"]) for one in listed if one["state"] != "retired"} >= {("RS256", "current"), ("ES256", "next")}
    upcoming = next(one["kid"] for one in listed if one["alg"] == "RS256" and one["state"] == "next")
    assert run("keys", "rotate", "--alg", "RS256").exit_code == 0
    after = party.tokens(browser)["id_token"]
    assert json.loads(run("keys", "list", "--json").stdout)
    assert party.verified(before)["sub"] == party.verified(after)["sub"]
    assert upcoming in {key["kid"] for key in party.app.test_client().get("/oauth/jwks", base_url="https://akun.example").json["keys"]}


@pytest.mark.asvs("V11.1.1", "V13.3.4")
def test_a_retired_key_verifies_nothing_any_more(run: Any, register: Any, house: House) -> None:
    party: Party = register(first_party=True, id_token_signed_response_alg="ES256")
    browser = party.browser()
    browser.sign_in(house)
    hint = party.tokens(browser)["id_token"]
    kid = next(
        one["kid"] for one in json.loads(run("keys", "list", "--json").stdout) if one["alg"] == "ES256" and one["state"] == "current"
    )
    assert run("keys", "retire", kid).exit_code == 0
    assert run("keys", "retire", "nothing").exit_code == 1
    published = party.app.test_client().get("/oauth/jwks", base_url="https://akun.example").json["keys"]
    assert kid not in {key["kid"] for key in published}
    assert party.ask(browser, id_token_hint=hint).headers["Location"].count("error=invalid_request")
    assert party.verified(party.tokens(browser)["id_token"], "ES256")
    assert not any("d" in key or "p" in key for key in published)


def test_an_initial_access_token_is_made(run: Any) -> None:
    assert len(json.loads(run("client", "token", "--json").stdout)["initial_access_token"]) == 43


@pytest.mark.parametrize("words", [("client",), ("client", "add"), ("client", "edit"), ("keys",), ("keys", "rotate")])
def test_every_command_explains_itself(run: Any, words: tuple[str, ...]) -> None:
    assert "Usage" in run(*words, "--help").output
