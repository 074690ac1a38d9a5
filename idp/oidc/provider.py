"""What one application's provider keeps in the process: its host, and short-lived copies of what rarely changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from flask import Flask, current_app
from joserfc.jwk import Key, KeySet

from idp import settings
from idp.oidc.host import Host
from idp.settings import Settings

FRESH_SECONDS = 1.0
K = TypeVar("K")
V = TypeVar("V")


class ProcessCache(Generic[K, V]):
    """Copies that are at most a second old. What was not found is not remembered: it may be there a moment later."""

    def __init__(self, fresh_for: float = FRESH_SECONDS, size: int = 2000) -> None:
        self._fresh_for = fresh_for
        self._size = size
        self._kept: dict[K, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def get(self, key: K, load: Callable[[], V | None]) -> V | None:
        """The copy, loaded when there is none or it is too old."""
        kept = self._kept.get(key)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        value = load()
        with self._lock:
            if len(self._kept) >= self._size:
                self._kept.clear()
            if value is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = (time.monotonic() + self._fresh_for, value)
        return value

    def forget(self, key: K | None = None) -> None:
        """Load one anew, or everything."""
        with self._lock:
            if key is None:
                self._kept.clear()
            else:
                self._kept.pop(key, None)


@dataclass(slots=True)
class Provider:
    """One application's provider."""

    host: Host
    clients: ProcessCache[str, Any] = field(default_factory=ProcessCache)
    keys: ProcessCache[str, Any] = field(default_factory=ProcessCache)
    parsed_keys: dict[str, Key] = field(default_factory=dict, repr=False)  # by kid
    origins: ProcessCache[str, frozenset[str]] = field(default_factory=ProcessCache)
    client_keys: ProcessCache[str, tuple[float, KeySet]] = field(default_factory=lambda: ProcessCache(fresh_for=300))
    looked_again: dict[str, float] = field(default_factory=dict)  # address of keys -> when a miss made us fetch them anew
    wary_until: dict[str, float] = field(default_factory=dict)  # client -> until when its failures are asked for first

    def forget_clients(self) -> None:
        """A client was changed: read all of them anew."""
        self.clients.forget()
        self.origins.forget()


def install(app: Flask, host: Host) -> None:
    """Give an application its provider."""
    app.extensions["oidc"] = Provider(host)


def current() -> Provider:
    """The provider of the application that is serving."""
    return cast(Provider, current_app.extensions["oidc"])


def host() -> Host:
    """The house that the provider stands in."""
    return current().host


def config() -> Settings:
    """The settings in force."""
    return settings.current()


def issuer() -> str:
    """The issuer identifier (OpenID Connect Core 2)."""
    return settings.current().issuer


def endpoint(path: str) -> str:
    """The address of an endpoint, made from the issuer and from nothing that a request says."""
    return f"{issuer()}{path}"
