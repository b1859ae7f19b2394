"""Recoveries and budgets: every change is one compare-and-set statement."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, not_, update
from sqlmodel import col, select

from app.adapters.sql.statements import insert, is_over
from app.adapters.sql.tables import BudgetRow, LockRow, RecoveryRow
from app.domain.customers import Channel
from app.domain.journey import ENDS, Step
from app.domain.policy import LONGEST_LOCK, Budget
from app.domain.recovery import Recovery, Refusal, StaleRecovery

_ENUMS = {"step": Step, "link_channel": Channel, "code_channel": Channel, "refusal": Refusal}
_FIELDS = tuple(field.name for field in fields(Recovery))
_COLUMNS = [col(getattr(RecoveryRow, name)) for name in _FIELDS]
_LIVE = col(RecoveryRow.step).not_in([step.value for step in ENDS])


def _recovery(row: Any) -> Recovery:
    values: dict[str, Any] = dict(row._mapping)
    for name, kind in _ENUMS.items():
        values[name] = values[name] and kind(values[name])
    return Recovery(**values)


def _values(recovery: Recovery) -> dict[str, Any]:
    return {name: getattr(recovery, name) for name in _FIELDS}


class SqlRecoveries:
    """The recoveries under way."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, recovery: Recovery) -> None:
        """Write a recovery that begins."""
        self._connection.execute(insert(self._connection, RecoveryRow).values(**_values(recovery)))

    def get(self, recovery_id: str) -> Recovery | None:
        """The recovery with this id."""
        return self._one(col(RecoveryRow.id) == recovery_id)

    def by_link(self, link_hash: str) -> Recovery | None:
        """The recovery whose link has this hash, used or not."""
        return self._one(col(RecoveryRow.link_hash) == link_hash)

    def _one(self, condition: ColumnElement[bool]) -> Recovery | None:
        row = self._connection.execute(select(*_COLUMNS).where(condition)).one_or_none()
        return _recovery(row) if row else None

    def save(self, before: Recovery, after: Recovery) -> Recovery:
        """Write `after` if the stored one is still `before`.

        Raises:
            StaleRecovery: somebody else moved it first.
        """
        moved = replace(after, version=before.version + 1)
        done = self._connection.execute(
            update(RecoveryRow)
            .where(col(RecoveryRow.id) == before.id, col(RecoveryRow.version) == before.version)
            .values(**_values(moved))
            .returning(col(RecoveryRow.version))
        )
        if done.one_or_none() is None:
            raise StaleRecovery(before.id)
        return moved

    def spend_number(self, recovery_id: str, limit: int) -> bool:
        """Spend one try at the number of a recovery; False if none was left. Moves nothing else of it."""
        spent = self._connection.execute(
            update(RecoveryRow)
            .where(col(RecoveryRow.id) == recovery_id, col(RecoveryRow.numbers_tried) < limit)
            .values(numbers_tried=col(RecoveryRow.numbers_tried) + 1)
            .returning(col(RecoveryRow.id))
        )
        return spent.one_or_none() is not None

    def code_accepted(
        self, recovery_id: str, nonce: str, expires_at: datetime, idle_at: datetime | None, *, late: bool
    ) -> None:
        """Start a code's time, unless another code took its place or its time has begun."""
        self._change(
            col(RecoveryRow.id) == recovery_id,
            col(RecoveryRow.step) == Step.CODE,
            col(RecoveryRow.code_nonce) == nonce,
            col(RecoveryRow.code_expires_at).is_(None),
            code_expires_at=expires_at,
            code_late=late,
            idle_at=idle_at,
        )

    def close_all(self, customer_id: int, step: Step) -> None:
        """Bring every live recovery of a customer to the end `step`; what has ended stays as it is."""
        self._change(col(RecoveryRow.customer_id) == customer_id, _LIVE, step=step)

    def supersede_links(self, customer_id: int, newest: str) -> None:
        """Of a customer's unopened links only the newest stays good; recoveries past the link go on."""
        self._change(
            col(RecoveryRow.customer_id) == customer_id,
            col(RecoveryRow.step) == Step.LINK_SENT,
            col(RecoveryRow.id) != newest,
            step=Step.USED,
        )

    def _change(self, *conditions: ColumnElement[bool], **values: Any) -> None:
        self._connection.execute(
            update(RecoveryRow).where(*conditions).values(version=col(RecoveryRow.version) + 1, **values)
        )


class SqlBudgets:
    """What a customer has left of each budget."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def spend(self, customer_id: int, budget: Budget, limit: int) -> int | None:
        """Spend one and tell how many are left, None when none was; one statement: nobody gets in between."""
        over = is_over(col(BudgetRow.ends_at), self._now, budget.longest)
        ends_at = self._now + budget.window
        spent = self._connection.execute(
            insert(self._connection, BudgetRow)
            .values(customer_id=customer_id, budget=budget, spent=1, ends_at=ends_at)
            .on_conflict_do_update(
                index_elements=["customer_id", "budget"],
                set_={
                    "spent": case((over, 1), else_=col(BudgetRow.spent) + 1),
                    "ends_at": case((over, ends_at), else_=col(BudgetRow.ends_at)),
                },
                where=over | (col(BudgetRow.spent) < limit),
            )
            .returning(BudgetRow.spent)
        ).scalar_one_or_none()
        return None if spent is None else limit - spent

    def left(self, customer_id: int, budget: Budget, limit: int) -> int:
        """How many are left, without spending any."""
        spent = self._connection.scalar(
            select(BudgetRow.spent).where(
                col(BudgetRow.customer_id) == customer_id,
                col(BudgetRow.budget) == budget,
                not_(is_over(col(BudgetRow.ends_at), self._now, budget.longest)),
            )
        )
        return max(limit - (spent or 0), 0)

    def refund(self, customer_id: int, budget: Budget) -> None:
        """Give one back: the answer was right."""
        self._connection.execute(
            update(BudgetRow)
            .where(
                col(BudgetRow.customer_id) == customer_id,
                col(BudgetRow.budget) == budget,
                col(BudgetRow.spent) > 0,
            )
            .values(spent=col(BudgetRow.spent) - 1)
        )

    def clear(self, customer_id: int) -> None:
        """Give everything back: the customer proved all there is to prove, or the bank did it by hand."""
        self._connection.execute(delete(BudgetRow).where(col(BudgetRow.customer_id) == customer_id))
        self._connection.execute(delete(LockRow).where(col(LockRow.customer_id) == customer_id))

    def lock(self, customer_id: int, until: datetime) -> None:
        """Close recovery until an instant (UTC); every budget of a day begins anew then."""
        self._connection.execute(
            insert(self._connection, LockRow)
            .values(customer_id=customer_id, until=until)
            .on_conflict_do_update(index_elements=["customer_id"], set_={"until": until})
        )
        self._connection.execute(
            update(BudgetRow)
            .where(col(BudgetRow.customer_id) == customer_id, col(BudgetRow.budget) != Budget.ANSWERS_IN_A_ROW)
            .values(ends_at=until)
        )

    def locked_until(self, customer_id: int) -> datetime | None:
        """Until when recovery is closed (UTC), None if it is open."""
        return self._connection.scalar(
            select(LockRow.until).where(
                col(LockRow.customer_id) == customer_id, not_(is_over(col(LockRow.until), self._now, LONGEST_LOCK))
            )
        )
