"""What happened, as one JSON line an event, in the words of the OWASP logging vocabulary (ASVS 5.0 V16)."""

import logging
import sys
import traceback
import uuid
import warnings
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Flask

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

DEEPEST: Final = 20

_log = structlog.get_logger()


def configure(stream: Any = None) -> None:
    """Send events to standard error, one JSON object a line, with the time and its UTC offset.

    JSON encodes CR, LF and every other control character, so no value can begin a line of its own.
    What Flask and other libraries log through `logging` becomes an event too, instead of lines of their own.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_places,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    warnings.showwarning = _warn  # type: ignore[assignment]  # it is only called by position
    logging.getLogger().addHandler(_OTHERS)


def _with_places(_logger: Any, _method: str, event: Any) -> Any:
    """An exception as its kind and the places it passed, the last one where it was raised.

    Its message stays out: it may hold what a customer typed, or the values of a statement (ASVS 5.0 V16.2.5).
    """
    problem = event.pop("exc_info", None)
    if isinstance(problem, BaseException):
        passed = traceback.walk_tb(problem.__traceback__)
        places = [f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}" for frame, line in passed]
        event |= {"kind": type(problem).__name__, "places": places[-DEEPEST:]}
    return event


class OthersRecords(logging.Handler):
    """What libraries log, as events: who, how grave and where from, but not their text, which nobody here chose."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        problem = record.exc_info[1] if record.exc_info else None
        log_event(
            "sys_crash" if problem else "sys_message",
            logger=record.name,
            level=record.levelname.lower(),
            place=f"{record.module}:{record.lineno} {record.funcName}",
            exc_info=problem,
        )


_OTHERS: Final = OthersRecords(logging.WARNING)


def _warn(_message: Warning | str, category: type[Warning], filename: str, line: int, *_: Any) -> None:
    """What Python or a library warns of, in place of two lines on standard error."""
    log_event("sys_warning", kind=category.__name__, place=f"{filename}:{line}")


def install(app: Flask) -> None:
    """Give every request a number that stands in all of its events, with the address it came from.

    Around the application, because its session is opened before Flask calls anything else.
    """
    inner = app.wsgi_app

    def numbered(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        source = _address(environ.get("REMOTE_ADDR", ""))
        with structlog.contextvars.bound_contextvars(request=uuid.uuid4().hex, source=source):
            return inner(environ, start_response)

    app.wsgi_app = numbered  # type: ignore[method-assign]  # as Flask means it


def _address(told: str) -> str:
    """The address a request came from; what a proxy was made to pass on and is none is not repeated."""
    try:
        return str(ip_address(told))
    except ValueError:
        return "unknown"


def log_event(event: str, **values: Any) -> None:
    """Write one event. Values are ids, steps and counts; never a secret, a document or an address.

    A log that cannot be written, on a full disk or to a pipe that nobody reads, ends nothing that is under way.
    """
    with suppress(OSError, ValueError):
        _log.info(event, **values)
