"""Changing SECRET_KEY: what is under way goes on, and a wrong one is told in one line."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from app.adapters.sql import connect, schema
from app.adapters.sql.keyring import StoredKeys, WrongSecret
from app.domain.customers import Customer
from app.domain.documents import IdentityDocument, IdType
from app.domain.journey import Step
from app.domain.proofs import KeySource
from app.signing import sign_reserve
from tests.people import ALICE, BOB, NEW_PASSWORD, OLD_PASSWORD

from .bank import SECRET, Bank
from .browser import LOG_IN, PORTAL, RECOVERY
from .conftest import OpenBank
from .deployment import Deployment
from .people import document
from .walk import Walk, log_in

WRAPPED = b"gAAAA"
"""How what Fernet has encrypted begins."""
OLD, NEW = b"the secret of last year, long enough", b"the secret of this year, long enough"


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    schema.upgrade(connect(url))
    return url


def keys(database: str, secret: bytes, *former: bytes) -> KeySource:
    return StoredKeys(connect(database), secret, former)


def test_every_process_reads_the_same_keys(database: str) -> None:
    assert keys(database, OLD).of("code") == keys(database, OLD).of("code")


def test_two_databases_have_different_keys_under_one_secret(database: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    schema.upgrade(connect(other))

    assert keys(database, OLD).of("code") != keys(other, OLD).of("code")


def test_a_new_secret_beside_the_former_one_opens_the_same_keys(database: str) -> None:
    before = keys(database, OLD).of("document")

    assert keys(database, NEW, OLD).of("document") == before


def test_once_wrapped_anew_the_former_secret_can_go(database: str) -> None:
    before = keys(database, OLD).of("document")
    keys(database, NEW, OLD).of("document")

    assert keys(database, NEW).of("document") == before
    with pytest.raises(WrongSecret):
        keys(database, OLD).of("document")


def test_a_wrong_secret_is_refused_in_one_line(database: str) -> None:
    keys(database, OLD).of("code")

    with pytest.raises(WrongSecret, match="SECRET_KEY_FALLBACKS") as refused:
        keys(database, NEW).of("code")
    assert "\n" not in str(refused.value)


def test_the_data_key_stands_nowhere_in_the_database(database: str) -> None:
    secret = StoredKeys(connect(database), OLD).load().secret
    file = Path(database.removeprefix("sqlite:///"))
    stored = b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))  # what is new is in -wal

    assert WRAPPED in stored
    for written in (secret, secret.hex().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret)):
        assert written.rstrip(b"=") not in stored


# --- with real processes, and journeys under way at every step ----------------------------------------------------

ANEW = SECRET[::-1]


def person(bank: Bank, number: int) -> Customer:
    """A customer of this test's own."""
    contact = replace(ALICE.contact, email=f"person{number}@example.com", mobile=None)
    number_of = IdentityDocument(IdType.CC, str(52_200_000 + number))
    return bank.enrol(replace(ALICE, document=number_of, contact=contact), OLD_PASSWORD)


def test_whatever_is_under_way_goes_on_while_the_secret_changes_and_the_former_one_goes(
    live_bank: Bank, tmp_path: Path
) -> None:
    here = Deployment(live_bank, tmp_path / "processes")
    bank = cast(Bank, here)
    asked, coded, questioned, at_password = (Walk(bank, person(live_bank, number)) for number in range(4))
    customer, slips, stranger, alarmed, reserve = (here.browser() for _ in range(5))
    with here.open():
        asked.ask()
        link = asked.link()
        coded.to(Step.CODE)
        code = coded.code()
        options = list(questioned.to(Step.QUESTIONS).visit().form.all("fieldset"))
        at_password.to(Step.PASSWORD)
        log_in(customer, coded.person)
        for _ in range(2):
            log_in(slips, questioned.person, "wrong")
        stranger.visit()
    with here.open(SECRET_KEY=ANEW, SECRET_KEY_FALLBACKS=SECRET):
        assert coded.browser.visit().step == Step.CODE
        assert coded.browser.submit(code=code).step == Step.QUESTIONS
        assert list(questioned.browser.visit().form.all("fieldset")) == options != []
        assert at_password.browser.visit().step == Step.PASSWORD
        assert customer.visit(PORTAL).address == PORTAL
        assert stranger.submit(**document(ALICE)).step == Step.LINK_SENT
    with here.open(SECRET_KEY=ANEW):
        assert asked.browser.visit(link).step == Step.REIDENTIFY
        assert asked.type_document().step == Step.CONTACTS
        assert asked.confirm_contacts().step == Step.CODE
        assert asked.type_code().step == Step.QUESTIONS
        assert questioned.answer().step == Step.PASSWORD
        assert at_password.set_password().step == Step.DONE
        log_in(slips, questioned.person, "wrong")
        assert log_in(slips, questioned.person, OLD_PASSWORD).address == LOG_IN
        assert log_in(here.browser(), at_password.person, NEW_PASSWORD).address == PORTAL
        assert customer.visit(PORTAL).address == PORTAL
        token = sign_reserve(live_bank.services.rules.keys, asked.person.id)
        assert reserve.visit(f"{RECOVERY}/otro-enlace/{token}").form.attributes["action"].endswith("otro-enlace")
        alarmed.visit(next(letter.alarm for letter in coded.received() if "/no-fui-yo/" in letter.text))
        alarmed.submit()
        assert customer.visit(PORTAL).address == LOG_IN


# --- the data key itself -------------------------------------------------------------------------------------------


def renew(bank: Bank, answer: str = "y") -> None:
    """As an operator does who fears that the data key is known."""
    done = bank.app.test_cli_runner().invoke(args=["keys", "renew"], input=answer)
    assert done.exit_code == (0 if answer == "y" else 1), done.output


def test_after_a_new_data_key_everybody_is_found_and_whatever_hung_on_the_old_one_is_dead(
    walk: Walk, open_bank: OpenBank
) -> None:
    browser, alarm = walk.to(Step.CODE), next(letter.alarm for letter in walk.received() if "/enlace/" in letter.text)
    code = walk.code()
    log_in(walk.bank.browser(), BOB, "wrong")
    before, names = walk.bank.services.rules.keys, walk.bank.execute("SELECT document_key FROM customer")
    renew(walk.bank)
    anew = open_bank()
    assert anew.services.rules.keys.of("code") != before.of("code")
    assert len(walk.bank.events("data_key_renewed")) == 1
    assert not set(names) & set(anew.execute("SELECT document_key FROM customer"))
    assert not anew.execute("SELECT failures FROM login_failure")
    late = anew.browser()
    late.take_cookie(str(browser.cookie))
    assert late.visit().step == Step.IDENTIFY
    assert late.post(RECOVERY, {"step": "code", "code": code}).status == 400
    assert not list(late.visit(alarm).html.one("section", id="step").all("form"))
    assert log_in(anew.browser(), ALICE).address == PORTAL
    assert Walk(anew).to(Step.DONE).page.step == Step.DONE


def test_a_new_data_key_is_made_only_when_the_operator_says_so(bank: Bank) -> None:
    before = bank.rows()
    renew(bank, "n")
    assert bank.rows() == before
    assert not bank.events("data_key_renewed")
