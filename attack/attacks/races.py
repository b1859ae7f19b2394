"""S8 to S12, S19: what may happen once happens once, however many ask for it at the same instant.

Each race ends with a look at what came of it: where the browsers stand, who can log in, what was sent. What only
whoever owns the database can see of it, such as how many were really compared, `tests/integration/test_races.py` sees.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

from attack.ground import MOST_PROBES, TOGETHER, TOO_MANY, Ground
from attack.html import Page
from attack.people import Kind, Victim
from attack.target import LOG_IN, RECOVERY, Browser, CannotTry
from attack.walk import Walk, another

CODE_ATTEMPTS: Final = 3
LOGIN_ATTEMPTS: Final = 3
QUESTION_ATTEMPTS: Final = 2
CODE: Final = "Código de 6 dígitos"
NOWHERE: Final = frozenset({"identify", "used", "locked", "expired"})


def run(ground: Ground) -> None:
    """All of them, one after the other."""
    ground.need_addresses()
    for race in RACES:
        race(ground)


def link_opened_twice(ground: Ground) -> None:
    """One link in two browsers: one goes on."""
    walk = Walk(ground, ground.people.take())
    walk.to("link_sent")
    path = walk.link()
    browsers = [ground.browser(), ground.browser()]
    _at_once(ground, [_opener(browser, path) for browser in browsers])
    forms = [browser.visit(RECOVERY).form("Continuar").fill(walk.victim.document) for browser in browsers]
    _at_once(ground, [_sender(browser, fields) for browser, fields in zip(browsers, forms, strict=True)])
    stand = Counter(browser.step() for browser in browsers)
    ground.expect(stand["contacts"] == 1, f"one link opened twice leads on {stand['contacts']} browsers")


def two_recoveries_in_one_browser(ground: Ground) -> None:
    """Two links of two customers in one browser: it goes on for one of them, and says nothing of the other."""
    walks = [Walk(ground, ground.people.take()) for _ in range(2)]
    for walk in walks:
        walk.to("link_sent")
    paths, browser = [walk.link() for walk in walks], ground.browser()
    browser.visit(RECOVERY)
    tabs = [ground.with_cookies(browser.cookies) for _ in walks]
    _at_once(ground, [_opener(tab, path) for tab, path in zip(tabs, paths, strict=True)])
    form = tabs[0].visit(RECOVERY).form("Continuar")
    for walk in walks:
        walk.browser = ground.with_cookies(tabs[0].cookies)
    _at_once(ground, [_sender(walk.browser, form.fill(walk.victim.document)) for walk in walks])
    ahead = [walk for walk in walks if walk.browser.step() == "contacts"]
    ground.expect(len(ahead) <= 1, f"two recoveries in one browser lead on {len(ahead)} of them")
    for walk in ahead:
        walk.confirm()
        walk.code()
    others = [walk for walk in walks if walk not in ahead]
    codes = [message for walk in others for message in ground.messages(walk.victim) if message["code"]]
    ground.expect(not codes, "the code of one recovery goes to the customer of another in the same browser")


def wrong_codes_and_the_right_one(ground: Ground) -> None:
    """The right one in the midst may be among the first three; no more than three are answered as if compared."""
    walk = Walk(ground, ground.people.take())
    walk.to("code")
    code, form = walk.code(), walk.browser.page.form("Continuar")
    typed = [another(code, number) for number in range(1, ground.size.storm + 1)]
    typed.insert(len(typed) // 2, code)
    known = _known(ground, walk.victim)
    storm = [_sender(ground.with_cookies(walk.browser.cookies), form.fill({CODE: one})) for one in typed]
    told = sum(page.step == "code" for page in _at_once(ground, storm))
    stands = walk.browser.step()
    answered = told + (stands == "questions")
    ground.expect(answered <= CODE_ATTEMPTS, f"{answered} codes, the right one too, were answered as if compared")
    if stands == "locked":
        _one_set_of_notices(ground, walk.victim, known)


def right_codes(ground: Ground) -> None:
    """The right code many times over leads on one browser, and the session from before is dead."""
    walk = Walk(ground, ground.people.take())
    walk.to("code")
    old = dict(walk.browser.cookies)
    copies = _copies(ground, walk.browser, "Continuar", {CODE: walk.code()})
    stand = Counter(copy.step() for copy in copies)
    ground.expect(stand["questions"] <= 1, f"one code sent many times at once leads on {stand['questions']} browsers")
    if not stand["questions"]:
        ground.note(f"the right code, sent {len(copies)} times at once, ends the recovery: {dict(stand)}")
    else:
        stands = ground.with_cookies(old).step()
        ground.expect(stands in NOWHERE, f"the cookie from before the code stands at {stands}")


def wrong_answers(ground: Ground) -> None:
    """Two sets of wrong answers are compared, and the right ones come too late."""
    walk = Walk(ground, ground.people.take())
    walk.to("questions")
    form, right = walk.browser.page.form("Continuar"), walk.right_answers()
    wrong = right | {group.name: _other(group.options, right[group.name]) for group in form.groups}
    copies = [ground.with_cookies(walk.browser.cookies) for _ in range(ground.size.parallel)]
    known = _known(ground, walk.victim)
    answers = _at_once(ground, [_sender(copy, wrong) for copy in copies])
    told = sum(page.step == "questions" for page in answers)
    ground.expect(told <= QUESTION_ATTEMPTS, f"{told} sets of wrong answers were answered as if compared")
    walk.browser.fetch("POST", RECOVERY, right)
    stands = walk.browser.step()
    ground.expect(stands != "password", f"right answers are accepted after {len(copies)} wrong sets at once")
    _one_set_of_notices(ground, walk.victim, known)


def new_password(ground: Ground) -> None:
    """One password assigned many times over: one change, one set of notices."""
    walk = Walk(ground, ground.people.take())
    walk.to("password")
    known = _known(ground, walk.victim)
    copies = _copies(ground, walk.browser, "Asignar contraseña", walk.new_password())
    done = Counter(copy.step() for copy in copies)
    ground.expect(done["done"] == 1, f"one password assigned many times at once: {done['done']} browsers read «done»")
    _one_set_of_notices(ground, walk.victim, known)
    ground.expect(ground.log_in(walk.victim, walk.password), "the new password does not open the portal")


def two_recoveries_of_one_customer(ground: Ground) -> None:
    """Two browsers at the last step, each with a password of its own: one of the two is assigned."""
    victim = ground.people.take()
    walks = [Walk(ground, victim) for _ in range(2)]
    for walk in walks:
        walk.to("password")
    known = _known(ground, victim)
    forms = [walk.browser.page.form("Asignar contraseña").fill(walk.new_password()) for walk in walks]
    _at_once(ground, [_sender(walk.browser, fields) for walk, fields in zip(walks, forms, strict=True)])
    done = sum(walk.browser.step() == "done" for walk in walks)
    ground.expect(done == 1, f"two recoveries of one customer, ended at once: {done} read «done»")
    _one_set_of_notices(ground, victim, known)
    opening = sum(ground.log_in(victim, walk.password) for walk in walks)
    ground.expect(opening == 1, f"of two passwords assigned at once {opening} open the portal")


def two_recoveries_that_lock(ground: Ground) -> None:
    """The last wrong codes come from two browsers: recovery closes once, in both."""
    victim = ground.people.take()
    walks = [Walk(ground, victim) for _ in range(2)]
    wrong = []
    for walk in walks:
        walk.to("code")
        code = another(walk.code(), 1)
        wrong.append(walk.browser.page.form("Continuar").fill({CODE: code}))
    known = _known(ground, victim)
    storm = [
        _sender(ground.with_cookies(walk.browser.cookies), fields)
        for walk, fields in zip(walks, wrong, strict=True)
        for _ in range(CODE_ATTEMPTS)
    ]
    _at_once(ground, storm)
    stand = Counter(walk.browser.step() for walk in walks)
    ground.expect(stand["locked"] == len(walks), f"spent tries leave two recoveries at {dict(stand)}")
    _one_set_of_notices(ground, victim, known)


def log_in(ground: Ground) -> None:
    """No more than three get an answer of their own; all others read that it is blocked."""
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    storm = [_attempt(ground, victim, f"wrong password {number}") for number in range(ground.size.login_storm)]
    answers = Counter(page.neutral for page in _at_once(ground, storm))
    apart = answers.total() - max(answers.values())
    ground.expect(apart <= LOGIN_ATTEMPTS, f"{apart} wrong passwords were answered as if compared at once")
    late = ground.log_in(victim, victim.password or "")
    ground.expect(not late, f"the right password opens the portal after {len(storm)} wrong ones")


def limits(ground: Ground) -> None:
    """As many pass from one address at once as one after the other: who opens made-up links, and who logs in."""
    for name, knocking in (("links", _made_up_link), ("log-in", _wrong_password)):
        browser = ground.browser()
        browser.visit(LOG_IN)
        knocks = [knocking(ground, browser) for _ in range(MOST_PROBES)]
        alone = next((passed for passed, knock in enumerate(knocks) if knock().status == TOO_MANY), None)
        if alone is None:
            raise CannotTry(f"{MOST_PROBES} requests from one address reach no limit of {name}")
        browser.headers = ground.browser().headers
        together = _at_once(ground, [knocking(ground, browser) for _ in range(alone + TOGETHER)])
        passed = sum(page.status != TOO_MANY for page in together)
        ground.expect(passed == alone, f"{passed} pass the limit of {name} at once, {alone} one after the other")


RACES: Final = (
    link_opened_twice,
    two_recoveries_in_one_browser,
    wrong_codes_and_the_right_one,
    right_codes,
    wrong_answers,
    new_password,
    two_recoveries_of_one_customer,
    two_recoveries_that_lock,
    log_in,
    limits,
)
"""All races; each takes customers of its own."""


def _at_once(ground: Ground, jobs: list[Callable[[], Page]]) -> list[Page]:
    """Do them together; whoever comes too late is told so, and nothing breaks."""
    pages = ground.at_once(jobs)
    broke = Counter(page.status for page in pages if page.status >= 500)
    ground.expect(not broke, f"asked at once, the service breaks: {dict(broke)}")
    return pages


def _copies(ground: Ground, browser: Browser, button: str, by_label: dict[str, str]) -> list[Browser]:
    """Browsers that hold the same cookies and have sent the same form at once."""
    copies = [ground.with_cookies(browser.cookies) for _ in range(ground.size.parallel)]
    form = browser.page.form(button)
    fields = form.fill(by_label)
    _at_once(ground, [_sender(copy, fields) for copy in copies])
    return copies


def _opener(browser: Browser, path: str) -> Callable[[], Page]:
    return lambda: browser.visit(path)


def _sender(browser: Browser, fields: dict[str, str], address: str = RECOVERY) -> Callable[[], Page]:
    return lambda: browser.fetch("POST", address, fields)


def _other(options: tuple[tuple[str, str], ...], right: str) -> str:
    return next(value for value, _ in options if value != right)


def _known(ground: Ground, victim: Victim) -> set[str]:
    """The messages that a customer has before the race."""
    return {message["id"] for message in ground.messages(victim)}


def _one_set_of_notices(ground: Ground, victim: Victim, known: set[str]) -> None:
    notices = Counter(message["to"] for message in ground.settled(victim) if message["id"] not in known)
    ground.expect(
        notices == dict.fromkeys(victim.addresses, 1),
        f"one change is told {sorted(notices.values())} times to {len(victim.addresses)} addresses",
    )


def _attempt(ground: Ground, victim: Victim, password: str) -> Callable[[], Page]:
    browser = ground.browser()
    form = browser.visit(LOG_IN).form("Ingresar")
    fields = form.fill(victim.document | {"Contraseña": password})
    return _sender(browser, fields, form.action)


def _made_up_link(ground: Ground, browser: Browser) -> Callable[[], Page]:
    """Opens one from the browser's address."""
    copy = _beside(ground, browser)
    return lambda: copy.fetch("GET", f"{RECOVERY}/enlace/inventado")


def _wrong_password(ground: Ground, browser: Browser) -> Callable[[], Page]:
    """One for a document that nobody has, from the browser's address."""
    copy, form = _beside(ground, browser), browser.page.form("Ingresar")
    fields = form.fill(ground.people.nobody().document | {"Contraseña": "x"})
    return lambda: copy.fetch("POST", form.action, fields)


def _beside(ground: Ground, browser: Browser) -> Browser:
    """Another with the same cookies at the same address."""
    copy = ground.with_cookies(browser.cookies)
    copy.headers = browser.headers
    return copy
