"""S1: nobody learns from answers or their times who is a customer, neither where one identifies nor at log-in.

Documents of every kind are asked for in turn, in a random order of kinds each time; status, headers and bytes must
be the same, and no kind's times may be told from those of documents that nobody has.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from attack.ground import Ground
from attack.html import Page
from attack.people import Kind, Victim
from attack.statistics import compare
from attack.target import LOG_IN, RECOVERY, CannotTry

LOGIN_ATTEMPTS: Final = 3
A_DAY_OF_LINKS: Final = 5
UNKNOWN: Final = "unknown"
OWN_TO_EACH: Final = frozenset({"date", "set-cookie", "content-length"})

Ask = Callable[[], Victim]


def run(ground: Ground) -> None:
    """At identify, then at log-in."""
    ground.need_addresses()
    ground.note(f"{ground.size.rounds} rounds, tolerance {ground.size.tolerance}")
    kinds = _kinds(ground)
    _compare(ground, "identify", kinds, lambda victim: _identify(ground, victim), ground.size.rounds)
    each = -(-ground.size.rounds // LOGIN_ATTEMPTS)
    known = [ground.people.take(Kind.ABLE_WITH_PASSWORD) for _ in range(each)] * LOGIN_ATTEMPTS
    unknown = [ground.people.nobody() for _ in range(each)] * LOGIN_ATTEMPTS
    logins = {"known": known.pop, UNKNOWN: unknown.pop}
    _compare(ground, "log-in", logins, lambda victim: _log_in(ground, victim), each * LOGIN_ATTEMPTS)


def _kinds(ground: Ground) -> Mapping[str, Ask]:
    """One way of getting a document for each kind; where the file has none, the kind is left out."""
    kinds: dict[str, Ask] = {UNKNOWN: ground.people.nobody}
    each = -(-ground.size.rounds // A_DAY_OF_LINKS)
    wanted = {
        "known": (Kind.ABLE, each),
        "blocked": (Kind.ABLE_WITH_PASSWORD, each),
        "not eligible": (Kind.INELIGIBLE, each),
        "held": (Kind.HELD, each),
        "unreachable": (Kind.UNREACHABLE, each),
        "over-limit": (Kind.ABLE, 1),
    }
    for name, (kind, number) in wanted.items():
        try:
            victims = [ground.people.take(kind) for _ in range(number)]
        except CannotTry as why:
            ground.note(f"{name} left out: {why}")
            continue
        if name == "blocked":
            _block(ground, victims)
        if name == "over-limit":
            for _ in range(2 * A_DAY_OF_LINKS):
                _identify(ground, victims[0])
        turns = victims * ground.size.rounds
        kinds[name] = iter(turns).__next__
    return kinds


def _block(ground: Ground, victims: list[Victim]) -> None:
    for victim in victims:
        for _ in range(LOGIN_ATTEMPTS):
            ground.log_in(victim, "not the password")


def _compare(
    ground: Ground, where: str, kinds: Mapping[str, Ask], ask: Callable[[Victim], tuple[float, str]], rounds: int
) -> None:
    times: dict[str, list[float]] = defaultdict(list)
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    order, chance = list(kinds), random.Random(ground.size.seed)  # noqa: S311 - an order, not a secret
    for _ in range(rounds):
        chance.shuffle(order)
        for name in order:
            milliseconds, answer = ask(kinds[name]())
            times[name].append(milliseconds)
            answers[name][answer] += 1
    for name in sorted(set(kinds) - {UNKNOWN}):
        same = answers[name] == answers[UNKNOWN]
        ground.expect(same, f"{where}: {name} documents are answered unlike unknown ones")
        found = compare(times[name], times[UNKNOWN], ground.size.seed)
        ground.note(f"{where}, {name}: {found}")
        ground.expect(
            not found.tells_apart(ground.size.tolerance), f"{where}: {name} documents take another time: {found}"
        )


def _identify(ground: Ground, victim: Victim) -> tuple[float, str]:
    """The time of the request alone, and all that it and the page after it say."""
    browser = ground.browser()
    form = browser.visit(RECOVERY).form("Continuar")
    fields = form.fill(victim.document)
    begun = time.perf_counter()
    answer = browser.fetch("POST", form.action, fields)
    taken = 1000 * (time.perf_counter() - begun)
    return taken, _said(answer) + _said(browser.visit(RECOVERY))


def _log_in(ground: Ground, victim: Victim) -> tuple[float, str]:
    browser = ground.browser()
    form = browser.visit(LOG_IN).form("Ingresar")
    fields = form.fill(victim.document | {"Contraseña": "not the password"})
    begun = time.perf_counter()
    answer = browser.fetch("POST", form.action, fields)
    taken = 1000 * (time.perf_counter() - begun)
    return taken, _said(answer).replace(victim.entry["id_number"], "…")


def _said(page: Page) -> str:
    """Status, headers and body, without what is each answer's own: date and one-time values."""
    response = page.response
    headers = sorted(f"{name}: {value}" for name, value in response.headers.items() if name not in OWN_TO_EACH)
    cookies = [line.split("=", 1)[0] + line.partition(";")[2] for line in response.headers.get_list("Set-Cookie")]
    length = len(page.neutral)
    return "\n".join([str(page.status), *headers, *cookies, str(length), page.neutral])
