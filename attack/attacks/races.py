"""S8 to S12: what may happen once happens once, however many ask for it at the same instant.

Each race ends with a look at what came of it: where the browsers stand, who can log in, what was sent.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from attack.ground import Ground
from attack.html import Page
from attack.people import Kind, Victim
from attack.target import LOG_IN, RECOVERY, Browser
from attack.walk import Walk

LOGIN_ATTEMPTS: Final = 3
QUESTION_ATTEMPTS: Final = 2
NOWHERE: Final = frozenset({"identify", "used", "locked", "expired"})


def run(ground: Ground) -> None:
    """Link, code, questions, password, log-in."""
    ground.need_addresses()
    _link_opened_twice(ground)
    _right_code(ground)
    _wrong_answers(ground)
    _new_password(ground)
    _log_in(ground)


def _copies(ground: Ground, browser: Browser, button: str, by_label: dict[str, str]) -> list[Browser]:
    """Browsers that hold the same cookies, each ready to send the same form."""
    copies = [ground.with_cookies(browser.cookies) for _ in range(ground.size.parallel)]
    form = browser.page.form(button)
    fields = form.fill(by_label)
    ground.at_once([_sender(copy, fields) for copy in copies])
    return copies


def _sender(browser: Browser, fields: dict[str, str], address: str = RECOVERY) -> Callable[[], Page]:
    return lambda: browser.fetch("POST", address, fields)


def _link_opened_twice(ground: Ground) -> None:
    walk = Walk(ground, ground.people.take())
    walk.to("link_sent")
    path = walk.link()
    browsers = [ground.browser(), ground.browser()]
    ground.at_once([lambda browser=browser: browser.visit(path) for browser in browsers])  # type: ignore[misc]
    forms = [browser.visit(RECOVERY).form("Continuar").fill(walk.victim.document) for browser in browsers]
    ground.at_once([_sender(browser, fields) for browser, fields in zip(browsers, forms, strict=True)])
    stand = Counter(browser.step() for browser in browsers)
    ground.expect(stand["contacts"] == 1, f"one link opened twice leads on {stand['contacts']} browsers")


def _right_code(ground: Ground) -> None:
    walk = Walk(ground, ground.people.take())
    walk.to("code")
    old = dict(walk.browser.cookies)
    copies = _copies(ground, walk.browser, "Continuar", {"Código de 6 dígitos": walk.code()})
    stand = Counter(copy.step() for copy in copies)
    ground.expect(stand["questions"] <= 1, f"one code sent many times at once leads on {stand['questions']} browsers")
    if not stand["questions"]:
        ground.note(f"the right code, sent {len(copies)} times at once, ends the recovery: {dict(stand)}")
    else:
        stands = ground.with_cookies(old).step()
        ground.expect(stands in NOWHERE, f"the cookie from before the code stands at {stands}")


def _wrong_answers(ground: Ground) -> None:
    walk = Walk(ground, ground.people.take())
    walk.to("questions")
    form, right = walk.browser.page.form("Continuar"), walk.right_answers()
    wrong = right | {group.name: _other(group.options, right[group.name]) for group in form.groups}
    copies = [ground.with_cookies(walk.browser.cookies) for _ in range(ground.size.parallel)]
    answers = ground.at_once([_sender(copy, wrong) for copy in copies])
    told = sum(page.status >= 400 and page.step == "questions" for page in answers)
    ground.expect(told <= QUESTION_ATTEMPTS, f"{told} sets of wrong answers were compared")
    walk.browser.fetch("POST", RECOVERY, right)
    stands = walk.browser.step()
    ground.expect(stands != "password", f"right answers are accepted after {len(copies)} wrong sets at once")


def _other(options: tuple[tuple[str, str], ...], right: str) -> str:
    return next(value for value, _ in options if value != right)


def _new_password(ground: Ground) -> None:
    walk = Walk(ground, ground.people.take())
    walk.to("password")
    known = {message["id"] for message in ground.messages(walk.victim)}
    copies = _copies(ground, walk.browser, "Asignar contraseña", walk.new_password())
    done = Counter(copy.step() for copy in copies)
    ground.expect(done["done"] == 1, f"one password assigned many times at once: {done['done']} browsers read «done»")
    notices = Counter(message["to"] for message in ground.settled(walk.victim) if message["id"] not in known)
    ground.expect(
        notices == dict.fromkeys(walk.victim.addresses, 1),
        f"one change is told {sorted(notices.values())} times to {len(walk.victim.addresses)} addresses",
    )
    ground.expect(ground.log_in(walk.victim, walk.password), "the new password does not open the portal")


def _log_in(ground: Ground) -> None:
    """The attempts that got an answer of their own were compared; all others read that it is blocked."""
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    storm = [_attempt(ground, victim, f"wrong password {number}") for number in range(ground.size.login_storm)]
    answers = Counter(page.neutral for page in ground.at_once(storm))
    compared = answers.total() - max(answers.values())
    ground.expect(compared <= LOGIN_ATTEMPTS, f"{compared} wrong passwords were compared at once")
    late = ground.log_in(victim, victim.password or "")
    ground.expect(not late, f"the right password opens the portal after {len(storm)} wrong ones")


def _attempt(ground: Ground, victim: Victim, password: str) -> Callable[[], Page]:
    browser = ground.browser()
    form = browser.visit(LOG_IN).form("Ingresar")
    fields = form.fill(victim.document | {"Contraseña": password})
    return _sender(browser, fields, form.action)
