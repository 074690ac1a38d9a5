"""Karirhub's pages: a front door for strangers, ranked vacancies for citizens."""

from typing import Any

from flask import Flask, render_template, request

from clients import website
from clients.karirhub import ranking
from clients.language import _, either
from clients.market import places, skills, vacancies
from clients.market.citizen import Citizen
from clients.party import Service

TOP = 8
KINDS = ("penuh-waktu", "paruh-waktu", "kontrak", "magang", "freelance", "harian")


def create_app(service: Service | None = None) -> Flask:
    """Karirhub as a WSGI application, by default as the environment describes it."""
    app = website.make_app(service or Service.from_environment("karirhub"), __package__)
    app.add_url_rule("/", view_func=front, endpoint="front")
    app.add_url_rule("/lowongan", view_func=search, endpoint="search")
    app.add_url_rule("/lowongan/<slug>", view_func=vacancy, endpoint="vacancy")
    app.context_processor(lambda: {"places": places, "skill": skill, "kind": kind, "work": work})
    return app


def front() -> str:
    """For a stranger what Karirhub is; for a citizen the vacancies that fit best, and the data that say so."""
    local, data = website.citizen_or_none()
    if local is None:
        return render_template("front.html", newest=vacancies.all_vacancies()[:4], count=len(vacancies.all_vacancies()))
    seeker = Citizen.from_claims(local.claims)
    ranked = ranking.rank(vacancies.all_vacancies(), seeker)
    return render_template("home.html", seeker=seeker, matches=ranked[:TOP], count=len(ranked), data=data)


def search() -> str:
    """All vacancies, narrowed by words, province and kind; in the citizen's order where one is signed in."""
    local, _data = website.citizen_or_none()
    words, province, wanted = (request.args.get(name, "").strip() for name in ("q", "provinsi", "jenis"))
    found = [
        offer
        for offer in vacancies.all_vacancies()
        if _mentions(offer, words) and (not province or offer.city[:2] == province) and (not wanted or offer.kind == wanted)
    ]
    used = {offer.city[:2] for offer in vacancies.all_vacancies()}
    return render_template(
        "search.html",
        matches=ranking.rank(found, Citizen.from_claims(local.claims)) if local else [ranking.match(offer, Citizen()) for offer in found],
        provinces={code: name for code, name in places.provinces().items() if code in used},
        kinds=KINDS,
        asked={"q": words, "province": province, "kind": wanted},
    )


def vacancy(slug: str) -> str:
    """One vacancy; for a citizen with the skills that they have and lack for it."""
    offer = website.known_or_404(vacancies.find(slug))
    local, _data = website.citizen_or_none()
    seeker = Citizen.from_claims(local.claims) if local else None
    return render_template("vacancy.html", match=ranking.match(offer, seeker or Citizen()), seeker=seeker)


def _mentions(offer: vacancies.Vacancy, words: str) -> bool:
    """Whether every word stands somewhere in the vacancy, in either language."""
    names = [name for key in offer.skills for name in (skills.vocabulary()[key].id, skills.vocabulary()[key].en)]
    text = " ".join((offer.title, offer.title_en, offer.company, places.name(offer.city), *names)).casefold()
    return all(word in text for word in words.casefold().split())


def skill(key: str) -> str:
    """A skill's name for the reader."""
    entry = skills.vocabulary()[key]
    return either(entry.id, entry.en)


def kind(key: str) -> str:
    """A type of employment for the reader."""
    names: dict[str, Any] = {
        "penuh-waktu": _("Penuh waktu"),
        "paruh-waktu": _("Paruh waktu"),
        "kontrak": _("Kontrak"),
        "magang": _("Magang"),
        "freelance": _("Freelance"),
        "harian": _("Harian"),
    }
    return str(names[key])


def work(key: str) -> str:
    """Where the work is done, for the reader."""
    return {"kantor": _("Di tempat kerja"), "campuran": _("Sebagian dari rumah"), "rumah": _("Dari rumah")}[key]
