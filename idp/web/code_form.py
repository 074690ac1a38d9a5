"""The form in which a one-time code is entered, wherever it is asked for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.validators import InputRequired


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Six digits, as people copy them: with spaces or dashes."""

    code = StringField(_l("Kode 6 angka"), [InputRequired(_l("Tulis kode dari SMS."))])

    def validate_code(self, field: Field) -> None:
        """What cannot be a code does not use up a try."""
        digits = "".join(one for one in field.data or "" if not one.isspace() and one != "-")
        if len(digits) != 6 or not digits.isdecimal():
            raise ValidationError(_l("Kode terdiri dari 6 angka."))
