"""The forms of signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from idp import petitions

_EMPTY = _l("Bagian ini perlu diisi.")


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Whether what was typed can belong to anybody is not judged here: that would be an answer."""

    identifier = StringField(_l("Email atau nomor handphone"), [InputRequired(_EMPTY)])
    password = PasswordField(_l("Password"), [InputRequired(_EMPTY)])
    shared_device = BooleanField(_l("Ini HP atau komputer bersama"))


class SecondFactorForm(FlaskForm):  # type: ignore[misc]
    """A code of an app or a recovery code; or the answer of a passkey, which the browser puts into `credential`."""

    code = StringField(_l("Kode"))
    credential = HiddenField()

    def validate_code(self, field: Field) -> None:
        """Nothing at all does not use up a try."""
        if not (field.data or "").strip() and not self.credential.data:
            raise ValidationError(_l("Tulis kodenya."))


class AppealForm(FlaskForm):  # type: ignore[misc]
    """Why the account should be opened again."""

    words = TextAreaField(
        _l("Kenapa akunmu seharusnya dibuka lagi?"),
        [InputRequired(_EMPTY), Length(max=petitions.LONGEST, message=_l("Paling panjang 1.000 huruf."))],
    )
