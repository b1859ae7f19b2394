"""Random walks of several browsers through recovery: nobody gets further than their proofs, whatever they try."""

from collections import Counter
from typing import Any, ClassVar

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import SQLModel, select

from app.adapters.sql import SqlStore, SqlTransaction, connect
from app.adapters.sql.tables import BudgetRow, RecoveryRow
from app.domain.alarm import freeze
from app.domain.documents import IdentityDocument
from app.domain.journey import ENDS, Outcome, Step
from app.domain.messages import Language
from app.domain.passwords import MOST_HISTORY
from app.domain.policy import Budget, Policy
from app.domain.recovery import StaleRecovery
from tests import people
from tests.journey.bank import Bank, Browser, Seen, other_option
from tests.journey.ledger import PAST_THE_LINK, PROOFS, Account, Entry, Ledger
from tests.people import ALICE, BOB, CHEAP, NOBODYS_DOCUMENT, OLD_PASSWORD, WEAK_PASSWORD, Clock, enrol

CUSTOMERS = {"alice": ALICE, "bob": BOB}
DOCUMENTS = (ALICE.document, BOB.document, NOBODYS_DOCUMENT)

# The honest know all that should be known; the burglar reads their mail and knows no answer; the thief has
# nothing but the numbers of their documents.
HONEST = ("laptop", "phone")
BURGLAR, THIEF = "burglar", "thief"
BARRED = {THIEF: PAST_THE_LINK, BURGLAR: frozenset({Step.PASSWORD, Step.DONE})}
EVERYBODY = (*HONEST, BURGLAR, THIEF)
READERS = (*HONEST, BURGLAR)

PAUSES = (1, 119, 120, 200, 299, 300)
ABSENCES = (60, 20 * 60, 30 * 60 - 1, 30 * 60, 24 * 3600)
PAUSED = st.sampled_from((0, 0, 119, 120))
MADE_UP_CODES = ("000000", "999999")

browsers = st.sampled_from(EVERYBODY)
readers = st.sampled_from(READERS)
customers = st.sampled_from(("alice", "alice", "alice", "bob"))
picks = st.integers(0, 2**16)
depths = st.sampled_from((0, 1, 2, 3, 4, 4, 5))
often = st.sampled_from((True, True, True, False))


def found_bank() -> Bank:
    """A bank in memory; Alice and Bob have forgotten their passwords."""
    engine, clock = connect("sqlite://"), Clock()
    SQLModel.metadata.create_all(engine)
    store = SqlStore(engine, clock)
    for person in CUSTOMERS.values():
        enrol(store, person, OLD_PASSWORD)
    return Bank(store, people.rules(Policy(links_a_day=9, codes_a_day=6)), clock)


class Walks(RuleBasedStateMachine):
    """Browsers, post and time; the ledger says what each of them has a right to."""

    reached: ClassVar[Counter[tuple[str, Step]]] = Counter()
    numbers: ClassVar[Counter[Outcome]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.bank = found_bank()
        self.browsers: dict[str, Browser] = {name: self.bank.browser(name) for name in EVERYBODY}
        self.opened: dict[str, str | None] = dict.fromkeys(EVERYBODY)
        policy = self.bank.rules.policy
        self.ledger = Ledger({name: Account(person, policy) for name, person in CUSTOMERS.items()})
        self.noted = 0
        self.shown: str | None = None

    def teardown(self) -> None:
        self.bank.store.engine.dispose()

    @initialize(several=st.tuples(depths, depths, depths), pick=picks)
    def recover_in_several_browsers(self, several: tuple[int, int, int], pick: int) -> None:
        for who, times in zip(READERS, several, strict=True):
            self.recover(who, "alice", times, slips=pick % 2, pick=pick)

    # --- what people do

    @rule(who=browsers, document=st.sampled_from(DOCUMENTS))
    def ask(self, who: str, document: IdentityDocument) -> None:
        begun = self.browsers[who].ask(document)
        self._leave(who)
        self.ledger.entries[begun] = Entry(self._owner(document))

    @rule(who=readers, pick=picks)
    @precondition(lambda self: self.mailed)
    def open_a_mailed_link(self, who: str, pick: int) -> None:
        self._open(who, self.mailed[-1 - pick % min(len(self.mailed), 4)])

    @rule(who=browsers, how=st.sampled_from(["a made-up link", "the button"]))
    def lose_the_way(self, who: str, how: str) -> None:
        if how == "the button":
            self.browsers[who].start_again()
            self._leave(who)
        else:
            self._open(who, how)

    @rule(pick=picks, times=depths, mail_works=often)
    @precondition(lambda self: self.under_way)
    def go_on(self, pick: int, times: int, mail_works: bool) -> None:
        self.bank.postman.mail_works = mail_works
        self._go_on(self.under_way[pick % len(self.under_way)], times)
        self.bank.postman.mail_works = True

    @rule(pick=picks, times=st.sampled_from((1, 2, 3)))
    @precondition(lambda self: self.under_way)
    def guess(self, pick: int, times: int) -> None:
        self._guess(self.under_way[pick % len(self.under_way)], times, pick)

    @rule(picks=st.tuples(picks, picks), right=st.tuples(st.booleans(), st.booleans()))
    @precondition(lambda self: self.under_way)
    def answer_at_the_same_time(self, picks: tuple[int, int], right: tuple[bool, bool]) -> None:
        several = [self.under_way[pick % len(self.under_way)] for pick in picks]
        pages = [self.browsers[who].look() for who in several]
        marks = [self._entry(who).changes for who in several]
        given = [self._choose(*one) for one in zip(several, pages, right, picks, strict=True)]
        for one in zip(several, pages, given, marks, strict=True):
            self._answer(*one)

    @rule(who=readers, customer=customers, wait=st.sampled_from((59, 60, 290)), pause=st.sampled_from((119, 120, 299)))
    def get_a_code_late(self, who: str, customer: str, wait: int, pause: int) -> None:
        """Confirm the contacts while mail is down; it is up after a while, and another while passes."""
        self.recover(who, customer, 1, 0, 0)
        self.bank.postman.mail_works = False
        self._go_on(who, 1)
        self.time_passes(wait)
        self.bank.postman.mail_works = True
        self.post()
        self.time_passes(pause)

    @rule(asker=readers, opener=readers, customer=customers, slips=st.sampled_from((0, 0, 1, 4, 5)), pause=PAUSED)
    def hand_over(self, asker: str, opener: str, customer: str, slips: int, pause: int) -> None:
        """Ask at one browser, open the link at another, and bring the number back."""
        before = len(self.mailed)
        self.ask(asker, CUSTOMERS[customer].document)
        self.post()
        for token in self.mailed[before:]:
            self._open(opener, token)
        number = self._offer(opener)
        self.time_passes(pause)
        for typed in [*[other_number(number)] * slips, number]:
            self._type_number(asker, typed)

    @rule(who=browsers)
    def type_an_old_number(self, who: str) -> None:
        """The thief sees nobody's screen and makes one up."""
        shown = self.shown or "000000"
        self._type_number(who, other_number(shown) if who == THIEF else shown)

    @rule(who=browsers)
    def offer_to_hand_over(self, who: str) -> None:
        self._offer(who)

    @rule(who=browsers, wrongly=st.booleans())
    def ask_for_another_code(self, who: str, wrongly: bool) -> None:
        recovery_id, now = self.browsers[who].recovery_id, self.bank.clock.now
        entry = self.ledger.entries.get(recovery_id or "")
        moved = self.browsers[who].ask_for_another_code()
        if entry is None or not entry.account or not entry.owes_another_code(who, now):
            assert moved is None, f"{who} has no right to another code"
            return
        assert moved, f"{who} has a right to another code"
        assert moved.outcome is self.ledger.judge_another_code(entry, now)
        event(f"another code: {moved.outcome}")
        self.post()
        if wrongly:
            self._guess(who, 1, 0)

    @rule(who=readers, customer=customers, times=depths, slips=st.sampled_from((0, 1)), pick=picks)
    def recover(self, who: str, customer: str, times: int, slips: int, pick: int) -> None:
        """Ask, open the link, give some right answers, and perhaps a wrong one."""
        before = len(self.mailed)
        self.ask(who, CUSTOMERS[customer].document)
        self.post()
        for token in self.mailed[before:]:
            self._open(who, token)
        self._go_on(who, times)
        self._guess(who, slips, pick)

    @rule(pick=picks, seconds=st.sampled_from(PAUSES), times=st.sampled_from(range(1, 8)))
    @precondition(lambda self: self.under_way)
    def think(self, pick: int, seconds: int, times: int) -> None:
        """Take one's time, and ask for more of it."""
        who = self.under_way[pick % len(self.under_way)]
        for _ in range(times):
            self.bank.clock.go_on(seconds=seconds)
            if self.browsers[who].stay():
                entry = self._entry(who)
                entry.touched_at = self.bank.clock.now
                entry.changes += 1

    @rule(customer=customers, spoken=often)
    def press_the_alarm(self, customer: str, spoken: bool) -> None:
        """The customer says «no fui yo», and may have spoken with the bank by the next step."""
        account = self.ledger.accounts[customer]
        with self.bank.store.transaction() as tx:
            freeze(tx, account.person, "the one in the message", Language.SPANISH)
            if spoken:
                tx.credentials.unfreeze(account.person.id)
        self.ledger.freeze(account)
        account.frozen = not spoken

    # --- what happens by itself

    @rule()
    def post(self) -> None:
        arrived = self.bank.deliver()
        while self.bank.postman.dropped:
            self.ledger.drop(self.bank.postman.dropped.pop())
        for letter in self.bank.postman.written[self.noted :]:
            self.ledger.read(letter, arrived=any(letter is one for one in arrived))
        self.noted = len(self.bank.postman.written)

    @rule()
    def mail_fails(self) -> None:
        self.bank.postman.mail_works = False
        self.post()
        self.bank.postman.mail_works = True

    @rule(seconds=st.sampled_from(ABSENCES))
    def time_passes(self, seconds: int) -> None:
        self.bank.clock.go_on(seconds=seconds)

    # --- what must hold after each of them

    @invariant()
    def all_is_as_the_ledger_says(self) -> None:
        with self.bank.store.transaction() as tx:
            self._every_browser_stands_where_its_proofs_have_brought_it(tx)
            self._a_password_is_the_last_one_that_was_earned(tx)
            self._every_recovery_that_is_done_has_all_its_proofs(tx)
            self._while_recovery_is_locked_nothing_of_the_customer_is_under_way(tx)
            self._no_budget_is_ever_overdrawn(tx)

    def _every_browser_stands_where_its_proofs_have_brought_it(self, tx: SqlTransaction) -> None:
        for who, browser in self.browsers.items():
            step, earned = browser.look_in(tx)[0], self._earned(who)
            assert (step if step in PAST_THE_LINK else None) == earned, f"{who} stands at {step}, earned {earned}"
            assert step not in BARRED.get(who, ()), f"{who} can never have come to {step}"
            self.reached[who, step] += 1

    def _a_password_is_the_last_one_that_was_earned(self, tx: SqlTransaction) -> None:
        for account in self.ledger.accounts.values():
            kept = tx.credentials.of(account.person.id)
            assert CHEAP.verify(kept.password_hash or "", account.password)
            assert len(kept.recent_hashes) == min(account.passwords, MOST_HISTORY)

    def _every_recovery_that_is_done_has_all_its_proofs(self, tx: SqlTransaction) -> None:
        done = {name for name, step, _ in recoveries(tx) if step is Step.DONE}
        assert done == {name for name, entry in self.ledger.entries.items() if entry.is_done}

    def _while_recovery_is_locked_nothing_of_the_customer_is_under_way(self, tx: SqlTransaction) -> None:
        locked = {person.id for person in CUSTOMERS.values() if tx.budgets.locked_until(person.id)}
        assert all(step in ENDS for _, step, customer_id in recoveries(tx) if customer_id in locked)

    def _no_budget_is_ever_overdrawn(self, tx: SqlTransaction) -> None:
        for budget, spent in tx.connection.execute(select(BudgetRow.budget, BudgetRow.spent)):
            assert 0 <= spent <= self.bank.rules.policy.limit(Budget(budget))

    # --- how they do it

    @property
    def mailed(self) -> list[str]:
        """Every link that arrived, the newest last."""
        return [letter.token for letter in self.bank.postman.delivered if letter.token]

    @property
    def under_way(self) -> list[str]:
        """Whoever is asked for a proof."""
        return [who for who in EVERYBODY if self._earned(who) in PROOFS]

    def _owner(self, document: IdentityDocument) -> Account | None:
        owners = (account for account in self.ledger.accounts.values() if account.person.document == document)
        return next(owners, None)

    def _entry(self, who: str) -> Entry:
        return self.ledger.entries[self.browsers[who].recovery_id or ""]

    def _earned(self, who: str) -> Step | None:
        recovery_id = self.browsers[who].recovery_id
        if recovery_id is None:
            return None
        return self.ledger.entries[recovery_id].earned(who, self.opened[who], self.bank.clock.now)

    def _leave(self, who: str) -> None:
        self.ledger.let_go(who)
        self.opened[who] = None

    def _open(self, who: str, token: str) -> None:
        before = self.browsers[who].ticket
        self.browsers[who].open(token)
        if self.browsers[who].ticket != before:
            self._leave(who)
            self.opened[who] = token

    def _go_on(self, who: str, times: int) -> None:
        """Give right answers, as long as one knows them."""
        for _ in range(times):
            if who in self.under_way and self._knows(who, seen := self.browsers[who].look()):
                self._answer(who, seen, self._right(seen))
                self.post()

    def _guess(self, who: str, times: int, pick: int) -> None:
        """Give wrong answers, as long as one is asked."""
        for number in range(times):
            if who in self.under_way:
                seen = self.browsers[who].look()
                self._answer(who, seen, self._wrong(seen, pick + number))
                self.post()

    def _answer(self, who: str, seen: Seen, given: Any, mark: int | None = None) -> None:
        """Answer, and see that it comes to what the ledger says; `mark` is of when the page was seen."""
        browser, now, (step, _) = self.browsers[who], self.bank.clock.now, seen
        entry = self.ledger.entries[seen[1].under_way.id]
        right = self._is_right(seen, entry, given)
        if mark is not None and mark != entry.changes:
            if self.ledger.lose(entry, step, right=right, now=now):
                assert browser.answer(given, seen).outcome is Outcome.SPENT
                return
            with pytest.raises(StaleRecovery):
                browser.answer(given, seen)
            return
        expected = self.ledger.judge(entry, who, step, given, right=right, now=now)
        moved = browser.answer(given, seen)
        assert moved.outcome is expected, f"{who} at {step}: {moved.outcome}, should be {expected}"
        event(f"{step}: {expected}")

    def _offer(self, who: str) -> str:
        """Ask for a number, if one has a right to it; the newest number there is."""
        browser, now = self.browsers[who], self.bank.clock.now
        may = self._earned(who) is Step.REIDENTIFY and not self._entry(who).taker
        number = browser.offer()
        assert (number is not None) is may, f"{who} may offer: {may}"
        if number:
            self._entry(who).show(number, now)
            self.shown = number
        return self.shown or "000000"

    def _type_number(self, who: str, number: str) -> None:
        """Type a number at the waiting page, if that is where one stands."""
        browser, now = self.browsers[who], self.bank.clock.now
        seen = browser.look()
        if seen[0] is not Step.LINK_SENT:
            return
        right = self._entry(who).take_over(who, number, now)
        outcome = browser.answer(number, seen).outcome
        assert outcome is (Outcome.ACCEPTED if right else Outcome.WRONG), f"{who} typed {number}: {outcome}"
        self.numbers[outcome] += 1

    def _choose(self, who: str, seen: Seen, right: bool, pick: int) -> Any:
        """What somebody answers, rightly if they can."""
        return self._right(seen) if right and self._knows(who, seen) else self._wrong(seen, pick)

    def _knows(self, who: str, seen: Seen) -> bool:
        step, case = seen
        if step is Step.CODE:
            return self.ledger.entries[case.under_way.id].code is not None
        return step is not Step.QUESTIONS or who in HONEST

    def _right(self, seen: Seen) -> Any:
        step, page = seen
        entry = self.ledger.entries[page.under_way.id]
        assert entry.account
        match step:
            case Step.REIDENTIFY:
                return entry.account.person.document
            case Step.CODE:
                return entry.code
            case Step.QUESTIONS:
                return {question.id: question.right for question in page.questions()}
            case Step.PASSWORD:
                return f"caracola violeta número {entry.account.passwords} bajo el aguacero"

    def _wrong(self, seen: Seen, pick: int) -> Any:
        step, page = seen
        entry = self.ledger.entries[page.under_way.id]
        assert entry.account
        match step:
            case Step.REIDENTIFY:
                others = [document for document in DOCUMENTS if document != entry.account.person.document]
                return others[pick % len(others)]
            case Step.CODE:
                return self._wrong_code(entry, pick)
            case Step.QUESTIONS:
                questions = page.questions()
                one = questions[pick % len(questions)]
                return {question.id: question.right for question in questions} | {one.id: other_option(one)}
            case Step.PASSWORD:
                return (WEAK_PASSWORD, entry.account.password)[pick % 2]

    def _wrong_code(self, entry: Entry, pick: int) -> str:
        """An earlier one of this recovery, or somebody's old one, or a made-up one."""
        written = [letter for letter in reversed(self.bank.postman.written) if letter.code]
        earlier = [letter.code for letter in written if self.ledger.entries[letter.recovery_id] is entry]
        old = [letter.code for letter in written[:3]]
        wrong = [typed for typed in (*earlier, *old, *MADE_UP_CODES) if typed and typed != entry.code]
        return wrong[0 if entry.code is None else pick % len(wrong)]

    def _is_right(self, seen: Seen, entry: Entry, given: Any) -> bool:
        assert entry.account
        step, case = seen
        if step is Step.REIDENTIFY:
            return bool(given == entry.account.person.document)
        if step is Step.CODE:
            return entry.code is not None and given == entry.code
        if step is Step.QUESTIONS:
            return all(given[question.id] == question.right for question in case.questions())
        return step is Step.CONTACTS or given not in {WEAK_PASSWORD, entry.account.password}


def other_number(number: str) -> str:
    """Six digits that are not these."""
    return f"{(int(number) + 1) % 10**6:06}"


def recoveries(tx: SqlTransaction) -> list[tuple[str, Step, int | None]]:
    """Every recovery that is kept: its name, its step, and whose it is."""
    rows = tx.connection.execute(select(RecoveryRow.id, RecoveryRow.step, RecoveryRow.customer_id))
    return [(name, Step(step), customer_id) for name, step, customer_id in rows]


def test_no_walk_leads_further_than_the_proofs_that_were_given() -> None:
    Walks.reached.clear()
    Walks.numbers.clear()
    run_state_machine_as_test(Walks, settings=settings(max_examples=70, stateful_step_count=30, deadline=None))

    reached = {step for _, step in Walks.reached}
    assert reached >= {*PROOFS, *ENDS} - {Step.REFUSED}, "walks that lead nowhere prove nothing"
    assert Walks.numbers.keys() == {Outcome.ACCEPTED, Outcome.WRONG}, "numbers that never bring anything prove nothing"
