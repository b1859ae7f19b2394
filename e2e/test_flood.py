"""Under a flood the browser works a little and goes on by itself; nobody has to solve anything (S19)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.audit import Audit
from e2e.bank import Bank
from e2e.conftest import House, Visit
from e2e.journey import give_document, identify, open_link
from e2e.pages import Visitor
from e2e.watch import Watch

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
def flooded(houses: Callable[..., House], visit: Visit) -> House:
    """A server at which every request is one too many."""
    house = houses(CALM_REQUESTS="1")
    identify_anyhow(visit(scripts=False, house=house), house.bank)
    return house


def identify_anyhow(visitor: Visitor, bank: Bank) -> None:
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.press("Continuar")


def ask(visitor: Visitor, bank: Bank) -> None:
    """Give the document and press the button once, without waiting for what comes."""
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.button("Continuar").click()


def test_one_press_is_enough_and_the_link_arrives(
    visit: Visit, flooded: House, watches: dict[Visitor, Watch], size: str
) -> None:
    alicia, visitor = flooded.bank.new_customer(), visit(house=flooded, size=size)
    identify(visitor, alicia)
    open_link(visitor, alicia, flooded.bank)
    assert len(watches[visitor].posts("/personas/clave")) == 2


def test_the_page_tells_what_the_browser_does_and_a_second_press_does_no_harm(
    visit: Visit, flooded: House, watches: dict[Visitor, Watch]
) -> None:
    visitor = visit(house=flooded)
    visitor.context.add_init_script(SLOWLY)
    ask(visitor, flooded.bank)
    visitor.sees(MANY)
    visitor.sees("Su navegador hace una revisión corta")
    expect(visitor.page.get_by_role("progressbar", name="Avance de la revisión")).to_be_visible()
    expect(visitor.page.get_by_role("status")).to_contain_text("Su navegador hace una revisión corta")
    visitor.button("Continuar").click()
    visitor.stands_at("link_sent")
    assert len(watches[visitor].posts("/personas/clave")) == 2


def test_who_corrects_the_number_meanwhile_presses_again(visit: Visit, flooded: House) -> None:
    visitor = visit(house=flooded)
    visitor.context.add_init_script(SLOWLY)
    ask(visitor, flooded.bank)
    visitor.sees(MANY)
    visitor.fill("Número de identificación", "1020304050")
    visitor.sees("La revisión terminó. Presione Continuar.")
    visitor.press("Continuar")
    visitor.stands_at("link_sent")


def test_a_browser_that_cannot_do_the_work_is_asked_to_wait(visit: Visit, flooded: House, scripts: bool) -> None:
    visitor = visit(house=flooded, scripts=scripts)
    visitor.context.add_init_script(NO_CRYPTOGRAPHY)
    ask(visitor, flooded.bank)
    visitor.sees("Espere 1 minuto y presione Continuar otra vez")
    visitor.stands_at("identify")
    expect(visitor.field("Número de identificación")).not_to_have_value("")


def test_the_page_is_accessible_while_somebody_waits(visit: Visit, flooded: House, audit: Audit) -> None:
    visitor = visit(house=flooded)
    visitor.context.add_init_script(NO_CRYPTOGRAPHY)
    ask(visitor, flooded.bank)
    visitor.sees("Espere 1 minuto")
    audit.look(visitor, "flood")
