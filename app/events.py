"""What happened, as one JSON line an event, in the words of the OWASP logging vocabulary (ASVS 5.0 V16)."""

import logging
import re
import sys
import uuid
import warnings
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from flask import Flask

_log = structlog.get_logger()
_OWN_WORDS: Final = re.compile(r"[\w ,.-]*")


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
    warnings.showwarning = _log_warning
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, Records)] + [Records()]


class Records(logging.Handler):
    """Turns what libraries log into events: their words and the code's place, never a value or a message.

    A message may quote whatever a stranger sent, or an address with its token; so of a text with values in it
    only what stands before the first one is kept, and of an exception its kind.
    """

    def __init__(self) -> None:
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        said = _OWN_WORDS.match(str(record.msg))
        values = {"logger": record.name, "level": record.levelname, "said": said.group().strip() if said else ""}
        if record.exc_info and (problem := record.exc_info[1]):
            values |= {"kind": type(problem).__name__, "place": _place(problem.__traceback__)}
        log_event("sys_message", **values)


def _place(trace: TracebackType | None) -> str:
    """The line of code that an exception came from."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(trace)]
    return ":".join(map(str, frames[-1])) if frames else ""


def _log_warning(
    message: Warning | str,  # noqa: ARG001 - may quote a value
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    log_event("sys_warning", kind=category.__name__, place=f"{filename}:{lineno}")


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
