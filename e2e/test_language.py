"""English by a visible choice, in a real browser: with and without scripts, and never unasked."""

from playwright.sync_api import expect

from e2e.bank import NEW_PASSWORD, Bank
from e2e.conftest import VisitChromium
from e2e.journey import wait_for_code
from e2e.pages import ChromiumVisitor


def speaks(visitor: ChromiumVisitor, lang: str) -> None:
    """The page, the part that changes, and the button, each in its language."""
    expect(visitor.page.locator("html")).to_have_attribute("lang", lang)
    expect(visitor.page.locator("#step")).to_have_attribute("lang", lang)
    name, other = ("English", "en") if lang == "es-CO" else ("Español", "es-CO")
    expect(visitor.button(name)).to_have_attribute("lang", other)


def give_document(visitor: ChromiumVisitor, number: str) -> None:
    visitor.choose("Document type", "Citizenship card (CC)")
    visitor.fill("Document number", number)
    visitor.press("Continue")


def test_the_whole_journey_in_english(visit_chromium: VisitChromium, bank: Bank, scripts_in_chromium: bool) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium(scripts=scripts_in_chromium, size="phone")
    visitor.go("/")
    speaks(visitor, "es-CO")
    visitor.press("English")
    speaks(visitor, "en")
    visitor.follow("Log in")
    visitor.follow("Personal")
    visitor.follow("Forgot your password?")
    give_document(visitor, alicia.id_number)
    visitor.stands_at("link_sent")
    another = visit_chromium(scripts=scripts_in_chromium)
    another.go(bank.link(alicia))
    speaks(another, "en")
    give_document(another, alicia.id_number)
    another.stands_at("contacts")
    speaks(another, "en")
    another.press("Send")
    another.stands_at("code")
    wait_for_code(another, "We sent the code to your", "See whether it was sent")
    another.fill("6-digit code", bank.code(alicia))
    another.press("Continue")
    another.stands_at("questions")
    for known in bank.answers(alicia, "en"):
        another.pick(known.question, known.right)
    another.press("Continue")
    another.stands_at("password")
    another.fill("New password", NEW_PASSWORD)
    another.fill("Confirm the new password", NEW_PASSWORD)
    another.press("Set password")
    another.stands_at("done")
    another.sees_heading("Your new password is set")
    assert bank.notices(alicia, "password was changed on") == alicia.addresses


def test_the_choice_keeps_the_step_and_can_be_taken_back(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/personas/clave")
    visitor.press("English")
    give_document(visitor, alicia.id_number)
    visitor.stands_at("link_sent")
    visitor.press("Español")
    visitor.stands_at("link_sent")
    visitor.sees_heading("Revise sus mensajes")
    speaks(visitor, "es-CO")
