"""Events: one line each, whatever a value holds."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import events
from app.events import log_event

LINE_ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
CONTROLS = [chr(number) for number in (*range(32), *range(127, 160))]
FORGED = '{"event": "authn_password_change", "level": "info"}'


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where events go during a test."""
    before = structlog.get_config()
    written = io.StringIO()
    events.configure(written)
    yield written
    structlog.configure(**before)


def only_line(stream: io.StringIO) -> str:
    """The one line that was written."""
    text = stream.getvalue()
    assert text.endswith("\n")
    assert len(text.splitlines()) == 1
    return text


def test_an_event_is_one_json_object_with_its_values(stream: io.StringIO) -> None:
    log_event("recovery_step", recovery="r1", step="code", tries=2)
    written: dict[str, Any] = json.loads(only_line(stream))

    assert written.pop("timestamp")
    assert written == {"event": "recovery_step", "recovery": "r1", "step": "code", "tries": 2}


def test_the_time_of_an_event_carries_its_offset(stream: io.StringIO) -> None:
    log_event("data_purged")

    written = datetime.fromisoformat(json.loads(only_line(stream))["timestamp"])
    assert written.utcoffset() == timedelta(0)


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_no_line_end_in_a_value_begins_a_line(stream: io.StringIO, end: str) -> None:
    log_event("sequence_fail", asked=f"code{end}{FORGED}")

    assert json.loads(only_line(stream))["asked"] == f"code{end}{FORGED}"


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_no_control_character_reaches_the_log(stream: io.StringIO, control: str) -> None:
    log_event("sequence_fail", asked=control, **{f"name{control}": "x"})

    assert only_line(stream).rstrip("\n").isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_is_logged_comes_back_from_one_line_of_ascii(stream: io.StringIO, event: str, value: str) -> None:
    stream.seek(0)
    stream.truncate()
    log_event(event, value=value, listed=[value], kept={"inside": value})
    line = only_line(stream)

    assert line.isascii()
    assert json.loads(line)["kept"] == {"inside": value}


def fail() -> None:
    raise ValueError(f"bad\n{FORGED}")


def test_an_exception_stays_on_its_line_too(stream: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        log_event("delivery_failed", exc_info=True)

    assert FORGED in json.loads(only_line(stream))["exception"]


def test_what_a_library_logs_is_an_event_without_its_values(stream: io.StringIO) -> None:
    library = logging.getLogger("some.library")
    library.warning("Worker %s took too long: %s", 7, FORGED)
    library.error(f"Invalid request from ip=192.0.2.1: {FORGED}")
    written = [json.loads(line) for line in stream.getvalue().splitlines()]

    assert [(one["event"], one["logger"], one["said"]) for one in written] == [
        ("sys_message", "some.library", "Worker"),
        ("sys_message", "some.library", "Invalid request from ip"),
    ]
    assert FORGED not in stream.getvalue()


def test_a_librarys_exception_is_told_by_kind_and_place_only(stream: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("some.library").exception("Exception on %s", "/personas/clave/enlace/token")
    written = json.loads(only_line(stream))

    assert (written["said"], written["kind"]) == ("Exception on", "ValueError")
    assert __file__ in written["place"]
    assert "bad" not in stream.getvalue()
    assert "token" not in stream.getvalue()


def test_a_warning_is_told_by_kind_and_place_only(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(FORGED, UserWarning, stacklevel=1)
    written = json.loads(only_line(stream))

    assert (written["event"], written["kind"]) == ("sys_warning", "UserWarning")
    assert FORGED not in written.values()
