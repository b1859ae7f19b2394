"""Under a flood the browser works a little and goes on by itself; nobody has to solve anything (S19)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.bank import Bank
from e2e.conftest import Visit, VisitChromium, Watches
from e2e.house import House
from e2e.journey import give_document, identify, open_link
from e2e.pages import ChromiumVisitor, Visitor

MANY = "En este momento llegan muchas solicitudes"
NO_CRYPTOGRAPHY = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
SLOWLY = """
const derive = SubtleCrypto.prototype.deriveBits;
SubtleCrypto.prototype.deriveBits = async function (...given) {
  await new Promise((done) => setTimeout(done, 20));
  return derive.apply(this, given);
};
"""


@pytest.fixture
def flooded(houses: Callable[..., House], visit_chromium: VisitChromium) -> House:
    """A server at which every request is one too many."""
    house = houses(CALM_REQUESTS="1")
    identify_anyhow(visit_chromium(scripts=False, house=house), house.bank)
    return house


def identify_anyhow(visitor: ChromiumVisitor, bank: Bank) -> None:
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.press("Continuar")


def ask(visitor: Visitor, bank: Bank) -> None:
    """Give the document and press the button."""
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.press("Continuar")


def test_one_press_is_enough_in_every_engine_and_without_scripts_one_is_asked_to_wait(
    visit: Visit, flooded: House, scripts: bool
) -> None:
    visitor = visit(house=flooded)
    ask(visitor, flooded.bank)
    if scripts:
        visitor.stands_at("link_sent")
    else:
        visitor.sees("Espere 1 minuto y presione “Continuar” otra vez")


def test_one_press_sends_the_form_twice_and_the_link_arrives(
    visit_chromium: VisitChromium, flooded: House, watches: Watches
) -> None:
    alicia, visitor = flooded.bank.new_customer(), visit_chromium(house=flooded)
    identify(visitor, alicia)
    open_link(visitor, alicia, flooded.bank)
    assert len(watches[visitor].posts("/personas/clave")) == 2


def test_the_page_tells_what_the_browser_does_and_a_second_press_does_no_harm(
    visit_chromium: VisitChromium, flooded: House, watches: Watches
) -> None:
    visitor = visit_chromium(house=flooded)
    visitor.context.add_init_script(SLOWLY)
    ask(visitor, flooded.bank)
    visitor.sees(MANY)
    visitor.sees("Su navegador hace una revisión corta")
    expect(visitor.page.get_by_role("progressbar", name="Avance de la revisión")).to_be_visible()
    expect(visitor.page.get_by_role("status")).to_contain_text("Su navegador hace una revisión corta")
    visitor.button("Continuar").click()
    visitor.stands_at("link_sent")
    assert len(watches[visitor].posts("/personas/clave")) == 2


def test_who_corrects_the_number_meanwhile_presses_again(visit_chromium: VisitChromium, flooded: House) -> None:
    visitor = visit_chromium(house=flooded)
    visitor.context.add_init_script(SLOWLY)
    ask(visitor, flooded.bank)
    visitor.sees(MANY)
    visitor.fill("Número de identificación", "1020304050")
    visitor.sees("La revisión terminó. Presione “Continuar”.")
    visitor.press("Continuar")
    visitor.stands_at("link_sent")


def test_a_browser_that_cannot_do_the_work_is_asked_to_wait(
    visit_chromium: VisitChromium, flooded: House, scripts_in_chromium: bool
) -> None:
    visitor = visit_chromium(house=flooded, scripts=scripts_in_chromium)
    visitor.context.add_init_script(NO_CRYPTOGRAPHY)
    ask(visitor, flooded.bank)
    visitor.sees("Espere 1 minuto y presione “Continuar” otra vez")
    visitor.stands_at("identify")
    expect(visitor.field("Número de identificación")).not_to_have_value("")
