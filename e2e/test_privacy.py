"""What the browser keeps, and who else learns of a visit: nothing and nobody."""

from urllib.parse import unquote_plus

from e2e.bank import NEW_PASSWORD, Bank
from e2e.conftest import VisitChromium, Watches
from e2e.journey import log_in, reach_password, recover, set_password

KEPT = "() => [...Object.entries(localStorage), ...Object.entries(sessionStorage)].flat()"
ELSEWHERE = """async () => [
  ...((await indexedDB.databases?.()) ?? []), ...(await caches.keys()), history.state, window.name, document.cookie,
].map((kept) => JSON.stringify(kept ?? "")).filter((kept) => kept !== '""')"""
SLIP = "jirafa de hojalata sin columpio"


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


def test_no_address_referer_history_or_storage_tells_what_was_typed(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches, scripts_in_chromium: bool
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium(scripts=scripts_in_chromium)
    addresses: list[str] = []
    visitor.page.on("framenavigated", lambda frame: addresses.append(frame.url))
    reach_password(visitor, alicia, bank)
    set_password(visitor, SLIP, NEW_PASSWORD)
    visitor.stands_at("password")
    set_password(visitor)
    visitor.stands_at("done")
    log_in(visitor, alicia, SLIP)
    visitor.sees("no coinciden")
    log_in(visitor, alicia, NEW_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    link = bank.link(alicia)
    sent = [request for request in watches[visitor].sent if request.url != link]
    told = [text for request in sent for text in (request.url, request.headers.get("referer", ""))]
    kept = visitor.page.evaluate(ELSEWHERE) if scripts_in_chromium else []
    typed = (alicia.id_number, *alicia.addresses, NEW_PASSWORD, SLIP, bank.code(alicia), link.rpartition("/")[2])
    for text in (*told, *addresses, *kept, visitor.page.content()):
        assert not [value for value in typed if value in unquote_plus(text)], text
