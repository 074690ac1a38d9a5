"""The form of Biodata, with the cascade of regions: each choice narrows the next, with JavaScript or without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from wtforms import HiddenField, SelectChoice, SelectField, ValidationError

from idp import regions, web
from idp.identity import Nik, Sex
from idp.profile.answers import AbroadAddress, Answers, Biodata, HomeAddress, Place
from idp.profile.fields import NONE, Day, Line, OneOf, Paragraphs, StepForm, Word, error, today
from idp.regions import Region

CASCADE = ("province", "city", "district", "village")
SEXES = (
    SelectChoice(Sex.MALE.value, lazy_gettext("Laki-laki")),
    SelectChoice(Sex.FEMALE.value, lazy_gettext("Perempuan")),
)


class RegionField(SelectField):  # type: ignore[misc]
    """One level of the cascade; its choices are set by the form once the level above is known."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, choices=[NONE], validate_choice=False, **options)
        self.offered: Sequence[Region] = ()

    def offer(self, found: Sequence[Region]) -> None:
        """Offer these regions; a choice that is not among them is none."""
        self.offered = found
        self.choices = [NONE, *(SelectChoice(region.code, region.label) for region in found)]
        if self.chosen is None:
            self.data = ""

    @property
    def chosen(self) -> Region | None:
        """The region that is chosen, if it is one of those on offer."""
        return next((region for region in self.offered if region.code == self.data), None)


class BiodataForm(StepForm):
    """Who somebody is and where they live. Of the two kinds of domicile only the chosen one is checked."""

    birthplace = Line(lazy_gettext("Tempat lahir"), longest=60)
    birthdate = Day(lazy_gettext("Tanggal lahir"))
    sex = OneOf(lazy_gettext("Jenis kelamin"), of=SEXES)
    marital_status = Word(lazy_gettext("Status perkawinan"), of="marital_status")
    id_card_address = Paragraphs(lazy_gettext("Alamat sesuai KTP"), longest=200)
    about = Paragraphs(lazy_gettext("Tentang kamu (opsional)"), longest=1000, optional=True)

    location = OneOf(lazy_gettext("Tipe lokasi"), of="location_type", default="domestic")
    province = RegionField(lazy_gettext("Provinsi"))
    city = RegionField(lazy_gettext("Kota/Kabupaten"))
    district = RegionField(lazy_gettext("Kecamatan"))
    village = RegionField(lazy_gettext("Kelurahan/Desa"))
    postal_code = Line(lazy_gettext("Kode Pos"), longest=5, optional=True)
    offered_postal_code = HiddenField()
    street = Line(lazy_gettext("Alamat"), longest=200, optional=True)

    country = SelectField(lazy_gettext("Negara"), validate_choice=False)
    foreign_city = Line(lazy_gettext("Kota"), longest=100, optional=True)
    foreign_street = Paragraphs(lazy_gettext("Alamat"), longest=300, optional=True)

    def opened(self) -> None:
        """Narrow each list by the choice above it, and offer the postal code of the village."""
        self.country.choices = [NONE, *(SelectChoice(one.code, one.name) for one in regions.countries(web.locale()))]
        above: str | None = None
        for level, name in enumerate(CASCADE):
            known = level == 0 or above is not None
            self[name].offer(regions.children(above) if known else ())
            above = self[name].data or None
        self._offer_postal_code()

    def settle(self, place: Sequence[Region]) -> None:
        """Choose all levels of a place that was searched for; what lies below it is open again."""
        if not place:
            return
        codes = [region.code for region in place]
        for name, code in zip(CASCADE, [*codes, *[""] * len(CASCADE)], strict=False):
            self[name].data = code

    def _offer_postal_code(self) -> None:
        village = self.village.chosen
        offer = village.postal_code if village else None
        # What a person typed stays; what we offered for another village goes.
        if offer and self.postal_code.data in (None, "", self.offered_postal_code.data):
            self.postal_code.data = offer
        self.offered_postal_code.data = offer or ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then the kind of domicile that was chosen."""
        sound = bool(super().validate(extra_validators))
        before = self.errors_count()
        if self.location.data == "abroad":
            self._check_abroad()
        elif self.location.data == "domestic":
            self._check_home()
        return sound and self.errors_count() == before

    def errors_count(self) -> int:
        """How many fields have an error."""
        return sum(bool(field.errors) for field in self)

    def validate_postal_code(self, field: Line) -> None:
        """Five digits; which ones is for the citizen to know."""
        if self.location.data == "abroad":
            return
        if not (field.data and len(field.data) == 5 and field.data.isascii() and field.data.isdigit()):
            raise ValidationError(lazy_gettext("Kode pos terdiri dari lima angka."))

    def _check_home(self) -> None:
        for name in CASCADE:
            if self[name].chosen is None:
                error(self[name], _CHOOSE_REGION[name])
        if not self.street.data and not self.street.errors:
            error(self.street, lazy_gettext("Wajib diisi."))

    def _check_abroad(self) -> None:
        if regions.country_name(self.country.data or "", "id") is None or self.country.data == regions.HOME_COUNTRY:
            error(self.country, lazy_gettext("Pilih negara tempat kamu tinggal."))
        for field in (self.foreign_city, self.foreign_street):
            if not field.data and not field.errors:
                error(field, lazy_gettext("Wajib diisi."))

    def answers(self) -> Biodata:
        """The form as answers, once it is valid."""
        return Biodata(
            birthplace=self.birthplace.data,
            birthdate=self.birthdate.data,
            sex=Sex(self.sex.data),
            marital_status=self.marital_status.data,
            id_card_address=self.id_card_address.data,
            domicile=self._abroad() if self.location.data == "abroad" else self._home(),
            about=self.about.data,
        )

    def _home(self) -> HomeAddress:
        province, city, district, village = (Place(one.code, one.name) for name in CASCADE if (one := self[name].chosen))
        return HomeAddress(province, city, district, village, self.postal_code.data, self.street.data)

    def _abroad(self) -> AbroadAddress:
        return AbroadAddress(self.country.data, self.foreign_city.data, self.foreign_street.data)


_CHOOSE_REGION = {
    "province": lazy_gettext("Pilih provinsi."),
    "city": lazy_gettext("Pilih kota atau kabupaten."),
    "district": lazy_gettext("Pilih kecamatan."),
    "village": lazy_gettext("Pilih kelurahan atau desa."),
}


def shown(answers: Answers | None, nik: Nik) -> dict[str, Any]:
    """What the form starts with: the answers, or what the NIK tells of birth date and sex."""
    if not isinstance(answers, Biodata):
        return {"birthdate": nik.birth_date_guess(today()), "sex": nik.sex.value}
    plain = {
        "birthplace": answers.birthplace,
        "birthdate": answers.birthdate,
        "sex": answers.sex.value,
        "marital_status": answers.marital_status,
        "id_card_address": answers.id_card_address,
        "about": answers.about,
        "location": answers.domicile.location,
    }
    return plain | _domicile(answers.domicile)


def _domicile(domicile: HomeAddress | AbroadAddress) -> dict[str, Any]:
    if isinstance(domicile, AbroadAddress):
        return {"country": domicile.country, "foreign_city": domicile.city, "foreign_street": domicile.street}
    places = {name: getattr(domicile, name).code for name in CASCADE}
    return places | {"postal_code": domicile.postal_code, "street": domicile.street}
