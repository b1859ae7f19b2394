"""S8, S9: guesses of the code are counted for the customer: in parallel, across codes, recoveries and addresses.

What counts is whether the right code still opens the way after so many wrong ones, and how many got an answer of
their own: the contract allows three.
"""

from collections.abc import Callable
from typing import Final

from attack.ground import ARRIVAL_SECONDS, Ground
from attack.html import Page
from attack.people import Victim
from attack.target import RECOVERY, CannotTry
from attack.walk import Walk, another, link_in

CODE_ATTEMPTS: Final = 3
LABEL: Final = "Código de 6 dígitos"


def run(ground: Ground) -> None:
    """A storm before the right code (one around it is among the races), and a few here and there."""
    ground.need_addresses()
    _storm_before(ground)
    _here_and_there(ground)


def _guess(ground: Ground, walk: Walk, code: str) -> Callable[[], Page]:
    form = walk.browser.page.form("Continuar")
    browser = ground.with_cookies(walk.browser.cookies)
    return lambda: browser.fetch("POST", form.action, form.fill({LABEL: code}))


def _told_wrong(answers: list[Page]) -> int:
    return sum(page.step == "code" for page in answers)


def _storm_before(ground: Ground) -> None:
    walk = Walk(ground, ground.people.take())
    walk.to("code")
    code = walk.code()
    storm = [_guess(ground, walk, another(code, number)) for number in range(1, ground.size.storm + 1)]
    right = _guess(ground, walk, code)
    answers = ground.at_once(storm)
    refused, accepted = _guess(ground, walk, another(code, 1))(), right()
    stands = walk.browser.step()
    ground.expect(stands != "questions", f"the right code is accepted after {len(storm)} wrong ones at once")
    ground.expect(_told_wrong(answers) <= CODE_ATTEMPTS, f"{_told_wrong(answers)} wrong codes were compared")
    alike = (refused.status, refused.neutral) == (accepted.status, accepted.neutral)
    ground.expect(alike, "once the tries are spent, the right code is answered unlike a wrong one")
    _nothing_new(ground, walk.victim)


def _here_and_there(ground: Ground) -> None:
    """Wrong ones in one recovery, the rest in a second one from another address, with a code of its own."""
    victim = ground.people.take()
    first = Walk(ground, victim)
    first.to("code")
    code = first.code()
    for number in range(1, CODE_ATTEMPTS):
        first.browser.submit("Continuar", {LABEL: another(code, number)})
    second = Walk(ground, victim)
    second.to("code")
    code = second.code()
    second.browser.submit("Continuar", {LABEL: another(code, 1)})
    if "code" in (second.browser.step(), first.browser.step()):
        ground.expect(False, "a new code in a new recovery brings new guesses")
    _guess_blindly(second, code)
    stands = second.browser.step()
    ground.expect(stands != "questions", "the right code is accepted after three wrong ones in two recoveries")
    _nothing_new(ground, victim)


def _guess_blindly(walk: Walk, code: str) -> None:
    form = next(page.form("Continuar") for page in reversed(walk.browser.seen) if page.step == "code")
    walk.browser.fetch("POST", form.action, form.fill({LABEL: code}))


def _nothing_new(ground: Ground, victim: Victim) -> None:
    """A recovery begun after the tries are spent brings no code to guess."""
    walk = Walk(ground, victim)
    walk.ask()
    try:
        message = ground.wait_for(victim, lambda _: True, walk.known)
    except CannotTry:
        ground.note(f"a customer whose tries are spent hears nothing within {ARRIVAL_SECONDS} s of asking again")
        return
    if path := link_in(message):
        walk.browser.visit(path)
        ground.expect(walk.browser.page.step != "reidentify", "spent tries do not keep a new recovery from going on")
    ground.expect(walk.asking.visit(RECOVERY).step == "link_sent", "spent tries show to somebody who only asks")
