"""What every recovery should come to, kept as a clerk would with pen and paper: the model of the walks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.customers import Customer
from app.domain.journey import Outcome, Step
from app.domain.notices import LATE, Notice, NoticeKind
from app.domain.policy import DAY, YEAR, Budget, Policy
from tests.journey.bank import Letter
from tests.people import OLD_PASSWORD

PROOFS = (Step.REIDENTIFY, Step.CONTACTS, Step.CODE, Step.QUESTIONS, Step.PASSWORD)
PAST_THE_LINK = frozenset({*PROOFS, Step.DONE})
SPENDS = {
    Step.REIDENTIFY: Budget.DOCUMENTS,
    Step.CONTACTS: Budget.CODES,
    Step.CODE: Budget.GUESSES,
    Step.QUESTIONS: Budget.ANSWERS,
    Step.PASSWORD: Budget.PASSWORDS,
}
RIGHT_IS_FREE = SPENDS.keys() - {Step.CONTACTS}


@dataclass
class Tries:
    """What one customer has spent of one budget."""

    limit: int
    window: timedelta = DAY
    spent: int = 0
    ends_at: datetime | None = None

    def spend(self, now: datetime) -> int | None:
        """Spend one; how many are left, None if none was."""
        if self.ends_at is None or now >= self.ends_at:
            self.spent, self.ends_at = 0, now + self.window
        if self.spent == self.limit:
            return None
        self.spent += 1
        return self.limit - self.spent


@dataclass
class Account:
    """One customer: the password that should work, and what stands in the way."""

    person: Customer
    policy: Policy
    password: str = OLD_PASSWORD
    passwords: int = 1
    frozen: bool = False
    locked_until: datetime | None = None
    tries: dict[Budget, Tries] = field(default_factory=dict)

    def spend(self, budget: Budget, now: datetime) -> int | None:
        """Spend one of a budget; how many are left, None if none was. Of answers ten in a row are the limit, too."""
        left = self._of(budget).spend(now)
        if budget is not Budget.ANSWERS:
            return left
        in_a_row = self._of(Budget.ANSWERS_IN_A_ROW, YEAR).spend(now)
        return None if left is None or in_a_row is None else min(left, in_a_row)

    def refund(self, budget: Budget) -> None:
        """Give one back."""
        for one in (budget, Budget.ANSWERS_IN_A_ROW) if budget is Budget.ANSWERS else (budget,):
            tries = self._of(one)
            tries.spent = max(tries.spent - 1, 0)

    def _of(self, budget: Budget, window: timedelta = DAY) -> Tries:
        return self.tries.setdefault(budget, Tries(self.policy.limit(budget), window))

    @property
    def answered_wrong(self) -> bool:
        """Whether all sets of answers in a row are spent."""
        in_a_row = self._of(Budget.ANSWERS_IN_A_ROW, YEAR)
        return in_a_row.spent == in_a_row.limit

    def is_locked(self, now: datetime) -> bool:
        """Whether recovery is closed."""
        return self.locked_until is not None and now < self.locked_until

    def lock(self, now: datetime) -> None:
        """Close recovery; all tries of a day begin anew when it opens."""
        self.locked_until = now + self.policy.lock
        for tries in self.tries.values():
            if tries.window == DAY:
                tries.ends_at = self.locked_until

    def take(self, password: str) -> None:
        """Take a new password, which opens everything."""
        self.password, self.passwords = password, self.passwords + 1
        self.locked_until, self.tries = None, {}


@dataclass
class Entry:
    """One recovery: whose it is, which browser holds it, and which proofs that browser has given, in order."""

    account: Account | None
    counted: bool = False
    token: str | None = None
    sent_at: datetime | None = None
    holder: str | None = None
    given: list[Step] = field(default_factory=list)
    begun_at: datetime | None = None
    touched_at: datetime | None = None
    code: str | None = None
    code_at: datetime | None = None
    asked_at: datetime | None = None
    number: str | None = None
    number_at: datetime | None = None
    numbers_typed: int = 0
    taker: str | None = None
    late: bool = False
    closed: bool = False
    changes: int = 0

    @property
    def is_done(self) -> bool:
        """Whether every proof was given."""
        return tuple(self.given) == PROOFS

    def stands_at(self, step: Step) -> bool:
        """Whether it waits for the proof of this step."""
        return not self.closed and not self.is_done and PROOFS[len(self.given)] is step

    def earned(self, browser: str, opened: str | None, now: datetime) -> Step | None:
        """The step past the link to which this browser has a right; None if it has none."""
        if self.account is None:
            return None
        if self.is_done and self.holder == browser:
            return Step.DONE
        if self.closed:
            return None
        if self.holder is None:
            has_it = self.taker == browser if self.taker else opened == self.token
            return Step.REIDENTIFY if has_it and self._link_lives(now) else None
        return PROOFS[len(self.given)] if self.holder == browser and self._in_time(now) else None

    def _link_lives(self, now: datetime) -> bool:
        return bool(self.account and self.sent_at and now < self.sent_at + self.account.policy.link_valid)

    def show(self, number: str, now: datetime) -> None:
        """Note the number that the browser which opened the link shows."""
        self.number, self.number_at = number, now
        self.changes += 1

    def take_over(self, browser: str, number: str, now: datetime) -> bool:
        """Whether a number typed by who asked brings the recovery to that browser; it is noted."""
        self.numbers_typed += 1
        waits = not self.closed and self.holder is None and not self.given and self._link_lives(now)
        policy = self.account.policy if self.account else Policy()
        in_time = self.number_at is not None and now < self.number_at + policy.number_valid
        if not (waits and in_time and number == self.number and self.numbers_typed <= policy.number_attempts):
            return False
        self.taker, self.number = browser, None
        self.changes += 1
        return True

    def owes_another_code(self, browser: str, now: datetime) -> bool:
        """Whether the code of this browser ran out, and its message left a minute after it was asked for or later."""
        waits = self.holder == browser and self.stands_at(Step.CODE)
        return waits and self.late and not self._in_time(now) and self._session_lives(now)

    def _in_time(self, now: datetime) -> bool:
        assert self.account
        over = self.code_at and self.given[-1] is Step.CONTACTS and now >= self.code_at + self.account.policy.code_valid
        return self._session_lives(now) and not over

    def _session_lives(self, now: datetime) -> bool:
        assert self.account
        assert self.touched_at
        assert self.begun_at
        policy = self.account.policy
        return now < self.touched_at + policy.idle and now < self.begun_at + policy.total

    def close(self) -> None:
        """End it, unless it has ended; a link that was asked for and not written yet stays as it is."""
        if self.token and not self.closed and not self.is_done:
            self.closed = True
            self.changes += 1

    def give(self, browser: str, step: Step, now: datetime) -> None:
        """Note a proof."""
        if step is Step.REIDENTIFY:
            self.holder, self.begun_at = browser, now
        if step is Step.CONTACTS:
            self.asked_at = now
        self.given.append(step)
        self.touched_at = now

    def ask_again(self, now: datetime) -> None:
        """Note that another code was asked for; the one before is dead."""
        self.code, self.code_at, self.late = None, None, False
        self.asked_at = self.touched_at = now
        self.changes += 1


@dataclass
class Ledger:
    """All recoveries and all customers."""

    accounts: dict[str, Account]
    entries: dict[str, Entry] = field(default_factory=dict)

    def of(self, account: Account) -> list[Entry]:
        """Every recovery of a customer."""
        return [entry for entry in self.entries.values() if entry.account is account]

    def read(self, letter: Letter, *, arrived: bool) -> None:
        """Note what a message that the worker wrote makes possible, whether it arrived or was lost."""
        if letter.kind not in {NoticeKind.LINK, NoticeKind.LOCKED, NoticeKind.CODE}:
            return
        entry = self.entries[letter.recovery_id]
        assert entry.account, "nobody's document brings no message"
        if not entry.counted:
            entry.counted = True
            assert entry.account.spend(Budget.LINKS, letter.at) is not None, "no link beyond the day's"
        if letter.token:
            self._link(entry, letter)
        if letter.code:
            entry.code = letter.code
        if letter.code and arrived:
            assert entry.asked_at
            entry.code_at = entry.touched_at = letter.at
            entry.late = letter.at >= entry.asked_at + LATE
            entry.changes += 1

    def drop(self, notice: Notice) -> None:
        """Note that a message will never be sent: a link that was counted costs nothing then."""
        if notice.kind is not NoticeKind.LINK:
            return
        entry = self.entries[notice.recovery_id]
        if entry.counted and entry.account:
            entry.account.refund(Budget.LINKS)

    def _link(self, entry: Entry, letter: Letter) -> None:
        assert entry.account
        assert not entry.account.is_locked(letter.at), "no link while recovery is locked"
        for other in self.of(entry.account):
            if other is not entry and other.holder is None:
                other.close()
        entry.token, entry.sent_at = letter.token, letter.at
        entry.changes += 1

    def judge(self, entry: Entry, browser: str, step: Step, answer: object, *, right: bool, now: datetime) -> Outcome:
        """What an answer must come to; its consequences are noted."""
        assert entry.account
        left = entry.account.spend(SPENDS[step], now) if step in SPENDS else 1
        if left is None or (left == 0 and not right):
            return self._lock(entry, now)
        entry.changes += 1
        if not right:
            entry.touched_at = now
            return Outcome.WRONG
        self._refund(entry.account, step)
        if step is Step.REIDENTIFY and (entry.account.frozen or entry.account.answered_wrong):
            entry.closed = True
            return Outcome.TURNED_AWAY
        entry.give(browser, step, now)
        if step is Step.PASSWORD:
            self._assign(entry, str(answer))
        return Outcome.ACCEPTED

    def judge_another_code(self, entry: Entry, now: datetime) -> Outcome:
        """What asking for another code must come to; its consequences are noted."""
        assert entry.account
        if entry.account.spend(Budget.CODES, now) is None:
            return self._lock(entry, now)
        entry.ask_again(now)
        return Outcome.REISSUED

    def lose(self, entry: Entry, step: Step, *, right: bool, now: datetime) -> bool:
        """Note an answer that came too late to count; whether it closed recovery all the same.

        If it was wrong its try is spent, and the last one locks as long as nobody has left the step.
        """
        if not entry.account or step not in SPENDS:
            return False
        left = entry.account.spend(SPENDS[step], now)
        if left is None or (left == 0 and not right):
            if still := entry.stands_at(step):
                self._lock(entry, now)
            return still
        if right:
            self._refund(entry.account, step)
        return False

    def _refund(self, account: Account, step: Step) -> None:
        if step in RIGHT_IS_FREE:
            account.refund(SPENDS[step])

    def _lock(self, entry: Entry, now: datetime) -> Outcome:
        assert entry.account
        for other in self.of(entry.account):
            other.close()
        entry.account.lock(now)
        return Outcome.SPENT

    def _assign(self, entry: Entry, password: str) -> None:
        assert entry.account
        for other in self.of(entry.account):
            other.close()
        entry.account.take(password)

    def freeze(self, account: Account) -> None:
        """Note that the customer pressed «no fui yo»."""
        account.frozen = True
        for entry in self.of(account):
            entry.close()

    def let_go(self, browser: str) -> None:
        """Note that a browser gave up what it held."""
        for entry in self.entries.values():
            if entry.holder == browser:
                entry.holder = "nobody any more"
            if entry.taker == browser:
                entry.taker = "nobody any more"
