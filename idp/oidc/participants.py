"""Which clients were told of which session: they are told of its end as well (Back-Channel and Front-Channel Logout).

SQL is the truth; a set in Redis spares the hot path the question whether a pair is known already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from idp import clock
from idp.extensions import db, redis, unit_of_work
from idp.oidc import provider
from idp.oidc.clients import Client
from idp.oidc.grants import Authorization
from idp.oidc.models import SessionClient


def commands(authorization: Authorization, client: Client) -> tuple[tuple[Any, ...], ...]:
    """The Redis commands that ask whether the pair is new; their answers go to `note`."""
    if not _wants_to_know(client) or authorization.sid is None:
        return ()
    key = f"idp:oidc:told:{authorization.sid}"
    return (("SADD", key, client.client_id), ("EXPIRE", key, provider.config().session_lifetime))


def note(authorization: Authorization, client: Client, told: Sequence[Any]) -> None:
    """Write the pair down if it was new."""
    if not told or not told[0] or authorization.sid is None or authorization.subject is None:
        return
    try:
        with unit_of_work() as session:
            session.add(
                SessionClient(
                    sid=authorization.sid, client_id=client.client_id, subject=authorization.subject, since=clock.now()
                )
            )  # fmt: skip
    except IntegrityError:
        db.session.rollback()  # Redis had forgotten what SQL knew


def note_now(authorization: Authorization, client: Client) -> None:
    """Ask and write in one go, where no other trip to Redis takes the question along."""
    note(authorization, client, [cast(Any, redis.execute_command)(*one) for one in commands(authorization, client)])


def of_session(sid: str) -> list[SessionClient]:
    """The clients that were told of a session."""
    return list(db.session.scalars(select(SessionClient).where(SessionClient.sid == sid).order_by(SessionClient.id)))


def forget(sid: str) -> None:
    """The session has ended, and its clients were told: nothing more is owed to them."""
    with unit_of_work() as session:
        session.execute(delete(SessionClient).where(SessionClient.sid == sid))


def _wants_to_know(client: Client) -> bool:
    return bool(client.metadata.backchannel_logout_uri or client.metadata.frontchannel_logout_uri)
