"""The forms of `/akun`: what is typed, parsed once, and refused in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, RadioField, SelectChoice, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from idp import accounts, petitions
from idp.identity import EmailAddress, Malformed, PhoneNumber
from idp.web import refused_passwords

_EMPTY = _l("Bagian ini perlu diisi.")
_NAMED = Length(max=40, message=_l("Nama paling panjang 40 huruf."))


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Password, and a code where there is a second factor; or the answer of a passkey."""

    password = PasswordField(_l("Password"))
    code = StringField(_l("Kode"))
    credential = HiddenField()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password and the new one."""

    present = PasswordField(_l("Password sekarang"), [InputRequired(_EMPTY)])
    password = PasswordField(_l("Password baru"), [InputRequired(_EMPTY)])

    def __init__(self, *args: Any, owner: accounts.Owner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owner = owner

    def validate_password(self, field: Field) -> None:
        """The five rules of the page, and what only the server knows."""
        if field.data == self.present.data:
            raise ValidationError(_l("Password baru harus berbeda dari yang sekarang."))
        refused_passwords.say(field, accounts.password_faults(field.data or "", self._owner))


class AuthenticatorForm(FlaskForm):  # type: ignore[misc]
    """The first code of an authenticator app, and what it is to be called."""

    name = StringField(_l("Nama perangkat"), [InputRequired(_EMPTY), _NAMED])
    code = StringField(_l("Kode 6 angka dari aplikasi"), [InputRequired(_l("Tulis kode dari aplikasi."))])
    end_others = BooleanField(_l("Keluarkan semua perangkat lain"), default=True)


class PasskeyForm(FlaskForm):  # type: ignore[misc]
    """A new passkey, and what it is to be called."""

    name = StringField(_l("Nama passkey"), [InputRequired(_EMPTY), _NAMED])
    credential = HiddenField()
    end_others = BooleanField(_l("Keluarkan semua perangkat lain"), default=True)


class NameForm(FlaskForm):  # type: ignore[misc]
    """Another name for a factor."""

    name = StringField(_l("Nama"), [InputRequired(_EMPTY), _NAMED])


class RemovalForm(FlaskForm):  # type: ignore[misc]
    """What proves that the factor is at hand: its code, or its answer."""

    code = StringField(_l("Kode 6 angka dari aplikasi ini"))
    credential = HiddenField()


class EmailForm(FlaskForm):  # type: ignore[misc]
    """Another e-mail address; `parsed` holds it after validation."""

    email = StringField(_l("Alamat email baru"), [InputRequired(_EMPTY)])
    parsed: EmailAddress

    def validate_email(self, field: Field) -> None:
        """Syntax only: whether anybody reads there shows later."""
        try:
            self.parsed = EmailAddress.parse(field.data or "")
        except Malformed:
            raise ValidationError(_l("Alamat email ini belum lengkap. Contoh: nama@contoh.id")) from None


class PhoneForm(FlaskForm):  # type: ignore[misc]
    """Another phone number; `parsed` holds it after validation."""

    phone = StringField(_l("Nomor HP baru"), [InputRequired(_EMPTY)])
    parsed: PhoneNumber

    def validate_phone(self, field: Field) -> None:
        """It has to receive a code."""
        try:
            self.parsed = PhoneNumber.parse(field.data or "")
        except Malformed:
            raise ValidationError(_l("Nomor HP ini tidak dikenali. Contoh: 0812 3456 7890")) from None
        if not self.parsed.is_mobile:
            raise ValidationError(_l("Kode hanya bisa dikirim ke nomor HP Indonesia, misalnya 0812 3456 7890."))


class CorrectionForm(FlaskForm):  # type: ignore[misc]
    """Which data are wrong, and what they should be."""

    about = RadioField(
        _l("Data mana yang salah?"),
        [InputRequired(_l("Pilih salah satu."))],
        choices=[
            SelectChoice(petitions.About.NAME.value, _l("Nama lengkap")),
            SelectChoice(petitions.About.NIK.value, _l("NIK")),
            SelectChoice(petitions.About.BIRTH.value, _l("Tempat atau tanggal lahir")),
            SelectChoice(petitions.About.SEX.value, _l("Jenis kelamin")),
            SelectChoice(petitions.About.OTHER.value, _l("Data lain")),
        ],
    )
    words = TextAreaField(
        _l("Apa yang salah, dan apa yang benar?"),
        [InputRequired(_EMPTY), Length(max=petitions.LONGEST, message=_l("Paling panjang 1.000 huruf."))],
    )


class LanguageForm(FlaskForm):  # type: ignore[misc]
    """The language of notices."""

    language = RadioField(
        _l("Kirim SMS dan email dalam"),
        [InputRequired(_l("Pilih salah satu."))],
        choices=[SelectChoice("id", "Bahasa Indonesia"), SelectChoice("en", "English")],
    )
