"""Every error is shown where the answer would be: htmx swaps it in, and the focus goes to it (requirement S16)."""

from playwright.sync_api import Route, expect

from e2e.bank import Bank
from e2e.conftest import VisitChromium, Watches
from e2e.journey import give_document

ERRORS = (400, 403, 404, 405, 413, 422, 429, 500, 503)
HEADING = "Esta página no existe"


def test_htmx_shows_every_error_and_the_focus_goes_to_it(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    error = visitor.context.request.get(f"{visitor.url}/no-existe", headers={"HX-Request": "true"}).text()
    answers = iter(ERRORS)

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=next(answers), body=error, content_type="text/html; charset=utf-8")
        else:
            route.continue_()

    visitor.page.route("**/personas/clave", answer)
    for _ in ERRORS:
        visitor.go("/personas/clave")
        give_document(visitor, alicia)
        visitor.press("Continuar")
        visitor.sees_heading(HEADING)
        expect(visitor.heading).to_be_focused()
        expect(visitor.link("Volver a la recuperación de contraseña")).to_be_visible()
    assert next(answers, None) is None
    meant = "the server responded with a status of 50"
    watches[visitor].troubles = [trouble for trouble in watches[visitor].troubles if meant not in trouble]
