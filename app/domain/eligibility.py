"""Who may recover alone: one table of products, and what else must hold."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from app.domain.customers import Customer, Holder, Product, ProductKind
from app.domain.policy import Policy
from app.domain.recovery import Refusal


def _always(_: Product) -> bool:
    return True


def _with_debit_card(account: Product) -> bool:
    return account.transactional and account.debit_card


def _as_main_holder(card: Product) -> bool:
    return card.holder is Holder.MAIN


QUALIFIES: Final[Mapping[ProductKind, Callable[[Product], bool]]] = MappingProxyType(
    {
        ProductKind.SAVINGS_ACCOUNT: _with_debit_card,
        ProductKind.CHECKING_ACCOUNT: _with_debit_card,
        ProductKind.MORTGAGE: _always,
        ProductKind.PERSONAL_LOAN: _always,
        ProductKind.PAYROLL_LOAN: _always,
        ProductKind.VEHICLE_LOAN: _always,
        ProductKind.COMMERCIAL_LOAN: _always,
        ProductKind.MICROCREDIT: _always,
        ProductKind.CREDIT_CARD: _as_main_holder,
    }
)


def refusal(customer: Customer, frozen: bool, now: datetime, policy: Policy) -> Refusal | None:
    """Why this customer is sent to the phone line or a branch, or None.

    A contact that changed within the hold (SIM swap, a deceived branch) is no proof: NIST SP 800-63B-4 4.2.
    """
    if frozen:
        return Refusal.FROZEN
    if not any(QUALIFIES[product.kind](product) for product in customer.products):
        return Refusal.NOT_ELIGIBLE
    if not customer.contact.channels:
        return Refusal.NO_CONTACT
    if now < customer.contact.updated_at + policy.contact_hold:
        return Refusal.ON_HOLD
    return None
