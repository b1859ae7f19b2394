"""A customer's way through the recovery, one press at a time."""

from app.domain.customers import Customer
from app.domain.journey import Step
from tests.people import ALICE, NEW_PASSWORD, OLD_PASSWORD

from .bank import Bank
from .browser import LOG_IN, RECOVERY, Browser, Page
from .letters import Letter
from .people import document
from .phones import SmsProvider


class Walk:
    """One person, the browser in which the recovery was asked for, and the one in which it goes on."""

    def __init__(
        self, bank: Bank, person: Customer = ALICE, *, htmx: bool = False, sms: SmsProvider | None = None
    ) -> None:
        self.bank = bank
        self.person = person
        self.sms = sms
        self.asking = bank.browser(htmx=htmx)
        self.browser = bank.browser(htmx=htmx)

    def to(self, step: Step) -> Browser:
        """Walk until `step` stands on the page; the browser at which it does."""
        presses = {
            Step.LINK_SENT: self.ask,
            Step.REIDENTIFY: self.open_link,
            Step.CONTACTS: self.type_document,
            Step.CODE: self.confirm_contacts,
            Step.QUESTIONS: self.type_code,
            Step.PASSWORD: self.answer,
            Step.DONE: self.set_password,
        }
        if step is Step.IDENTIFY:
            self.asking.visit(RECOVERY)
            return self.asking
        for reached, press in presses.items():
            page = press()
            assert page.step == reached, f"{page.step} where {reached} should be: {page.text}"
            if reached == step:
                return self.asking if step is Step.LINK_SENT else self.browser
        raise AssertionError(f"nobody walks to {step}")

    def ask(self) -> Page:
        """Type the document, from the beginning."""
        if self.asking.visit(RECOVERY).step != Step.IDENTIFY:
            self.asking.start_again()
        return self.asking.submit(**document(self.person))

    def received(self) -> list[Letter]:
        """Every message that arrived, by mail first."""
        return [*self.bank.letters_to(self.person), *(self.sms.texts_to(self.person) if self.sms else [])]

    def link(self) -> str:
        """The link, once it arrived."""
        self.bank.deliver()
        return next(letter.link for letter in reversed(self.received()) if "/enlace/" in letter.text)

    def open_link(self) -> Page:
        """Follow it in the other browser."""
        return self.browser.visit(self.link())

    def type_document(self) -> Page:
        """The document once more."""
        return self.browser.submit(**document(self.person))

    def show_number(self) -> Page:
        """«Seguir en el otro dispositivo», where the link was opened."""
        token = self.browser.page.hidden["csrf_token"]
        return self.browser.post(f"{RECOVERY}/otro-dispositivo", {"csrf_token": token})

    def number(self) -> str:
        """The number that stands there."""
        return self.browser.page.html.one("div", **{"class": "matching-number"}).text

    def type_number(self) -> Page:
        """It, where the link was asked for."""
        return self.asking.submit(number=self.number())

    def confirm_contacts(self) -> Page:
        """«Enviar», and the code arrives."""
        page = self.browser.submit()
        self.bank.deliver()
        self.browser.visit(RECOVERY)
        return page

    def code(self) -> str:
        """The six digits that arrived."""
        return self.received()[-1].code

    def type_code(self) -> Page:
        """The right one."""
        return self.browser.submit(code=self.code())

    def answer(self) -> Page:
        """All questions, rightly."""
        return self.browser.submit(**self.bank.right_answers(self.person))

    def set_password(self, password: str = NEW_PASSWORD) -> Page:
        """«Asignar contraseña»."""
        return self.browser.submit(password=password, again=password)


def log_in(browser: Browser, person: Customer, password: str = OLD_PASSWORD) -> Page:
    """Log in."""
    browser.visit(LOG_IN)
    return browser.submit(**document(person), password=password)
