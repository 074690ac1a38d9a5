"""Passkeys (Web Authentication Level 3): a key pair of the person's own device, bound to this provider's host name.

registration_options -> register; sign_in_options -> sign_in. The challenge lies in Redis for five minutes under the
browser that asked, and is taken away by the first who uses it."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp import audit, clock, sealed, settings, web
from idp.extensions import db, redis, unit_of_work
from idp.factors.authenticators import TooMany
from idp.factors.models import LONGEST_NAME, NoSuchFactor, Passkey, owned
from idp.factors.tries import Refused

LIFE_SECONDS = 300
CHALLENGE_BYTES = 32
LONGEST_ANSWER = 20_000
MOST = 10
MULTI_DEVICE = "multi_device"


@dataclass(frozen=True, slots=True)
class Proven:
    """A passkey that answered its challenge: whose it is, and what that proves (RFC 8176)."""

    account_id: str
    passkey_id: str
    amr: tuple[str, ...]


def list_of(account_id: str) -> list[Passkey]:
    """The passkeys that count for an account, oldest first."""
    return list(db.session.scalars(select(Passkey).where(owned(Passkey, account_id)).order_by(Passkey.created_at)))


def registration_options(account_id: str, label: str) -> dict[str, Any]:
    """What `navigator.credentials.create` wants. Raises TooMany."""
    known = list_of(account_id)
    if len(known) >= MOST:
        raise TooMany
    options = webauthn.generate_registration_options(
        rp_id=rp_id(),
        rp_name="SIAPkerja",
        user_id=_user_handle(account_id),
        user_name=label,
        user_display_name=label,
        challenge=_challenge("register", account_id),
        timeout=LIFE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(row) for row in known],
    )
    return options_to_json_dict(options)


def register(account_id: str, raw_answer: str, name: str) -> Passkey:
    """Take a new passkey into use. Raises Refused, TooMany."""
    challenge = _take("register", account_id)
    answer = _read(raw_answer)
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=settings.current().issuer,
            require_user_verification=True,
        )
    except Exception as fault:  # hostile input makes the library raise all sorts of things
        raise Refused from fault
    if len(list_of(account_id)) >= MOST:
        raise TooMany
    record = {"id": bytes_to_base64url(found.credential_id), "key": bytes_to_base64url(found.credential_public_key)}
    return _keep(account_id, record, name, found.sign_count, synced=found.credential_device_type == MULTI_DEVICE)


def sign_in_options(account_id: str | None = None) -> dict[str, Any]:
    """What `navigator.credentials.get` wants: any passkey of this provider, or one of those that an account has."""
    known = list_of(account_id) if account_id else []
    options = webauthn.generate_authentication_options(
        rp_id=rp_id(),
        challenge=_challenge("sign_in", account_id or ""),
        timeout=LIFE_SECONDS * 1000,
        allow_credentials=[_descriptor(row) for row in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def sign_in(raw_answer: str, account_id: str | None = None, only: str | None = None) -> Proven:
    """Who answered the challenge of this browser; of that account and with that passkey where they are named. Raises Refused."""
    challenge = _take("sign_in", account_id or "")
    answer = _read(raw_answer)
    row = db.session.scalar(select(Passkey).where(Passkey.credential == _fingerprint(str(answer.get("id", "")))))
    if row is None or account_id not in (None, row.account_id) or only not in (None, row.id) or _is_gone(row):
        raise Refused
    record = _record(row, answer)
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=settings.current().issuer,
            credential_public_key=base64url_to_bytes(record["key"]),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except Exception as fault:  # as above
        _refuse(row, fault)
    _count(row, found.new_sign_count)
    return Proven(row.account_id, row.id, ("swk" if row.synced else "hwk", "user", "mfa"))


def rename(account_id: str, passkey_id: str, name: str) -> None:
    """Give one another name. Raises NoSuchFactor."""
    with unit_of_work():
        _own(account_id, passkey_id).name = name[:LONGEST_NAME]


def remove(account_id: str, passkey_id: str) -> None:
    """Take one out of use, for good. Raises NoSuchFactor."""
    with unit_of_work() as session:
        session.delete(_own(account_id, passkey_id))
        audit.record(audit.Event.PASSKEY_REMOVED, account_id, factor=passkey_id)


def rp_id() -> str:
    """The name that passkeys are bound to: the provider's host."""
    return str(urlsplit(settings.current().issuer).hostname)


def _keep(account_id: str, record: dict[str, str], name: str, sign_count: int, *, synced: bool) -> Passkey:
    try:
        with unit_of_work() as session:
            row = Passkey(
                account_id=account_id,
                credential=_fingerprint(record["id"]),
                record=record,
                name=name[:LONGEST_NAME],
                sign_count=sign_count,
                synced=synced,
                created_at=clock.now(),
            )
            session.add(row)
            session.flush()
            audit.record(audit.Event.PASSKEY_ADDED, account_id, factor=row.id, synced=synced)
    except IntegrityError as fault:
        raise Refused from fault  # the same credential, registered twice
    return row


def _count(row: Passkey, sign_count: int) -> None:
    # Two answers with the same count cannot both be the device's: the later one is refused (Level 3, 7.2 step 22).
    with unit_of_work() as session:
        forward = (Passkey.id == row.id, or_(Passkey.sign_count < sign_count, Passkey.sign_count == 0))
        values = {"sign_count": sign_count, "last_used_at": clock.now()}
        changed = session.execute(update(Passkey).where(*forward).values(values).execution_options(synchronize_session=False))
        if not cast(CursorResult[Any], changed).rowcount:
            raise Refused


def _record(row: Passkey, answer: dict[str, Any]) -> dict[str, str]:
    try:
        record = cast(dict[str, str], row.record)
    except sealed.Unreadable as fault:
        _refuse(row, fault)  # altered from outside (ASVS V6.7.1)
    handle = dict(answer.get("response") or {}).get("userHandle")
    if record["id"] != answer.get("id") or handle not in (None, bytes_to_base64url(_user_handle(row.account_id))):
        _refuse(row, None)
    return record


def _refuse(row: Passkey, fault: BaseException | None) -> NoReturn:
    with unit_of_work():
        audit.record(audit.Event.FACTOR_REFUSED, row.account_id, kind="passkey")
    raise Refused from fault


def _is_gone(row: Passkey) -> bool:
    return row.removal_due_at is not None and row.removal_due_at <= clock.now()


def _own(account_id: str, passkey_id: str) -> Passkey:
    row = db.session.get(Passkey, passkey_id)
    if row is None or row.account_id != account_id:
        raise NoSuchFactor
    return row


def _descriptor(row: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.record["id"]))


def _read(raw_answer: str) -> dict[str, Any]:
    try:
        answer = json.loads(raw_answer) if len(raw_answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError) as fault:
        raise Refused from fault
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict) or not isinstance(answer.get("id"), str):
        raise Refused
    return answer


def _challenge(purpose: str, account_id: str) -> bytes:
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    values = {"challenge": bytes_to_base64url(challenge), "account_id": account_id, "until": clock.seconds() + LIFE_SECONDS}
    redis.set(_key(purpose), json.dumps(values), ex=LIFE_SECONDS)
    return challenge


def _take(purpose: str, account_id: str) -> bytes:
    entry = cast(bytes | None, redis.getdel(_key(purpose)))
    values = json.loads(entry) if entry else None
    if values is None or values["account_id"] != account_id or values["until"] <= clock.seconds():
        raise Refused
    return base64url_to_bytes(values["challenge"])


def _key(purpose: str) -> str:
    return f"idp:passkey:{purpose}:" + hashlib.sha256(web.browser_id().encode()).hexdigest()


def _user_handle(account_id: str) -> bytes:
    # What devices and their clouds keep of a person: it means nothing anywhere else.
    return sealed.fingerprint("passkey user", account_id).encode()


def _fingerprint(credential_id: str) -> str:
    return sealed.fingerprint("passkey", credential_id)
