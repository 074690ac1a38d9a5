"""How a service asks for signals: its stream's configuration and status, a trial, and fetching (OpenID SSF 1.0 8, RFC 8936)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, jsonify, make_response, request
from sqlalchemy import delete, select

from idp.extensions import db, unit_of_work
from idp.oidc import access_tokens, clients, parameters, protected, provider, signals, uris
from idp.oidc.clients import Client
from idp.oidc.routes import blueprint
from idp.oidc.signal_models import EventStream, WaitingEvent

PUSH = "urn:ietf:rfc:8935"
POLL = "urn:ietf:rfc:8936"
METHODS = {PUSH: "push", POLL: "poll"}
SCOPE = "shared_signals"
AT_ONCE = 100
DISABLED = "disabled"
SUPPORTED = [str(one) for one in signals.Signal]


class Refused(Exception):
    """A request that cannot be carried out; the status and why."""

    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(why)
        self.status = status


@blueprint.get("/.well-known/ssf-configuration")
def signals_configuration() -> Response:
    """The transmitter's metadata (SSF 1.0 7.1)."""
    return jsonify(
        issuer=provider.issuer(),
        jwks_uri=provider.endpoint("/oauth/jwks"),
        delivery_methods_supported=list(METHODS),
        configuration_endpoint=provider.endpoint("/oauth/events/stream"),
        status_endpoint=provider.endpoint("/oauth/events/status"),
        verification_endpoint=provider.endpoint("/oauth/events/verify"),
        authorization_schemes=[{"spec_urn": "urn:ietf:rfc:6749"}],
        default_subjects="ALL",
        spec_version="1_0",
    )


def for_client(endpoint: Callable[[Client], Response]) -> Callable[[], Response]:
    """The endpoint serves a client with an access token of its own for this scope (RFC 6749 4.4)."""

    @wraps(endpoint)
    def guarded() -> Response:
        try:
            return endpoint(listening_client())
        except protected.Challenge as challenge:
            return protected.refusal(challenge)
        except Refused as fault:
            return make_response(jsonify(error="invalid_request", error_description=str(fault)), fault.status)

    return guarded


def listening_client() -> Client:
    """The client whose own token comes with the request. Raises protected.Challenge."""
    scheme, text = protected.presented_token()  # RFC 6750 2.1, RFC 9449 7.1
    access = access_tokens.find(text)
    if access is None or access.authorization.subject is not None or not protected.is_meant(access):
        raise protected.unknown()
    client = clients.find_active(access.authorization.client_id)
    if client is None:
        raise protected.unknown()
    protected.check_binding(access, scheme, text, client)  # RFC 9449 7.2
    if SCOPE not in access.scope:
        raise protected.Challenge(403, "insufficient_scope", "A token for this scope is needed.", scope=SCOPE)
    return client


@blueprint.route("/oauth/events/stream", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@for_client
def stream(client: Client) -> Response:
    """Make, read, change or remove the client's one stream (SSF 1.0 8.1.1)."""
    if request.method == "GET":
        return _read(client)
    if request.method == "DELETE":
        return _remove(client)
    document = _document()
    if request.method != "POST":
        _check_named(document, client)
    with unit_of_work() as session:
        row = session.get(EventStream, client.client_id, with_for_update=True)
        if request.method == "POST" and row is not None:
            raise Refused(409, "there is a stream already")
        if request.method != "POST" and row is None:
            raise Refused(404, "there is no stream")
        if row is None:
            row = EventStream(id=client.client_id, method="poll", requested=[])
            session.add(row)
        else:
            _check_supplied(document, row)
        _apply(row, document, keeping=request.method == "PATCH")
        session.flush()
    return make_response(jsonify(_described(row)), 201 if request.method == "POST" else 200)


@blueprint.route("/oauth/events/status", methods=["GET", "POST"])
@for_client
def status(client: Client) -> Response:
    """Read or change whether events flow (SSF 1.0 8.1.2)."""
    row = _own(client)
    if request.method == "POST":
        document = _document()
        _check_named(document, client)
        if document.get("status") not in ("enabled", "paused", DISABLED):
            raise Refused(400, "status is enabled, paused or disabled")
        with unit_of_work() as session:
            row = session.get_one(EventStream, client.client_id)
            row.status, row.reason = document["status"], _line(str(document.get("reason", "")))
            if row.status == DISABLED:  # nothing is held for later
                session.execute(delete(WaitingEvent).where(WaitingEvent.client_id == client.client_id))
    told = {"stream_id": row.id, "status": row.status}
    return jsonify(told | ({"reason": row.reason} if row.reason else {}))


@blueprint.post("/oauth/events/verify")
@for_client
def verify(client: Client) -> Response:
    """Send an event that proves the stream works (SSF 1.0 8.1.4)."""
    row, document = _own(client), _document()
    _check_named(document, client)
    state = document.get("state")
    about = {"format": "opaque", "id": row.id}
    with unit_of_work():
        if row.status != DISABLED:
            signals.put_down(client, row, signals.VERIFICATION, {"state": state[:500]} if isinstance(state, str) else {}, about)
    return make_response("", 204)


@blueprint.post("/oauth/events/poll")
@for_client
def poll(client: Client) -> Response:
    """Hand out what waits, and forget what is acknowledged (RFC 8936 2.4)."""
    document, row = _document(), _own(client)
    taken = document.get("ack", [])
    refused = document.get("setErrs", {})
    if not isinstance(taken, list) or not isinstance(refused, dict):
        raise Refused(400, "ack is an array, setErrs an object")
    done = [one for one in (*taken, *refused) if isinstance(one, str) and one.isalnum()][:1000]
    with unit_of_work() as session:
        session.execute(delete(WaitingEvent).where(WaitingEvent.client_id == client.client_id, WaitingEvent.id.in_(done)))
    wanted = document.get("maxEvents", AT_ONCE)
    limit = min(wanted, AT_ONCE) if isinstance(wanted, int) and not isinstance(wanted, bool) and wanted >= 0 else AT_ONCE
    found = _waiting(client, limit + 1) if row.status == "enabled" else []
    sets = {one.id: signals.signed(client, one.claims) for one in found[:limit]}
    return jsonify(sets=sets, moreAvailable=len(found) > limit)


def _waiting(client: Client, limit: int) -> list[WaitingEvent]:
    query = select(WaitingEvent).where(WaitingEvent.client_id == client.client_id).order_by(WaitingEvent.id)
    return list(db.session.scalars(query.limit(limit)))


def _read(client: Client) -> Response:
    """The stream that is named; a list of all, one or none, where none is named (SSF 1.0 8.1.1.2)."""
    if "stream_id" in request.args:
        return jsonify(_described(_own(client)))
    row = db.session.get(EventStream, client.client_id, populate_existing=True)
    return jsonify([_described(row)] if row else [])


def _check_name(named: Any, client: Client) -> None:
    if named is not None and named != client.client_id:
        raise Refused(404, "there is no such stream of this client")


def _check_named(document: dict[str, Any], client: Client) -> None:
    """Whoever changes a stream says which (SSF 1.0 8.1.1.3, 8.1.1.4, 8.1.2.2, 8.1.4.2)."""
    if "stream_id" not in document:
        raise Refused(400, "stream_id is missing")
    _check_name(document["stream_id"], client)


def _check_supplied(document: dict[str, Any], row: EventStream) -> None:
    """What is ours to say may stand in a request, but not otherwise than we say it (SSF 1.0 8.1.1.3)."""
    ours = _described(row)
    for name in ("iss", "aud", "events_supported"):
        if document.get(name, ours[name]) != ours[name]:
            raise Refused(400, f"{name} is not what the transmitter supplied")


def _own(client: Client) -> EventStream:
    _check_name(request.args.get("stream_id"), client)
    row = db.session.get(EventStream, client.client_id, populate_existing=True)
    if row is None:
        raise Refused(404, "there is no stream")
    return row


def _remove(client: Client) -> Response:
    _own(client)
    with unit_of_work() as session:
        session.execute(delete(WaitingEvent).where(WaitingEvent.client_id == client.client_id))
        session.execute(delete(EventStream).where(EventStream.id == client.client_id))
    return make_response("", 204)


def _document() -> dict[str, Any]:
    document = parameters.json_body()
    if not isinstance(document, dict):
        raise Refused(400, "the body is not a JSON object")
    return document


def _apply(row: EventStream, document: dict[str, Any], *, keeping: bool) -> None:
    delivery = document.get("delivery", None if keeping else {"method": POLL})
    if delivery is not None:
        _apply_delivery(row, delivery)
    wanted = document.get("events_requested", row.requested if keeping else SUPPORTED)
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise Refused(400, "events_requested is not an array of event types")
    row.requested = [one for one in SUPPORTED if one in wanted]
    description = document.get("description", row.description if keeping else None)  # what a PUT leaves out is gone
    if description is not None and not isinstance(description, str):
        raise Refused(400, "description is not a text")
    row.description = _line(description) if description else None


def _line(text: str) -> str | None:
    """What can be seen of a text, as far as a line goes."""
    return "".join(one for one in text if one.isprintable())[:200] or None


def _apply_delivery(row: EventStream, delivery: Any) -> None:
    method = METHODS.get(str(delivery.get("method"))) if isinstance(delivery, dict) else None
    if method is None:
        raise Refused(400, "delivery.method is not supported")
    row.method = method
    row.endpoint_url = row.authorization = None
    if row.method == "push":
        try:
            row.endpoint_url = uris.check_web_address(str(delivery.get("endpoint_url", "")))
        except uris.BadUri as fault:
            raise Refused(400, f"delivery.endpoint_url {fault}") from fault
        header = delivery.get("authorization_header")
        if header is not None:
            if not isinstance(header, str) or not header.isascii() or not header.isprintable() or len(header) > 2000:
                raise Refused(400, "delivery.authorization_header is not a header's value")
            row.authorization = header


def _described(row: EventStream) -> dict[str, Any]:
    method = next(name for name, short in METHODS.items() if short == row.method)
    address = row.endpoint_url or provider.endpoint("/oauth/events/poll")
    told = {
        "stream_id": row.id,
        "iss": provider.issuer(),
        "aud": row.id,
        "delivery": {"method": method, "endpoint_url": address},
        "events_supported": SUPPORTED,
        "events_requested": row.requested,
        "events_delivered": row.requested,
    }
    return told | ({"description": row.description} if row.description else {})
