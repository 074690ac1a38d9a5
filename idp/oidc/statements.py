"""Statements: what the provider says to nobody in particular under its own key, for anybody to check against /oauth/jwks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from idp import clock
from idp.database import new_id
from idp.oidc import jose, keys, provider

ALG = "ES256"
LONGEST = 200_000


class NotOurs(Exception):
    """Not signed by us, changed since, or another kind of document."""


def signed(said: Mapping[str, Any], *, typ: str, expires_at: datetime) -> str:
    """A compact JWS. It has a type of its own (RFC 8725 3.11) and neither audience nor subject: it opens nothing."""
    frame = {"iss": provider.issuer(), "iat": int(clock.now().timestamp()), "exp": int(expires_at.timestamp()), "jti": new_id()}
    return jose.sign({**frame, **said}, keys.signing_key(ALG), ALG, typ=typ)


def read(token: str, *, typ: str) -> dict[str, Any]:
    """What we said in such a document, also where its time is over. Raises NotOurs."""
    try:
        header, said = jose.verify(token, keys.verification_keys(), (ALG,), longest=LONGEST)
    except jose.BadToken as fault:
        raise NotOurs from fault
    if header.get("typ") != typ or said.get("iss") != provider.issuer():
        raise NotOurs
    return said
