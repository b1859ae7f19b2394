"""The end of a pause: told a minute ahead, put off by one press, and never a page that vanishes (A4)."""

from playwright.sync_api import Route, expect

from e2e.bank import Bank
from e2e.conftest import VisitChromium
from e2e.journey import begin_again, reach_contacts

ALMOST_FIVE_MINUTES = 4 * 60_000 + 30_000
WARNING = "¿Necesita más tiempo?"


def test_a_pause_is_warned_of_and_one_press_extends_it(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install()
    reach_contacts(visitor, alicia, bank)
    expect(visitor.main.get_by_text(WARNING)).to_be_hidden()
    visitor.page.clock.fast_forward(ALMOST_FIVE_MINUTES)
    visitor.sees(WARNING)
    visitor.press("Necesito más tiempo")
    expect(visitor.main.get_by_text(WARNING)).to_be_hidden()
    expect(visitor.page.get_by_role("status")).to_contain_text("Ya tiene más tiempo")
    visitor.page.clock.fast_forward(ALMOST_FIVE_MINUTES)
    visitor.sees(WARNING)


def test_more_time_that_is_long_in_coming_says_so_meanwhile(visit_chromium: VisitChromium, bank: Bank) -> None:
    held: list[Route] = []
    visitor = visit_chromium()
    visitor.page.clock.install()
    reach_contacts(visitor, bank.new_customer(), bank)
    visitor.page.clock.fast_forward(ALMOST_FIVE_MINUTES)
    visitor.page.route("**/continuar", lambda route: held.append(route))
    visitor.button("Necesito más tiempo").click()
    expect(visitor.page.get_by_role("status")).to_contain_text("Un momento")
    held.pop().continue_()
    expect(visitor.page.get_by_role("status")).to_contain_text("Ya tiene más tiempo")


def test_a_pause_that_is_over_says_so_where_the_customer_is(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install()
    reach_contacts(visitor, alicia, bank)
    visitor.page.clock.fast_forward(6 * 60_000)
    visitor.sees("El tiempo se terminó")
    visitor.stands_at("contacts")
    begin_again(visitor)
