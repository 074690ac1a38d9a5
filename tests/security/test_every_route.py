"""What holds on every route, for a stranger and for somebody signed in: who gets in, what an answer bears, what changes nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from idp.database import Model
from idp.extensions import db
from tests.browsing import Browser
from tests.owning import holder, sign_in
from tests.security.documents import table

pytestmark = pytest.mark.any_database

# Seen by everybody; every other page leads a stranger to the sign-in page or to the beginning of its journey.
PUBLIC = {row[0].strip("`") for row in table("security.md", "Open to everybody")}
# What looking itself writes: when a sign-in was last used, keys made at first use, the secret that a page offers to an
# authenticator app (it proves nothing until its first code).
OF_LOOKING = {"sso_sessions", "audit_events", "data_keys", "signing_keys", "authenticators"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def rules(app: Any, method: str) -> list[str]:
    """Every address that knows this method, with something harmless in place of each part that varies."""
    found = {rule.rule for rule in app.url_map.iter_rules() if method in rule.methods}
    return sorted(re.sub(r"<any\((\w+)[^>]*>", r"\1", one) for one in found)


def filled(rule: str) -> str:
    return re.sub(r"<[^>]+>", "0" * 32, rule)


def content(app: Any) -> dict[str, str]:
    """Everything that is stored, table by table."""
    with app.app_context():
        names = [one.name for one in Model.metadata.sorted_tables if one.name not in OF_LOOKING]
        return {name: repr(sorted(map(repr, db.session.execute(text(f"SELECT * FROM {name}")).all()))) for name in names}


@pytest.fixture
def rina(app) -> Any:
    return holder(app)


@pytest.fixture
def owner(http: Browser, rina: Any) -> Browser:
    sign_in(http, rina)
    return http


@pytest.mark.asvs("V8.1.1", "V8.2.1", "V8.3.1", "V8.4.2", "V6.3.4")
def test_a_stranger_sees_what_is_listed_as_public_and_nothing_else(app, http: Browser, configured) -> None:
    configured(limits="off")
    open_to_all = set()
    for rule in rules(app, "GET"):
        answer = http.another().request("GET", filled(rule))
        assert answer.status_code in (200, 302, 303, 308, 400, 401, 403, 404, 410), rule
        if answer.status_code == 200 and "<" not in rule:
            open_to_all.add(rule)
    assert open_to_all == PUBLIC, open_to_all
    assert not any("admin" in rule for rule in open_to_all)
    assert [rule.rule for rule in app.url_map.iter_rules() if re.search(r"admin|debug|petugas|officer", rule.rule)] == []


@pytest.mark.asvs(
    "V3.4.4",
    "V3.4.5",
    "V3.4.6",
    "V3.4.8",
    "V3.4.3",
    "V4.1.1",
    "V14.3.2",
    "V3.3.2",
    "V3.3.4",
    "V3.3.5",
    "V13.4.6",
    "V3.5.8",
    "V3.6.1",
    "V14.2.3",
)
def test_every_answer_has_its_type_its_headers_and_small_closed_cookies(app, owner: Browser, configured) -> None:
    configured(limits="off")
    for rule in rules(app, "GET"):
        answer = owner.request("GET", filled(rule))
        headers, policy = answer.headers, answer.headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff", rule
        assert headers["Referrer-Policy"] == "no-referrer", rule
        assert "default-src 'none'" in policy, rule
        assert not re.search(r"'unsafe|https?:", policy), f"{rule}: only what is ours is loaded"
        assert not {"Server", "X-Powered-By"} & set(headers.keys()), rule
        if rule != "/oauth/session":  # the one page that other sites may frame: it shows nothing and has no button
            assert "frame-ancestors 'none'" in policy, rule
            assert headers["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin"), rule
        if answer.data and answer.mimetype.startswith("text/"):
            assert "charset=utf-8" in headers["Content-Type"], rule
        if answer.mimetype == "text/html":
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", rule
            assert "no-store" in headers["Cache-Control"], rule
        for cookie in headers.getlist("Set-Cookie"):
            assert len(cookie.partition(";")[0]) <= 4096
            assert re.search(r"SameSite=(Lax|Strict|None)", cookie), cookie
            assert "HttpOnly" in cookie or cookie.startswith(("op_state=", "__Host-op_state=")), cookie


@pytest.mark.asvs("V3.5.3")
def test_looking_changes_nothing(app, owner: Browser, configured) -> None:
    configured(limits="off")
    before = content(app)
    for method in ("GET", "HEAD", "OPTIONS"):
        for rule in rules(app, "GET"):
            owner.request(method, filled(rule))
    assert content(app) == before
    assert "/masuk" not in owner.get("/akun").request.path, "still signed in"


@pytest.mark.asvs("V3.5.1", "V3.5.2")
@pytest.mark.parametrize(
    "body",
    [
        {"data": {"password": "x", "go": "next", "decision": "allow"}},
        {"data": '{"decision": "allow"}', "content_type": "text/plain"},
        {"data": '{"decision": "allow"}', "content_type": "application/json"},
        {"data": {"a": "b", "csrf_token": "ImZvcmdlZCI.aaaa.bbbb"}, "content_type": "multipart/form-data"},
    ],
    ids=["form", "plain", "json", "multipart"],
)
def test_no_other_site_can_make_somebody_do_anything(app, owner: Browser, configured, body: dict[str, Any]) -> None:
    configured(limits="off")
    before = content(app)
    for rule in rules(app, "POST"):
        answer = owner.request("POST", filled(rule), headers={"Origin": "https://evil.example", "X-HTTP-Method-Override": "DELETE"}, **body)
        assert 300 <= answer.status_code < 500, f"{rule}: {answer.status_code}"
    assert content(app) == before


@pytest.mark.asvs("V4.1.4", "V13.4.4")
def test_a_method_that_a_route_does_not_know_is_refused(app, owner: Browser, configured) -> None:
    configured(limits="off")
    adapter = app.url_map.bind("localhost")
    for rule in {rule.rule for rule in app.url_map.iter_rules()}:
        path = filled(re.sub(r"<any\((\w+)[^>]*>", r"\1", rule))
        known = set(adapter.allowed_methods(path))
        for method in {*METHODS, "FOO"} - known:
            answer = owner.request(method, path)
            assert answer.status_code == 405, f"{method} {rule}: {answer.status_code}"
            assert set(answer.headers["Allow"].split(", ")) == known, rule


@pytest.mark.asvs("V13.4.1", "V13.4.3", "V13.4.5", "V13.4.7", "V14.2.5", "V13.4.2", "V5.3.1")
@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.git/", "/.env", "/.svn/entries", "/backup.zip", "/idp.db", "/var/idp.db", "/keys/master-0001.key", "/setup.cfg",
        "/static/", "/static", "/static/js/", "/static/../setup.cfg", "/static/%2e%2e/idp/settings.py", "/static/manifest.json",
        "/metrics", "/debug", "/console", "/admin", "/server-status", "/actuator", "/swagger", "/graphql", "/index.php",
        "/profil/x.css", "/akun/a.js", "/oauth/userinfo/a.js", "/akun/data/x.png", "/profil/foto/", "/files/",
    ],
)  # fmt: skip
def test_what_is_no_page_is_not_there(owner: Browser, path: str) -> None:
    answer = owner.request("GET", path)
    assert answer.status_code == 404
    assert "Rina" not in answer.text


@pytest.mark.asvs("V3.5.6", "V3.5.7")
def test_no_script_and_no_json_carries_a_persons_data_to_another_site(app, owner: Browser, configured) -> None:
    stranger = owner.another()
    for name in {value for key, value in app.extensions["assets"].items() if key.endswith(".js")}:
        assert owner.request("GET", f"/static/{name}").data == stranger.request("GET", f"/static/{name}").data
    configured(limits="off")
    for path in [one for one in PUBLIC if "json" in one or "openid" in one or one in ("/healthz", "/oauth/jwks")]:
        plain = stranger.request("GET", path)
        assert "evil(" not in stranger.request("GET", f"{path}?callback=evil&jsonp=evil").text
        assert plain.mimetype == "application/json", path
