"""The journey as somebody makes it by ear, with mistakes on the way; and each way in which it can end early."""

from collections.abc import Callable
from functools import partial
from typing import Final

from app.domain.journey import Step
from e2e.aloud.listener import Listener
from e2e.bank import NEW_PASSWORD, SOMEBODY_ELSES_CARD, Bank, Customer
from e2e.journey import SENT
from e2e.pages import group
from e2e.states import OVER
from e2e.waiting import until
from e2e.windows import Target

NUMBER: Final = "Número de identificación"
FORGOTTEN: Final = "una que ya no recuerdo"
SHORT: Final = "corta"
SOMEBODY_ELSE: Final = "1999999999"
GIVE_DOCUMENT: Final = """number => {
  const field = document.getElementById("id_number");
  field.value = number;
  field.form.requestSubmit();
}"""
CODE_SECONDS: Final = 150
# The chapter in which each step of `app.domain.journey` is heard.
CHAPTERS: Final = {
    Step.IDENTIFY: "03-identify",
    Step.LINK_SENT: "04-link-sent",
    Step.REIDENTIFY: "05-reidentify",
    Step.CONTACTS: "06-contacts",
    Step.CODE: "07-code",
    Step.QUESTIONS: "08-questions",
    Step.PASSWORD: "09-password",
    Step.DONE: "10-done",
    Step.EXPIRED: "12-expired",
    Step.LOCKED: "13-locked",
    Step.REFUSED: "14-refused",
    Step.USED: "15-used",
}


def whole_journey(somebody: Listener, bank: Bank) -> None:
    """From the front page to the log-in with the new password."""
    alicia = bank.new_customer()
    with somebody.chapter("01-front", "The front page"):
        _arrive(somebody, "/", "front page", lambda: somebody.visitor.sees_heading("Su banco, cerca de usted"))
        somebody.tab_to("Ingresar enlace")
        somebody.press("Return")
        somebody.tab_to("Personas enlace")
    with somebody.chapter("02-log-in", "The log-in, and that the password is forgotten"):
        somebody.press("Return", lambda: somebody.visitor.sees_heading("Banca por internet"))
        _skip_to_content(somebody)
        _log_in(somebody, alicia, FORGOTTEN)
        somebody.visitor.sees("Le quedan 2")
        somebody.tab_to("¿Olvidó su contraseña?")
    with somebody.chapter(CHAPTERS[Step.IDENTIFY], "The document"):
        somebody.press("Return", _at(somebody, Step.IDENTIFY))
        _skip_to_content(somebody)
        somebody.tab_to("Continuar")
        _refused(somebody)
        somebody.tab_to("Escriba")
        somebody.press("Return")
        somebody.type(alicia.id_number)
    with somebody.chapter(CHAPTERS[Step.LINK_SENT], "The message that is the same for everybody"):
        somebody.press("Return", _at(somebody, Step.LINK_SENT))
        somebody.read_on()
    with somebody.chapter(CHAPTERS[Step.REIDENTIFY], "The link, and the document once more"):
        _arrive(somebody, bank.link(alicia), "link in the message", _at(somebody, Step.REIDENTIFY))
        _skip_to_content(somebody)
        somebody.tab_to(NUMBER)
        somebody.type(alicia.id_number)
    with somebody.chapter(CHAPTERS[Step.CONTACTS], "The registered e-mail and mobile"):
        somebody.press("Return", _at(somebody, Step.CONTACTS))
        somebody.read_on()
        somebody.tab_to("Enviar")
    with somebody.chapter(CHAPTERS[Step.CODE], "The code"):
        somebody.press("Return", partial(somebody.visitor.sees, SENT))
        somebody.read_on()
        _give_codes(somebody, bank.code(alicia))
    with somebody.chapter(CHAPTERS[Step.QUESTIONS], "The questions"):
        _questions(somebody, alicia, bank)
    with somebody.chapter(CHAPTERS[Step.PASSWORD], "The new password"):
        _password(somebody)
    with somebody.chapter(CHAPTERS[Step.DONE], "It is done"):
        somebody.press("Return", _at(somebody, Step.DONE))
        somebody.read_on()
        somebody.tab_to("Ingresar con la")
    with somebody.chapter("11-portal", "Logged in with the new password"):
        somebody.press("Return", lambda: somebody.visitor.sees_heading("Banca por internet"))
        _skip_to_content(somebody)
        _log_in(somebody, alicia, NEW_PASSWORD)
        somebody.visitor.sees_heading("Es un gusto saludarle")


def _arrive(somebody: Listener, address: str, told: str, until: Callable[[], object]) -> None:
    somebody.go(address, f"Opens the {told}", until)


def _at(somebody: Listener, step: Step) -> Callable[[], object]:
    return lambda: somebody.visitor.stands_at(step)


def _skip_to_content(somebody: Listener) -> None:
    somebody.tab_to("Saltar al contenido")
    somebody.press("Return")


def _refused(somebody: Listener) -> None:
    somebody.press("Return", lambda: somebody.visitor.sees_error(""))


def _log_in(somebody: Listener, customer: Customer, password: str) -> None:
    somebody.tab_to(NUMBER)
    somebody.type(customer.id_number)
    somebody.tab_to("Contraseña")
    somebody.type(password)
    left = somebody.visitor.state.born
    somebody.press(
        "Return", lambda: somebody.visitor.until(lambda: somebody.visitor.state.born != left, "for another page")
    )


def _give_codes(somebody: Listener, code: str) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    somebody.hides({code: "«code»", wrong: "«wrong code»"})
    somebody.tab_to("Código de 6 dígitos")
    somebody.type(wrong, "six wrong digits")
    _refused(somebody)
    somebody.press("Tab")
    somebody.press("Return")
    somebody.press("ctrl+a")
    somebody.type(code, "the code")


def _questions(somebody: Listener, customer: Customer, bank: Bank) -> None:
    known = bank.answers(customer)
    somebody.hides({about.question: f"«question {number}»" for number, about in enumerate(known, 1)})
    somebody.press("Return", _at(somebody, Step.QUESTIONS))
    somebody.read_on()
    somebody.tab_to("Continuar")
    _refused(somebody)
    somebody.press("Tab")
    somebody.press("Return")
    for number, about in enumerate(known):
        options = [
            seen.text.strip() for seen in somebody.visitor.look(Target(css="label", within=group(about.question)))
        ]
        somebody.hides_answers(options)
        if number:
            somebody.tab_to(options[0])
        _arrow_to(somebody, options.index(about.right))
        somebody.press("space")
    somebody.tab_to("Continuar")


def _arrow_to(somebody: Listener, at: int) -> None:
    """Only the last key is taken down: how many there are depends on the bank's key."""
    somebody.press_unheard("Down", max(at - 1, 1 - at))
    somebody.press("Down" if at else "Up", told="Presses Arrow down until the right answer is said")


def _password(somebody: Listener) -> None:
    somebody.press("Return", _at(somebody, Step.PASSWORD))
    somebody.read_on()
    somebody.tab_to("Nueva contraseña")
    somebody.type(SHORT)
    somebody.tab_to("Confirme la nueva contraseña")
    somebody.type(SHORT)
    _refused(somebody)
    somebody.press("Tab")
    somebody.press("Return")
    somebody.type(NEW_PASSWORD)
    somebody.tab_to("Confirme la nueva contraseña")
    somebody.type(NEW_PASSWORD)


def every_end(somebody: Listener, bank: Bank) -> None:
    """The code's time that runs out, recovery locked, a customer who is refused, a link that is no longer good."""
    with somebody.chapter(CHAPTERS[Step.EXPIRED], "The code's time runs out"):
        _time_over(somebody, bank.new_customer(), bank)
    with somebody.chapter(CHAPTERS[Step.LOCKED], "Locked after three wrong documents"):
        _come_to_link(somebody, bank.new_customer(), bank)
        for words in ("Le quedan 2", "Le queda 1", "Hubo"):
            _confirm(somebody, SOMEBODY_ELSE, partial(somebody.visitor.sees, words))
        somebody.read_on()
        _begin_again(somebody, "Volver al comienzo")
    with somebody.chapter(CHAPTERS[Step.REFUSED], "Refused, with the reason"):
        dave = bank.new_customer(products=[SOMEBODY_ELSES_CARD])
        _come_to_link(somebody, dave, bank)
        _confirm(somebody, dave.id_number, _at(somebody, Step.REFUSED))
        somebody.read_on()
    with somebody.chapter(CHAPTERS[Step.USED], "A link that is no longer good"):
        _arrive(somebody, "/personas/clave/enlace/inventado", "link of an old message", _at(somebody, Step.USED))


def _come_to_link(somebody: Listener, customer: Customer, bank: Bank) -> None:
    """The way here was heard before: it is not walked by ear again."""
    visitor = somebody.visitor
    visitor.go("/personas/clave")
    visitor.stands_at(Step.IDENTIFY)
    visitor.window.run(GIVE_DOCUMENT, customer.id_number)
    visitor.stands_at(Step.LINK_SENT)
    visitor.go(bank.link(customer))
    visitor.stands_at(Step.REIDENTIFY)
    somebody.skip()


def _begin_again(somebody: Listener, button: str) -> None:
    somebody.tab_to(button)
    somebody.press("Return", _at(somebody, Step.IDENTIFY))


def _confirm(somebody: Listener, number: str, until: Callable[[], object]) -> None:
    somebody.tab_to(NUMBER)
    somebody.press("ctrl+a")
    somebody.type(number)
    somebody.press("Return", until)


def _time_over(somebody: Listener, customer: Customer, bank: Bank) -> None:
    visitor = somebody.visitor
    _come_to_link(somebody, customer, bank)
    visitor.window.run(GIVE_DOCUMENT, customer.id_number)
    visitor.stands_at(Step.CONTACTS)
    somebody.skip()
    somebody.tab_to("Enviar")
    somebody.press("Return", partial(visitor.sees, SENT))
    somebody.wait("Waits", lambda: until(lambda: visitor.reads(OVER), CODE_SECONDS, lambda: "the code is never over"))
    somebody.tab_to("Código de 6 dígitos")
    code = bank.code(customer)
    somebody.hides({code: "«code»"})
    somebody.type(code, "the code, too late")
    somebody.press("Return", _at(somebody, Step.EXPIRED))
    somebody.read_on()
    _begin_again(somebody, "Empezar de nuevo")
