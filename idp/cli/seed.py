"""`idp seed`: made-up people for a sandbox; with `--file` as many as one likes, one JSON object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import click
from PIL import Image, ImageDraw

from idp import accounts, clock, factors, settings
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, Malformed, Nik, PersonName, PhoneNumber
from idp.profile import given
from idp.terminal import JSON, say

PEOPLE = Path(__file__).with_name("people.jsonl")
BATCH = 200


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a file: who somebody is and what is in the profile already."""

    nik: str
    name: str
    email: str
    phone: str
    password: str
    profile: dict[str, Any] = field(default_factory=dict)
    verified: bool = False
    photo: bool = False
    authenticator: str = ""


@click.command("seed")
@click.option(
    "--file", "source", type=click.File(encoding="utf-8"), help="People as JSON Lines: {email, phone, nik, name, password, profile: {…}}."
)
@JSON
def seed(source: TextIO | None, as_json: bool) -> None:
    """Make activated accounts of made-up people. Sandbox mode only; who exists already stays as they are."""
    if settings.current().mode != "sandbox":
        raise click.ClickException("seeding is for a sandbox only (IDP_MODE=sandbox)")
    with source or PEOPLE.open(encoding="utf-8") as lines:
        made, kept = _seed(_people(lines))
    say({"made": made, "kept": kept}, as_json, f"{made} account(s) made, {kept} there already.")


def _people(lines: TextIO) -> Iterator[tuple[int, Person]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, Person(**json.loads(line))
        except (TypeError, ValueError) as fault:
            raise click.ClickException(f"line {number}: {fault}") from fault


def _seed(people: Iterator[tuple[int, Person]]) -> tuple[int, int]:
    made = kept = 0
    while batch := list(islice(people, BATCH)):
        with unit_of_work():
            for number, person in batch:
                try:
                    if _make(person):
                        made += 1
                    else:
                        kept += 1
                except (Malformed, given.Unfit) as fault:
                    raise click.ClickException(f"line {number}: {fault}") from fault
    return made, kept


def _make(person: Person) -> bool:
    nik = Nik.parse(person.nik)
    if accounts.find_active_by_nik(nik):
        return False
    now = clock.now()
    account = accounts.open_pending(
        accounts.Newcomer(
            nik=nik,
            name=PersonName.parse(person.name),
            email=EmailAddress.parse(person.email),
            phone=PhoneNumber.parse(person.phone),
            password_hash=_hash(person.password),
            locale="id",
            terms_version=accounts.TERMS_VERSION,
            terms_accepted_at=now,
            registry_matched_at=now,
        )
    )
    try:
        accounts.activate(account.id)
    except accounts.AlreadyTaken as fault:
        raise given.Unfit(f"{', '.join(fault.what)}: belongs to another account") from fault
    account.email_verified_at = now
    given.fill(account.id, person.profile)
    if person.photo:
        given.fill_photo(account.id, _portrait())
    if person.verified:
        given.confirm(account.id)
    if person.authenticator:
        app = factors.Authenticator(
            account_id=account.id, secret=person.authenticator, name="Aplikasi autentikator", created_at=now, confirmed_at=now, last_step=0
        )
        db.session.add(app)
    return True


@lru_cache
def _hash(password: str) -> str:
    # Thousands of people share one made-up password; a salted hash for each would take minutes and protect nothing.
    return accounts.passwords.hash_password(password)


@lru_cache
def _portrait() -> bytes:
    """A drawn face, for nobody is photographed for a sandbox."""
    picture = Image.new("RGB", (720, 960), "#c9d6e6")
    brush = ImageDraw.Draw(picture)
    brush.ellipse((110, 700, 610, 1300), fill="#0b57a4")
    brush.rectangle((315, 600, 405, 760), fill="#d9a27c")
    brush.ellipse((200, 180, 520, 660), fill="#2b2320")
    brush.ellipse((225, 240, 495, 640), fill="#e9b48c")
    for x in (300, 420):
        brush.ellipse((x - 16, 400, x + 16, 428), fill="#2b2320")
    brush.arc((300, 460, 420, 560), 20, 160, fill="#9c4a3c", width=10)
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=90)
    return output.getvalue()
