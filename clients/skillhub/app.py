"""Skillhub's pages: a front door for strangers, training that fills a citizen's gaps."""

from flask import Flask, render_template, request

from clients import website
from clients.language import _, either
from clients.market import places, skills, vacancies
from clients.market.citizen import Citizen
from clients.party import Service
from clients.skillhub import suggestions
from clients.skillhub.suggestions import Suggestion

TOP = 6
MODES = ("daring", "luring", "campuran")


def create_app(service: Service | None = None) -> Flask:
    """Skillhub as a WSGI application, by default as the environment describes it."""
    app = website.make_app(service or Service.from_environment("skillhub"), __package__)
    app.add_url_rule("/", view_func=front, endpoint="front")
    app.add_url_rule("/program", view_func=search, endpoint="search")
    app.add_url_rule("/program/<slug>", view_func=programme, endpoint="programme")
    app.context_processor(lambda: {"places": places, "skill": skill, "field": field, "mode": mode})
    return app


def front() -> str:
    """For a stranger what Skillhub is; for a citizen the gaps, the training that fills them, and the data that say so."""
    local, data = website.citizen_or_none()
    offered = suggestions.all_programmes()
    if local is None:
        return render_template("front.html", soonest=[_plain(course) for course in offered[:3]], count=len(offered))
    learner = Citizen.from_claims(local.claims)
    found = suggestions.suggest(offered, vacancies.all_vacancies(), local.claims)
    gaps = suggestions.gaps(vacancies.all_vacancies(), learner)[:TOP]
    return render_template("home.html", learner=learner, gaps=gaps, suggestions=found[:TOP], count=len(found), data=data)


def search() -> str:
    """All programmes, narrowed by words, field, mode and skill; in the citizen's order where one is signed in."""
    local, _data = website.citizen_or_none()
    asked = {name: request.args.get(name, "").strip() for name in ("q", "kejuruan", "cara", "keahlian")}
    offered = [course for course in suggestions.all_programmes() if _fits(course, asked)]
    found = suggestions.suggest(offered, vacancies.all_vacancies(), local.claims) if local else [_plain(course) for course in offered]
    return render_template(
        "search.html",
        suggestions=found,
        asked=asked,
        sought=asked["keahlian"] if asked["keahlian"] in skills.vocabulary() else None,
        fields=sorted({course.field for course in suggestions.all_programmes()}, key=field),
        modes=MODES,
    )


def programme(slug: str) -> str:
    """One programme, with the vacancies that want what it teaches."""
    course = website.known_or_404(suggestions.find(slug))
    local, _data = website.citizen_or_none()
    learner = Citizen.from_claims(local.claims) if local else None
    wanting = [offer for offer in vacancies.all_vacancies() if set(offer.skills) & set(course.teaches)]
    wanting.sort(key=lambda offer: -len(set(offer.skills) & (set(course.teaches) | (learner.skills if learner else set()))))
    return render_template("programme.html", course=course, learner=learner, wanting=wanting[:5], wanted=len(wanting))


def _plain(course: suggestions.Programme) -> Suggestion:
    """A programme shown to somebody of whom nothing is known."""
    return Suggestion(course, fills=(), nearness=places.Nearness.UNKNOWN, taken=False)


def _fits(course: suggestions.Programme, asked: dict[str, str]) -> bool:
    names = [name for key in course.teaches for name in (skills.vocabulary()[key].id, skills.vocabulary()[key].en)]
    text = " ".join((course.title, course.title_en, course.host, *names)).casefold()
    return (
        all(word in text for word in asked["q"].casefold().split())
        and asked["kejuruan"] in ("", course.field)
        and asked["cara"] in ("", course.mode)
        and (not asked["keahlian"] or asked["keahlian"] in course.teaches)
    )


def skill(key: str) -> str:
    """A skill's name for the reader."""
    entry = skills.vocabulary()[key]
    return either(entry.id, entry.en)


def field(key: str) -> str:
    """A kejuruan's name for the reader."""
    names = {
        "bahasa": _("Bahasa asing"),
        "bangunan": _("Bangunan"),
        "bisnis-manajemen": _("Bisnis dan Manajemen"),
        "elektronika": _("Elektronika"),
        "garmen": _("Garmen Apparel"),
        "industri-kreatif": _("Industri Kreatif"),
        "las": _("Las"),
        "listrik": _("Listrik"),
        "manufaktur": _("Manufaktur"),
        "metodologi-pelatihan": _("Metodologi Pelatihan"),
        "otomotif": _("Otomotif"),
        "pariwisata": _("Pariwisata"),
        "perikanan": _("Perikanan"),
        "plts": _("PLTS"),
        "processing": _("Processing"),
        "produktivitas": _("Produktivitas"),
        "refrigerasi": _("Refrigerasi"),
        "tik": _("Teknologi Informasi dan Komunikasi"),
    }
    return names[key]


def mode(key: str) -> str:
    """How a programme is taught, for the reader."""
    return {"daring": _("Daring"), "luring": _("Tatap muka"), "campuran": _("Daring dan tatap muka")}[key]
