"""A page in real life: sleep, a wrong clock, a slow or broken line, kept pages, keepers of passwords."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from e2e.bank import Bank
from e2e.conftest import Visit, VisitChromium, Watches
from e2e.journey import begin_again, give_code, give_document, log_in, reach_code, reach_password, set_password
from e2e.pages import ChromiumVisitor, Visitor
from e2e.test_code import FIELD, OVER, seconds_left
from e2e.test_network import UNREACHABLE
from e2e.ways import pairs, with_scripts

SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
CUT = """() => {
  const whole = Response.prototype.text;
  Response.prototype.text = function () {
    Response.prototype.text = whole;
    return whole.call(this).then(() => { throw new TypeError("NetworkError: the connection was cut"); });
  };
}"""


def shown_again(visitor: Visitor) -> None:
    """As when a browser shows a page that it had kept whole."""
    visitor.window.run("""() => { dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })); }""")


def sleep(visitor: ChromiumVisitor, length: timedelta) -> None:
    """Close the laptop and open it again: time has passed, and no timer ran."""
    visitor.page.clock.set_system_time(datetime.now(UTC) + length)
    visitor.page.evaluate("""document.dispatchEvent(new Event("visibilitychange"))""")


# --- time on the device -------------------------------------------------------------------------------------


def test_a_laptop_that_slept_through_the_codes_time_says_so_at_once_and_stays(
    visit_chromium: VisitChromium, bank: Bank
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install()
    reach_code(visitor, alicia, bank)
    visitor.fill(FIELD, "123")
    visitor.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    sleep(visitor, timedelta(minutes=3))
    visitor.sees(OVER)
    visitor.stands_at("code")
    visitor.sees_filled(FIELD, "123")
    expect(visitor.page.get_by_role("status")).to_contain_text(OVER)
    visitor.page.clock.resume()
    begin_again(visitor)


def test_a_laptop_that_slept_through_the_pause_says_so_at_once(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install()
    reach_password(visitor, alicia, bank)
    visitor.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))
    sleep(visitor, timedelta(minutes=6))
    visitor.sees("El tiempo se terminó. Nada cambió en su cuenta.")
    visitor.stands_at("password")


def test_a_clock_that_is_hours_off_does_not_matter(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install(time=datetime.now(UTC) - timedelta(hours=7))
    reach_code(visitor, alicia, bank)
    visitor.sees("Tiempo restante")
    assert 60 < seconds_left(visitor) <= 120
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")


def test_a_clock_that_is_set_back_gives_nobody_more_time(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.page.clock.install()
    reach_code(visitor, alicia, bank)
    visitor.sees("Tiempo restante")
    visitor.page.clock.set_system_time(datetime.now(UTC) - timedelta(hours=1))
    visitor.page.clock.run_for(10_000)
    assert seconds_left(visitor) <= 110
    visitor.page.clock.run_for(120_000)
    visitor.sees(OVER)


# --- the line -----------------------------------------------------------------------------------------------


@with_scripts
def test_an_answer_that_is_cut_in_the_middle_takes_nothing_away_and_pressing_again_goes_on(
    visit: Visit, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit()
    watches[visitor].network_fails = True
    reach_code(visitor, alicia, bank)
    code = bank.code(alicia)
    visitor.window.run(CUT)
    give_code(visitor, code)
    visitor.sees(UNREACHABLE)
    visitor.stands_at("code")
    visitor.sees_filled(FIELD, code)
    visitor.press("Continuar")
    visitor.stands_at("questions")
    visitor.sees_no_more(UNREACHABLE)


def test_an_answer_that_is_lost_after_a_slip_keeps_what_was_typed(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    watches[visitor].network_fails = True
    visitor.go("/personas/clave")
    give_document(visitor, alicia)

    visitor.page.route("**/personas/clave", lambda route: (route.fetch(), route.abort())[0], times=1)
    visitor.press("Continuar")
    visitor.sees(UNREACHABLE)
    visitor.sees_filled("Número de identificación", alicia.id_number)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    bank.link(alicia)
    assert len([message for message in bank.messages(alicia) if message.link_to("enlace")]) == 1


def test_on_a_slow_line_the_page_says_that_it_works_and_sends_once(
    visit_chromium: VisitChromium, bank: Bank, watches: Watches
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium(size="phone")
    visitor.go("/personas/clave")
    give_document(visitor, alicia)
    visitor.context.new_cdp_session(visitor.page).send("Network.emulateNetworkConditions", SLOW_3G)
    for _ in range(3):
        visitor.button("Continuar").click()
    expect(visitor.page.locator("#step")).to_have_attribute("aria-busy", "true")
    expect(visitor.page.get_by_role("status")).to_have_text("Un momento…")
    visitor.stands_at("link_sent")
    expect(visitor.page.get_by_role("status")).to_be_empty()
    assert len(watches[visitor].posts("/personas/clave")) == 1


# --- kept pages ---------------------------------------------------------------------------------------------


@with_scripts
def test_a_page_that_the_browser_had_kept_shows_where_the_recovery_stands(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_code(visitor, alicia, bank)
    tab = visitor.another_tab()
    tab.reload()
    give_code(tab, bank.code(alicia))
    tab.stands_at("questions")
    visitor.fill(FIELD, "123456")
    shown_again(visitor)
    visitor.stands_at("questions")
    visitor.sees_nothing_of("123456")


# --- what devices put in ------------------------------------------------------------------------------------


def paste(visitor: ChromiumVisitor, label: str, text: str) -> None:
    """Copy a text elsewhere and paste it into a field."""
    elsewhere = visitor.context.new_page()
    elsewhere.set_content(f"<textarea>{text}</textarea>")
    elsewhere.locator("textarea").press("Control+A")
    elsewhere.locator("textarea").press("Control+C")
    elsewhere.close()
    visitor.field(label).press("Control+V")


def test_a_code_is_pasted_as_it_was_copied(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    reach_code(visitor, alicia, bank)
    code = bank.code(alicia)
    paste(visitor, FIELD, f"{code[:3]}\u00a0{code[3:]} ")
    visitor.press("Continuar")
    visitor.stands_at("questions")


def test_a_document_is_pasted_as_it_was_copied(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    visitor.go("/personas/clave")
    number = alicia.id_number
    paste(visitor, "Número de identificación", f" {number[:-9]}.{number[-9:-6]}.{number[-6:-3]} {number[-3:]}")
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    bank.link(alicia)


@with_scripts
def test_the_name_under_which_a_manager_keeps_the_password_opens_the_log_in(visit: Visit, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit()
    reach_password(visitor, alicia, bank)
    (kept,) = visitor.window.run("() => [document.querySelector('[autocomplete=username]').value]")
    new = "jirafa tostadora violeta columpio"
    set_password(visitor, new)
    visitor.stands_at("done")
    log_in(visitor, alicia, "otra que no es esta")
    asked = "() => [document.querySelector('form [autocomplete=username]').value]"
    assert visitor.window.run(asked) == [kept]
    visitor.fill("Contraseña", new)
    visitor.press("Ingresar")
    visitor.sees_heading("Es un gusto saludarle")


@pairs
def test_a_phones_keyboard_has_letters_where_the_document_has(visit: Visit) -> None:
    visitor = visit()
    for address in ("/personas", "/personas/clave"):
        visitor.go(address)
        for chosen, keyboard in (("Pasaporte (PA)", "text"), ("Cédula de ciudadanía (CC)", "numeric")):
            visitor.choose("Tipo de identificación", chosen)
            seen = visitor.window.run("() => [document.getElementById('id_number').inputMode]")
            assert seen == [keyboard if visitor.scripts else ""]  # without scripts: all keys, whatever is chosen
