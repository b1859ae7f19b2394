"""Errors, as a page and as a fragment: what happened, in words, and what to do (requirement S16)."""

from math import ceil
from typing import Any

from flask import Flask, Response, current_app, request
from flask_babel import lazy_gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from app.events import log_event
from app.services import services
from app.web.limits import limiter, name_of
from app.web.pages import draw

MESSAGES: dict[int, tuple[Any, Any]] = {
    400: (_("We could not read what arrived"), _("Start again at the front page, please.")),
    403: (
        _("This request did not come from our page"),
        _("Type the bank's address in your browser and begin there."),
    ),
    404: (_("This page does not exist"), _("Check the address, or begin at the front page.")),
    405: (_("This page does not work that way"), _("Begin at the front page, please.")),
    413: (_("That was too long"), _("Shorten what you typed and send it again.")),
    422: (_("Something is missing"), _("Check what you typed and send it again.")),
    429: (_("Too many attempts from this connection"), _("This wait blocks nothing on your account.")),
    500: (
        _("Something failed on our side"),
        _("It is not your fault. Try again in a minute."),
    ),
    503: (_("The service is not available right now"), _("It is our problem, not yours.")),
}
A_MINUTE = 60
STALE_PAGE = (
    _("This page was open for too long"),
    _("For your security it stopped working. Nothing changed in your account. Go on by one of these links:"),
)


def install(app: Flask) -> None:
    """Draw every error in the service's own words."""
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(SQLAlchemyError, _out_of_service)
    app.register_error_handler(StorageError, _out_of_service)
    app.register_error_handler(HTTPException, _http_error)


def _draw(status: int, title: Any, advice: Any, wait_seconds: int | None = None) -> Response:
    return draw("errors/error.html", status, title=title, advice=advice, wait_seconds=wait_seconds)


def _draw_wait(status: int, seconds: int) -> Response:
    """An error that passes: machines read the seconds, people whole minutes when it is longer than one."""
    in_words = seconds if seconds <= A_MINUTE else ceil(seconds / A_MINUTE) * A_MINUTE
    response = _draw(status, *MESSAGES[status], wait_seconds=in_words)
    response.headers["Retry-After"] = str(seconds)
    return response


def _http_error(error: HTTPException) -> Response:
    original: object = getattr(error, "original_exception", None)
    if isinstance(original, (SQLAlchemyError, StorageError)):
        return _out_of_service(original)
    status = error.code or InternalServerError.code
    known = status if status in MESSAGES else (400 if status < 500 else 500)
    response = _draw(status, *MESSAGES[known])
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _stale_page(_error: CSRFError) -> Response:
    headers = current_app.config["WTF_CSRF_HEADERS"]
    brought = "csrf_token" in request.form or any(name in request.headers for name in headers)
    log_event("session_expired" if brought else "malicious_csrf")
    return _draw(400, *STALE_PAGE)


def _too_many(_error: RateLimitExceeded) -> Response:
    exceeded = [limit for limit in limiter.current_limits if limit.breached]
    log_event("excess_rate_limit_exceeded", limit=name_of(exceeded[0]))
    ends = max(limit.window.reset_time for limit in exceeded)
    return _draw_wait(429, max(ceil(ends - services().store.clock().timestamp()), 1))


def _out_of_service(problem: Exception) -> Response:
    """What the service stands on is away: nothing is let through, and it goes by itself (S18)."""
    in_database = isinstance(problem, SQLAlchemyError)
    log_event("sys_database_unavailable" if in_database else "sys_limits_unavailable", kind=type(problem).__name__)
    return _draw_wait(ServiceUnavailable.code, A_MINUTE)
