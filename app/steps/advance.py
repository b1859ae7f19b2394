"""How an answer moves a recovery: spend the try, decide, and keep all of it in one transaction."""

from dataclasses import dataclass, replace
from typing import Any

from app.domain.case import Case, Decision, Rules
from app.domain.journey import Outcome, Step, next_step
from app.domain.messages import Message
from app.domain.notices import NoticeKind
from app.domain.policy import Budget
from app.domain.ports import Store, Transaction
from app.domain.recovery import Recovery, StaleRecovery, standing
from app.steps import STEPS, Press, another_code, hand_over, link_sent


@dataclass(frozen=True, slots=True)
class Moved:
    """Where an answer led from the step of its `origin`, the recovery as it is now, and what to say about it.

    `out_of_tries` is for the log where the answer must not tell.
    """

    origin: Step
    step: Step
    outcome: Outcome
    recovery: Recovery
    message: Message | None = None
    tries_left: int | None = None
    out_of_tries: bool = False


def look(tx: Transaction, rules: Rules, recovery_id: str | None, ticket: str | None) -> tuple[Step, Case]:
    """Where a browser stands, and the case its step may look at.

    A customer whom an import turned away, or left without facts or addresses, is refused where something would be
    sent or asked; looking keeps nothing (S5), so what the bank puts right goes on.
    """
    recovery = tx.recoveries.get(recovery_id) if recovery_id else None
    step = standing(recovery, ticket, tx.now, rules.policy)
    case = Case(rules, tx.now, recovery, gave_way=recovery is not None and recovery.gave_way(ticket, tx.now))
    if recovery is None or recovery.customer_id is None or ticket != recovery.ticket:
        return step, case
    customer = tx.customers.by_id(recovery.customer_id)
    today, in_a_row = (tx.budgets.left(customer.id, one, rules.policy.limit(one)) for one in _all_of(Budget.ANSWERS))
    case = replace(
        case,
        customer=customer,
        credential=tx.credentials.of(customer.id),
        may_answer=in_a_row > 0,
        answers_left=min(today, in_a_row),
    )
    if step in _LOOKED_AT_AGAIN and (why := case.refusal()):
        return next_step(step, Outcome.TURNED_AWAY), replace(case, recovery=replace(recovery, refusal=why))
    return step, case


_LOOKED_AT_AGAIN = frozenset({Step.CONTACTS, Step.CODE, Step.QUESTIONS})


def is_under_way(step: Step, case: Case) -> bool:
    """Whether this browser opened a link and may go on."""
    return step in STEPS and case.customer is not None


@dataclass(frozen=True, slots=True)
class Opened:
    """The recovery of a link if there is one, the step it leads to, and whether the browser turns to it."""

    recovery: Recovery | None
    step: Step
    is_followed: bool


def open_link(tx: Transaction, rules: Rules, link_hash: str, recovery_id: str | None, ticket: str | None) -> Opened:
    """What a link leads to in a browser that knows this recovery by this ticket. Uses up and changes nothing (S5).

    A link that is of no use takes nobody away from where they are under way.
    """
    found = tx.recoveries.by_link(link_hash)
    leads_to, _ = look(tx, rules, found.id if found else None, link_hash)
    is_good = leads_to is Step.REIDENTIFY
    return Opened(found, leads_to, is_good or not is_under_way(*look(tx, rules, recovery_id, ticket)))


def advance(store: Store, step: Step, case: Case, answer: Any) -> Moved:
    """Take one answer at `step`.

    The try is spent, and that is kept, before anything is compared: neither a crash nor a parallel guess
    wins a free one (design decision 2, NIST SP 800-63B-4 3.2.2).

    Raises:
        StaleRecovery: another request moved the recovery in between; nothing of this one was kept.
    """
    if step is Step.LINK_SENT:
        return _take_over(store, case, answer)
    return _take(store, step, STEPS[step], case, answer)


def _take(store: Store, step: Step, module: Press, case: Case, answer: Any) -> Moved:
    tries_left = _spend(store, case, module.BUDGET)
    if module.BUDGET and tries_left is None:
        decision = Decision(Outcome.SPENT, case.under_way)
    else:
        decision = module.handle(case, answer)
    if decision.outcome is Outcome.WRONG and tries_left == 0:
        decision = Decision(Outcome.SPENT, decision.recovery)
    if decision.outcome in _RIGHT:
        _refund(store, case, module.BUDGET)
    with store.transaction() as tx:
        kept = _keep(tx, step, case, decision)
    return Moved(step, next_step(step, decision.outcome), decision.outcome, kept, decision.message, tries_left)


_RIGHT = (Outcome.ACCEPTED, Outcome.TURNED_AWAY)
_REFUNDED = (Budget.DOCUMENTS, Budget.GUESSES, Budget.ANSWERS, Budget.PASSWORDS)
_SPENT_TOO = {Budget.ANSWERS: (Budget.ANSWERS_IN_A_ROW,)}


def _spend(store: Store, case: Case, budget: Budget | None) -> int | None:
    """Spend one of all that this try costs; how many are left of the scarcest, None where one was spent already."""
    if budget is None:
        return None
    with store.transaction() as tx:
        tx.customers.hold(case.owner.id)  # of several rows at once: nobody else takes them in another order
        left = []
        for one in _all_of(budget):
            number = tx.budgets.spend(case.owner.id, one, case.rules.policy.limit(one))
            if number is None:  # what costs nothing any more costs none of the others
                return None
            left.append(number)
    return min(left)


def _all_of(budget: Budget) -> tuple[Budget, ...]:
    return (budget, *_SPENT_TOO.get(budget, ()))


def _refund(store: Store, case: Case, budget: Budget | None) -> None:
    """A right answer costs nothing, even if the same one was sent twice at once and only one of them counts."""
    if budget in _REFUNDED:
        with store.transaction() as tx:
            tx.customers.hold(case.owner.id)
            for one in _all_of(budget):
                tx.budgets.refund(case.owner.id, one)


def _keep(tx: Transaction, step: Step, case: Case, decision: Decision) -> Recovery:
    if case.customer:
        tx.customers.hold(case.customer.id)
    if decision.outcome is Outcome.SPENT:
        return _lock_out(tx, case)
    to = next_step(step, decision.outcome)
    # Who stays keeps the step as it is kept: at REIDENTIFY that is LINK_SENT.
    after = decision.recovery if to is step else replace(decision.recovery, step=to)
    after = after.touched(tx.now, case.rules.policy)
    if case.recovery is None:
        tx.recoveries.add(after)
    else:
        after = tx.recoveries.save(case.recovery, after)
    decision.then(tx)
    return after


def _lock_out(tx: Transaction, case: Case) -> Recovery:
    """Close recovery for `LOCK_HOURS` and tell every address; log-in stays as it is (S3, S10).

    A wrong answer given at the same time does not stand in the way.

    Raises:
        StaleRecovery: the recovery has left this step.
    """
    customer, here = case.owner, tx.recoveries.get(case.under_way.id)
    if here is None or here.step is not case.under_way.step:
        raise StaleRecovery(case.under_way.id)
    locked = tx.recoveries.save(here, replace(here, step=Step.LOCKED))
    tx.recoveries.close_all(customer.id, Step.LOCKED)
    if tx.budgets.locked_until(customer.id) is None:
        tx.budgets.lock(customer.id, tx.now + case.rules.policy.lock)
        tx.notices.post(NoticeKind.LOCKED, here.id, case.language, customer.id, customer.contact.channels)
    return locked


def _take_over(store: Store, case: Case, number: str) -> Moved:
    """Compare the number that a browser without ticket typed; a wrong one moves nothing and tells nothing (S1, S9)."""
    here, step = case.under_way, Step.LINK_SENT
    with store.transaction() as tx:
        may_try = tx.recoveries.spend_number(here.id, case.rules.policy.number_attempts)
    decision = link_sent.handle(case, number)
    if not may_try or decision.outcome is Outcome.WRONG:
        return Moved(step, step, Outcome.WRONG, here, link_sent.WRONG_NUMBER, out_of_tries=not may_try)
    with store.transaction() as tx:
        kept = tx.recoveries.save(here, decision.recovery)
    return Moved(step, next_step(step, decision.outcome), decision.outcome, kept)


def offer(store: Store, step: Step, case: Case) -> Moved | None:
    """Show a number by which the browser that asked may take over; None where that is not offered (0052).

    Raises:
        StaleRecovery: another request moved the recovery in between; nothing of this one was kept.
    """
    return _take(store, step, hand_over, case, None) if hand_over.is_offered(step, case) else None


def reissue(store: Store, case: Case) -> Moved | None:
    """Send another code in place of one that came too late; it is one of the day's. None where none is owed (0050).

    Raises:
        StaleRecovery: another request moved the recovery in between; nothing of this one was kept.
    """
    return _take(store, Step.CODE, another_code, case, None) if case.is_owed_a_code else None


def extend(store: Store, step: Step, case: Case) -> None:
    """Give more time before the idle end, within the total, where there is one (WCAG 2.2.1).

    Raises:
        StaleRecovery: another request moved the recovery in between, and began its time anew.
    """
    if is_under_way(step, case):
        with store.transaction() as tx:
            tx.recoveries.save(case.under_way, case.under_way.touched(tx.now, case.rules.policy))
