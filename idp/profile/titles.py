"""What the steps are called."""

from flask_babel import LazyString, lazy_gettext

TITLES: dict[str, LazyString] = {
    "foto": lazy_gettext("Foto Profil"),
    "biodata": lazy_gettext("Biodata"),
    "pendidikan": lazy_gettext("Pendidikan"),
    "pengalaman": lazy_gettext("Pengalaman Kerja"),
    "pelatihan": lazy_gettext("Pelatihan"),
    "sertifikasi": lazy_gettext("Sertifikasi"),
    "keahlian": lazy_gettext("Keahlian"),
}
