"""Authorizations, their codes and their access tokens: one Redis hash for all that one authorization bought.

    p         the Authorization            code      hash of the code
    spent     the code was redeemed        revoked   nothing of it is valid any more
    a:<hash>  an access token: "<expiry>|<AccessRecord>"

Being one key, each step on it is atomic, also in a cluster. Codes and tokens name the hash and carry 256 bits more;
only SHA-256 of those is kept. Losing the hash voids codes and access tokens, and revives nothing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from idp import clock
from idp.extensions import redis
from idp.oidc import jose, provider

KEPT_LONGER = 60  # seconds that a hash outlives what it holds: expiry is checked at use, Redis only cleans up

REDEEM = """
local found = redis.call('HMGET', KEYS[1], 'code', 'spent', 'p')
if not found[3] or found[1] ~= ARGV[1] then return {'unknown'} end
if found[2] then
  redis.call('HSET', KEYS[1], 'revoked', '1')
  return {'replayed', found[3]}
end
redis.call('HSET', KEYS[1], 'spent', '1', ARGV[2], ARGV[3])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return {'redeemed', found[3]}
"""
ADD = """
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'a:' then
    local expiry = tonumber(string.match(redis.call('HGET', KEYS[1], field), '^%d+') or '0')
    if expiry < tonumber(ARGV[5]) then redis.call('HDEL', KEYS[1], field) end
  end
end
redis.call('HSET', KEYS[1], 'p', ARGV[1], ARGV[2], ARGV[3])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return redis.call('HEXISTS', KEYS[1], 'revoked')
"""


class Authorization(BaseModel):
    """What a person (or, with client credentials, nobody) allowed a client."""

    model_config = ConfigDict(frozen=True)

    grant_id: str
    client_id: str
    subject: str | None
    scope: tuple[str, ...]
    issued_at: int
    sid: str | None = None
    auth_time: int | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    nonce: str | None = None
    redirect_uri: str | None = None  # None: it was not in the request, so it need not be in the token request
    code_challenge: str | None = None
    code_expires_at: int = 0
    dpop_jkt: str | None = None
    resource: tuple[str, ...] = ()
    userinfo_claims: dict[str, dict[str, Any]] = {}
    id_token_claims: dict[str, dict[str, Any]] = {}
    verified_claims: dict[str, list[Any]] = {}
    claims_locales: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()  # claims that the person declined
    offline: bool = False


class AccessRecord(BaseModel):
    """What one access token is good for."""

    model_config = ConfigDict(frozen=True)

    issued_at: int
    scope: tuple[str, ...] | None = None  # None: that of the authorization
    audience: tuple[str, ...] = ()
    jkt: str | None = None
    client_id: str | None = None  # to whom it was issued, when not to the client of the authorization (RFC 8693)
    actor: dict[str, Any] | None = None  # who acts for the subject (RFC 8693 4.1)


@dataclass(frozen=True, slots=True)
class Access:
    """A valid access token with the authorization that it came from."""

    authorization: Authorization
    record: AccessRecord
    expires_at: int

    @property
    def scope(self) -> tuple[str, ...]:
        """The scope of this very token."""
        return self.authorization.scope if self.record.scope is None else self.record.scope


@dataclass(frozen=True, slots=True)
class NewToken:
    """An access token that is being made: its text goes to the client, its hash to Redis."""

    grant_id: str
    text: str = field(repr=False)
    hashed: str = field(repr=False)
    expires_at: int


class UnknownCode(Exception):
    """No such code, or no longer."""


class ReplayedCode(Exception):
    """The code was redeemed before; what it bought has to be revoked."""

    def __init__(self, authorization: Authorization) -> None:
        super().__init__(authorization.grant_id)
        self.authorization = authorization


class Revoked(Exception):
    """The authorization was revoked meanwhile."""


def new_grant_id() -> str:
    """A fresh name for an authorization: 128 random bits."""
    return secrets.token_urlsafe(16)


def new_token(grant_id: str, lifetime: int) -> NewToken:
    """A fresh access token of an authorization, not valid until it is put down."""
    secret = secrets.token_urlsafe(32)
    return NewToken(grant_id, f"{grant_id}.{secret}", hashed(secret), clock.timestamp() + lifetime)


def issue_code(authorization: Authorization, also: Iterable[tuple[Any, ...]] = ()) -> tuple[str, list[Any]]:
    """Put an authorization down under a fresh code; `also` are commands for the same trip, whose answers come along."""
    secret = secrets.token_urlsafe(32)
    pipeline = redis.pipeline(transaction=False)
    key = _key(authorization.grant_id)
    pipeline.hset(key, mapping={"p": authorization.model_dump_json(exclude_defaults=True), "code": hashed(secret)})
    pipeline.expire(key, provider.config().code_lifetime + provider.config().access_token_lifetime + KEPT_LONGER)
    _remember(pipeline, authorization)
    for command in also:
        pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
    answers = pipeline.execute()
    return f"{authorization.grant_id}.{secret}", answers[5:] if authorization.subject else answers[2:]


def redeem(code: str, token: NewToken, record: AccessRecord) -> Authorization:
    """Spend a code, once for all threads and machines, and put down the access token in the same step.

    The token is known to nobody until the caller has checked the rest. Raises UnknownCode, ReplayedCode."""
    grant_id, secret = parts(code)
    if grant_id != token.grant_id:
        raise UnknownCode
    lifetime = provider.config().access_token_lifetime
    value = f"{token.expires_at}|{record.model_dump_json(exclude_defaults=True)}"
    answer = cast(
        list[bytes],
        redis.eval(REDEEM, 1, _key(grant_id), hashed(secret), f"a:{token.hashed}", value, lifetime + KEPT_LONGER * 10),
    )
    if answer[0] == b"unknown":
        raise UnknownCode
    authorization = Authorization.model_validate_json(answer[1])
    if answer[0] == b"replayed":
        raise ReplayedCode(authorization)
    return authorization


def put_down(authorization: Authorization, token: NewToken, record: AccessRecord) -> None:
    """Make an access token valid. Raises Revoked when the authorization was revoked meanwhile."""
    life = max(token.expires_at - clock.timestamp(), 1) + KEPT_LONGER
    value = f"{token.expires_at}|{record.model_dump_json(exclude_defaults=True)}"
    document = authorization.model_dump_json(exclude_defaults=True)
    if redis.eval(ADD, 1, _key(token.grant_id), document, f"a:{token.hashed}", value, life, clock.timestamp()):
        raise Revoked


def find_access(text: str) -> Access | None:
    """The access token, if it is valid now."""
    try:
        grant_id, secret = parts(text)
    except UnknownCode:
        return None
    field_ = f"a:{hashed(secret)}"
    document, revoked, value = cast(list[bytes | None], redis.hmget(_key(grant_id), ["p", "revoked", field_]))
    if document is None or value is None or revoked is not None:
        return None
    expiry, _, record = value.decode().partition("|")
    if int(expiry) <= clock.timestamp():
        return None
    return Access(Authorization.model_validate_json(document), AccessRecord.model_validate_json(record), int(expiry))


def is_revoked(grant_id: str) -> bool:
    """Whether an authorization was revoked while something was being made of it."""
    return bool(redis.hexists(_key(grant_id), "revoked"))


def drop_access(text: str) -> None:
    """Void one access token (RFC 7009 2.1)."""
    grant_id, secret = parts(text)
    redis.hdel(_key(grant_id), f"a:{hashed(secret)}")


def revoke(grant_ids: Iterable[str]) -> None:
    """Void all codes and access tokens of these authorizations, also those that are being made just now."""
    life = provider.config().access_token_lifetime + KEPT_LONGER * 10
    pipeline = redis.pipeline(transaction=False)
    for grant_id in grant_ids:
        pipeline.hset(_key(grant_id), "revoked", "1")
        pipeline.expire(_key(grant_id), life)
    if len(pipeline):
        pipeline.execute()


@dataclass(frozen=True, slots=True)
class Living:
    """An authorization of a person that may hold valid codes or access tokens."""

    grant_id: str
    offline: bool
    client_id: str
    sid: str


def of_subject(subject: str) -> list[Living]:
    """A person's living authorizations."""
    members = cast(list[bytes], redis.zrangebyscore(_index(subject), clock.timestamp(), "+inf"))
    found = [member.decode().split("|", 3) for member in members]
    return [Living(grant_id, offline == "1", client_id, sid) for grant_id, offline, client_id, sid in found]


def _remember(pipeline: Any, authorization: Authorization) -> None:
    if authorization.subject is None:
        return
    key, now = _index(authorization.subject), clock.timestamp()
    life = provider.config().code_lifetime + provider.config().access_token_lifetime
    member = f"{authorization.grant_id}|{int(authorization.offline)}|{authorization.client_id}|{authorization.sid or ''}"
    pipeline.zadd(key, {member: now + life})
    pipeline.zremrangebyscore(key, "-inf", now)
    pipeline.expire(key, life + KEPT_LONGER)


def parts(text: str) -> tuple[str, str]:
    """Grant id and secret of a code or token. Raises UnknownCode on anything that cannot be one."""
    grant_id, dot, secret = text.partition(".")
    if not dot or len(grant_id) != 22 or len(secret) != 43 or not text.isascii():
        raise UnknownCode
    return grant_id, secret


def hashed(secret: str) -> str:
    """What is kept of a code or token: SHA-256 of its random part; 256 random bits need no salt."""
    return jose.b64(hashlib.sha256(secret.encode()).digest())


def _key(grant_id: str) -> str:
    return f"idp:oidc:grant:{grant_id}"


def _index(subject: str) -> str:
    return f"idp:oidc:grants-of:{subject}"
