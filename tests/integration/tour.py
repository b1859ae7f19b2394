"""Every page and every message of the service in one language, as customers come upon them."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flask import Flask, template_rendered
from jinja2 import FileSystemBytecodeCache, Template
from pytest_httpserver import HTTPServer
from sqlalchemy.exc import OperationalError

from app.demo import mailbox
from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.messages import Language
from app.domain.policy import Budget
from tests.people import (
    ALICE,
    BOB,
    CAROL_BY_MOBILE_ONLY,
    DAVE_WITH_A_BORROWED_CARD,
    ERIN_WHO_JUST_MOVED,
    GRACE_WITH_ONE_CARD,
    NEW_PASSWORD,
    OLD_PASSWORD,
    WEAK_PASSWORD,
    Clock,
)

from .bank import Bank, copy_database, settings_of
from .browser import ALARM, LOG_IN, RECOVERY, Browser, Page
from .html import Element, read_html
from .letters import PostOffice
from .people import HEIDI_WHO_IS_FROZEN, NOBODY, document
from .phones import SmsProvider
from .walk import Walk, log_in

RESERVE: Final = f"{RECOVERY}/otro-enlace"
LANG: Final = {Language.SPANISH: "es-CO", Language.ENGLISH: "en"}
POOR_PASSWORDS: Final = {
    "empty": "",
    "short": "corta",
    "common": WEAK_PASSWORD + WEAK_PASSWORD,
    "personal": "Alice Rojas Peña 1020304050",
    "of the bank": "Banco del Páramo Bogotá 2026",
    "predictable": "asdfghjklñasdfghjklñ",
    "with a sign": "cuatro loros\tbailan tango",
    "long": "palabra " * 200,
    "used before": OLD_PASSWORD,
}


@dataclass
class Tour:
    """What there is to read, by name: pages, e-mails (in HTML and in text with the subject), and SMS.

    `templates` are those that were drawn, so that a test can tell what the tour left out. `sources` are the pages,
    each as fragment too, and the e-mails as they were sent.
    """

    bank: Bank
    demo: Bank
    sms: SmsProvider
    language: Language
    pages: dict[str, Element] = field(default_factory=dict)
    mails: dict[str, Element] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    templates: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    _fragment: str = ""

    def take(self) -> "Tour":
        """Go everywhere, then read what arrived."""
        with template_rendered.connected_to(self._note):
            self._outside()
            self._up_to_the_code()
            self._from_the_code_on()
            self._ends()
            self._alarm_and_reserve()
            self._demo()
            self._errors()
            self.bank.deliver()
        self._read()
        return self

    def browser(self, bank: Bank | None = None) -> Browser:
        """A new one, in which the language was chosen."""
        browser = (bank or self.bank).browser()
        browser.visit("/")
        if self.language is not Language.SPANISH:
            browser.speak(self.language)
        return browser

    def walk(self, person: Customer = ALICE, to: Step = Step.LINK_SENT) -> Walk:
        """The language is chosen where the link is asked for; the link brings it to the other browser."""
        walk = Walk(self.bank, person, sms=self.sms)
        walk.asking = self.browser()
        walk.to(to)
        return walk

    def _see(self, name: str, page: Page) -> None:
        lang = [page.html.one(tag, **found).attributes["lang"] for tag, found in (("html", {}), ("section", STEP))]
        assert lang == [LANG[self.language]] * 2, name
        assert page.step is None or name.startswith(page.step), f"{page.step} where {name} should be"
        self.pages[name] = page.html
        self.sources |= {name: page.source, f"{name}, as a fragment": self._fragment}

    def _note(self, _app: Flask, template: Template, context: dict[str, Any], **_: Any) -> None:
        self.templates.append(str(template.name))
        if "layout" in context:
            self._fragment = template.render(context | {"layout": "fragment.html"})

    # --- places ----------------------------------------------------------------------------------------------

    def _outside(self) -> None:
        browser = self.browser()
        self._see("front", browser.visit("/"))
        self._see("log-in", browser.visit(LOG_IN))
        self._see("log-in, empty", browser.submit(id_type="CC", id_number="", password=""))
        self._see("log-in, frozen", log_in(browser, HEIDI_WHO_IS_FROZEN))
        for name in ("refused", "refused again", "blocked"):
            self._see(f"log-in, {name}", log_in(browser, BOB, "not the password"))
        self._see("portal", log_in(browser, ALICE))
        self._see("portal, the second time", log_in(self.browser(), ALICE))

    def _up_to_the_code(self) -> None:
        walk = self.walk()
        asking = self.browser()
        self._see("identify", asking.visit(RECOVERY))
        self._see("identify, empty", asking.submit(id_type="CC", id_number=""))
        self._see("identify, misshapen", asking.submit(id_type="CC", id_number="12"))
        self._see("link_sent", walk.asking.page)
        self._see("link_sent, misshapen", walk.asking.submit(number="12"))
        self._see("link_sent, refused", walk.asking.submit(number="000000"))
        self._see("reidentify", walk.open_link())
        self._see("reidentify, refused", walk.browser.submit(**document(NOBODY)))
        self._see("contacts", walk.type_document())
        self._see("code, on its way", walk.browser.submit())
        self.bank.deliver()
        self._see("code", walk.browser.visit())
        self._see("code, empty", walk.browser.submit(code=""))
        self._see("code, misshapen", walk.browser.submit(code="12"))
        self._see("code, refused", walk.browser.submit(code="000000"))
        self._hand_over()
        self._late_code()
        mobile = self.walk(CAROL_BY_MOBILE_ONLY, Step.CONTACTS).browser
        self._see("contacts, mobile", mobile.page)
        self._see("code, on its way, mobile", mobile.submit())
        self.bank.deliver()
        self._see("code, mobile", mobile.visit())

    def _hand_over(self) -> None:
        walk = self.walk(to=Step.REIDENTIFY)
        phone = walk.browser
        self._see("reidentify, its number", walk.show_number())
        self.bank.clock.go_on(seconds=120)
        self._see("reidentify, its number over", phone.visit())
        walk.show_number()
        walk.type_number()
        self._see("used, gone on elsewhere", phone.visit())

    def _late_code(self) -> None:
        browser = self.walk(to=Step.CODE).browser
        self.bank.execute("UPDATE recovery SET code_late = TRUE")
        self._see("code, sent late", browser.visit())
        self.bank.clock.go_on(seconds=120)
        self._see("expired, sent late", browser.visit())

    def _from_the_code_on(self) -> None:
        walk = self.walk(to=Step.QUESTIONS)
        browser = walk.browser
        self._see("questions", browser.visit())
        self._see("questions, empty", browser.submit())
        self._see("questions, refused", browser.submit(**self.bank.wrong_answers(ALICE)))
        self._see("password", walk.answer())
        for name, tried in POOR_PASSWORDS.items():
            self._see(f"password, {name}", browser.submit(password=tried, again=tried))
        self._see("password, not twice", browser.submit(password=NEW_PASSWORD, again="otra"))
        self._see("done", walk.set_password())

    def _ends(self) -> None:
        self._see("used", self.browser().visit(f"{RECOVERY}/enlace/made-up"))
        refused = {
            "not eligible": DAVE_WITH_A_BORROWED_CARD,
            "on hold": ERIN_WHO_JUST_MOVED,
            "too few facts": GRACE_WITH_ONE_CARD,
            "frozen": HEIDI_WHO_IS_FROZEN,
        }
        for name, person in refused.items():
            self._see(f"refused, {name}", self.walk(person, Step.REIDENTIFY).type_document())
        away = self.walk(CAROL_BY_MOBILE_ONLY, Step.REIDENTIFY)
        self.bank.execute("UPDATE customer SET mobile = NULL WHERE given_names = 'Carol'")
        self._see("refused, no contact", away.type_document())
        guessed = self.walk(BOB, Step.REIDENTIFY)
        self.bank.spend_all(BOB, Budget.ANSWERS_IN_A_ROW)
        self._see("refused, too many wrong", guessed.type_document())
        guessing = self.walk(ERIN_WHO_JUST_MOVED, Step.REIDENTIFY).browser
        while guessing.page.step != Step.LOCKED:
            guessing.submit(**document(NOBODY))
        self._see("locked", guessing.page)
        self.walk(ERIN_WHO_JUST_MOVED)
        late = self.walk(to=Step.CONTACTS).browser
        self.bank.clock.go_on(minutes=21)
        self._see("expired", late.visit())

    def _alarm_and_reserve(self) -> None:
        for _ in range(self.bank.services.rules.policy.limit(Budget.LINKS)):
            self.walk()
            self.bank.deliver()
        last, walk, browser = self.bank.letters_to(ALICE)[-1], Walk(self.bank), self.browser()
        self._see("reserve", browser.visit(next(link for link in last.links if "/otro-enlace/" in link)))
        self._see("reserve, too old", self.browser().visit(RESERVE))
        self._see("alarm, too old", self.browser().visit(ALARM))
        walk.browser.visit(last.link)
        walk.type_document()
        self._see("alarm", browser.visit(last.alarm))
        self._see("alarm, done", browser.submit())
        self._see("refused, stopped", walk.browser.visit())

    def _demo(self) -> None:
        browser = self.browser(self.demo)
        self._see("demo, mailbox, empty", browser.visit("/demo/buzon"))
        mailbox.keep_sms(self.demo.settings.mailbox_dir, str(ALICE.contact.mobile), "…", "1")
        self._see("demo, mailbox", browser.visit("/demo/buzon"))
        self._see("demo, people", browser.visit("/demo/personas"))

    def _errors(self) -> None:
        browser = self.browser()
        self._see("400", browser.post(LOG_IN, document(ALICE)))
        self._see("404", browser.visit("/nada"))
        self._see("405", browser.ask("DELETE", LOG_IN))
        browser.visit(LOG_IN)
        self._see("413", browser.submit(**document(ALICE), password="x" * 70_000))
        self._see("403", browser.post(LOG_IN, {}, headers={"Origin": "https://evil.example"}))
        empty = browser.visit().hidden | {"id_type": "CC", "id_number": ""}
        while browser.post(RECOVERY, empty).status != 429:
            pass
        self._see("identify, in a flood", browser.page)
        while browser.visit(f"{RECOVERY}/enlace/none").status != 429:
            pass
        self._see("429", browser.page)
        for status, problem in {500: RuntimeError(), 503: OperationalError("", {}, Exception())}.items():
            self.bank.app.view_functions["portal.front"] = _failing(problem)
            self._see(str(status), browser.visit("/"))

    # --- messages --------------------------------------------------------------------------------------------

    def _read(self) -> None:
        kinds = [name for name in self.templates if name.startswith("mail/") and name.endswith(".html")]
        for name, letter in zip(kinds, self.bank.letters, strict=True):
            html = read_html(letter.html.replace("<!doctype html>", ""))
            assert html.one("html").attributes["lang"] == LANG[self.language]
            self.mails[_named(name, letter.text)] = html
            self.sources[_named(name, letter.text)] = letter.html
            self.texts[_named(name, letter.text)] = f"{letter.subject}\n\n{letter.text}"
        kinds = [name for name in self.templates if name.startswith("sms/")]
        for name, text in zip(kinds, self.sms.accepted, strict=True):
            self.texts[_named(name, text.text)] = text.text


STEP: Final = {"id": "step"}


def tour(language: Language, founded: Path, folder: Path) -> Tour:
    """The whole tour of a bank of its own, whose database is a copy of `founded` in `folder`."""
    copy_database(founded, folder)
    office, provider, clock = PostOffice(), HTTPServer(), Clock()
    with ExitStack() as stack:
        stack.callback(office.leave)
        office.open()
        stack.callback(provider.stop)
        provider.start()
        sms = SmsProvider(provider)

        def opened(**settings: Any) -> Bank:
            bank = Bank(settings_of(folder, office.port, settings), office, clock)
            bank.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(founded.parent))
            stack.callback(bank.close)
            return bank

        demo = opened(app_env="demo", base_url="http://127.0.0.1:8000")
        return Tour(opened(sms_url=sms.url), demo, sms, language).take()


def _named(template: str, text: str) -> str:
    name = template.rpartition(".")[0].replace("/", " ")
    return f"{name}, last of the day" if "/otro-enlace/" in text else name


def _failing(problem: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise problem

    return fail
