"""Dukcapil: the civil registry's verification service, on its wire format.

`POST /dukcapil/get_json/<customer_id>/<method>` with a JSON object of upper- or lower-case keys. The answer is HTTP 200
with a page of one row, whether the data match, differ, or the caller is turned away; only a broken transport is anything
else. It never gives a person's data away.
"""

import difflib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from sandbox import world
from sandbox.cases import CASES, Case, Wire
from sandbox.people import SEXES, Person

METHODS = ("CALL_VERIFY_BY_ELEMEN", "nik_verifby_elemen")
CUSTOMER_ID = "siapkerja"
USER_ID = "sandbox"
PASSWORD = "sandbox"
IP_USER = "127.0.0.1"

SCORED = ("NAMA_LGKP", "NAMA_LGKP_IBU", "TMPT_LHR", "ALAMAT")
EXACT = ("TGL_LHR", "JENIS_KLMIN", "STATUS_KAWIN", "NO_PROP", "NO_KAB", "NO_KEC", "NO_KEL")

_NIK = re.compile(r"[0-9]{16}", re.ASCII)
_DATE = re.compile(r"(0[1-9]|[12]\d|3[01])-(0[1-9]|1[0-2])-\d{4}", re.ASCII)
_LONGEST = 200
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)

blueprint = Blueprint("dukcapil", __name__, url_prefix="/dukcapil")


@blueprint.post("/get_json/<customer_id>/<method>")
def verify(customer_id: str, method: str) -> Response:
    """Compare the sent elements with the registry's, as the real service answers."""
    if method not in METHODS:
        abort(404)
    asked = _read(request.get_data())
    person = world.current().people.find(asked.get("NIK", ""))
    usual = _turned_away(customer_id, asked) or _malformed(asked) or (person.case if person else _UNKNOWN)
    case = CASES.get(world.current().switches.use("dukcapil"), usual)
    _remember(asked, case)
    return _answer(case, _said(case, usual), person, asked)


@blueprint.get("/calls.json")
def calls() -> Response:
    """Which NIKs were asked about, with which elements and what answer, oldest first: for tests that count calls."""
    return jsonify(list(world.current().calls))


def similarity(one: str, other: str) -> int:
    """How alike two texts are, 0 to 100, whatever their case: Ratcliff and Obershelp's measure."""
    return round(100 * difflib.SequenceMatcher(None, one.upper(), other.upper(), autojunk=False).ratio())


_UNKNOWN = CASES["unknown"]
_MATCH = CASES["match"]


def _read(body: bytes) -> dict[str, str]:
    """The request's keys in upper case and their values; what is no object, or no string, counts as not sent."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(raw, dict):
        return {}
    # A NIK sent as a number is not accepted: in other languages' hands it has lost digits already.
    return {key.upper(): _string(key.upper(), value) for key, value in raw.items()}


def _string(key: str, value: object) -> str:
    if isinstance(value, str) and len(value) <= _LONGEST:
        return value
    return str(value) if key == "TRESHOLD" and type(value) is int and 0 <= value <= 100 else ""


def _turned_away(customer_id: str, asked: Mapping[str, str]) -> Case | None:
    """Why the caller gets no further than the door, if so."""
    if not all(asked.get(key) for key in ("USER_ID", "PASSWORD", "IP_USER")):
        return CASES["credentials_missing"]
    if customer_id != CUSTOMER_ID:
        return CASES["agency_inactive"]
    if (asked["USER_ID"], asked["PASSWORD"]) != (USER_ID, PASSWORD):
        return CASES["login_failed"]
    if asked["IP_USER"] != IP_USER:
        return CASES["wrong_ip"]
    return None


def _malformed(asked: Mapping[str, str]) -> Case | None:
    """What is wrong with the parameters, if anything. An element without a value must be left out."""
    elements = _elements(asked)
    complete = (
        asked.get("NIK")
        and elements
        and all(elements.values())
        and _NUMBER.fullmatch(asked.get("TRESHOLD", ""))
        and int(asked["TRESHOLD"]) <= 100
        and _DATE.fullmatch(elements.get("TGL_LHR", "01-01-2000"))
        and elements.get("JENIS_KLMIN", SEXES[0]) in SEXES
    )
    if not complete:
        return CASES["incomplete"]
    return None if _NIK.fullmatch(asked["NIK"]) else CASES["nik_format"]


def _elements(asked: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in asked.items() if key in SCORED or key in EXACT}


def _said(case: Case, usual: Case) -> Case:
    """What an answer says where its transport holds: a switch may change how it is said, but recognises nobody."""
    if case.refuses or not (case.wire or usual.refuses):
        return case
    return _MATCH if usual.wire else usual


def _answer(case: Case, said: Case, person: Person | None, asked: Mapping[str, str]) -> Response:
    quota_left: int | None = None
    if case.spends_quota:
        quota_left = world.current().switches.spend_quota()
        if quota_left is None or case.code == "05":
            case = said = CASES["quota_used_up"]
            quota_left = 0
    row = _row(said, person, asked)
    return _BROKEN[case.wire](row, quota_left) if case.wire else _page([row], quota_left)


def _row(case: Case, person: Person | None, asked: Mapping[str, str]) -> dict[str, str]:
    """The one row of an answer: a code and its text, or a word for each element."""
    row = {"RESPONSE_CODE": case.code, case.text_key: case.text} if case.code else {}
    if case.refuses or person is None:
        return row
    echoes = world.current().switches.use("nik_echo") != "ok"
    row["NIK"] = asked["NIK"] if echoes else "Sesuai"
    held = _held(person)
    threshold = int(asked["TRESHOLD"])
    for key, sent in _elements(asked).items():
        if key in SCORED:
            score = min(similarity(sent, held.get(key, "")), case.ceilings.get(key, 100))
            row[key] = f"{_word(score >= threshold)} ({score})"
        else:
            row[key] = _word(held.get(key) == sent and key not in case.ceilings)
    return row


def _held(person: Person) -> dict[str, str]:
    """What the registry holds of a person, in its own spelling."""
    return {
        "NAMA_LGKP": person.name,
        "NAMA_LGKP_IBU": person.mother_name,
        "TMPT_LHR": person.birthplace,
        "TGL_LHR": person.birthdate.strftime("%d-%m-%Y"),
        "JENIS_KLMIN": person.sex,
    }


def _word(agrees: bool) -> str:
    return "Sesuai" if agrees else "Tidak Sesuai"


def _page(rows: list[dict[str, str]], quota_left: int | None) -> Response:
    page: dict[str, Any] = {
        "content": rows, "lastPage": True, "numberOfElements": len(rows), "sort": None, "totalElements": len(rows),
        "firstPage": True, "number": 0, "size": len(rows),
    }  # fmt: skip
    if quota_left is not None and world.current().switches.use("quota_limiter") == "ok":
        page["quotaLimiter"] = quota_left
    return jsonify(page)


def _slow(row: dict[str, str], quota_left: int | None) -> Response:
    world.current().dawdle()
    return _page([row], quota_left)


def _broken_json(row: dict[str, str], quota_left: int | None) -> Response:
    whole = json.dumps({"content": [row]})
    return Response(whole[: len(whole) * 2 // 3], mimetype="application/json")


_BROKEN: Mapping[Wire, Callable[[dict[str, str], int | None], Response]] = {
    Wire.SLOW: _slow,
    Wire.DROPPED: lambda _row, _quota: world.drop_connection(),
    Wire.HTTP_500: lambda _row, _quota: Response("<h1>Internal Server Error</h1>", 500, mimetype="text/html"),
    Wire.BROKEN_JSON: _broken_json,
    Wire.EMPTY_CONTENT: lambda _row, quota_left: _page([], quota_left),
    Wire.EMPTY_BODY: lambda _row, _quota: Response(b"", mimetype="application/json"),
}


def _remember(asked: Mapping[str, str], case: Case) -> None:
    nik = asked.get("NIK", "")
    world.current().calls.append({
        "nik": nik if _NIK.fullmatch(nik) else "",
        "elements": sorted(_elements(asked)),
        "case": case.key,
        "at": datetime.now(UTC).isoformat(),
    })  # fmt: skip
