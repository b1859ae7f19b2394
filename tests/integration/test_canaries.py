"""No password, code, token or answer stands anywhere; document, name, mobile and e-mail in the customer's row only.

A customer made of values that nobody else has makes every slip there is, on the service as operators run it; then
everything that it wrote is searched for each of them in every guise (S8, S17, CO1; ASVS 5.0 V14.2, V16.2.5). The
demo's mailbox is not searched: it stands for the customer's own, and production has none.
"""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest

from app.adapters.sql.store import utc_now
from app.domain.customers import Contact, Customer
from app.domain.documents import IdentityDocument, IdType
from app.domain.journey import Step
from app.signing import sign_reserve
from e2e.waiting import until
from tests.people import ALICE, CARD, LONG_AGO, MORTGAGE, SAVINGS, line

from .bank import Bank, database_in
from .browser import ALARM, LOG_IN, PORTAL, RECOVERY, Browser, Page
from .canaries import Canary, Haystack, guises, hashes
from .conftest import OpenBank
from .deployment import Deployment
from .people import NOBODY, document
from .phones import SmsProvider
from .processes import children_of, environment, run
from .walk import Walk, log_in

CANARY = replace(
    ALICE,
    document=IdentityDocument(IdType.CC, "1987650432"),
    given_names="Zafirina Ñañará",
    family_names="Quetzalpeña Ibagón",
    contact=Contact("zafirina.canario@example.com", "+573209876501", LONG_AGO),
    products=(
        replace(SAVINGS, number="24098765431", city="Puerto Zafiro"),
        replace(MORTGAGE, number="0198761234"),
        replace(CARD, number="4000000098761234"),
    ),
)
OLD_ADDRESS = "zafirina.antes@example.org"
OLD_PASSWORD, NEW_PASSWORD = "once colibríes pintan el páramo", "doce guacamayas cosen hamacas"
SLIPS = {
    "a weak password": "contraseña123",
    "a mistyped password": "trece tortugas bailan bambuco",
    "its other spelling": "trece tortugas bailan bambucó",
    "a wrong password": "catorce iguanas toman tinto",
    "somebody else's document": "1876504329",
}
PLANTED = "quince.planted@example.net"
OWN_CELLS = {
    "customer": {"id_number", "given_names", "family_names", "email", "mobile"},
    "product": {"number", "city"},
}
EXPECTED_EVENTS = {
    "recovery_step", "notice_sent", "sequence_fail", "csp_violation", "malicious_csrf", "malicious_cors", "sys_crash",
    "sys_database_unavailable", "sys_message", "excess_rate_limit_exceeded", "authn_login_success",
    "authn_login_fail", "authn_login_lock", "authn_login_fail_frozen", "authn_credential_frozen",
}  # fmt: skip

# --- the search ---------------------------------------------------------------------------------------------------

PROVED = ("1987650432", "048213", "+573209876501", "zafirina.canario@example.com", "Quetzalpeña Ibagón", OLD_PASSWORD)


@pytest.mark.parametrize("value", PROVED)
def test_the_search_finds_a_value_in_every_guise(value: str, tmp_path: Path) -> None:
    for guise, form in (*guises(value), *hashes(value)):
        planted = tmp_path / "planted"
        planted.write_bytes(b'{"event": "x", "value": "' + form + b'"}')
        (found,) = sightings({"planted": value}, files(tmp_path))
        assert guise in found


def test_the_search_takes_no_time_and_no_longer_token_for_a_code() -> None:
    assert not Canary("code", "048213").found_in(b'2026-03-02T15:00:00.048213Z "a-048213", x048213y')


def test_what_a_database_deleted_carelessly_is_found_in_its_file(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "careless.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE customer (email)")
        connection.execute("INSERT INTO customer VALUES (?)", (OLD_ADDRESS,))
        connection.execute("DELETE FROM customer")
    assert Canary("e-mail", OLD_ADDRESS).found_in((tmp_path / "careless.db").read_bytes())


# --- what is looked for, and where --------------------------------------------------------------------------------


@dataclass
class Evidence:
    """What the customer is and typed, and what was seen of the service meanwhile."""

    personal: dict[str, str]
    secret: dict[str, str] = field(default_factory=dict)
    random: dict[str, str] = field(default_factory=dict)
    seen: dict[str, bytes] = field(default_factory=dict)

    @property
    def telling(self) -> list[str]:
        """One of each kind, to be sent to where it does not belong."""
        kinds = ("the document", "a family name", "the e-mail address", "the mobile", "the new password", "the code")
        known = self.personal | self.secret | self.random
        return [known[kind] for kind in (*kinds, "the token", "the token of «no fui yo»", "a cookie")]

    def note(self, where: str, page: Page) -> Page:
        """Keep an answer that must tell nothing of anybody."""
        self.seen[where] = f"{page.response.headers}\n{page.source}".encode()
        return page


def sightings(values: Mapping[str, str], places: Mapping[str, bytes], *, random: bool = False) -> list[str]:
    """Which value stands where, and in which guise."""
    canaries = [Canary(name, value, random) for name, value in values.items()]
    haystacks = ((where, Haystack(content)) for where, content in places.items())
    return [
        f"{canary.name} stands {', '.join(found)} in {where}"
        for where, haystack in haystacks
        for canary in canaries
        if (found := canary.found_in(haystack))
    ]


def personal_data(person: Customer) -> dict[str, str]:
    """What may stand in the customer's own rows and nowhere else."""
    contact, products = person.contact, person.products
    return {
        "the document": person.document.number,
        "a given name": person.given_names,
        "a family name": person.family_names,
        "the e-mail address": str(contact.email),
        "the mobile": str(contact.mobile),
        "the mobile as dialled": str(contact.mobile).removeprefix("+57"),
        "the city": str(products[0].city),
    } | {f"the number of the {product.kind}": product.number for product in products}


# --- how it comes to be known -------------------------------------------------------------------------------------


def import_customer(file: Path, env: Mapping[str, str], person: Customer) -> bytes:
    """Load the customer as an operator does; what the command said."""
    file.write_text(json.dumps(line(person, OLD_PASSWORD), ensure_ascii=False), encoding="utf-8")
    done = run("flask", "--app", "app", "customers", "import", str(file), env=env)
    assert done.returncode == 0, done.stderr
    return f"{done.stdout}{done.stderr}".encode()


@contextmanager
def watching_processes(seen: set[bytes]) -> Iterator[None]:
    """Look again and again at what the process list tells of everything that this test starts."""
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.1):
            for pid in children_of(os.getpid()):
                seen.update(_told_of(pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def _told_of(pid: int) -> Iterator[bytes]:
    for name in ("cmdline", "environ"):
        with suppress(OSError):  # it ended meanwhile, or there is no /proc here
            yield Path(f"/proc/{pid}/{name}").read_bytes()


def recover(evidence: Evidence, walk: Walk) -> None:
    """The whole way with all the slips."""
    browser, secret = walk.browser, evidence.secret
    walk.ask()
    evidence.random["the token"] = walk.link().rpartition("/")[2]
    walk.open_link()
    browser.submit(id_type="CC", id_number=SLIPS["somebody else's document"])
    walk.type_document()
    walk.confirm_contacts()
    secret["the code"] = walk.code()
    secret["a wrong code"] = f"{(int(walk.code()) + 7) % 10**6:06}"
    browser.submit(code=secret["a wrong code"])
    walk.type_code()
    wrong, right = walk.bank.wrong_answers(CANARY), walk.bank.right_answers(CANARY)
    secret |= {f"the wrong answer to {name}": value for name, value in wrong.items()}
    secret |= {f"the right answer to {name}": value for name, value in right.items()}
    browser.submit(**wrong)
    walk.answer()
    browser.submit(password=SLIPS["a weak password"], again=SLIPS["a weak password"])
    browser.submit(password=SLIPS["a mistyped password"], again=SLIPS["its other spelling"])
    assert walk.set_password(NEW_PASSWORD).step == Step.DONE
    walk.bank.deliver()
    evidence.random |= {"a cookie": str(walk.asking.cookie), "another cookie": str(browser.cookie)}


def use_the_portal(evidence: Evidence, here: Deployment) -> None:
    """Log in wrongly, rightly, stop everything with «no fui yo», and log in wrongly until it is blocked."""
    browser = here.browser(X_Forwarded_For="198.51.100.1")
    alarm = here.letters_to(CANARY)[-1].alarm
    evidence.random["the token of «no fui yo»"] = alarm.rpartition("/")[2]
    log_in(browser, CANARY, SLIPS["a wrong password"])
    assert log_in(browser, CANARY, NEW_PASSWORD).address == PORTAL
    evidence.random["the cookie of the portal"] = str(browser.cookie)
    browser.visit(alarm)
    assert browser.page.address == ALARM
    browser.submit()
    log_in(browser, CANARY, NEW_PASSWORD)
    for _ in range(3):
        log_in(here.browser(), CANARY, SLIPS["a wrong password"])
    here.deliver()


def ask_strangely(evidence: Evidence, here: Deployment) -> None:
    """Everything that is known, sent to where it does not belong."""
    for number, value in enumerate(evidence.telling):
        browser = here.browser(X_Forwarded_For=f"198.51.100.{number + 10}")
        _in_addresses(browser, quote(value, safe=""))
        _in_headers(browser, quote(value, safe=" @+"))
        _in_bodies(browser, value)
        _in_bad_http(here, value)


def _in_addresses(browser: Browser, value: str) -> None:
    for path in ("/enlace/", "/no-fui-yo/", "/otro-enlace/", "/nada/", "?document="):
        browser.visit(f"{RECOVERY}{path}{value}")
        browser.ask("POST", f"{RECOVERY}{path}{value}", Origin="https://elsewhere.example")
    browser.visit(f"/static/{value}/style.css")


def _in_headers(browser: Browser, value: str) -> None:
    for name in ("User-Agent", "Referer", "X-Forwarded-For", "Cookie", "Accept-Language", "HX-Current-URL", "Origin"):
        sent = f"{browser.cookie_name}={value}" if name == "Cookie" else value
        browser.post(RECOVERY, {"step": "identify"}, headers={name: sent, "HX-Trigger": value, "X-Request-ID": value})


def _in_bodies(browser: Browser, value: str) -> None:
    page = browser.visit(LOG_IN)
    token = page.hidden["csrf_token"]
    fields = {"csrf_token": token, "id_type": value, "id_number": f"{value}x", "password": value, "unknown": value}
    browser.post(LOG_IN, fields)
    browser.post(LOG_IN, fields | {"csrf_token": value})
    browser.post(RECOVERY, {"csrf_token": token, "step": value, value: value})
    report = {"document-uri": value, "blocked-uri": f"https://{value}/", "effective-directive": value, "sample": value}
    for body in ({"csp-report": report}, [{"type": "csp-violation", "body": report, "url": value}], {value: value}):
        browser.client.post("/csp", json=body, base_url=browser.base_url, headers=browser.headers)
        browser.client.post(LOG_IN, json=body, base_url=browser.base_url, headers=browser.headers)


def _in_bad_http(here: Deployment, value: str) -> None:
    raw, rest = value.encode(), b"Host: a\r\nConnection: close\r\n\r\n"
    for request in (
        b"GET /personas/clave/enlace/" + raw + b" HTTP/9.9\r\n",
        raw + b" / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n" + raw + b" no colon\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x" + raw + b"\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: " + raw + b"\r\n",
    ):
        here.raw(request + rest)


def break_things(evidence: Evidence, here: Deployment) -> None:
    """Every error that there is, each asked for with all that is known of the customer."""
    fields = document(CANARY) | {"password": OLD_PASSWORD, "step": "code", "code": evidence.secret["the code"]}
    browser = here.browser(X_Forwarded_For="198.51.100.2")
    evidence.note("400", browser.post(LOG_IN, fields))
    evidence.note("403", browser.post(LOG_IN, fields, headers={"Origin": f"https://{CANARY.document.number}.example"}))
    evidence.note("404", browser.visit(f"/{CANARY.contact.email}"))
    evidence.note("405", browser.ask("DELETE", f"{LOG_IN}?email={CANARY.contact.email}"))
    evidence.note("413", browser.post(LOG_IN, fields | {"code": "1020" * 17_000}))
    browser.visit(LOG_IN)
    while browser.submit(**document(NOBODY), password=OLD_PASSWORD).status != 429:
        pass
    evidence.note("429", browser.page)
    with broken_table(here.bank, "login_failure"):
        evidence.note("503", log_in(here.browser(), CANARY, OLD_PASSWORD))
    with broken_recovery(here.bank, PLANTED) as victim:
        evidence.note("500", victim(here.browser()))
    for status in ("400", "403", "404", "405", "413", "429", "500", "503"):
        assert "<title>" in evidence.seen[status].decode()


@contextmanager
def broken_table(bank: Bank, table: str) -> Iterator[None]:
    """A table is gone while the block runs."""
    bank.execute(f"ALTER TABLE {table} RENAME TO away")
    yield
    bank.execute(f"ALTER TABLE away RENAME TO {table}")


@contextmanager
def broken_recovery(bank: Bank, value: str) -> Iterator[Any]:
    """A recovery with nonsense in its row, which the exception's message repeats."""

    def visit(browser: Browser) -> Page:
        browser.visit()
        browser.submit(id_type="CC", id_number="999999999")
        until(lambda: not bank.execute("SELECT id FROM notice WHERE done_at IS NULL"))
        bank.execute("UPDATE recovery SET link_channel = :value WHERE customer_id IS NULL", value=value)
        page = browser.visit()
        assert page.status == 500
        return page

    yield visit
    bank.execute("DELETE FROM recovery WHERE link_channel = :value", value=value)


# --- where it might stand -----------------------------------------------------------------------------------------


def cells(bank: Bank, *, own: bool) -> dict[str, bytes]:
    """Every cell of the database, by table and column; with or without those where personal data belong."""
    found: dict[str, bytes] = {}
    with closing(sqlite3.connect(database_in(bank.settings.instance_dir))) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for name, column in zip(names, zip(*rows.fetchall(), strict=True), strict=False):
                if own or name not in OWN_CELLS.get(table, set()):
                    found[f"{table}.{name}"] = "\n".join(map(str, column)).encode()
    return found


def files(*folders: Path) -> dict[str, bytes]:
    """Every file below, with its name."""
    below = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): str(path).encode() + b"\n" + path.read_bytes() for path in below}


def database_files(bank: Bank) -> dict[str, bytes]:
    """The database's files, byte by byte."""
    return {str(path): path.read_bytes() for path in bank.settings.instance_dir.glob("bank.db*")}


def database_without_own_rows(bank: Bank, folder: Path) -> dict[str, bytes]:
    """What is left of the database's file when customers and products are wiped off a copy of it."""
    copy = folder / "copy.db"
    for path in bank.settings.instance_dir.glob("bank.db*"):
        shutil.copy(path, folder / path.name.replace("bank", "copy"))
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        for table in OWN_CELLS:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {str(copy): copy.read_bytes()}


def test_secrets_stand_nowhere_and_personal_data_in_the_customers_own_rows_only(
    open_bank: OpenBank, sms: SmsProvider, tmp_path: Path
) -> None:
    evidence = Evidence(
        personal_data(CANARY) | {"somebody else's document": SLIPS["somebody else's document"]},
        {"the old password": OLD_PASSWORD, "the new password": NEW_PASSWORD} | SLIPS,
    )
    processes: set[bytes] = set()
    with watching_processes(processes):
        bank = import_and_open(evidence, open_bank, sms, tmp_path)
        here = Deployment(bank, tmp_path / "processes")
        with here.open(CONTACT_HOLD_HOURS="0"):  # the address has just changed
            recover(evidence, Walk(cast(Bank, here), CANARY))
            use_the_portal(evidence, here)
            ask_strangely(evidence, here)
            break_things(evidence, here)
            for address in ("/healthz", "/readyz"):
                evidence.seen[address] = here.raw(f"GET {address} HTTP/1.0\r\n\r\n".encode())
            raw = database_files(bank)
            left = database_without_own_rows(bank, tmp_path / "processes")
    evidence.seen |= files(*here.folders) | {"the log": here.log.read_bytes()}
    evidence.seen |= {f"process {number}": told for number, told in enumerate(processes)}
    events = [json.loads(entry)["event"] for entry in here.log.read_text().splitlines()]
    assert set(events) >= EXPECTED_EVENTS
    everywhere = evidence.seen | raw | cells(bank, own=True)
    assert not sightings(evidence.secret, everywhere)
    assert not sightings(evidence.random, everywhere, random=True)
    assert not sightings({"what an exception said": PLANTED}, evidence.seen)
    assert not sightings(evidence.personal, evidence.seen | left | cells(bank, own=False))
    assert not sightings(evidence.personal, {name: raw[name] for name in raw if not name.endswith(".db")})


def import_and_open(evidence: Evidence, open_bank: OpenBank, sms: SmsProvider, folder: Path) -> Bank:
    """The bank with its newest customer, whose e-mail address has just changed."""
    bank = open_bank(sms_url=sms.url, code_seconds=600)
    bank.store.clock = utc_now
    bank.close()  # so that the import is alone with the file, and leaves no log of it
    env = environment(bank.settings)
    before = replace(CANARY, contact=replace(CANARY.contact, email=OLD_ADDRESS))
    for number, person in enumerate((before, CANARY)):
        evidence.seen[f"import {number}"] = import_customer(folder / "customers.jsonl", env, person)
    evidence.personal["the former e-mail address"] = OLD_ADDRESS
    return bank


# --- each place in which something stood --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["enlace", "no-fui-yo", "otro-enlace"])
def test_nothing_of_a_made_up_link_is_kept_not_even_a_hash(bank: Bank, path: str) -> None:
    browser = bank.browser()
    browser.visit(f"{RECOVERY}/{path}/{CANARY.document.number}")
    assert browser.cookie
    assert not sightings({"the address": CANARY.document.number}, cells(bank, own=True))


def test_the_session_keeps_what_a_message_let_its_reader_do_and_not_the_token(walk: Walk) -> None:
    walk.to(Step.DONE)
    walk.bank.deliver()
    keys, customer = walk.bank.services.rules.keys, walk.bank.customer(walk.person)
    tokens = {"no-fui-yo": walk.received()[-1].alarm.rpartition("/")[2], "otro-enlace": sign_reserve(keys, customer.id)}
    for path, token in tokens.items():
        page = walk.browser.visit(f"{RECOVERY}/{path}/{token}")
        assert page.form.attributes["action"].endswith(path)
        assert not sightings({path: token}, cells(walk.bank, own=True))
        assert walk.browser.submit().status == 200


def test_the_log_does_not_repeat_a_step_that_there_is_not(bank: Bank) -> None:
    browser = bank.browser()
    browser.visit()
    for step in (Step.PASSWORD, NEW_PASSWORD):
        browser.post(RECOVERY, browser.page.hidden | {"step": step})
    assert [entry["asked"] for entry in bank.events("sequence_fail")] == [Step.PASSWORD, "unknown"]
