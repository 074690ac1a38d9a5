"""Files of the profile: taken in under a quota, belonging to one account, gone with the answers or the account they belong to.

room? -> written down -> stored -> attached by the answers that refer to it -> let go of -> deleted by the worker"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from idp import accounts, clock, outbox, settings
from idp.accounts import Account
from idp.extensions import db, unit_of_work
from idp.profile import storage
from idp.profile.answers import Document, StoredFile
from idp.profile.models import FileRow, PhotoReview

QUOTA_BYTES = 50 * 1024 * 1024
UNATTACHED_FOR = timedelta(days=1)
JOB = "files_let_go"


class NoRoom(Exception):
    """The account's quota is used up."""


class NotThere(LookupError):
    """No file of this name belongs to this account."""


def take_in(account_id: str, content: bytes, *, media_type: str, title: str) -> StoredFile:
    """Store a file for answers to refer to within a day. Raises NoRoom and storage.NotStored."""
    file = storage.new_file()
    _write_down(account_id, file, len(content), {"media_type": media_type, "title": title})
    storage.keep(place(), file, content)
    return file


def attach(account_id: str, names: Collection[str]) -> None:
    """Answers refer to these files now; inside a unit of work. Raises NotThere for one that is not the account's."""
    if not names:
        return
    attached = db.session.execute(
        update(FileRow).where(FileRow.id.in_(names), FileRow.account_id == account_id).values(attached=True).returning(FileRow.id)
    )
    if len(attached.all()) < len(names):
        raise NotThere


def let_go(account_id: str, names: Collection[str]) -> None:
    """No answers refer to these files any more, inside a unit of work: the worker deletes them."""
    if not names:
        return
    db.session.execute(delete(FileRow).where(FileRow.id.in_(names), FileRow.account_id == account_id))
    outbox.put(JOB, {"names": sorted(names)})


def unattached(account_id: str, name: str) -> Document:
    """One's own file to which no answers refer yet. Raises NotThere."""
    row = _row(account_id, name)
    if row.attached:
        raise NotThere
    return _described(row)


def described(account_id: str, name: str) -> Document:
    """What is known of one's own file. Raises NotThere."""
    return _described(_row(account_id, name))


def _described(row: FileRow) -> Document:
    return Document(name=row.id, title=row.about["title"], media_type=row.about["media_type"], size=row.size)


def content(account_id: str, name: str) -> bytes:
    """What one's own file holds. Raises NotThere, storage.Missing and storage.NotStored."""
    return storage.read(place(), StoredFile(name, _row(account_id, name).key))


def used_bytes(account_id: str) -> int:
    """How much of the quota is used."""
    return int(db.session.scalar(select(func.coalesce(func.sum(FileRow.size), 0)).where(FileRow.account_id == account_id)) or 0)


def place() -> storage.Storage:
    """Where the files of this installation lie."""
    return storage.at(settings.current().storage_url)


@accounts.erasure.goes_too
def forget(account_id: str) -> None:
    """Let go of everything that an account has stored; inside a unit of work."""
    let_go(account_id, list(db.session.scalars(select(FileRow.id).where(FileRow.account_id == account_id))))
    db.session.execute(delete(PhotoReview).where(PhotoReview.id == account_id))


@outbox.handler(JOB)
def delete_stored(payload: dict[str, Any]) -> None:
    """The worker's part: delete what nobody refers to any more; tried again while the storage cannot be reached."""
    for name in payload["names"]:
        place().delete(name)


def _write_down(account_id: str, file: StoredFile, size: int, about: dict[str, str]) -> None:
    with unit_of_work() as session:
        session.get(Account, account_id, with_for_update=True)  # two uploads at once count one after the other
        stale = FileRow.created_at < clock.now() - UNATTACHED_FOR
        abandoned = select(FileRow.id).where(FileRow.account_id == account_id, FileRow.attached.is_(False), stale)
        let_go(account_id, list(session.scalars(abandoned)))
        if used_bytes(account_id) + size > QUOTA_BYTES:
            raise NoRoom
        session.add(
            FileRow(id=file.name, account_id=account_id, size=size, created_at=clock.now(), attached=False, key=file.key, about=about)
        )


def _row(account_id: str, name: str) -> FileRow:
    row = db.session.get(FileRow, name)
    if row is None or row.account_id != account_id:
        raise NotThere
    return row
