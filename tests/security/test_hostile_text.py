"""Text and addresses of strangers: shown as text, decoded once, kept in their place; addresses that lead inside are not called."""

from __future__ import annotations

import ipaddress
import pickle
import re
import socket
import threading
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from werkzeug.urls import iri_to_uri

from idp import settings, throttle
from idp.extensions import redis
from idp.oidc import fetching, uris
from idp.profile import rich_text
from tests.browsing import Browser
from tests.security.source import ROOT

pytestmark = pytest.mark.any_database

MARK = "zq9"
PAYLOADS = (
    f"<b id={MARK}>", f'"><img src=x id={MARK}>', f"'><svg id={MARK} onload=alert(1)>", f"</title><script id={MARK}>alert(1)</script>",
    f"</textarea><p id={MARK}>", f"--><i id={MARK}>", f"</script><script id={MARK}>", f"&lt;b id={MARK}&gt;", f"\u2028<u id={MARK}>",
    "{{7*191}}", "${7*191}", "#{7*191}", "<%= 7*191 %>", "{% raw %}", "%(secret)s %s %n {0.__class__}", "%252f%253Cscript%253E",
    f"a\r\nX-Evil: {MARK}", f"a%0d%0aX-Evil: {MARK}", "javascript:alert(1)",
)  # fmt: skip
FORMS = {
    "/masuk": ("identifier",),
    "/daftar": ("nik", "name", "mother_name"),
    "/pemulihan": ("identifier",),
    "/pemulihan/kehilangan": ("nik", "mother_name"),
    "/oauth/device": ("user_code", "code"),
}
PARAMETERS = (
    "client_id",
    "redirect_uri",
    "state",
    "login_hint",
    "ui_locales",
    "scope",
    "id_token_hint",
    "request",
    "user_code",
    "next",
    "lang",
)


class Elements(HTMLParser):
    """Whether an element of ours stands in a page, and which attributes call scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.planted = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.planted |= ("id", MARK) in attrs or any(name.startswith("on") for name, _ in attrs)
        self.planted |= any(name in ("href", "src", "action") and (value or "").lower().startswith("javascript:") for name, value in attrs)


def is_harmless(answer: Any) -> bool:
    inert = answer.mimetype != "text/html" or not Elements(answer.text).planted
    return inert and "1337" not in answer.text and "X-Evil" not in answer.headers and answer.status_code < 500


@pytest.mark.asvs("V1.1.1", "V1.1.2", "V1.2.1", "V1.2.2", "V1.2.3", "V1.3.3", "V1.3.7", "V1.3.10", "V1.2.10")
def test_text_of_strangers_stays_text_wherever_it_is_shown(http: Browser, configured) -> None:
    configured(limits="off")
    kept = 0
    for path, fields in FORMS.items():
        for payload in PAYLOADS:
            http.get(path)
            token = http.forms()[0]["fields"].get("csrf_token", [""])[0]
            answer = http.request("POST", path, data={"csrf_token": token, **dict.fromkeys(fields, payload)})
            assert is_harmless(answer), (path, payload)
            kept += "%252f" in answer.text
    assert kept, "what was encoded twice is shown as it was typed"
    for path in ("/masuk", "/daftar", "/oauth/authorize", "/oauth/logout", "/oauth/device", "/nothing"):
        for payload in PAYLOADS:
            assert is_harmless(http.request("GET", path, query_string=dict.fromkeys(PARAMETERS, payload))), (path, payload)
    assert is_harmless(http.request("GET", "/" + PAYLOADS[0] + PAYLOADS[11].replace("#", "%23")))


@pytest.mark.asvs("V1.3.1", "V1.3.5")
def test_text_with_form_keeps_its_few_marks_and_nothing_that_acts() -> None:
    for payload in PAYLOADS:
        for shape in (
            "{}",
            "<p>{}</p>",
            "<p title='{}'>x</p>",
            "<p class='{}'>x</p>",
            "<a href='{}'>x</a>",
            "<style>{}</style>",
            "<math><mtext>{}",
        ):
            for marks in rich_text.Marks:
                page = rich_text.cleaned(shape.replace("{}", payload), marks)
                assert not Elements(page).planted, (shape, payload)
                assert set(re.findall(r"<(\w+)", page)) <= marks.value, page
                assert not re.search(r"<[^>]+\s(?!class=)\w+=", page), page


INSIDE = (
    "https://127.0.0.1/x", "https://127.1/x", "https://0x7f.1/x", "https://0177.0.0.1/x", "https://2130706433/x", "https://0/x",
    "https://localhost/x", "https://localhost./x", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x", "https://[::ffff:a00:1]/x", "https://[::]/x",
    "https://10.0.0.1/x", "https://172.16.0.1/x", "https://192.168.1.1/x", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/x",
    "https://[fe80::1]/x", "https://[fc00::1]/x", "https://[fd00:ec2::254]/x", "https://224.0.0.1/x", "https://255.255.255.255/x",
    "https://192.0.0.1/x", "https://198.18.0.1/x", "https://240.0.0.1/x", "https://[64:ff9b:1::1]/x", "https://[2001:db8::1]/x",
    "http://127.0.0.1/x", "http://203.0.113.1/x", "file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", "data:text/plain,x",
    "https:///x", "https://", "//127.0.0.1/x", "https://user@127.0.0.1/x", "https://127.0.0.1:22/x", "https://127.0.0.1:99999/x", "unix:///tmp/x",
)  # fmt: skip


ODD = (
    "https://a.example/x?y=%2F#z", "https://A.example/x", "https://a.example:443/x", "https://a.example/%zz", "https://a\\b/x",
    "https://a.example@b.example/", "https://a.example/x y", "https://é.example/", "https://[::1/x", "https://a.example/\t",
    "https://0x5d.184.216.34/x",
)  # fmt: skip


class Canary:
    """A socket on this machine that counts who knocks."""

    def __init__(self) -> None:
        self.knocks = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.knocks += 1
            connection.close()

    def close(self) -> None:
        self._listening.close()


@pytest.mark.asvs("V1.3.6", "V13.2.4", "V13.2.5", "V15.3.2")
def test_no_address_of_a_client_leads_inside(context, configured, monkeypatch) -> None:
    configured(allow_loopback_calls=False)
    canary = Canary()
    for url in (*INSIDE, f"https://127.0.0.1:{canary.port}/", f"https://localhost:{canary.port}/", f"https://0x7f.1:{canary.port}/"):
        with pytest.raises(fetching.Unreachable):
            fetching.get_json(url)
        with pytest.raises(fetching.Unreachable):
            fetching.post_form(url, {})
    with monkeypatch.context() as patched:  # an odd spelling of a public address is refused, not stumbled over
        patched.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("93.184.216.34", 443))])
        with pytest.raises(fetching.Unreachable):
            fetching.get_json("https://0x5d.184.216.34/x")
    # A name that has a public address and a private one, and one that changes after it was looked up.
    answers = iter([["93.184.216.34", "10.0.0.1"], ["127.0.0.1"]])
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (one, 443)) for one in next(answers)])
        for _ in range(2):
            with pytest.raises(fetching.Unreachable):
                fetching.get_json("https://rebinding.example/x")
    assert canary.knocks == 0
    canary.close()
    assert not fetching._is_public(ipaddress.ip_address("::ffff:10.0.0.1"))


@pytest.mark.asvs("V1.5.3", "V1.2.2", "V4.2.5")
def test_an_address_means_the_same_to_everybody_who_reads_it() -> None:
    accepted = 0
    for url in (*INSIDE, *ODD):
        try:
            parts = uris.split(url)
        except uris.BadUri:
            continue
        if parts.scheme not in ("http", "https") or not parts.hostname:
            continue
        accepted += 1
        assert parts.hostname == urlsplit(iri_to_uri(url)).hostname, url
        try:
            assert parts.hostname == httpx.URL(url).host.strip("[]").lower(), url
        except (httpx.InvalidURL, ValueError):
            continue  # whom it cannot name it does not call
    assert accepted > 10
    with pytest.raises(uris.BadUri):
        uris.split("https://a.example/" + "x" * 9_000)


@pytest.mark.asvs("V1.3.9", "V1.5.2")
def test_nothing_typed_shapes_a_name_in_redis_and_a_poisoned_value_is_nothing(app, http: Browser) -> None:
    poison = "x\r\nFLUSHALL\r\n*1 \x00 idp:sso:1"
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"][0]
    http.request("POST", "/masuk", data={"csrf_token": token, "identifier": poison, "password": "x"})
    http.get("/oauth/authorize", query_string={"client_id": poison, "state": poison})
    with app.app_context():
        throttle.hit("client_authentication_failures", poison)
        names = [name.decode() for name in redis.keys("*")]  # type: ignore[union-attr]
        assert names
        assert [name for name in names if "FLUSHALL" in name or any(ord(letter) < 33 for letter in name)] == []
        for name in names:
            if redis.type(name) == b"string":
                redis.set(name, pickle.dumps(settings.current))
    http.request("POST", "/masuk", data={"csrf_token": token, "identifier": "siti@example.id", "password": "x"})
    assert http.answer.status_code < 500
    assert http.get("/masuk").status_code == 200


@pytest.mark.asvs("V6.3.2", "V13.2.3")
def test_a_fresh_installation_has_nobody_in_it() -> None:
    for path in (ROOT / "idp" / "migrations" / "versions").glob("*.py"):
        assert not re.search(r"bulk_insert|\bINSERT\b|\.insert\(", path.read_text()), path.name
