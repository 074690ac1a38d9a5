"""A browser without JavaScript: keeps cookies, reads forms, fills them, follows redirects within the provider."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from idp import settings


class Forms(HTMLParser):
    """The forms of a page: action, method and the fields with the values that they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(
                {"action": found.get("action", ""), "method": found.get("method", "get").lower(), "fields": {}, "buttons": []}
            )
        if not self.forms:
            return
        if tag == "input":
            self._input(found)
        elif tag == "button" and found.get("name"):
            self.forms[-1]["buttons"].append((found["name"], found.get("value", "")))
        elif tag == "select":
            self._select, self._options = found.get("name"), []
        elif tag == "option" and self._select:
            self._options.append((found.get("value", ""), "selected" in found))
        elif tag == "textarea":
            self._textarea, self._text = found.get("name"), []

    def _input(self, found: dict[str, str]) -> None:
        name, kind = found.get("name"), found.get("type", "text")
        if not name or kind in ("submit", "button", "file") or "disabled" in found:
            return
        if kind in ("checkbox", "radio") and "checked" not in found:
            return
        self.forms[-1]["fields"].setdefault(name, []).append(found.get("value", "on" if kind == "checkbox" else ""))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self._options:
            chosen = next((value for value, selected in self._options if selected), self._options[0][0])
            self.forms[-1]["fields"].setdefault(self._select, []).append(chosen)
            self._select = None
        elif tag == "textarea" and self._textarea:
            self.forms[-1]["fields"].setdefault(self._textarea, []).append("".join(self._text).replace("\r\n", "\n").removeprefix("\n"))
            self._textarea = None


class Browser:
    """One browser at the provider. `answer` is what it shows, `path` where it is."""

    def __init__(self, app: Flask, address: str = "127.0.0.1") -> None:
        self.app = app
        self.client = app.test_client()
        self.environ = {"REMOTE_ADDR": address}
        self.answer: TestResponse
        self.path = "/"

    def another(self, address: str = "127.0.0.1") -> Browser:
        """Another browser, without this one's cookies."""
        return Browser(self.app, address)

    def request(self, method: str, path: str, *, follow: bool = False, **options: Any) -> TestResponse:
        """Send one request; with `follow`, go on as long as redirects stay within the provider."""
        options.setdefault("base_url", settings.current().issuer)
        options.setdefault("environ_overrides", self.environ)
        self.answer = self.client.open(path, method=method, **options)
        self.path = path
        while follow and self.answer.status_code in (301, 302, 303, 307, 308) and self._within(self.answer.location):
            self.path = urljoin(self.path, self.answer.location).removeprefix(settings.current().issuer)
            self.answer = self.client.get(self.path, base_url=settings.current().issuer, environ_overrides=self.environ)
        return self.answer

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page, following redirects within the provider."""
        return self.request("GET", path, **{"follow": True, **options})

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Send a form as it is, following no redirect."""
        return self.request("POST", path, data=data, **options)

    def submit(self, *, form: int | None = None, follow: bool = True, **fields: Any) -> TestResponse:
        """Fill in a form of the page shown and send it: hidden fields and preset values go along."""
        forms = self.forms()
        chosen = forms[form] if form is not None else _fitting(forms, fields)
        data = {**chosen["fields"], **{name: value for name, value in fields.items() if value is not None}}
        for name in [name for name, value in fields.items() if value is None]:
            data.pop(name, None)
        action = urljoin(self.path, chosen["action"]) if chosen["action"] else self.path
        if chosen["method"] == "get":
            return self.request("GET", action, query_string=data, follow=follow)
        return self.request("POST", action, data=data, follow=follow)

    def forms(self) -> list[dict[str, Any]]:
        """The forms of the page shown."""
        reader = Forms()
        reader.feed(self.answer.text)
        return reader.forms

    @property
    def text(self) -> str:
        """The page shown, as HTML."""
        return self.answer.text

    def cookie(self, name: str) -> str | None:
        """The value of a cookie that this browser keeps."""
        found = self.client.get_cookie(name, domain="localhost")
        return found.value if found else None

    @staticmethod
    def _within(location: str) -> bool:
        return not urlsplit(location).netloc or location.startswith(settings.current().issuer + "/")


def _fitting(forms: list[dict[str, Any]], fields: dict[str, Any]) -> dict[str, Any]:
    """The form that has most of the fields; of equals the first."""
    posts = [one for one in forms if one["method"] == "post"] or forms
    assert posts, "there is no form on this page"
    return max(posts, key=lambda one: len(set(fields) & ({*one["fields"]} | {name for name, _ in one["buttons"]})))
