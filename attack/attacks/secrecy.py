"""S5, S11, S12, S17, CO1: no answer ever carries a password, a code, a token, or a contact that is not masked.

A customer walks the whole way with all the slips that people make; everything the server said is then searched.
"""

import re
from collections.abc import Iterator
from typing import Final

from attack.ground import Ground, fresh_password
from attack.html import Page
from attack.people import Kind, Victim
from attack.target import LOG_IN, RECOVERY, Browser
from attack.walk import Walk, another

WEAK: Final = "contrasena123456"
MISMATCH: Final = "elefante plateado bicicleta nube"


def run(ground: Ground) -> None:
    """Walk, slip, log in, search."""
    walk = Walk(ground, ground.people.take(Kind.ABLE_WITH_PASSWORD))
    secrets = _slip_along(ground, walk)
    login = ground.browser()
    slip = fresh_password()
    ground.expect(not ground.log_in(walk.victim, slip, login), "a wrong password opens the portal")
    ground.expect(ground.log_in(walk.victim, walk.password, login), "the new password does not open the portal")
    secrets |= {"the password": walk.password, "a wrong password": slip}
    pages = [*walk.asking.seen, *walk.browser.seen, *login.seen]
    for page in pages:
        search(ground, page, secrets)
    _search_before_proof(ground, walk.browser, walk.victim)
    _search_messages(ground, walk)


def _slip_along(ground: Ground, walk: Walk) -> dict[str, str]:
    walk.to("code")
    code = walk.code()
    wrong = another(code, 7)
    walk.browser.submit("Continuar", {"Código de 6 dígitos": wrong})
    walk.browser.submit("Continuar", {"Código de 6 dígitos": code})
    form, right = walk.browser.page.form("Continuar"), walk.right_answers()
    wrong_set = right | {group.name: group.options[-1][0] for group in form.groups}
    refused = walk.browser.send(form, wrong_set)
    chosen = [field for field in refused.html.all("input") if "checked" in field.attributes]
    given = set(wrong_set.values())
    ground.expect(all(field.get("value") in given for field in chosen), "a refused set marks another answer")
    walk.answer()
    for password, again in ((WEAK, WEAK), (MISMATCH, f"{MISMATCH} x")):
        fields = {"Nueva contraseña": password, "Confirme la nueva contraseña": again}
        walk.browser.submit("Asignar contraseña", fields)
    ground.expect(walk.assign().step == "done", "the honest way does not lead to the end")
    return {
        "the code": code,
        "a wrong code": wrong,
        "the token": walk.token,
        "a weak password": WEAK,
        "a mistyped password": MISMATCH,
        "the old password": walk.victim.password or "",
    }


def _told(page: Page) -> str:
    """All that an answer says: every header, cookies and hidden fields too."""
    headers = "\n".join(f"{name}: {value}" for name, value in page.response.headers.multi_items())
    return f"{headers}\n{page.response.text}"


def search(ground: Ground, page: Page, secrets: dict[str, str]) -> None:
    """Look for secrets, by what they are, in all that an answer says."""
    told = _told(page)
    for what, secret in secrets.items():
        ground.expect(not _stands_in(secret, told), f"{what} stands in an answer (step {page.step})")


def _stands_in(secret: str, text: str) -> bool:
    return bool(secret) and re.search(rf"(?<![\w.-]){re.escape(secret)}(?![\w.-])", text) is not None


def _search_before_proof(ground: Ground, browser: Browser, victim: Victim) -> None:
    for page in browser.seen:
        told = _told(page)
        for private in _private(victim):
            ground.expect(private not in told, f"a contact or a product's number stands in clear at {page.step}")
        if page.step == "reidentify":
            ground.expect(victim.entry["id_number"] not in told, "the link alone tells whose document it is")
            ground.expect(victim.entry["family_names"] not in told, "the link alone tells a name")


def _private(victim: Victim) -> Iterator[str]:
    yield from victim.addresses
    yield from (address.lstrip("+").removeprefix("57") for address in victim.addresses if address.startswith("+"))
    yield from (f"{address.partition('@')[0]}@" for address in victim.addresses if "@" in address)
    yield from (str(product["number"]) for product in victim.entry["products"])


def _search_messages(ground: Ground, walk: Walk) -> None:
    """Nothing sent after the change asks for a password or carries one, and only one message has the code."""
    for message in ground.settled(walk.victim):
        text = f"{message['subject']} {message['text']}"
        ground.expect(walk.password not in text, "a message carries the password")
        ground.expect(walk.victim.entry["id_number"] not in text, "a message carries the whole document")
        ground.expect(not re.search(r"\d{6}", message["subject"]), "a subject carries a code")
        to_log_in = [link for link in message["links"] if link.removeprefix(ground.target.url) == LOG_IN]
        ground.expect(not to_log_in, "a message links to where a password is asked for")
    ground.expect(ground.browser().visit(RECOVERY).step == "identify", "a new browser does not begin at the beginning")
