"""Customers with few products, and the questions that are drawn for them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from app.domain.customers import DEPOSITS, Contact, Customer, Product, ProductKind
from app.domain.documents import IdentityDocument
from app.domain.messages import Message
from app.domain.questions import Question, QuestionKind, pools
from app.domain.questions import draw as draw_in_year
from app.domain.questions import explain as explain_in_year

KEY = bytes(range(32))
TODAY = date(2026, 10, 15)
CREDITS = frozenset(ProductKind) - DEPOSITS


def draw(customer: Customer, key: bytes, count: int, year: int = TODAY.year) -> tuple[Question, ...]:
    """The set of this year."""
    return draw_in_year(customer, key, count, year)


def explain(customer: Customer, key: bytes, year: int = TODAY.year) -> tuple[Question, ...]:
    """Every question of this year."""
    return explain_in_year(customer, key, year)


def person(*products: Product, number: int = 1) -> Customer:
    """A customer with these products."""
    return Customer(
        id=number,
        document=IdentityDocument.parse("CC", str(1_000_000_000 + number)),
        given_names="Alice",
        family_names="Rojas",
        contact=Contact("alice@example.com", "+573001234567", datetime(2024, 1, 1, tzinfo=UTC)),
        products=products,
    )


SAVINGS = Product(
    ProductKind.SAVINGS_ACCOUNT, "24012345678", date(2017, 3, 9), "Cali", transactional=True, debit_card=True
)
MORTGAGE = Product(
    ProductKind.MORTGAGE, "0199887766", date(2019, 8, 20), "Bogotá", monthly_payment=1_250_000, payment_day=5
)
VEHICLE = Product(
    ProductKind.VEHICLE_LOAN,
    "0155443322",
    date(2024, 2, 12),
    "Pasto",
    monthly_payment=930_000,
    payment_day=20,
)
PERSONAL = Product(
    ProductKind.PERSONAL_LOAN, "0166778899", date(2025, 6, 3), "Cali", monthly_payment=410_000, payment_day=15
)
MICROCREDIT = Product(ProductKind.MICROCREDIT, "0177889900", date(2022, 9, 1), monthly_payment=300_000, payment_day=1)
CARD = Product(ProductKind.CREDIT_CARD, "4000000000001234", date(2020, 1, 15), credit_limit=6_000_000, payment_day=18)
ALICE = person(SAVINGS, MORTGAGE, CARD)
BOB = person(SAVINGS, number=2)


def text(message: Message) -> str:
    """What an English reader would see."""
    return message.msgid % {k: text(v) if isinstance(v, Message) else v for k, v in message.values.items()}


def shown(questions: Iterable[Question]) -> str:
    """Everything that a page would say about these questions."""
    lines = [
        (
            question.id,
            text(question.prompt),
            *((option.value, text(option.label)) for option in question.options),
        )
        for question in questions
    ]
    return "\n".join(map(str, lines))


def right_answers(questions: Iterable[Question]) -> dict[str, str]:
    return {question.id: question.right for question in questions}


def asked(questions: Iterable[Question], kind: QuestionKind) -> Question:
    (found,) = (question for question in questions if question.kind is kind)
    return found


def about(question: Question) -> str:
    product = question.prompt.values.get("product")
    return product.msgid if isinstance(product, Message) else ""


def compatible(one: Question, other: Question) -> bool:
    """Whether neither question answers the other or hints at it."""
    kinds = {one.kind, other.kind}
    if len(kinds) == 1 or kinds == {QuestionKind.PAYMENT_BAND, QuestionKind.LIMIT_BAND}:
        return False
    listed = {text(option.label) for question in (one, other) for option in question.options}
    if QuestionKind.PRODUCT_HELD in kinds:
        credits = {text(pools.PRODUCT_NAMES[kind]) for kind in CREDITS}
        return QuestionKind.OPENING_ORDER not in kinds and not credits & {about(one), about(other)}
    if kinds == {QuestionKind.OPENING_ORDER, QuestionKind.OPENED_YEAR}:
        return not any(name and name in label for name in (about(one), about(other)) for label in listed)
    return True
