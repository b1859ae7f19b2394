"""Browsers that stand somewhere: at each step of the journey, at the log-in, in the portal, behind a message's link."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app import services
from app.domain.customers import Customer
from app.domain.documents import IdentityDocument, IdType
from app.domain.journey import ENDS, Step
from app.domain.passwords import Hasher
from app.signing import sign_reserve
from tests.integration.bank import Bank, copy_database, settings_of
from tests.integration.browser import LOG_IN, PORTAL, RECOVERY, Browser, Page
from tests.integration.letters import PostOffice
from tests.integration.people import document
from tests.integration.walk import Walk, log_in
from tests.people import ALICE, NEW_PASSWORD, Clock

SETTINGS: Final = {
    "app_env": "demo",
    "trusted_proxies": 1,
    "sms_url": "http://127.0.0.1:9/",
    "recovery_idle_minutes": 60,
    "recovery_total_minutes": 120,
}


@dataclass(frozen=True)
class Stand:
    """A browser that stands somewhere: its cookie, where its form goes, and what that sends."""

    name: str
    cookie: str
    action: str
    fields: dict[str, str]

    @classmethod
    def of(cls, name: str, browser: Browser, page: Page, **typed: str) -> "Stand":
        """What a browser would send from this page; `typed` are fields that a person fills in."""
        cookie = f"{browser.cookie_name}={browser.cookie}"
        if not list(page.html.one("section", id="step").all("form")):
            return cls(name, cookie, RECOVERY, {"step": name, **typed})
        inputs = page.form.all("input", "select")
        fields = dict.fromkeys((one.attributes["name"] for one in inputs if "name" in one.attributes), "")
        return cls(name, cookie, page.form.attributes["action"], fields | page.hidden | typed)


def stands(bank: Bank) -> Iterator[Stand]:
    """A browser at each step, each of a customer of its own, and those that stand elsewhere."""
    for number, step in enumerate(step for step in Step if step not in ENDS or step is Step.DONE):
        walk = Walk(bank, _enrol(bank, number))
        browser = walk.to(step)
        stand = Stand.of(step, browser, browser.page, **_typed(walk, step))
        yield stand
        if step is Step.PASSWORD:
            yield replace(stand, name="the rules", action=f"{RECOVERY}/reglas")
        if step is Step.DONE:
            yield from _elsewhere(bank, walk)


def _typed(walk: Walk, step: Step) -> dict[str, str]:
    """What an honest customer types at a step."""
    if step in {Step.IDENTIFY, Step.REIDENTIFY}:
        return document(walk.person)
    if step is Step.CODE:
        return {"code": walk.code()}
    if step is Step.QUESTIONS:
        return walk.bank.right_answers(walk.person)
    return {"password": NEW_PASSWORD, "again": NEW_PASSWORD} if step is Step.PASSWORD else {}


def _enrol(bank: Bank, number: int) -> Customer:
    """A customer whose former passwords are as many as are compared: the dearest one to serve."""
    contact = replace(ALICE.contact, email=f"person{number}@example.com")
    document = IdentityDocument(IdType.CC, str(52_100_000 + number))
    kept = bank.enrol(replace(ALICE, document=document, contact=contact))
    rules = bank.services.rules
    with bank.store.transaction() as tx:
        for former in range(rules.passwords.history):
            tx.credentials.assign(kept.id, rules.hasher.hash(f"colibrí número {former} del páramo"))
    return kept


def _elsewhere(bank: Bank, walk: Walk) -> Iterator[Stand]:
    """Log-in, portal, and the pages behind the links of messages."""
    bank.deliver()
    visitor = bank.browser()
    page = visitor.visit(LOG_IN)
    number = walk.person.document.number
    stand = Stand.of("log-in", visitor, page, id_type="CC", id_number=number, password=NEW_PASSWORD)
    yield stand
    yield replace(stand, name="the language", action="/idioma", fields=page.hidden | {"page": "/", "language": "en"})
    customer = bank.browser()
    log_in(customer, walk.person, NEW_PASSWORD)
    yield Stand.of("portal", customer, customer.visit(PORTAL))
    keys = bank.services.rules.keys
    reserve = f"{RECOVERY}/otro-enlace/{sign_reserve(keys, walk.person.id)}"
    for address in (walk.received()[-1].alarm, reserve):
        browser = bank.browser()
        yield Stand.of(address.rsplit("/", 2)[1], browser, browser.visit(address))


@contextmanager
def fuzzed_bank(folder: Path, founded: Path) -> Iterator[Bank]:
    """A demo, so that every page there is exists, whose passwords cost what they cost."""
    office = PostOffice()
    office.open()
    copy_database(founded, folder)
    bank = Bank(settings_of(folder, office.port, SETTINGS), office, Clock())
    bank.services = replace(bank.services, rules=replace(bank.services.rules, hasher=Hasher()))
    services.install(bank.app, bank.services)
    try:
        yield bank
    finally:
        bank.close()
        office.leave()
