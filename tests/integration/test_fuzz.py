"""Hostile text in every field, header and address, at every step: no failure, little work, nothing told or kept raw.

A part of `make fuzz`, which sends 20,000 (S14, S16, S17; ASVS 5.0 V1, V2.2, V15.2.2).
"""

from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from time import thread_time
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Response, request, session

from app.domain.journey import ENDS, Step
from app.events import log_event
from attack.hostile import MARK
from tests.fuzz.fuzz import MOST_WORK, Fuzz
from tests.fuzz.shots import BRAND, Request, Shots
from tests.fuzz.stands import Stand, fuzzed_bank
from tests.people import ALICE

from .bank import Bank
from .browser import LOG_IN
from .conftest import OpenBank
from .people import document

EVERY_SO_MANY = 13
AT_RANDOM = 400


def test_no_hostile_request_fails_takes_long_or_leaves_what_it_said(tmp_path: Path, founded: Path) -> None:
    folder = tmp_path / "fuzzed"
    folder.mkdir()
    with fuzzed_bank(folder, founded) as bank:
        shots = Shots(bank, seed=1)
        with closing(Fuzz(bank)) as fuzz:
            for shot in islice(shots.one_by_one(), 0, None, EVERY_SO_MANY):
                fuzz.send(shot)
            for shot in islice(shots.at_random(), AT_RANDOM):
                fuzz.send(shot)
    assert not fuzz.findings
    assert set(fuzz.statuses) >= {200, 204, 303, 400, 403, 404, 405, 413, 415, 422}
    assert {stand.name for stand in shots.stands} >= set(Step) - (ENDS - {Step.DONE})


def test_a_host_that_cannot_be_one_is_served_like_any_other(bank: Bank) -> None:
    for host in ("..", "a..b", "x" * 300, "", "[::1", "é"):
        assert bank.app.test_client().get(LOG_IN, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "message",
    [
        [], 7, {}, {"to": 1, "text": [], "id": {}}, {"to": "a\r\nb", "text": "x", "id": "x"},
        {"to": "+573001234567", "text": "\ud800", "id": "x"}, {"to": "+573001234567", "text": "x", "id": "<>@<"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_sms_is_refused_and_leaves_the_mailbox_readable(open_bank: OpenBank, message: object) -> None:
    client = open_bank(app_env="demo").app.test_client()
    assert client.post("/demo/sms", json=message).status_code == 400
    assert client.get("/demo/buzon.json").get_json() == []


def test_json_without_end_is_refused_by_the_demos_inbox(open_bank: OpenBank) -> None:
    client = open_bank(app_env="demo").app.test_client()
    for body in (b"[" * 16_000, b'{"a":' * 3000):
        assert client.post("/demo/sms", data=body, content_type="application/json").status_code == 400


def test_an_address_with_two_slashes_leads_nowhere_and_repeats_no_token(bank: Bank) -> None:
    answer = bank.app.test_client().get("/personas/clave//enlace/a-mailed-secret", base_url=bank.settings.base_url)
    assert answer.status_code == 404
    assert "a-mailed-secret" not in answer.get_data(as_text=True)


def test_the_longest_password_fits_into_a_form_and_a_longer_form_is_refused(bank: Bank) -> None:
    browser = bank.browser()
    browser.visit(LOG_IN)
    assert browser.submit(**document(ALICE), password="\u1100" * 1024).status == 422
    assert browser.submit(**document(ALICE), password="\u1100" * 2048).status == 413


# --- the fuzz notices what it is there for ------------------------------------------------------------------------


def fail() -> str:
    raise RuntimeError


def work_hard() -> str:
    begun = thread_time()
    while thread_time() - begun < 5 * MOST_WORK:
        pass
    return ""


def keep() -> str:
    session["kept"] = request.form["password"]
    return ""


def log() -> str:
    log_event("x", value=request.form["password"])
    return ""


def echo() -> Response:
    return Response(request.form["password"], mimetype="text/html")


def echo_in_header() -> Response:
    return Response(headers={"X-Echo": request.form["password"]})


@pytest.mark.parametrize(
    ("weakness", "finding"),
    [
        (fail, "500 for"),
        (work_hard, "ms of work for"),
        (keep, "kept raw in web_session"),
        (log, "logged raw"),
        (echo, "drawn unescaped"),
        (echo_in_header, "a header repeats"),
    ],
    ids=lambda given: getattr(given, "__name__", None),
)
def test_a_weakness_is_found(bank: Bank, weakness: Callable[[], Any], finding: str) -> None:
    browser = bank.browser()
    stand = Stand.of("log-in", browser, browser.visit(LOG_IN), password=f"{MARK}{BRAND}")
    bank.app.view_functions["portal.try_log_in"] = weakness
    with closing(Fuzz(bank)) as fuzz:
        fuzz.send(Request("a mark", stand, path=LOG_IN.encode(), body=urlencode(stand.fields).encode()))
    assert any(finding in found for found in fuzz.findings), fuzz.findings
