"""Authorization requests that wait for a person: kept here, sealed, under an id that only one browser may use."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from idp import clock, sealed, web
from idp.extensions import redis
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.host import Authentication

LIFE_SECONDS = 3600  # long enough for a registration with an SMS on the way


FRESH_PROMPTS = frozenset({"login", "create", "select_account"})


class NotPending(Exception):
    """No such request, not this browser's, answered already, or too long ago."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A request with how far its person has come."""

    id: str
    request: AuthorizationRequest
    browser: str
    stale: str | None = None  # a sign-in that does not count: it was there before a fresh one was asked for
    stepped_from: str | None = None  # the sign-in to which a stronger one was asked for
    selected: bool = False
    consented: bool = False


def stale_sign_in(prompt: Sequence[str], max_age: int | None, auth: Authentication | None) -> str | None:
    """The sign-in that does not count for a request, because the person is asked to prove themselves anew."""
    anew = FRESH_PROMPTS.intersection(prompt) or max_age == 0
    return auth.mark if auth and anew else None


def path(pending_id: str) -> str:
    """Where a browser comes back to after each step."""
    return f"/oauth/authorize/{pending_id}"


def begin(request: AuthorizationRequest, stale: str | None) -> Pending:
    """Keep a request for the browser that brought it."""
    pending = Pending(secrets.token_urlsafe(24), request, web.browser_id(), stale=stale)
    keep(pending)
    return pending


def begin_unbound(request: AuthorizationRequest) -> Pending:
    """Keep a request that came without cookies; the browser that is sent to its path becomes its own.

    No weaker than a link to the authorization endpoint itself, which anybody can make for anybody."""
    pending = Pending(secrets.token_urlsafe(24), request, "")
    keep(pending)
    return pending


def bind(pending: Pending, auth: Authentication | None) -> Pending:
    """Make a request that came without cookies this browser's own."""
    stale = stale_sign_in(pending.request.prompt, pending.request.max_age, auth)
    return progressed(pending, browser=web.browser_id(), stale=stale)


def keep(pending: Pending) -> None:
    """Write a request down as it is now."""
    document = {
        "request": pending.request.model_dump(mode="json", exclude_defaults=True),
        "browser": pending.browser,
        "stale": pending.stale,
        "stepped_from": pending.stepped_from,
        "selected": pending.selected,
        "consented": pending.consented,
    }
    key = _key(pending.id)
    left = pending.request.created_at + LIFE_SECONDS - clock.timestamp()
    redis.set(key, sealed.seal(json.dumps(document).encode(), key), ex=max(left, 1))


def find(pending_id: str) -> Pending:
    """The request, for the browser that began it. Raises NotPending."""
    blob = cast(bytes | None, redis.get(_key(pending_id))) if re.fullmatch(r"[A-Za-z0-9_-]{32}", pending_id) else None
    if blob is None:
        raise NotPending
    try:
        document = json.loads(sealed.open(blob, _key(pending_id)))
    except sealed.Unreadable as fault:
        raise NotPending from fault
    if document["browser"] and not hmac.compare_digest(document["browser"].encode(), web.browser_id().encode()):
        raise NotPending
    request = AuthorizationRequest.model_validate(document.pop("request"))
    if request.created_at + LIFE_SECONDS <= clock.timestamp():
        raise NotPending
    return Pending(id=pending_id, request=request, **document)


def finish(pending: Pending) -> None:
    """Answer a request, once. Raises NotPending for whoever comes second."""
    if not redis.delete(_key(pending.id)):
        raise NotPending


def progressed(pending: Pending, **steps: object) -> Pending:
    """The request a step further, written down."""
    further = replace(pending, **steps)  # type: ignore[arg-type]
    keep(further)
    return further


def _key(pending_id: str) -> str:
    return f"idp:oidc:request:{pending_id}"
