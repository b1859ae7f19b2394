"""S7: a form of one step sent from another, however forged, never moves a recovery; old cookies lead nowhere.

One customer walks the whole way and leaves the forms as they were sent, with right values. A second one stops at
every step and sends all the others' forms: what the page says afterwards must be that step still.
"""

from collections.abc import Iterator

from attack.ground import Ground
from attack.html import Element, Form
from attack.target import RECOVERY, Browser
from attack.walk import BUTTONS, Walk

Sent = dict[str, str]
_ASKED_ALIKE = frozenset({"identify", "reidentify"})


def run(ground: Ground) -> None:
    """Send every form from every step."""
    donor = _Recorded(ground)
    donor.walk.to("done", donor.keep)
    probe = Walk(ground, ground.people.take())
    own = _Recorded(ground, probe)

    def from_here(step: str) -> None:
        browser = probe.asking if step == "link_sent" else probe.browser
        own.keep(step)
        _send_all(ground, browser, step, donor.forms | own.forms)

    probe.to("done", from_here)
    for step, cookies in [*donor.cookies, *own.cookies]:
        stands = ground.with_cookies(cookies).step()
        ground.expect(stands not in BUTTONS or stands == "identify", f"an old cookie of {step} stands at {stands}")
    _swapped(ground, donor.forms)


class _Recorded:
    """A walk, the form of each step as it was sent or can be, and the cookies it had there."""

    def __init__(self, ground: Ground, walk: Walk | None = None) -> None:
        self.walk = walk or Walk(ground, ground.people.take())
        self.forms: dict[str, Sent] = {}
        self.cookies: list[tuple[str, dict[str, str]]] = []
        asking = ground.browser().visit(RECOVERY).form("Continuar")
        self.forms["identify"] = asking.fill(self.walk.victim.document)

    def keep(self, step: str) -> None:
        """Take note of where the walk stands."""
        if step == "link_sent":
            return
        browser = self.walk.browser
        self.cookies.append((step, dict(browser.cookies)))
        if step in BUTTONS:
            self.forms[step] = self._filled(step, browser.page.form(BUTTONS[step]))

    def _filled(self, step: str, form: Form) -> Sent:
        if step == "reidentify":
            return form.fill(self.walk.victim.document)
        if step == "questions":
            return self.walk.right_answers()
        if step == "password":
            return form.fill(self.walk.new_password())
        return form.fill({"Código de 6 dígitos": "123456"} if step == "code" else {})


def _send_all(ground: Ground, browser: Browser, step: str, forms: dict[str, Sent]) -> None:
    page = browser.visit(RECOVERY)
    own = page.form(BUTTONS[step]).hidden if step in BUTTONS else _any_hidden(page.html.all("input"))
    for of, sent in forms.items():
        if of == step:
            continue
        for how, fields in _forged(step, of, sent, own):
            browser.fetch("POST", RECOVERY, fields)
            stands = browser.step()
            ground.expect(stands == step, f"the form of {of} ({how}), sent at {step}, led to {stands}")


def _any_hidden(inputs: Iterator[Element]) -> Sent:
    return {field.get("name"): field.get("value") for field in inputs if field.get("type") == "hidden"}


def _forged(step: str, of: str, sent: Sent, own: Sent) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """One form in all its disguises, each with the sender's own token."""
    token = {name: value for name, value in own.items() if len(value) >= 32}
    marks = [name for name, value in sent.items() if value == of]
    plain = {name: value for name, value in sent.items() if name not in token and name not in marks}
    body = list((plain | token).items())
    for mark in marks:
        yield "as it was", [*body, (mark, of)]
        yield "with its step made up", [*body, (mark, "done")]
        yield "with its step in capitals", [*body, (mark, step.upper())]
        if not ({of, step} <= _ASKED_ALIKE or step == "contacts"):  # there it would be the step's own form
            yield "with both steps", [*body, (mark, of), (mark, step)]
            yield "with both steps, the own one first", [*body, (mark, step), (mark, of)]
    yield "without its step", body


def _swapped(ground: Ground, forms: dict[str, Sent]) -> None:
    """The browser that only asked, and one with the cookies of another's recovery, send what they have."""
    mine, other = Walk(ground, ground.people.take()), Walk(ground, ground.people.take())
    mine.to("contacts")
    other.to("reidentify")
    thief = ground.with_cookies(mine.asking.cookies | other.asking.cookies)
    _send_all(ground, thief, "link_sent", forms)
    asked = thief.visit(RECOVERY).step
    ground.expect(asked == "link_sent", f"a browser that only asked stands at {asked}")
    ground.expect(mine.browser.step() == "contacts", "another's requests moved a recovery")
    ground.expect(other.browser.step() == "reidentify", "another's requests moved a recovery")
