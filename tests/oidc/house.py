"""A small house for the provider: people, who is signed in where, and pages to sign in and register. A real Host."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Flask, Response, has_request_context, make_response, redirect, request

from idp import clock, oidc, web
from idp.extensions import csrf
from idp.oidc import Authentication, ClaimsRequest, ClaimText, Host, LoginHint

SCOPES = {
    "profile": ("name", "gender", "birthdate", "locale", "updated_at"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "nik": ("nik",),
    "keahlian": ("skills",),
}
LABELS = {"name": "Nama", "email": "Email", "phone_number": "Nomor handphone", "skills": "Keahlian", "address": "Alamat domisili"}
TOGETHER = (("email", "email_verified"), ("phone_number", "phone_number_verified"))
ACRS = ("urn:siapkerja:acr:password", "urn:siapkerja:acr:otp", "urn:siapkerja:acr:mfa", "phr")
COOKIE = "house"
SITI: dict[str, Any] = {
    "name": "Siti Aminah", "gender": "female", "birthdate": "1998-04-12", "locale": "id-ID", "updated_at": 1_700_000_000,
    "email": "siti.aminah@example.id", "email_verified": True, "phone_number": "+6281200000001", "phone_number_verified": True,
    "nik": "9971014204980001", "skills": [{"name": "Graphic Design"}], "address": {"locality": "Jakarta Selatan", "country": "ID"},
}  # fmt: skip

PROVEN: dict[str, Any] = {
    "verification": {
        "trust_framework": "id_dukcapil", "time": "2026-10-01T08:00:00Z",
        "evidence": [{"type": "electronic_record", "record": {"type": "population_register", "source": {"name": "Dukcapil"}}}],
    },
    "claims": {"name": "Siti Aminah", "birthdate": "1998-04-12", "nik": "9971014204980001", "place_of_birth": {"locality": "Jakarta"}},
}  # fmt: skip


@dataclass
class House:
    """People by subject, and the sessions of their browsers."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, Authentication] = field(default_factory=dict)  # by cookie
    suspended: set[str] = field(default_factory=set)
    second_factor: set[str] = field(default_factory=set)
    proven: dict[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    hints: list[LoginHint] = field(default_factory=list)

    def reset(self) -> None:
        self.people = {"siti": dict(SITI), "budi": {"name": "Budi Santoso", "email": "budi@example.id", "email_verified": True}}
        self.proven = {"siti": (PROVEN,)}
        self.sessions, self.suspended, self.second_factor, self.hints = {}, set(), set(), []

    def host(self) -> Host:
        return Host(
            scopes=SCOPES,
            authentication=self.authentication,
            login_url=self.login_url,
            claims=self.claims,
            end_session=self.end_session,
            may_act=lambda subject: subject in self.people and subject not in self.suspended,
            describe=self.describe,
            registration_url=lambda path, hint: f"/daftar?next={path}",
            acr_values=ACRS,
            can_reach=lambda subject, acr: acr != "phr" and subject in self.second_factor,
            verified=lambda subject: self.proven.get(subject, ()),
            claims_metadata={
                "trust_frameworks_supported": ["id_dukcapil"],
                "evidence_supported": ["electronic_record"],
                "claims_in_verified_claims_supported": ["name", "birthdate", "nik", "place_of_birth"],
            },
            account_label=lambda subject: self.people[subject]["name"],
        )

    def authentication(self) -> Authentication | None:
        found = self.sessions.get(request.cookies.get(COOKIE, ""))
        return found and replace(found, may_act=found.subject not in self.suspended)

    def login_url(self, path: str, hint: LoginHint) -> str:
        self.hints.append(hint)
        return f"/masuk?next={path}"

    def claims(self, subject: str, asked: ClaimsRequest) -> dict[str, Any]:
        return {name: value for name, value in self.people[subject].items() if name in asked.names}

    def describe(self, subject: str, names: tuple[str, ...], locale: str) -> tuple[ClaimText, ...]:
        groups = [group for group in TOGETHER if group[0] in names]
        alone = [(name,) for name in names if not any(name in group for group in groups)]
        person = self.people[subject]
        return tuple(
            ClaimText(group, LABELS.get(group[0], group[0]), str(person[group[0]]) if group[0] in person else None)
            for group in (*alone, *groups)
        )

    def end_session(self, sid: str) -> None:
        for cookie, auth in list(self.sessions.items()):
            if auth.sid == sid:
                del self.sessions[cookie]
                oidc.end_of_session(sid, auth.subject, "signed_out")

    def end_all(self, app: Flask, subject: str) -> None:
        """Every session of a person ends: a new password, a suspension."""
        with app.test_request_context(base_url="https://akun.example"):
            for auth in list(self.sessions.values()):
                if auth.subject == subject:
                    self.end_session(auth.sid)

    def sign_in(self, subject: str, acr: str = ACRS[0]) -> str:
        """A new session; answers the cookie's value."""
        cookie = secrets.token_urlsafe(8)
        amr = ("pwd", "otp") if acr == ACRS[2] else ("pwd",)
        before = self.sessions.get(request.cookies.get(COOKIE, "")) if has_request_context() else None
        # The same person's session goes on under its name, as in the real house.
        sid = before.sid if before and before.subject == subject else secrets.token_urlsafe(12)
        self.sessions[cookie] = Authentication(subject, sid, clock.timestamp(), acr, amr, may_act=True, moment=clock.seconds())
        return cookie

    def blueprint(self) -> Blueprint:
        """Pages to sign in and register; `who` and `acr` in a form say who does, and how well they prove it."""
        pages = Blueprint("house", __name__)
        csrf.exempt(pages)

        @pages.route("/masuk", methods=["GET", "POST"])
        @pages.route("/daftar", methods=["GET", "POST"], endpoint="daftar")
        def sign_in() -> Response:
            if request.method == "GET":
                return make_response("<h1>Masuk</h1>")
            cookie = self.sign_in(request.args.get("who", "siti"), request.args.get("acr", ACRS[0]))
            response: Response = make_response(redirect(web.safe_path(request.args.get("next")), 303))
            response.set_cookie(COOKIE, cookie)
            return response

        @pages.get("/")
        def home() -> str:
            return "<h1>Portal</h1>"

        return pages
