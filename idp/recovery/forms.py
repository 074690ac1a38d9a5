"""The forms of recovery: what is typed, parsed once, and refused in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, HiddenField, PasswordField, RadioField, SelectChoice, StringField, ValidationError
from wtforms.validators import InputRequired

from idp.identity import EmailAddress, Malformed, Nik, PersonName, PhoneNumber
from idp.recovery.flow import Way
from idp.web import refused_passwords

_EMPTY = _l("Bagian ini perlu diisi.")
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
_TOO_LARGE = _l("Foto ini terlalu besar. Paling besar 5 MB dan 25 megapiksel.")
_NO_PHOTO = _l("File ini bukan foto yang bisa dibuka. Pakai JPG atau PNG.")
_PHOTO_FAULTS: Mapping[str, Any] = {
    "empty": _l("Pilih foto KTP-mu dulu."),
    "bytes": _TOO_LARGE,
    "pixels": _TOO_LARGE,
    "small": _l("Foto ini terlalu kecil untuk dibaca. Ambil foto yang lebih besar."),
    "busy": _l("Sedang banyak yang mengunggah. Tunggu sebentar lalu coba lagi."),
}


def _parsed(field: Field, parse: Callable[[str], Any], faults: Mapping[str, Any]) -> Any:
    try:
        return parse(field.data)
    except Malformed as fault:
        raise ValidationError(faults.get(fault.reason) or faults[""]) from None


class StartForm(FlaskForm):  # type: ignore[misc]
    """Whose password was forgotten. Whether what was typed can belong to anybody is not judged: that would be an answer."""

    identifier = StringField(_l("Email, nomor handphone, atau NIK"), [InputRequired(_EMPTY)])
    way = RadioField(
        _l("Kirim lewat"),
        choices=[SelectChoice(Way.MAIL.value, _l("Tautan ke email")), SelectChoice(Way.SMS.value, _l("Kode SMS ke HP"))],
        default=Way.MAIL.value,
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code that was sent."""

    code = StringField(_l("Kode 6 angka"), [InputRequired(_l("Tulis kode yang kamu terima."))])

    def validate_code(self, field: Field) -> None:
        """What cannot be a code does not use up a try."""
        digits = "".join(one for one in field.data if not one.isspace() and one != "-")
        if len(digits) != 6 or not digits.isdecimal():
            raise ValidationError(_l("Kode terdiri dari 6 angka."))


class FactorForm(FlaskForm):  # type: ignore[misc]
    """A code of an authenticator app or a recovery code; or the answer of a passkey, which the browser puts in."""

    code = StringField(_l("Kode"))
    credential = HiddenField()

    def validate_code(self, field: Field) -> None:
        """Nothing at all does not use up a try."""
        if not (field.data or "").strip() and not self.credential.data:
            raise ValidationError(_l("Tulis kodenya."))


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The new password."""

    password = PasswordField(_l("Password baru"), [InputRequired(_EMPTY)])

    def refuse(self, faults: tuple[str, ...]) -> None:
        """Say what is wrong with it."""
        refused_passwords.say(self.password, faults)


class LostForm(FlaskForm):  # type: ignore[misc]
    """Who has lost everything. After validation `parsed` holds the identity types by field name."""

    nik = StringField(_l("Nomor Induk Kependudukan (No. KTP)"), [InputRequired(_EMPTY)])
    mother_name = StringField(_l("Nama ibu kandung"), [InputRequired(_EMPTY)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: dict[str, Any] = {}

    def validate_nik(self, field: Field) -> None:
        """What cannot be a NIK is said at once."""
        self.parsed["nik"] = _parsed(field, Nik.parse, _NIK_FAULTS)

    def validate_mother_name(self, field: Field) -> None:
        """As names are written."""
        self.parsed["mother_name"] = _parsed(field, PersonName.parse, _NAME_FAULTS)


class ContactsForm(FlaskForm):  # type: ignore[misc]
    """Where the person can be reached from now on."""

    email = StringField(_l("Alamat email baru"), [InputRequired(_EMPTY)])
    phone = StringField(_l("Nomor handphone baru"), [InputRequired(_EMPTY)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: dict[str, Any] = {}

    def validate_email(self, field: Field) -> None:
        """Syntax only: a code shows whether anybody reads there."""
        self.parsed["email"] = _parsed(field, EmailAddress.parse, _EMAIL_FAULTS)

    def validate_phone(self, field: Field) -> None:
        """It has to receive a code."""
        phone: PhoneNumber = _parsed(field, PhoneNumber.parse, _PHONE_FAULTS)
        if not phone.is_mobile:
            raise ValidationError(_l("Kode hanya bisa dikirim ke nomor HP Indonesia, misalnya 0812 3456 7890."))
        self.parsed["phone"] = phone


class PhotoForm(FlaskForm):  # type: ignore[misc]
    """The photo of the identity card."""

    photo = FileField(_l("Foto KTP"))

    def refuse(self, reason: str) -> None:
        """Say what is wrong with it, by the reason of `uploads.Refused`."""
        self.photo.errors = [*self.photo.errors, _PHOTO_FAULTS.get(reason, _NO_PHOTO)]
