"""A whole profile, for tests of what is made of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from idp.identity import Sex
from idp.profile import flow, records, steps
from idp.profile.answers import (
    Answers,
    Biodata,
    Certification,
    CertificationHistory,
    Education,
    EducationHistory,
    Experience,
    ExperienceHistory,
    HomeAddress,
    Place,
    Skill,
    Skills,
    Training,
    TrainingHistory,
)

HOME = HomeAddress(
    province=Place("31", "Daerah Khusus Ibukota Jakarta"),
    city=Place("31.74", "Kota Administrasi Jakarta Selatan"),
    district=Place("31.74.02", "Setiabudi"),
    village=Place("31.74.02.1001", "Setia Budi"),
    postal_code="12910",
    street="Jl. Setiabudi Tengah 3",
)
BIODATA = Biodata("Bandung", date(1992, 6, 15), Sex.FEMALE, "single", "Jl. Melati 5", HOME, "Suka belajar.")
WHOLE: dict[str, Answers] = {
    "biodata": BIODATA,
    "pendidikan": EducationHistory(
        True,
        (
            Education("e1", "s1", "Universitas Padjadjaran", 2010, "Akuntansi", 2014, "3,51"),
            Education("e2", "s2", "Universitas Indonesia", 2024),
        ),
    ),
    "pengalaman": ExperienceHistory(
        True,
        (
            Experience("x1", "Staf Akuntansi", "PT Maju", "full_time", "domestic", "Bandung", date(2015, 1, 5), date(2019, 3, 1)),
            Experience("x2", "Kepala Akuntansi", "PT Jaya", "contract", "abroad", "Osaka", date(2019, 4, 1), None, "Memimpin tim."),
        ),
    ),
    "pelatihan": TrainingHistory(
        True, (Training("t1", "BLK Bandung", "Las Dasar", "las", "domestic", "Bandung", date(2020, 1, 6), date(2020, 2, 6), "SMAW"),)
    ),
    "sertifikasi": CertificationHistory(
        True, (Certification("c1", "Teknisi Akuntansi", "LSP TA", date(2016, 5, 1), "Kompeten", date(2019, 5, 1)),)
    ),
    "keahlian": Skills((Skill("accounting", "Akuntansi"), Skill("graphic-design", "Graphic Design"))),
}


def fill(account_id: str, **changes: Any) -> None:
    """Store a whole profile, less the photo; within an application context."""
    for name, answers in (WHOLE | changes).items():
        step = steps.find(name)
        assert step is not None
        row = records.row(account_id, step)
        flow.save(account_id, step, answers, row.version if row else 0)
