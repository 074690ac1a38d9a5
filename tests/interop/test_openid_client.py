"""openid-client for Node, as other people's programs use it: plainly, and with everything that it can do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.conftest import free_port
from tests.installing import INTEROP, node
from tests.interop.conftest import Provider
from tests.interop.visitor import Visitor
from tests.oidc.signer import Signer

pytestmark = [pytest.mark.any_database, pytest.mark.node]
SCOPE = "openid profile email offline_access"


@pytest.fixture(scope="module")
def service(provider: Provider, run: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The relying party, registered twice: with a secret, and under FAPI 2.0 Message Signing with a key."""
    port, signer = free_port(), Signer("ES256")
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_text(json.dumps(signer.jwks))
    common = ("--redirect-uri", f"http://localhost:{port}/callback", "--scope", SCOPE)
    out = ("--post-logout-redirect-uri", f"http://localhost:{port}/out")
    plain = provider.client("--name", "Biasa", *common, *out)
    signing = provider.client(
        "--name", "Ketat", *common, *out, "--profile", "fapi2-message-signing", "--jwks", str(keys)
    )  # fmt: skip
    own = {"jwk": signer.key.as_dict(private=True), "kid": signer.key.thumbprint()}
    settings = {"issuer": provider.issuer, "port": port, "clients": {"plain": plain, "message_signing": {**signing, **own}}}
    return run(port, node() or "", str(INTEROP / "openid_client.mjs"), SETTINGS=json.dumps(settings))


@pytest.mark.parametrize("name", ["plain", "form_post", "message_signing"])
def test_a_person_signs_in_is_known_and_signs_out(service: str, visitor: Visitor, name: str) -> None:
    page = visitor.go(f"{service}/login/{name}")
    assert page.status_code == 200, page.text
    told = page.json()
    assert told["userinfo"] == told["again"]
    assert told["userinfo"]["name"] == "Siti Aminah"
    assert told["userinfo"]["sub"] == told["about"]["sub"]
    assert told["active"] is True
    assert told["revoked"] == "invalid_token"
    assert told["type"] == ("dpop" if name == "message_signing" else "bearer")
    assert told["method"] == ("POST" if name == "form_post" else "GET")
    assert ("response" in told["query"]) == (name == "message_signing")
    assert ("code" in told["query"]) == (name == "plain")
    assert visitor.go(f"{service}/logout").text == "/out"
    visitor.go(f"{visitor.issuer}/akun")
    assert "Siti" in visitor.answer.text, "signing out ended the session, so that the password was asked for again"
    assert any(address.endswith("/masuk?next=/akun") or "/masuk" in address for address in visitor.passed)
