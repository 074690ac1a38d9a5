"""The forms of signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired

_EMPTY = _l("Bagian ini perlu diisi.")


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Whether what was typed can belong to anybody is not judged here: that would be an answer."""

    identifier = StringField(_l("Email atau nomor handphone"), [InputRequired(_EMPTY)])
    password = PasswordField(_l("Password"), [InputRequired(_EMPTY)])
    shared_device = BooleanField(_l("Ini HP atau komputer bersama"))
