"""S3, S19: asking for somebody else over and over fills no mailbox and locks nobody out of log-in.

Asked from as many addresses; then whether log-in works, whether «no fui yo» needs a press, and whose limit it is.
"""

from typing import Final

from attack.ground import MOST_PROBES, TOO_MANY, Ground
from attack.people import Kind, Victim
from attack.target import RECOVERY
from attack.walk import Walk

ASKED: Final = 30
A_BEARABLE_DAY: Final = 10
OTHER_HEADERS: Final = ("X-Real-IP", "Client-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP")


def run(ground: Ground) -> None:
    """Ask, count, log in."""
    ground.need_addresses()
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    for _ in range(ASKED):
        _ask(ground, victim, ground.target.address())
    got = len(ground.settled(victim))
    ground.note(f"{got} messages for {ASKED} requests from {ASKED} addresses")
    ground.expect(got <= A_BEARABLE_DAY, f"{ASKED} requests by a stranger send {got} messages to a customer")
    ground.expect(ground.log_in(victim, victim.password or ""), "a stranger's requests keep a customer from log-in")
    _alarm_needs_a_press(ground)
    _locked_recovery_leaves_log_in(ground)
    _neighbours(ground)
    _forged_address(ground)


def _ask(ground: Ground, victim: Victim, address: str) -> None:
    browser = ground.browser(address)
    browser.visit(RECOVERY)
    stands = browser.submit("Continuar", victim.document).step
    ground.expect(stands == "link_sent", f"asking leads to {stands}, status {browser.page.status}")


def _alarm_needs_a_press(ground: Ground) -> None:
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    walk = Walk(ground, victim)
    walk.to("reidentify")
    alarms = [
        link for message in ground.messages(victim) for link in message["links"] if f"{RECOVERY}/enlace/" not in link
    ]
    for link in alarms:
        for method in ("HEAD", "GET"):
            ground.browser().fetch(method, link)
        ground.browser().visit(link)
    ground.note(f"{len(alarms)} other links of a message opened")
    ground.expect(walk.browser.step() == "reidentify", "opening «no fui yo» without pressing ends a recovery")
    ground.expect(ground.log_in(victim, victim.password or ""), "opening «no fui yo» without pressing freezes log-in")


def _locked_recovery_leaves_log_in(ground: Ground) -> None:
    victim = ground.people.take(Kind.ABLE_WITH_PASSWORD)
    walk = Walk(ground, victim)
    walk.to("reidentify")
    for _ in range(A_BEARABLE_DAY):
        if walk.browser.page.step != "reidentify":
            break
        walk.browser.submit("Continuar", ground.people.nobody().document)
    ground.expect(walk.browser.page.step == "locked", f"wrong documents lead to {walk.browser.page.step}")
    ground.expect(ground.log_in(victim, victim.password or ""), "a locked recovery keeps a customer from log-in")


def _neighbours(ground: Ground) -> None:
    """Thirty honest people behind one address are all served."""
    address = ground.target.address()
    for _ in range(ASKED):
        _ask(ground, ground.people.nobody(), address)


def _forged_address(ground: Ground) -> None:
    """What a client writes before the proxy's own entry does not count, nor do other headers."""
    knock, busy = ground.knocker(), ground.target.address()
    for _ in range(MOST_PROBES):
        if knock(busy) == TOO_MANY:
            break
    forged = [{"X-Forwarded-For": f"{ground.target.address()}, {busy}"} for _ in range(3)]
    forged += [{header: ground.target.address()} for header in OTHER_HEADERS]
    for headers in forged:
        escaped = knock(busy, headers) != TOO_MANY
        ground.expect(not escaped, f"a forged {next(iter(headers))} escapes a limit that was reached")
