"""S3, S19: beyond what people ask for, a request costs work that is good once, the same for every document.

One address asks until the service asks for work; then without it, with nonsense, with it, and with it again.
"""

from collections.abc import Callable

from attack import toll
from attack.ground import MOST_PROBES, TOO_MANY, Ground
from attack.html import Element, Form, Page
from attack.people import Kind, Victim
from attack.target import RECOVERY, Browser, CannotTry


def run(ground: Ground) -> None:
    """Fill an address, then try every way past the toll."""
    ground.need_addresses()
    busy = ground.target.address()
    victim = ground.people.take(Kind.ABLE)
    for number in range(MOST_PROBES):
        if _wanted(_ask(ground, busy, ground.people.nobody())):
            ground.note(f"work is asked for after {number} requests from one address")
            break
    else:
        raise CannotTry(f"{MOST_PROBES} requests from one address meet no toll")
    _without(ground, busy, victim)
    _with_it(ground, busy)
    _alike(ground, busy, victim)
    calm = _ask(ground, ground.target.address(), ground.people.nobody())
    ground.expect(_wanted(calm) is None, "a flood from one address makes another one pay")


def _ask(ground: Ground, address: str, victim: Victim, **more: str) -> Page:
    """The very answer to a request for a link."""
    browser = ground.browser(address)
    form = browser.visit(RECOVERY).form("Continuar")
    return browser.fetch("POST", form.action, form.fill(victim.document) | more)


def _wanted(page: Page) -> Element | None:
    return toll.asked(page) if page.status == TOO_MANY else None


def _without(ground: Ground, busy: str, victim: Victim) -> None:
    """Nothing, nonsense, and work for a challenge of one's own."""
    before = len(ground.messages(victim))
    for proof in ("", "0 1 2 3 4 5 6 7", "0 " * 8, "-1", "9" * 3000):
        challenge = _challenge(_ask(ground, busy, victim))
        page = _ask(ground, busy, victim, challenge=challenge, proof=proof)
        ground.expect(_wanted(page) is not None, f"the proof {proof[:20]!r} is taken for work")
    page = _ask(ground, busy, victim, challenge="0.made.up", proof="1 2 3 4 5 6 7 8")
    ground.expect(_wanted(page) is not None, "work for a made-up challenge is taken")
    ground.expect(len(ground.settled(victim)) == before, "a request that did not pay sends a message")


def _challenge(page: Page) -> str:
    found = _wanted(page)
    return found.get("data-challenge") if found else ""


def _with_it(ground: Ground, busy: str) -> None:
    """Work that was done opens the way; of many who send the same at once one passes."""
    asking = _wanted(_ask(ground, busy, ground.people.nobody()))
    if asking is None:
        return ground.expect(False, "the toll is asked for only now and then")
    paid = toll.pay(asking)

    jobs = [_sender(ground.browser(busy), ground.people.nobody(), paid) for _ in range(ground.size.parallel)]
    passed = sum(page.status != TOO_MANY for page in ground.at_once(jobs))
    ground.expect(passed == 1, f"work done once lets {passed} requests pass")
    again = _ask(ground, busy, ground.people.nobody(), **paid)
    return ground.expect(_wanted(again) is not None, "work that was used is taken again")


def _sender(browser: Browser, victim: Victim, paid: dict[str, str]) -> Callable[[], Page]:
    form: Form = browser.visit(RECOVERY).form("Continuar")
    fields = form.fill(victim.document) | paid
    return lambda: browser.fetch("POST", form.action, fields)


def _alike(ground: Ground, busy: str, victim: Victim) -> None:
    """Known or not, the answer is the same but for the challenge and what was typed."""
    told = []
    for who in (victim, ground.people.nobody()):
        page = _ask(ground, busy, who)
        told.append(page.neutral.replace(_challenge(page), "").replace(who.entry["id_number"], ""))
    ground.expect(told[0] == told[1], "the toll tells known from unknown")
