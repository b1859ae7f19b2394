"""What is spoken unasked: at a swap the heading or the mistakes, the time at four moments, no more (A4, A8)."""

import re

import pytest
from playwright.sync_api import Route, expect

from e2e.bank import Bank, Customer
from e2e.conftest import VisitChromium
from e2e.journey import (
    answer,
    confirm_document,
    give_code,
    give_document,
    open_link,
    reach_code,
    reach_contacts,
    reach_password,
    reach_questions,
    set_password,
    wait_for_code,
)
from e2e.pages import CORRECT, ChromiumVisitor
from e2e.speech import BUSY, Ear

SENT = "Enviamos el código a su correo. Sirve 2 minutos desde el envío."
MINUTE = "Queda un minuto."
HALF = "Quedan treinta segundos."
OVER = "El tiempo del código se terminó. Suele pasar. Empiece de nuevo y le enviaremos otro enlace."
SOON = "Por su seguridad, en menos de un minuto tendrá que empezar de nuevo. ¿Necesita más tiempo?"
ENDED = "El tiempo se terminó. Nada cambió en su cuenta."
SECONDS_MS = 1_000
INVALID = "() => document.querySelectorAll(':invalid').length"
# How many frames were drawn between the coming of a step and the move of the focus that follows it.
FRAMES = """(() => {
  let frame = 0;
  window.waited = [];
  window.frame = () => frame;
  const count = () => { frame += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
  const here = () => document.getElementById("step");
  let was = null;
  new MutationObserver(() => { if (here() !== was) [was, frame] = [here(), 0]; })
    .observe(document, { subtree: true, childList: true });
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-focus]")) window.waited.push(frame);
  });
})()"""
GO_ON = """document.addEventListener("htmx:finally:swap", () => setTimeout(() => {
  document.querySelector("#step form [type=submit]").focus();
}))"""
# Chromium calls whatever can have the focus «clickable» where its document listens for clicks.
LISTENERS = """(() => {
  window.widely = [];
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...how) {
    const wide = [document, document.documentElement, document.body].includes(this);
    if (wide && /^(click|mouse|pointer)/.test(kind)) window.widely.push(kind);
    return listen.call(this, kind, ...how);
  };
})()"""


def arrives(visitor: ChromiumVisitor, ear: Ear, step: str) -> None:
    """The step has come, and its heading was all that was spoken once the button was pressed."""
    visitor.stands_at(step)
    expect(visitor.heading).to_be_focused()
    assert ear.heard()[-1:] == [f"→ {visitor.headline}"]


def refuses(visitor: ChromiumVisitor, ear: Ear, button: str = "Continuar") -> None:
    """Nothing is filled in: the summary is spoken because the focus goes there, and not a second time."""
    ear.heard()
    visitor.press(button)
    expect(visitor.summary).to_be_focused()
    assert ear.heard() == [f"→ {button}", f"→ {CORRECT}"]


def stands_at_the_code(visitor: ChromiumVisitor, customer: Customer, bank: Bank) -> Ear:
    """Somebody with a clock that the test moves has just been sent the code."""
    ear = Ear(visitor)
    visitor.page.clock.install()
    reach_contacts(visitor, customer, bank)
    ear.heard()
    visitor.press("Enviar")
    visitor.stands_at("code")
    wait_for_code(visitor)
    return ear


def test_each_swap_speaks_the_heading_or_the_mistakes_and_no_more(visit_chromium: VisitChromium, bank: Bank) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    ear = Ear(visitor)
    visitor.go("/personas/clave")
    assert ear.heard() == []
    refuses(visitor, ear)
    give_document(visitor, alicia)
    visitor.press("Continuar")
    arrives(visitor, ear, "link_sent")
    open_link(visitor, alicia, bank)
    refuses(visitor, ear)
    confirm_document(visitor, alicia)
    arrives(visitor, ear, "contacts")
    visitor.press("Enviar")
    visitor.stands_at("code")
    wait_for_code(visitor)
    assert ear.heard() == ["→ Enviar", "→ Escriba el código", SENT]
    refuses(visitor, ear)
    give_code(visitor, bank.code(alicia))
    arrives(visitor, ear, "questions")
    refuses(visitor, ear)
    answer(visitor, alicia, bank)
    arrives(visitor, ear, "password")
    refuses(visitor, ear, "Asignar contraseña")
    set_password(visitor)
    arrives(visitor, ear, "done")


def test_the_summary_says_each_mistake_and_how_many_attempts_are_left(
    visit_chromium: VisitChromium, bank: Bank
) -> None:
    alicia, visitor = bank.new_customer(), visit_chromium()
    reach_code(visitor, alicia, bank)
    give_code(visitor, f"{(int(bank.code(alicia)) + 1) % 1_000_000:06}")
    expect(visitor.summary).to_have_accessible_description(re.compile("no es correcto.* Le quedan 2 intentos"))


def test_no_field_is_called_invalid_before_anybody_typed(visit_chromium: VisitChromium, bank: Bank) -> None:
    visitor = visit_chromium()
    visitor.go("/personas")
    assert visitor.window.run(INVALID) == 0
    alicia = bank.new_customer()
    reach_questions(visitor, alicia, bank)
    assert visitor.window.run(INVALID) == 0
    answer(visitor, alicia, bank)
    visitor.stands_at("password")
    assert visitor.window.run(INVALID) == 0


def test_a_screen_reader_knows_the_step_before_the_focus_goes_there(visit_chromium: VisitChromium) -> None:
    visitor = visit_chromium()
    visitor.page.add_init_script(FRAMES)
    visitor.go("/personas/clave")
    visitor.press("Continuar")
    expect(visitor.summary).to_be_focused()
    (waited,) = visitor.window.run("() => window.waited")
    assert waited >= 1


def test_whoever_goes_on_at_once_is_not_fetched_back(visit_chromium: VisitChromium) -> None:
    visitor = visit_chromium()
    visitor.page.add_init_script(FRAMES)
    visitor.page.add_init_script(GO_ON)
    visitor.go("/personas/clave")
    visitor.press("Continuar")
    visitor.until(lambda: visitor.window.run("() => window.frame()") > 5, "for some frames to pass")
    expect(visitor.button("Continuar")).to_be_focused()


def test_a_heading_is_not_said_to_be_there_to_be_pressed(visit_chromium: VisitChromium) -> None:
    visitor = visit_chromium()
    visitor.page.add_init_script(LISTENERS)
    visitor.go("/personas/clave")
    assert visitor.window.run("() => window.widely") == []


@pytest.mark.parametrize("hidden", [False, True], ids=["shown", "hidden"])
def test_the_codes_time_is_spoken_at_the_start_at_60_s_at_30_s_and_at_the_end_only(
    visit_chromium: VisitChromium, bank: Bank, hidden: bool
) -> None:
    visitor = visit_chromium()
    ear = stands_at_the_code(visitor, bank.new_customer(), bank)
    assert ear.heard() == ["→ Enviar", "→ Escriba el código", SENT]
    if hidden:
        visitor.press("Ocultar el tiempo")
        ear.heard()
    visitor.page.clock.run_for(50 * SECONDS_MS)
    assert ear.heard() == []
    visitor.page.clock.run_for(20 * SECONDS_MS)
    assert ear.heard() == [MINUTE]
    visitor.page.clock.run_for(30 * SECONDS_MS)
    assert ear.heard() == [HALF]
    visitor.page.clock.run_for(60 * SECONDS_MS)
    visitor.sees(OVER)
    assert ear.heard() == [OVER]


def test_a_wrong_code_does_not_speak_the_time_again(visit_chromium: VisitChromium, bank: Bank) -> None:
    visitor = visit_chromium()
    ear = stands_at_the_code(visitor, bank.new_customer(), bank)
    refuses(visitor, ear)


def test_a_pause_is_spoken_a_minute_ahead_and_at_its_end_only(visit_chromium: VisitChromium, bank: Bank) -> None:
    visitor = visit_chromium()
    ear = Ear(visitor)
    visitor.page.clock.install()
    reach_contacts(visitor, bank.new_customer(), bank)
    ear.heard()
    visitor.page.clock.run_for(230 * SECONDS_MS)
    assert ear.heard() == []
    visitor.page.clock.run_for(20 * SECONDS_MS)
    assert ear.heard() == [SOON]
    visitor.page.clock.run_for(60 * SECONDS_MS)
    assert ear.heard() == [ENDED]
    visitor.page.clock.run_for(600 * SECONDS_MS)
    assert ear.heard() == []


def test_more_time_is_confirmed_and_the_focus_goes_back_to_where_it_was(
    visit_chromium: VisitChromium, bank: Bank
) -> None:
    visitor = visit_chromium()
    ear = Ear(visitor)
    visitor.page.clock.install()
    reach_contacts(visitor, bank.new_customer(), bank)
    visitor.button("Enviar").focus()
    visitor.page.clock.run_for(250 * SECONDS_MS)
    ear.heard()
    visitor.press("Necesito más tiempo")
    expect(visitor.button("Enviar")).to_be_focused()
    assert sorted(ear.heard()) == ["Listo. Ya tiene más tiempo.", "→ Enviar", "→ Necesito más tiempo"]


def test_the_rules_of_a_password_are_not_spoken_at_every_letter(visit_chromium: VisitChromium, bank: Bank) -> None:
    visitor = visit_chromium()
    ear = Ear(visitor)
    reach_password(visitor, bank.new_customer(), bank)
    ear.heard()
    with visitor.page.expect_response("**/reglas"):
        visitor.type("Nueva contraseña", "cuatro loros")
    visitor.at_rest()
    assert ear.heard() == ["→ Nueva contraseña"]


def test_that_the_bank_takes_its_time_is_spoken_once_and_a_failure_once(
    visit_chromium: VisitChromium, bank: Bank
) -> None:
    held: list[Route] = []
    visitor = visit_chromium()
    ear = Ear(visitor)
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.page.route("**/personas/clave", lambda route: held.append(route))
    visitor.button("Continuar").click()
    expect(visitor.page.get_by_role("status")).to_have_text(BUSY)
    assert ear.everything()[-2:] == ["→ Continuar", BUSY]
    held.pop().fulfill(status=404, body="<p>A gateway's own page</p>", content_type="text/html")
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_be_visible()
    assert ear.everything() == [alert.inner_text()]
