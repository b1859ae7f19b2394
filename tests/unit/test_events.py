"""Events: one line each, whatever a value holds."""

import ast
import errno
import io
import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import events
from app.events import log_event
from app.settings import ROOT

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


class FullDisk(io.StringIO):
    """A log that takes nothing."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("broken", [FullDisk, closed])
@pytest.mark.usefixtures("stream")
def test_a_log_that_cannot_be_written_ends_nothing(broken: Callable[[], io.StringIO]) -> None:
    events.configure(broken())

    log_event("data_purged")


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
    raise ValueError(f"1020304050 is wrong\n{FORGED}")


def test_an_exception_is_told_by_kind_and_place_and_never_by_its_message(stream: io.StringIO) -> None:
    try:
        fail()
    except ValueError as problem:
        log_event("delivery_failed", exc_info=problem)
    written = json.loads(only_line(stream))

    assert written["kind"] == "ValueError"
    assert re.fullmatch(rf"{__name__}:\d+ fail", written["places"][-1])
    assert "1020304050" not in str(written)


def test_the_places_of_an_endless_recursion_are_cut_short(stream: io.StringIO) -> None:
    def again() -> None:
        again()

    try:
        again()
    except RecursionError as problem:
        log_event("delivery_failed", exc_info=problem)

    assert len(json.loads(only_line(stream))["places"]) == events.DEEPEST


@pytest.mark.parametrize("logger", ["app", "sqlalchemy.pool"])
def test_what_a_library_logs_is_an_event_without_its_text(stream: io.StringIO, logger: str) -> None:
    logging.getLogger(logger).error("%s is wrong", "1020304050")
    written = json.loads(only_line(stream))

    assert (written["event"], written["logger"], written["level"]) == ("sys_message", logger, "error")
    assert written["place"].startswith("test_events:")
    assert "1020304050" not in str(written)


def test_what_a_library_fails_with_is_a_crash_with_its_place(stream: io.StringIO) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("app").exception("1020304050 failed")
    written = json.loads(only_line(stream))

    assert (written["event"], written["kind"]) == ("sys_crash", "ValueError")
    assert "1020304050" not in str(written)


def test_a_warning_is_an_event_without_its_text(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        events.configure(stream)
        warnings.warn("1020304050 is deprecated", DeprecationWarning, stacklevel=1)
    written = json.loads(only_line(stream))

    assert (written["event"], written["kind"]) == ("sys_warning", "DeprecationWarning")
    assert "test_events.py" in written["place"]
    assert "1020304050" not in str(written)


def names_in(tree: ast.AST) -> Iterator[str]:
    """Every name that a module gives to `log_event`: at the call, or from its own table of them."""
    for node in ast.walk(tree):
        tables = isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "_EVENTS" for one in node.targets)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "log_event":
            yield from texts_of(node.args[0])
        elif tables and isinstance(node, ast.Assign):
            yield from texts_of(node.value)


def texts_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*texts_of(node.body), *texts_of(node.orelse))
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from texts_of(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_event_is_described_for_operations_and_none_that_is_gone() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "log.md").read_text(), re.MULTILINE))
    written = {name for path in (ROOT / "app").rglob("*.py") for name in names_in(ast.parse(path.read_text()))}

    assert described == written
