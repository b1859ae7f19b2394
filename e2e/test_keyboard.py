"""The whole way without a mouse."""

from playwright.sync_api import Locator, expect

from e2e.bank import NEW_PASSWORD, Bank, Customer
from e2e.conftest import VisitChromium
from e2e.journey import wait_for_code
from e2e.pages import ChromiumVisitor

FARTHEST = 60


def tab_to(visitor: ChromiumVisitor, target: Locator) -> None:
    """Press Tab until the target has the focus; it must show that it has."""
    for _ in range(FARTHEST):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.locator(":focus")
        if focused.count() and target.and_(focused).count():
            expect(target).to_be_in_viewport()
            return
    raise AssertionError(f"Tab does not reach {target}")


def enter(visitor: ChromiumVisitor, target: Locator, key: str = "Enter") -> None:
    """Go there and press a key."""
    tab_to(visitor, target)
    visitor.page.keyboard.press(key)


def type_into(visitor: ChromiumVisitor, field: str, text: str) -> None:
    """Go to a field and type."""
    tab_to(visitor, visitor.field(field))
    visitor.page.keyboard.type(text)


def give_document(visitor: ChromiumVisitor, customer: Customer) -> None:
    tab_to(visitor, visitor.field("Tipo de identificación"))
    visitor.page.keyboard.press("ArrowDown")
    expect(visitor.field("Tipo de identificación")).to_have_value("CE")
    visitor.page.keyboard.press("ArrowUp")
    type_into(visitor, "Número de identificación", customer.id_number)
    enter(visitor, visitor.button("Continuar"))


def pick(visitor: ChromiumVisitor, question: str, option: str) -> None:
    """Into the group with Tab, along it with the arrows."""
    tab_to(visitor, visitor.group(question).get_by_role("radio").first)
    visitor.page.keyboard.press("Space")
    for _ in range(FARTHEST):
        if visitor.option(question, option).is_checked():
            return
        visitor.page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows do not reach {option}")


def arrive(visitor: ChromiumVisitor, step: str) -> None:
    """Wait until the step is there and the focus has moved to it."""
    visitor.stands_at(step)
    expect(visitor.heading).to_be_focused()


def test_the_whole_journey_works_by_keyboard_alone(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/")
    enter(visitor, visitor.link("Ingresar"))
    enter(visitor, visitor.link("Personas"))
    visitor.sees_heading("Banca por internet")
    enter(visitor, visitor.link("¿Olvidó su contraseña?"))
    visitor.stands_at("identify")
    give_document(visitor, alicia)
    arrive(visitor, "link_sent")
    visitor.go(bank.link(alicia))
    visitor.stands_at("reidentify")
    give_document(visitor, alicia)
    arrive(visitor, "contacts")
    enter(visitor, visitor.button("Enviar"), "Space")
    arrive(visitor, "code")
    wait_for_code(visitor)
    type_into(visitor, "Código de 6 dígitos", bank.code(alicia))
    visitor.page.keyboard.press("Enter")
    arrive(visitor, "questions")
    for known in bank.answers(alicia):
        pick(visitor, known.question, known.right)
    enter(visitor, visitor.button("Continuar"))
    arrive(visitor, "password")
    type_into(visitor, "Nueva contraseña", NEW_PASSWORD)
    type_into(visitor, "Confirme la nueva contraseña", NEW_PASSWORD)
    enter(visitor, visitor.button("Asignar contraseña"))
    arrive(visitor, "done")
    enter(visitor, visitor.link("Ingresar con la nueva contraseña"))
    visitor.sees_heading("Banca por internet")
    tab_to(visitor, visitor.field("Tipo de identificación"))
    type_into(visitor, "Número de identificación", alicia.id_number)
    type_into(visitor, "Contraseña", NEW_PASSWORD)
    visitor.page.keyboard.press("Enter")
    visitor.sees_heading("Es un gusto saludarle")


def test_the_first_tab_offers_to_skip_to_the_content(visit_chromium: VisitChromium) -> None:
    visitor = visit_chromium()
    visitor.go("/personas/clave")
    enter(visitor, visitor.link("Saltar al contenido"))
    visitor.page.keyboard.press("Tab")
    expect(visitor.field("Tipo de identificación")).to_be_focused()
