"""A code whose message left late: the page offers another, and the customer goes on (docs/decisions/0050)."""

from e2e.bank import Bank, Customer
from e2e.conftest import Visit, VisitChromium
from e2e.house import House
from e2e.journey import begin_again, give_code, reach_code, wait_for_code
from e2e.pages import Visitor, button
from e2e.ways import with_scripts

ANOTHER = "Enviar otro código"
LATE = "Nuestro mensaje salió tarde"


def miss_a_late_code(visitor: Visitor, customer: Customer, bank: Bank) -> str:
    """The message left late, and the code runs out before it is typed; what stood in it."""
    reach_code(visitor, customer, bank)
    code = bank.code(customer)
    bank.note_that_the_code_left_late(customer)
    visitor.reload()
    visitor.stands_at("code")
    while not visitor.scripts and not visitor.reads(LATE):
        visitor.reload()
    visitor.sees(LATE)
    return code


def test_one_press_sends_another_code_that_works(visit: Visit, hasty: House) -> None:
    bank, visitor = hasty.bank, visit(house=hasty)
    alicia = bank.new_customer()
    first = miss_a_late_code(visitor, alicia, bank)
    visitor.press(ANOTHER)
    visitor.stands_at("code")
    wait_for_code(visitor)
    second = bank.code(alicia, how_many=2)
    assert second != first
    give_code(visitor, second)
    visitor.stands_at("questions")


@with_scripts
def test_starting_again_is_still_one_press(visit: Visit, hasty: House) -> None:
    visitor = visit(house=hasty)
    miss_a_late_code(visitor, hasty.bank.new_customer(), hasty.bank)
    begin_again(visitor)


def test_the_offer_is_warned_of_before_it_ends_and_goes_when_it_can_no_longer_be_had(
    visit_chromium: VisitChromium, hasty: House
) -> None:
    visitor = visit_chromium(house=hasty)
    visitor.page.clock.install()
    miss_a_late_code(visitor, hasty.bank.new_customer(), hasty.bank)
    visitor.page.clock.fast_forward(4 * 60_000 + 30_000)
    visitor.sees("Queda menos de un minuto")
    assert not visitor.page.get_by_role("button", name="Necesito más tiempo").is_visible(), "it could give none"
    assert visitor.page.get_by_role("button", name=ANOTHER).is_visible()
    visitor.page.clock.fast_forward(60_000)
    visitor.sees("El tiempo se terminó. Nada cambió en su cuenta.")
    assert not visitor.page.get_by_role("button", name=ANOTHER).is_visible()
    begin_again(visitor)


@with_scripts
def test_whoever_stood_on_the_button_that_went_stands_on_the_offer(visit: Visit, hasty: House) -> None:
    bank, visitor = hasty.bank, visit(house=hasty)
    alicia = bank.new_customer()
    reach_code(visitor, alicia, bank)
    bank.note_that_the_code_left_late(alicia)
    visitor.reload()
    visitor.window.run("() => document.querySelector('#step form [type=submit]').focus()")
    visitor.sees(LATE)
    visitor.sees_focus_on(button(ANOTHER))
