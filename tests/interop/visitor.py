"""A person with a browser without JavaScript, over the wire: follows redirects between sites, fills in forms, presses buttons."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from tests.browsing import Forms

IDENTIFIER, PASSWORD = "siti.aminah@example.id", "Siap#Kerja2026"
REDIRECTS = 20


class Visitor:
    """`answer` is the page that is shown, after every redirect."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._client = httpx.Client(timeout=60)
        self.answer: httpx.Response
        self.passed: list[str] = []  # the addresses on the way to the page

    def go(self, url: str) -> httpx.Response:
        """Open a page; sign in and allow on the way where the provider asks."""
        self._show(self._client.get(url))
        while self.at_provider and self.answer.status_code == 200 and self._next_form():
            pass
        return self.answer

    def press(self, **fields: str) -> httpx.Response:
        """Fill in the one form of the page that has these fields or buttons, and send it."""
        form = max(self.forms(), key=lambda one: len(set(fields) & ({*one["fields"]} | {name for name, _ in one["buttons"]})))
        data = {**form["fields"], **fields}
        return self._show(self._client.post(urljoin(str(self.answer.url), form["action"]), data=data))

    def forms(self) -> list[dict[str, Any]]:
        reader = Forms()
        reader.feed(self.answer.text)
        return [one for one in reader.forms if one["method"] == "post"]

    @property
    def at_provider(self) -> bool:
        return str(self.answer.url).startswith(self.issuer + "/")

    @property
    def path(self) -> str:
        return urlsplit(str(self.answer.url)).path

    def _next_form(self) -> bool:
        """Do what the provider's page asks for; False when it asks nothing."""
        forms = self.forms()
        if any("identifier" in one["fields"] for one in forms):
            self.press(identifier=IDENTIFIER, password=PASSWORD)
        elif any(("decision", "allow") in one["buttons"] for one in forms):
            self.press(decision="allow")
        elif away := [one for one in forms if one["action"].startswith("http") and not one["action"].startswith(self.issuer)]:
            self._show(self._client.post(away[0]["action"], data=away[0]["fields"]))  # form_post: the visible button
        else:
            return False
        return True

    def _show(self, answer: httpx.Response) -> httpx.Response:
        self.passed = [str(answer.request.url)]
        for _ in range(REDIRECTS):
            if not answer.is_redirect:
                break
            assert answer.next_request
            self.passed.append(str(answer.next_request.url))
            answer = self._client.send(answer.next_request)
        self.answer = answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
