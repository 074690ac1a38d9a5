"""The forms of registration: what is typed, parsed once, and refused in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired

from idp import accounts
from idp.identity import EmailAddress, Malformed, Nik, PersonName, PhoneNumber
from idp.web import refused_passwords

_NIK_FAULTS = {
    "digits": _l("NIK hanya berisi angka."),
    "length": _l("NIK terdiri dari 16 angka. Periksa lagi di KTP kamu."),
    "date": _l("Tanggal lahir di dalam NIK ini tidak mungkin. Periksa lagi angkanya di KTP kamu."),
    "serial": _l("NIK ini tidak mungkin ada. Periksa lagi angkanya di KTP kamu."),
}
_NAME_FAULTS = {
    "empty": _l("Tulis namanya."),
    "characters": _l("Nama hanya berisi huruf, spasi, petik, titik, koma, atau tanda hubung."),
    "length": _l("Nama paling panjang 60 huruf."),
}
_EMAIL_FAULTS = {"": _l("Alamat email ini belum lengkap. Contoh: nama@contoh.id")}
_PHONE_FAULTS = {"": _l("Nomor HP ini tidak dikenali. Contoh: 0812 3456 7890")}
_NOT_MOBILE = _l("Kode hanya bisa dikirim ke nomor HP Indonesia, misalnya 0812 3456 7890.")
_EMPTY = _l("Bagian ini perlu diisi.")


def _parsed(field: Field, parse: Callable[[str], Any], faults: Mapping[str, Any]) -> Any:
    try:
        return parse(field.data or "")
    except Malformed as fault:
        raise ValidationError(faults.get(fault.reason, faults.get("", _EMPTY))) from None


def _mobile(field: Field) -> PhoneNumber:
    phone: PhoneNumber = _parsed(field, PhoneNumber.parse, _PHONE_FAULTS)
    if not phone.is_mobile:
        raise ValidationError(_NOT_MOBILE)
    return phone


class IdentityForm(FlaskForm):  # type: ignore[misc]
    """Step 1: who somebody says to be. After validation `parsed` holds the identity types by field name."""

    nik = StringField(_l("Nomor Induk Kependudukan (No. KTP)"), [InputRequired(_EMPTY)])
    name = StringField(_l("Nama lengkap"), [InputRequired(_EMPTY)])
    mother_name = StringField(_l("Nama ibu kandung"), [InputRequired(_EMPTY)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: dict[str, Any] = {}

    def validate_nik(self, field: Field) -> None:
        """A NIK is judged before the registry is asked."""
        self.parsed["nik"] = _parsed(field, Nik.parse, _NIK_FAULTS)

    def validate_name(self, field: Field) -> None:
        """One word is a name."""
        self.parsed["name"] = _parsed(field, PersonName.parse, _NAME_FAULTS)

    def validate_mother_name(self, field: Field) -> None:
        """As the full name."""
        self.parsed["mother_name"] = _parsed(field, PersonName.parse, _NAME_FAULTS)


class ContactsForm(FlaskForm):  # type: ignore[misc]
    """Step 2: how somebody can be reached, and the password. `owner` is whose NIK and name must not be in it."""

    email = StringField(_l("Alamat Email"), [InputRequired(_EMPTY)])
    phone = StringField(_l("Nomor Handphone"), [InputRequired(_EMPTY)])
    password = PasswordField(_l("Password"), [InputRequired(_EMPTY)])

    shared_device = BooleanField(_l("Ini HP atau komputer bersama"))

    def __init__(self, *args: Any, owner: accounts.Owner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: dict[str, Any] = {}
        self._owner = owner

    def validate_email(self, field: Field) -> None:
        """Syntax only: whether anybody reads there shows later."""
        self.parsed["email"] = _parsed(field, EmailAddress.parse, _EMAIL_FAULTS)

    def validate_phone(self, field: Field) -> None:
        """It has to receive a code."""
        self.parsed["phone"] = _mobile(field)

    def validate_password(self, field: Field) -> None:
        """The five rules of the page, and what only the server knows."""
        owner = accounts.Owner(self._owner.nik, self._owner.name, self.parsed.get("email"), self.parsed.get("phone"))
        refused_passwords.say(field, accounts.password_faults(field.data or "", owner))


class PhoneForm(FlaskForm):  # type: ignore[misc]
    """Step 3, "Ubah no HP"."""

    phone = StringField(_l("Nomor Handphone"), [InputRequired(_EMPTY)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: dict[str, Any] = {}

    def validate_phone(self, field: Field) -> None:
        """It has to receive a code."""
        self.parsed["phone"] = _mobile(field)


class GuardianForm(PhoneForm):
    """The phone of a minor's parent or guardian."""

    phone = StringField(_l("Nomor HP orang tua atau wali"), [InputRequired(_EMPTY)])
