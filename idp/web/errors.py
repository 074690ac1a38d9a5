"""Error pages: what happened, what to do, and a number to quote. Hostile input never gets further than a 4xx."""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable, TooManyRequests

from idp.throttle import Throttled

RETRY_AFTER_SECONDS = 5
_log = structlog.get_logger("idp.web")


def init_app(app: Flask) -> None:
    """Register the pages for every kind of failure."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Throttled, _throttled)
    app.register_error_handler(RedisError, _store_down)
    app.register_error_handler(OperationalError, _store_down)
    app.register_error_handler(InterfaceError, _store_down)
    app.register_error_handler(DataError, _unfit_data)
    app.register_error_handler(UnicodeEncodeError, _unfit_data)
    app.register_error_handler(Exception, _unexpected)


def _http(fault: HTTPException) -> Response:
    if fault.response is not None:
        return make_response(fault.response)
    return _page(fault.code or 500, list(fault.get_headers()))


def _throttled(fault: Throttled) -> Response:
    return _page(TooManyRequests.code, [("Retry-After", str(fault.retry_after))])


def _store_down(fault: Exception) -> Response:
    _log.error("store_unavailable", fault=type(fault).__name__, where=_where(fault))
    return _page(ServiceUnavailable.code, [("Retry-After", str(RETRY_AFTER_SECONDS))])


def _unfit_data(fault: DBAPIError | UnicodeEncodeError) -> Response:
    # PostgreSQL refuses what no column can hold, such as NUL in a text, and half a surrogate pair is no UTF-8: the sender's fault.
    _log.warning("unfit_data", where=_where(fault))
    return _page(400, [])


def _unexpected(fault: Exception) -> Response:
    # The message of an exception may quote what a person typed: the log gets its type and its place only.
    _log.error("unexpected", fault=type(fault).__name__, where=_where(fault))
    return _page(InternalServerError.code, [])


def _where(fault: BaseException) -> list[str]:
    frames = traceback.extract_tb(fault.__traceback__)[-8:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _page(code: int, headers: list[tuple[str, str]]) -> Response:
    retry_after = next((int(value) for name, value in headers if name == "Retry-After" and value.isdigit()), None)
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        body = jsonify(error=code, request_id=g.get("request_id", ""))
    else:
        body = make_response(render_template("errors/error.html", code=code, retry_after=retry_after, request_id=g.get("request_id", "")))
    body.status_code = code
    for name, value in headers:
        if name.lower() not in ("content-type", "content-length"):
            body.headers[name] = value
    return body
