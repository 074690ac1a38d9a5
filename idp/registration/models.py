"""The table of unfinished registrations: what was typed, how far it got, and in which browser it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped

from idp import clock, sealed, settings
from idp.database import Model, UtcDateTime, column
from idp.gateways.dukcapil import Elements
from idp.identity import Nik, PersonName

KEPT = timedelta(days=7)
REFUSED_KEPT = timedelta(hours=1)
MATCH_HOLDS = timedelta(days=1)
SHOWN_AGAIN = timedelta(minutes=30)


class Step(StrEnum):
    """How far a registration got."""

    DRAFT = "draft"  # typed, and not yet put to the registry
    WAITING = "waiting"  # the registry has not answered yet
    REFUSED = "refused"  # the registry did not recognise the person
    MATCHED = "matched"  # recognised; contacts and password are next
    CODE = "code"  # an account is pending; the code is next
    GUARDIAN = "guardian"  # a minor's phone was proven; a parent or guardian has to agree
    TAKEN = "taken"  # the phone was proven, and the NIK has an account already


class Application(sealed.Row, Model):
    """One unfinished registration, found by the hash of its browser's cookie. Gone once the account is active."""

    __tablename__ = "registrations"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    device_hash: Mapped[str] = column(String(64), personal=False, unique=True)
    step: Mapped[str] = column(String(8), personal=False)
    # Counts what was put to the registry, so that a late answer about earlier data changes nothing.
    revision: Mapped[int] = column(Integer, personal=False, default=0)
    reason: Mapped[str | None] = column(String(32), personal=False, nullable=True)
    collision: Mapped[str | None] = column(String(8), personal=False, nullable=True)
    account_id: Mapped[str | None] = column(String(32), personal=False, nullable=True, index=True)
    answers_sealed: Mapped[bytes | None] = sealed.column()
    answers = sealed.json("answers_sealed")
    locale: Mapped[str] = column(String(2), personal=False)
    terms_version: Mapped[str] = column(String(32), personal=False)
    terms_accepted_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    matched_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    updated_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)

    @property
    def nik(self) -> Nik:
        """The NIK that was typed."""
        return Nik(self.answers["nik"])

    @property
    def name(self) -> PersonName:
        """The full name that was typed."""
        return PersonName(self.answers["name"])

    @property
    def next_path(self) -> str:
        """Where the person was going."""
        return str(self.answers.get("next", "/"))

    @property
    def is_matched(self) -> bool:
        """Whether the registry recognised the person within a day."""
        return self.matched_at is not None and clock.now() - self.matched_at < MATCH_HOLDS

    @property
    def needs_guardian(self) -> bool:
        """Whether the NIK says that the person is a minor. Of two possible centuries the younger one counts."""
        today = clock.now().date()
        born = self.nik.birth_date_guess(today)
        if born is None:
            return False
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        return age < settings.current().guardian_below_age

    @property
    def is_recent(self) -> bool:
        """Whether it is so recent that what was typed may be shown: later somebody else may sit here."""
        return clock.now() - self.updated_at < SHOWN_AGAIN

    def elements(self) -> Elements:
        """What is put to the registry."""
        return Elements(nik=self.nik, name=self.name, mother_name=PersonName(self.answers["mother_name"]))

    def remember(self, **answers: str) -> None:
        """Add to what was typed, and keep the registration for another week."""
        self.answers = {**(self.answers or {}), **answers}
        self.updated_at = clock.now()
        self.expires_at = clock.now() + KEPT
