"""Liveness, and readiness with what it depends on."""

from flask import Blueprint, Response, jsonify
from limits.errors import StorageError
from sqlalchemy.exc import SQLAlchemyError

from app.domain.notices import NoticeKind
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

    Of the mail queue only what customers wait for who are under way: anybody can fill it with requests for links, and
    must not take the service away from everybody. How many wait is not told (S1).
    """
    try:
        with services().store.transaction() as tx:
            waiting = tx.notices.waiting(besides=NoticeKind.LINK)
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
