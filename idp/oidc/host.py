"""The protocol's only window on the rest of the house, and the value types that pass through it.

`create_app` fills a Host; everything in this package that must know of people, sessions or pages asks it. A subject is
the house's own name for a person: it never leaves the provider, relying parties see what `subjects` makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Authentication:
    """Who is signed in in this browser. `sid` is a public name of the session, never what its cookie holds."""

    subject: str
    sid: str
    auth_time: int  # NumericDate of the last time that the person proved who they are (OpenID Connect Core 2)
    acr: str
    amr: tuple[str, ...]
    may_act: bool  # may the account act? read in the same moment
    moment: float = 0.0  # the same time with its fractions: two sign-ins of one second are two

    @property
    def mark(self) -> str:
        """Another one after each proof, also where the session goes on under its name."""
        return f"{self.sid}|{self.moment or self.auth_time}"


@dataclass(frozen=True, slots=True)
class LoginHint:
    """What the sign-in and registration pages may know of the request that waits for them."""

    client_id: str
    client_name: str
    return_origin: str  # where the browser goes in the end: the page's form-action must allow it
    colour: str | None = None  # of the service's badge, where it has no logo
    logo: str | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()  # acceptable ones; empty: any
    popup: bool = False  # in a window that the client's page opened (display=popup)
    fresh: bool = False  # sign in anew, although somebody is signed in (prompt=login, max_age)


@dataclass(frozen=True, slots=True)
class ClaimAsk:
    """How one claim is asked for (OpenID Connect Core 5.5.1)."""

    essential: bool = False
    values: tuple[Any, ...] = ()  # acceptable ones; empty: any
    purpose: str | None = None  # OpenID Connect for Identity Assurance 1.0, 5.4


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """Which claims may be told about a person: by name, and in which languages."""

    names: Mapping[str, ClaimAsk]
    locales: tuple[str, ...] = ()
    also: tuple[tuple[Any, ...], ...] = ()  # commands for Redis that go along when the claims are read there


@dataclass(frozen=True, slots=True)
class ClaimText:
    """One line of the consent page: the claims that it stands for, their label, and what would be sent, in words."""

    names: tuple[str, ...]
    label: str
    value: str | None = None  # None: the person has not filled it in
    minor: bool = False  # says little about a person; the page may put it aside


def _nothing(subject: str) -> tuple[Mapping[str, Any], ...]:
    return ()


def _nobody(subject: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Host:
    """What the protocol needs from the house; nothing else of the house is known here."""

    scopes: Mapping[str, tuple[str, ...]]  # scope -> claims it opens (discovery, consent page)
    authentication: Callable[[], Authentication | None]  # who is signed in in this browser; no copy answers
    login_url: Callable[[str, LoginHint], str]  # where to send a browser that must sign in or step up, and return from
    claims: Callable[[str, ClaimsRequest], dict[str, Any]]  # (subject, what was asked and consented) -> claims
    end_session: Callable[[str], None]  # (sid) -> signed out
    may_act: Callable[[str], bool]  # may this person's account act now? asked before anything is issued or accepted
    describe: Callable[[str, tuple[str, ...], str], tuple[ClaimText, ...]]  # (subject, claims, locale) -> consent page
    registration_url: Callable[[str, LoginHint], str]  # where prompt=create leads
    acr_values: tuple[str, ...] = ()  # from weakest to strongest
    can_reach: Callable[[str, str], bool] = field(default=lambda subject, acr: False)  # could this person step up so far?
    verified: Callable[[str], tuple[Mapping[str, Any], ...]] = field(default=_nothing)  # all verified_claims of a person
    account_label: Callable[[str], str | None] = field(default=_nobody)  # how a person recognises the account
    claims_metadata: Mapping[str, Any] = field(default_factory=dict)  # more for discovery (verified_claims and the like)
