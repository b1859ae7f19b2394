"""The new password: the list of rules, what is refused and why, and that none is ever shown again."""

from e2e.bank import NEW_PASSWORD, OLD_PASSWORD, Bank
from e2e.conftest import Visit
from e2e.journey import log_in, reach_password, set_password
from e2e.pages import Visitor, field
from e2e.ways import with_scripts
from e2e.windows import Target

FIELD = "Nueva contraseña"
AGAIN = "Confirme la nueva contraseña"
REFUSED = (
    ("", "", "Escriba su nueva contraseña", FIELD),
    (NEW_PASSWORD, f"{NEW_PASSWORD}s", "Las dos contraseñas no son iguales", AGAIN),
    ("siete", "siete", "La contraseña es muy corta", FIELD),
    ("contraseña123456", "contraseña123456", "Mucha gente usa esta contraseña", FIELD),
    (OLD_PASSWORD, OLD_PASSWORD, "Ya usó esta contraseña", FIELD),
)


def sees_rule(visitor: Visitor, rule: str, words: str) -> None:
    """The line of the list of rules says this of it."""

    def told() -> list[str]:
        return [line.text for line in visitor.look(Target(css="li")) if rule in line.text and words in line.text]

    visitor.until(told, f"for «{rule}» to say «{words}»")


@with_scripts
def test_the_rules_are_ticked_while_the_password_is_typed(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_password(visitor, alicia, bank)
    length, personal = "al menos 15 caracteres", "No está hecha con su nombre"
    visitor.sees_nothing_of("se cumple")
    visitor.type(FIELD, "Alicia Rojas")
    sees_rule(visitor, length, "todavía no se cumple")
    sees_rule(visitor, personal, "todavía no se cumple")
    visitor.type(FIELD, " y la jirafa violeta")
    sees_rule(visitor, length, "ya se cumple")
    sees_rule(visitor, personal, "ya se cumple")
    visitor.sees_focus_on(field(FIELD))
    visitor.sees_filled(FIELD, "Alicia Rojas y la jirafa violeta")


def test_each_bad_password_is_refused_with_its_reason_and_never_shown_again(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_password(visitor, alicia, bank)
    for password, again, why, blamed in REFUSED:
        set_password(visitor, password, again)
        visitor.sees_error(why, blamed)
        visitor.stands_at("password")
        for name in (FIELD, AGAIN):
            visitor.sees_filled(name, "")
        if password:
            visitor.sees_nothing_of(password)
    set_password(visitor, NEW_PASSWORD)
    visitor.stands_at("done")


@with_scripts
def test_what_is_typed_can_be_shown_and_hidden(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_password(visitor, alicia, bank)
    for name in (FIELD, AGAIN):
        visitor.sees_kind(name, "password")
    visitor.tick("Mostrar lo que escribo")
    for name in (FIELD, AGAIN):
        visitor.sees_kind(name, "text")
    visitor.tick("Mostrar lo que escribo")
    visitor.sees_kind(FIELD, "password")


@with_scripts
def test_a_new_password_closes_the_sessions_that_were_open(visit: Visit, bank: Bank) -> None:
    alicia, at_work, at_home = bank.new_customer(), visit(), visit()
    log_in(at_work, alicia, OLD_PASSWORD)
    at_work.sees_heading("Es un gusto saludarle")
    reach_password(at_home, alicia, bank)
    set_password(at_home)
    at_home.stands_at("done")
    at_work.go("/personas/portal")
    at_work.is_at("/personas")
    log_in(at_work, alicia, OLD_PASSWORD)
    at_work.sees("Los datos no coinciden")
