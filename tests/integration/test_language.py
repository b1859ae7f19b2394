"""English by a visible choice: complete, on every page and in every message, and nobody gets it unasked (A7)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask_babel import force_locale

from app.domain.customers import Customer
from app.domain.journey import Step
from app.domain.messages import Language, Message, Pesos
from app.settings import ROOT
from app.translation import LOCALES, say
from tests.people import ALICE, NEW_PASSWORD

from .bank import Bank
from .browser import ALARM, LOG_IN, RECOVERY, Page
from .html import Element, read_html
from .people import NOBODY
from .test_matrix import STANDING
from .test_neutrality import masked
from .tour import LANG, Tour
from .walk import Walk, log_in

CATALOGUE = ROOT / "app/translations/es/LC_MESSAGES/messages.po"
# What is drawn only as a part of others.
PARTS = {"page.html", "fragment.html", "macros.html", "htmx_config.html", "steps/code_time.html", "steps/toll.html"}
PARTS |= {
    "steps/password_rules.html",
    "steps/hand_over.html",
    "steps/over.html",
    "mail/base.html",
    "mail/foot.txt",
    "mail/macros.html",
}
COOKIE = "__Host-idioma"


# --- the choice ----------------------------------------------------------------------------------------------


def test_everybody_gets_spanish_whatever_the_browser_prefers(bank: Bank) -> None:
    for address in ("/", LOG_IN, RECOVERY):
        plain = bank.browser().visit(address)
        english = bank.browser(Accept_Language="en-GB,en;q=0.9").visit(address)
        assert english.html.one("html").attributes["lang"] == "es-CO"
        assert masked(english.source) == masked(plain.source)


@pytest.mark.parametrize("address", ["/", LOG_IN, RECOVERY, ALARM, f"{RECOVERY}/otro-enlace"])
def test_the_button_on_a_page_leads_back_to_it_in_the_other_language(bank: Bank, address: str) -> None:
    browser = bank.browser()
    browser.visit(address)
    for language in (Language.ENGLISH, Language.SPANISH):
        page = browser.speak(language)
        assert page.address == address
        assert page.html.one("html").attributes["lang"] == LANG[language]


def test_the_button_is_named_in_the_language_it_leads_to(bank: Bank) -> None:
    browser = bank.browser()
    assert _button(browser.visit("/")) == ("English", "en")
    assert _button(browser.speak(Language.ENGLISH)) == ("Español", "es-CO")


def _button(page: Page) -> tuple[str, str]:
    button = page.html.one("form", **{"class": "language"}).one("button")
    return button.text, button.attributes["lang"]


@pytest.mark.parametrize("here", STANDING)
def test_the_choice_keeps_the_step_and_changes_nothing_else(walk: Walk, here: Step) -> None:
    browser = walk.to(here)
    before = walk.bank.rows()
    browser.visit()
    assert browser.speak(Language.ENGLISH).step == here
    assert browser.visit(by_htmx=True).html.one("section", id="step").attributes["lang"] == "en"
    assert walk.bank.rows() == before


def test_the_whole_journey_can_be_made_in_english(bank: Bank, htmx: bool) -> None:
    walk = Walk(bank, htmx=htmx)
    walk.asking.visit()
    walk.asking.speak(Language.ENGLISH)
    walk.to(Step.DONE)
    assert walk.browser.page.heading == "Your new password is set"
    bank.deliver()
    assert {letter.subject for letter in bank.letters_to(ALICE)} == {
        "Your link to set a new password – Banco del Páramo",
        "Your code to continue – Banco del Páramo",
        "Your password was changed – Banco del Páramo",
    }
    assert log_in(walk.browser, ALICE, NEW_PASSWORD).heading == "Good to see you, Alice"


def test_the_cookie_says_the_language_and_nothing_else(bank: Bank) -> None:
    browser = bank.browser()
    token = browser.visit("/").html.one("input", name="csrf_token").attributes["value"]
    chosen = browser.post("/idioma", {"csrf_token": token, "language": "en", "page": "/"}, follow=False)
    (cookie,) = [value for value in chosen.response.headers.getlist("Set-Cookie") if value.startswith(COOKIE)]
    name, *attributes = cookie.split("; ")
    assert name == f"{COOKIE}=en"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} < set(attributes)


@pytest.mark.parametrize("asked", ["", "fr", "EN", "es-CO", "<script>"])
def test_a_language_that_we_do_not_speak_changes_nothing(bank: Bank, asked: str) -> None:
    browser = bank.browser()
    token = browser.visit("/").html.one("input", name="csrf_token").attributes["value"]
    page = browser.post("/idioma", {"csrf_token": token, "language": asked, "page": LOG_IN})
    assert page.address == LOG_IN
    assert browser.client.get_cookie(COOKIE, domain="clave.banco.example") is None


@pytest.mark.parametrize(
    "page",
    ["", "https://evil.example/", "//evil.example", "/\\evil.example", "nada", "/nada", "/personas/clave/enlace/x"],
)
def test_the_way_back_leads_nowhere_else(bank: Bank, page: str) -> None:
    browser = bank.browser()
    token = browser.visit("/").html.one("input", name="csrf_token").attributes["value"]
    answer = browser.post("/idioma", {"csrf_token": token, "language": "en", "page": page}, follow=False)
    assert answer.response.headers["Location"] == "/"


def test_a_cookie_that_somebody_forged_is_passed_over(bank: Bank) -> None:
    browser = bank.browser()
    browser.client.set_cookie(COOKIE, "en; x=<b>", domain="clave.banco.example", secure=True)
    assert browser.visit().html.one("html").attributes["lang"] == "es-CO"


def test_what_the_alarm_did_can_be_read_in_the_other_language_too(walk: Walk) -> None:
    walk.to(Step.REIDENTIFY)
    browser = walk.bank.browser()
    browser.visit(walk.received()[-1].alarm)
    browser.submit()
    assert browser.speak(Language.ENGLISH).heading == "Your password is frozen"


def test_a_form_that_was_refused_shows_its_page_anew(bank: Bank) -> None:
    browser = bank.browser()
    log_in(browser, ALICE, "not the password")
    assert browser.speak(Language.ENGLISH).address == LOG_IN


# --- messages ------------------------------------------------------------------------------------------------


def asked_in_english(bank: Bank, person: Customer = ALICE) -> Walk:
    """Somebody asked for a link on the English page, and it arrived."""
    walk = Walk(bank, person)
    walk.asking.visit()
    walk.asking.speak(Language.ENGLISH)
    walk.ask()
    bank.deliver()
    return walk


def test_the_link_brings_its_language_to_another_device(bank: Bank) -> None:
    walk = asked_in_english(bank)
    page = walk.open_link()
    assert (page.step, page.html.one("html").attributes["lang"]) == (Step.REIDENTIFY, "en")
    assert "?" not in page.response.request.url


def test_the_link_does_not_overrule_what_was_chosen_there(bank: Bank) -> None:
    walk = asked_in_english(bank)
    walk.browser.visit("/")
    walk.browser.speak(Language.ENGLISH)
    walk.browser.speak(Language.SPANISH)
    assert walk.open_link().html.one("html").attributes["lang"] == "es-CO"


def test_a_message_speaks_the_language_of_the_page_that_caused_it(bank: Bank) -> None:
    walk = asked_in_english(bank)
    walk.open_link()
    walk.type_document()
    walk.browser.speak(Language.SPANISH)
    walk.confirm_contacts()
    link, code = bank.letters_to(ALICE)
    assert "Somebody" in link.text
    assert "Su código es" in code.text
    for letter, spoken in ((link, "en"), (code, "es-CO")):
        assert read_html(letter.html).one("html").attributes["lang"] == spoken
        assert f"Content-Language: {spoken}\n".encode() in letter.raw.replace(b"\r\n", b"\n")


def test_who_stops_a_strangers_english_recovery_in_spanish_is_told_so_in_spanish(bank: Bank) -> None:
    asked_in_english(bank)
    (link,) = bank.letters_to(ALICE)
    assert "Este mensaje está en inglés" in link.text
    in_spanish = next(address for address in reversed(link.links) if "/no-fui-yo/" in address)
    browser = bank.browser()
    assert "No fui yo" in browser.visit(in_spanish).heading
    browser.submit()
    bank.deliver()
    assert "está suspendida" in bank.letters_to(ALICE)[-1].subject


def test_an_english_letter_about_a_frozen_password_says_in_spanish_whom_to_call(bank: Bank) -> None:
    asked_in_english(bank)
    browser = bank.browser()
    browser.visit(bank.letters_to(ALICE)[-1].alarm)
    browser.submit()
    bank.deliver()
    frozen = bank.letters_to(ALICE)[-1]
    assert frozen.subject.startswith("Your password is frozen")
    for text in (frozen.text, read_html(frozen.html).one("body").text):
        assert "en inglés porque alguien eligió ese idioma en nuestra página. Su contraseña está suspendida." in text
        assert "No fui yo" not in text
    assert not frozen.links


def test_asking_in_english_looks_the_same_for_every_document(bank: Bank) -> None:
    pages = [masked(asked_in_english(bank, person).asking.page.source) for person in (ALICE, NOBODY)]
    assert pages[0] == pages[1]
    assert bank.execute("SELECT DISTINCT language FROM notice") == [("en",)]


def test_amounts_and_times_are_written_as_the_language_does(bank: Bank) -> None:
    browser = bank.browser()
    log_in(browser, ALICE)
    assert "2 de marzo de 2026, 10:00 a. m. (UTC−05:00)" in _plain(browser.page.text)
    assert "March 2, 2026 at 10:00 AM (UTC−05:00)" in _plain(browser.speak(Language.ENGLISH).text)
    prices = Message("%(amount)s", {"amount": Pesos(1_250_000)})
    for language, written in ((Language.SPANISH, "$1.250.000"), (Language.ENGLISH, "$1,250,000")):
        with bank.app.app_context(), force_locale(LOCALES[language]):
            assert say(prices) == written


def _plain(text: str) -> str:
    return " ".join(text.split())


# --- all of it -----------------------------------------------------------------------------------------------


def test_every_page_offers_the_other_language_but_when_the_database_is_away(everything: Tour) -> None:
    without = {name for name, html in everything.pages.items() if not list(html.all("form", **{"class": "language"}))}
    assert without == {"503"}


def test_everything_is_in_one_language(everything: Tour) -> None:
    assert _all_templates() - set(everything.templates) == PARTS, "the tour leaves out a template, or draws a part"
    other = _words_of_one_language()[next(language for language in Language if language is not everything.language)]
    mixed = {name: words & other for name, words in _read(everything) if words & other}
    assert not mixed


def _all_templates() -> set[str]:
    folder = ROOT / "templates"
    return {str(path.relative_to(folder)) for path in folder.rglob("*.*")}


def _read(tour: Tour) -> Iterator[tuple[str, set[str]]]:
    """The words of each page and message, but for what has no language or is marked as being of the other."""
    for name, html in [*tour.pages.items(), *tour.mails.items()]:
        yield name, set(_words(" ".join(_texts(html, LANG[tour.language]))))
    for name, text in tour.texts.items():
        yield name, set(_words(re.sub(r"^Este mensaje está en inglés.*$", "", text, flags=re.MULTILINE)))


READ_BY_NAME = [
    "aria-label",
    *(f"data-{name}" for name in ("busy", "done", "left", "sixty", "thirty", "hide", "show")),
]


def _texts(element: Element, lang: str) -> Iterator[str]:
    yield from (element.attributes.get(name, "") for name in READ_BY_NAME)
    for child in element.inside:
        if isinstance(child, str):
            yield child
        elif child.attributes.get("lang", lang) == lang and child.tag not in {"style", "script"}:
            yield from _texts(child, lang)


NAMES = re.compile(r"Línea Amigo|Ferretería El Frailejón|Resto del país|Banco del Páramo|https?://\S+|\S*@\S+")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", NAMES.sub(" ", text).lower())


def _words_of_one_language() -> dict[Language, set[str]]:
    """The words that the catalogue has in one language only."""
    english, spanish = set[str](), set[str]()
    for message in _catalogue():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        english.update(*(_words(re.sub(r"%\(\w+\)s", " ", text)) for text in ids))
        spanish.update(*(_words(re.sub(r"%\(\w+\)s", " ", text)) for text in strings))
    return {Language.ENGLISH: english - spanish, Language.SPANISH: spanish - english}


def _catalogue() -> list[Any]:
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="es") if message.id]
