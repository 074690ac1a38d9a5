"""A provider to test relying parties with: it speaks the wire, keeps one person signed in, and can be told to misbehave.

The real provider never sends a wrong nonce, a foreign issuer or somebody else's claims; a relying party must survive them all the same.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

CLIENT_ID, CLIENT_SECRET = "karirhub-test", "a secret of 32 characters and more"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
SITI: dict[str, Any] = {
    "sub": "siti-at-this-sector",
    "name": "Siti Aminah",
    "email": "siti.aminah@example.id",
    "email_verified": True,
    "phone_number": "+6281200000001",
    "phone_number_verified": True,
    "address": {
        "formatted": "Jalan Margonda 1\nPancoran Mas\nKota Depok\nJawa Barat 16431",
        "locality": "Kota Depok",
        "region": "Jawa Barat",
        "country": "ID",
        "province_code": "32",
        "city_code": "32.76",
    },
    "skills": [
        {"name": "Microsoft Excel", "key": "microsoft-excel"},
        {"name": "Administrasi kantor", "key": "x-1"},
        {"name": "Komunikasi", "key": "komunikasi"},
    ],
    "education": [{"level": "S1", "institution": "Universitas Indonesia", "major": "Akuntansi", "start": "2015", "end": "2019"}],
    "experience": [{"title": "Staf Admin", "company": "PT Maju", "start": "2019-08", "current": True}],
    "profile_completeness": 86,
    "profile_verified": True,
}


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@dataclass
class StandIn:
    """The provider's state, open to the test: whom it signs in, what it grants, how it misbehaves, what it was asked."""

    claims: dict[str, Any] = field(default_factory=lambda: dict(SITI))
    granted: str | None = None
    sid: str = "session-1"
    faults: set[str] = field(default_factory=set)
    access_seconds: int = 600
    asked: list[dict[str, str]] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    refreshes: int = 0
    issuer: str = ""

    def __post_init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"})
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh: set[str] = set()
        self._access: dict[str, float] = {}
        self._lock = threading.Lock()
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True, request_handler=Quiet)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def new_key(self) -> None:
        """Sign with another key from now on; the old one is no longer published."""
        self.key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig", "alg": "ES256"})

    def sign(self, claims: dict[str, Any], *, typ: str = "JWT", key: ECKey | None = None, alg: str = "ES256") -> str:
        key = key or self.key
        return jwt.encode({"alg": alg, "typ": typ, "kid": key.kid}, claims, key, algorithms=[alg])

    def logout_token(self, *, typ: str = "logout+jwt", key: ECKey | None = None, **changes: Any) -> str:
        """A good logout token for the session that is open, with `changes`; None removes a claim."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {LOGOUT_EVENT: {}},
            "sub": self.claims["sub"],
            "sid": self.sid,
        }
        return self.sign({name: value for name, value in (claims | changes).items() if value is not None}, typ=typ, key=key)

    def _app(self) -> Flask:
        app = Flask("standin")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._discovery)
        app.add_url_rule("/jwks", view_func=lambda: jsonify(KeySet([self.key]).as_dict(private=False)))
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        app.add_url_rule("/revoke", view_func=self._revoke, methods=["POST"])
        app.add_url_rule("/logout", view_func=self._logout)
        return app

    def _discovery(self) -> Response:
        if "down" in self.faults:
            return Response("sorry", 503)
        return jsonify(
            issuer="https://evil.example" if "other issuer" in self.faults else self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            userinfo_endpoint=f"{self.issuer}/userinfo",
            revocation_endpoint=f"{self.issuer}/revoke",
            end_session_endpoint=f"{self.issuer}/logout",
            jwks_uri=f"{self.issuer}/jwks",
            id_token_signing_alg_values_supported=["RS256", "ES256"],
            authorization_response_iss_parameter_supported=True,
        )

    def _authorize(self) -> Response:
        self.asked.append(request.args.to_dict())
        answer = {"state": request.args["state"], "iss": "https://evil.example" if "mix-up" in self.faults else self.issuer}
        if "deny" in self.faults:
            answer |= {"error": "access_denied", "error_description": "<b>The end-user said no</b>"}
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self._codes[answer["code"]] = request.args.to_dict()
        return redirect(f"{request.args['redirect_uri']}?{urlencode(answer)}")

    def _token(self) -> tuple[Response, int]:
        if "token down" in self.faults:
            return jsonify(error="server_error"), 500
        if request.authorization is None or request.authorization.password != CLIENT_SECRET:
            return jsonify(error="invalid_client"), 401
        if request.form["grant_type"] == "refresh_token":
            return self._refreshed(request.form["refresh_token"])
        asked = self._codes.pop(request.form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != request.form["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        tokens = self._tokens() | {"scope": self.granted if self.granted is not None else asked["scope"]}
        if "no id token" not in self.faults:
            tokens["id_token"] = self._id_token(asked["nonce"])
        return jsonify(tokens), 200

    def _refreshed(self, used: str) -> tuple[Response, int]:
        with self._lock:
            if used not in self._refresh:
                self._refresh.clear()
                return jsonify(error="invalid_grant"), 400
            self._refresh.remove(used)
            self.refreshes += 1
            return jsonify(self._tokens()), 200

    def _tokens(self) -> dict[str, Any]:
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._access[access] = time.time() + self.access_seconds
        self._refresh.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": self.access_seconds}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.claims["sub"], "aud": CLIENT_ID, "iat": now, "exp": now + 300, "sid": self.sid}
        wrong = {
            "nonce": {"nonce": "another"},
            "iss": {"iss": "https://evil.example"},
            "aud": {"aud": "somebody-else"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        }
        claims["nonce"] = nonce
        for fault, changes in wrong.items():
            if fault in self.faults:
                claims |= changes
        key = ECKey.generate_key("P-256", {"kid": self.key.kid}) if "forged" in self.faults else self.key
        return self.sign(claims, key=key)

    def _userinfo(self) -> tuple[Response, int]:
        if "userinfo down" in self.faults:
            return jsonify(error="server_error"), 500
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._access.get(token, 0) < time.time() or "tokens refused" in self.faults:
            return jsonify(error="invalid_token"), 401
        return jsonify(self.claims | ({"sub": "somebody-else"} if "other person" in self.faults else {})), 200

    def spend_access_tokens(self) -> None:
        """Withdraw every access token before its time."""
        self._access.clear()

    def withdraw_everything(self) -> None:
        """Withdraw access and refresh tokens: the citizen withdrew their consent."""
        self._access.clear()
        self._refresh.clear()

    def _revoke(self) -> Response:
        self.revoked.append(request.form["token"])
        return Response("", 200)

    def _logout(self) -> Response:
        self.left.append(request.args.to_dict())
        return redirect(f"{request.args['post_logout_redirect_uri']}?{urlencode({'state': request.args['state']})}")
