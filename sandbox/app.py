"""The application: the front page, the people, the switches; and each outside party as a blueprint."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyotp
from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from sandbox import dukcapil, mail, sms, switches, world
from sandbox.cases import CASES
from sandbox.people import SEXES, Invalid, People, Person

PEOPLE_FILE = Path(__file__).with_name("people.json")
_LARGEST_REQUEST = 1024 * 1024
_SHOWN = 100
_INBOXES_SHOWN = 12
_JAKARTA = timezone(timedelta(hours=7))
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'"
)

pages = Blueprint("pages", __name__)


def create_app(people_file: Path = PEOPLE_FILE, state: Path | None = None, doors: Mapping[str, str] | None = None) -> Flask:
    """The outside world as a WSGI application. `state` is the folder that keeps added people; None keeps none.
    `doors` are the addresses of `account`, `karirhub` and `skillhub`, for the front page to lead there.

    Raises: sandbox.people.Invalid, OSError when the people cannot be read.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the wire formats have an order
    app.extensions["world"] = world.World(People.load(people_file, state))
    app.jinja_env.globals["doors"] = doors
    app.jinja_env.filters["clock"] = _clock
    app.jinja_env.filters["totp"] = lambda secret: pyotp.TOTP(secret).now()
    for blueprint in (pages, dukcapil.blueprint, sms.blueprint, mail.blueprint):
        app.register_blueprint(blueprint)
    app.after_request(_secured)
    app.register_error_handler(HTTPException, _error)
    return app


@pages.get("/")
def front(refusal: Invalid | None = None) -> str:
    """Who exists, what the registry says of each, what is broken, and where everything arrives."""
    here = world.current()
    everybody = here.people.everybody()
    newcomers = [person for person in everybody if not person.account]
    return render_template(
        "front.html",
        residents=[person for person in everybody if person.account],
        newcomers=newcomers[:_SHOWN],
        unseen=len(newcomers[_SHOWN:]),
        cases=CASES,
        sexes=SEXES,
        positions=here.switches.positions(),
        choices=switches.CHOICES,
        phones=here.sms.newest(_INBOXES_SHOWN),
        addresses=here.mail.newest(_INBOXES_SHOWN),
        partner=dukcapil,
        gateway=sms,
        refusal=refusal,
        typed=request.form,
    )


@pages.get("/people.json")
def people_json() -> Response:
    """Everybody, as `POST /people.json` takes them."""
    return jsonify([person.as_json() for person in world.current().people.everybody()])


@pages.post("/people.json")
def add_person() -> tuple[Response, int]:
    """Add one made-up person, or replace the one with the same NIK."""
    try:
        person = Person.parse(request.get_json(force=True, silent=True))
    except Invalid as refusal:
        return jsonify({"error": str(refusal), "field": refusal.field}), 400
    is_new = world.current().people.add(person)
    return jsonify(person.as_json()), 201 if is_new else 200


@pages.post("/people")
def add_person_by_form() -> AnyResponse | tuple[str, int]:
    """The same from the form on the front page."""
    try:
        person = Person.parse(request.form.to_dict())
    except Invalid as refusal:
        return front(refusal), 400
    world.current().people.add(person)
    return redirect(url_for("pages.front", _anchor=person.nik), 303)


@pages.get("/faults.json")
def faults_json() -> Response:
    """The position of every switch."""
    return jsonify(world.current().switches.positions())


@pages.post("/faults")
def set_faults() -> AnyResponse | tuple[Response, int]:
    """Turn the named switches: as JSON, answered by all positions, or as the front page's form."""
    positions = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(positions, dict):
        return jsonify({"error": "an object of switches and positions"}), 400
    try:
        world.current().switches.set(positions)
    except switches.Unknown as refusal:
        return jsonify({"error": str(refusal)}), 400
    return faults_json() if request.is_json else redirect(url_for("pages.front", _anchor="gangguan"), 303)


@pages.post("/faults/clear")
def clear_faults() -> AnyResponse:
    """Mend everything."""
    world.current().switches.clear()
    return redirect(url_for("pages.front", _anchor="gangguan"), 303)


@pages.get("/inboxes")
def find_inbox() -> AnyResponse:
    """From the search field to the inbox of a phone or an address."""
    raw = request.args.get("owner", "").strip()
    if phone := sms.as_phone(raw):
        return redirect(url_for("sms.inbox", raw_phone=phone))
    if address := mail.as_address(raw):
        return redirect(url_for("mail.inbox", raw_address=address))
    return redirect(url_for("pages.front", _anchor="kotak-masuk"))


@pages.post("/inboxes/clear")
def clear_inboxes() -> AnyResponse:
    """Empty every inbox, and forget who asked the registry."""
    here = world.current()
    here.sms.clear()
    here.mail.clear()
    here.calls.clear()
    return redirect(url_for("pages.front", _anchor="kotak-masuk"), 303)


def _clock(at: str) -> str:
    """The time of day in Jakarta of an ISO timestamp."""
    return datetime.fromisoformat(at).astimezone(_JAKARTA).strftime("%H:%M:%S WIB")


def _secured(response: Response) -> Response:
    """Mail and SMS are other people's text: nothing of it may run here."""
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _error(error: HTTPException) -> AnyResponse | tuple[str | Response, int]:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    if request.method == "GET" and not request.path.endswith(".json"):
        return render_template("error.html", error=error), error.code
    return jsonify({"error": error.name}), error.code
