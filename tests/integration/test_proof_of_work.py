"""A flood of requests: who asks as people do notices nothing, whoever floods pays, and everybody still gets through.

S3, S19; the same for every document (S1).
"""

from collections.abc import Iterator
from itertools import count, islice

import pytest

from app.domain import work
from app.domain.journey import Step
from app.web.limits import CALM, CALM_ADDRESS, IDENTIFY, PATIENT, PATIENT_ADDRESS, Limit
from tests.people import ALICE, BOB

from .bank import Bank
from .browser import RECOVERY, Browser, Page
from .conftest import OpenBank
from .people import NOBODY, document
from .walk import Walk


@pytest.fixture(autouse=True)
def quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less work, the same rules: what a browser really pays is seen in the browser tests."""
    monkeypatch.setattr(work, "BITS", 2)
    monkeypatch.setattr(work, "ITERATIONS", 2)


def flooded(bank: Bank, limit: Limit = CALM) -> None:
    """As if all that a limit lets through in its window had been asked already."""
    asking(bank).send(**document(NOBODY))
    bank.execute("UPDATE rate SET count = 1000000 WHERE key LIKE :name", name=f"%/{limit.name}/%")


def asking(bank: Bank, *, htmx: bool = False, **headers: str) -> Browser:
    """A new browser at the beginning."""
    browser = bank.browser(htmx=htmx, **headers)
    browser.visit(RECOVERY)
    return browser


def worked(page: Page) -> dict[str, str]:
    """What a browser's script finds for the challenge it was shown."""
    challenge = page.hidden["challenge"]
    found: Iterator[int] = (number for number in count() if work.fits(challenge, number))
    return {"proof": " ".join(map(str, islice(found, work.ANSWERS)))}


def test_nobody_pays_while_it_is_calm(bank: Bank, htmx: bool) -> None:
    browser = asking(bank, htmx=htmx)
    assert "challenge" not in browser.page.hidden
    assert browser.submit(**document(ALICE)).step == Step.LINK_SENT


@pytest.mark.parametrize("limit", [CALM, CALM_ADDRESS], ids=lambda limit: limit.name)
def test_under_a_flood_work_opens_the_way(bank: Bank, htmx: bool, limit: Limit) -> None:
    flooded(bank, limit)
    browser = asking(bank, htmx=htmx)

    page = browser.submit(**document(ALICE))

    assert (page.status, page.step, page.is_fragment) == (429, Step.IDENTIFY, htmx)
    assert "Su navegador hace una revisión corta" in page.text
    assert int(page.response.headers["Retry-After"]) == 60
    assert browser.submit(**document(ALICE), **worked(page)).step == Step.LINK_SENT
    bank.deliver()
    assert len(bank.letters_to(ALICE)) == 1


def test_what_was_typed_stays_while_the_browser_works(bank: Bank) -> None:
    flooded(bank)
    page = asking(bank).submit(id_type="CE", id_number="334.455")
    assert [
        field.attributes["value"] for field in page.html.all("input") if field.attributes.get("name") == "id_number"
    ] == ["334.455"]
    assert [option.text for option in page.html.all("option") if "selected" in option.attributes] == [
        "Cédula de extranjería (CE)"
    ]


def test_a_slip_is_told_before_any_work_and_costs_none(bank: Bank) -> None:
    flooded(bank)
    browser = asking(bank)
    page = browser.submit(id_type="CC", id_number="1")
    assert (page.status, "challenge" in page.hidden) == (422, False)
    page = browser.submit(**document(ALICE))
    assert browser.submit(**document(ALICE), **worked(page)).step == Step.LINK_SENT


def test_without_the_work_nothing_is_sent_and_nothing_is_kept(bank: Bank) -> None:
    flooded(bank)
    bank.deliver()
    browser = asking(bank)
    before = bank.rows()
    for _ in range(3):
        assert browser.submit(**document(ALICE)).status == 429
    assert bank.rows() == before


def test_work_is_good_once(bank: Bank) -> None:
    flooded(bank)
    browser, thief = asking(bank), asking(bank)
    paid = worked(browser.submit(**document(ALICE))) | {"challenge": browser.page.hidden["challenge"]}
    assert browser.submit(**document(ALICE), **paid).step == Step.LINK_SENT

    page = thief.submit(**document(BOB), **paid)

    assert page.status == 429
    assert page.hidden["challenge"] != paid["challenge"]


@pytest.mark.parametrize("spoiled", ["", "0 1 2 3 4 5 6 7", "x", "1 " * 3_000])
def test_work_that_was_not_done_opens_nothing(bank: Bank, spoiled: str) -> None:
    flooded(bank)
    browser = asking(bank)
    browser.submit(**document(ALICE))
    assert browser.submit(**document(ALICE), proof=spoiled).status == 429


def test_a_made_up_challenge_opens_nothing(bank: Bank) -> None:
    flooded(bank)
    browser = asking(bank)
    page = browser.submit(**document(ALICE))
    challenge = page.hidden["challenge"]
    made_up = {"challenge": challenge[:-1] + ("1" if challenge.endswith("0") else "0")}
    bank.clock.go_on(seconds=61)
    assert browser.submit(**document(ALICE), **made_up).status == 429


def test_work_of_before_is_too_old(bank: Bank) -> None:
    flooded(bank, CALM_ADDRESS)
    browser = asking(bank)
    paid = worked(browser.submit(**document(ALICE)))
    bank.clock.go_on(seconds=work.VALID.total_seconds())
    assert browser.submit(**document(ALICE), **paid).status == 429


def test_who_has_no_scripts_waits_a_minute_and_gets_through(bank: Bank) -> None:
    flooded(bank)
    browser = asking(bank)
    assert "Espere 1 minuto y presione “Continuar”" in browser.submit(**document(ALICE)).text
    bank.clock.go_on(seconds=20)
    assert "Espere 41 segundos" in browser.submit(**document(ALICE)).text  # pressing early costs no time
    bank.clock.go_on(seconds=41)
    assert browser.submit(**document(ALICE)).step == Step.LINK_SENT


def test_waiting_at_many_windows_at_once_gains_nothing(bank: Bank) -> None:
    flooded(bank)
    waiting = [asking(bank) for _ in range(4)]
    for browser in waiting:
        browser.submit(**document(NOBODY))
    bank.clock.go_on(seconds=61)
    assert [browser.submit(**document(NOBODY)).step for browser in waiting].count(Step.LINK_SENT) == 1


def test_waiting_at_many_addresses_at_once_gains_little(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    flooded(bank)
    waiting = [asking(bank, X_Forwarded_For=f"198.51.100.{number}") for number in range(40)]
    for browser in waiting:
        browser.submit(**document(NOBODY))
    bank.clock.go_on(seconds=61)
    through = [browser.submit(**document(NOBODY)).step for browser in waiting].count(Step.LINK_SENT)
    assert through == int(PATIENT.rate.split()[0])


def test_who_waited_and_comes_to_a_full_minute_waits_for_the_next_one_only(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    flooded(bank)
    waiting = [asking(bank, X_Forwarded_For=f"198.51.100.{number}") for number in range(31)]
    for browser in waiting:
        browser.submit(**document(NOBODY))
    bank.clock.go_on(seconds=61)
    *first, late = waiting
    for browser in first:
        assert browser.submit(**document(NOBODY)).step == Step.LINK_SENT
    challenge = late.page.hidden["challenge"]
    bank.clock.go_on(seconds=20)
    for passed, rest in ((0, "41"), (30, "11")):  # pressing again costs no time
        bank.clock.go_on(seconds=passed)
        page = late.submit(**document(ALICE))
        assert (page.status, page.response.headers["Retry-After"]) == (429, rest)
        assert f"Espere {rest} segundos" in page.text
        assert page.hidden["challenge"] == challenge
    bank.clock.go_on(seconds=11)
    assert late.submit(**document(ALICE)).step == Step.LINK_SENT


def test_who_waited_at_the_same_address_waits_for_the_next_minute_only(bank: Bank) -> None:
    flooded(bank)
    first, second = asking(bank), asking(bank)
    for browser in (first, second):
        browser.submit(**document(ALICE))
    bank.clock.go_on(seconds=70)
    assert first.submit(**document(ALICE)).step == Step.LINK_SENT
    bank.clock.go_on(seconds=15)
    assert second.submit(**document(ALICE)).response.headers["Retry-After"] == "46"
    bank.clock.go_on(seconds=46)
    assert second.submit(**document(ALICE)).step == Step.LINK_SENT


def test_nobody_is_asked_to_wait_with_a_challenge_that_ends_before(bank: Bank) -> None:
    flooded(bank, CALM_ADDRESS)
    first, second = asking(bank), asking(bank)
    second.submit(**document(ALICE))
    challenge = second.page.hidden["challenge"]
    bank.clock.go_on(seconds=work.VALID.total_seconds() - 90)
    first.submit(**document(ALICE))
    bank.clock.go_on(seconds=61)
    assert first.submit(**document(ALICE)).step == Step.LINK_SENT
    assert second.submit(**document(ALICE)).hidden["challenge"] != challenge


def test_a_minute_waited_for_opens_the_way_once(bank: Bank) -> None:
    flooded(bank)
    browser, second = asking(bank), asking(bank)
    challenge = {"challenge": browser.submit(**document(ALICE)).hidden["challenge"]}
    bank.clock.go_on(seconds=61)
    assert browser.submit(**document(ALICE)).step == Step.LINK_SENT
    bank.clock.go_on(seconds=61)
    assert second.submit(**document(ALICE), **challenge).status == 429
    assert PATIENT_ADDRESS.rate == "1 per minute"


def test_a_used_challenge_takes_nothing_from_those_who_wait(open_bank: OpenBank) -> None:
    bank = open_bank(trusted_proxies=1)
    flooded(bank)
    patient, first = (asking(bank, X_Forwarded_For=f"198.51.100.{number}") for number in (1, 2))
    patient.submit(**document(ALICE))
    used = {"challenge": first.submit(**document(NOBODY)).hidden["challenge"]}
    bank.clock.go_on(seconds=61)
    assert first.submit(**document(NOBODY)).step == Step.LINK_SENT
    for number in range(int(PATIENT.rate.split()[0])):
        thief = asking(bank, X_Forwarded_For=f"203.0.113.{number}")
        assert thief.submit(**document(NOBODY), **used).status == 429
    assert patient.submit(**document(ALICE)).step == Step.LINK_SENT


def test_every_document_pays_the_same(bank: Bank) -> None:
    flooded(bank)
    pages = []
    for person in (ALICE, NOBODY):
        browser = asking(bank)
        page = browser.submit(**document(person))
        source = page.source.replace(person.document.number, "")
        for own in filter(None, page.hidden.values()):
            source = source.replace(own, "")
        pages.append(source)
    assert pages[0] == pages[1]


def test_other_steps_pay_nothing(bank: Bank) -> None:
    browser = Walk(bank).to(Step.REIDENTIFY)
    flooded(bank)
    flooded(bank, CALM_ADDRESS)
    assert browser.submit(**document(ALICE)).step == Step.CONTACTS


def test_a_mobile_network_behind_one_address_is_served_for_some_work(bank: Bank) -> None:
    flooded(bank, CALM_ADDRESS)
    bank.execute("UPDATE rate SET count = 590 WHERE key LIKE :name", name=f"%/{IDENTIFY.name}/%")
    for _ in range(5):
        browser = asking(bank)
        assert browser.submit(**document(NOBODY), **worked(browser.submit(**document(NOBODY)))).step == Step.LINK_SENT


def test_what_one_address_asks_beyond_its_own_share_makes_nobody_else_pay(bank: Bank) -> None:
    def counted() -> object:
        return bank.execute("SELECT count FROM rate WHERE key LIKE :name", name=f"%/{CALM.name}/%")

    flooded(bank, CALM_ADDRESS)
    before = counted()
    for _ in range(3):
        assert asking(bank).submit(**document(NOBODY)).status == 429
    assert counted() == before


def test_one_busy_address_is_not_told_as_a_flood_from_everywhere(bank: Bank) -> None:
    flooded(bank, CALM_ADDRESS)
    asking(bank).submit(**document(ALICE))
    assert [event["limit"] for event in bank.events("excess_rate_limit_exceeded")] == ["calm-address"]


def test_the_flood_is_told_to_operations_and_ends_by_itself(bank: Bank) -> None:
    flooded(bank)
    asking(bank).submit(**document(ALICE))
    assert bank.events("excess_rate_limit_exceeded")[-1]["limit"] == "calm"
    bank.clock.go_on(minutes=10)
    assert asking(bank).submit(**document(ALICE)).step == Step.LINK_SENT
