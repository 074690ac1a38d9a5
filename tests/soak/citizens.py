"""People who register, let a service in and get tokens, one after the other, while the house is disturbed.

Remembers what was acknowledged: that has to hold afterwards. What was interrupted is begun anew by somebody else."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from tests import bench
from tests.browsing import Forms
from tests.faults.installation import Installation
from tests.outside import Outside
from tests.registration.walking import PASSWORD, Person

SCOPE = "openid email offline_access"
REVOKED_EVERY = 3


class Interrupted(Exception):
    """The house was away, or had forgotten what it holds in memory only."""


class Visitor:
    """One browser without JavaScript, at a house on a real socket."""

    def __init__(self, url: str, statuses: Counter[int]) -> None:
        self._url, self._statuses = url, statuses
        self.http = httpx.Client(timeout=15)
        self.answer: httpx.Response

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page, following redirects within the house."""
        return self._send("GET", urljoin(self._url, path), **options)

    def submit(self, **fields: str) -> httpx.Response:
        """Fill in the form of the page that has most of these fields."""
        reader = Forms()
        reader.feed(self.answer.text)
        posts = [one for one in reader.forms if one["method"] == "post"]
        if not posts:
            raise Interrupted
        chosen = max(posts, key=lambda one: len(set(fields) & ({*one["fields"]} | {name for name, _ in one["buttons"]})))
        return self._send("POST", urljoin(str(self.answer.url), chosen["action"]), data={**chosen["fields"], **fields})

    def at(self, path: str) -> None:
        """Whether the house has led there. Raises Interrupted."""
        if not self.answer.url.path.startswith(path):
            raise Interrupted

    def _send(self, method: str, address: str, **options: Any) -> httpx.Response:
        self.answer = self.http.request(method, address, **options)
        self._statuses[self.answer.status_code] += 1
        while self.answer.is_redirect and (where := urljoin(address, self.answer.headers["Location"])).startswith(self._url):
            self.answer = self.http.get(where)
            self._statuses[self.answer.status_code] += 1
        if self.answer.status_code >= 500:
            raise Interrupted
        return self.answer


class Citizens:
    """`with Citizens(…) as citizens:` they come until the end of the block; then `faults` says what did not hold."""

    def __init__(self, installation: Installation, outside: Outside, client: dict[str, Any]) -> None:
        self._url, self._outside, self._client = installation.url, outside, client
        self._stop = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.registered: list[Person] = []
        self.tokens: list[str] = []
        self.revoked: list[str] = []
        self.interrupted = 0

    def __enter__(self) -> Citizens:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def faults(self) -> list[str]:
        """Whatever was acknowledged and does not hold."""
        strangers = [f"{one['nik']} cannot sign in" for one in self.registered if not self._signs_in(one)]
        lost = [f"token {number} is lost" for number, one in enumerate(self.tokens) if self._refreshed(one).status_code != 200]
        doubled = [f"token {number} works twice" for number, one in enumerate(self.tokens) if self._refreshed(one).status_code != 400]
        risen = [f"revoked token {number} works" for number, one in enumerate(self.revoked) if self._refreshed(one).status_code != 400]
        return strangers + lost + doubled + risen

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._live()
            except (httpx.HTTPError, Interrupted, TimeoutError):
                self.interrupted += 1

    def _live(self) -> None:
        person = self._outside.add_person()
        visitor = self._register(person)
        self.registered.append(person)
        token = self._let_in(visitor)
        if (len(self.tokens) + len(self.revoked)) % REVOKED_EVERY == REVOKED_EVERY - 1:
            self._revoke(token)
        else:
            self.tokens.append(token)

    def _register(self, person: Person) -> Visitor:
        visitor = Visitor(self._url, self.statuses)
        visitor.get("/daftar")
        visitor.submit(**{name: person[name] for name in ("nik", "name", "mother_name")})
        visitor.at("/daftar/kontak")
        visitor.submit(email=person["email"], phone=person["phone"], password=PASSWORD)
        visitor.at("/daftar/verifikasi")
        visitor.submit(code=self._outside.wait_for_sms(person["phone"], timeout=15)["text"].rpartition("#")[2])
        if "sso" not in visitor.http.cookies:
            raise Interrupted
        return visitor

    def _let_in(self, visitor: Visitor) -> str:
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self._client["client_id"], "redirect_uri": bench.CALLBACK, "scope": SCOPE, "state": "s",
            "nonce": "n", "code_challenge": challenge, "code_challenge_method": "S256", "prompt": "consent",
        }  # fmt: skip
        visitor.get("/oauth/authorize", params=asked)
        visitor.submit(decision="allow")
        code = parse_qs(urlsplit(visitor.answer.headers.get("Location", "")).query).get("code")
        if code is None:
            raise Interrupted
        answer = self._call("token", grant_type="authorization_code", code=code[0], redirect_uri=bench.CALLBACK, code_verifier=verifier)
        if answer.status_code != 200:
            raise Interrupted
        return str(answer.json()["refresh_token"])

    def _revoke(self, token: str) -> None:
        if self._call("revoke", token=token).status_code == 200:
            self.revoked.append(token)

    def _call(self, endpoint: str, **form: str) -> httpx.Response:
        proof = {name: self._client[name] for name in ("client_id", "client_secret")}
        answer = httpx.post(f"{self._url}/oauth/{endpoint}", data=proof | form, timeout=15)
        self.statuses[answer.status_code] += 1
        return answer

    def _refreshed(self, token: str) -> httpx.Response:
        return self._call("token", grant_type="refresh_token", refresh_token=token)

    def _signs_in(self, person: Person) -> bool:
        visitor = Visitor(self._url, self.statuses)
        visitor.get("/masuk")
        visitor.submit(identifier=person["email"], password=PASSWORD)
        return "sso" in visitor.http.cookies
