"""S1: nobody learns from answers or their times who is a customer, neither where one identifies nor at log-in.

Documents of every kind are asked for in rounds, in a new random order each round, and several that nobody has among
them. Status, headers and bytes must be the same, and no kind's times may be told from those of documents that nobody
has: how often one of the kind takes longer than one of nobody's (the area under the ROC curve, AUC) must be 0.5 within
the tolerance, 0.02 in the full form. A deployment of our own is measured with its mail server up, slow and down.

500 rounds alone can neither keep nor break that promise: chance moves the AUC of twins by 0.03. So rounds go on, up to
`Size.most_rounds`, until the 95 % interval lies within the tolerance (alike) or the kind is surely beyond it; at the
end the estimate decides. What is beyond it is asked for once more, as many rounds with other documents, and is a
finding only if these agree: of twins, chance makes one in ten thousand a finding, and whoever sees a finding may trust
it. A kind at AUC 0.54 is found 99 times in a hundred; a difference of a few milliseconds is far beyond that.
"""

import random
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Final

from attack import toll
from attack.ground import Ground
from attack.html import Form, Page
from attack.mail import State
from attack.people import Kind, Victim
from attack.statistics import Comparison, Round, compare
from attack.target import LOG_IN, RECOVERY, Browser, CannotTry
from attack.walk import Walk

LOGIN_ATTEMPTS: Final = 3
A_DAY_OF_LINKS: Final = 5
REFERENCES: Final = 3
"""Documents that nobody has in each round: they are the other half of every comparison."""
WARM_UP: Final = 3
"""Rounds whose times are forgotten; in them the page after the answer is compared as well."""
FEW: Final = 5
OWN_TO_EACH: Final = frozenset({"date", "set-cookie", "content-length"})

Once = Callable[[Victim], tuple[float, str]]
Turn = tuple[int, Victim]
"""The how-manieth time a document is asked for, as far as answers depend on it, and the document."""


class Ask(ABC):
    """A place where a document is typed."""

    @abstractmethod
    def __call__(self, victim: Victim) -> tuple[float, str]:
        """Type it: the time of that request alone in milliseconds, and all that its answer says."""

    def and_the_page_after(self, victim: Victim) -> tuple[float, str]:
        """The same with the page to which the answer leads; at log-in the answer is the page."""
        return self(victim)


def run(ground: Ground) -> None:
    """At log-in, then at identify, in every state of mail."""
    ground.need_addresses()
    if not ground.mail:
        ground.leave_out("frozen and locked documents, and mail slow or down: they need a mail server of our own")
    most = ground.size.most_rounds
    ground.note(f"{ground.size.rounds} rounds, {most} at most, tolerance {ground.size.tolerance}")
    states = list(State) if ground.mail else []
    frozen = _frozen(ground, len(states or [None]) * -(-(WARM_UP + ground.size.rounds) // LOGIN_ATTEMPTS))
    locked = _locked(ground)
    for number, state in enumerate(states or [None]):
        if ground.mail and state:
            ground.mail.turn(state)
        where = f", {state}" if state else ""
        spent = _at_log_in(ground, where, frozen[number :: len(states) or 1])
        _at_identify(ground, where, {"blocked": spent, "frozen": frozen, "locked": locked})
    if ground.mail:
        ground.mail.turn(State.UP)


def _at_log_in(ground: Ground, where: str, frozen: list[Victim]) -> list[Victim]:
    """Fresh documents three times each, then those that are blocked by it; the blocked customers."""
    size = ground.size
    each = -(-(WARM_UP + size.most_rounds + size.rounds) // LOGIN_ATTEMPTS)
    known = _take(ground, Kind.ABLE_WITH_PASSWORD, each)
    if not known:
        return []
    fresh = {"known": known, "no password yet": _take(ground, Kind.ABLE, each), "frozen": frozen}
    fresh = {name: victims for name, victims in fresh.items() if victims}
    nobody: list[list[Victim]] = [[] for _ in range(REFERENCES)]
    ask, place = _LogIn(ground), f"log-in{where}"
    Trial(ground, place, ask, [_attempts(_nobodies(ground, kept)) for kept in nobody]).run(
        {name: _attempts(victims) for name, victims in fresh.items()}
    )
    few = size.rounds // LOGIN_ATTEMPTS  # so many of each have spent their attempts by now
    Trial(ground, place, ask, [_again(victims[:few]) for victims in nobody]).run(
        {f"{name}, blocked": _again(victims[:few]) for name, victims in fresh.items()}
    )
    return known[:few]


def _at_identify(ground: Ground, where: str, special: dict[str, list[Victim]]) -> None:
    """Every kind of customer there is. Those who need preparing are few, and soon over the limit of links as well."""
    each = -(-ground.size.most_rounds // A_DAY_OF_LINKS)
    over = _take(ground, Kind.ABLE, 1)
    ask = _Identify(ground)
    for victim in over * 2 * A_DAY_OF_LINKS:
        ask(victim)
    kinds = {
        "known": _take(ground, Kind.ABLE, each),
        "not eligible": _take(ground, Kind.INELIGIBLE, each),
        "held": _take(ground, Kind.HELD, each),
        "unreachable": _take(ground, Kind.UNREACHABLE, each),
        "over-limit": over,
    } | special
    nobody = [((0, victim) for victim in _nobodies(ground)) for _ in range(REFERENCES)]
    trial = Trial(ground, f"identify{where}", ask, nobody)
    trial.run({name: _again(victims) for name, victims in kinds.items() if victims})


def _take(ground: Ground, kind: Kind, number: int) -> list[Victim]:
    """So many customers of a kind, or as many as the file has left."""
    taken: list[Victim] = []
    try:
        taken += [ground.people.take(kind)]
        while len(taken) < number:
            taken.append(ground.people.take(kind))
    except CannotTry as why:
        if not taken:
            ground.leave_out(str(why))
    return taken


def _nobodies(ground: Ground, kept: list[Victim] | None = None) -> Iterator[Victim]:
    while True:
        victim = ground.people.nobody()
        if kept is not None:
            kept.append(victim)
        yield victim


def _attempts(victims: Iterable[Victim]) -> Iterator[Turn]:
    """Each document as often as a password may be wrong."""
    return ((turn, victim) for victim in victims for turn in range(LOGIN_ATTEMPTS))


def _again(victims: list[Victim]) -> Iterator[Turn]:
    """One after the other, over and over, as long as answers stay the same."""
    return cycle((0, victim) for victim in victims)


def _frozen(ground: Ground, number: int) -> list[Victim]:
    """Customers who pressed «no fui yo»: each asks for a link, and its message has the way."""
    victims, ask = _take(ground, Kind.ABLE_WITH_PASSWORD, number) if ground.mail else [], _Identify(ground)
    for victim in victims:
        ask(victim)
    for victim in victims:
        message = ground.wait_for(victim, lambda message: message["links"])
        (alarm, *_) = [link for link in message["links"] if "/no-fui-yo/" in link]
        browser = ground.browser()
        browser.visit(alarm)
        browser.submit("Suspender mi contraseña")
    return victims


def _locked(ground: Ground) -> list[Victim]:
    """Customers whose recovery is closed by wrong documents."""
    victims = _take(ground, Kind.ABLE, FEW) if ground.mail else []
    for victim in victims:
        walk = Walk(ground, victim)
        walk.to("reidentify")
        while walk.browser.page.step == "reidentify":
            walk.browser.submit("Continuar", ground.people.nobody().document)
    return victims


@dataclass
class Trial:
    """One place where documents are typed, and the documents that nobody has."""

    ground: Ground
    where: str
    ask: Ask
    nobody: Sequence[Iterator[Turn]]
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.ground.size.seed)  # noqa: S311 - an order, not a secret

    def run(self, kinds: dict[str, Iterator[Turn]]) -> None:
        """Ask until every kind is decided; tell what came of each."""
        size, rounds = self.ground.size, self.ground.size.rounds
        self._compare_answers(self._ask(kinds, WARM_UP, self.ask.and_the_page_after))
        seen, undecided = _Seen(), dict(kinds)
        while undecided and rounds <= size.most_rounds:
            seen.add(self._ask(undecided, rounds - seen.rounds))
            last = 2 * rounds > size.most_rounds
            for name in list(undecided):
                found = compare(seen.times[name])
                if last or found.alike(size.tolerance) or found.apart(size.tolerance):
                    self._judge(name, undecided.pop(name), found)
            rounds *= 2
        self._compare_answers(seen)

    def _compare_answers(self, seen: "_Seen") -> None:
        for name in filter(None, list(seen.answers)):
            same = seen.same(name)
            self.ground.expect(same, f"{self.where}: {name} documents are answered unlike unknown ones")

    def _judge(self, name: str, turns: Iterator[Turn], found: Comparison) -> None:
        told, beyond = f"{self.where}, {name}: {found}", found.beyond(self.ground.size.tolerance)
        if beyond:
            times = self._ask({name: turns}, found.rounds).times[name]
            if times:
                again = compare(times)
                beyond = found.agrees(again, self.ground.size.tolerance)
                told = f"{told}; again: {again}"
        self.ground.note(told)
        self.ground.expect(not beyond, f"{name} documents take another time: {told}")

    def _ask(
        self, kinds: dict[str, Iterator[Turn]], rounds: int, ask: Callable[[Victim], tuple[float, str]] | None = None
    ) -> "_Seen":
        """So many rounds, each in a random order of its own."""
        seen = _Seen()
        for _ in range(rounds):
            drawn = [(name, turn) for name, turns in kinds.items() for turn in islice(turns, 1)]
            drawn += [("", next(turns)) for turns in self.nobody]
            self.chance.shuffle(drawn)
            seen.take([(name, number, *(ask or self.ask)(victim)) for name, (number, victim) in drawn])
        return seen


class _Seen:
    """Times by kind and round, and answers by kind and turn; the kind of documents that nobody has is empty."""

    def __init__(self) -> None:
        self.rounds = 0
        self.times: dict[str, list[Round]] = defaultdict(list)
        self.answers: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))

    def take(self, told: list[tuple[str, int, float, str]]) -> None:
        """One round."""
        self.rounds += 1
        nobody = [milliseconds for name, _, milliseconds, _ in told if not name]
        for name, turn, milliseconds, answer in told:
            self.answers[name][turn].add(answer)
            if name:
                self.times[name].append((milliseconds, nobody))

    def add(self, more: "_Seen") -> None:
        """What later rounds showed."""
        self.rounds += more.rounds
        for name, times in more.times.items():
            self.times[name] += times
        for name, turns in more.answers.items():
            for turn, answers in turns.items():
                self.answers[name][turn] |= answers

    def same(self, name: str) -> bool:
        """Whether documents of this kind and nobody's were answered the same, turn by turn, always."""
        return all(answers == self.answers[""][turn] for turn, answers in self.answers[name].items())


class _Identify(Ask):
    """Asks for a link, each time in a new browser."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def __call__(self, victim: Victim) -> tuple[float, str]:
        """From the form to the answer, which leads to the page after."""
        self._browser = self._ground.browser()
        form = self._browser.visit(RECOVERY).form("Continuar")
        taken, answer = _timed(self._browser, form, form.fill(victim.document))
        return taken, _said(answer)

    def and_the_page_after(self, victim: Victim) -> tuple[float, str]:
        """With the page that says the message is on its way."""
        taken, said = self(victim)
        return taken, said + _said(self._browser.visit(RECOVERY))


class _LogIn(Ask):
    """Tries a wrong password, each time from a new address, in one browser."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._browser = ground, ground.browser()
        self._form = self._browser.visit(LOG_IN).form("Ingresar")

    def __call__(self, victim: Victim) -> tuple[float, str]:
        """The answer without the number, which it shows again."""
        self._browser.headers = self._ground.browser().headers
        fields = self._form.fill(victim.document | {"Contraseña": "not the password"})
        taken, answer = _timed(self._browser, self._form, fields)
        return taken, _said(answer).replace(victim.entry["id_number"], "…")


def _timed(browser: Browser, form: Form, fields: dict[str, str]) -> tuple[float, Page]:
    begun = time.perf_counter()
    answer = browser.fetch("POST", form.action, fields)
    taken = 1000 * (time.perf_counter() - begun)
    if toll.asked(answer):
        raise CannotTry("so many requests are a flood here (a higher CALM_REQUESTS lets them pass)")
    return taken, answer


def _said(page: Page) -> str:
    """Status, headers and body, without what is each answer's own: date and one-time values."""
    response = page.response
    headers = sorted(f"{name}: {value}" for name, value in response.headers.items() if name not in OWN_TO_EACH)
    cookies = [line.split("=", 1)[0] + line.partition(";")[2] for line in response.headers.get_list("Set-Cookie")]
    length = len(page.neutral)
    return "\n".join([str(page.status), *headers, *cookies, str(length), page.neutral])
