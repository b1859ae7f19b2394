"""What the browser keeps, and who else learns of a visit: nothing and nobody."""

from e2e.bank import NEW_PASSWORD, Bank
from e2e.conftest import VisitChromium
from e2e.journey import log_in, recover

KEPT = "() => [...Object.entries(localStorage), ...Object.entries(sessionStorage)].flat()"


def test_nothing_is_kept_in_the_browser_but_one_opaque_cookie(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
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
