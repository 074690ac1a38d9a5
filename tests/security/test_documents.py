"""The documents and the code say the same: fields, limits, columns, events, algorithms, lifetimes, bounds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from wtforms import Form

import idp
from idp import audit, factors, settings, throttle
from idp.database import Model
from idp.gateways import mail, object_store, sms
from idp.oidc import algorithms, fetching
from idp.sessions import models as sign_ins
from idp.uploads import made, process
from tests.security.documents import document, table
from tests.security.source import ROOT, importers

pytestmark = pytest.mark.any_database


def forms(of: type = Form) -> list[type]:
    found = [one for below in of.__subclasses__() for one in [below, *forms(below)]]
    return [one for one in dict.fromkeys(found) if one.__module__.startswith("idp.")]


def minutes(text: str) -> timedelta:
    """A cell of a table of lifetimes: `30 min`, `12 h`, `60 s`, `14 days`."""
    number, unit = text.split()
    return timedelta(**{{"s": "seconds", "min": "minutes", "h": "hours", "days": "days"}[unit]: int(number)})


@pytest.mark.asvs("V2.1.1", "V2.1.2")
def test_every_field_that_people_fill_in_has_its_rule(app) -> None:
    written = {(form.strip("`"), field) for form, field, rule in table("validation.md", "Fields") if rule}
    there = {
        (f"{form.__module__.removeprefix('idp.')}.{form.__name__}", name)
        for form in forms()
        for name in dir(form)
        if hasattr(getattr(form, name, None), "field_class")
    }
    assert written == there, f"missing in docs/validation.md: {sorted(there - written)}; no longer there: {sorted(written - there)}"
    assert len(table("validation.md", "What has to fit together")) >= 8


@pytest.mark.asvs("V2.1.3", "V6.1.1")
def test_every_limit_is_described_as_it_is_counted() -> None:
    written = {name.strip("`"): tuple(figures.split(", ")) for name, _, figures in table("limits.md", "Limits")}
    assert written == throttle.LIMITS
    assert "nobody is locked out" in document("limits.md")


@pytest.mark.asvs("V14.1.1", "V14.1.2")
def test_every_table_has_its_level_and_names_its_personal_columns(app) -> None:
    levels = {row[0] for row in table("data.md", "Levels")}
    written = {name: {} if columns == "—" else set(columns.split(", ")) for name, _, columns, _ in table("data.md", "Tables")}
    there = {one.name: {column.name for column in one.columns if column.info["personal"]} for one in Model.metadata.sorted_tables}
    assert {name: set(columns) for name, columns in written.items()} == there
    assert {level for _, level, *_ in table("data.md", "Tables")} <= levels
    assert all(len(row) == 6 and all(row) for row in table("data.md", "Levels")), "each level says how it is protected"


@pytest.mark.asvs("V16.1.1", "V16.4.3", "V16.2.3")
def test_every_event_and_every_sink_is_in_the_inventory() -> None:
    assert {row[0].strip("`") for row in table("logging.md", "Events")} == {str(one) for one in audit.Event}
    assert "over TLS" in document("logging.md")
    # One door for lines (structlog to stderr), one for rows; nothing writes files of its own or sends logs away.
    assert importers({"logging.handlers", "syslog", "sentry_sdk"}) == set()
    assert importers({"logging"}) <= {
        f"idp/{one}.py" for one in ("web/request_log", "worker", "gateways/sms", "gateways/dukcapil", "cli/within", "resume/pdf")
    }


@pytest.mark.asvs("V11.1.2", "V11.1.3", "V11.1.4", "V11.4.4")
def test_whatever_uses_cryptography_is_in_the_inventory() -> None:
    rows = table("security.md", "Cryptography")
    written = {path for row in rows for path in re.findall(r"`(idp/[\w/.]+)`", row[-1])}
    using = importers({"hashlib", "hmac", "cryptography", "joserfc", "argon2", "pyotp", "webauthn", "itsdangerous", "ssl", "authlib.jose"})
    assert using - written == set(), "uses cryptography and is not in docs/security.md"
    assert {path for path in written if not (ROOT / path).exists()} == set()
    text = " ".join(" ".join(row) for row in rows)
    for name in ("RS256", "PS256", "ES256", "EdDSA"):
        assert name in text and name in algorithms.SIGNING  # noqa: PT018
    assert set(algorithms.SIGNING) == {"RS256", "PS256", "ES256", "EdDSA"}
    assert {one.partition("+")[0] for one in algorithms.KEY_WRAPPING} <= set(re.findall(r"[A-Z-]+[A-Z0-9-]+", text))
    assert "ML-DSA" in document("security.md"), "a way to what comes after"


@pytest.mark.asvs("V6.1.3", "V6.3.4")
def test_every_level_of_sign_in_is_among_the_ways() -> None:
    written = {level for row in table("security.md", "Ways to show who one is") for level in re.findall(r"`([^`]+)`", row[1])}
    assert written == set(factors.levels.LEVELS)


@pytest.mark.asvs("V7.1.1", "V7.1.2", "V7.1.3")
def test_lifetimes_are_those_of_the_settings() -> None:
    chosen = settings.Settings(_env_file=None)  # type: ignore[call-arg]
    written = {row[0]: row for row in table("security.md", "Sign-ins and tokens")}
    assert minutes(written["sign-in at the provider"][1]) == timedelta(seconds=chosen.session_idle)
    assert minutes(written["sign-in at the provider"][2]) == timedelta(seconds=chosen.session_lifetime)
    assert minutes(written["sign-in on a shared device"][1]) == sign_ins.SHARED_IDLE
    assert minutes(written["sign-in on a shared device"][2]) == sign_ins.SHARED_LIFETIME
    assert minutes(written["authorization code, pushed request"][2]) == timedelta(seconds=chosen.code_lifetime)
    assert minutes(written["access token"][2]) == timedelta(seconds=chosen.access_token_lifetime)
    assert minutes(written["refresh token family"][1]) == timedelta(seconds=chosen.refresh_token_idle)
    assert minutes(written["refresh token family"][2]) == timedelta(seconds=chosen.refresh_token_lifetime)


@pytest.mark.asvs("V13.1.1", "V13.1.2", "V13.1.3", "V13.2.4", "V13.2.5", "V13.2.6")
def test_whoever_is_called_is_written_down_with_its_patience(app) -> None:
    callers = importers({"httpx", "requests", "socket", "smtplib", "urllib.request", "http.client", "apprise", "boto3", "aiohttp"})
    assert callers == {
        "idp/gateways/dukcapil.py", "idp/gateways/mail.py", "idp/gateways/object_store.py", "idp/gateways/sms.py", "idp/oidc/fetching.py",
    }  # fmt: skip
    rows = {row[0]: row for row in table("security.md", "Who is called")}
    assert f"{mail.TIMEOUT_SECONDS:.0f} s" in rows["mail server"][3]
    assert f"{sms.TIMEOUT_SECONDS:.0f} s" in rows["SMS gateways"][3]
    assert f"{object_store.ANSWER_TIMEOUT_SECONDS} s" in rows["object store"][3]
    assert f"{fetching.TIMEOUT.read:.0f} s" in rows["addresses of clients: keys, request objects, sectors, logout, events"][3]
    chosen = settings.Settings(_env_file=None)  # type: ignore[call-arg]
    assert f"{chosen.dukcapil_timeout:.0f} s, {chosen.dukcapil_page_patience:.0f} s on a page" in rows["Dukcapil"][3]
    options = idp._engine_options(chosen.model_copy(update={"database_url": "postgresql://x"}))
    assert options["pool_size"] + options["max_overflow"] == chosen.threads + 12
    assert options["pool_timeout"] == 5


@pytest.mark.asvs("V5.1.1", "V15.1.3", "V15.2.2")
def test_uploads_are_taken_as_the_document_says() -> None:
    rows = {row[0]: row[1] for row in table("security.md", "Uploads")}
    assert made.LARGEST_BYTES == 5 * 1024 * 1024 and "5 MB" in rows["documents of the history"]  # noqa: PT018
    assert f"{made.MOST_PIXELS // 1_000_000} megapixels" in rows["profile photo"]
    assert f"{made.MOST_PAGES} pages" in rows["documents of the history"]
    costly = dict(table("security.md", "What is costly, and dangerous"))
    assert f"{process.PATIENCE_SECONDS:.0f} s" in costly["opening pictures and PDFs of strangers"]


@pytest.mark.asvs("V15.1.1", "V15.1.4", "V15.1.5", "V15.2.1")
def test_components_that_are_watched_are_those_in_use_and_windows_are_written_down() -> None:
    lock = (ROOT / "requirements.lock").read_text().lower()
    for row in table("security.md", "Third-party components"):
        for name in row[0].split(", "):
            here = re.sub(r"^opencv$", "opencv-python-headless", name.lower())
            assert re.search(rf"^{re.escape(here)}(\[|==)", lock, re.M), name
    text = document("security.md")
    assert all(window in text for window in ("critical 48 hours", "high 7 days", "medium 30 days", "low 90 days"))


@pytest.mark.asvs("V13.1.4", "V11.1.1", "V13.3.1", "V13.3.4")
def test_every_secret_setting_is_in_the_list_of_secrets_and_every_secret_has_its_renewal() -> None:
    rows = table("security.md", "Keys and other secrets")
    assert all(len(row) == 5 and all(row) for row in rows)
    secret = [name for name, field in settings.Settings.model_fields.items() if "Secret" in str(field.annotation)]
    named = " ".join(row[0].lower() for row in rows)
    assert [name for name in secret if name.partition("_")[0] not in named] == []


@pytest.mark.asvs(
    "V12.1.1",
    "V12.1.2",
    "V12.1.4",
    "V12.2.2",
    "V12.3.3",
    "V12.3.5",
    "V11.6.2",
    "V4.1.2",
    "V3.7.4",
    "V13.2.1",
    "V13.2.2",
    "V3.5.4",
    "V13.4.5",
)
def test_the_operators_guide_says_what_the_proxy_and_the_stores_owe() -> None:
    text = document("operations.md")
    ciphers = re.search(r"ssl_ciphers ([^;]+);", text)
    assert ciphers
    assert all(re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM|CHACHA20)-\w+", one) for one in ciphers[1].split(":")), "AEAD with PFS"
    for phrase in (
        "ssl_protocols TLSv1.2 TLSv1.3;", "X25519", "ssl_stapling on", "of a CA that browsers trust", "host name of its own",
        "location /oauth/ { return 400; }", "preload",
        "location /metrics { return 404; }", "proxy_ssl_verify", "sslcert", "IDP_TRUSTED_PROXIES",
    ):  # fmt: skip
        assert phrase in text, phrase
    assert "a role that may change the schema and the service one that may not" in document("security.md").replace("\n", " ")


@pytest.mark.asvs("V6.8.4")
def test_services_are_told_how_to_ask_for_a_level_and_to_look_at_it() -> None:
    text = document("openid.md")
    assert all(word in text for word in ("acr_values", "max_age", "auth_time", "each time", "RFC 9470"))


@pytest.mark.asvs("V8.1.1", "V8.1.2", "V8.1.3", "V8.1.4", "V3.1.1", "V3.7.5")
def test_who_may_do_what_and_what_surrounds_it_is_written_down() -> None:
    for heading in ("Who may do what", "Fields", "What surrounds a decision", "What we fear, and what stands against it"):
        assert all(all(row) for row in table("security.md", heading)), heading
    assert len(document("security.md").partition("## Browsers")[2]) > 300
    readme = (ROOT / "README.md").read_text()
    assert [name for name in ("asvs", "security", "validation", "data", "logging", "limits") if f"docs/{name}.md" not in readme] == []
