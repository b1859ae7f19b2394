"""A customer's honest way through the recovery, up to where an attack begins."""

import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from attack.ground import Ground, fresh_password
from attack.html import Page
from attack.people import Victim
from attack.target import RECOVERY, Browser, CannotTry

COUNTS_SECONDS: Final = 5
STEPS: Final = ("link_sent", "reidentify", "contacts", "code", "questions", "password", "done")
BUTTONS: Final = {
    "identify": "Continuar",
    "reidentify": "Continuar",
    "contacts": "Enviar",
    "code": "Continuar",
    "questions": "Continuar",
    "password": "Asignar contraseña",
}


class Walk:
    """One customer, the browser in which the recovery was asked for, and the one in which it goes on."""

    def __init__(self, ground: Ground, victim: Victim) -> None:
        self.ground = ground
        self.victim = victim
        self.asking = ground.browser()
        self.browser = ground.browser()
        self.password = fresh_password()
        self.token = ""
        self.known: list[str] = []

    def to(self, step: str, then: Callable[[str], object] | None = None) -> Browser:
        """Walk until `step` stands on the page, calling `then` with each step reached.

        Raises:
            CannotTry: the honest way does not lead there.
        """
        presses: tuple[Callable[[], Page], ...] = (
            self.ask, self.open_link, self.identify_again, self.confirm, self.type_code, self.answer, self.assign
        )  # fmt: skip
        for reached, press in zip(STEPS, presses, strict=True):
            page = press()
            if page.step != reached:
                raise CannotTry(f"an honest customer came to {page.step} (status {page.status}) instead of {reached}")
            if then:
                then(reached)
            if reached == step:
                break
        return self.asking if step == "link_sent" else self.browser

    def ask(self) -> Page:
        """Type the document in a browser that knows of nothing."""
        self.known = [message["id"] for message in self.ground.messages(self.victim)]
        self.asking.visit(RECOVERY)
        return self.asking.submit("Continuar", self.victim.document)

    def link(self) -> str:
        """The path of the link, once it arrives."""
        message = self.ground.wait_for(self.victim, link_in, self.known)
        self.known.append(message["id"])
        path = link_in(message) or ""
        self.token = path.rsplit("/", 1)[-1]
        return path

    def open_link(self) -> Page:
        """Follow it in the other browser."""
        return self.browser.visit(self.link())

    def identify_again(self) -> Page:
        """The document once more."""
        return self.browser.submit("Continuar", self.victim.document)

    def confirm(self) -> Page:
        """«Enviar»."""
        return self.browser.submit("Enviar")

    def code(self) -> str:
        """The six digits, once they arrive and count."""
        message = self.ground.wait_for(self.victim, lambda found: found["code"] and not link_in(found), self.known)
        self.known.append(message["id"])
        self._until_the_code_counts()
        return str(message["code"])

    def _until_the_code_counts(self) -> None:
        """The page says something else as soon as the mail server has the code, and then every second."""
        before, deadline = self.browser.page.neutral, time.monotonic() + COUNTS_SECONDS
        while self.browser.visit(RECOVERY).neutral == before and time.monotonic() < deadline:
            time.sleep(0.2)

    def type_code(self) -> Page:
        """The right one."""
        return self.browser.submit("Continuar", {"Código de 6 dígitos": self.code()})

    def right_answers(self) -> dict[str, str]:
        """All that the questions' form sends when it is answered rightly."""
        form = self.browser.page.form("Continuar")
        return form.hidden | {group.name: self.victim.answer(group) for group in form.groups}

    def answer(self) -> Page:
        """All questions, rightly."""
        return self.browser.send(self.browser.page.form("Continuar"), self.right_answers())

    def new_password(self) -> dict[str, str]:
        """What is typed in the last step."""
        return {"Nueva contraseña": self.password, "Confirme la nueva contraseña": self.password}

    def assign(self) -> Page:
        """«Asignar contraseña»."""
        return self.browser.submit("Asignar contraseña", self.new_password())


def link_in(message: dict[str, Any]) -> str | None:
    """The path of the link to go on with, if a message has one."""
    return next((urlsplit(link).path for link in message["links"] if "/personas/clave/enlace/" in link), None)


def another(code: str, step: int) -> str:
    """A code that is not this one; each `step` (1 to 999999) gives another."""
    return f"{(int(code) + step) % 1_000_000:06}"
