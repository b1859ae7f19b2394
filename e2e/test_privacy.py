"""What the browser keeps, and who else learns of a visit: nothing and nobody."""

from playwright.sync_api import expect

from e2e.bank import NEW_PASSWORD, Bank
from e2e.conftest import Visit
from e2e.journey import log_in, recover
from e2e.pages import Visitor
from e2e.watch import Watch

KEPT = "() => [...Object.entries(localStorage), ...Object.entries(sessionStorage)].flat()"


def test_nothing_is_kept_in_the_browser_but_one_opaque_cookie(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    recover(visitor, alicia, bank)
    assert visitor.page.evaluate(KEPT) == []
    assert visitor.page.evaluate("async () => (await caches.keys()).length") == 0
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    assert visitor.page.evaluate(KEPT) == []
    (cookie,) = visitor.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert alicia.id_number not in cookie["value"]


def test_nothing_the_customer_typed_stands_in_an_address(
    visit: Visit, bank: Bank, watches: dict[Visitor, Watch], scripts: bool
) -> None:
    alicia, visitor = bank.new_customer(), visit(scripts=scripts)
    recover(visitor, alicia, bank)
    expect(visitor.page).to_have_url(f"{visitor.url}/personas/clave")
    code = bank.code(alicia)
    asked = [request.url for request in watches[visitor].sent]
    assert not [url for url in asked if "?" in url or alicia.id_number in url or code in url]


def test_nobody_else_is_asked_for_anything(visit: Visit, bank: Bank, watches: dict[Visitor, Watch]) -> None:
    alicia, visitor = bank.new_customer(), visit()
    visitor.go("/")
    recover(visitor, alicia, bank)
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    origins = {"/".join(request.url.split("/")[:3]) for request in watches[visitor].sent}
    assert origins == {visitor.url}
