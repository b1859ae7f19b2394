"""The demo's customers: all of them invented, each with one thing to show."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Final

from app import customers_file
from app.adapters.sql import SqlStore, SqlTransaction
from app.customers_file import CustomerEntry, ProductEntry
from app.domain.case import Rules
from app.domain.customers import Holder, ProductKind
from app.domain.documents import IdentityDocument, IdType
from app.domain.messages import Language
from app.domain.proofs import document_key
from app.settings import BOGOTA

PASSWORD: Final = "cometa-violeta-19-lagos"  # noqa: S105 - everybody is meant to know it

LONG_AGO: Final = datetime(2024, 2, 1, 9, tzinfo=BOGOTA)


class State(Enum):
    """What happened to a customer before the visitor came."""

    READY = auto()
    ON_HOLD = auto()
    LOCKED = auto()
    BLOCKED = auto()
    FROZEN = auto()


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the demo, and what there is to see."""

    customer: CustomerEntry
    story_en: str
    story_es: str
    state: State = State.READY

    @property
    def document(self) -> IdentityDocument:
        """The document to type."""
        return self.customer.document

    def story(self, language: Language) -> str:
        """What there is to see."""
        return self.story_es if language is Language.SPANISH else self.story_en

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.customer.given_names} {self.customer.family_names}"

    def entry(self, now: datetime) -> CustomerEntry:
        """The line of the customers file; whoever is on hold has changed an address just now."""
        if self.state is not State.ON_HOLD:
            return self.customer
        return self.customer.model_copy(update={"contact_updated_at": now})


def _customer(
    document: str, names: tuple[str, str], *products: ProductEntry, email: str | None, mobile: str | None
) -> CustomerEntry:
    id_type, id_number = document.split(" ")
    given, family = names
    return CustomerEntry(
        id_type=IdType(id_type),
        id_number=id_number,
        given_names=given,
        family_names=family,
        email=email,
        mobile=mobile,
        contact_updated_at=LONG_AGO,
        password=PASSWORD,
        products=products,
    )


def _account(
    number: str, opened_on: date, city: str, kind: ProductKind = ProductKind.SAVINGS_ACCOUNT, *, debit_card: bool = True
) -> ProductEntry:
    return ProductEntry(
        kind=kind, number=number, opened_on=opened_on, city=city, transactional=debit_card, debit_card=debit_card
    )


def _loan(
    kind: ProductKind, number: str, opened_on: date, city: str, monthly_payment: int, payment_day: int
) -> ProductEntry:
    return ProductEntry(
        kind=kind,
        number=number,
        opened_on=opened_on,
        city=city,
        monthly_payment=monthly_payment,
        payment_day=payment_day,
    )


def _card(
    number: str, opened_on: date, credit_limit: int, payment_day: int, holder: Holder = Holder.MAIN
) -> ProductEntry:
    return ProductEntry(
        kind=ProductKind.CREDIT_CARD,
        number=number,
        opened_on=opened_on,
        holder=holder,
        credit_limit=credit_limit,
        payment_day=payment_day,
    )


PEOPLE: Final[tuple[Person, ...]] = (
    Person(
        _customer(
            "CC 1020304050",
            ("Ana María", "Rojas Peña"),
            _account("24012345678", date(2017, 3, 9), "Cali"),
            _loan(ProductKind.MORTGAGE, "0199887766", date(2019, 8, 20), "Bogotá", 1_250_000, 5),
            _card("4000000000001234", date(2020, 1, 15), 6_000_000, 18),
            email="ana@example.com",
            mobile="+573001234567",
        ),
        "The whole way without a hitch: savings account, mortgage and credit card.",
        "El camino completo sin tropiezos: cuenta de ahorros, crédito hipotecario y tarjeta de crédito.",
    ),
    Person(
        _customer(
            "CE 334455",
            ("Bruno", "Cóndor Nevado"),
            _account("24012340002", date(2015, 11, 4), "Pasto", ProductKind.CHECKING_ACCOUNT),
            _loan(ProductKind.PERSONAL_LOAN, "0150000002", date(2023, 5, 12), "Pasto", 480_000, 15),
            email=None,
            mobile="+573000000002",
        ),
        "No e-mail address: link, code and notices come to the mobile.",
        "Sin correo registrado: el enlace, el código y los avisos llegan al celular.",
    ),
    Person(
        _customer(
            "TI 1030405060",
            ("Camila", "Colibrí Lagos"),
            _account("24012340003", date(2021, 6, 17), "Manizales"),
            email="camila@example.com",
            mobile="+573000000003",
        ),
        "One product: a minor's transactional savings account with debit card.",
        "Un solo producto: la cuenta de ahorros transaccional con tarjeta débito de una menor de edad.",
    ),
    Person(
        _customer(
            "PA XK482193",
            ("Dieter", "Lupino Ziegel"),
            _loan(ProductKind.VEHICLE_LOAN, "0170000004", date(2022, 2, 25), "Medellín", 1_130_000, 20),
            _card("4000000000000004", date(2021, 9, 3), 9_500_000, 10),
            email="dieter@example.com",
            mobile=None,
        ),
        "No mobile: everything comes by e-mail. A foreigner with a passport, a vehicle loan and a card.",
        "Sin celular registrado: todo llega por correo. Extranjero con pasaporte, crédito de vehículo y tarjeta.",
    ),
    Person(
        _customer(
            "PPT 4455667",
            ("Elena", "Turpial Araguaney"),
            _account("24012340005", date(2019, 4, 2), "Cúcuta"),
            _loan(ProductKind.PAYROLL_LOAN, "0160000005", date(2022, 10, 11), "Bucaramanga", 610_000, 30),
            email="elena@example.com",
            mobile="+573000000005",
        ),
        "On hold: an address changed a moment ago, so recovery waits.",
        "En espera: acaba de cambiar sus datos de contacto, así que todavía no puede recuperar la contraseña.",
        State.ON_HOLD,
    ),
    Person(
        _customer(
            "NIT 900123456-8",
            ("Ferretería El Frailejón", "S.A.S."),
            _account("24012340006", date(2016, 7, 28), "Tunja", ProductKind.CHECKING_ACCOUNT),
            _loan(ProductKind.COMMERCIAL_LOAN, "0180000006", date(2020, 12, 9), "Bogotá", 3_200_000, 25),
            email="ferreteria@example.com",
            mobile="+573000000006",
        ),
        "A company with its tax number, a checking account and a commercial loan.",
        "Una empresa con su NIT, cuenta corriente y crédito comercial.",
    ),
    Person(
        _customer(
            "RC 1040506070",
            ("Gabriel", "Musgo Laguna"),
            _account("24012340007", date(2024, 1, 30), "Neiva", debit_card=False),
            email="gabriel@example.com",
            mobile="+573000000007",
        ),
        "Not eligible: a child's savings account without debit card.",
        "No cumple los requisitos: la cuenta de ahorros de un niño, sin tarjeta débito.",
    ),
    Person(
        _customer(
            "CC 52000008",
            ("Hugo", "Yarumo Guadua"),
            _account("24012340008", date(2012, 8, 21), "Ibagué"),
            _loan(ProductKind.MICROCREDIT, "0140000008", date(2023, 3, 16), "Armenia", 260_000, 16),
            email="hugo@example.com",
            mobile="+573000000008",
        ),
        "Log-in is blocked after three wrong passwords; recovery opens it again.",
        "Su ingreso está bloqueado por tres contraseñas equivocadas; la recuperación lo desbloquea.",
        State.BLOCKED,
    ),
    Person(
        _customer(
            "CC 52000009",
            ("Inés", "Orquídea Campo"),
            _account("24012340009", date(2014, 5, 6), "Popayán"),
            _loan(ProductKind.MORTGAGE, "0190000009", date(2018, 9, 19), "Cali", 1_600_000, 5),
            email="ines@example.com",
            mobile="+573000000009",
        ),
        "Frozen after “it was not me”: neither log-in nor recovery until the bank has spoken with her.",
        "Suspendida tras un “No fui yo”: ni ingreso ni recuperación hasta que el banco hable con ella.",
        State.FROZEN,
    ),
    Person(
        _customer(
            "CC 52000010",
            ("Jacinto", "Cardón Arena"),
            _card("4000000000000010", date(2022, 11, 8), 4_500_000, 12, Holder.ADDITIONAL),
            email="jacinto@example.com",
            mobile="+573000000010",
        ),
        "Not eligible: only an additional card on somebody else's account.",
        "No cumple los requisitos: solo tiene una tarjeta de crédito amparada de otra persona.",
    ),
    Person(
        _customer(
            "CC 52000011",
            ("Karina", "Laurel Brisa"),
            _card("4000000000000011", date(2019, 2, 14), 3_000_000, 20),
            email="karina@example.com",
            mobile="+573000000011",
        ),
        "Eligible, but a credit card alone gives too few facts to ask about.",
        "Cumple los requisitos, pero con una sola tarjeta de crédito no hay suficientes preguntas posibles.",
    ),
    Person(
        _customer(
            "CC 52000012",
            ("Lorenzo", "Ceiba Rocío"),
            _account("24012340012", date(2018, 1, 24), "Pereira"),
            _loan(ProductKind.VEHICLE_LOAN, "0170000012", date(2023, 7, 5), "Armenia", 940_000, 10),
            email="lorenzo@example.com",
            mobile="+573000000012",
        ),
        "Recovery is locked: too many wrong answers. Log-in still works.",
        "La recuperación está cerrada por muchas respuestas equivocadas. El ingreso sigue funcionando.",
        State.LOCKED,
    ),
    Person(
        _customer(
            "CC 52000013",
            ("Marcela", "Palma Cocora"),
            _account("24012340013", date(2011, 10, 3), "Pereira"),
            _account("24012340113", date(2020, 2, 27), "Armenia"),
            _loan(ProductKind.MORTGAGE, "0190000013", date(2016, 6, 15), "Manizales", 2_100_000, 30),
            email="marcela@example.com",
            mobile="+573000000013",
        ),
        "Two savings accounts: nothing is asked in which they differ.",
        "Dos cuentas de ahorros: no se pregunta nada en lo que sean distintas.",
    ),
    Person(
        _customer(
            "CC 52000014",
            ("Nicolás", "Roble Niebla"),
            _account("24012340014", date(2013, 12, 10), "Bello"),
            email=None,
            mobile=None,
        ),
        "Neither e-mail nor mobile: reads the same message as everybody, and gets nothing.",
        "Sin correo ni celular: lee el mismo mensaje que todos y no le llega nada.",
    ),
    Person(
        _customer(
            "CC 52000015",
            ("Olga", "Sauce Ribera"),
            _loan(ProductKind.PERSONAL_LOAN, "0150000015", date(2024, 4, 18), "Montería", 390_000, 15),
            _loan(ProductKind.PAYROLL_LOAN, "0160000015", date(2022, 8, 29), "Sincelejo", 720_000, 30),
            _loan(ProductKind.MICROCREDIT, "0140000015", date(2020, 3, 13), "Montería", 310_000, 28),
            email="olga@example.com",
            mobile="+573000000015",
        ),
        "Loans only, three of them.",
        "Solo créditos: tres.",
    ),
)


def load(store: SqlStore, rules: Rules) -> None:
    """Make the demo's people customers. Done at every start, and undoes nothing that a visitor did.

    Passwords, blocks and freezes are set once. What would pass with time is set anew: hold and lock.
    """
    keys = {document_key(person.document, rules.keys): person for person in PEOPLE}
    with store.transaction() as tx:
        strangers = {key for key in keys if tx.customers.by_document(key) is None}
        customers_file.load(tx, rules, [person.entry(tx.now) for person in PEOPLE])
        for key, person in keys.items():
            _bring_about(tx, rules, key, person.state, first=key in strangers)


def _bring_about(tx: SqlTransaction, rules: Rules, key: str, state: State, *, first: bool) -> None:
    customer = tx.customers.by_document(key)
    if customer is None:
        raise LookupError("the demo's people were not loaded")
    if state is State.LOCKED:
        tx.budgets.lock(customer.id, tx.now + rules.policy.lock)
    if state is State.FROZEN and first:
        tx.credentials.freeze(customer.id)
    if state is State.BLOCKED and first:
        for _ in range(rules.policy.login_attempts):
            tx.credentials.spend_login(key, rules.policy.login_attempts)


def table() -> str:
    """Who is who, as a Markdown table."""
    rows = (f"| `{person.document}` | {person.name} | {person.story_en} |" for person in PEOPLE)
    return "\n".join(["| document | name | what to see |", "|---|---|---|", *rows])
