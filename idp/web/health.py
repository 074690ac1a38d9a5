"""Health: `/healthz` says that the process answers, `/readyz` that its stores do."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from idp.extensions import db, redis

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process is alive."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Both stores answer; 503 and which one does not otherwise."""
    stores = {"database": _database_answers(), "redis": _redis_answers()}
    ready = all(stores.values())
    return jsonify(status="ok" if ready else "unavailable", **stores), 200 if ready else 503


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(redis.ping())
    except (RedisError, OSError):
        return False
