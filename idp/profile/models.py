"""The tables of the profile: one row a step, and one row a person for the check of the whole."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import JSON, Boolean, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from idp import sealed
from idp.database import Model, UtcDateTime, column
from idp.profile import steps
from idp.profile.answers import Answers, Photo, from_json, to_json


class Check(StrEnum):
    """Where the second question to the civil registry stands."""

    NONE = "none"
    WAITING = "waiting"
    VERIFIED = "verified"
    REFUSED = "refused"


class StepRow(sealed.Row, Model):
    """The answers of one step, sealed under the account's data key.

    `version` counts every change, so that a form knows whether it still shows what is stored. `sources` says of every
    answer where it comes from and since when. A draft is what was typed and cannot be an answer yet."""

    __tablename__ = "profile_steps"
    __table_args__ = (UniqueConstraint("account_id", "step"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False)
    step: Mapped[str] = column(String(16), personal=False)
    version: Mapped[int] = column(Integer, personal=False, default=0)
    complete: Mapped[bool] = column(Boolean, personal=False, default=False)
    sources: Mapped[dict[str, Any]] = column(JSON, personal=False)
    updated_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    answers_sealed: Mapped[bytes | None] = sealed.column()
    plain_answers = sealed.json("answers_sealed")
    draft_sealed: Mapped[bytes | None] = sealed.column()
    draft = sealed.json("draft_sealed")

    @property
    def sealing_holder(self) -> str:
        """The account whose answers these are."""
        return self.account_id

    @property
    def answers(self) -> Answers | None:
        """The answers as their own type; None while there is a draft at most."""
        plain = self.plain_answers
        step = steps.find(self.step)
        return None if plain is None or step is None else from_json(step.answers, plain)

    @answers.setter
    def answers(self, answers: Answers) -> None:
        self.plain_answers = to_json(answers)


class ProfileRow(Model):
    """The check of a person's profile against the civil registry. Verdicts only, never the registry's data."""

    __tablename__ = "profiles"
    account_id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    check: Mapped[str] = column(String(8), personal=False, default=Check.NONE)
    submission: Mapped[int] = column(Integer, personal=False, default=0)
    submitted_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    checked_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    reason: Mapped[str | None] = column(String(32), personal=False, nullable=True)
    mismatched: Mapped[list[str]] = column(JSON, personal=False)
    scores: Mapped[dict[str, int]] = column(JSON, personal=False)


class FileRow(sealed.Row, Model):
    """One file in the storage: whose it is and how long, so that it counts, is found by its owner only, and goes with them.

    Written before the file, so that none lies there that nobody knows of. Until answers refer to it, it is not `attached`."""

    __tablename__ = "profile_files"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    size: Mapped[int] = column(Integer, personal=False)
    attached: Mapped[bool] = column(Boolean, personal=False, default=False)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    key_sealed: Mapped[bytes | None] = sealed.column()
    key = sealed.text("key_sealed")
    about_sealed: Mapped[bytes | None] = sealed.column()
    about = sealed.json("about_sealed")

    @property
    def sealing_holder(self) -> str:
        """The account whose file this is."""
        return self.account_id


class Review(StrEnum):
    """Where a photo that raised a doubt stands."""

    OFFERED = "offered"
    WAITING = "waiting"
    REFUSED = "refused"


class PhotoReview(sealed.Row, Model):
    """A photo that the detector doubts: offered for a review, waiting for an officer, or refused. Its id is the account's."""

    __tablename__ = "photo_reviews"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    state: Mapped[str] = column(String(8), personal=False, index=True)
    doubt: Mapped[str] = column(String(16), personal=False)
    changed_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    photo_sealed: Mapped[bytes | None] = sealed.column()
    plain_photo = sealed.json("photo_sealed")

    @property
    def sealing_holder(self) -> str:
        """The account whose photo this is."""
        return self.id

    @property
    def photo(self) -> Photo | None:
        """The photo; None once it was refused."""
        plain = self.plain_photo
        return None if plain is None else cast(Photo, from_json(Photo, plain))

    @photo.setter
    def photo(self, photo: Photo | None) -> None:
        self.plain_photo = None if photo is None else to_json(photo)
