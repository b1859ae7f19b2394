"""Everything a customer can come to see, each with a name and a way to get there: every step, error and end.

A walk goes from one state to the next and gives the name of each while the visitor stands there, so that whoever
looks (the audits, a photographer) reaches every state once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import Route

from e2e.bank import (
    LITTLE_KNOWN,
    NEW_PASSWORD,
    OLD_PASSWORD,
    SOMEBODY_ELSES_CARD,
    Bank,
    Customer,
    an_hour_ago,
)
from e2e.journey import (
    answer,
    ask_for_code,
    begin_again,
    confirm_document,
    give_code,
    give_document,
    identify,
    log_in,
    open_link,
    reach_code,
    reach_contacts,
    reach_link,
    reach_password,
    set_password,
    wait_for_code,
)
from e2e.pages import ChromiumVisitor, Visitor

Way = Callable[[ChromiumVisitor, Bank], Iterator[str]]
POLL: Final = "**/personas/clave/codigo"
OVER: Final = "El tiempo del código se terminó"
MINUTE_MS: Final = 60_000
ERRORS: Final = (400, 403, 404, 405, 413, 422, 500, 503)
LINKS_A_DAY: Final = 5
ALARMS: Final = 61
NO_CRYPTOGRAPHY: Final = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
# Firefox runs it in the empty page before the first, too, which has no cryptography.
WORK_WITHOUT_END: Final = (
    "if (window.SubtleCrypto) window.SubtleCrypto.prototype.deriveBits = () => new Promise(() => {})"
)


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through some states, on a server with these settings.

    `needs` is what it does that a person at a browser cannot and WebDriver has no command for; empty: it can be walked
    in every engine.
    """

    way: Way
    settings: dict[str, str] = field(default_factory=dict)
    needs: str = ""

    def states(self, visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
        """The name of each state while the visitor stands there."""
        yield from self.way(visitor, bank)


# --- the recovery -------------------------------------------------------------------------------------------------


def up_to_the_contacts(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """The document, the link, the document once more."""
    alicia, somebody_else = bank.new_customer(), bank.new_customer()
    visitor.go("/personas/clave")
    yield "identify"
    visitor.open("No tengo acceso a mi correo ni a mi celular registrados")
    yield "identify, help open"
    yield from _refused(visitor, "identify")
    visitor.fill("Número de identificación", "12")
    visitor.press("Continuar")
    visitor.sees_error("", "Número de identificación")
    yield "identify, misshapen"
    give_document(visitor, alicia)
    visitor.press("Continuar")
    visitor.stands_at("link_sent")
    yield "link_sent"
    open_link(visitor, alicia, bank)
    yield "reidentify"
    yield from _refused(visitor, "reidentify")
    confirm_document(visitor, somebody_else)
    visitor.sees("Le quedan 2")
    yield "reidentify, another document"
    confirm_document(visitor, alicia)
    visitor.stands_at("contacts")
    yield "contacts"


def the_code_on_its_way(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """The code before the mail server has taken it."""
    reach_contacts(visitor, bank.new_customer(), bank)
    visitor.page.route(POLL, lambda route: route.fulfill(status=404))
    visitor.press("Enviar")
    visitor.stands_at("code")
    yield "code, on its way"


def the_code_and_the_questions(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """The code, its time, wrong ones; the questions, unanswered and answered wrongly."""
    alicia = bank.new_customer()
    reach_code(visitor, alicia, bank)
    yield "code"
    visitor.press("Ocultar el tiempo")
    yield "code, time hidden"
    yield from _refused(visitor, "code")
    give_code(visitor, f"{(int(bank.code(alicia)) + 1) % 1_000_000:06}")
    visitor.sees("Le quedan 2")
    yield "code, wrong"
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")
    yield "questions"
    yield from _refused(visitor, "questions")
    answer(visitor, alicia, bank, rightly=False)
    visitor.sees("Le queda 1")
    yield "questions, wrong"


def the_password(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """The new password, its rules ticked, why it is refused, and the end."""
    reach_password(visitor, bank.new_customer(), bank)
    yield "password"
    visitor.fill("Nueva contraseña", "jirafa")
    visitor.sees("ya se cumple")
    visitor.at_rest()
    visitor.tick("Mostrar lo que escribo")
    yield "password, some rules kept"
    yield from _refused(visitor, "password", "Asignar contraseña")
    set_password(visitor, "corta", "larga")
    visitor.sees_error("")
    yield "password, poor"
    set_password(visitor)
    visitor.stands_at("done")
    yield "done"


def _refused(visitor: Visitor, step: str, button: str = "Continuar") -> Iterator[str]:
    visitor.press(button)
    visitor.sees_error("")
    yield f"{step}, nothing filled in"


def handed_over(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """The number on the phone, a wrong one at the computer, and the phone that let go."""
    alicia = bank.new_customer()
    with _another_browser(visitor) as computer:
        identify(computer, alicia)
        open_link(visitor, alicia, bank)
        visitor.press("Seguir en el otro dispositivo")
        visitor.sees_heading("Siga en su otro dispositivo")
        yield "reidentify, its number"
        number = visitor.page.locator(".matching-number").inner_text()
        computer.open("Abrí el enlace en otro dispositivo y quiero seguir aquí")
        computer.fill("Número del otro dispositivo", number)
        computer.press("Continuar")
    visitor.stands_at("used")
    yield "used, gone on elsewhere"
    begin_again(visitor)
    confirm_document(visitor, alicia)
    visitor.stands_at("link_sent")
    visitor.open("Abrí el enlace en otro dispositivo y quiero seguir aquí")
    visitor.fill("Número del otro dispositivo", "12")
    visitor.press("Continuar")
    visitor.sees_error("El número tiene 6 dígitos")
    yield "link_sent, number misshapen"


@contextmanager
def _another_browser(visitor: ChromiumVisitor) -> Iterator[ChromiumVisitor]:
    assert visitor.context.browser
    with visitor.context.browser.new_context() as context:
        yield ChromiumVisitor(context.new_page(), visitor.url, scripts=True)


def every_step(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """The eight steps and nothing else, in any engine."""
    alicia = bank.new_customer()
    visitor.go("/personas/clave")
    yield "identify"
    confirm_document(visitor, alicia)
    visitor.stands_at("link_sent")
    yield "link_sent"
    open_link(visitor, alicia, bank)
    yield "reidentify"
    confirm_document(visitor, alicia)
    visitor.stands_at("contacts")
    yield "contacts"
    ask_for_code(visitor)
    yield "code"
    give_code(visitor, bank.code(alicia))
    visitor.stands_at("questions")
    yield "questions"
    answer(visitor, alicia, bank)
    visitor.stands_at("password")
    yield "password"
    set_password(visitor)
    visitor.stands_at("done")
    yield "done"


def in_english(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """Every step once more, in English."""
    alicia = bank.new_customer()
    visitor.go("/")
    visitor.press("English")
    yield "front, in English"
    visitor.go("/personas")
    yield "log-in, in English"
    visitor.go("/personas/clave")
    yield "identify, in English"
    visitor.press("Continue")
    yield "identify, nothing filled in, in English"
    for step in ("link_sent", "contacts"):
        visitor.choose("Document type", "Citizenship card (CC)")
        visitor.fill("Document number", alicia.id_number)
        visitor.press("Continue")
        visitor.stands_at(step)
        yield f"{step}, in English"
        if step == "link_sent":
            open_link(visitor, alicia, bank)
            yield "reidentify, in English"
    visitor.press("Send")
    wait_for_code(visitor, "We sent the code to your")
    yield "code, in English"
    visitor.fill("6-digit code", bank.code(alicia))
    visitor.press("Continue")
    visitor.stands_at("questions")
    yield "questions, in English"
    for known in bank.answers(alicia, "en"):
        visitor.pick(known.question, known.right)
    visitor.press("Continue")
    visitor.stands_at("password")
    yield "password, in English"
    visitor.fill("New password", NEW_PASSWORD)
    visitor.fill("Confirm the new password", NEW_PASSWORD)
    visitor.press("Set password")
    visitor.stands_at("done")
    yield "done, in English"


# --- where a recovery can end -------------------------------------------------------------------------------------


def turned_away(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """Refused for each reason, and the link that is no longer good."""
    visitor.go("/personas/clave/enlace/inventado")
    visitor.stands_at("used")
    yield "used"
    begin_again(visitor)
    dave = bank.new_customer(products=[SOMEBODY_ELSES_CARD])
    erin = bank.new_customer(contact_updated_at=an_hour_ago())
    grace = bank.new_customer(products=[LITTLE_KNOWN])
    heidi = bank.new_customer()
    bank.freeze(heidi)
    ivan = bank.new_customer()
    bank.answer_wrongly(ivan)
    reasons = {"not eligible": dave, "on hold": erin, "too few facts": grace, "frozen": heidi, "too many wrong": ivan}
    for reason, customer in reasons.items():
        reach_link(visitor, customer, bank)
        confirm_document(visitor, customer)
        visitor.stands_at("refused")
        yield f"refused, {reason}"
        begin_again(visitor, "Volver al comienzo")


def locked(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """One wrong document too many."""
    alicia, somebody_else = bank.new_customer(), bank.new_customer()
    reach_link(visitor, alicia, bank)
    for words in ("Le quedan 2", "Le queda 1", "Hubo"):
        confirm_document(visitor, somebody_else)
        visitor.sees(words)
    visitor.stands_at("locked")
    yield "locked"


def stopped(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """«No fui yo», its end, and what is left of the recovery."""
    alicia = bank.new_customer()
    visitor.go("/personas/clave/no-fui-yo/inventado")
    yield "alarm, too old"
    reach_contacts(visitor, alicia, bank)
    visitor.go(_link_to(bank, alicia, "no-fui-yo"))
    visitor.sees_heading("No fui yo")
    yield "alarm"
    visitor.press("Suspender mi contraseña")
    visitor.sees_heading("Su contraseña está suspendida")
    yield "alarm, done"
    visitor.go("/personas/clave")
    visitor.stands_at("refused")
    yield "refused, stopped"


def out_of_time(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """A pause that is almost over and over, where it can be extended."""
    visitor.page.clock.install()
    reach_contacts(visitor, bank.new_customer(), bank)
    visitor.page.clock.fast_forward(4 * MINUTE_MS + 30_000)
    visitor.sees("¿Necesita más tiempo?")
    yield "contacts, a pause almost over"
    visitor.page.clock.fast_forward(2 * MINUTE_MS)
    visitor.sees("El tiempo se terminó")
    yield "contacts, a pause over"


def too_late(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """A code whose time is over, before and after it is sent."""
    alicia = bank.new_customer()
    reach_code(visitor, alicia, bank)
    visitor.fill("Código de 6 dígitos", bank.code(alicia))
    visitor.sees(OVER)
    yield "code, its time over"
    visitor.enter()
    visitor.stands_at("expired")
    yield "expired"


def one_more_link(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """The way to one more link, when the day's are used up."""
    alicia = bank.new_customer()
    visitor.go("/personas/clave/otro-enlace")
    yield "reserve, too old"
    identify(visitor, alicia)
    for _ in range(LINKS_A_DAY - 1):
        begin_again(visitor)
        confirm_document(visitor, alicia)
    visitor.go(_link_to(bank, alicia, "otro-enlace"))
    visitor.sees_heading("Pedir otro enlace")
    yield "reserve"


def _link_to(bank: Bank, customer: Customer, path: str) -> str:
    (message, *_) = bank.wait_for(customer, lambda message: message.link_to(path))
    return message.link_to(path) or ""


# --- what stands around it ----------------------------------------------------------------------------------------


def outside(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """The front page, log-in with everything that can go wrong, the portal."""
    alicia, heidi = bank.new_customer(), bank.new_customer()
    bank.freeze(heidi)
    visitor.go("/")
    yield "front"
    visitor.go("/personas")
    yield "log-in"
    visitor.press("Ingresar")
    visitor.sees_error("")
    yield "log-in, nothing filled in"
    log_in(visitor, heidi, OLD_PASSWORD)
    visitor.sees("Su contraseña está suspendida")
    yield "log-in, frozen"
    log_in(visitor, alicia, OLD_PASSWORD)
    visitor.sees_heading("Es un gusto saludarle")
    yield "portal"
    for name, words in {"wrong": "Le quedan 2", "wrong again": "Le queda 1", "blocked": "está bloqueada"}.items():
        log_in(visitor, alicia, NEW_PASSWORD)
        visitor.sees(words)
        yield f"log-in, {name}"


def demo(visitor: Visitor, bank: Bank) -> Iterator[str]:
    """What only the demo has."""
    visitor.go("/demo/personas")
    yield "demo, who is who"
    bank.empty_mailbox()
    visitor.go("/demo/buzon")
    yield "demo, mailbox empty"
    alicia = bank.new_customer()
    identify(visitor, alicia)
    bank.link(alicia)
    visitor.go("/demo/buzon")
    yield "demo, mailbox"


def errors(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """Every error as a page: as the server draws it, and one that is provoked."""
    for status in ERRORS:
        visitor.page.route("**/error", _drawn(bank.error_page(status)))
        visitor.go("/error")
        visitor.page.unroute("**/error")
        yield f"error {status}"
    for _ in range(ALARMS):
        visitor.context.request.get(f"{visitor.url}/personas/clave/no-fui-yo/inventado", max_redirects=0)
    visitor.go("/personas/clave/no-fui-yo/inventado")
    visitor.sees_heading("Demasiados intentos")
    yield "error 429"


def _drawn(page: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8")


def without_a_network(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """A press that is under way, and one that reaches nobody."""
    held: list[Route] = []
    visitor.go("/personas/clave")
    give_document(visitor, bank.new_customer())
    visitor.page.route("**/personas/clave", lambda route: held.append(route))
    visitor.button("Continuar").click()
    under_way = visitor.page.locator("form.htmx-request")
    # Only who asks the page for something is told of its requests meanwhile.
    visitor.until(lambda: under_way.count() and held, "for the form to be sent")
    yield "identify, busy"
    held.pop().fulfill(status=404, body="<p>A gateway's own page</p>", content_type="text/html")
    visitor.page.unroute("**/personas/clave")
    visitor.sees("No hay conexión con el banco")
    yield "identify, no network"


def waiting_in_a_flood(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """A browser that cannot do the work is asked for patience."""
    visitor.page.add_init_script(NO_CRYPTOGRAPHY)
    _ask_in_a_flood(visitor, bank)
    visitor.sees("Espere 1 minuto")
    yield "identify, asked to wait"


def working_in_a_flood(visitor: ChromiumVisitor, bank: Bank) -> Iterator[str]:
    """A browser at work."""
    visitor.page.add_init_script(WORK_WITHOUT_END)
    _ask_in_a_flood(visitor, bank)
    visitor.sees("Su navegador hace una revisión corta")
    yield "identify, its browser at work"


def _ask_in_a_flood(visitor: ChromiumVisitor, bank: Bank) -> None:
    """Ask; on a fresh server the first is let through, so ask again."""
    identifying = bank.new_customer()
    visitor.go("/personas/clave")
    confirm_document(visitor, identifying)
    if visitor.step == "link_sent":
        begin_again(visitor)
        confirm_document(visitor, identifying)


WALKS: Final[dict[str, Walk]] = {
    "up to the contacts": Walk(up_to_the_contacts),
    "the code on its way": Walk(the_code_on_its_way, needs="holds back an answer of the server"),
    "the code and the questions": Walk(the_code_and_the_questions),
    "the password": Walk(the_password),
    "handed over": Walk(handed_over, needs="opens a second browser beside it"),
    "in English": Walk(in_english),
    "turned away": Walk(turned_away),
    "locked": Walk(locked),
    "stopped": Walk(stopped),
    "out of time": Walk(out_of_time, needs="moves the browser's clock on"),
    "too late": Walk(too_late, {"CODE_SECONDS": "6"}),
    "one more link": Walk(one_more_link),
    "outside": Walk(outside),
    "demo": Walk(demo),
    "errors": Walk(errors, needs="puts each error page where the server would"),
    "without a network": Walk(without_a_network, needs="holds back and spoils answers of the server"),
    "waiting in a flood": Walk(
        waiting_in_a_flood, {"CALM_REQUESTS": "1"}, needs="takes the browser's cryptography away"
    ),
    "working in a flood": Walk(
        working_in_a_flood, {"CALM_REQUESTS": "1"}, needs="keeps the browser's work from ending"
    ),
}
