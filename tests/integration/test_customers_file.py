"""The customers file: what it may say, what becomes of it in the database, and what never does."""

import codecs
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from app.adapters.sql import SqlStore
from app.customers_file import BadFile, Progress, Report, checking, import_file, loading
from app.domain import questions
from app.domain.case import Rules
from app.domain.customers import DEPOSITS, Customer, ProductKind
from tests.people import (
    ALICE,
    BOB,
    CARD,
    KEYS,
    MORTGAGE,
    NEW_PASSWORD,
    OLD_PASSWORD,
    SAVINGS,
    START,
    Clock,
    key_of,
    line,
)

Line = dict[str, Any]
Import = Callable[..., Report]


@contextmanager
def unwatched(_: str) -> Iterator[Progress]:
    yield lambda done: None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "customers.jsonl"


@pytest.fixture
def load_lines(path: Path, store: SqlStore, rules: Rules) -> Import:
    """Imports a file of these lines."""

    def load(*lines: Line) -> Report:
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8")
        return import_file(path, store, rules, unwatched)

    return load


def crowd(count: int) -> list[Line]:
    """Customers with one product each and nothing else in common with anybody."""
    return [line(BOB) | {"id_type": "CC", "id_number": str(1000 + number)} for number in range(count)]


def kept(store: SqlStore, person: Customer) -> Customer:
    with store.transaction() as tx:
        found = tx.customers.by_document(key_of(person))
    assert found is not None
    return found


def everything(store: SqlStore) -> dict[str, list[Any]]:
    """Every row of every table."""
    with store.transaction() as tx:
        return {
            name: sorted(map(repr, tx.connection.execute(text(f'SELECT * FROM "{name}"'))))
            for name in SQLModel.metadata.tables
        }


def count_customers(store: SqlStore) -> int:
    return len(everything(store)["customer"])


def problems(load_lines: Import, *lines: Line) -> list[str]:
    with pytest.raises(BadFile) as refused:
        load_lines(*lines)
    return str(refused.value).splitlines()


def test_a_customer_is_kept_as_the_file_says(load_lines: Import, store: SqlStore) -> None:
    assert load_lines(line(ALICE), line(BOB)) == Report(added=2)
    assert kept(store, ALICE) == replace(ALICE, id=1)
    assert kept(store, BOB).contact.mobile is None


def test_all_nine_kinds_of_product_are_taken(load_lines: Import, store: SqlStore) -> None:
    kinds = [
        replace(SAVINGS, kind=kind) if kind in DEPOSITS else CARD if kind is CARD.kind else replace(MORTGAGE, kind=kind)
        for kind in ProductKind
    ]
    load_lines(line(replace(ALICE, products=tuple(kinds))))
    assert [product.kind for product in kept(store, ALICE).products] == list(ProductKind)


@pytest.mark.parametrize(
    ("id_type", "id_number", "canonical"),
    [
        ("CC", "1.020.304.050", "1020304050"),
        ("CE", "034 5678", "0345678"),
        ("TI", "1030405060", "1030405060"),
        ("PA", "xk-482193", "XK482193"),
        ("PPT", "4455667", "4455667"),
        ("NIT", "900.123.456-8", "9001234568"),
        ("RC", "1040506070", "1040506070"),
    ],
)
def test_every_type_of_document_is_taken_and_kept_in_its_one_form(
    load_lines: Import, store: SqlStore, id_type: str, id_number: str, canonical: str
) -> None:
    load_lines(line(ALICE) | {"id_type": id_type, "id_number": id_number})
    with store.transaction() as tx:
        assert tx.customers.by_id(1).document.number == canonical


@pytest.mark.parametrize("mobile", ["+573001234567", "+12025550123", "+34600123456", "+584121234567"])
def test_mobiles_of_any_country_are_taken(load_lines: Import, store: SqlStore, mobile: str) -> None:
    load_lines(line(ALICE) | {"mobile": mobile})
    assert kept(store, ALICE).contact.mobile == mobile


@pytest.mark.parametrize("email", ["ana.rojas+banco@example.com", "o'higgins@correo.example.com", "a!b@example.org"])
def test_any_address_that_every_mail_server_takes_is_taken(load_lines: Import, store: SqlStore, email: str) -> None:
    load_lines(line(ALICE) | {"email": email})
    assert kept(store, ALICE).contact.email == email


def test_what_may_be_left_out_may_be_left_out(load_lines: Import, store: SqlStore) -> None:
    bare = {name: value for name, value in line(ALICE).items() if name not in {"email", "mobile", "password"}}
    load_lines(bare | {"products": []})
    assert kept(store, ALICE).contact.channels == ()
    assert kept(store, ALICE).products == ()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"id_type": "DNI"}, "id_type: Input should be 'CC'"),
        ({"id_number": "12"}, "id_number: wrong format"),
        ({"id_type": "NIT", "id_number": "9001234567"}, "id_number: wrong check digit"),
        ({"id_number": 1020304050}, "id_number: Input should be a valid string"),
        ({"given_names": " "}, "given_names: should begin and end with a visible character"),
        ({"family_names": "Rojas\r\nBcc: x"}, "family_names: should begin and end with a visible character"),
        ({"given_names": "A" * 101}, "given_names: String should have at most 100 characters"),
        ({"email": "ana.example.com"}, "email: is not an e-mail address"),
        ({"email": "ana..rojas@example.com"}, "email: is not an e-mail address"),
        ({"email": f"{'a' * 65}@example.com"}, "email: is not an e-mail address"),
        ({"email": "peña@example.com"}, "email: is not an e-mail address"),
        ({"email": "ana@example.com\n"}, "email: is not an e-mail address"),
        ({"mobile": "3109876543"}, "mobile: is not a mobile number"),
        ({"mobile": "+57 300 1234567"}, "mobile: is not a mobile number"),
        ({"mobile": "+576015550142"}, "mobile: is not a mobile number"),
        ({"mobile": "+573001234567\n"}, "mobile: is not a mobile number"),
        ({"contact_updated_at": "2024-02-01T09:00:00"}, "contact_updated_at: should carry an offset"),
        ({"contact_updated_at": "20240201"}, "contact_updated_at: should be written as 2024-02-01T09:00:00-05:00"),
        ({"contact_updated_at": 1706796000}, "contact_updated_at: should be written as 2024-02-01T09:00:00-05:00"),
        ({"contact_updated_at": "2026-03-02T15:00:01Z"}, "contact_updated_at: is in the future"),
        ({"contact_updated_at": None}, "contact_updated_at: should be written as 2024-02-01T09:00:00-05:00"),
        ({"password": ""}, "password: should have 1 to 1024 bytes"),
        ({"password": "ñ" * 513}, "password: should have 1 to 1024 bytes"),
        ({"password": "n\u0303" * 400}, "password: should have 1 to 1024 bytes"),  # 800 in NFC
        ({"products": None}, "products: Input should be a valid array"),
        ({"shoe_size": 38}, "shoe_size: unknown field"),
    ],
)
def test_a_bad_field_of_a_customer_is_named_with_the_reason_and_without_its_value(
    load_lines: Import, store: SqlStore, wrong: Line, reason: str
) -> None:
    (problem,) = problems(load_lines, line(BOB), line(ALICE) | wrong)
    assert problem.startswith(f"line 2: {reason}")
    assert not any(str(value) in problem for value in wrong.values() if str(value).strip())
    assert count_customers(store) == 0


@pytest.mark.parametrize(
    ("kind", "wrong", "reason"),
    [
        ("mortgage", {"kind": "gold"}, "kind: Input should be 'savings_account'"),
        ("mortgage", {"opened_on": "20/08/2019"}, "opened_on: Input should be a valid date"),
        ("mortgage", {"opened_on": "0019-08-20"}, "opened_on: Input should be greater than or equal to 1900-01-01"),
        ("mortgage", {"opened_on": "2026-03-03"}, "opened_on: is in the future"),
        ("mortgage", {"payment_day": 0}, "payment_day: Input should be greater than or equal to 1"),
        ("mortgage", {"payment_day": 32}, "payment_day: Input should be less than or equal to 31"),
        ("mortgage", {"monthly_payment": 0}, "monthly_payment: Input should be greater than 0"),
        ("mortgage", {"monthly_payment": 1250000.5}, "monthly_payment: Input should be a valid integer"),
        ("mortgage", {"monthly_payment": "1250000"}, "monthly_payment: Input should be a valid integer"),
        ("savings_account", {"debit_card": 1}, "debit_card: Input should be a valid boolean"),
        ("credit_card", {"holder": None}, "holder: is missing, should be 'main' or 'additional'"),
        ("credit_card", {"holder": "owner"}, "holder: Input should be 'main' or 'additional'"),
        ("credit_card", {"cvv": "123"}, "cvv: unknown field"),
    ],
)
def test_a_bad_field_of_a_product_is_named_with_its_place(
    load_lines: Import, store: SqlStore, kind: str, wrong: Line, reason: str
) -> None:
    customer = line(ALICE)
    places = [product["kind"] for product in customer["products"]]
    customer["products"][places.index(kind)] |= wrong
    (problem,) = problems(load_lines, customer)
    assert problem.startswith(f"line 1: products[{places.index(kind)}].{reason}")
    assert count_customers(store) == 0


def test_a_field_s_name_cannot_reach_the_terminal_unmasked(load_lines: Import) -> None:
    (problem,) = problems(load_lines, line(ALICE) | {"\x1b[2Jred\n" + "x" * 500: 1})
    assert problem.startswith("line 1: ?[2Jred?xxx")
    assert len(problem) < 120


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[1, 2]\n", "line 1: Input should be an object"),
        (b'{"id_type": "CC",\n', "line 1: Invalid JSON: EOF while parsing"),
        (b'{"given_names": "Mar\xeda"}\n', "line 1: Invalid JSON: invalid unicode code point"),
        (b"\n \n{}\n", "line 3: id_type: is missing; id_number: is missing; given_names: is missing"),
        (b" " * 2**20, "line 1: is longer than 1,048,576 bytes"),
    ],
)
def test_what_is_no_customer_at_all_is_named_too(
    path: Path, store: SqlStore, rules: Rules, content: bytes, reason: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(BadFile) as refused:
        import_file(path, store, rules, unwatched)
    assert str(refused.value).startswith(reason)


def test_the_first_twenty_bad_lines_are_listed_and_the_rest_counted(load_lines: Import, store: SqlStore) -> None:
    bad = [one | {"email": "nobody"} for one in crowd(1500)]
    listed = problems(load_lines, line(ALICE), *bad)
    assert listed[0] == "line 2: email: is not an e-mail address"
    assert listed[19:] == ["line 21: email: is not an e-mail address", "… and 1,480 more bad lines"]
    assert count_customers(store) == 0


def test_one_document_on_two_lines_is_an_error_that_names_both(load_lines: Import, store: SqlStore) -> None:
    again = line(ALICE) | {"id_number": "1.020.304.050", "given_names": "Alicia"}
    assert problems(load_lines, line(ALICE), line(BOB), again, again) == [
        "line 3: the same document as line 1",
        "line 4: the same document as line 3",
    ]
    assert count_customers(store) == 0


def test_the_same_number_under_another_type_is_another_document(load_lines: Import) -> None:
    assert load_lines(line(ALICE), line(ALICE) | {"id_type": "TI"}).added == 2


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_do_no_harm(
    path: Path, store: SqlStore, rules: Rules
) -> None:
    lines = [b"", json.dumps(line(ALICE)).encode(), b"", json.dumps(line(BOB)).encode(), b"", b""]
    path.write_bytes(codecs.BOM_UTF8 + b"\r\n".join(lines[1:]))
    assert import_file(path, store, rules, unwatched) == Report(added=2)


def test_a_file_without_customers_changes_nothing(load_lines: Import) -> None:
    assert load_lines() == Report()


def test_running_it_twice_changes_nothing(load_lines: Import, store: SqlStore, clock: Clock) -> None:
    lines = [line(ALICE, password=OLD_PASSWORD), line(BOB), *crowd(3)]
    load_lines(*lines)
    before = everything(store)
    clock.go_on(days=40)
    assert load_lines(*lines) == Report(unchanged=5)
    assert everything(store) == before


def test_a_customer_who_is_not_in_the_file_stays(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(ALICE), line(BOB))
    before = kept(store, ALICE)
    load_lines(line(BOB) | {"given_names": "Robert"})
    assert kept(store, ALICE) == before
    assert kept(store, BOB).given_names == "Robert"


def test_a_new_address_is_taken_without_drawing_new_questions(
    load_lines: Import, store: SqlStore, clock: Clock
) -> None:
    load_lines(line(ALICE))
    before = kept(store, ALICE)
    clock.go_on(days=400)
    changed_at = clock.now - timedelta(hours=1)
    moved = line(ALICE) | {"email": "alice@example.org", "contact_updated_at": changed_at.isoformat()}
    assert load_lines(moved) == Report(changed=1)
    after = kept(store, ALICE)
    assert (after.contact.email, after.contact.updated_at) == ("alice@example.org", changed_at)
    drawn = [questions.explain(customer, KEYS.of("questions"), START.year) for customer in (before, after)]
    assert drawn[0] == drawn[1]


def test_changed_products_are_replaced_for_that_customer_only(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(ALICE), line(BOB))
    paid_off = replace(ALICE, products=(SAVINGS, replace(MORTGAGE, monthly_payment=1_300_000)))
    assert load_lines(line(paid_off), line(BOB)) == Report(changed=1, unchanged=1)
    assert kept(store, ALICE).products == paid_off.products
    assert kept(store, BOB).products == BOB.products


def test_a_second_product_that_is_the_same_to_the_letter_is_a_change(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(BOB))
    load_lines(line(replace(BOB, products=(SAVINGS, SAVINGS))))
    assert len(kept(store, BOB).products) == 2


def test_products_in_another_order_draw_the_same_questions(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(ALICE))
    before = kept(store, ALICE)
    load_lines(line(replace(ALICE, products=ALICE.products[::-1])))
    drawn = [questions.draw(customer, KEYS.of("questions"), 3, START.year) for customer in (before, kept(store, ALICE))]
    assert drawn[0] == drawn[1]


def test_a_new_address_that_is_not_dated_later_is_dated_now_so_that_the_hold_begins(
    load_lines: Import, store: SqlStore, clock: Clock
) -> None:
    load_lines(line(ALICE))
    clock.go_on(days=3)
    moved = line(ALICE) | {"mobile": "+573009998877"}
    load_lines(moved)
    assert kept(store, ALICE).contact.updated_at == clock.now
    began = clock.now
    clock.go_on(hours=5)
    load_lines(moved | {"given_names": "Alicia"})
    assert kept(store, ALICE).contact.updated_at == began


def test_a_password_is_hashed_and_set_once(load_lines: Import, store: SqlStore, rules: Rules, clock: Clock) -> None:
    assert load_lines(line(ALICE, password=OLD_PASSWORD)).passwords == 1
    with store.transaction() as tx:
        credential = tx.credentials.of(1)
    assert credential.password_hash is not None
    assert rules.hasher.verify(credential.password_hash, OLD_PASSWORD)
    assert credential.recent_hashes == (credential.password_hash,)
    assert OLD_PASSWORD not in repr(everything(store))


def test_a_password_that_the_customer_chose_since_is_never_reset(
    load_lines: Import, store: SqlStore, rules: Rules
) -> None:
    load_lines(line(ALICE, password=OLD_PASSWORD))
    with store.transaction() as tx:
        tx.credentials.assign(1, rules.hasher.hash(NEW_PASSWORD))
    before = everything(store)
    assert load_lines(line(ALICE, password=OLD_PASSWORD)).passwords == 0
    assert load_lines(line(ALICE, password="another one from the file")).passwords == 0
    assert everything(store) == before


def test_a_password_that_was_forgotten_after_an_alarm_does_not_come_back(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(ALICE, password=OLD_PASSWORD))
    with store.transaction() as tx:
        tx.credentials.forget(1)
    before = everything(store)
    assert load_lines(line(ALICE, password=OLD_PASSWORD)) == Report(unchanged=1)
    assert load_lines(line(ALICE, password="another one from the file")) == Report(unchanged=1)
    assert everything(store) == before


def test_a_password_that_comes_later_is_set_although_nothing_else_is_new(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(ALICE))
    assert load_lines(line(ALICE, password=OLD_PASSWORD)) == Report(unchanged=1, passwords=1)


def test_a_password_is_set_for_a_frozen_customer_too_and_stays_frozen(load_lines: Import, store: SqlStore) -> None:
    load_lines(line(ALICE))
    with store.transaction() as tx:
        tx.credentials.freeze(1)
    load_lines(line(ALICE, password=OLD_PASSWORD))
    with store.transaction() as tx:
        credential = tx.credentials.of(1)
    assert credential.password_hash is not None
    assert credential.frozen_at is not None


def take_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in (checking, loading):
        monkeypatch.setattr(part, "BATCH", 2)


def test_a_file_of_many_batches_is_loaded_and_changed_like_a_small_one(
    load_lines: Import, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_two_at_a_time(monkeypatch)
    lines = crowd(7)
    assert load_lines(*lines) == Report(added=7)
    changed = [one | {"given_names": "Robert"} for one in lines[1:6]]
    assert load_lines(*lines[:1], *changed, *lines[6:], line(ALICE)) == Report(added=1, changed=5, unchanged=2)
    assert count_customers(store) == 8


def test_an_interrupted_load_leaves_nothing(
    path: Path, load_lines: Import, store: SqlStore, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_two_at_a_time(monkeypatch)
    load_lines(line(ALICE))
    before = everything(store)
    path.write_text("".join(json.dumps(one) + "\n" for one in crowd(6)))

    @contextmanager
    def impatient(title: str) -> Iterator[Progress]:
        """Ctrl-C after the second batch of the load went to the database."""
        seen = 0

        def progress(done: int) -> None:
            nonlocal seen
            seen += 1
            if title == "Loading" and seen == 5:
                raise KeyboardInterrupt

        yield progress

    with pytest.raises(KeyboardInterrupt):
        import_file(path, store, rules, impatient)
    assert everything(store) == before
    assert import_file(path, store, rules, unwatched) == Report(added=6)


@pytest.mark.parametrize("now", ["mallory@", "\x00"], ids=["a good line", "a bad line"])
def test_a_file_that_changes_between_check_and_load_is_not_loaded(
    path: Path, store: SqlStore, rules: Rules, now: str
) -> None:
    good = json.dumps(line(ALICE))
    path.write_text(good)

    @contextmanager
    def meddlesome(title: str) -> Iterator[Progress]:
        if title == "Loading":
            path.write_text(good.replace("alice@", now))
        yield lambda done: None

    with pytest.raises(BadFile, match="the file changed"):
        import_file(path, store, rules, meddlesome)
    assert count_customers(store) == 0


def test_progress_ends_with_the_whole_file(path: Path, store: SqlStore, rules: Rules) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in crowd(5)))
    told: dict[str, list[int]] = {}

    @contextmanager
    def watch(title: str) -> Iterator[Progress]:
        yield told.setdefault(title, []).append

    import_file(path, store, rules, watch)
    assert {title: done[-1] for title, done in told.items()} == dict.fromkeys(
        ["Checking", "Loading"], path.stat().st_size
    )
