"""Liveness, and readiness with what it depends on."""

from flask import Blueprint, Response, jsonify
from limits.errors import StorageError
from sqlalchemy.exc import SQLAlchemyError

from app.services import services
from app.web.limits import limiter

blueprint = Blueprint("health", __name__)

LONGEST_QUEUE = 1000


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers; a demo and a staging deployment say which they are."""
    marker = services().settings.marker
    return jsonify(status="ok", **({"deployment": marker} if marker else {}))


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Database, counters of limits, and mail queue; 503 when one of them cannot serve a customer.

    How many messages wait is not told: while mail is slow, one more of them means that a document is a customer's (S1).
    """
    try:
        with services().store.transaction() as tx:
            waiting = tx.notices.waiting()
        database = True
    except SQLAlchemyError:
        database, waiting = False, LONGEST_QUEUE
    checks = {"database": database, "limits": _limits_answer(), "mail_queue": waiting < LONGEST_QUEUE}
    good = all(checks.values())
    return jsonify(status="ok" if good else "unavailable", **checks), 200 if good else 503


def _limits_answer() -> bool:
    try:
        return bool(limiter.storage.check())
    except (StorageError, SQLAlchemyError):
        return False
