"""The new password: the list of rules, what is refused and why, and that none is ever shown again."""

from playwright.sync_api import Locator, expect

from e2e.bank import NEW_PASSWORD, OLD_PASSWORD, Bank
from e2e.conftest import Visit
from e2e.journey import log_in, reach_password, set_password
from e2e.pages import Visitor

FIELD = "Nueva contraseña"
AGAIN = "Confirme la nueva contraseña"
REFUSED = (
    ("", "", "Escriba su nueva contraseña", FIELD),
    (NEW_PASSWORD, f"{NEW_PASSWORD}s", "Las dos contraseñas no son iguales", AGAIN),
    ("siete", "siete", "La contraseña es muy corta", FIELD),
    ("contraseña123456", "contraseña123456", "Mucha gente usa esta contraseña", FIELD),
    (OLD_PASSWORD, OLD_PASSWORD, "Ya usó esta contraseña", FIELD),
)


def rule(visitor: Visitor, words: str) -> Locator:
    """A line of the list of rules."""
    return visitor.main.get_by_role("listitem").filter(has_text=words)


def test_the_rules_are_ticked_while_the_password_is_typed(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_password(visitor, alicia, bank)
    length = rule(visitor, "al menos 15 caracteres")
    personal = rule(visitor, "No está hecha con su nombre")
    expect(length).to_contain_text("todavía no se cumple")
    visitor.type(FIELD, "Alicia Rojas")
    expect(personal).to_contain_text("todavía no se cumple")
    visitor.type(FIELD, " y la jirafa violeta")
    expect(length).to_contain_text("ya se cumple")
    expect(personal).to_contain_text("ya se cumple")
    expect(visitor.field(FIELD)).to_be_focused()
    expect(visitor.field(FIELD)).to_have_value("Alicia Rojas y la jirafa violeta")


def test_each_bad_password_is_refused_with_its_reason_and_never_shown_again(
    visit: Visit, bank: Bank, scripts: bool
) -> None:
    alicia, visitor = bank.new_customer(), visit(scripts=scripts)
    reach_password(visitor, alicia, bank)
    for password, again, why, field in REFUSED:
        set_password(visitor, password, again)
        visitor.sees_error(why, field)
        visitor.stands_at("password")
        for name in (FIELD, AGAIN):
            expect(visitor.field(name)).to_have_value("")
        if password:
            visitor.sees_nothing_of(password)
    set_password(visitor, NEW_PASSWORD)
    visitor.stands_at("done")


def test_what_is_typed_can_be_shown_and_hidden(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_password(visitor, alicia, bank)
    for name in (FIELD, AGAIN):
        expect(visitor.field(name)).to_have_attribute("type", "password")
    visitor.field("Mostrar lo que escribo").check()
    for name in (FIELD, AGAIN):
        expect(visitor.field(name)).to_have_attribute("type", "text")
    visitor.field("Mostrar lo que escribo").uncheck()
    expect(visitor.field(FIELD)).to_have_attribute("type", "password")


def test_a_new_password_closes_the_sessions_that_were_open(visit: Visit, bank: Bank) -> None:
    alicia, at_work, at_home = bank.new_customer(), visit(), visit()
    log_in(at_work, alicia, OLD_PASSWORD)
    at_work.sees_heading("Es un gusto saludarle")
    reach_password(at_home, alicia, bank)
    set_password(at_home)
    at_home.stands_at("done")
    at_work.go("/personas/portal")
    expect(at_work.page).to_have_url(f"{at_work.url}/personas")
    log_in(at_work, alicia, OLD_PASSWORD)
    at_work.sees("Los datos no coinciden")
