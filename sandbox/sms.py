"""An SMS gateway in the form-post style of Indonesian providers (Zenziva), and an inbox page per phone.

`POST /sms/api/sendsms/` with the fields userkey, passkey, to, message. A second gateway of the same kind stands at
`/sms/backup/api/sendsms/` with a switch of its own. Both deliver to the same phones.
"""

import itertools
import re

from flask import Blueprint, Response, abort, jsonify, render_template, request

from sandbox import world

USERKEY = "sandbox"
PASSKEY = "sandbox"

_MOBILE = re.compile(r"(?:\+?62|0)(8[1-9]\d{6,11})", re.ASCII)
_LONGEST = 1530  # ten parts of a joined message

_numbers = itertools.count(1001)
blueprint = Blueprint("sms", __name__, url_prefix="/sms")


@blueprint.post("/api/sendsms/", defaults={"switch": "sms"})
@blueprint.post("/backup/api/sendsms/", defaults={"switch": "sms_backup"})
def send(switch: str) -> Response:
    """Deliver one message, or refuse it with status "0", or fail as the switch says."""
    position = world.current().switches.use(switch)
    if position == "dropped":
        return world.drop_connection()
    if position == "down":
        return Response("Service Unavailable", 503, mimetype="text/plain")
    if position == "slow":
        world.current().dawdle()
    phone = as_phone(request.form.get("to", ""))
    refusal = "Request rejected" if position == "refuse" else _refusal(phone)
    if refusal or phone is None:
        return _said("0", refusal)
    world.current().sms.deliver(phone, text=request.form["message"])
    return world.drop_connection() if position == "answer_lost" else _said("1", "Success")


@blueprint.get("/<raw_phone>")
def inbox(raw_phone: str) -> str:
    """The inbox page of a phone."""
    phone = as_phone(raw_phone) or abort(404)
    messages = world.current().sms.of(phone)
    return render_template("inbox.html", kind="sms", owner=phone, messages=messages[::-1], count=len(messages))


@blueprint.get("/<raw_phone>.json")
def inbox_json(raw_phone: str) -> Response:
    """The same as [{to, text, at}], newest last."""
    phone = as_phone(raw_phone) or abort(404)
    return jsonify(world.current().sms.of(phone))


def as_phone(raw: str) -> str | None:
    """An Indonesian mobile number as +628…, from any way of writing it; None when it is none."""
    found = _MOBILE.fullmatch(re.sub(r"[ .()-]", "", raw[:40]))
    return f"+62{found[1]}" if found else None


def _refusal(phone: str | None) -> str:
    """Why the gateway takes no such message: empty when it does."""
    if (request.form.get("userkey"), request.form.get("passkey")) != (USERKEY, PASSKEY):
        return "Invalid userkey or passkey"
    if phone is None:
        return "Invalid destination"
    text = request.form.get("message", "")
    return "" if 0 < len(text) <= _LONGEST else "Invalid message"


def _said(status: str, text: str) -> Response:
    # Gateways number even what they refuse, and answer HTTP 200: only the status tells.
    return jsonify({"messageId": next(_numbers), "to": request.form.get("to", ""), "status": status, "text": text})
