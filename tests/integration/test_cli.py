"""The operator's commands, run as an operator runs them, and the people of the demo."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from app import cli, create_app, events
from app.adapters.sql import SqlStore, schema
from app.demo import people
from app.demo.people import PEOPLE, State
from app.domain import questions
from app.domain.case import Case, Rules
from app.domain.customers import Customer, Holder, ProductKind
from app.domain.documents import IdentityDocument, IdType
from app.domain.login import LoginOutcome, log_in
from app.domain.passwords import personal_words
from app.domain.policy import Budget
from app.domain.ports import Credential
from app.domain.proofs import document_key
from app.domain.questions import QuestionKind
from app.domain.recovery import Refusal
from app.services import Services
from app.settings import read_settings
from tests.people import (
    ALICE,
    CAROL_BY_MOBILE_ONLY,
    CHEAP,
    DAVE_WITH_A_BORROWED_CARD,
    GRACE_WITH_ONE_CARD,
    NEW_PASSWORD,
    NOBODYS_DOCUMENT,
    OLD_PASSWORD,
    Clock,
    line,
)

Settings = dict[str, Any]
PRODUCTION: Settings = {
    "app_env": "production",
    "base_url": "https://clave.banco.example",
    "secret_key": "tests-only-0123456789-abcdefghij",  # pragma: allowlist secret
    "mail_server": "127.0.0.1",
}


class Operator:
    """Somebody at the command line of a bank."""

    def __init__(self, folder: Path, clock: Clock, **settings: Any) -> None:
        self.folder = folder
        database = {"instance_dir": folder, "database_url": f"sqlite:///{folder / 'bank.db'}"}
        self.app: Flask = create_app(read_settings(**database | settings))
        self.log = io.StringIO()
        events.configure(self.log)
        built: Services = self.app.extensions["nueva-clave"]
        built.store.clock = clock
        self.services: Services = replace(built, rules=replace(built.rules, hasher=CHEAP))
        self.app.extensions["nueva-clave"] = self.services
        schema.upgrade(self.store.engine)

    @property
    def store(self) -> SqlStore:
        return self.services.store

    @property
    def rules(self) -> Rules:
        return self.services.rules

    def run(self, *arguments: str, **given: Any) -> Result:
        return self.app.test_cli_runner().invoke(args=arguments, **given)

    def events(self, name: str) -> list[dict[str, Any]]:
        """What was logged so far under this name, without name and time."""
        logged = map(json.loads, self.log.getvalue().splitlines())
        told = {"event", "timestamp"}
        return [{key: entry[key] for key in entry.keys() - told} for entry in logged if entry["event"] == name]

    def file(self, *lines: dict[str, Any]) -> str:
        path = self.folder / "customers.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in lines))
        return str(path)

    def enrol(self, person: Customer) -> Customer:
        assert self.run("customers", "import", self.file(line(person, OLD_PASSWORD))).exit_code == 0
        return self.customer(person.document)[0]

    def customer(self, document: IdentityDocument) -> tuple[Customer, Credential]:
        with self.store.transaction() as tx:
            found = tx.customers.by_document(document_key(document, self.rules.keys))
            assert found is not None
            return found, tx.credentials.of(found.id)


@pytest.fixture
def operator(tmp_path: Path, clock: Clock) -> Iterator[Operator]:
    at_work = Operator(tmp_path, clock, **PRODUCTION)
    yield at_work
    at_work.store.engine.dispose()


@pytest.fixture
def demo(tmp_path: Path, clock: Clock) -> Iterator[Operator]:
    """The demo, its people loaded."""
    at_work = Operator(tmp_path, clock)
    assert at_work.run("demo", "load").exit_code == 0
    yield at_work
    at_work.store.engine.dispose()


def test_an_import_tells_what_it_did(operator: Operator) -> None:
    file = operator.file(line(ALICE, OLD_PASSWORD), line(CAROL_BY_MOBILE_ONLY))
    assert operator.run("customers", "import", file).stdout == "2 added, 0 changed, 0 as before.\n1 passwords set.\n"
    assert operator.run("customers", "import", file).stdout == "0 added, 0 changed, 2 as before.\n"


def test_an_import_is_logged_in_numbers_and_a_refused_one_is_not(operator: Operator) -> None:
    operator.run("customers", "import", operator.file(line(ALICE, OLD_PASSWORD), line(CAROL_BY_MOBILE_ONLY)))
    operator.run("customers", "import", operator.file(line(ALICE) | {"mobile": "31098"}))
    assert operator.events("customers_imported") == [{"added": 2, "changed": 0, "unchanged": 0, "passwords": 1}]


def test_a_bad_file_is_refused_with_its_lines_and_no_value(operator: Operator) -> None:
    file = operator.file(line(ALICE), line(CAROL_BY_MOBILE_ONLY) | {"mobile": "31098"}, line(ALICE))
    refused = operator.run("customers", "import", file)
    assert refused.exit_code == 1
    assert refused.stderr == (
        "Error: nothing was loaded.\n"
        "line 2: mobile: is not a mobile number such as +573001234567\n"
        "line 3: the same document as line 1\n"
    )


@pytest.mark.parametrize("file", ["nowhere.jsonl", "."])
def test_a_file_that_is_none_is_a_slip_in_the_command(operator: Operator, file: str) -> None:
    assert operator.run("customers", "import", file).exit_code == 2


def test_what_cannot_be_read_twice_is_not_read_once(operator: Operator) -> None:
    refused = operator.run("customers", "import", "/dev/null")
    assert refused.exit_code == 2
    assert "ordinary file" in refused.stderr


def test_away_from_a_terminal_progress_is_a_plain_line_now_and_then(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "SPARSE_SECONDS", 0)
    done = operator.run("customers", "import", operator.file(line(ALICE)))
    assert done.stderr == "Checking: 100 %\nLoading: 100 %\n"


def test_on_a_terminal_progress_is_a_bar(operator: Operator) -> None:
    done = operator.run("customers", "import", operator.file(line(ALICE)), env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert re.search("Loading.*━━━", done.stderr)


def test_ctrl_c_is_told_in_one_line(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.customers_file.import_file", interrupted)
    stopped = operator.run("customers", "import", operator.file(line(ALICE)))
    assert stopped.exit_code == 130
    assert stopped.stderr == "Error: stopped; nothing was changed.\n"


def test_a_database_without_tables_is_told_in_one_line(operator: Operator) -> None:
    (operator.folder / "empty").mkdir()
    empty = f"sqlite:///{operator.folder / 'empty' / 'bank.db'}"
    app = create_app(read_settings(**PRODUCTION | {"instance_dir": operator.folder, "database_url": empty}))
    events.configure(io.StringIO())
    refused = app.test_cli_runner().invoke(args=["customers", "import", operator.file(line(ALICE))])
    assert refused.exit_code == 1
    assert refused.stderr == "Error: the database refuses: no such table: keyring\n"


@pytest.mark.parametrize("command", [("customers", "show"), ("customers", "unlock"), ("questions", "explain")])
def test_a_wrong_document_is_a_slip_and_is_not_repeated(operator: Operator, command: tuple[str, str]) -> None:
    refused = operator.run(*command, "--document", "NIT 9001234567")
    assert refused.exit_code == 2
    assert "wrong check digit" in refused.stderr
    assert "9001234567" not in refused.output


@pytest.mark.parametrize(
    "command",
    [("customers", "show"), ("customers", "unlock"), ("customers", "unfreeze"), ("questions", "explain")],
)
def test_a_document_that_nobody_has_is_told_in_one_line(operator: Operator, command: tuple[str, str]) -> None:
    refused = operator.run(*command, "--document", str(NOBODYS_DOCUMENT))
    assert (refused.exit_code, refused.stderr) == (1, "Error: no customer has this document.\n")


def test_a_document_may_be_typed_when_asked_to_keep_it_out_of_the_shell_s_history(operator: Operator) -> None:
    operator.enrol(ALICE)
    assert operator.run("customers", "show", input="cc 1.020.304.050\n").exit_code == 0


def test_unlock_opens_recovery_and_log_in(operator: Operator, clock: Clock) -> None:
    alice = operator.enrol(ALICE)
    for _ in range(3):
        log_in(operator.store, operator.rules, ALICE.document, "wrong")
    with operator.store.transaction() as tx:
        tx.budgets.spend(alice.id, Budget.ANSWERS, 1)
        tx.budgets.lock(alice.id, clock.now + timedelta(hours=24))
    assert operator.run("customers", "unlock", "--document", str(ALICE.document)).exit_code == 0
    assert log_in(operator.store, operator.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME
    with operator.store.transaction() as tx:
        assert tx.budgets.locked_until(alice.id) is None
        assert tx.budgets.spend(alice.id, Budget.ANSWERS, 1) == 0


def test_unfreeze_lets_the_password_be_used_again(operator: Operator, clock: Clock) -> None:
    alice = operator.enrol(ALICE)
    clock.go_on(days=7)
    with operator.store.transaction() as tx:
        tx.credentials.freeze(alice.id)
    assert log_in(operator.store, operator.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.FROZEN
    assert operator.run("customers", "unfreeze", "--document", str(ALICE.document)).exit_code == 0
    assert log_in(operator.store, operator.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME


def test_unfreeze_gives_nobody_the_password_back_that_the_alarm_was_about(operator: Operator, clock: Clock) -> None:
    alice = operator.enrol(ALICE)
    clock.go_on(days=6)
    with operator.store.transaction() as tx:
        tx.credentials.freeze(alice.id)
    told = operator.run("customers", "unfreeze", "--document", str(ALICE.document))
    assert "is forgotten" in told.output
    assert shown(operator, ALICE)["password"] == "none"
    assert log_in(operator.store, operator.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WRONG


def freeze(operator: Operator, person: Customer) -> None:
    """The customer pressed «no fui yo»."""
    with operator.store.transaction() as tx:
        found = tx.customers.by_document(document_key(person.document, operator.rules.keys))
        assert found
        tx.credentials.freeze(found.id)


def unfreeze(operator: Operator, person: Customer) -> tuple[str, list[bool]]:
    """What `customers unfreeze` says, and what the log says then of the password."""
    told = operator.run("customers", "unfreeze", "--document", str(person.document)).stdout
    return told, [entry["same_password"] for entry in operator.events("authn_credential_unfrozen")]


def test_unlock_says_that_who_is_frozen_stays_shut_out_and_what_opens(operator: Operator) -> None:
    operator.enrol(ALICE)
    assert operator.run("customers", "unlock", "--document", str(ALICE.document)).stdout == (
        "Recovery and log-in are open again.\n"
    )
    freeze(operator, ALICE)
    told = operator.run("customers", "unlock", "--document", str(ALICE.document)).stdout.splitlines()
    assert told[-1] == (
        "Recovery and log-in stay closed: the customer is still frozen. `customers unfreeze` opens them."
    )
    assert not any("open again" in one for one in told)
    assert shown(operator, ALICE)["log-in"].startswith("frozen")


def test_unfreeze_opens_log_in_for_who_typed_the_right_password_meanwhile(operator: Operator, clock: Clock) -> None:
    operator.enrol(ALICE)
    clock.go_on(days=7)
    freeze(operator, ALICE)
    for _ in range(4):
        log_in(operator.store, operator.rules, ALICE.document, OLD_PASSWORD)
    assert unfreeze(operator, ALICE) == ("The password can be used again.\n", [True])
    assert log_in(operator.store, operator.rules, ALICE.document, OLD_PASSWORD).outcome is LoginOutcome.WELCOME


def test_unfreeze_says_of_somebody_who_is_not_frozen_that_nothing_changed(operator: Operator) -> None:
    operator.enrol(ALICE)
    assert unfreeze(operator, ALICE) == ("This customer is not frozen; nothing was changed.\n", [])


def test_unfreeze_promises_no_password_where_there_is_none(operator: Operator) -> None:
    operator.run("customers", "import", operator.file(line(ALICE)))
    freeze(operator, ALICE)
    told, logged = unfreeze(operator, ALICE)
    assert (told, logged) == ("The access is open again, but there is no password: a recovery sets one.\n", [False])


def shown(operator: Operator, person: Customer) -> dict[str, str]:
    """What `customers show` says, by name."""
    output = operator.run("customers", "show", "--document", str(person.document)).stdout
    rows = (re.split(r"\s{2,}", row.strip(), maxsplit=1) for row in output.splitlines() if row.strip())
    return dict(rows)


def test_show_tells_how_a_customer_stands_behind_masks(operator: Operator) -> None:
    operator.enrol(ALICE)
    told = shown(operator, ALICE)
    assert told["document"] == "CC ••••• 50"
    assert told["e-mail"] == "a•••••@e•••••.com"
    assert told["mobile"] == "••••• 67"
    assert told["contact since"] == "2024-02-01 09:00 −05:00"
    assert told["products"] == "credit_card, mortgage, savings_account"
    assert told["log-in"] == "open"
    assert told["recovery"] == "possible"
    assert told["locked until"] == "no"


def test_show_tells_what_is_blocked_and_why(operator: Operator, clock: Clock) -> None:
    dave = operator.enrol(DAVE_WITH_A_BORROWED_CARD)
    for _ in range(3):
        log_in(operator.store, operator.rules, dave.document, "wrong")
    with operator.store.transaction() as tx:
        tx.budgets.lock(dave.id, clock.now + timedelta(hours=24))
    told = shown(operator, dave)
    assert told["log-in"] == "blocked by wrong passwords"
    assert told["recovery"] == "refused: not_eligible"
    assert told["locked until"] == "2026-03-03 10:00 −05:00"
    with operator.store.transaction() as tx:
        tx.credentials.freeze(dave.id)
    assert shown(operator, dave)["log-in"].startswith("frozen since 2026-03-02 10:00")


def explained(operator: Operator, person: Customer) -> str:
    arguments = ("questions", "explain", "--document", str(person.document))
    return operator.run(*arguments, env={"COLUMNS": "200"}).stdout


def test_explain_tells_kinds_odds_and_choice_of_questions(operator: Operator) -> None:
    alice = operator.enrol(ALICE)
    output = explained(operator, ALICE)
    rows = [row.split() for row in output.splitlines() if " 1 in " in row and "_" in row]
    key = operator.rules.keys.of("questions")
    assert [row[0] for row in rows] == [
        question.kind for question in questions.explain(alice, key, operator.store.clock().year)
    ]
    assert sum(row[-1] == "yes" for row in rows) == 3
    assert "In which city did you open your savings account?" in output
    assert re.search(r"All of the set: 1 in \d{3}\.\d; allowed: 1 in 125\.0\.", output)


def test_explain_prints_neither_answers_nor_options(operator: Operator) -> None:
    alice = operator.enrol(ALICE)
    output = explained(operator, ALICE)
    assert not re.search(r"\d", re.sub(r"1 in \d+\.\d", "", output)), "no year, day or amount"
    for question in questions.explain(alice, operator.rules.keys.of("questions"), operator.store.clock().year):
        assert question.right not in output
        if question.kind in {QuestionKind.BRANCH_CITY, QuestionKind.OPENED_MONTH}:
            labels = [str(option.label.values.get("value", option.label.msgid)) for option in question.options]
            assert not any(label in output for label in labels)


def test_explain_says_when_the_facts_are_too_few(operator: Operator) -> None:
    operator.enrol(GRACE_WITH_ONE_CARD)
    output = explained(operator, GRACE_WITH_ONE_CARD)
    assert "Too few facts: no 3 questions together are as hard to guess as 1 in 125.0." in output
    assert "yes" not in output


def test_the_demo_s_people_are_refused_in_production(operator: Operator) -> None:
    refused = operator.run("demo", "load")
    assert (refused.exit_code, refused.stderr) == (1, "Error: the demo's people do not belong into production.\n")


def person_of(state: State) -> people.Person:
    (found,) = [person for person in PEOPLE if person.state is state]
    return found


def person_named(name: str) -> people.Person:
    (found,) = [person for person in PEOPLE if name in person.name]
    return found


def test_the_first_person_of_the_demo_is_the_one_of_the_contract() -> None:
    first = PEOPLE[0]
    assert (str(first.document), first.name) == ("CC 1020304050", "Ana María Rojas Peña")
    assert first.customer.email == "ana@example.com"
    assert [product.kind for product in first.customer.products] == ["savings_account", "mortgage", "credit_card"]


def test_the_demo_s_people_would_pass_as_a_customers_file(operator: Operator, clock: Clock) -> None:
    lines = [json.loads(person.entry(clock.now).model_dump_json()) for person in PEOPLE]
    done = operator.run("customers", "import", operator.file(*lines))
    assert done.stdout.startswith(f"{len(PEOPLE)} added, 0 changed")


def test_the_demo_s_people_cover_every_document_and_every_product() -> None:
    assert len(PEOPLE) >= 12
    assert {person.document.type for person in PEOPLE} == set(IdType)
    assert {product.kind for person in PEOPLE for product in person.customer.products} == set(ProductKind)
    assert all(person.customer.email is None or person.customer.email.endswith("@example.com") for person in PEOPLE)


EXPECTED_REFUSALS = {
    "Elena Turpial": Refusal.ON_HOLD,
    "Gabriel Musgo": Refusal.NOT_ELIGIBLE,
    "Inés Orquídea": Refusal.FROZEN,
    "Jacinto Cardón": Refusal.NOT_ELIGIBLE,
    "Karina Laurel": Refusal.TOO_FEW_FACTS,
    "Nicolás Roble": Refusal.NO_CONTACT,
}


def refusal_of(demo: Operator, person: people.Person) -> Refusal | None:
    customer, credential = demo.customer(person.document)
    return Case(demo.rules, demo.store.clock(), customer=customer, credential=credential).refusal()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_each_of_the_demo_s_people_can_recover_or_is_refused_as_the_story_says(
    demo: Operator, person: people.Person
) -> None:
    expected = next((refusal for name, refusal in EXPECTED_REFUSALS.items() if name in person.name), None)
    assert refusal_of(demo, person) == expected


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_the_demo_s_password_is_a_good_one_and_lets_in_whoever_is_not_shut_out(
    demo: Operator, person: people.Person
) -> None:
    customer, _ = demo.customer(person.document)
    assert all(one.passed for one in demo.rules.passwords.judge(people.PASSWORD, personal_words(customer)))
    shut_out = {State.BLOCKED: LoginOutcome.BLOCKED, State.FROZEN: LoginOutcome.FROZEN}
    login = log_in(demo.store, demo.rules, person.document, people.PASSWORD)
    assert login.outcome is shut_out.get(person.state, LoginOutcome.WELCOME)


def test_the_demo_has_somebody_for_each_channel_alone() -> None:
    assert (person_named("Bruno").customer.email, person_named("Dieter").customer.mobile) == (None, None)
    assert person_named("Bruno").customer.mobile
    assert person_named("Dieter").customer.email


def test_the_demo_has_somebody_with_one_account_and_enough_to_ask_about() -> None:
    (account,) = person_named("Camila").customer.products
    assert (account.kind, account.transactional, account.debit_card) == (ProductKind.SAVINGS_ACCOUNT, True, True)


def test_the_demo_has_somebody_with_an_additional_card_only() -> None:
    (card,) = person_named("Jacinto").customer.products
    assert (card.kind, card.holder) == (ProductKind.CREDIT_CARD, Holder.ADDITIONAL)


def test_the_demo_has_somebody_with_two_accounts_of_which_nothing_is_asked(demo: Operator) -> None:
    customer, _ = demo.customer(person_named("Marcela").document)
    kinds = [product.kind for product in customer.products]
    assert kinds.count(ProductKind.SAVINGS_ACCOUNT) == 2
    asked = questions.explain(customer, demo.rules.keys.of("questions"), demo.store.clock().year)
    assert not any("savings account" in repr(question.prompt) for question in asked)


def test_the_demo_has_somebody_whose_recovery_is_locked(demo: Operator) -> None:
    told = shown(demo, demo.customer(person_of(State.LOCKED).document)[0])
    assert (told["recovery"], told["log-in"]) == ("locked", "open")
    assert told["locked until"] == "2026-03-03 10:00 −05:00"


def test_loading_the_demo_again_undoes_nothing_that_a_visitor_did(demo: Operator) -> None:
    first, blocked, frozen = PEOPLE[0], person_of(State.BLOCKED), person_of(State.FROZEN)
    ids = {person.document: demo.customer(person.document)[0].id for person in (first, blocked, frozen)}
    with demo.store.transaction() as tx:
        for person in (first, blocked):
            tx.credentials.assign(ids[person.document], CHEAP.hash(NEW_PASSWORD))
            tx.credentials.clear_logins(document_key(person.document, demo.rules.keys))
        tx.credentials.unfreeze(ids[frozen.document])
    assert demo.run("demo", "load").exit_code == 0
    for person, password in ((first, NEW_PASSWORD), (blocked, NEW_PASSWORD), (frozen, people.PASSWORD)):
        assert log_in(demo.store, demo.rules, person.document, password).outcome is LoginOutcome.WELCOME


def test_loading_the_demo_again_keeps_the_hold_and_the_lock_from_passing(demo: Operator, clock: Clock) -> None:
    held, locked = person_of(State.ON_HOLD), person_of(State.LOCKED)
    clock.go_on(days=40)
    assert refusal_of(demo, held) is None
    assert demo.run("demo", "load").exit_code == 0
    assert refusal_of(demo, held) is Refusal.ON_HOLD
    customer, _ = demo.customer(locked.document)
    with demo.store.transaction() as tx:
        assert tx.budgets.locked_until(customer.id) == clock.now + timedelta(hours=24)


def test_who_is_who_is_a_table_of_everybody() -> None:
    rows = people.table().splitlines()
    assert rows[:2] == ["| document | name | what to see |", "|---|---|---|"]
    assert rows[2].startswith("| `CC 1020304050` | Ana María Rojas Peña | ")
    assert len(rows) == 2 + len(PEOPLE)
    assert all(person.story_en and person.story_es for person in PEOPLE)
