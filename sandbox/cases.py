"""What the registry can answer about a person, and all the ways in which it can fail to answer: as data.

The codes and texts are those that Dukcapil's partners see in practice. The same table serves a person's `outcome` and
the switch that makes the whole service answer so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What a careful caller makes of an answer. Shown to people; the wire never says it."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNAVAILABLE = "unavailable"


class Wire(StrEnum):
    """Ways to break the transport itself instead of answering."""

    SLOW = "slow"
    DROPPED = "dropped"
    HTTP_500 = "http_500"
    BROKEN_JSON = "broken_json"
    EMPTY_CONTENT = "empty_content"
    EMPTY_BODY = "empty_body"


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of the registry.

    `code` is its RESPONSE_CODE and `text` stands under `text_key`; `ceilings` are the highest scores (0 to 100) that an
    element can reach, whatever is sent; `wire` breaks the transport; `spends_quota` is false where the caller was
    turned away at the door, and then the answer has no `quotaLimiter`.
    """

    key: str
    verdict: Verdict
    in_indonesian: str
    in_english: str
    code: str | None = None
    text: str = ""
    text_key: str = "RESPON"
    ceilings: Mapping[str, int] = field(default_factory=dict)
    wire: Wire | None = None
    spends_quota: bool = True

    @property
    def refuses(self) -> bool:
        """Whether the answer is a code instead of elements."""
        return self.code not in (None, "01")


_ALL = (
    Case("match", Verdict.MATCH, "Semua data sesuai.", "All data match."),
    Case(
        "match_with_code",
        Verdict.MATCH,
        "Semua data sesuai, jawaban membawa kode 01.",
        "All data match, the answer bears code 01.",
        "01",
        "Data Ditemukan",
    ),
    Case(
        "name_one_letter",
        Verdict.MATCH,
        "Nama di Dukcapil beda satu huruf: skor 95.",
        "The registry's name differs by one letter: score 95.",
        ceilings={"NAMA_LGKP": 95},
    ),
    Case(
        "mother_differs",
        Verdict.NO_MATCH,
        "Nama ibu kandung tidak sesuai: skor 40.",
        "The mother's name differs: score 40.",
        ceilings={"NAMA_LGKP_IBU": 40},
    ),
    Case(
        "name_differs", Verdict.NO_MATCH, "Nama lengkap tidak sesuai: skor 40.", "The name differs: score 40.", ceilings={"NAMA_LGKP": 40}
    ),
    Case(
        "birthdate_differs",
        Verdict.NO_MATCH,
        "Tanggal lahir tidak sesuai; nama dan nama ibu sesuai.",
        "The birth date differs; both names match.",
        ceilings={"TGL_LHR": 0},
    ),
    Case(
        "birthplace_differs",
        Verdict.NO_MATCH,
        "Tempat lahir tidak sesuai: skor 40; nama dan nama ibu sesuai.",
        "The birth place differs: score 40; both names match.",
        ceilings={"TMPT_LHR": 40},
    ),
    Case(
        "sex_differs",
        Verdict.NO_MATCH,
        "Jenis kelamin tidak sesuai; nama dan nama ibu sesuai.",
        "The sex differs; both names match.",
        ceilings={"JENIS_KLMIN": 0},
    ),
    Case(
        "unknown",
        Verdict.NO_MATCH,
        "NIK tidak ditemukan.",
        "The NIK is unknown.",
        "13",
        "Data Tidak Ditemukan, NIK tidak terdapat di database Kependudukan",
    ),
    Case("deceased", Verdict.NO_MATCH, "Tercatat meninggal dunia.", "Recorded as deceased.", "11", "Data Ditemukan, Meninggal Dunia"),
    Case("duplicate", Verdict.NO_MATCH, "Tercatat sebagai data ganda.", "Recorded twice.", "12", "Data Ditemukan, Data Ganda"),
    Case(
        "inactive",
        Verdict.NO_MATCH,
        "Data tidak aktif.",
        "The record is inactive.",
        "14",
        "Data Ditemukan, Status Non Aktif silahkan hubungi Dinas Dukcapil",
    ),
    Case(
        "nik_format",
        Verdict.NO_MATCH,
        "NIK tidak sesuai format Dukcapil.",
        "The NIK breaks the registry's format.",
        "15",
        "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil",
    ),
    Case(
        "nik_unprocessable",
        Verdict.NO_MATCH,
        "NIK tidak dapat diproses.",
        "The NIK cannot be processed.",
        "08",
        "NIK tidak dapat diproses",
        "RESPONSE",
    ),
    Case(
        "incomplete",
        Verdict.UNAVAILABLE,
        "Parameter tidak lengkap.",
        "Parameters are incomplete.",
        "07",
        "Parameter Tidak Lengkap / Tidak Valid",
    ),
    Case("login_failed", Verdict.UNAVAILABLE, "Login ke Dukcapil gagal.", "Our login fails.", "03", "Login Gagal", spends_quota=False),
    Case(
        "wrong_ip",
        Verdict.UNAVAILABLE,
        "Alamat IP tidak sesuai.",
        "Our address is the wrong one.",
        "04",
        "IP Address Tidak Sesuai",
        spends_quota=False,
    ),
    Case(
        "quota_used_up",
        Verdict.UNAVAILABLE,
        "Kuota hari ini habis.",
        "Today's quota is used up.",
        "05",
        "Kuota Akses Hari ini telah Habis",
        "RESPONSE",
    ),
    Case(
        "outside_hours",
        Verdict.UNAVAILABLE,
        "Di luar jam akses.",
        "Outside access hours.",
        "06",
        "Akses di luar jam yang ditentukan",
        "RESPONSE",
        spends_quota=False,
    ),
    Case(
        "credentials_missing",
        Verdict.UNAVAILABLE,
        "User, password, dan IP kosong.",
        "Our credentials are missing.",
        "09",
        "User, password dan IP tidak boleh kosong",
        spends_quota=False,
    ),
    Case(
        "ip_unregistered",
        Verdict.UNAVAILABLE,
        "IP klien tidak terdaftar.",
        "Our address is not registered.",
        "10",
        "IP Client Tidak terdaftar",
        spends_quota=False,
    ),
    Case(
        "agency_inactive",
        Verdict.UNAVAILABLE,
        "Instansi tidak aktif.",
        "Our agency is inactive.",
        "16",
        "Instansi Tidak Aktif",
        "RESPONSE",
        spends_quota=False,
    ),
    Case(
        "user_inactive",
        Verdict.UNAVAILABLE,
        "User ID tidak aktif.",
        "Our user is inactive.",
        "17",
        "User ID Tidak Aktif",
        "RESPONSE",
        spends_quota=False,
    ),
    Case("slow", Verdict.UNAVAILABLE, "Jawaban terlalu lambat.", "Answers after the caller's time-out.", wire=Wire.SLOW),
    Case("dropped", Verdict.UNAVAILABLE, "Koneksi diputus.", "Drops the connection.", wire=Wire.DROPPED),
    Case("http_500", Verdict.UNAVAILABLE, "Galat HTTP 500.", "Answers HTTP 500.", wire=Wire.HTTP_500),
    Case("broken_json", Verdict.UNAVAILABLE, "JSON rusak.", "Answers broken JSON.", wire=Wire.BROKEN_JSON),
    Case("empty_content", Verdict.UNAVAILABLE, "Isi jawaban kosong.", "Answers with empty content.", wire=Wire.EMPTY_CONTENT),
    Case("empty_body", Verdict.UNAVAILABLE, "Badan jawaban kosong.", "Answers with an empty body.", wire=Wire.EMPTY_BODY),
)

CASES: Mapping[str, Case] = {case.key: case for case in _ALL}

_ALSO_CALLED = {
    "ok": "match",
    "cocok": "match",
    "all_match": "match",
    "not_found": "unknown",
    "nik_unknown": "unknown",
    "mother_name_differs": "mother_differs",
    "name_95": "name_one_letter",
    "nik_duplicate": "duplicate",
    "incomplete_parameters": "incomplete",
    "quota": "quota_used_up",
    "quota_exhausted": "quota_used_up",
    "drop": "dropped",
    "drop_connection": "dropped",
    "connection_dropped": "dropped",
    "timeout": "slow",
    "500": "http_500",
    "broken": "broken_json",
    "empty": "empty_content",
    "died": "deceased",
    "birth_date_differs": "birthdate_differs",
} | {case.code: case.key for case in _ALL if case.code}


def find(name: str) -> Case | None:
    """The case of that key, alias or response code ("deceased", "drop connection", "11"); None when there is none."""
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    return CASES.get(_ALSO_CALLED.get(key, key))
