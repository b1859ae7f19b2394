"""What happened, as one JSON line an event, in the words of the OWASP logging vocabulary (ASVS 5.0 V16)."""

import logging
import sys
import uuid
from typing import Any

import structlog
from flask import Flask

_log = structlog.get_logger()


def configure(stream: Any = None) -> None:
    """Send events to standard error, one JSON object a line, with the time and its UTC offset.

    JSON encodes CR, LF and every other control character, so no value can begin a line of its own.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(True)


def install(app: Flask) -> None:
    """Give every request a number that stands in all of its events."""

    @app.before_request
    def _number() -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=uuid.uuid4().hex)

    @app.teardown_request
    def _forget(_: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()


def log_event(event: str, **values: Any) -> None:
    """Write one event. Values are ids, steps and counts; never a secret, a document or an address."""
    _log.info(event, **values)
