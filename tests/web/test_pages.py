"""What holds on every page: headers, cookies, errors, return paths, languages, believed addresses."""

from urllib.parse import quote

import pytest

from idp import settings, web
from idp.web.paths import safe_path

PATHS = ("/healthz", "/masuk", "/nothing-here", "/.well-known/openid-configuration", "/bahasa/en")


@pytest.mark.asvs("V3.4.4", "V3.4.5", "V3.4.6", "V3.4.8")
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_bears_the_security_headers(http, path):
    headers = http.request("GET", path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Request-Id"]


@pytest.mark.asvs("V3.4.1", "V3.3.1", "V3.3.3")
def test_over_tls_there_is_hsts_and_every_cookie_is_a_host_cookie(app, configured, http):
    configured(issuer="https://localhost")
    app.config.update(SESSION_COOKIE_NAME="__Host-browser", SESSION_COOKIE_SECURE=True)
    try:
        answer = http.request("GET", "/masuk", base_url="https://localhost")
    finally:
        app.config.update(SESSION_COOKIE_NAME="browser", SESSION_COOKIE_SECURE=False)
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies, "no cookie was set at all"
    assert all(one.startswith("__Host-") and "Secure" in one and "Path=/" in one and "Domain" not in one for one in cookies)


@pytest.mark.asvs("V3.4.3")
def test_a_script_nonce_is_never_used_twice(http):
    nonces = set()
    for _ in range(20):
        policy = http.get("/masuk").headers["Content-Security-Policy"]
        nonces |= {part for part in policy.split() if part.startswith("'nonce-")}
    assert len(nonces) == 20


@pytest.mark.asvs("V16.5.1")
def test_an_error_page_says_what_happened_in_the_persons_language_with_a_number_to_quote(http):
    answer = http.get("/nothing-here", headers={"Accept-Language": "id"})
    assert answer.status_code == 404
    assert answer.headers["X-Request-Id"] in answer.text
    english = http.get("/nothing-here?lang=en")
    assert english.text != answer.text


def test_a_program_gets_errors_as_json(http):
    answer = http.get("/nothing-here", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")


@pytest.mark.asvs("V3.7.2")
@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\\\\evil.example",
        "/%0d%0aX: y\r\n",
        "",
        None,
        "evil",
        "/a b",
        "/" + "x" * 3000,
        "http:evil.example",
        "///evil.example",
        "/\u0000",
        "/<script>",
    ],
)
def test_a_return_path_never_leaves_this_provider(target):
    assert safe_path(target) == "/"


def test_a_return_path_within_keeps_its_query():
    assert safe_path("/oauth/authorize?a=b%2Fc&d=e") == "/oauth/authorize?a=b%2Fc&d=e"


def test_the_choice_of_language_is_kept_and_leads_back(http):
    answer = http.request("GET", "/bahasa/en?next=/masuk")
    assert answer.headers["Location"] == "/masuk"
    assert '<html lang="en"' in http.get("/masuk").text


@pytest.mark.parametrize(("path", "back"), [("/profil/kirim", "/profil"), ("/nothing-here", "/nothing-here")])
def test_the_language_of_an_error_page_is_changed_where_one_is(http, path, back):
    page = http.request("GET", path).text
    assert f'href="/bahasa/en?next={quote(back, safe="")}"' in page


@pytest.mark.asvs("V4.1.3", "V15.3.4")
def test_a_forwarded_address_is_believed_from_our_own_proxy_only(app):
    forged = {"X-Forwarded-For": "203.0.113.9"}
    with app.test_request_context(headers=forged, environ_base={"REMOTE_ADDR": "198.51.100.1"}):
        assert web.client_address() == "198.51.100.1"


@pytest.mark.asvs("V15.3.4")
@pytest.mark.parametrize(
    ("address", "key"),
    [("198.51.100.1", "198.51.100.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:198.51.100.1", "198.51.100.1")],
)
def test_limits_count_a_household_of_ipv6_addresses_as_one(app, address, key):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert web.address_key() == key


@pytest.mark.asvs("V3.5.4")
def test_a_foreign_host_header_is_refused(http):
    assert http.request("GET", "/masuk", base_url="http://evil.example").status_code == 400


def test_readiness_names_the_store_that_does_not_answer(http):
    assert http.get("/readyz").json == {"status": "ok", "database": True, "redis": True}


@pytest.mark.asvs("V12.2.1", "V13.2.3", "V15.2.3")
def test_production_names_every_insecure_setting():
    with pytest.raises(ValueError, match="IDP_ISSUER: must be https") as refused:
        settings.Settings(_env_file=None, mode="production")
    for name in ("IDP_REDIS_URL", "IDP_DUKCAPIL_URL", "IDP_DUKCAPIL_PASSWORD", "IDP_SMS_URLS", "IDP_MAIL_URL"):
        assert name in str(refused.value)


@pytest.mark.asvs("V15.3.5")
@pytest.mark.parametrize("host_body", [b"\x00" * 5000, b"a=" + b"x" * 400_000, b"&" * 9000])
def test_an_unfit_body_is_a_client_error(http, host_body):
    answer = http.request("POST", "/masuk", data=host_body, content_type="application/x-www-form-urlencoded")
    assert 400 <= answer.status_code < 500


@pytest.mark.asvs("V12.3.1")
@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("database_url", "postgresql://idp@db.example/idp", True),
        ("database_url", "postgresql://idp@db.example/idp?sslmode=require", True),
        ("database_url", "postgresql://idp@db.example/idp?sslmode=verify-full", False),
        ("database_url", "postgresql:///idp?host=/run/postgresql", False),
        ("redis_url", "redis://:x@redis.example:6379", True),
        ("redis_url", "rediss://:x@redis.example:6379", False),
        ("redis_url", "unix:///run/valkey.sock", False),
        ("sms_urls", ("sms+http://gateway.example/",), True),
        ("mail_url", "smtp://mail.example", True),
        ("mail_url", "smtp+starttls://mail.example", False),
    ],
)
def test_production_speaks_to_other_machines_over_tls_only(name, value, refused):
    found = settings.insecure(settings.Settings(_env_file=None, **{name: value}))
    assert (name in dict(found)) is refused
