"""The form for a new link."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from idp.resume.content import PARTS, USUAL

DAYS = {"7": _l("7 hari"), "30": _l("30 hari"), "90": _l("90 hari")}


class LinkForm(FlaskForm):  # type: ignore[misc]
    """Which parts are shown, for how long, for whom the link is meant, and whether services learn of it."""

    parts = SelectMultipleField(
        _l("Yang boleh dilihat"),
        [InputRequired(_l("Pilih paling sedikit satu bagian."))],
        choices=[SelectChoice(part.name, part.title) for part in PARTS],
        default=list(USUAL),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    days = RadioField(
        _l("Berlaku selama"),
        [InputRequired(_l("Pilih berapa lama tautan berlaku."))],
        choices=[SelectChoice(*one) for one in DAYS.items()],
        default="30",
    )
    for_services = BooleanField(_l("Kirim juga ke layanan"))
    purpose = StringField(_l("Untuk siapa (opsional)"), [Length(max=60, message=_l("Paling panjang 60 huruf."))])
