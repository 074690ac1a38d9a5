"""The forms of `/akun/organisasi`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from idp.identity import EmailAddress, Malformed, PhoneNumber
from idp.organisations import Capacity, Role


class CapacitiesForm(FlaskForm):  # type: ignore[misc]
    """As what the account is used, as far as the person chooses it."""

    capacities = SelectMultipleField(
        _l("Saya memakai akun ini sebagai"),
        choices=[
            SelectChoice(Capacity.JOB_SEEKER.value, _l("Pencari kerja")),
            SelectChoice(Capacity.TRAINEE.value, _l("Peserta pelatihan")),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """Who is invited, and as what; `parsed` holds the contact after validation."""

    contact = StringField(_l("Email atau nomor HP"), [InputRequired(_l("Bagian ini perlu diisi."))])
    role = RadioField(
        _l("Sebagai"),
        default=Role.MEMBER.value,
        choices=[
            SelectChoice(Role.MEMBER.value, _l("Anggota")),
            SelectChoice(Role.ADMIN.value, _l("Admin")),
        ],
    )
    parsed: EmailAddress | PhoneNumber

    def validate_contact(self, field: Field) -> None:
        """Either an address or a number."""
        raw = field.data or ""
        try:
            self.parsed = EmailAddress.parse(raw) if "@" in raw else PhoneNumber.parse(raw)
        except Malformed:
            raise ValidationError(_l("Tulis alamat email, atau nomor HP seperti 0812 3456 7890.")) from None
